"""The chart of the losses as points, ticks and signs, for ``plot`` to draw.

Whatever a run has computed, the heights in a ``Chart`` are between 0 and 1, or nan for a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from nntui.explain.numbers import rounded
from nntui.tui.panes.chart_scale import Scale, height, whole_ticks

if TYPE_CHECKING:
    from nntui.engine.loss_history import Losses
    from nntui.tui.frame import LossCurve

MOST_OTHERS: Final = 6
"""Branches drawn beside the current one, at most: the newest."""
FEWER_TESTS: Final = 3
"""Divides the number of points of the test set: they are dots upon the line of training."""
SHARE_AHEAD: Final = 4
"""Of the last n updates, n / 4 known ones ahead are shown too."""
CELLS_OF_A_TICK: Final = 12

POINT: Final = "●"
GAP: Final = "×"
ZERO: Final = "0"
"""The signs of the current position, of a loss that is not finite, and of a loss of exactly 0 on a
logarithmic scale."""

Kind = Literal["train", "test", "ahead", "other", "raw"]
"""The current branch up to here, its test losses, what is known of it further on, another branch,
and the single updates behind a curve of epochs."""


class ChartOptions(Struct, frozen=True):
    """How the losses are shown. ``last``: only so many updates or epochs back from here."""

    log: bool = False
    per_epoch: bool = True
    last: int | None = None


class Series(Struct, frozen=True):
    """Points from left to right; ``ys`` are between 0 and 1, or nan for a gap.

    ``branch`` is the branch’s number: its colour and style of line.
    """

    kind: Kind
    xs: Sequence[float]
    ys: Sequence[float]
    branch: int = 0


class Label(Struct, frozen=True):
    """What stands at the end of a branch’s line: what it is called there, and its last loss."""

    name: str
    said: str
    value: str
    y: float
    branch: int
    current: bool


class Here(Struct, frozen=True):
    """The current position in the chart: where, its sign, and the loss."""

    x: float
    y: float
    sign: str
    value: str


class Chart(Struct, frozen=True):
    """All that is drawn; ``unit`` (epoch or update) is what x counts, from 1.

    ``gaps``: x of losses that are not finite; ``zeros``: x of losses of 0 on a logarithmic scale;
    ``more_known``: whether the curve is known beyond the current position. Ticks of x are (x,
    text), those of y (rows above the axis, text).
    """

    unit: str
    series: tuple[Series, ...]
    gaps: tuple[float, ...]
    zeros: tuple[float, ...]
    here: Here | None
    more_known: bool
    left: float
    right: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[int, str], ...]
    labels: tuple[Label, ...]

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
    size: tuple[int, int],
    *,
    summed: bool = False,
) -> Chart | None:
    """Return the chart of some curves, the current one last; None if there is nothing to draw.

    Args:
        curves: the losses of the branches.
        options: how they are shown; per epoch only once an epoch is finished.
        per_epoch: the updates of an epoch.
        size: columns and rows of cells for the curves, above the axis.
        summed: a batch’s loss is the sum of its examples’ losses, and that of an epoch or a test
            set their mean: they are not drawn on one scale.
    """
    others, current = curves[:-1][-MOST_OTHERS:], curves[-1]
    losses, known = current.losses, current.losses.known
    epochs = options.per_epoch and any(c.losses.known.epochs for c in curves)
    here = _count(losses, epochs)
    first, end = 0, max(_count(each.losses.known, epochs) for each in curves)
    if not end:
        return None
    if options.last is not None:
        first = max(here - options.last, 0)
        end = max(min(here + options.last // SHARE_AHEAD, end), first + 1)
    single = epochs and per_epoch > 1 and not (summed or others)
    points = 2 * size[0]

    def sampled(kind: Kind, of: Losses, series: str, start: int, stop: int, branch: int) -> _Raw:
        """Sample a series; ``start`` … ``stop`` count what x counts."""
        unit = 1.0
        if series == "batch" and epochs:
            start, stop, unit = start * per_epoch, stop * per_epoch, 1 / per_epoch
        elif series != "batch" and not epochs:
            start, stop, unit = start // per_epoch, -(-stop // per_epoch), per_epoch
        most = points // FEWER_TESTS if kind == "test" else points
        places, values = of.sampled(series, most, start, stop)
        return _Raw(kind, [(place + 1) * unit for place in places], values, branch)

    train, number = "epoch" if epochs else "batch", current.number
    raw = [
        *(sampled("other", each.losses, train, first, end, each.number) for each in others),
        sampled("ahead", known, train, max(here - 1, first), end, number),
        sampled("train", losses, train, first, min(here, end), number),
    ]
    if epochs or not summed:
        raw.append(sampled("test", losses, "test", first, end, number))
    heights = [height(y, log=options.log) for each in raw for y in each.ys]
    scale = Scale.of(heights, max(size[1], 1), log=options.log, zoomed=first > 0)
    if single:  # behind everything; it does not widen the scale, nor disturb a comparison
        raw.insert(0, sampled("raw", known, "batch", first, end, number))
    marked = [(x, y) for each in raw for x, y in zip(each.xs, each.ys, strict=True)]
    drawn = [_series(each, scale) for each in raw if each.xs]
    return Chart(
        unit="epoch" if epochs else "update",
        series=tuple(drawn),
        gaps=tuple(sorted({x for x, y in marked if not isfinite(y)})),
        zeros=tuple(sorted({x for x, y in marked if options.log and y == 0})),
        here=_here(losses, epochs, per_epoch, scale, summed) if first <= here <= end else None,
        more_known=known.updates > losses.updates,
        left=first + 1 / per_epoch if single else first + 1,
        right=end,
        x_ticks=tuple(
            (n, f"{n:,}")
            for n in whole_ticks(first + 1, end, max(min(size[0] // CELLS_OF_A_TICK, 6), 2))
        ),
        y_ticks=scale.ticks if any(isfinite(y) for each in drawn for y in each.ys) else (),
        labels=_labels(others, current, train, scale) if others else (),
    )


class _Raw(Struct, frozen=True):
    """A series with its losses as they are."""

    kind: Kind
    xs: list[float]
    ys: list[float]
    branch: int


def _count(losses: Losses, epochs: bool) -> int:
    return losses.epochs if epochs else losses.updates


def _series(raw: _Raw, scale: Scale) -> Series:
    heights = [height(y, log=scale.log) for y in raw.ys]
    if raw.kind == "raw":
        heights = [y if scale.holds(y) else nan for y in heights]
    return Series(raw.kind, raw.xs, [scale.place(y) for y in heights], raw.branch)


def _here(losses: Losses, epochs: bool, per_epoch: int, scale: Scale, summed: bool) -> Here | None:
    """Return the current position; a loss without a height is a sign at the edge.

    Its loss is the exact one: the sampled points of a long curve may leave it out. Within the
    first epoch there is only that of the last batch.
    """
    loss = losses.last("epoch" if epochs else "batch")
    if loss is None and not summed:
        loss = losses.last("batch")
    if loss is None:
        return None
    x, value = losses.updates / (per_epoch if epochs else 1), rounded(3)(loss)
    if isfinite(y := height(loss, log=scale.log)):
        return Here(x, scale.place(y), POINT, value)
    if isfinite(loss):
        return Here(x, 0.0, ZERO, value) if loss == 0 else None
    return Here(x, 1.0, GAP, value)


def _labels(
    others: Sequence[LossCurve], current: LossCurve, train: str, scale: Scale
) -> tuple[Label, ...]:
    """Return the label of each branch with a loss, from the top to the bottom."""
    found = []
    for curve in (*others, current):
        loss = (curve.losses if curve.current else curve.losses.known).last(train)
        if loss is None:
            continue
        y = scale.place(height(loss, log=scale.log))
        at = y if isfinite(y) else float(loss != 0)
        found.append(
            Label(
                curve.name,
                curve.said or curve.name,
                rounded(3)(loss),
                at,
                curve.number,
                curve.current,
            )
        )
    return tuple(sorted(found, key=lambda label: -label.y))
