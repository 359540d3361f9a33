"""The package in Python: what is shown of its objects, what ``help(nntui)`` says, and tests."""

from __future__ import annotations

import numpy as np

import nntui

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
        "Training(loss=Loss.of('cross_entropy'), optimizer=Optimizer.of('adam'))": experiment.training,
        "<Debugger of “Large” after 20,001 of": debugger,
        "<Step 1 (epoch 1, update 1, forward): a[x1] = 0.12": loaded,
        "<Step 20001 (epoch 1, update 1, forward): ": last,
        "<Snapshot after 20,001 of": debugger.snapshot(),
        "<Experiment “Large”: <Network": experiment,
        "position 20001 of": nntui.Interpreter(debugger).execute("where"),
        "<Wiring: 423 neurons": net.wiring(),
        "<State: ": debugger.training_run.state,
        "OptimizerState(optimizer='adam'": debugger.continued().optimizer_state,
        "Cause(name='w[x1,h1]'": debugger.why("w[x1,h1]"),
    }
    for beginning, each in shown.items():
        assert repr(each).startswith(beginning)
        assert len(repr(each)) <= MOST_SHOWN


def test_functions_are_shown_as_they_are_made() -> None:
    for function in (
        nntui.Optimizer.of("sgd", learning_rate=0.5, nesterov=True, momentum=0.9),
        nntui.Loss.of("bce", weight=[1.0, 2.0]),
        nntui.Activation.of("relu"),
        nntui.Activation.of_expression("z*z", "2*z"),
        nntui.Initializer.of("normal", 3, std=0.1),
        nntui.Training(("huber", {"delta": 2}), "adam", 4, shuffle=True, l2=0.1),
    ):
        assert eval(repr(function), vars(nntui)) == function
