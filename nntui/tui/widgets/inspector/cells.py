"""The numbers in the tables of connections: as precise as they are wanted and their cells allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nntui.explain.numbers import PRECISIONS, fitted, rounded
from nntui.text import padded
from nntui.tui.widgets.inspector.equations import NOT_YET

_WANTED: Final = (8, 10, 15, 24)
"""Cells that the numbers of each precision are shown in, where there is room."""
_ALIGNED: Final = 10
"""Numbers in so many cells or fewer are cut to one width, so that their points stand in a line."""
_LEAST: Final = 6


@dataclass(frozen=True, slots=True)
class Cells:
    """Numbers in ``width`` cells and one of air before them."""

    width: int
    precision: int

    @classmethod
    def of(cls, precision: int, room: int, columns: int) -> Cells:
        """What so many columns get of a room."""
        return cls(max(min(_WANTED[precision], room // columns - 1), _LEAST), precision)

    @classmethod
    def wanted(cls, precision: int) -> int:
        """Cells of a number where there is room, with its air."""
        return _WANTED[precision] + 1

    def heading(self, word: str) -> str:
        """A word above a column."""
        return padded(word, self.width + 1, right=True)

    def number(self, value: float | None) -> str:
        """A number, or the sign for none."""
        return padded(
            NOT_YET if value is None else self._written(value), self.width + 1, right=True
        )

    def _written(self, value: float) -> str:
        if self.width <= _ALIGNED:
            return fitted(value, self.width)
        tried = (PRECISIONS[self.precision].number, *map(rounded, range(16, 0, -1)))
        texts = (number(value) for number in tried)
        return next((text for text in texts if len(text) <= self.width), fitted(value, self.width))
