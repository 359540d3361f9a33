"""The losses that a run has met: per update, per epoch, and of the test set after each epoch.

A run is deterministic, so what was recorded once stays true when it goes back in time: the record
only grows, and a reader says how much of it lies in the past (``Losses``).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

BLOCK: Final = 1024
"""Entries whose extremes are found once and then remembered."""
_AT_A_TIME: Final = 1024


class Extremes:
    """Of each full block of a series: where the least and the greatest finite entry stand."""

    def __init__(self) -> None:
        # Places of the least, the greatest and the first broken entry; −1: there is none.
        self._places: array[int] = array("q")

    def sampled(
        self, values: array[float], length: int, most: int, first: int = 0
    ) -> tuple[list[int], list[float]]:
        """At most about ``most`` points of the entries ``first`` … ``length``: (places, values).

        The stretch is cut into equal buckets, of each the least and the greatest are given, and a
        single nan where an entry is not finite.
        """
        window = range(min(first, length), length)
        size = max(1, -(-2 * len(window) // max(most, 2)))
        if size < BLOCK:
            return _points(values, _extremes(values, window, size))
        self._grow(values)
        head, tail = -(-window.start // BLOCK), length // BLOCK
        known = np.array(self._places[3 * head : 3 * tail], dtype=np.int64).reshape(-1, 3)
        size = -(-size // BLOCK)
        rows = [
            _extremes(values, range(window.start, head * BLOCK), BLOCK),
            *(_merged(values, known[n : n + size]) for n in range(0, len(known), size)),
            _extremes(values, range(tail * BLOCK, length), BLOCK),
        ]
        return _points(values, np.concatenate(rows))

    def _grow(self, values: array[float]) -> None:
        known, full = len(self._places) // 3, len(values) // BLOCK
        for first in range(known, full, _AT_A_TIME):
            blocks = range(first * BLOCK, min(first + _AT_A_TIME, full) * BLOCK)
            self._places.extend(_extremes(values, blocks, BLOCK).ravel().tolist())


def _extremes(values: array[float], window: range, size: int) -> Any:
    """Of each bucket of so many entries, the last may be shorter: (least, greatest, broken)."""
    # A copy, so that the series can grow meanwhile: a run under way records in another thread.
    entries = np.array(values[window.start : window.stop])
    full = len(entries) // size * size
    found, start = [np.empty((0, 3), dtype=np.int64)], window.start
    for buckets in (entries[:full].reshape(-1, size), entries[full:].reshape(1, -1)):
        if not buckets.size:
            continue
        finite = np.isfinite(buckets)
        starts = start + np.arange(len(buckets)) * size
        some, all_ = finite.any(axis=1), finite.all(axis=1)
        least = starts + np.where(finite, buckets, math.inf).argmin(axis=1)
        greatest = starts + np.where(finite, buckets, -math.inf).argmax(axis=1)
        broken = np.where(all_, -1, starts + finite.argmin(axis=1))
        places = [np.where(some, least, -1), np.where(some, greatest, -1), broken]
        found.append(np.stack(places, axis=1))
        start += buckets.size
    return np.concatenate(found)


def _merged(values: array[float], rows: Any) -> Any:
    """Neighbouring buckets as one."""
    finite = [int(n) for n in rows[:, :2].ravel() if n >= 0]
    broken = next((int(n) for n in rows[:, 2] if n >= 0), -1)
    if not finite:
        return np.array([[-1, -1, broken]])
    by_value = values.__getitem__
    return np.array([[min(finite, key=by_value), max(finite, key=by_value), broken]])


def _points(values: array[float], buckets: Any) -> tuple[list[int], list[float]]:
    """The points of some buckets, from left to right."""
    xs: list[int] = []
    ys: list[float] = []
    for bucket in buckets.tolist():
        for n in sorted({n for n in bucket if n >= 0}):
            xs.append(n)
            ys.append(values[n] if math.isfinite(values[n]) else math.nan)
    return xs, ys


# ---- history -------------------------------------------------------------------------------------


class LossHistory:
    """The record, filled in order; recording a known entry again changes nothing."""

    def __init__(self) -> None:
        self.batch = array("d")
        self.epoch = array("d")
        self.test = array("d")
        self._extremes: dict[str, Extremes] = {}

    def record(self, series: str, index: int, loss: float) -> None:
        """Note the loss of update or epoch number ``index`` in series batch, epoch or test."""
        values: array[float] = getattr(self, series)
        if index == len(values):
            values.append(loss)

    def copy(self, updates: int, epochs: int) -> LossHistory:
        """The record up to so many finished updates and epochs, to be continued differently."""
        other = LossHistory()
        other.batch = self.batch[:updates]
        other.epoch, other.test = self.epoch[:epochs], self.test[:epochs]
        return other

    def sampled(
        self, series: str, length: int, most: int, first: int = 0
    ) -> tuple[list[int], list[float]]:
        """Points of the entries before ``length`` of a series (see ``Losses.sampled``)."""
        values: array[float] = getattr(self, series)
        extremes = self._extremes.setdefault(series, Extremes())
        return extremes.sampled(values, min(length, len(values)), most, first)

    def losses(self, updates: int, epochs: int) -> Losses:
        """The record as it stands when so many updates and epochs are finished."""
        return Losses(self, updates, epochs)


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses met so far: the first ``updates`` and ``epochs`` entries of a growing record.

    ``batch``: the mean loss of each finished batch; ``epoch``: the mean of the training losses met
    during each finished epoch; ``test``: the mean test loss after it (empty without a test set).
    """

    _history: LossHistory
    updates: int
    epochs: int

    @property
    def batch(self) -> Sequence[float]:
        """The mean loss of each finished batch."""
        return self._history.batch[: self.updates]

    @property
    def epoch(self) -> Sequence[float]:
        """The mean of the training losses met during each finished epoch."""
        return self._history.epoch[: self.epochs]

    @property
    def test(self) -> Sequence[float]:
        """The mean loss over the test set after each finished epoch."""
        return self._history.test[: self.epochs]

    @property
    def known(self) -> Losses:
        """All that the record holds, what lies ahead of this moment too."""
        history = self._history
        return history.losses(len(history.batch), len(history.epoch))

    def sampled(
        self, series: str, most: int, first: int = 0, end: int | None = None
    ) -> tuple[list[int], list[float]]:
        """At most about ``most`` points of series batch, epoch or test: (their places, values).

        Only the entries ``first`` … ``end`` are sampled. The points keep the peaks: of equal
        stretches the least and the greatest entry are given, and a single nan where one is not
        finite. However long the series, what was gone through once is remembered.
        """
        count = self._count(series)
        count = count if end is None else min(count, end)
        return self._history.sampled(series, count, most, first)

    def last(self, series: str) -> float | None:
        """The newest entry of series batch, epoch or test, without copying; None when empty."""
        values: array[float] = getattr(self._history, series)
        count = min(self._count(series), len(values))
        return values[count - 1] if count else None

    def _count(self, series: str) -> int:
        return self.updates if series == "batch" else self.epochs
