"""The history of stops, back and forth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.experiments import layered

from nntui.debugger.bookmarks import MAX_STOPS, BranchPosition
from nntui.debugger.debugger import Debugger


@pytest.fixture
def debugger() -> Debugger:
    return Debugger(layered(2, 2, 1, epochs=3))


def stop(debugger, position) -> None:
    debugger.seek(position)
    debugger.stop_history.visit()


@given(positions=st.lists(st.integers(0, 60), min_size=1, max_size=10))
def test_back_and_forth_pass_through_every_stop(positions) -> None:
    debugger = Debugger(layered(2, 2, 1, epochs=3))
    for position in positions:
        stop(debugger, position)
    expected = [p for n, p in enumerate(positions) if n == 0 or positions[n - 1] != p]
    back = [debugger.position]
    while (there := debugger.stop_history.back()) is not None:
        debugger.branches.go(there)
        back.append(debugger.position)
    assert back == expected[::-1]
    forth = [debugger.position]
    while (there := debugger.stop_history.forth()) is not None:
        debugger.branches.go(there)
        forth.append(debugger.position)
    assert forth == expected
    assert debugger.stop_history.ahead == 0


def test_back_from_between_two_stops_leads_to_the_last_one_and_forth_again(debugger) -> None:
    stop(debugger, 10)
    debugger.seek(17)
    there = debugger.stop_history.back()
    assert there == BranchPosition(10, "main")
    debugger.branches.go(there)
    assert debugger.stop_history.forth() == BranchPosition(17, "main")


def test_a_new_stop_forgets_those_ahead(debugger) -> None:
    for position in (10, 20, 30):
        stop(debugger, position)
    for _ in range(2):
        debugger.branches.go(debugger.stop_history.back())
    assert debugger.stop_history.ahead == 2
    stop(debugger, 15)
    assert [there.position for there in debugger.stop_history.stops] == [10, 15]
    assert debugger.stop_history.forth() is None


def test_without_a_stop_there_is_none_to_go_to(debugger) -> None:
    assert debugger.stop_history.forth() is None
    assert debugger.stop_history.back() is None


def test_the_oldest_stops_are_forgotten(debugger) -> None:
    for n in range(MAX_STOPS + 50):
        stop(debugger, n)
    assert len(debugger.stop_history.stops) == MAX_STOPS
    assert debugger.stop_history.stops[0].position == 50
    assert debugger.stop_history.ahead == 0


def test_stops_on_a_deleted_branch_are_passed_over(debugger) -> None:
    stop(debugger, 10)
    name = debugger.edit("w[x1,h1_1]", 0.5).name
    stop(debugger, 20)
    stop(debugger, 30)
    debugger.branches.switch("main")
    debugger.branches.delete(name)
    stop(debugger, 40)
    there = debugger.stop_history.back()
    assert there == BranchPosition(10, "main")
    debugger.branches.go(there)
    assert debugger.stop_history.back() is None
    assert debugger.stop_history.forth() == BranchPosition(40, "main")


def test_the_same_spot_twice_around_a_deleted_branch_is_one_stop(debugger) -> None:
    stop(debugger, 10)
    name = debugger.edit("w[x1,h1_1]", 0.5).name
    stop(debugger, 20)
    debugger.branches.switch("main")
    stop(debugger, 10)
    debugger.branches.delete(name)
    assert debugger.stop_history.back() is None


def test_the_history_leads_from_branch_to_branch(debugger) -> None:
    stop(debugger, 10)
    name = debugger.edit("w[x1,h1_1]", 0.5).name
    debugger.stop_history.visit()
    there = debugger.stop_history.back()
    assert there == BranchPosition(10, "main")
    debugger.branches.go(there)
    assert debugger.branches.current.name == "main"
    debugger.branches.rename(name, "bolder")
    assert debugger.stop_history.forth() == BranchPosition(10, "bolder")
