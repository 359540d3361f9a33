"""The trail: where the run has stopped, to go back and forth like through an editor's jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nntui.debugger.asking.spot import Spot, here, is_there

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

LONGEST: Final = 200
"""How many stops are remembered; the oldest are forgotten."""


class Trail:
    """The stops of a debugger, in the order in which they were made.

    Whoever stops says so with ``visit``. ``back`` and ``forth`` say where to go and leave the going
    to the caller (``nntui.debugger.asking.spot.go``). A new stop forgets those that lay ahead.

    >>> debugger.trail.visit()
    >>> debugger.seek(900)
    >>> debugger.trail.visit()
    >>> debugger.trail.back()
    Spot(position=0, branch='main')
    """

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self._spots: list[Spot] = []
        self._at = -1

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The stops that are remembered, oldest first."""
        return tuple(self._spots)

    @property
    def ahead(self) -> int:
        """How many stops lie ahead, since ``back`` was asked for."""
        return len(self._spots) - 1 - self._at

    def visit(self, spot: Spot | None = None) -> None:
        """Note a stop (here, when left out); one at the same spot as the last is the same."""
        spot = spot or here(self._debugger)
        if self._spots and self._spots[self._at] == spot:
            return
        del self._spots[self._at + 1 :]
        self._spots.append(spot)
        del self._spots[:-LONGEST]
        self._at = len(self._spots) - 1

    def back(self) -> Spot | None:
        """The stop before this one; None when there is none. ``forth`` will lead back to here."""
        self.visit()
        return self._turn(-1)

    def forth(self) -> Spot | None:
        """The stop that ``back`` came from; None when there is none."""
        return self._turn(1)

    def follow(self, branch: str, renamed: str) -> None:
        """Stay on a branch that has another name now."""
        self._spots = [
            Spot(spot.position, renamed) if spot.branch == branch else spot for spot in self._spots
        ]

    def _turn(self, direction: int) -> Spot | None:
        """The next other spot in a direction; those whose branch is gone are forgotten."""
        stands = self._spots[self._at] if self._spots else None
        while 0 <= (at := self._at + direction) < len(self._spots):
            spot = self._spots[at]
            if spot != stands and is_there(self._debugger, spot):
                self._at = at
                return spot
            del self._spots[at]
            if direction < 0:
                self._at -= 1
        return None
