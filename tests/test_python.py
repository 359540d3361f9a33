"""The package in Python: what is shown of its objects, what ``help(nntui)`` says, and tests."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

import nntui
from nntui.debugger.gradient_check import TrainingLoss

MOST_SHOWN = 300
"""Characters that Python shows of an object, at most."""


def test_no_object_shows_all_its_numbers() -> None:
    x = np.random.default_rng(0).normal(size=(50, 400))
    net = nntui.Network.layered([400, 20, 3], "relu")
    data = (x, [n % 3 for n in range(50)])
    experiment = nntui.Experiment(net, data, loss="cross_entropy", optimizer="adam", name="Large")
    debugger = nntui.Debugger(experiment)
    loaded, last = debugger.step(), debugger.step(20_000)
    shown = {
        "<Network: 400 inputs, 20 hidden, 3 outputs; 8,060 connections>": net,
        "<Dataset: 50 examples of 400 inputs and a class>": experiment.data,
        "Training(loss=Loss.of('cross_entropy'), optimizer=": experiment.training,
        "<Debugger of “Large” after 20,001 of": debugger,
        "<Step 1 (epoch 1, update 1, forward): a[x1] = 0.12": loaded,
        "<Step 20001 (epoch 1, update 1, forward): ": last,
        "<Snapshot after 20,001 of": debugger.snapshot(),
        "<Experiment “Large”: <Network": experiment,
        "position 20,001 of": nntui.Interpreter(debugger).execute("where"),
        "<Wiring: 423 neurons": net.wiring(),
        "<State: ": debugger.training_run.state,
        "OptimizerState(optimizer='adam'": debugger.continued().optimizer_state,
        "Cause(name='w[x1,h1]'": debugger.why("w[x1,h1]"),
    }
    for beginning, each in shown.items():
        assert repr(each).startswith(beginning)
        assert len(repr(each)) <= MOST_SHOWN


def test_functions_are_shown_as_they_are_made() -> None:
    kinds = ("Activation", "Initializer", "Loss", "Optimizer", "Training")
    names = {kind: getattr(nntui, kind) for kind in kinds}
    for function in (
        nntui.Optimizer.of("sgd", learning_rate=0.5, nesterov=True, momentum=0.9),
        nntui.Loss.of("bce", weight=[1.0, 2.0]),
        nntui.Activation.of("relu"),
        nntui.Activation.of_expression("z*z", "2*z"),
        nntui.Initializer.of("normal", 3, std=0.1),
        nntui.Training(("huber", {"delta": 2}), "adam", 4, shuffle=True, l2=0.1),
    ):
        assert eval(repr(function), names) == function


def gradients(parameters, x, y):
    """Backpropagation by hand: 2-3-1, tanh and sigmoid, binary cross-entropy."""
    w1, b1, w2, b2 = parameters.values()
    a1 = np.tanh(x @ w1.T + b1)
    a2 = 1 / (1 + np.exp(-(a1 @ w2.T + b2)))
    d2 = (a2 - y) / len(x)
    d1 = (d2 @ w2) * (1 - a1**2)
    return [d1.T @ x, d1.sum(axis=0), d2.T @ a1, d2.sum(axis=0)]


@pytest.fixture
def experiment() -> nntui.Experiment:
    net = nntui.Network.layered([2, 3, 1], "tanh", "sigmoid", seed=1)
    x = np.random.default_rng(0).normal(size=(12, 2))
    return nntui.Experiment(net, (x, x[:, 0] > 0), loss="bce", batch_size=8, l2=0.1)


def test_right_gradients_pass_by_name_or_in_order(experiment) -> None:
    assert_gradients = nntui.testing.assert_gradients
    assert_gradients(experiment, gradients)
    assert_gradients(experiment, gradients, rtol=1e-9)
    assert_gradients(experiment, lambda p, x, y: {"layer1.bias": gradients(p, x, y)[1]})
    assert_gradients(
        experiment,
        lambda p, x, y: {"layer2.weight": gradients(p, x, y)[2] + 0.1 * p["layer2.weight"]},
        penalty=True,
    )
    summed = experiment.altered(training=nntui.Training("bce", reduction="sum", batch_size=8))
    assert_gradients(summed, lambda p, x, y: [8 * g for g in gradients(p, x, y)])
    skip = nntui.load("skip")  # without layers: by the names of the parameters
    skip = skip.altered(training=nntui.Training(skip.training.loss))
    numeric = {each.name: each.numeric for each in TrainingLoss.at(skip).check().parameters}
    assert_gradients(skip, lambda p, x, y: numeric, rtol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda g: [g[0] * 2, *g[1:]], "layer1.weight[0, 0] (dw[x1,h1]): found "),
        (lambda g: [g[0], g[1], g[2], -g[3]], "layer2.bias[0] (db[y1]): found "),
        (lambda g: [g[0].T, *g[1:]], "layer1.weight: found 2 × 3, expected 3 × 2 (transpose it)"),
        (lambda g: g[:3], "expected the gradients by name, or a list of 4: layer1.weight"),
        (lambda g: {"layer1.wieght": g[0]}, 'did you mean "layer1.weight"?'),
        (lambda g: {}, "found {}, expected the gradients by name"),
        (lambda g: None, "found None, expected"),
        (lambda g: [g[0] * np.nan, *g[1:]], "found nan, expected "),
        (lambda g: [["a"], *g[1:]], "layer1.weight: found ['a'], expected numbers"),
    ],
)
def test_wrong_gradients_are_told_by_place(experiment, wrong, sentence, monkeypatch) -> None:
    monkeypatch.setattr(nntui.testing, "judged", lambda *given: ())  # which may take seconds
    with pytest.raises(AssertionError) as raised:
        nntui.testing.assert_gradients(experiment, lambda *given: wrong(gradients(*given)))
    assert sentence in str(raised.value)


def test_a_mistake_that_is_known_is_named(experiment) -> None:
    def forgetful(parameters, x, y):
        w1, b1, w2, b2 = parameters.values()
        a1 = np.tanh(x @ w1.T + b1)
        d2 = (1 / (1 + np.exp(-(a1 @ w2.T + b2))) - y) / len(x)
        d1 = d2 @ w2
        return [d1.T @ x, d1.sum(axis=0), d2.T @ a1, d2.sum(axis=0)]

    with pytest.raises(AssertionError) as raised:
        nntui.testing.assert_gradients(experiment, forgetful)
    assert "δ of layer 1 lacks tanh′(z)" in str(raised.value)
    assert "Look: debugger.goto(" in str(raised.value)


def test_the_help_of_the_package_shows_a_run_that_is_true() -> None:
    failed, tried = doctest.testmod(nntui)
    assert not failed
    assert tried > 15


def test_what_one_types_first_works(tmp_path) -> None:
    random = np.random.default_rng(0)
    X, Y = random.normal(size=(96, 2)), random.integers(0, 2, size=(96, 1))  # noqa: N806
    w1, b1, w2, b2 = random.normal(size=(2, 3)), np.zeros(3), np.ones((3, 1)), [0.5]
    path = tmp_path / "moment.json"
    line = "print loss"

    net = nntui.Network.from_arrays([(w1, b1, "relu"), (w2, b2, "linear")])
    net = nntui.Network.layered([2, 3, 1], activation="tanh", output="sigmoid", seed=0)
    adam = ("adam", {"learning_rate": 1e-3})
    exp = nntui.Experiment(net, (X, Y), loss="bce", optimizer=adam, batch_size=32, epochs=10)
    dbg = nntui.Debugger(exp)
    assert dbg.run(until="epoch_loss < 0.01", max_epochs=20).kind == "end"
    assert dbg.schedule.epochs == 20
    dbg.back(3)
    dbg.step(2)
    dbg.goto("end")
    dbg.goto("epoch 3")
    bp = dbg.breakpoint("h1", "backward", when="delta[h1] == 0")
    assert (bp.hits, bp.enabled) == (0, True)
    bp.delete()
    dbg.watch("nonfinite")
    dbg.until("phase update")
    nntui.Interpreter(dbg).execute(line)
    assert dbg.network.predict(X).shape == (96, 1)
    assert dbg.parameters().keys() == dbg.gradients(mean=True, penalty=True).keys()
    assert dbg.values("a[h1]", by="update").shape == (6,)
    dbg.save(path)
    nntui.testing.assert_gradients(exp, gradients, rtol=1e-9)
