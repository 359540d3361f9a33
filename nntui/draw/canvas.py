"""A grid of cells to draw on, that becomes a picture's rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Final

from nntui.draw.picture import Span

Cell = tuple[int, int]
"""Column and row, counted from the top left."""
_Look = tuple[str, float | None]
_BLANK: Final[_Look] = ("blank", None)


class Canvas:
    """Cells that start blank; what is put later covers what was put before.

    Only the rows of `window` take anything.
    """

    def __init__(self, width: int, height: int, window: range | None = None) -> None:
        self.width = width
        self.height = height
        rows = range(height) if window is None else window
        shown = [row for row in rows if 0 <= row < height]
        self._texts = {row: [" "] * width for row in shown}
        self._looks: dict[int, list[_Look]] = {row: [_BLANK] * width for row in shown}

    def cell(self, x: int, y: int, text: str, role: str, value: float | None = None) -> None:
        """Put one character that takes one cell; outside the canvas it is dropped."""
        if 0 <= x < self.width and y in self._texts:
            self._texts[y][x] = text
            self._looks[y][x] = (role, value)

    def line(self, marks: Mapping[Cell, str], role: str, value: float | None = None) -> None:
        """Put many characters of one meaning, given by their cells."""
        for (x, y), text in marks.items():
            self.cell(x, y, text, role, value)

    def text(
        self, x: int, y: int, text: str, width: int, role: str, value: float | None = None
    ) -> None:
        """Put a text that takes exactly `width` cells.

        It lives whole in its first cell and empties the others, so a wide character is never split;
        therefore texts must not overlap.
        """
        self.cell(x, y, text, role, value)
        for covered in range(x + 1, x + width):
            self.cell(covered, y, "", role, value)

    def rows(self) -> tuple[tuple[Span, ...], ...]:
        """Return the rows with neighbouring cells of one meaning joined into spans."""
        blank = (Span(" " * self.width, *_BLANK),) if self.width else ()
        return tuple(self._row(row) if row in self._texts else blank for row in range(self.height))

    def _row(self, row: int) -> tuple[Span, ...]:
        texts = self._texts[row]
        spans: list[Span] = []
        x = 0
        for look, cells in groupby(self._looks[row]):
            begin, x = x, x + len(list(cells))
            if text := "".join(texts[begin:x]):
                spans.append(Span(text, *look))
        return tuple(spans)
