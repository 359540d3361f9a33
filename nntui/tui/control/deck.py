"""The deck: which panes are seen at a size, and which one has the place that several share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LISTS: Final = ("breakpoints", "watches", "branches")


@dataclass(frozen=True, slots=True)
class Room:
    """What a size has room for: the panes that are always seen, and those that share a place."""

    name: str
    always: frozenset[str]
    shared: tuple[str, ...]


_LEFT: Final = frozenset({"network", "step"})
COMPACT: Final = Room(
    "compact",
    _LEFT,
    ("neurons", "loss", "algorithm", "inspector", *LISTS, "output"),
)
MIDDLE: Final = Room(
    "middle", _LEFT | {"neurons", "algorithm"}, ("loss", "inspector", *LISTS, "output")
)
LARGE: Final = Room(
    "large", _LEFT | {"neurons", "algorithm", *LISTS}, ("loss", "inspector", "output")
)


ROOMS: Final = (COMPACT, MIDDLE, LARGE)


def room(width: int, height: int) -> Room:
    """The room that a terminal has."""
    if width < 100 or height < 28:
        return COMPACT
    return LARGE if width >= 160 and height >= 48 else MIDDLE


class Deck:
    """Turns through the panes of the shared place, and through the lists."""

    def __init__(self) -> None:
        self.room = COMPACT
        self._shared = COMPACT.shared[0]
        self.current = self._shared

    def fit(self, width: int, height: int) -> None:
        """Take the room of another size, and keep what was seen."""
        self.room = room(width, height)
        if self._shared not in self.room.shared:
            self._shared = self.room.shared[0]
        if self.current not in self._order:
            self.current = self._shared

    @property
    def seen(self) -> frozenset[str]:
        """The panes that are seen."""
        return self.room.always | {self._shared}

    @property
    def needs_right(self) -> bool:
        """Whether a pane of the right half is seen: the algorithm's place is the left one."""
        return bool(self.seen - _LEFT - {"algorithm"})

    def open(self, pane: str) -> None:
        """Turn to a pane."""
        self.current = pane
        if pane in self.room.shared:
            self._shared = pane

    def turn(self, direction: int) -> None:
        """Turn to the next pane, or to the one before."""
        order = self._order
        self.open(order[(order.index(self.current) + direction) % len(order)])

    def close(self) -> None:
        """Turn to the first pane."""
        self.open(self.room.shared[0])

    @property
    def _order(self) -> tuple[str, ...]:
        shared = self.room.shared
        return (*shared, *(each for each in LISTS if each not in shared))
