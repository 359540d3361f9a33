"""Draw the curve of a function in braille dots, with a point and its tangent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from nntui.draw.canvas import DOTS, Canvas, Cell
from nntui.draw.picture import Picture

POINT: Final = "●"
_REACH: Final = 5
"""The tangent is a fifth of the picture long, to either side."""


class Point(Struct, frozen=True):
    """A point of the curve, with the slope of its tangent there."""

    x: float
    y: float
    slope: float


class Mark(Struct, frozen=True):
    """A sign beside the curve: a point of data."""

    x: float
    y: float
    sign: str
    role: str


def curve(
    f: Callable[[float], float],
    across: tuple[float, float],
    width: int,
    height: int,
    point: Point | None = None,
    marks: Sequence[Mark] = (),
) -> Picture:
    """Draw f from ``across[0]`` to ``across[1]`` in ``width`` × ``height`` cells.

    The range upwards covers the values, the ``marks`` and 0. A value that is not finite leaves a
    gap; a point outside, or not finite, is left out.
    """
    low, high = across
    columns, rows = 2 * width, 4 * height  # of dots
    step = (high - low) / max(columns - 1, 1)
    values = [f(low + n * step) for n in range(columns)]
    finite = [value for value in (*values, *(m.y for m in marks)) if math.isfinite(value)]
    least, greatest = min([*finite, 0.0]), max([*finite, 0.0])
    if least == greatest:
        greatest = least + 1.0

    def column_of(x: float) -> int:
        return round((x - low) / (high - low) * (columns - 1))

    def row_of(y: float) -> int:
        part = (greatest - y) / (greatest - least)
        return min(max(round(part * (rows - 1)), 0), rows - 1)

    canvas = Canvas(width, height)
    axis_row = row_of(0.0) // 4
    for x in range(width):
        canvas.cell(x, axis_row, "─", "curve.axis")
    if low <= 0.0 <= high:
        for y in range(height):
            canvas.cell(column_of(0.0) // 2, y, "┼" if y == axis_row else "│", "curve.axis")
    lines = {"curve": _joined(values, row_of)}
    here = (math.nan,) if point is None else (point.x, point.y, point.slope)
    seen = point if all(map(math.isfinite, here)) and low <= here[0] <= high else None
    if seen:
        at, reach = column_of(seen.x), columns // _REACH
        beside = [math.nan] * columns
        for column in range(max(at - reach, 0), min(at + reach, columns - 1) + 1):
            height_there = seen.y + seen.slope * (column - at) * step
            if least <= height_there <= greatest:
                beside[column] = height_there
        tangent = _joined(beside, row_of)
        for cell in tangent.keys() & lines["curve"].keys():
            tangent[cell] |= lines["curve"][cell]
        lines["curve.tangent"] = tangent  # over the curve: near the point they are the same
    for role, bits in lines.items():
        for cell, dots in bits.items():
            canvas.cell(*cell, chr(0x2800 + dots), role)
    for mark in marks:
        if low <= mark.x <= high and math.isfinite(mark.y):
            canvas.cell(column_of(mark.x) // 2, row_of(mark.y) // 4, mark.sign, mark.role)
    if seen:
        canvas.cell(column_of(seen.x) // 2, row_of(seen.y) // 4, POINT, "curve.point")
    return Picture(width, height, canvas.rows())


def _joined(values: Sequence[float], row_of: Callable[[float], int]) -> dict[Cell, int]:
    """Join the values of neighbouring columns by upright lines of dots."""
    bits: dict[Cell, int] = {}
    before: int | None = None
    for column, value in enumerate(values):
        if not math.isfinite(value):
            before = None
            continue
        row = row_of(value)
        if before is None or abs(before - row) <= 1:
            dots = range(row, row + 1)
        else:
            way = 1 if row > before else -1
            dots = range(before + way, row + way, way)
        for dot in dots:
            cell = (column // 2, dot // 4)
            bits[cell] = bits.get(cell, 0) | DOTS[dot % 4][column % 2]
        before = row
    return bits
