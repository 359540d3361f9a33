"""Heat maps of numbers on a plane: two points a cell, one above the other, in half blocks.

Numbers become tones, −1 (orange) over 0 (grey) to 1 (blue), in a few levels: the styles of a screen
are kept by tone, and neighbours of one tone are one span. Without colour a cell has one tone, the
mean of its two, as a sign of a ramp from light to dense.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from nntui.draw.picture import Span

Numbers: TypeAlias = "np.typing.NDArray[np.float64]"

HALF: Final = "▀"
RAMP: Final = " ·░▒▓█"
"""From the least tone to the greatest, where there is no colour."""
ODD: Final = "?"
"""Stands, without colour, for a number that is not finite."""
ODD_TONE: Final = math.inf
LEVELS: Final = 12
"""Levels of a tone on either side of 0."""


@dataclass(frozen=True, slots=True)
class Scale:
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


def heat_rows(
    numbers: Numbers,
    columns: int,
    rows: int,
    *,
    scale: Scale | None = None,
    colour: bool = True,
    marks: Mapping[tuple[int, int], tuple[str, str]] | None = None,
) -> tuple[tuple[Span, ...], ...]:
    """Paint numbers (from the top, from the left) into rows of cells.

    Args:
        numbers: a 2-D array of any size; it is resampled to ``columns`` × 2·``rows`` points.
        columns: cells of a row.
        rows: how many rows of cells.
        scale: which numbers are the darkest; by default −1 … 1.
        colour: False: a ramp of signs instead, without colour.
        marks: signs that stand on the map, by cell (column, row): a sign and its role.

    Returns:
        Rows of spans of the role ``surface``: ``value`` is the tone of the upper half of its cells,
        ``below`` that of the lower one. A mark has its own role and the mean tone of its cell.
    """
    levels = tones(resampled(numbers, columns, 2 * rows), scale or Scale())
    upper, lower = levels[0::2], levels[1::2]
    if not colour:
        signs = _signs((upper + lower) / 2.0)
        return tuple(_plain_row(line, row, marks or {}) for row, line in enumerate(signs))
    pairs = zip(upper.tolist(), lower.tolist(), strict=True)
    return tuple(_row(*pair, row, marks or {}) for row, pair in enumerate(pairs))


def _row(
    upper: list[float],
    lower: list[float],
    row: int,
    marks: Mapping[tuple[int, int], tuple[str, str]],
) -> tuple[Span, ...]:
    spans: list[Span] = []
    begun, before = 0, (upper[0], lower[0])
    for column, tone in enumerate(zip(upper, lower, strict=True)):
        mark = marks.get((column, row))
        if mark is not None or tone != before:
            if column > begun:
                spans.append(Span(HALF * (column - begun), "surface", *before))
            begun, before = column, tone
        if mark is not None:
            spans.append(Span(mark[0], mark[1], (tone[0] + tone[1]) / 2.0))
            begun = column + 1
    if len(upper) > begun:
        spans.append(Span(HALF * (len(upper) - begun), "surface", *before))
    return tuple(spans)


def _plain_row(
    signs: str, row: int, marks: Mapping[tuple[int, int], tuple[str, str]]
) -> tuple[Span, ...]:
    spans: list[Span] = []
    begun = 0
    for column in range(len(signs)):
        mark = marks.get((column, row))
        if mark is not None:
            if column > begun:
                spans.append(Span(signs[begun:column], "surface"))
            spans.append(Span(mark[0], mark[1]))
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
