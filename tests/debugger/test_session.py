"""A session as plain values: what comes back is what was there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import experiments, layered
from support.scripts import scripts

from nntui.debugger import session
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.session import SessionError, original, restore, to_plain


def said(debugger: Debugger, script: list[str]) -> list[str]:
    """All that the replies to a script say, in a form that == compares bit for bit."""
    return [repr(Interpreter(debugger).reply(line)) for line in script]


def reloaded(debugger: Debugger) -> Debugger:
    """The debugger of the same session, as another process would get it."""
    other = Debugger(original(debugger))
    assert restore(other, json.loads(json.dumps(to_plain(debugger), allow_nan=False))) == []
    return other


@given(data=st.data(), experiment=experiments(most_neurons=4, most_examples=3))
def test_a_script_replays_identically(data, experiment) -> None:
    script = data.draw(scripts(experiment))
    assert said(Debugger(experiment), script) == said(Debugger(experiment), script)


@given(data=st.data(), experiment=experiments(most_neurons=4, most_examples=3))
def test_a_script_goes_on_identically_after_save_and_reload(data, experiment) -> None:
    before, after = data.draw(scripts(experiment)), data.draw(scripts(experiment))
    live = Debugger(experiment)
    said(live, before)
    again = reloaded(live)
    assert to_plain(again) == to_plain(live)
    # What a display was at the stop before the last is all that is forgotten.
    for debugger in (live, again):
        said(debugger, ["goto end", "goto start"])
    assert said(again, after) == said(live, after)


@pytest.fixture
def debugger() -> Debugger:
    return Debugger(layered(2, 2, 1, epochs=3))


def test_a_debugger_as_it_was_made_has_nothing_to_keep(debugger) -> None:
    assert to_plain(debugger) == {"version": 1}


def test_numbers_are_given_on_from_where_they_were(debugger) -> None:
    for line in ["break h1_1", "break h1_2", "delete 2", "display loss", "display step"]:
        Interpreter(debugger).reply(line)
    Interpreter(debugger).reply("undisplay 2")
    again = reloaded(debugger)
    assert Interpreter(again).reply("break y1").data["breakpoints"][0]["number"] == 3
    assert Interpreter(again).reply("display epoch").data["displays"][-1]["number"] == 3


def test_a_branch_comes_back_with_its_edits_and_its_place(debugger) -> None:
    for line in ["step 30", "set w[x1,h1_1] 2", "set activation[h1_1] relu", "step 5"]:
        assert Interpreter(debugger).reply(line).ok
    again = reloaded(debugger)
    assert again.branches.current.name == "w[x1,h1_1] 2, activation[h1_1] relu"
    assert again.branches.current.text == debugger.branches.current.text
    assert again.snapshot().values == debugger.snapshot().values
    assert original(again) == debugger.training_run.timeline.first


def test_a_section_written_by_hand_needs_no_numbers(debugger) -> None:
    plain = {
        "version": 1,
        "breakpoints": [{"command": "break h1_1 backward if delta[h1_1] > 0"}],
        "displays": ["loss", "w[x1,h1_1]"],
        "position": 12,
    }
    assert restore(debugger, plain) == []
    assert debugger.position == 12
    assert [row.text for row in debugger.breakpoints] == [plain["breakpoints"][0]["command"]]
    assert [display.expression.text for display in debugger.displays] == plain["displays"]


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        (None, "found no object"),
        ([], "found no object"),
        ({}, "found no version"),
        ({"version": "1"}, "found no version"),
        ({"version": True}, "found no version"),
        ({"version": 2, "position": 5}, "version 2 is newer than 1"),
    ],
)
def test_what_is_no_session_changes_nothing(debugger, plain, sentence) -> None:
    with pytest.raises(SessionError, match=sentence):
        restore(debugger, plain)
    assert to_plain(debugger) == {"version": 1}


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("position", -1),
        ("position", 10**30),
        ("position", "12"),
        ("position", 1.5),
        ("position", None),
        ("position", True),
        ("breakpoints", "break h1_1"),
        ("breakpoints", [{"command": "delete 1"}]),
        ("breakpoints", [{"command": "break nobody"}]),
        ("breakpoints", [{"command": "break h1_1", "hits": -1}]),
        ("breakpoints", [{}]),
        ("breakpoints", [None]),
        ("displays", {"loss": 1}),
        ("displays", ["loss +"]),
        ("displays", [1]),
        ("displays", [{"number": 1}]),
        ("bookmarks", {"name": "x"}),
        ("bookmarks", [{"name": "x", "position": 10**9, "branch": "main"}]),
        ("bookmarks", 7),
        ("branches", [{"name": "b"}]),
        ("branches", [{"name": "b", "parent": "nobody", "edits": []}]),
        ("branches", [{"name": "b", "parent": "main", "edits": [{"position": 1}]}]),
        (
            "branches",
            [
                {
                    "name": "b",
                    "parent": "main",
                    "edits": [{"position": 10**9, "target": "w[x1,h1_1]", "value": 1}],
                }
            ],
        ),
        ("branches", [{"name": "main", "parent": "main", "edits": []}]),
        ("branches", "main"),
        ("branches", 5),
        ("nonsense", 1),
    ],
)
def test_a_part_that_cannot_be_is_a_sentence_and_the_others_come_back(
    debugger, section: str, value: Any
) -> None:
    plain = {"version": 1, "displays": ["loss"], "position": 9} | {section: value}
    problems = restore(debugger, plain)
    assert len(problems) == 1
    assert section in problems[0]
    assert problems[0].isprintable()
    if section != "position":
        assert debugger.position == 9
    if section != "displays":
        assert len(debugger.displays) == 1


def test_of_very_many_displays_and_branches_some_are_taken_up_and_it_is_said_once(debugger) -> None:
    edit = {"position": 1, "target": "w[x1,h1_1]", "value": 1.0}
    plain = {
        "version": 1,
        "displays": ["loss", "nonsense"] * 500,
        "branches": [{"name": f"b{n}", "parent": "main", "edits": [edit]} for n in range(600)],
        "position": 9,
    }
    problems = restore(debugger, plain)
    assert "branches: there are 500 branches: delete some first" in problems
    assert "displays: 1000 of them, the first 200 are kept" in problems
    assert len(problems) == 2 + 100
    assert (len(debugger.branches), len(debugger.displays), debugger.position) == (500, 100, 9)


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["command", "number", "name", "position", "branch", "edits", "parent"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
SECTIONS = ["position", "breakpoints", "displays", "bookmarks", "branches", "breakpoints_made"]


@given(st.dictionaries(st.sampled_from(SECTIONS), plain_values, max_size=6))
def test_no_section_whatever_it_holds_is_fatal(plain) -> None:
    debugger = Debugger(layered(1, 1, epochs=1, examples=1))
    for problem in restore(debugger, {"version": 1, **plain}):
        assert problem.isprintable()
    assert reloaded(debugger).position == debugger.position


def test_a_position_that_takes_too_long_is_left_for_later(debugger, monkeypatch) -> None:
    monkeypatch.setattr(session, "approach", lambda debugger, position, seconds: False)
    problems = restore(debugger, {"version": 1, "position": 40}, seconds=0.01)
    assert problems == ["position 40 takes a while to reach: goto 40 leads there"]
    assert debugger.position == 0
