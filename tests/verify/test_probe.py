"""A probe: numbers on which mistakes show, and the program that takes someone's code."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from nntui.model.activations import ACTIVATIONS
from nntui.model.errors import SettingError
from nntui.model.fit import warnings
from nntui.model.losses import LOSSES
from nntui.model.optimizers import OPTIMIZERS
from nntui.verify.check_work import check_work
from nntui.verify.files import read_numbers
from nntui.verify.mistakes.table import candidates
from nntui.verify.passes import Passes
from nntui.verify.probe import EXAMPLES, Wanted, probe
from nntui.verify.probe_files import BEGIN, END, UPDATES, template, write_probe
from nntui.verify.right_run import RightRun
from nntui.verify.updates import RIGHT as RIGHT_ALGORITHM
from nntui.verify.updates import Simulation

RIGHT = """
    a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    a2 = np.tanh(a1 @ W2 + b2)
    a3 = 1 / (1 + np.exp(-(a2 @ W3 + b3)))
    d3 = 2 * (a3 - Y) / 3 / 5 * a3 * (1 - a3)
    d2 = d3 @ W3.T * (1 - a2**2)
    d1 = d2 @ W2.T * a1 * (1 - a1)
    dW3, db3 = a2.T @ d3 + 0.1 * W3, d3.sum(axis=0)
    dW2, db2 = a1.T @ d2 + 0.1 * W2, d2.sum(axis=0)
    dW1, db1 = X.T @ d1 + 0.1 * W1, d1.sum(axis=0)
"""
UPDATE = """
    W1 -= 0.1 * dW1; b1 -= 0.1 * db1
    W2 -= 0.1 * dW2; b2 -= 0.1 * db2
    W3 -= 0.1 * dW3; b3 -= 0.1 * db3
"""


def layers_of(made):
    """For each layer its activation, and z and a of all examples (N × size)."""
    net, a = made.experiment.network.wiring(), made.arrays["X"]
    for n in range(1, max(net.layer.values()) + 1):
        z = a @ made.arrays[f"W{n}"] + made.arrays[f"b{n}"]
        activation = next(net.activation[j] for j in net.neurons if net.layer[j] == n)
        a = activation.f(z)
        yield activation, z, a


EACH = [(name, "mse") for name in ACTIVATIONS] + [("relu", name) for name in LOSSES]


@pytest.mark.parametrize(("activation", "loss"), EACH)
def test_no_number_lies_near_a_kink(activation, loss):
    made = probe(Wanted(activations=(activation,), loss=loss))
    assert not warnings(made.experiment)
    for f, z, a in layers_of(made):  # noqa: B007 (a of the last layer is looked at below)
        assert all(abs(z - kink).min() >= 0.09 for kink in f.kinks)
        assert abs(z).max() < 6  # nor where every slope is 0
    kinks = made.experiment.training.loss.row.kinks
    for outputs, y in zip(a.tolist(), made.arrays["Y"].tolist(), strict=True):
        assert all(abs(distance) >= 0.09 for distance in kinks(outputs, y))


def test_a_kink_has_examples_on_both_sides():
    _, z, _ = next(layers_of(probe(Wanted(activations=("relu",)))))
    assert (z > 0).any(axis=0).all()
    assert (z < 0).any(axis=0).all()


def test_its_layers_leave_no_mistake_unseen():
    made = probe(Wanted())
    layers = [activation for activation, _, _ in layers_of(made)]
    assert all(one != next_one for one, next_one in pairwise(layers))
    shapes = [made.arrays[f"W{n}"].shape for n in (1, 2, 3)]
    assert shapes == [(3, 4), (4, 3), (3, 3)]  # unequal ones, and a square one
    assert EXAMPLES not in {size for shape in shapes for size in shape}
    assert made.experiment.training.l2 > 0
    assert all(np.all(made.arrays[name]) for name in made.arrays)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_every_mistake_shows_on_it_somewhere(optimizer):
    experiment = probe(Wanted(optimizer=optimizer)).experiment
    run, passes = RightRun(experiment), Passes(experiment)
    simulation = Simulation(passes, run.schedule, run.start(0), 0, UPDATES, 0)

    def numbers(variation):
        with np.errstate(all="ignore"):
            made = simulation.run(variation)
        return np.concatenate([made.batch.g, made.after.ravel()])

    right, names, shown = numbers(RIGHT_ALGORITHM), set(), set()
    for candidate in candidates(passes):
        names.add(candidate.name)
        if not np.allclose(numbers(candidate.variation), right, 1e-5, 1e-9, equal_nan=True):
            shown.add(candidate.name)
    hidden = {"other_order", "t_per_epoch"}  # there is one batch
    if optimizer == "sgd":
        hidden.add("l2_as_decay")  # the same, by algebra
    assert names - shown == hidden & names


def test_the_seed_decides_the_numbers():
    first, same, other = (probe(Wanted(seed=seed)).arrays["W2"] for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_settings_of_an_optimizer_are_such_that_mistakes_in_them_show(optimizer):
    training = probe(Wanted(optimizer=optimizer)).experiment.training
    settings = dict(training.optimizer.settings)
    assert settings["learning_rate"] == 0.1
    assert settings.get("eps", 1e-3) == 1e-3
    assert (training.l2 > 0) != bool(settings["weight_decay"])
    assert "learning_rate 0.5" in template_of(f"{optimizer} learning_rate 0.5")[1]


def template_of(optimizer):
    made = probe(Wanted(optimizer=optimizer))
    rate = made.experiment.training.optimizer.learning_rate
    return template(made, updates=True), f"learning_rate {rate}"


@pytest.mark.parametrize(
    ("wanted", "place", "hint"),
    [
        (Wanted(activations=("tahn",)), "activation", 'did you mean "tanh"?'),
        (Wanted(activations=("relu", "tahn")), "activation", 'did you mean "tanh"?'),
        (Wanted(activations=("expression floor(z)",)), "network", None),
        (Wanted(output="sigmoyd"), "output", 'did you mean "sigmoid"?'),
        (Wanted(loss="msee"), "loss", 'did you mean "mse"?'),
        (Wanted(loss="cross_entropy weight [1, 2]"), "loss.weight", ""),
        (Wanted(optimizer="adm"), "optimizer", 'did you mean "adam"?'),
        (Wanted(layers="3 x"), "layers", ""),
        (Wanted(layers="100 100 1"), "layers", ""),
    ],
)
def test_words_that_mean_nothing_are_refused(wanted, place, hint):
    with pytest.raises(SettingError) as caught:
        probe(wanted)
    assert caught.value.place == place
    assert hint in (None, caught.value.hint)


def filled(text, code):
    """The template with code in the place of its own."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    indent = "    " if before.endswith("    ") else ""
    lines = [line.removeprefix("    ") for line in code.strip("\n").split("\n")]
    return before.rstrip(" ") + "\n".join(indent + line for line in lines) + after


def test_the_template_is_wrong_as_it_stands_and_right_with_the_right_code(tmp_path):
    made = probe(Wanted(optimizer="sgd"))
    write_probe(made, tmp_path, updates=True)
    program = tmp_path / "template.py"
    zeros = check_work(made.experiment, saved_by(program))
    assert not zeros.right
    assert zeros.agree == 0
    program.write_text(filled(program.read_text(), RIGHT + UPDATE))
    verdict = check_work(made.experiment, saved_by(program))
    assert verdict.right, verdict
    parameters = [array for name, array in made.arrays.items() if name not in ("X", "Y")]
    assert verdict.compared == (1 + UPDATES) * sum(array.size for array in parameters)


def saved_by(program):
    subprocess.run([sys.executable, str(program)], check=True, timeout=60)
    return read_numbers(str(program.with_name("mine.npz")))


@pytest.mark.deep
@pytest.mark.parametrize("optimizer", ["", "adam"])
def test_the_template_for_pytorch_runs(tmp_path, optimizer):
    pytest.importorskip("torch")
    made = probe(Wanted(optimizer=optimizer))
    write_probe(made, tmp_path, updates=bool(optimizer), torch=True)
    verdict = check_work(made.experiment, saved_by(tmp_path / "template.py"))
    assert (verdict.right, verdict.agree) == (False, 0)


def test_the_template_is_a_program():
    for n, activation in enumerate(["relu", "linear", "leaky_relu slope 0.2", "elu"]):
        made = probe(Wanted(activations=(activation, "tanh")))
        text = template(made, updates=bool(n % 2), torch=n % 3 == 0)
        compile(text, "template.py", "exec")
        assert (f"a1 = {activation.split()[0]}(" in text) == (activation != "linear")


def test_an_activation_may_be_an_expression():
    made = probe(Wanted(activations=("expression 0.5*z if z > 0\nelse z derivative numeric",)))
    text = template(made)
    compile(text, "template.py", "exec")
    assert "a1 = f1(X @ W1 + b1)" in text
    assert "# f1: 0.5*z if z > 0" in text
