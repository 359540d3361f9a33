"""A grid of cells to draw on, that becomes a picture's rows."""

from __future__ import annotations

from collections.abc import Mapping

from nntui.draw.picture import Span

Cell = tuple[int, int]
"""Column and row, counted from the top left."""


class Canvas:
    """Cells that start blank; what is put later covers what was put before.

    Only the rows of `window` take anything.
    """

    def __init__(self, width: int, height: int, window: range | None = None) -> None:
        self.width = width
        self.height = height
        rows = range(height) if window is None else window
        self._touched: dict[int, dict[int, tuple[str, str, float | None]]] = {
            row: {} for row in rows if 0 <= row < height
        }

    def cell(self, x: int, y: int, text: str, role: str, value: float | None = None) -> None:
        """Put one character that takes one cell; outside the canvas it is dropped."""
        if 0 <= x < self.width and y in self._touched:
            self._touched[y][x] = (text, role, value)

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
        blank = self._row({})
        return tuple(
            self._row(self._touched[row]) if row in self._touched else blank
            for row in range(self.height)
        )

    def _row(self, touched: Mapping[int, tuple[str, str, float | None]]) -> tuple[Span, ...]:
        spans: list[Span] = []
        pieces: list[str] = []
        look: tuple[str, float | None] = ("blank", None)
        reached = 0
        for x in sorted(touched):
            text, role, value = touched[x]
            if x > reached:
                if look != ("blank", None):
                    spans.append(Span("".join(pieces), *look))
                    pieces, look = [], ("blank", None)
                pieces.append(" " * (x - reached))
            if look != (role, value):
                if pieces:
                    spans.append(Span("".join(pieces), *look))
                pieces, look = [], (role, value)
            pieces.append(text)
            reached = x + 1
        if reached < self.width and look != ("blank", None):
            spans.append(Span("".join(pieces), *look))
            pieces, look = [], ("blank", None)
        pieces.append(" " * (self.width - reached))
        spans.append(Span("".join(pieces), *look))
        return tuple(span for span in spans if span.text)
