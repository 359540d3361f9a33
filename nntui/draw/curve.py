"""Draw the curve of a function in braille dots, with a point and its tangent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from nntui.draw.canvas import DOTS, Canvas, Cell
from nntui.draw.picture import Picture

POINT: Final = "●"
_REACH: Final = 6
"""The tangent is a sixth of the picture long, to either side."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve, with the slope of its tangent there."""

    x: float
    y: float
    slope: float


def curve(
    f: Callable[[float], float],
    across: tuple[float, float],
    width: int,
    height: int,
    point: Point | None = None,
) -> Picture:
    """Draw f from ``across[0]`` to ``across[1]`` in ``width`` × ``height`` cells.

    The range upwards covers the values and 0. A value that is not finite leaves a gap; a point
    outside, or not finite, is left out.
    """
    return _Plot(f, across, width, height).drawn(point)


class _Plot:
    """A curve on a grid of dots, two a cell across and four a cell down."""

    def __init__(
        self, f: Callable[[float], float], across: tuple[float, float], width: int, height: int
    ) -> None:
        self._low, self._high = across
        self._width, self._height = width, height
        self._columns, self._rows = 2 * width, 4 * height
        step = (self._high - self._low) / max(self._columns - 1, 1)
        self._values = [f(self._low + n * step) for n in range(self._columns)]
        finite = [value for value in self._values if math.isfinite(value)]
        self._least, self._greatest = min(finite, default=0.0), max(finite, default=0.0)
        self._least, self._greatest = min(self._least, 0.0), max(self._greatest, 0.0)
        if self._least == self._greatest:
            self._greatest = self._least + 1.0

    def drawn(self, point: Point | None) -> Picture:
        """Draw the axes, the tangent, the curve and the point, one above the other."""
        canvas = Canvas(self._width, self._height)
        self._axes(canvas)
        seen = point is not None and self._sees(point)
        lines = {"curve": self._joined(self._values)}
        if point is not None and seen:
            tangent = self._joined(self._tangent(point))
            lines = {"curve.tangent": tangent, **lines}
            for cell in tangent.keys() & lines["curve"].keys():
                lines["curve"][cell] |= tangent[cell]
        for role, bits in lines.items():
            for (x, y), dots in bits.items():
                canvas.cell(x, y, chr(0x2800 + dots), role)
        if point is not None and seen:
            column, row = self._column(point.x) // 2, self._row(point.y) // 4
            canvas.cell(column, row, POINT, "curve.point")
        return Picture(self._width, self._height, canvas.rows())

    # ---- inside --------------------------------------------------------------------------------

    def _axes(self, canvas: Canvas) -> None:
        row, column = self._row(0.0) // 4, self._column(0.0) // 2
        for x in range(self._width):
            canvas.cell(x, row, "─", "curve.axis")
        if self._low <= 0.0 <= self._high:
            for y in range(self._height):
                canvas.cell(column, y, "┼" if y == row else "│", "curve.axis")

    def _tangent(self, point: Point) -> list[float]:
        """Compute the tangent's values near the point; nan elsewhere."""
        step = (self._high - self._low) / (self._columns - 1)
        at, reach = self._column(point.x), self._columns // _REACH
        found = [math.nan] * self._columns
        for column in range(max(at - reach, 0), min(at + reach, self._columns - 1) + 1):
            y = point.y + point.slope * (column - at) * step
            if self._least <= y <= self._greatest:
                found[column] = y
        return found

    def _joined(self, values: Sequence[float]) -> dict[Cell, int]:
        """Join the values of neighbouring columns by upright lines of dots."""
        bits: dict[Cell, int] = {}
        before: int | None = None
        for column, value in enumerate(values):
            if not math.isfinite(value):
                before = None
                continue
            row = self._row(value)
            if before is None or abs(before - row) <= 1:
                _dot(bits, column, row)
            else:
                way = 1 if row > before else -1
                for between in range(before + way, row + way, way):
                    _dot(bits, column, between)
            before = row
        return bits

    def _sees(self, point: Point) -> bool:
        here = (point.x, point.y, point.slope)
        return all(map(math.isfinite, here)) and self._low <= point.x <= self._high

    def _column(self, x: float) -> int:
        part = (x - self._low) / (self._high - self._low)
        return round(part * (self._columns - 1))

    def _row(self, y: float) -> int:
        part = (self._greatest - y) / (self._greatest - self._least)
        return min(max(round(part * (self._rows - 1)), 0), self._rows - 1)


def _dot(bits: dict[Cell, int], column: int, row: int) -> None:
    cell = (column // 2, row // 4)
    bits[cell] = bits.get(cell, 0) | DOTS[row % 4][column % 2]
