"""Bookmarks: names for positions on branches."""

import pytest
from support.experiments import layered

from nntui.debugger.bookmarks import BookmarkError, BranchPosition
from nntui.debugger.debugger import Debugger


@pytest.fixture
def debugger() -> Debugger:
    return Debugger(layered(2, 2, 1, epochs=3))


def test_a_bookmark_leads_back_to_its_position_and_branch(debugger) -> None:
    debugger.seek(10)
    debugger.bookmarks.add("before the jump")
    debugger.edit("w[x1,h1_1]", 0.5)
    debugger.seek(30)
    there = debugger.branches.current.name
    debugger.bookmarks.add("after")
    debugger.bookmarks.go("before the jump")
    assert (debugger.position, debugger.branches.current.name) == (10, "main")
    debugger.bookmarks.go("after")
    assert (debugger.position, debugger.branches.current.name) == (30, there)


def test_bookmarks_stand_in_the_order_of_the_run(debugger) -> None:
    for name, position in (("late", 50), ("early", 3), ("middle", 20)):
        debugger.seek(position)
        debugger.bookmarks.add(name)
    assert [each.name for each in debugger.bookmarks] == ["early", "middle", "late"]
    debugger.seek(60)
    debugger.bookmarks.add("early")
    assert [each.name for each in debugger.bookmarks] == ["middle", "late", "early"]
    debugger.bookmarks.remove("late")
    assert len(debugger.bookmarks) == 2
    assert "late" not in debugger.bookmarks


def test_an_unknown_bookmark_is_an_error_that_says_the_nearest(debugger) -> None:
    with pytest.raises(BookmarkError, match="there are none yet"):
        debugger.bookmarks.go("here")
    debugger.bookmarks.add("first loss")
    for ask in (debugger.bookmarks.go, debugger.bookmarks.remove, debugger.bookmarks.find):
        with pytest.raises(BookmarkError, match='did you mean "first loss"'):
            ask("frist loss")


@pytest.mark.parametrize("name", ["", " a", "a\nb", "12", "-3", "+7", "x" * 65])
def test_a_name_that_cannot_be_is_an_error(debugger, name) -> None:
    with pytest.raises(BookmarkError, match="cannot be a bookmark’s name"):
        debugger.bookmarks.add(name)


def test_a_bookmark_on_a_deleted_branch_says_so_and_moves_nothing(debugger) -> None:
    debugger.seek(10)
    name = debugger.edit("w[x1,h1_1]", 0.5).name
    debugger.bookmarks.add("there")
    debugger.branches.switch("main")
    debugger.branches.delete(name)
    debugger.seek(4)
    with pytest.raises(BookmarkError, match="no longer there"):
        debugger.bookmarks.go("there")
    assert debugger.position == 4
    assert len(debugger.bookmarks) == 1


def test_bookmarks_follow_a_branch_to_its_new_name(debugger) -> None:
    debugger.bookmarks.add("on main")
    debugger.edit("w[x1,h1_1]", 0.5)
    old = debugger.branches.current.name
    debugger.bookmarks.add("aside")
    debugger.branches.rename(old, "bolder")
    assert debugger.bookmarks.find("aside").at == BranchPosition(0, "bolder")
    assert debugger.bookmarks.find("on main").at == BranchPosition(0, "main")


def test_bookmarks_are_kept_as_plain_values(debugger) -> None:
    debugger.seek(10)
    debugger.bookmarks.add("ten")
    plain = debugger.bookmarks.plain
    assert plain == [{"name": "ten", "position": 10, "branch": "main"}]
    other = Debugger(debugger.experiment)
    other.bookmarks.add("gone")
    other.bookmarks.restore(plain)
    assert other.bookmarks.plain == plain


@pytest.mark.parametrize(
    "plain",
    [
        3,
        {},
        [{"name": "a", "position": 1}],
        [{"name": "a", "position": True, "branch": "main"}],
        [{"name": "a", "position": 1, "branch": "main", "colour": "red"}],
        [{"name": "7", "position": 1, "branch": "main"}],
        [{"name": "a", "position": 10**9, "branch": "main"}],
        [{"name": "a", "position": -1, "branch": "main"}],
    ],
)
def test_what_was_kept_badly_changes_nothing(debugger, plain) -> None:
    debugger.bookmarks.add("here")
    with pytest.raises(BookmarkError):
        debugger.bookmarks.restore(plain)
    assert [each.name for each in debugger.bookmarks] == ["here"]


@pytest.mark.parametrize("name", ["start", "end", "step 3", "epoch 1", "12"])
def test_what_goto_understands_anyway_is_no_name(debugger, name) -> None:
    with pytest.raises(BookmarkError, match="cannot be a bookmark’s name"):
        debugger.bookmarks.add(name)
    debugger.bookmarks.add(f"{name} of it")


def test_of_very_many_bookmarks_the_oldest_are_forgotten(debugger, monkeypatch):
    monkeypatch.setattr("nntui.debugger.bookmarks.MAX_BOOKMARKS", 3)
    for name in ("a", "b", "c", "a", "d"):
        debugger.bookmarks.add(name)
    assert [each["name"] for each in debugger.bookmarks.plain] == ["c", "a", "d"]
