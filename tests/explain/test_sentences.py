"""The plain sentences about a step: what they claim holds for its very numbers."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from support.experiments import OPTIMIZERS_WITH_OPTIONS, experiments, layered

from nntui.debugger.debugger import Debugger
from nntui.debugger.step import Step
from nntui.explain.sentences import FLAT, PlainWords, plain_words
from nntui.model.activations import ACTIVATIONS
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer

NUMBER = r"-?[\d.]+(?:e-?\d+)?"


def told(experiment: Experiment, limit: int = 10**9) -> list[tuple[Step, PlainWords]]:
    debugger = Debugger(experiment)
    steps = (debugger.step() for _ in range(min(limit, debugger.total)))
    return [(step, plain_words(step, step.position.place)) for step in steps]


def one(*, x=1.0, weight=0.5, bias=0.1, target=0.0, activation="linear", **training) -> Experiment:
    net = Network()
    net.add_neuron("x1", role="input")
    net.add_neuron("h1", role="output", activation=activation, bias=bias)
    net.connect("x1", "h1", weight)
    return Experiment(net, Dataset.of([[x]], [[target]]), Training(epochs=1, **training))


def holds_of_activation(claim: str, z: float, a: float) -> bool:
    """Whether what is said of an activation function is true of this z and a."""
    if found := re.search(rf"between ({NUMBER}) and ({NUMBER})$|between (-1) and (1)\b", claim):
        low, high = (float(bound) for bound in found.groups() if bound is not None)
        if "goes through unchanged" in claim:
            return low < z < high and a == z
        return min(low, high) <= a <= max(low, high)
    if found := re.search(r"between 0 and 1, and 0 becomes 0.5", claim):
        return 0.0 <= a <= 1.0 and (z != 0.0 or a == 0.5)
    if found := re.search(rf"is multiplied by ({NUMBER})", claim):
        return z <= 0.0 and a == pytest.approx(z * float(found[1]))
    return {
        "unchanged": lambda: a == z,
        "a sum above 0 goes through unchanged": lambda: z > 0 and a == z,
        "a sum that is not above 0 gives 0": lambda: z <= 0 and a == 0.0,
        "a sum beyond -1 or 1 is cut off there": lambda: abs(z) >= 1 and a == math.copysign(1, z),
        "the sum without its sign": lambda: a == abs(z),
        "the sum times itself": lambda: a == z * z,
        "1, as the sum is above 0": lambda: z > 0 and a == 1.0,
        "0, as the sum is not above 0": lambda: z <= 0 and a == 0.0,
    }.get(claim, lambda: about_0_or_the_sum(claim, z, a))()


def about_0_or_the_sum(claim: str, z: float, a: float) -> bool:
    assert claim.endswith("about 0 where the sum is far below 0, about the sum itself far above")
    return abs(z) < 10 or a == pytest.approx(max(z, 0.0), abs=0.01)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", [-25.0, -2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 2.5, 25.0])
def test_what_is_said_of_each_activation_is_true_of_its_number_and_its_slope(name, z) -> None:
    steps = told(one(x=z, weight=1.0, bias=0.0, activation=name, target=7.0))
    forward = next((s, p) for s, p in steps if s.kind == "forward_neuron")
    claim = forward[1].question.partition(f"put through {name}: ")[2].removesuffix(".")
    assert holds_of_activation(claim, z, forward[0].writes["a[h1]"]), claim
    step, plain = next((s, p) for s, p in steps if s.kind == "backward_neuron")
    f = step.experiment.network.wiring().activation["h1"]
    slope = float(f.derivative(z, f.f(z)))
    everywhere = re.search(rf"times ({NUMBER}), the slope of {name} everywhere", plain.question)
    if everywhere:
        assert float(everywhere[1]) == slope
    else:
        assert ("not at all" in plain.question) == (slope == 0.0)
        assert ("nearly flat" in plain.question) == (0.0 < abs(slope) < FLAT)
    assert ("saturated" in plain.use) == (0.0 < abs(slope) < FLAT)
    assert ("is flat here" in plain.use) == (slope == 0.0)


VALUES = {
    "squared, added up": lambda d: sum(x * x for x in d),
    "squared, averaged": lambda d: sum(x * x for x in d) / len(d),
    "squared and halved, added up": lambda d: sum(x * x for x in d) / 2,
    "without its sign, averaged": lambda d: sum(map(abs, d)) / len(d),
    "without its sign, added up": lambda d: sum(map(abs, d)),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_what_is_said_of_each_loss_is_true(name, outputs, reduction) -> None:
    like = layered(2, outputs, output="sigmoid", examples=2)
    targets = [0, 0] if name == "cross_entropy" else [[1.0, 0.0, 1.0][:outputs]] * 2
    experiment = Experiment(
        like.network,
        Dataset.of(like.data.inputs, targets),
        Training(loss=Loss.of(name), epochs=1, reduction=reduction),
    )
    for step, plain in told(experiment):
        if step.kind != "loss":
            continue
        a = [value for key, value in step.reads.items() if key.startswith("a[")]
        t = experiment.y(0)
        d = [a_k - t_k for a_k, t_k in zip(a, t, strict=True)]
        loss = step.writes["loss"]
        assert plain.question.startswith("How wrong is the answer? ")
        if found := re.search(r"targets?, (?:each )?(.*)\.$", plain.question):
            how = found[1] if outputs > 1 else f"{found[1]}, added up"
            if name == "huber":
                assert how.startswith("up to 1 squared and halved")
            else:
                assert loss == pytest.approx(VALUES[how](d))
        else:
            assert "−log" in plain.question
        slopes = {k: v for k, v in step.writes.items() if k.startswith("da[")}
        found = re.match(r"∂L/∂a\[(\w+)\] ([<>]) 0: a (larger|smaller) \1", plain.use)
        if found is None:
            assert not any(slopes.values())
            continue
        named, sign, side = found.groups()
        assert (sign, side) == ((">", "smaller") if slopes[f"da[{named}]"] > 0 else ("<", "larger"))
        assert abs(slopes[f"da[{named}]"]) == max(map(abs, slopes.values()))


def test_targets_between_no_and_yes_are_mentioned() -> None:
    plain = next(p for s, p in told(one(target=0.3, activation="sigmoid", loss=Loss.of("bce")))
                 if s.kind == "loss")  # fmt: skip
    assert "no plain yes or no" in plain.question


@pytest.mark.parametrize(
    "optimizer", OPTIMIZERS_WITH_OPTIONS, ids=lambda o: f"{o.name}{o.settings}"
)
def test_what_is_said_of_each_optimizers_updates_is_true(optimizer) -> None:
    experiment = layered(
        2, 2, 1, examples=3, batch_size=2, epochs=4, optimizer=optimizer, l1=0.01, l2=0.1
    )
    updates = [(s, p) for s, p in told(experiment) if s.kind == "update"]
    assert updates
    for step, plain in updates:
        name = step.parameter
        change = step.writes[name] - step.reads[name]
        way, size = re.search(rf"(up|down) by ({NUMBER})", plain.use).groups()
        assert way == ("up" if change > 0 else "down")
        assert float(size) == pytest.approx(abs(change), rel=0.01)
        g = experiment.training.reduced(step.reads[f"d{name}"], step.batch_length)
        if name.startswith("w"):
            g = experiment.training.regularized(g, step.reads[name])
        assert ("downhill" in plain.use) == (g * change < 0)
        rate = f"{optimizer.learning_rate:.3g}"
        assert f"η ({rate})" in plain.question
        assert ("over the 2 examples" in plain.question) == (step.batch_length == 2)
        assert ("towards 0" in plain.question) == name.startswith("w")


def test_a_plain_gradient_step_does_to_each_weight_what_was_said_of_it_before() -> None:
    said, done = {}, {}
    for step, plain in told(layered(2, 2, 1, examples=1, epochs=1, optimizer=Optimizer.of("sgd"))):
        if step.kind == "backward_edge":
            said["→".join(step.edge)] = plain.use.rpartition(", ")[2]
        elif step.kind == "update" and step.edge:
            done["→".join(step.edge)] = re.search("up|down", plain.use)[0] + "."
    assert said == done
    assert len(said) == 6


def test_a_sum_says_what_it_starts_with_what_is_added_and_what_completes_it() -> None:
    experiment = layered(3, 1, 2, examples=1, epochs=1)
    steps = told(experiment)
    sums = [p for s, p in steps if s.kind == "forward_edge" and s.target == "h1_1"]
    assert ["its bias" in p.question for p in sums] == [True, False, False]
    assert ["its sum so far" in p.question for p in sums] == [False, True, True]
    assert [p.use.partition(":")[0] for p in sums] == [
        "1 of 3 connections are added; when all are, tanh makes h1_1’s a of z.",
        "2 of 3 connections are added; when all are, tanh makes h1_1’s a of z.",
        "The sum is complete",
    ]
    back = [p.question for s, p in steps if s.kind == "backward_edge" and s.source == "h1_1"]
    assert "Back to h1_1 goes δ times the weight." in back[0]
    assert "is added to what came back to h1_1 before." in back[1]


def test_a_batch_says_how_many_examples_are_added() -> None:
    steps = told(layered(1, 1, examples=3, epochs=1))
    loads = [p.use for s, p in steps if s.kind == "load"]
    assert [use.partition(" in this batch")[0] for use in loads] == [
        f"Example {n} of 3" for n in (1, 2, 3)
    ]
    edges = [p.use for s, p in steps if s.kind == "backward_edge"]
    assert [f"{n} added so far" in use for n, use in enumerate(edges, 1)] == [True] * 3


def test_frozen_parameters_and_what_is_0_are_said() -> None:
    net = Network()
    net.add_neuron("x1", role="input")
    net.add_neuron("h1", activation="relu", bias=-5.0)
    net.add_neuron("y", role="output", bias=0.0, trainable=False)
    net.add_neuron("end", activation="tanh", bias=0.0)
    net.connect("x1", "h1", 0.5)
    net.connect("h1", "y", 1.0, trainable=False)
    net.connect("x1", "end", 1.0)
    training = Training(epochs=1, optimizer=Optimizer.of("sgd"))
    steps = told(Experiment(net, Dataset.of([[0.0]], [[1.0]]), training))
    said = {s.operation: p for s, p in steps}
    assert "x1 sends 0, so nothing is added" in said["forward_edge", "x1", "h1"].use
    assert "not above 0 gives 0" in said["forward_neuron", "h1"].question
    assert said["forward_neuron", "end"].use.startswith("Nothing reads it")
    assert "Nothing came back to it" in said["backward_neuron", "end"].question
    assert "Its bias is frozen" in said["backward_neuron", "y"].use
    assert "The weight is frozen" in said["backward_edge", "h1", "y"].use
    assert "relu is flat here" in said["backward_neuron", "h1"].use
    assert "nothing goes back from h1" in said["backward_edge", "x1", "h1"].use
    assert "Its gradient is 0" in said["update", "x1", "h1"].use


def test_a_number_that_is_none_is_called_so() -> None:
    steps = told(one(x=1e200, weight=1e200, activation="square"))
    assert any("not a finite number" in p.use for _, p in steps)


@given(experiment=experiments(most_neurons=4, odd_names=False))
def test_every_step_has_its_sentences(experiment) -> None:
    for _, plain in told(experiment, 300):
        for text in (plain.question, plain.brief, plain.use):
            assert text.endswith((".", "?")), text
            assert "  " not in text, text
            assert "nan" not in text or "nan" in experiment.network
        assert plain.question.count("?") >= 1
