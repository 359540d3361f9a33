"""Bookmarks, which name positions of a run, and the history of its stops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from nntui.debugger.branches import Branches, BranchPosition
from nntui.model.errors import NntuiError
from nntui.model.names import escaped, fault_in_name, near_or_all

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper

_PLACE: Final = re.compile(r"start|end|(step|update|epoch)\s+\S+")
"""What ``goto`` understands without a bookmark."""


MAX_BOOKMARKS: Final = 1000


class BookmarkError(NntuiError):
    """There is no such bookmark, it cannot be one, or its branch is gone."""


class Bookmark(Struct, frozen=True):
    """A name for a position on a branch."""

    name: str
    at: BranchPosition


class Bookmarks:
    """The bookmarks of a debugger, by name; a name that none has is a BookmarkError.

    >>> debugger.bookmarks.add("before the jump")
    >>> debugger.seek(9000)
    >>> debugger.bookmarks.go("before the jump")
    """

    def __init__(self, stepper: Stepper, branches: Branches) -> None:
        self._stepper, self._branches = stepper, branches
        branches.followers.append(self._follow)
        self._bookmarks: dict[str, Bookmark] = {}

    def __iter__(self) -> Iterator[Bookmark]:
        """Iterate in the order of the run."""
        return iter(sorted(self._bookmarks.values(), key=lambda each: each.at.position))

    def __len__(self) -> int:
        return len(self._bookmarks)

    def __contains__(self, name: object) -> bool:
        return name in self._bookmarks

    def add(self, name: str, at: BranchPosition | None = None) -> Bookmark:
        """Name a position (the current one, when left out); a name that is taken moves there.

        Of more than ``MAX_BOOKMARKS`` the oldest is forgotten.

        Raises:
            BookmarkError: this cannot be a name, or the run has no such position.
        """
        fault = fault_in_name(name)
        if fault is None and name.lstrip("+-").isdigit():
            fault = "a number is a position"
        if fault is None and _PLACE.fullmatch(name):
            fault = "goto knows another place of that name"
        if fault:
            raise BookmarkError(f"“{escaped(name)}” cannot be a bookmark’s name: {fault}")
        bookmark = Bookmark(name, at or self._branches.here)
        if not 0 <= bookmark.at.position <= self._stepper.total:
            raise BookmarkError(
                f"bookmark “{name}”: there is no position {bookmark.at.position:,}: "
                f"the run has {self._stepper.total:,} steps"
            )
        self._bookmarks.pop(name, None)  # the one made last stands last
        self._bookmarks[name] = bookmark
        while len(self._bookmarks) > MAX_BOOKMARKS:
            del self._bookmarks[next(iter(self._bookmarks))]
        return bookmark

    def find(self, name: str) -> Bookmark:
        if name not in self._bookmarks:
            hint = near_or_all(name, self._bookmarks)
            none = "" if self._bookmarks else ": there are none yet"
            raise BookmarkError(
                f"there is no bookmark “{escaped(name)}”{none}{hint and '; ' + hint}"
            )
        return self._bookmarks[name]

    def remove(self, name: str) -> Bookmark:
        """Delete a bookmark, and return it."""
        found = self.find(name)
        del self._bookmarks[name]
        return found

    def go(self, name: str) -> Bookmark:
        """Go to a bookmark's position, on its branch.

        Raises:
            BookmarkError: its branch was deleted.
        """
        found = self.find(name)
        if found.at.branch not in self._branches:
            raise BookmarkError(
                f"bookmark “{name}” stands on branch “{escaped(found.at.branch)}”, "
                "which is no longer there"
            )
        self._branches.go(found.at)
        return found

    def _follow(self, branch: str, renamed: str) -> None:
        """Stay on a branch that has another name now."""
        for each in self:
            if each.at.branch == branch:
                self.add(each.name, BranchPosition(each.at.position, renamed))

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The bookmarks as plain values, the oldest first."""
        return [
            {"name": each.name, "position": each.at.position, "branch": each.at.branch}
            for each in self._bookmarks.values()
        ]

    def restore(self, plain: Any) -> None:
        """Replace the bookmarks by stored ones; all of them or none.

        Raises:
            BookmarkError: this is no list of bookmarks, or one of them cannot be.
        """
        kept, self._bookmarks = self._bookmarks, {}
        try:
            for each in plain if isinstance(plain, list) else [plain]:
                match each:
                    case {"name": str(name), "position": int(at), "branch": str(branch)} if len(
                        each
                    ) == 3 and not isinstance(at, bool):
                        self.add(name, BranchPosition(at, branch))
                    case _:
                        raise BookmarkError(
                            f"bookmarks: found {escaped(repr(each), 60)}, "
                            "expected name, position and branch"
                        )
        except BookmarkError:
            self._bookmarks = kept
            raise


MAX_STOPS: Final = 200
"""How many stops are remembered; the oldest are forgotten."""


class StopHistory:
    """The positions where a debugger stopped, in the order in which it did.

    ``back`` and ``forth`` say where to go and leave the going to the caller (``Branches.go``). A
    new stop forgets those that lay ahead.

    >>> debugger.stop_history.visit()
    >>> debugger.seek(900)
    >>> debugger.stop_history.visit()
    >>> debugger.stop_history.back()
    BranchPosition(position=0, branch='main')
    """

    def __init__(self, branches: Branches) -> None:
        self._branches = branches
        branches.followers.append(self._follow)
        self._stops: list[BranchPosition] = []
        self._index = -1  # of the stop that back and forth start from

    @property
    def stops(self) -> tuple[BranchPosition, ...]:
        """The stops that are remembered, oldest first."""
        return tuple(self._stops)

    @property
    def ahead(self) -> int:
        """How many stops ``forth`` can still go to."""
        return len(self._stops) - 1 - self._index

    def visit(self) -> None:
        """Note a stop here; a second one at the same position is the same stop."""
        here = self._branches.here
        if self._stops and self._stops[self._index] == here:
            return
        del self._stops[self._index + 1 :]
        self._stops.append(here)
        del self._stops[:-MAX_STOPS]
        self._index = len(self._stops) - 1

    def restore(self, stops: Iterable[BranchPosition]) -> None:
        """Remember other stops, oldest first."""
        self._stops = list(stops)[-MAX_STOPS:]
        self._index = len(self._stops) - 1

    def back(self) -> BranchPosition | None:
        """The stop before this one; None without one. ``forth`` will lead back to here."""
        self.visit()
        return self._move(-1)

    def forth(self) -> BranchPosition | None:
        """The stop that ``back`` came from; None without one."""
        return self._move(1)

    def _follow(self, branch: str, renamed: str) -> None:
        """Stay on a branch that has another name now."""
        self._stops = [
            BranchPosition(stop.position, renamed) if stop.branch == branch else stop
            for stop in self._stops
        ]

    def _move(self, direction: int) -> BranchPosition | None:
        """The next other stop in a direction; stops on deleted branches are forgotten."""
        here = self._stops[self._index] if self._stops else None
        while 0 <= (index := self._index + direction) < len(self._stops):
            stop = self._stops[index]
            if stop != here and stop.branch in self._branches:
                self._index = index
                return stop
            del self._stops[index]
            if direction < 0:
                self._index -= 1
        return None
