"""What the other commands say, beside the same as plain values."""

from __future__ import annotations

import math

import pytest

from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger


def test_print(do, refused) -> None:
    assert do("print 1/3").lines == ("1/3 = 0.3333333333333333",)
    assert do("print 1 < 2 # yes").data == {"expression": "1 < 2", "value": True}
    (blank,) = do("print loss").lines
    assert blank.startswith("loss = blank here (step ")
    assert blank.endswith(": loss writes loss)")
    assert do("print loss").data["value"] is None
    assert math.isnan(do("print log(-1)").data["value"])
    assert "nobody" in refused("print z[nobody]")
    assert "needs an expression" in refused("print")


def test_print_says_several_expressions(do, refused) -> None:
    reply = do("print loss, max(1, 2), w[x1,h1_1] > 0")
    assert len(reply.lines) == 3
    assert reply.lines[0].startswith("loss = blank here")
    assert reply.lines[1] == "max(1, 2) = 2"
    assert [each["value"] for each in reply.data["values"]][:2] == [None, 2]
    assert do("print min(1, max(2, 3)), 4").lines == ("min(1, max(2, 3)) = 1", "4 = 4")
    assert "each side of a comma" in refused("print loss,")
    assert "each side of a comma" in refused("print , loss")
    assert refused("print (1, 2)")
    do("display loss, step")
    assert do("step").lines[-1].startswith("2: step = 1")


@pytest.mark.parametrize(
    ("line", "position"), [("i b", None), ("i w", None), ("i d", None), ("i f", "position"),
                           ("info stack", "position"), ("i locals", "x[x1]"), ("i r", "x[x1]")],
)  # fmt: skip
def test_subjects_that_gdb_s_users_know(do, line, position) -> None:
    reply = do(line)
    assert reply.lines
    assert position is None or reply.lines[0].startswith(position)


def test_info_refuses_what_it_would_not_look_at(refused) -> None:
    assert "no breakpoint or watchpoint 1" in refused("info breakpoints 1")
    assert "end of the line" in refused("info displays 1")


def test_a_display_is_shown_with_what_it_was_after_every_movement(do, debugger) -> None:
    do("display step * 2")
    do("display w[x1,h1_1] > 0")
    first = do("step 4")
    assert first.lines[-2:] == (
        "1: step * 2 = 8 (was blank)",
        f"2: w[x1,h1_1] > 0 = {str(debugger['w[x1,h1_1]'] > 0).lower()}",
    )
    assert do("step").lines[-2] == "1: step * 2 = 10 (was 8, change 2)"
    assert do("step").data["displays"][0] == {
        "number": 1, "expression": "step * 2", "value": 12,
    }  # fmt: skip
    do("undisplay 1")
    assert len(do("step").data["displays"]) == 1
    do("undisplay")
    assert "displays" not in do("step").data
    assert do("info displays").lines == ("nothing is displayed",)


def test_displays_are_removed_all_or_none(debugger, do) -> None:
    for text in ("loss", "step", "epoch"):
        do(f"display {text}")
    refused = Interpreter(debugger).reply("undisplay 1 7")
    assert refused.lines == ("there is no display 7; there are 1, 2, 3",)
    do("undisplay 1 3 1")
    assert [display.number for display in debugger.displays] == [2]


def test_what_there_is_none_of_is_named(do, refused) -> None:
    assert do("disable").lines == ("there are no breakpoints or watchpoints",)
    assert do("info watchpoints").lines == ("there are no watchpoints",)
    assert refused("undisplay 3") == "there is no display 3; there is none at all"


def test_breakpoints_are_listed_with_what_became_of_them(do, refused) -> None:
    assert do("info breakpoints").lines == ("there are no breakpoints or watchpoints",)
    do("break h1_1 backward every 2")
    do('break epoch log "{epoch}"')
    do("watch loss crosses 0.1")
    do("tbreak y1 if loss > 0")
    do("disable 3")
    do("condition 4 loss >= 0")
    do("ignore 1 1")
    assert do("info breakpoints").lines == (
        "breakpoint 1: h1_1 backward (every 2) (ignores 1)",
        'breakpoint 2: epoch (logs "{epoch}")',
        "watchpoint 3: loss crosses 0.1 (disabled)",
        "temporary breakpoint 4: y1 if loss >= 0",
    )
    assert do("info watchpoints").lines == ("watchpoint 3: loss crosses 0.1 (disabled)",)
    assert do("info breakpoints 3").lines == ("watchpoint 3: loss crosses 0.1 (disabled)",)
    assert len(do("info breakpoints 2-9 1").lines) == 4
    assert do("info watchpoints 1-2").lines == ("there are no watchpoints",)
    assert "there is no breakpoint or watchpoint from 5 to 7" in refused("delete 1 5-7")
    assert "a range such as 1-3" in refused("delete 1-")
    do("break h1_2")
    do("delete 4-5 2")
    rows = do("info breakpoints").data["breakpoints"]
    assert [row["number"] for row in rows] == [1, 3]
    assert [row["enabled"] for row in rows] == [True, False]
    assert "there is no breakpoint or watchpoint 2" in refused("delete 1 2")
    assert "number of a breakpoint" in refused("enable x")
    assert len(do("info breakpoints").lines) == 2


def test_what_a_breakpoint_logs_comes_before_where_it_ends(do) -> None:
    do('break epoch log "epoch {epoch} begins at {step}"')
    reply = do("continue")
    assert reply.lines[:5] == tuple(f"epoch {n + 1} begins at {n * 98 + 1}" for n in range(5))
    assert reply.lines[5] == "the end of the run"
    assert reply.data["messages"] == list(reply.lines[:5])


def test_info_about_a_neuron_and_all_values(do, refused, debugger) -> None:
    do("step 20")
    lines = do("info neuron h1_1 x1").lines
    assert lines[0] == "h1_1: hidden, layer 1, tanh"
    assert f"  z[h1_1] = {debugger['z[h1_1]']}" in lines
    assert f"  w[h1_1,y1] = {debugger['w[h1_1,y1]']}" in lines
    assert "x1: input, layer 0" in lines
    values = do("info values").data["values"]
    assert values == debugger.snapshot().values
    assert do("info values w b").data["values"] == {
        name: value for name, value in values.items() if name[:2] in ("w[", "b[")
    }
    assert "nobody" in refused("info neuron nobody")
    assert "kind of value" in refused("info values q")
    assert "info needs a subject" in refused("info")


def test_why_names_the_steps_that_made_a_value(do, refused, debugger) -> None:
    do("update 2")
    reply = do("why w[x1,h1_1] 3")
    top = reply.data["causes"][0]
    assert top["name"] == "w[x1,h1_1]"
    assert top["value"] == debugger["w[x1,h1_1]"]
    assert do(f"goto {top['position']}").data["writes"] == {"w[x1,h1_1]": top["value"]}
    assert max(row["depth"] for row in reply.data["causes"]) == 3
    assert "expected the name of a value" in refused("why")
    assert "levels" in refused("why loss 51")
    assert "end of the line" in refused("why loss 1 2")


def test_history_lists_the_last_updates(do, refused, debugger) -> None:
    do("update 5")
    rows = do("history w[x1,h1_1] * 2 3").data["updates"]
    assert [row["update"] for row in rows] == [3, 4, 5]
    assert rows[-1]["value"] == 2 * debugger["w[x1,h1_1]"]
    assert "from 1 to 1000" in refused("history loss 0")
    assert "needs an expression" in refused("history")


def test_paths_counts_the_ways_to_the_loss(do, refused) -> None:
    reply = do("paths w[x1,h1_1]")
    assert reply.data["paths"] == 1
    assert reply.data["neurons"] == ["h1_1", "y1"]
    assert do("paths x1").data["paths"] == 2
    assert "nobody" in refused("paths nobody")


@pytest.mark.parametrize(
    "line",
    [
        "set w[x1,h1_1] 0.25",
        "set w[x1,h1_1]=0.25",
        "set w[x1, h1_1] = 1/4",
        "set var w[x1,h1_1] = 0.25",
        "set variable w[x1,h1_1]=0.25",
    ],
)
def test_set_begins_a_branch(do, debugger, line) -> None:
    do("step 10")
    before = debugger["w[x1,h1_1]"]
    reply = do(line)
    assert not reply.moved
    assert debugger["w[x1,h1_1]"] == 0.25
    assert reply.data["branch"] == "w[x1,h1_1] 0.25"
    assert reply.data["edits"] == ["w[x1,h1_1] = 0.25"]
    assert reply.data["counts_from"] >= 10
    do("branch switch main")
    assert debugger["w[x1,h1_1]"] == before


def test_set_takes_an_expression_of_what_is_here(do, refused, debugger) -> None:
    before = debugger["b[y1]"]
    do("set b[y1] -b[y1]")
    assert debugger["b[y1]"] == -before
    assert "blank" in refused("set b[y1] loss")
    assert "needs a target and a value" in refused("set b[y1]")
    assert "cannot be set" in refused("set z[y1] 1")
    assert "training.optimizer in the document, or set learning_rate" in refused(
        "set optimizer adam"
    )
    assert "“pagination” cannot be set; what can is" in refused("set pagination off")
    assert "training.batch_size in the document" in refused("set batch_size = 2")
    assert "finite" in refused("set b[y1] 1/0")
    do("set activation[h1_1] leaky_relu(slope=0.5)")
    assert "slope" in do("info branches").lines[-1]


def test_set_turns_a_setting_on_and_off(do, refused) -> None:
    assert "momentum above 0" in refused("set nesterov on")
    do("set momentum 0.9")
    for word, is_on in (("yes", 1), ("off", 0), ("true", 1), ("no", 0)):
        do(f"set nesterov {word}")
        assert do("print nesterov").lines == (f"nesterov = {is_on}",)
    assert "yes or no" in refused("set nesterov perhaps")


def test_branches(do, refused) -> None:
    do("set b[y1] 1")
    assert do("branch name one").lines == (
        "  main: the run as the document has it",
        "* one: as main, from the start on: b[y1] = 1",
    )
    assert do("info branches").data["branch"] == "one"
    assert "stands on it" in refused("branch delete one")
    assert not do("branch switch main").moved
    assert do("branch delete one").data["branches"] == [
        {"name": "main", "parent": None, "start": 0, "edits": []}
    ]
    assert "no branch called “one”" in refused("branch switch one")
    assert "word for branches" in refused("branch prune")


def test_diff_goes_to_the_first_difference_and_shows_both_sides(do, refused, debugger) -> None:
    do("step 30")
    weight = debugger["w[x1,h1_1]"]
    do("set w[x1,h1_1] 2")
    do("goto end")
    reply = do("diff main")
    assert reply.position == debugger.position == 30
    assert reply.lines[0] == (
        "“w[x1,h1_1] 2” and main differ from position 30 on, by an edit: in 1 value"
    )
    assert reply.lines[2].split() == ["w[x1,h1_1]", "2", repr(weight)]
    assert reply.stop == reply.lines[0]
    assert "the same everywhere" in do("diff main main").stop
    assert "no branch" in refused("diff main nobody")
    assert "expected a branch, found nothing" in refused("branch switch")
    do("branch switch w[x1,h1_1] 2")
    do("set w[x1,h1_1] 0.7")
    assert do("diff main w[x1,h1_1] 2").stop.endswith("(the run now stands on main)")
    assert "two branches" in refused("diff")


def test_a_branch_is_found_by_its_name_with_blanks_in_quotes_or_by_a_part(do, refused, debugger):
    do("set learning_rate 0.1")
    do("branch switch main")
    do("set learning_rate 0.2")
    for typed in ("η 0.1", '"η 0.1"', "0.1", " η  0.1 "):
        do("branch switch main")
        do(f"branch switch {typed}")
        assert debugger.branches.current.name == "η 0.1"
    assert do("diff main 0.2").stop.startswith("main and “η 0.2” differ")
    assert do('diff "η 0.1" η 0.2').stop.startswith("“η 0.1” and “η 0.2” differ")
    assert "no branch called “η”" in refused("branch switch η")  # both have it
    assert "no branch called “main η”" in refused("branch switch main η")
    do('branch name "a b"')
    do("branch name slow and steady")
    assert debugger.branches.current.name == "slow and steady"


def test_a_branch_that_begins_at_the_end_is_said_to(do, debugger) -> None:
    do("goto end")
    do("set learning_rate 0.1")
    assert do("diff main").stop == (
        "“η 0.1” and main are the same everywhere: “η 0.1” began at the end of the run"
    )


def test_info_health_says_whether_the_loss_moves(do) -> None:
    said = "The loss neither stands still nor jumps: 0 epochs finished."
    assert do("info health").lines == (said,)
    do("set learning_rate 0")
    do("goto end")
    reply = do("info health")
    assert reply.data["still"] >= 0
    assert isinstance(reply.data["reasons"], list)


def test_a_reply_as_a_plain_value(do) -> None:
    plain = do("step 3").plain
    assert list(plain) == ["command", "ok", "position", "moved", "stop", "lines", "data"]
    assert plain["lines"] == list(do("goto 3").lines)


def test_an_interpreter_runs_and_completes_lines() -> None:
    from support.experiments import layered

    debugger = Debugger(layered(2, 2, 1))
    assert Interpreter(debugger).reply("s 4").position == 4
    assert Interpreter(debugger).complete("ste") == ["step"]
