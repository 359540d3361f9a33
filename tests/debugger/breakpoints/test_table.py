"""The list of table, its counters, and its plain form in files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.experiments import layered

from nntui.debugger.breakpoints.breakpoint import (
    BreakpointError,
    matched,
    parse_message,
    passed_over,
)
from nntui.debugger.breakpoints.parse import (
    from_plain,
    parse_breakpoint,
    parse_watchpoint,
    to_plain,
)
from nntui.debugger.breakpoints.table import MAX_BREAKPOINTS, BreakpointTable
from nntui.debugger.expressions import parse

NET = layered(2, 2, 1).network


def three() -> BreakpointTable:
    table = BreakpointTable()
    table.add(parse_breakpoint("h1_1", NET))
    table.add(parse_watchpoint("loss crosses 0.1", NET))
    table.add(parse_breakpoint("if loss > 1", NET))
    return table


def test_breakpoints_and_watchpoints_are_numbered_together_and_never_anew() -> None:
    table = three()
    assert [point.number for point in table] == [1, 2, 3]
    table.remove(3)
    table.remove(1)
    assert table.add(parse_breakpoint("epoch", NET)).number == 4
    assert [point.number for point in table] == [2, 4]
    assert 2 in table
    assert 1 not in table
    assert len(table) == 2


def test_an_unknown_number_is_refused_with_those_there_are() -> None:
    with pytest.raises(BreakpointError, match="no breakpoint or watchpoint 7; there are 1, 2, 3"):
        three()[7]
    with pytest.raises(BreakpointError, match="there is none at all"):
        BreakpointTable().remove(1)


def test_each_property_can_be_changed_and_is_part_of_the_text() -> None:
    table = three()
    assert table.enable(1, False).text == "break h1_1 disabled"
    assert [point.number for point in table.enabled] == [2, 3]
    table.enable(1)
    table.condition(1, parse("loss > 1", NET))
    table.every(1, 4)
    table.ignore(1, 2)
    table.log(1, parse_message("now {loss}", NET))
    assert table[1].text == 'break h1_1 every 4 ignore 2 if loss > 1 log "now {loss}"'
    table.condition(1, None)
    table.log(1, None)
    assert table[1].text == "break h1_1 every 4 ignore 2"


def test_what_makes_no_sense_is_refused() -> None:
    table = three()
    with pytest.raises(BreakpointError, match="loss is a number, expected a condition"):
        table.condition(1, parse("loss", NET))
    with pytest.raises(BreakpointError, match="every 0"):
        table.every(1, 0)
    with pytest.raises(BreakpointError, match="ignore -1"):
        table.ignore(1, -1)


def test_there_is_a_most_of_them() -> None:
    table = BreakpointTable()
    for _ in range(MAX_BREAKPOINTS):
        table.add(parse_breakpoint("epoch", NET))
    with pytest.raises(BreakpointError, match="delete some first"):
        table.add(parse_breakpoint("epoch", NET))


def test_every_change_of_what_is_looked_for_is_noticed_and_counting_is_none() -> None:
    table = three()
    version = table.version
    table.count(replace(table[1], hits=5))
    assert (table[1].hits, table.version) == (5, version)
    for change in (lambda: table.enable(1, False), lambda: table.remove(2)):
        change()
        assert table.version > version
        version = table.version


@given(ignore=st.integers(0, 6), every=st.integers(1, 5), matches=st.integers(0, 40))
def test_counters_skip_the_ignored_and_count_each_kth_of_the_rest(ignore, every, matches) -> None:
    point = replace(parse_breakpoint("epoch", NET), ignore=ignore, every=every)
    counting = []
    for match in range(1, matches + 1):
        before = point
        point, counts = matched(point)
        assert (before.silent == 0) is counts
        counting += [match] if counts else []
    assert point.hits == matches
    assert counting == list(range(ignore + every, matches + 1, every))


@given(ignore=st.integers(0, 6), every=st.integers(1, 5), data=st.data())
def test_matches_passed_over_together_count_as_one_by_one(ignore, every, data) -> None:
    point = replace(parse_breakpoint("epoch", NET), ignore=ignore, every=every)
    for _ in range(data.draw(st.integers(0, 9))):
        point, _ = matched(point)
    some = data.draw(st.integers(0, point.silent))
    together, singly = passed_over(point, some), point
    for _ in range(some):
        singly, counts = matched(singly)
        assert not counts
    assert together == singly


# ---- plain values ------------------------------------------------------------------------------


def test_a_list_kept_as_json_comes_back_the_same() -> None:
    table = three()
    table.remove(1)
    table.add(parse_breakpoint('x1->h1_1 update every 3 log "{dw[x1,h1_1]}"', NET, temporary=True))
    table.count(replace(table[4], hits=7, since=2))
    table.enable(2, False)
    again, problems = from_plain(json.loads(json.dumps(to_plain(table))), NET)
    assert problems == []
    assert list(again) == list(table)
    assert again.add(parse_breakpoint("epoch", NET)).number == 5


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (3, "expected an object with a command"),
        ({"number": 1}, "expected an object with a command"),
        ({"command": 5}, "expected an object with a command"),
        ({"command": "break h1_1", "hit": 2}, "found the unknown key “hit”"),
        ({"command": "break h1_1", "hits": -2}, "hits: found -2, expected a whole number"),
        ({"command": "break h1_1", "hits": True}, "hits: found True"),
        ({"command": "break h1_1", "number": 1.5}, "number: found 1.5"),
        ({"command": "brake h1_1"}, 'did you mean "break"'),
        ({"command": "break gone"}, "there is no neuron called “gone”"),
        ({"command": "watch los"}, "there is no value called “los”"),
        ({"command": "x" * 10**6}, "found “xxx"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_sentence_and_the_others_are_kept(entry, said) -> None:
    plain = [{"command": "break h1_1"}, entry, {"command": "watch loss", "number": 9}]
    table, problems = from_plain(plain, NET)
    assert [point.number for point in table] == [1, 9]
    (problem,) = problems
    what = entry.get("command") if isinstance(entry, dict) else None
    lead = f"breakpoints: {what[:20]}" if isinstance(what, str) else "breakpoints[1]"
    assert problem.startswith(lead)
    assert "is left out: " in problem
    assert said in problem


@pytest.mark.parametrize("plain", [None, 3, "break h1", {"command": "break h1"}])
def test_what_is_no_list_at_all_is_a_problem(plain) -> None:
    table, problems = from_plain(plain, NET)
    assert (len(table), problems) == (0, ["breakpoints: expected a list"])


def test_too_long_a_list_is_cut() -> None:
    table, problems = from_plain([{"command": "break h1_1"}] * (MAX_BREAKPOINTS + 5), NET)
    assert len(table) == MAX_BREAKPOINTS
    assert "the first 500 are kept" in problems[0]
