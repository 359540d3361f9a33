"""The commands that move: where they lead, and what they say there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered

from nntui.debugger.breakpoints.breakpoint import Place
from nntui.debugger.commands.command import Movement
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.step import destination

MOVEMENTS = {
    "step": "step", "next": "neuron", "finish": "pass", "example": "example", "update": "update",
    "epoch": "epoch",
}  # fmt: skip


@pytest.mark.parametrize("name", MOVEMENTS)
@given(data=st.data())
def test_a_movement_leads_where_its_key_leads(name, data) -> None:
    debugger = Debugger(layered(2, 2, 1, batch_size=2, epochs=3))
    debugger.seek(data.draw(st.integers(0, debugger.total)))
    count = data.draw(st.integers(-6, 6))
    sign = data.draw(st.sampled_from([1, -1]))
    there = destination(debugger.schedule, debugger.position, MOVEMENTS[name], sign * count)
    here = debugger.position
    reply = Interpreter(debugger).reply(f"{'' if sign > 0 else 'reverse-'}{name} {count}")
    assert debugger.position == reply.position == there
    assert reply.moved == (there != here)
    if there == here and count:
        assert not reply.ok
    else:
        assert reply.ok


def test_a_reply_says_where_it_stands_and_the_formula_that_ran(do, debugger) -> None:
    reply = do("step 17")
    last = debugger.last
    assert reply.lines == (
        f"position 17 of {debugger.total:,}: epoch 1 · update 1 · example 1 · backward",
        f"  {last.text}",
    )
    assert reply.data["step"] == 17
    assert reply.data["text"] == last.text
    assert reply.data["writes"] == dict(last.writes)
    assert do("goto start").lines == (f"position 0 of {debugger.total:,}: the start of the run",)


def test_the_ends_are_told_apart_from_mistakes(do, refused) -> None:
    assert "start of the run" in refused("rs")
    assert "start of the run" in refused("rc")
    assert do("continue").stop == "the end of the run"
    assert "end of the run" in refused("step")
    assert "end of the run" in refused("continue")
    assert do("reverse-continue").stop == "the start of the run"


PLACES = ["phase loss", "phase update", "example", "update", "epoch", "layer 1", "epoch 1",
          "update 2", "example 0", "layer 1 update", "step 7", "epoch end", "update 1 end",
          "example end", "30"]  # fmt: skip


@given(data=st.data(), experiment=experiments(most_neurons=4, most_epochs=3))
def test_until_leads_where_a_breakpoint_would_stop(data, experiment) -> None:
    net = experiment.network.wiring()
    names = [*PLACES, *(Place("neuron", (j,)).text for j in net.neurons)]
    names += [Place("edge", (i, j)).text for j in net.neurons for i in net.sources[j]]
    place = data.draw(st.sampled_from(names))
    if "->" in place or place.startswith(('"', "h")):
        place += data.draw(st.sampled_from(["", " forward", " backward", " update"]))
    searching, going = Debugger(experiment), Debugger(experiment)
    start = data.draw(st.integers(0, searching.total))
    for back in (False, True):
        for debugger in (searching, going):
            debugger.seek(start)
        for point in searching.breakpoints:
            searching.breakpoints.remove(point.number)
        if not Interpreter(searching).reply(f"break {place}").ok:  # there is no such step
            assert not Interpreter(going).reply(f"until {place}").ok
            continue
        found = Interpreter(searching).reply("reverse-continue" if back else "continue")
        reply = Interpreter(going).reply(f"{'reverse-' if back else ''}until {place}")
        if found.ok and found.data["stopped_by"]:
            assert reply.ok
            assert reply.position == found.position
        else:
            assert not reply.ok
            assert going.position == start


@pytest.mark.parametrize(
    "place", ["step 491", "491", "update 11", "epoch 6", "epoch 1000000", "update 11 end"]
)
def test_until_refuses_what_lies_beyond_the_run(refused, place) -> None:
    assert "they go from 1 to" in refused(f"until {place}")


@pytest.mark.parametrize(
    ("where", "position"),
    [
        ("0", 0), ("17", 17), ("start", 0), ("step 17", 17), ("update 2", 49), ("epoch 2", 98),
        ("update 1 end", 49), ("epoch 1 end", 98), ("example 2", 21),
        ("+5", 15), ("-5", 5), ("1_0", 10), ("here and there", 10),
    ],
)  # fmt: skip
def test_goto(do, debugger, where, position) -> None:
    assert debugger.schedule.update_start(1) == 2 * 20 + 9
    do("goto 10")
    do("bookmark here and there")
    assert do(f"goto {where}").position == position


def test_goto_end(do, debugger) -> None:
    assert do("goto end").position == debugger.total


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "needs a place"),
        ("-1", "no position -1"),
        ("999999", "no position 999,999"),
        ("nowhere", "no bookmark “nowhere”"),
        ("strat", 'did you mean "start"'),
        ("epoch 6", "no epoch 6: they go from 1 to 5"),
        ("epoch 0", "no epoch 0: they go from 1 to 5"),
        ("example 0", "no example 0"),
        ("example 5", "no example 5: they go from 1 to 4"),
        ("step -1", "no step -1"),
        ("1.5", "expected a position"),
        ("step x", "expected the number of the step"),
    ],
)
def test_goto_nowhere(refused, where, said) -> None:
    assert said in refused(f"goto {where}")


def test_goto_lists_the_bookmarks_there_are(do, refused) -> None:
    do("bookmark here")
    do("bookmark there")
    assert refused("goto q") == "there is no bookmark “q”; it may be here or there"


def test_a_bookmark_leads_back_to_its_branch(do, debugger) -> None:
    do("step 5")
    do("set w[x1,h1_1] 2")
    do("bookmark there")
    do("branch switch main")
    do("goto 40")
    assert do("goto there").position == 5
    assert debugger.branches.current.name == "w[x1,h1_1] 2"
    do("branch name other")
    do("branch switch main")
    do("goto there")
    assert debugger.branches.current.name == "other"


def test_the_writes_of_a_value_one_after_the_other(do, debugger) -> None:
    do("goto end")
    found = []
    for _ in range(4):
        reply = do("last-write w[x1,h1_1]")
        assert "update" in reply.stop
        assert debugger.last.operation == ("update", "x1", "h1_1")
        found.append(reply.position)
    assert found == sorted(set(found), reverse=True)
    assert do("next-write w[x1,h1_1]").position == found[-2]


def test_the_ends_of_long_movements_are_in_the_history(do, debugger) -> None:
    do("goto 20")
    do("step 3")
    do("goto end")
    assert [stop.position for stop in debugger.stop_history.stops] == [0, 20, 23, debugger.total]


# ---- in pieces -----------------------------------------------------------------------------------


def test_a_movement_is_made_in_bursts_and_ends_like_the_command(debugger) -> None:
    once = Debugger(debugger.experiment)
    for line in ["break h1_1 if loss < 0.1", "display loss"]:
        assert Interpreter(once).reply(line).ok
        assert Interpreter(debugger).reply(line).ok
    interpreter = Interpreter(debugger)
    for line in ["goto 30", "continue", "reverse-continue", "until y1", "step 9", "x loss"]:
        movement = interpreter.prepare(line)
        assert isinstance(movement, Movement)
        while not movement.burst(0.0):
            assert 0 <= debugger.position <= debugger.total
        assert movement.burst(0.0)
        assert interpreter.finish(movement) == Interpreter(once).reply(line)


@pytest.mark.parametrize("line", ["continue", "goto end"])
def test_a_movement_can_be_given_up_on_the_way(debugger, line) -> None:
    debugger = Debugger(layered(2, 8, 1, examples=50, epochs=2_000))
    Interpreter(debugger).reply("break if loss < 0")
    calls = iter([False, True])
    reply = Interpreter(debugger).reply(line, paused=lambda: next(calls, True))
    if reply.stop == "paused":
        assert reply.ok
        assert reply.position < debugger.total
    assert Interpreter(debugger).reply("step").ok or debugger.at_end


def test_a_movement_that_was_given_up_says_so(debugger) -> None:
    debugger = Debugger(layered(2, 8, 8, 1, examples=200, epochs=100_000))
    interpreter = Interpreter(debugger)
    for line in ["continue", "goto end"]:
        movement = interpreter.prepare(line)
        assert isinstance(movement, Movement)
        movement.burst(0.0)
        reply = interpreter.finish(movement)
        assert (reply.ok, reply.stop) == (True, "paused")
        assert reply.lines[0] == "paused"
        assert reply.position == debugger.position < debugger.total


def test_what_does_not_move_is_answered_at_once(interpreter) -> None:
    for line in ["print 1", "break h1_1", "", "nonsense"]:
        assert not isinstance(interpreter.prepare(line), Movement)
