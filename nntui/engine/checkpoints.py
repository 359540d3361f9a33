"""Checkpoints: a run at some of its update boundaries, to start from when it is to go anywhere."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nntui.engine.full_speed import Vectors

SPACING: Final = 0.01
"""Seconds of computing between two checkpoints at first; 50 ms when some minutes were computed."""
MOST: Final = 8_000
"""How many there may be; beyond, every second one is dropped and the spacing doubles."""
MOST_NUMBERS: Final = 10_000_000
"""How many numbers they may hold together: 80 MB."""


class Checkpoints:
    """The run at some updates' starts, edits made there included; what they hold is shared."""

    def __init__(self, first: Vectors) -> None:
        self._updates = [0]
        self._vectors = {0: first}
        self._spacing = SPACING
        self._spent = 0.0

    def __len__(self) -> int:
        """The number of checkpoints."""
        return len(self._updates)

    @property
    def newest(self) -> int:
        """The last update whose start is kept."""
        return self._updates[-1]

    @property
    def due(self) -> float:
        """Seconds of computing behind the newest one after which the next is to be kept."""
        return max(self._spacing - self._spent, 0.0)

    def before(self, update: int) -> tuple[int, Vectors]:
        """The nearest one at or before an update."""
        found = self._updates[bisect_right(self._updates, update) - 1]
        return found, self._vectors[found]

    def passed(self, update: int, vectors: Vectors, seconds: float) -> None:
        """The run has come to an update's start, computing for so long: keep it if it is due."""
        if update <= self.newest:
            return
        self._spent += seconds
        if self._spent >= self._spacing:
            self.keep(update, vectors)

    def keep(self, update: int, vectors: Vectors) -> None:
        """Keep the run at an update's start, unless a later one is kept already."""
        if update <= self.newest:
            return
        self._updates.append(update)
        self._vectors[update] = vectors
        self._spent = 0.0
        if len(self) > max(4, min(MOST, MOST_NUMBERS // (vectors.p.size + vectors.memory.size))):
            self._spacing *= 2
            for dropped in self._updates[1::2]:
                del self._vectors[dropped]
            self._updates = self._updates[::2]

    def until(self, update: int) -> Checkpoints:
        """Those up to an update, for another line of time that shares this past."""
        other = Checkpoints(self._vectors[0])
        other._updates = self._updates[: bisect_right(self._updates, update)]
        other._vectors = {kept: self._vectors[kept] for kept in other._updates}
        other._spacing = self._spacing
        return other

    def change(self, update: int, vectors: Vectors) -> None:
        """Put other vectors in the place of those of an update, if these are kept."""
        if update in self._vectors:
            self._vectors[update] = vectors
