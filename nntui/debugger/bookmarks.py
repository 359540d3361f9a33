"""Bookmarks: names for spots of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.branches import Branches, BranchPosition
from nntui.model.errors import NntuiError
from nntui.model.names import did_you_mean, escaped, fault_in_name

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper


_PLACE: Final = re.compile(r"start|end|(step|update|epoch)\s+\S+")
"""What ``goto`` understands without a bookmark."""


class BookmarkError(NntuiError):
    """There is no such bookmark, it cannot be one, or its branch is gone."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A name for a position on a branch."""

    name: str
    spot: BranchPosition


class Bookmarks:
    """The person's bookmarks on a debugger, by name.

    >>> debugger.bookmarks.add("before the jump")
    >>> debugger.seek(9000)
    >>> debugger.bookmarks.go("before the jump")
    """

    def __init__(self, stepper: Stepper, branches: Branches) -> None:
        self._stepper, self._branches = stepper, branches
        self._bookmarks: dict[str, Bookmark] = {}

    def __iter__(self) -> Iterator[Bookmark]:
        """The bookmarks in the order of the run."""
        return iter(sorted(self._bookmarks.values(), key=lambda each: each.spot.position))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._bookmarks)

    def __contains__(self, name: object) -> bool:
        """Whether a bookmark of that name stands somewhere."""
        return name in self._bookmarks

    def add(self, name: str, spot: BranchPosition | None = None) -> Bookmark:
        """Give a spot (this one, when left out) a name; a name that is taken moves there.

        Raises:
            BookmarkError: this cannot be a name, or the run has no such position.
        """
        bookmark = Bookmark(_checked(name), spot or self._branches.here)
        if not 0 <= bookmark.spot.position <= self._stepper.total:
            raise BookmarkError(
                f"bookmark “{name}”: there is no position {bookmark.spot.position}: "
                f"the run has {self._stepper.total} steps"
            )
        self._bookmarks[name] = bookmark
        return bookmark

    def find(self, name: str) -> Bookmark:
        """The bookmark of that name.

        Raises:
            BookmarkError: there is none; the sentence says the nearest.
        """
        if name not in self._bookmarks:
            hint = did_you_mean(name, self._bookmarks)
            none = "" if self._bookmarks else ": there are none yet"
            raise BookmarkError(
                f"there is no bookmark “{escaped(name)}”{none}{hint and '; ' + hint}"
            )
        return self._bookmarks[name]

    def remove(self, name: str) -> Bookmark:
        """Take a name away.

        Raises:
            BookmarkError: there is none of that name.
        """
        found = self.find(name)
        del self._bookmarks[name]
        return found

    def go(self, name: str) -> Bookmark:
        """Go to where a bookmark stands, on its branch.

        Raises:
            BookmarkError: there is none of that name, or its branch was deleted.
        """
        found = self.find(name)
        if found.spot.branch not in self._branches:
            raise BookmarkError(
                f"bookmark “{name}” stands on branch “{escaped(found.spot.branch)}”, "
                "which is no longer there"
            )
        self._branches.go(found.spot)
        return found

    def follow(self, branch: str, renamed: str) -> None:
        """Stay on a branch that has another name now."""
        for each in self:
            if each.spot.branch == branch:
                moved = Bookmark(each.name, BranchPosition(each.spot.position, renamed))
                self._bookmarks[each.name] = moved

    # ---- keeping -------------------------------------------------------------------------------

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The bookmarks as plain values, to be kept in a file."""
        return [
            {"name": each.name, "position": each.spot.position, "branch": each.spot.branch}
            for each in self
        ]

    def restore(self, plain: Any) -> None:
        """Put bookmarks that were kept in the place of those here; all of them or none.

        Raises:
            BookmarkError: this is no list of bookmarks, or one of them cannot be.
        """
        kept, self._bookmarks = self._bookmarks, {}
        try:
            for each in plain if isinstance(plain, list) else [plain]:
                self.add(*_read(each))
        except BookmarkError:
            self._bookmarks = kept
            raise


def _checked(name: str) -> str:
    fault = fault_in_name(name)
    if fault is None and name.lstrip("+-").isdigit():
        fault = "a number is a position"
    if fault is None and _PLACE.fullmatch(name):
        fault = "goto knows another place of that name"
    if fault:
        raise BookmarkError(f"“{escaped(name)}” cannot be a bookmark’s name: {fault}")
    return name


def _read(plain: Any) -> tuple[str, BranchPosition]:
    match plain:
        case {"name": str(name), "position": int(position), "branch": str(branch)} if len(
            plain
        ) == 3 and not isinstance(position, bool):
            return name, BranchPosition(position, branch)
        case _:
            found = escaped(repr(plain), 60)
            raise BookmarkError(f"bookmarks: found {found}, expected name, position and branch")


# ---- trail ---------------------------------------------------------------------------------------


LONGEST: Final = 200
"""How many stops are remembered; the oldest are forgotten."""


class StopHistory:
    """The stops of a debugger, in the order in which they were made.

    Whoever stops says so with ``visit``. ``back`` and ``forth`` say where to go and leave the going
    to the caller (``Branches.go``). A new stop forgets those that lay ahead.

    >>> debugger.stop_history.visit()
    >>> debugger.seek(900)
    >>> debugger.stop_history.visit()
    >>> debugger.stop_history.back()
    BranchPosition(position=0, branch='main')
    """

    def __init__(self, branches: Branches) -> None:
        self._branches = branches
        self._spots: list[BranchPosition] = []
        self._at = -1

    @property
    def spots(self) -> tuple[BranchPosition, ...]:
        """The stops that are remembered, oldest first."""
        return tuple(self._spots)

    @property
    def ahead(self) -> int:
        """How many stops lie ahead, since ``back`` was asked for."""
        return len(self._spots) - 1 - self._at

    def visit(self, spot: BranchPosition | None = None) -> None:
        """Note a stop (here, when left out); one at the same spot as the last is the same."""
        spot = spot or self._branches.here
        if self._spots and self._spots[self._at] == spot:
            return
        del self._spots[self._at + 1 :]
        self._spots.append(spot)
        del self._spots[:-LONGEST]
        self._at = len(self._spots) - 1

    def back(self) -> BranchPosition | None:
        """The stop before this one; None when there is none. ``forth`` will lead back to here."""
        self.visit()
        return self._turn(-1)

    def forth(self) -> BranchPosition | None:
        """The stop that ``back`` came from; None when there is none."""
        return self._turn(1)

    def follow(self, branch: str, renamed: str) -> None:
        """Stay on a branch that has another name now."""
        self._spots = [
            BranchPosition(spot.position, renamed) if spot.branch == branch else spot
            for spot in self._spots
        ]

    def _turn(self, direction: int) -> BranchPosition | None:
        """The next other spot in a direction; those whose branch is gone are forgotten."""
        stands = self._spots[self._at] if self._spots else None
        while 0 <= (at := self._at + direction) < len(self._spots):
            spot = self._spots[at]
            if spot != stands and spot.branch in self._branches:
                self._at = at
                return spot
            del self._spots[at]
            if direction < 0:
                self._at -= 1
        return None
