"""A grid of cells to draw text and lines on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from nntui.draw.picture import Span

Cell = tuple[int, int]
"""Column and row, counted from the top left."""
_Look = tuple[str, float | None]
_BLANK: Final[_Look] = ("blank", None)


class Canvas:
    """Cells that start blank; what is drawn later covers what was drawn before.

    With a `window`, only its rows are drawn.
    """

    def __init__(self, width: int, height: int, window: range | None = None) -> None:
        self.width = width
        self.height = height
        rows = range(height) if window is None else window
        shown = [row for row in rows if 0 <= row < height]
        self._texts = {row: [" "] * width for row in shown}
        self._looks: dict[int, list[_Look]] = {row: [_BLANK] * width for row in shown}

    def cell(self, x: int, y: int, text: str, role: str, value: float | None = None) -> None:
        """Draw a character that takes one cell; outside the canvas it is dropped."""
        if 0 <= x < self.width and y in self._texts:
            self._texts[y][x] = text
            self._looks[y][x] = (role, value)

    def text(
        self, x: int, y: int, text: str, width: int, role: str, value: float | None = None
    ) -> None:
        """Draw a text that takes exactly `width` cells.

        The first cell holds the whole text and the others are emptied, so a wide character is never
        split; therefore texts must not overlap.
        """
        self.cell(x, y, text, role, value)
        for covered in range(x + 1, x + width):
            self.cell(covered, y, "", role, value)

    def rows(self) -> tuple[tuple[Span, ...], ...]:
        """Join neighbouring cells of one role into spans, row by row."""
        blank: tuple[Span, ...] = (Span(" " * self.width, *_BLANK),) if self.width else ()
        rows = [blank] * self.height
        for row, texts in self._texts.items():
            spans: list[Span] = []
            x = 0
            for look, cells in groupby(self._looks[row]):
                begin, x = x, x + len(list(cells))
                if text := "".join(texts[begin:x]):
                    spans.append(Span(text, *look))
            rows[row] = tuple(spans)
        return tuple(rows)


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

# Sideways, and up or down.
_SOLID: Final = "━┃"
_BROKEN: Final = "╍╏"
_TURNS: Final = {1: ("┓", "┗"), -1: ("┛", "┏")}
"""Going down (1) or up (−1): the corner that leaves a row, the one that joins the next."""


@lru_cache(maxsize=2048)
def thin(leg: Leg, on: int = 1, off: int = 0) -> tuple[tuple[Cell, int], ...]:
    """Return the cells of a braille line, each with the bits of its dots.

    The line has `on` dots, then leaves `off` of them out, and so on. With `on` above 1 either end
    has its dash.
    """
    x0, y0 = leg.x0 * 2, leg.y0 * 4 + _MIDDLE
    x1, y1 = leg.x1 * 2 + 1, leg.y1 * 4 + _MIDDLE
    count = max(abs(x1 - x0), abs(y1 - y0))
    bits: dict[Cell, int] = {}
    # Sparse lines that all began with their first dot would draw upright stripes together.
    period = on + off
    first = (3 * leg.y0 + 2 * leg.y1) % period if on == 1 else 0
    for i in range(count + 1):
        if (i - first if on == 1 else min(i, count - i)) % period >= on:
            continue
        x = x0 + (2 * i * (x1 - x0) + count) // (2 * count)
        y = y0 + (2 * i * (y1 - y0) + count) // (2 * count)
        cell = (x // 2, y // 4)
        bits[cell] = bits.get(cell, 0) | DOTS[y % 4][x % 2]
    return tuple(bits.items())


@lru_cache(maxsize=2048)
def stairs(leg: Leg, broken: bool) -> Mapping[Cell, str]:
    """Return the cells of a heavy line, each with its box-drawing character.

    It begins and ends with a sideways piece, so that an arrowhead fits at either end; a slanting
    one takes at least two columns for that.
    """
    sideways, upright = _BROKEN if broken else _SOLID
    marks: dict[Cell, str] = {}
    steps = max(1, leg.x1 - 1 - leg.x0)
    height = abs(leg.y1 - leg.y0)
    way = 1 if leg.y1 >= leg.y0 else -1
    row = leg.y0
    for x in range(leg.x0, leg.x1 + 1):
        along = min(x - leg.x0, steps)
        goal = leg.y0 + way * ((2 * along * height + steps) // (2 * steps))
        if goal == row:
            marks[x, row] = sideways
            continue
        for between in range(row + way, goal, way):
            marks[x, between] = upright
        marks[x, row], marks[x, goal] = _TURNS[way]
        row = goal
    return marks
