"""Heat maps of numbers on a plane, and regions of classes: two points a cell, in half blocks.

Numbers become tones, −1 (orange) over 0 (grey) to 1 (blue), in a few levels: the styles of a screen
are kept by tone, and neighbours of one tone are one span. Without colour a cell has one tone, the
mean of its two, as a sign of a ramp from light to dense.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct

from nntui.draw.picture import Span

Numbers: TypeAlias = "np.typing.NDArray[np.float64]"

HALF: Final = "▀"
RAMP: Final = " ·░▒▓█"
"""From the least tone to the greatest, where there is no colour."""
ODD: Final = "?"
"""Stands, without colour, for a number that is not finite."""
ODD_TONE: Final = math.inf
LEVELS: Final = 8
"""Levels of a tone on either side of 0."""


class Scale(Struct, frozen=True):
    """Which numbers are tones −1, 0 and 1: ``middle`` − ``reach``, ``middle``, + ``reach``."""

    middle: float = 0.0
    reach: float = 1.0

    @classmethod
    def of(cls, activation: str, numbers: Numbers) -> Scale:
        """Choose the scale of a neuron's answers by the range of its activation.

        One that is bounded has its range, any other the greatest of the numbers.
        """
        if activation in _BOUNDED:
            return _BOUNDED[activation]
        sizes = np.abs(numbers[np.isfinite(numbers)])
        reach = float(sizes.max()) if sizes.size else 1.0
        return cls(0.0, reach or 1.0)


_BOUNDED: Final = {
    "sigmoid": Scale(0.5, 0.5), "tanh": Scale(), "hard_tanh": Scale(), "sin": Scale(),
    "step": Scale(0.5, 0.5),
}  # fmt: skip


def tones(numbers: Numbers, scale: Scale) -> Numbers:
    """Return the tones of numbers, in levels; ``ODD_TONE`` where one is not finite."""
    with np.errstate(all="ignore"):
        found = np.clip((numbers - scale.middle) / scale.reach, -1.0, 1.0)
        levels: Numbers = np.rint(found * LEVELS) / LEVELS + 0.0
        levels[~np.isfinite(numbers)] = ODD_TONE
    return levels


def resampled(numbers: Numbers, columns: int, rows: int) -> Numbers:
    """Return an array of another size: means where it shrinks, repeated where it grows."""
    return _along(_along(numbers, rows, 0), columns, 1)


Marks: TypeAlias = Mapping[tuple[int, int], tuple[str, str]]
"""Signs that stand on a map, by cell (column, row): a sign and its role."""


def heat_rows(
    numbers: Numbers,
    columns: int,
    rows: int,
    *,
    scale: Scale | None = None,
    colour: bool = True,
    marks: Marks | None = None,
) -> tuple[tuple[Span, ...], ...]:
    """Paint numbers (from the top, from the left) into rows of cells.

    Args:
        numbers: a 2-D array of any size; it is resampled to ``columns`` × 2·``rows`` points.
        columns: cells of a row.
        rows: how many rows of cells.
        scale: which numbers are the darkest; by default −1 … 1.
        colour: False: a ramp of signs instead, without colour.
        marks: signs that stand on the map.

    Returns:
        Rows of spans of the role ``surface``: ``value`` is the tone of the upper half of its cells,
        ``below`` that of the lower one. A mark has its own role and the tone of its cell's upper
        half.
    """
    levels = tones(resampled(numbers, columns, 2 * rows), scale or Scale())
    if not colour:
        return _plain_rows(_signs((levels[0::2] + levels[1::2]) / 2.0), marks or {})
    return _rows(levels, "surface", marks or {})


def region_rows(
    chances: Numbers,
    columns: int,
    rows: int,
    *,
    colour: bool = True,
    marks: Marks | None = None,
) -> tuple[tuple[Span, ...], ...]:
    """Paint the regions of classes: ``chances`` (classes, any, any) from the top, from the left.

    A point belongs to its most probable class. The spans' role is ``region``; the whole part of
    ``value`` and ``below`` is the class, the rest says how sure it is: 0 not at all, 0.75 most.
    """
    layers = np.stack([resampled(each, columns, 2 * rows) for each in chances])
    with np.errstate(all="ignore"):
        classes, sure = layers.argmax(axis=0), layers.max(axis=0)
    if not colour:
        last = len(RAMP) - 1
        signs = [RAMP[n * last // max(len(chances) - 1, 1)] for n in range(len(chances))]
        return _plain_rows(["".join(signs[k] for k in row) for row in classes[0::2]], marks or {})
    least = 1.0 / len(chances)
    parts = np.floor(np.clip((sure - least) / (1.0 - least), 0.0, 0.99) * 4.0) / 4.0
    codes = np.where(np.isfinite(sure), classes + parts, ODD_TONE)
    return _rows(codes, "region", marks or {})


def _rows(levels: Numbers, role: str, marks: Marks) -> tuple[tuple[Span, ...], ...]:
    pairs = zip(levels[0::2].tolist(), levels[1::2].tolist(), strict=True)
    return tuple(_row(*pair, role, row, marks) for row, pair in enumerate(pairs))


def _row(
    upper: list[float], lower: list[float], role: str, row: int, marks: Marks
) -> tuple[Span, ...]:
    spans: list[Span] = []
    begun, before = 0, (upper[0], lower[0])
    for column, tone in enumerate(zip(upper, lower, strict=True)):
        mark = marks.get((column, row))
        if mark is not None or tone != before:
            if column > begun:
                spans.append(Span(HALF * (column - begun), role, *before))
            begun, before = column, tone
        if mark is not None:
            spans.append(Span(*mark, tone[0]))
            begun = column + 1
    if len(upper) > begun:
        spans.append(Span(HALF * (len(upper) - begun), role, *before))
    return tuple(spans)


def _plain_rows(lines: list[str], marks: Marks) -> tuple[tuple[Span, ...], ...]:
    return tuple(_plain_row(line, row, marks) for row, line in enumerate(lines))


def _plain_row(signs: str, row: int, marks: Marks) -> tuple[Span, ...]:
    spans: list[Span] = []
    begun = 0
    for column in range(len(signs)):
        mark = marks.get((column, row))
        if mark is not None:
            if column > begun:
                spans.append(Span(signs[begun:column], "surface"))
            spans.append(Span(*mark))
            begun = column + 1
    if len(signs) > begun:
        spans.append(Span(signs[begun:], "surface"))
    return tuple(spans)


def _signs(levels: Numbers) -> list[str]:
    last = len(RAMP) - 1
    return [
        "".join(
            ODD if t == ODD_TONE else RAMP[min(last, int((t + 1) / 2 * len(RAMP)))] for t in line
        )
        for line in levels.tolist()
    ]


def _along(numbers: Numbers, count: int, axis: int) -> Numbers:
    """Resample along an axis to ``count`` points."""
    have = numbers.shape[axis]
    if count >= have:
        places = (np.arange(count) * 2 + 1) * have // (2 * count)
        found: Numbers = np.take(numbers, places, axis=axis)
        return found
    starts = np.arange(count + 1) * have // count
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(numbers, starts[:-1], axis=axis)
    lengths = np.diff(starts).reshape([-1 if n == axis else 1 for n in range(numbers.ndim)])
    means: Numbers = sums / lengths
    return means
