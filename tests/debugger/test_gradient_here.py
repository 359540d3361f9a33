"""The gradient check at a moment: whose losses it takes, and what it says."""

from __future__ import annotations

import pytest
from support.experiments import layered

import nntui
from nntui.debugger.commands import checking
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.gradient_here import GradientHere


def here(debugger: Debugger, **options) -> GradientHere:
    return GradientHere(debugger.experiment, debugger.snapshot(), debugger.schedule, **options)


def found_at(debugger: Debugger, position: int):
    debugger.seek(position)
    subject = here(debugger)
    return subject, subject.found(list(subject.checks()))


def test_the_gradients_are_those_that_the_steps_compute() -> None:
    """Of the example: what its pass adds to the sums; of the batch: what the optimizer gets."""
    debugger = Debugger(layered(2, 2, 1, batch_size=2, epochs=5, l2=0.5))
    schedule = debugger.schedule
    _, (example, batch) = found_at(debugger, schedule.passes_end(0))
    assert example.ok
    assert batch.ok
    names = [parameter.name for parameter in batch.parameters]
    for name, of_batch in zip(names, batch.parameters, strict=True):
        assert of_batch.analytic == pytest.approx(debugger[f"g{name[1:]}"], rel=1e-12)
    sums = {name: debugger[f"d{name}"] for name in names}
    debugger.seek(schedule.steps_per_example)  # the passes of the first of two examples are done
    for name, of_example in zip(names, example.parameters, strict=True):
        own = sums[name] - debugger[f"d{name}"]
        assert of_example.analytic == pytest.approx(own, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("training", "parts"), [({}, 1), ({"l1": 0.1}, 2), ({"l2": 0.1}, 2)])
def test_a_batch_of_one_example_is_told_apart_only_for_its_penalty(training, parts) -> None:
    subject, found = found_at(Debugger(layered(2, 2, 1, batch_size=1, **training)), 12)
    assert len(subject.parts) == len(found) == parts


def test_a_large_batch_is_checked_in_part_and_the_focused_parameter_with_it() -> None:
    debugger = Debugger(layered(2, 8, 1))
    subject = here(debugger, wanted=("h1_3", "y1"), most=24 * 2 * 11 * 2)
    assert ("h1_3", "y1") in subject.parameters
    assert len(subject.parameters) < len(subject.all)
    said = subject.summary(subject.found(list(subject.checks())))
    assert said[0].startswith(f"{len(subject.parameters)} of 33 parameters: both ways agree")
    assert "Of the batch, 2 of 4 examples were taken." in said


def test_kinks_are_named_with_their_neuron_and_example() -> None:
    net = nntui.Network()
    net.add_neuron("x", role="input")
    net.add_neuron("y", role="output", activation="relu", bias=0.0)
    net.connect("x", "y", 0.5)
    data = nntui.Dataset.of([[0.0], [1.0]], [[1.0], [2.0]])
    reply = Interpreter(Debugger(nntui.Experiment(net, data))).reply("check")
    bias = next(line for line in reply.lines if line.startswith("b[y]"))
    assert bias.endswith("kink: relu of y, example 1")
    assert "2 parameters: nothing is wrong, 1 at a kink." in reply.lines
    assert reply.data["batch"]["edge_calculations"] == {
        "backpropagation": 4, "central_differences": 8,
    }  # fmt: skip
    assert reply.lines[-2].endswith("backpropagation 2 and 4, differences 4 and 8.")


def test_a_check_that_is_stopped_says_how_far_it_came(monkeypatch) -> None:
    monkeypatch.setattr(checking, "LARGE", 1)
    debugger = Debugger(layered(2, 2, 1, batch_size=2))
    interpreter = Interpreter(debugger)
    run = interpreter.prepare("check")
    assert not run.burst(60.0)  # a large network's is not begun with the key that asks for it
    assert interpreter.finish(run).lines == ("given up after 0 parameters",)
    assert interpreter.reply("check").lines[0].startswith("Gradient of example 1 and of the batch")
