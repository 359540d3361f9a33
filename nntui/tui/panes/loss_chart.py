"""The chart of the losses as points, ticks and signs, for ``plot`` to draw.

Whatever a run has computed, the heights in a ``Chart`` are between 0 and 1, or nan for a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10, nan
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from nntui.engine.loss_history import Losses
    from nntui.tui.frame import LossCurve

MOST_OTHERS: Final = 6
"""Branches drawn beside the current one, at most: the newest."""
FEWER_TESTS: Final = 3
"""Divides the number of points of the test set: they are dots upon the line of training."""
SHARE_AHEAD: Final = 4
"""Of the last n updates, n / 4 known ones ahead are shown too."""

_MOST: Final = 1e300
"""Greater losses are drawn at this height: the difference of two could overflow."""
_LEAST: Final = 1e-250
_FLAT: Final = 1e-12

POINT: Final = "●"
GAP: Final = "×"
ZERO: Final = "0"
"""The signs of the current position, of a loss that is not finite, and of a loss of exactly 0 on a
logarithmic scale."""

Kind = Literal["train", "test", "ahead", "other"]
_Raw = tuple[Kind, list[int], list[float]]


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """How the losses are shown. ``last``: only so many updates or epochs back from here."""

    log: bool = False
    per_epoch: bool = False
    last: int | None = None

    @property
    def words(self) -> str:
        words = ["log"] if self.log else []
        words.append("per epoch" if self.per_epoch else "per update")
        words += [f"last {self.last:,}"] if self.last else []
        return " · ".join(words)


@dataclass(frozen=True, slots=True)
class Series:
    """Points from left to right; ``ys`` are between 0 and 1, or nan for a gap."""

    kind: Kind
    xs: Sequence[float]
    ys: Sequence[float]


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn.

    ``gaps``: x of losses that are not finite; ``zeros``: x of losses of 0 on a logarithmic scale;
    ``here``: the point of the current position, and its sign; ``more_known``: whether the curve is
    known beyond it. Ticks are (coordinate, text), y between 0 and 1.
    """

    series: tuple[Series, ...]
    gaps: tuple[float, ...]
    zeros: tuple[float, ...]
    here: tuple[float, float, str] | None
    more_known: bool
    left: float
    right: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]

    @property
    def signs(self) -> str:
        """What the signs at the upper and lower edge mean, if there are any."""
        words = [f"{ZERO} exactly zero"] if self.zeros else []
        words += [f"{GAP} NaN or ∞"] if self.gaps else []
        return " · ".join(words)


def chart_of(
    curves: Sequence[LossCurve],
    options: ChartOptions,
    per_epoch: int,
    points: int,
    ticks: tuple[int, int],
) -> Chart | None:
    """Return the chart of some curves, the current one last; None if there is nothing to draw.

    ``per_epoch``: the updates of an epoch; ``points``: the most points of a curve worth drawing;
    ``ticks``: the most ticks of x and of y.
    """
    others, current = curves[:-1][-MOST_OTHERS:], curves[-1].losses
    here, known = _count(current, options), _count(current.known, options)
    first, end = 0, max([known, *(_count(each.losses, options) for each in others)])
    if not end:
        return None
    if options.last is not None:
        first = max(here - options.last, 0)
        end = max(min(here + options.last // SHARE_AHEAD, end), first + 1)

    def sampled(kind: Kind, losses: Losses, series: str, start: int, stop: int) -> _Raw:
        wide = 1 if options.per_epoch or series == "batch" else per_epoch
        most = points // FEWER_TESTS if kind == "test" else points
        places, values = losses.sampled(series, most, start // wide, -(-stop // wide))
        return kind, [(place + 1) * wide for place in places], values

    train = "epoch" if options.per_epoch else "batch"
    raw = [
        *(sampled("other", each.losses, train, first, end) for each in others),
        sampled("ahead", current.known, train, max(here - 1, first), end),
        sampled("train", current, train, first, min(here, end)),
        sampled("test", current, "test", first, end),
    ]
    heights = [(kind, xs, [_height(y, options) for y in values]) for kind, xs, values in raw if xs]
    scale = _Scale.of((y for _, _, ys in heights for y in ys), options)
    series = tuple(Series(kind, xs, [scale.place(y) for y in ys]) for kind, xs, ys in heights)
    points_of = [(x, y) for _, xs, ys in raw for x, y in zip(xs, ys, strict=True)]
    gaps = {x for x, y in points_of if not isfinite(y)}
    zeros = {x for x, y in points_of if options.log and y == 0}
    return Chart(
        series=series,
        gaps=tuple(sorted(gaps)),
        zeros=tuple(sorted(zeros)),
        here=_newest(here, current.last(train), scale, options) if first < here <= end else None,
        more_known=known > here,
        left=first + 1,
        right=end,
        x_ticks=tuple((n, f"{n:,}") for n in _whole(first + 1, end, ticks[0])),
        y_ticks=scale.ticks(ticks[1])
        if any(isfinite(y) for each in series for y in each.ys)
        else (),
    )


def _count(losses: Losses, options: ChartOptions) -> int:
    return losses.epochs if options.per_epoch else losses.updates


def _height(y: float, options: ChartOptions) -> float:
    """Return a loss, or its logarithm; nan where it has none."""
    if not isfinite(y):
        return nan
    if not options.log:
        return min(max(y, -_MOST), _MOST)
    return log10(y) if y > 0 else nan


def _newest(
    here: int, loss: float | None, scale: _Scale, options: ChartOptions
) -> tuple[float, float, str] | None:
    """Return the end of the curve; a loss without a height is a sign at the edge.

    It is the exact loss: the sampled points of a long curve may leave it out.
    """
    if loss is None:
        return None
    if isfinite(height := _height(loss, options)):
        return here, scale.place(height), POINT
    if isfinite(loss):
        return (here, 0.0, ZERO) if loss == 0 else None
    return here, 1.0, GAP


def _whole(first: int, last: int, most: int) -> list[int]:
    """Return round whole numbers at equal distances; first and last where there are none."""
    step = 1
    while last // step - (first - 1) // step > most:  # more of its multiples than there is room for
        step = int(_round_step(step + 1, whole=True))
    return list(range(-(-first // step) * step, last + 1, step)) or sorted({first, last})


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps heights to the range from 0 to 1."""

    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, heights: Iterable[float], options: ChartOptions) -> _Scale:
        finite = [y for y in heights if isfinite(y)]
        low, high = min(finite, default=0.0), max(finite, default=1.0)
        most = max(abs(low), abs(high))
        if high - low <= _FLAT * most or most < _LEAST:  # a flat curve is drawn in the middle
            half = most / 2 if most >= _LEAST else 0.5
            low, high = low - half, high + half
        elif not options.log and 0 < low < (high - low) / 4:
            low = 0.0
        return cls(low, high, options.log)

    def place(self, y: float) -> float:
        return (y - self.low) / (self.high - self.low) if isfinite(y) else nan

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        step = _round_step((self.high - self.low) / most, whole=self.log)
        first = ceil(self.low / step)
        count = floor(self.high / step) - first + 1
        values = [(first + n) * step for n in range(count)]
        if not self.log:
            return tuple((self.place(y), f"{y:.10g}".replace("e+", "e")) for y in values)
        if len(values) >= 2:
            return tuple(
                (self.place(y), f"{10**y:.10g}" if -3 < y < 4 else f"1e{y:g}") for y in values
            )
        # Hardly an order of magnitude: the logarithms of 1, 2, 3, 5, 10, … between the ends.
        powers = range(floor(self.low), ceil(self.high))
        logs = [n + log10(m) for n in powers for m in (1, 2, 3, 5)]
        inside = [y for y in logs if self.low <= y <= self.high]
        values = [self.low, self.high]
        if len(inside) >= 2:
            values = inside[:: -(-len(inside) // most)]
        return tuple((self.place(y), f"{10**y:.3g}") for y in values)


def _round_step(least: float, *, whole: bool) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, … (0.1, 0.2, … unless whole) not below ``least``."""
    least = max(least, 1.0 if whole else 1e-300)
    unit = 10.0 ** floor(log10(least))
    return next((m * unit for m in (1, 2, 5) if m * unit >= least * (1 - 1e-9)), 10 * unit)
