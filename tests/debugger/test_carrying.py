"""What goes on in the run of an edited document, and what is said of the rest."""

from __future__ import annotations

import pytest

from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.session import carried_over, to_plain
from nntui.document.load import load
from nntui.model.changes.history import Edited
from nntui.model.changes.settings import change_setting
from nntui.model.changes.structure import (
    add_neuron,
    change_connection,
    change_neuron,
    delete_neuron,
)
from nntui.samples import samples


@pytest.fixture
def debugger():
    debugger = Debugger(load(samples()["sample"]))
    for line in ("break h1", "break h2 backward if loss < 0.1", "display w[x1,h1]", "display loss"):
        Interpreter(debugger).reply(line)
    debugger.seek(12)
    Interpreter(debugger).reply("bookmark here")
    return debugger


def edited(debugger, change, *arguments, **more):
    return change(debugger.experiment, *arguments, **more).experiment


def test_all_of_it_goes_along_when_only_a_number_is_another(debugger):
    made, lost = carried_over(debugger, edited(debugger, change_connection, "x1", "h1", weight=3.0))
    assert not lost
    assert made.at_start
    assert made["w[x1,h1]"] == 3.0
    plain, before = to_plain(made), to_plain(debugger)
    for key in ("breakpoints", "displays", "bookmarks"):
        assert plain[key] == before[key]


def test_what_names_a_neuron_that_is_gone_is_said_and_the_rest_kept(debugger):
    made, lost = carried_over(debugger, edited(debugger, delete_neuron, "h1"))
    assert [row.text for row in made.breakpoints] == ["break h2 backward if loss < 0.1"]
    assert [display.expression.text for display in made.displays] == ["loss"]
    assert sum("h1" in sentence for sentence in lost) == 2
    assert any("bookmark “here”" in sentence for sentence in lost)


def test_a_bookmark_is_kept_only_while_the_steps_have_the_same_numbers(debugger):
    longer, lost = carried_over(debugger, edited(debugger, change_setting, "epochs", "500"))
    assert not lost
    assert [each.name for each in longer.bookmarks] == ["here"]
    other, lost = carried_over(debugger, edited(debugger, add_neuron, "h3"))
    assert not list(other.bookmarks)
    assert lost == ["bookmark “here”: the steps have other numbers now"]


def test_the_history_of_stops_goes_on_while_the_steps_are_the_same(debugger):
    for step in (30, 50):
        Interpreter(debugger).reply(f"goto {step}")
    made, _ = carried_over(debugger, edited(debugger, change_connection, "x1", "h1", weight=3.0))
    stops = made.stop_history
    for move, there in ((stops.back, 50), (stops.back, 30), (stops.forth, 50)):
        stop = move()
        assert stop.position == there
        made.branches.go(stop)
    made, _ = carried_over(debugger, edited(debugger, add_neuron, "more"))
    assert made.stop_history.stops == ()


def test_branches_are_said_to_be_left_and_come_back_with_their_experiment(debugger):
    Interpreter(debugger).reply("set b[h1] 0.3")
    first = debugger.training_run.timeline.first
    there, lost = carried_over(debugger, add_neuron(first, "h3").experiment)
    assert len(there.branches) == 1
    assert any("it began in the run before" in sentence for sentence in lost)
    back, lost = carried_over(there, first, to_plain(debugger))
    assert not lost
    assert len(back.branches) == 2
    assert [each.name for each in back.bookmarks] == ["here"]


def renamed(debugger, *pairs):
    """The run's experiment with neurons renamed one after the other, and what it came to."""
    history = Edited.of(debugger.training_run.timeline.first)
    for old, new in pairs:
        history = history.after(change_neuron(history.experiment, old, new_name=new))
    return history


def test_everything_follows_a_neuron_that_is_called_something_else(debugger):
    for line in (
        "break x1->h1 backward every 3 if delta[ h1 ] > δ[out] - .5",
        'break out log "δ is {delta[h1]}, {{h1}} {w[h1,out] * 2}"',
        "watch abs(a[h1]) crosses 0.5",
        "tbreak update 3",
    ):
        Interpreter(debugger).reply(line)
    history = renamed(debugger, ("h1", "my neuron"))
    made, lost = carried_over(debugger, history.experiment, renaming=history.renaming)
    assert not lost
    assert [row.text for row in made.breakpoints] == [
        'break "my neuron"',
        "break h2 backward if loss < 0.1",
        'break x1->"my neuron" backward every 3 if delta["my neuron"] > δ[out] - .5',
        'break out log "δ is {delta[\\"my neuron\\"]}, {{h1}} {w[\\"my neuron\\",out] * 2}"',
        'watch abs(a["my neuron"]) crosses 0.5',
        "tbreak update 3",
    ]
    assert [each.expression.text for each in made.displays] == ['w[x1,"my neuron"]', "loss"]
    assert [mark.name for mark in made.bookmarks] == ["here"]


def test_numbers_and_counters_go_along(debugger):
    Interpreter(debugger).reply("delete 1")
    Interpreter(debugger).reply("break h1 every 3")
    Interpreter(debugger).reply("continue")
    history = renamed(debugger, ("h1", "g"))
    made, _ = carried_over(debugger, history.experiment, renaming=history.renaming)
    assert [(row.number, row.hits, row.since) for row in made.breakpoints] == [
        (row.number, row.hits, row.since) for row in debugger.breakpoints
    ]
    assert any(row.hits for row in made.breakpoints)
    assert Interpreter(made).reply("break out").lines == ("breakpoint 4: out",)


def test_neurons_that_change_names_with_each_other_are_not_mistaken(debugger):
    history = renamed(debugger, ("h1", "t"), ("h2", "h1"), ("t", "h2"))
    made, lost = carried_over(debugger, history.experiment, renaming=history.renaming)
    assert not lost
    assert [row.text for row in made.breakpoints] == ["break h2", "break h1 backward if loss < 0.1"]


def test_a_breakpoint_does_not_go_over_to_another_neuron_of_the_same_name(debugger):
    history = Edited.of(debugger.training_run.timeline.first)
    history = history.after(delete_neuron(history.experiment, "h1"))
    history = history.after(change_neuron(history.experiment, "h2", new_name="h1"))
    made, lost = carried_over(debugger, history.experiment, renaming=history.renaming)
    assert [row.text for row in made.breakpoints] == ["break h1 backward if loss < 0.1"]
    assert 'breakpoint 1, h1: "h1" is gone: another neuron is called that now' in lost
