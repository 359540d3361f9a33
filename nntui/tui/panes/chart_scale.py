"""The scales of the chart: heights in Braille dots, and ticks at equal distances on whole rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import floor, isfinite, log10, nan
from typing import Final

from msgspec import Struct

DOTS: Final = 4
"""Rows of Braille dots in a row of cells."""
LEAST_HEIGHT: Final = 4
"""Rows of a chart below which the x axis is left out."""
AXIS: Final = 2
"""Rows of the x axis: a line, and the numbers."""

_MOST: Final = 1e300
"""Greater losses are drawn at this height: the difference of two could overflow."""
_LEAST: Final = 1e-250
_NARROW: Final = 0.2
"""A zoomed curve that varies by less than this share of its height is not drawn from 0 on."""
_FLAT: Final = 1e-12
_BELOW: Final = 2.5
"""Dots from the middle of the axis’s row to the lowest dot above it."""
_MOST_TICKS: Final = 6
_FEW: Final = 0.15
"""The part of the height that a second tick above the axis is worth."""
_TWICE: Final = log10(2)
_MOST_STEPS: Final = 2_000
"""More than there are 1, 2, 5, … between the least and the greatest number."""


def curve_rows(rows: int) -> int:
    """Return how many rows of a chart the curves have."""
    return max(rows - AXIS if rows >= LEAST_HEIGHT else rows, 1)


def height(y: float, *, log: bool) -> float:
    """Return a loss, or its logarithm; nan where it has none."""
    if not isfinite(y):
        return nan
    if not log:
        return min(max(y, -_MOST), _MOST)
    return log10(y) if y > 0 else nan


class Scale(Struct, frozen=True):
    """Maps heights to 0 … 1: the lowest and the highest dot of ``rows`` rows of cells.

    ``base`` is the height of the axis, one row below, and ``span`` what the rows stand for: a tick
    stands every ``every`` rows, and ``step`` further up.
    """

    base: float
    span: float
    rows: int
    every: int
    step: float
    log: bool

    @classmethod
    def of(cls, heights: Iterable[float], rows: int, *, log: bool, zoomed: bool) -> Scale:
        """Return the scale that the heights fill best, of those with round ticks."""
        finite = [y for y in heights if isfinite(y)]
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        most = max(abs(low), abs(high))
        if high - low <= _FLAT * most or most < _LEAST:
            half = 0.0 if log or low >= 0 else most / 2
            low, high = low - half, high + half
            if most < _LEAST:
                low, high = 0.0, 1.0
        if not log and low >= 0 and not (zoomed and high - low < _NARROW * high):
            low = 0.0
        found: list[tuple[float, Scale]] = []
        for every in range(max(min(2, rows), -(-rows // _MOST_TICKS)), rows + 1):
            for step in _steps((high - low) * every / rows / (1 + _BELOW / DOTS / rows), log=log):
                base, span = _base(low, step, log=log), step * rows / every
                if base + span * (1 + (DOTS - _BELOW) / DOTS / rows) >= high:
                    waste = (span - (high - low)) / span + _FEW * (rows // every < 2)
                    found.append((waste, cls(base, span, rows, every, step, log)))
                    break
        return min(found, key=lambda each: each[0])[1]

    def place(self, y: float) -> float:
        """Return where a height is: 0 is the lowest dot, just above the axis; nan stays nan."""
        if not isfinite(y):
            return nan
        dots = DOTS * self.rows
        return min(max(((y - self.base) / self.span * dots - _BELOW) / (dots - 1), 0.0), 1.0)

    def holds(self, y: float) -> bool:
        """Whether a height is not above the chart or below it."""
        dots = DOTS * self.rows
        return -0.5 <= (y - self.base) / self.span * dots <= dots - 1 + _BELOW + 0.5

    @property
    def ticks(self) -> tuple[tuple[int, str], ...]:
        """The ticks as (rows above the axis, text)."""
        places = range(0, self.rows + 1, self.every)
        return tuple((row, self._text(self.base + n * self.step)) for n, row in enumerate(places))

    def _text(self, y: float) -> str:
        if self.log:
            return (
                f"{round(10**y, 5):.10g}"
                if -3 < y < 4
                else f"{10 ** (y - floor(y)):.2g}e{floor(y)}"
            )
        if y and abs(y) < abs(self.step) / 2:  # a sum of steps that should be 0
            return "0"
        return f"{y:.10g}".replace("e+", "e")


def _base(low: float, step: float, *, log: bool) -> float:
    """Return the height of the axis for a lowest height: a multiple of the step at or below it."""
    if step == _TWICE:  # the ticks double from a round number on
        power = floor(low)
        return max(power + log10(m) for m in (1, 2, 5) if power + log10(m) <= low + 1e-9)
    return floor(low / step + (1e-9 if log else 0.0)) * step


def _steps(least: float, *, log: bool) -> Iterator[float]:
    """Yield round steps from ``least`` upwards: 1, 2, 2.5, 5, 10, …; of logarithms 1, 2, 5, ….

    The least step of logarithms is that of a doubling.
    """
    if log and least <= _TWICE:
        yield _TWICE
    least = max(least, 1.0 if log else 1e-300) * (1 - 1e-9)
    power = floor(log10(least))
    for _ in range(_MOST_STEPS):
        for multiple in (1, 2, 5) if log else (1, 2, 2.5, 5):
            if (step := multiple * 10.0**power) >= least:
                yield step
        power += 1


def whole_ticks(first: int, last: int, most: int) -> list[int]:
    """Return round whole numbers at equal distances; first and last where there are none."""
    step = 1
    while last // step - (first - 1) // step > most:  # more of its multiples than there is room for
        power = 10 ** (len(str(step + 1)) - 1)
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= step + 1)
    return list(range(-(-first // step) * step, last + 1, step)) or sorted({first, last})
