"""A grid of cells to draw text and lines on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from nntui.draw.picture import Span

Cell = tuple[int, int]
"""Column and row, counted from the top left."""
_Look = tuple[str, float | None, float | None]
_BLANK: Final[_Look] = ("blank", None, None)


class Canvas:
    """Cells that start blank; what is drawn later covers what was drawn before.

    Only those in `columns` and `rows` are drawn, by default all of them.
    """

    def __init__(
        self, width: int, height: int, columns: range | None = None, rows: range | None = None
    ) -> None:
        self.width = width
        self.height = height
        across, down = columns or range(width), rows or range(height)
        self.left, self._right = max(across.start, 0), min(across.stop, width)
        shown, cells = range(max(down.start, 0), min(down.stop, height)), self._right - self.left
        self._texts = {row: [" "] * cells for row in shown}
        self._looks: dict[int, list[_Look]] = {row: [_BLANK] * cells for row in shown}
        self._used: set[int] = set()

    def cell(self, x: int, y: int, text: str, role: str, value: float | None = None) -> None:
        """Draw a character that takes one cell; outside the canvas it is dropped."""
        if self.left <= x < self._right and y in self._texts:
            self._texts[y][x - self.left] = text
            self._looks[y][x - self.left] = (role, value, None)
            self._used.add(y)

    def dots(self, bits: Mapping[Cell, int], looks: Mapping[Cell, tuple[str, float]]) -> None:
        """Draw braille characters by the bits of their dots, and their roles and values."""
        made: dict[tuple[str, float], _Look] = {}
        left, right = self.left, self._right
        for (x, y), dots in bits.items():
            if left <= x < right and y in self._texts:
                look = looks[x, y]
                if look not in made:
                    made[look] = (*look, None)
                self._texts[y][x - left] = chr(0x2800 + dots)
                self._looks[y][x - left] = made[look]
                self._used.add(y)

    def text(
        self, x: int, y: int, text: str, width: int, role: str, value: float | None = None
    ) -> None:
        """Draw a text that takes exactly `width` cells.

        One with wide characters stands in its first cell as a whole, so that none is ever split:
        nothing may be drawn over a part of it.
        """
        pieces = text if len(text) == width else (text, *[""] * (width - 1))
        if x < self.left or x + width > self._right:
            for covered, piece in enumerate(pieces, x):
                self.cell(covered, y, piece, role, value)
        elif y in self._texts:
            first = x - self.left
            self._texts[y][first : first + width] = pieces
            self._looks[y][first : first + width] = [(role, value, None)] * width
            self._used.add(y)

    def spans(self, x: int, y: int, spans: Sequence[Span]) -> None:
        """Draw finished spans whose characters take a cell each, from the cell (x, y) on."""
        if y not in self._texts:
            return
        self._used.add(y)
        text = "".join([span.text for span in spans])
        looks: list[_Look] = []
        for span in spans:
            looks += [(span.role, span.value, span.below)] * len(span.text)
        first, last = max(self.left - x, 0), min(self._right - x, len(text))
        if first < last:
            shown = slice(x + first - self.left, x + last - self.left)
            self._texts[y][shown] = text[first:last]
            self._looks[y][shown] = looks[first:last]

    def is_blank(self, x: int, y: int, width: int) -> bool:
        """Whether nothing is drawn yet in `width` cells from (x, y) on."""
        if y not in self._texts or x < self.left or x + width > self._right:
            return False
        first = x - self.left
        return all(text == " " for text in self._texts[y][first : first + width])

    def rows(self) -> tuple[tuple[Span, ...], ...]:
        """Join neighbouring cells of one role into spans, row by row, from the first column on."""
        cells = self._right - self.left
        blank: tuple[Span, ...] = (Span(" " * cells, *_BLANK),) if cells else ()
        rows = [blank] * self.height
        for row in self._used:
            rows[row] = _spans(tuple(self._texts[row]), tuple(self._looks[row]))
        return tuple(rows)


@lru_cache(maxsize=512)  # from step to step most rows of a drawing stay as they are
def _spans(texts: tuple[str, ...], looks: tuple[_Look, ...]) -> tuple[Span, ...]:
    """Join neighbouring cells that look alike."""
    spans: list[Span] = []
    begun = 0
    for look, alike in groupby(looks):
        end = begun + len(list(alike))
        if text := "".join(texts[begun:end]):
            spans.append(Span(text, *look))
        begun = end
    return tuple(spans)


class Leg(NamedTuple):
    """A straight piece of a connection, from cell (x0, y0) to cell (x1, y1), both included."""

    x0: int
    y0: int
    x1: int
    y1: int


DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot in a braille character, by [row][column]."""
_MIDDLE: Final = 1
"""The dot row, of four, at which a line meets a box."""
_ABREAST: Final = {1: (0,), 2: (0, 1), 3: (-1, 0, 1)}
"""Where the dots of a line lie beside each other, by its width."""


@lru_cache(maxsize=4096)
def stroke(leg: Leg, pattern: str = "1", width: int = 1) -> tuple[tuple[Cell, int], ...]:
    """Return the cells of a braille line, each with the bits of its dots.

    `pattern` says which dots there are along the line, over and over: ``110`` leaves every third
    one out. Either end has its dash. The line is `width` dots wide, 1 to 3.
    """
    x0, y0 = leg.x0 * 2, leg.y0 * 4 + _MIDDLE
    x1, y1 = leg.x1 * 2 + 1, leg.y1 * 4 + _MIDDLE
    count = max(abs(x1 - x0), abs(y1 - y0))
    steep = abs(y1 - y0) > abs(x1 - x0)
    bits: dict[Cell, int] = {}
    # Sparse lines that all began with their first dot would draw upright stripes together.
    dotted = pattern.count("1") == 1
    first = 3 * leg.y0 + 2 * leg.y1 if dotted else 0
    for i in range(count + 1):
        if pattern[(i - first if dotted else min(i, count - i)) % len(pattern)] == "0":
            continue
        x = x0 + (2 * i * (x1 - x0) + count) // (2 * count)
        y = y0 + (2 * i * (y1 - y0) + count) // (2 * count)
        for beside in _ABREAST[width]:
            # A line beside a box would go into it.
            dot_x = min(max(x + beside, x0), x1) if steep else x
            dot_y = y if steep else y + beside
            cell = (dot_x // 2, dot_y // 4)
            bits[cell] = bits.get(cell, 0) | DOTS[dot_y % 4][dot_x % 2]
    return tuple(bits.items())


@lru_cache(maxsize=4096)
def path(leg: Leg) -> tuple[Cell, ...]:
    """Return the cells through which a line runs, from its start to its end."""
    return tuple(cell for cell, _ in stroke(leg))
