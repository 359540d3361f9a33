"""The list of stops, its counters, and its plain form in files."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import layered

from nntui.debugger.breakpoints import (
    BreakpointTable,
    StopError,
    breakpoint_of,
    from_plain,
    message_of,
    place_of,
    to_plain,
    watchpoint_of,
)
from nntui.debugger.breakpoints.breakpoint import met, passed
from nntui.debugger.breakpoints.table import MAX_STOPS
from nntui.debugger.expressions import parse

NET = layered(2, 2, 1).network


def three() -> BreakpointTable:
    stops = BreakpointTable()
    stops.add(breakpoint_of("h1_1", NET))
    stops.add(watchpoint_of("loss crosses 0.1", NET))
    stops.add(breakpoint_of("if loss > 1", NET))
    return stops


def test_breakpoints_and_watchpoints_are_numbered_together_and_never_anew() -> None:
    stops = three()
    assert [row.number for row in stops] == [1, 2, 3]
    stops.remove(3)
    stops.remove(1)
    assert stops.add(breakpoint_of("epoch", NET)).number == 4
    assert [row.number for row in stops] == [2, 4]
    assert 2 in stops
    assert 1 not in stops
    assert len(stops) == 2


def test_an_unknown_number_is_refused_with_those_there_are() -> None:
    with pytest.raises(StopError, match="no breakpoint or watchpoint 7; there are 1, 2, 3"):
        three()[7]
    with pytest.raises(StopError, match="there is none at all"):
        BreakpointTable().remove(1)


def test_each_property_can_be_changed_and_is_part_of_the_text() -> None:
    stops = three()
    assert stops.disable(1).text == "break h1_1 disabled"
    assert [row.number for row in stops.enabled] == [2, 3]
    stops.enable(1)
    stops.condition(1, parse("loss > 1", NET))
    stops.every(1, 4)
    stops.ignore(1, 2)
    stops.log(1, message_of("now {loss}", NET))
    assert stops[1].text == 'break h1_1 every 4 ignore 2 if loss > 1 log "now {loss}"'
    stops.condition(1, None)
    stops.log(1, None)
    assert stops[1].text == "break h1_1 every 4 ignore 2"


def test_what_makes_no_sense_is_refused() -> None:
    stops = three()
    with pytest.raises(StopError, match="loss is a number, expected a condition"):
        stops.condition(1, parse("loss", NET))
    with pytest.raises(StopError, match="every 0"):
        stops.every(1, 0)
    with pytest.raises(StopError, match="ignore -1"):
        stops.ignore(1, -1)


def test_there_is_a_most_of_them() -> None:
    stops = BreakpointTable()
    for _ in range(MAX_STOPS):
        stops.add(breakpoint_of("epoch", NET))
    with pytest.raises(StopError, match="delete some first"):
        stops.add(breakpoint_of("epoch", NET))


def test_the_breakpoints_at_a_place_are_found() -> None:
    stops = three()
    assert [row.number for row in stops.at(place_of("h1_1", NET))] == [1]
    assert stops.at(place_of("h1_1 backward", NET)) == ()


def test_every_change_of_what_is_looked_for_is_noticed_and_counting_is_none() -> None:
    stops = three()
    version = stops.version
    stops.count(replace(stops[1], hits=5))
    assert (stops[1].hits, stops.version) == (5, version)
    for change in (lambda: stops.disable(1), lambda: stops.remove(2), stops.clear):
        change()
        assert stops.version > version
        version = stops.version


@given(ignore=st.integers(0, 6), every=st.integers(1, 5), matches=st.integers(0, 40))
def test_counters_skip_the_ignored_and_count_each_kth_of_the_rest(ignore, every, matches) -> None:
    row = replace(breakpoint_of("epoch", NET), ignore=ignore, every=every)
    counting = []
    for match in range(1, matches + 1):
        before = row
        row, counts = met(row)
        assert (before.silent == 0) is counts
        counting += [match] if counts else []
    assert row.hits == matches
    assert counting == list(range(ignore + every, matches + 1, every))


@given(ignore=st.integers(0, 6), every=st.integers(1, 5), data=st.data())
def test_matches_passed_over_together_count_as_one_by_one(ignore, every, data) -> None:
    row = replace(breakpoint_of("epoch", NET), ignore=ignore, every=every)
    for _ in range(data.draw(st.integers(0, 9))):
        row, _ = met(row)
    some = data.draw(st.integers(0, row.silent))
    together, singly = passed(row, some), row
    for _ in range(some):
        singly, counts = met(singly)
        assert not counts
    assert together == singly


# ---- plain values ------------------------------------------------------------------------------


def test_a_list_kept_as_json_comes_back_the_same() -> None:
    stops = three()
    stops.remove(1)
    stops.add(breakpoint_of('x1->h1_1 update every 3 log "{dw[x1,h1_1]}"', NET, temporary=True))
    stops.count(replace(stops[4], hits=7, since=2))
    stops.disable(2)
    again, problems = from_plain(json.loads(json.dumps(to_plain(stops))), NET)
    assert problems == []
    assert list(again) == list(stops)
    assert again.add(breakpoint_of("epoch", NET)).number == 5


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
    stops, problems = from_plain(plain, NET)
    assert [row.number for row in stops] == [1, 9]
    (problem,) = problems
    assert problem.startswith("breakpoints[1]: ")
    assert said in problem


@pytest.mark.parametrize("plain", [None, 3, "break h1", {"command": "break h1"}])
def test_what_is_no_list_at_all_is_a_problem(plain) -> None:
    stops, problems = from_plain(plain, NET)
    assert (len(stops), problems) == (0, ["breakpoints: expected a list"])


def test_too_long_a_list_is_cut() -> None:
    stops, problems = from_plain([{"command": "break h1_1"}] * (MAX_STOPS + 5), NET)
    assert len(stops) == MAX_STOPS
    assert "the first 500 are kept" in problems[0]
