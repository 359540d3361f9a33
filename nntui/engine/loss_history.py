"""The losses of a run: per update, per epoch, and of the test set after each epoch.

A run is deterministic, so what was recorded once stays true when it goes back: the record only
grows, and ``Losses`` says how much of it is in the past.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct

BLOCK: Final = 1024
"""Entries in a block, whose extremes are found once."""
_AT_A_TIME: Final = 1024
_MOST_LOOKED_AT: Final = 65_536
"""Entries that are copied at once."""


class Extremes:
    """The indices of the least and the greatest finite entry of each full block of a series."""

    def __init__(self) -> None:
        # Of the least, the greatest and the first non-finite entry; −1: there is none.
        self._indices: array[int] = array("q")

    def sampled(
        self, values: array[float], length: int, most: int, first: int = 0
    ) -> tuple[list[int], list[float]]:
        """Sample about ``most`` points at most of the entries ``first`` … ``length``.

        Returns (indices, values): the least and the greatest entry of each of equal buckets, and a
        single nan where an entry is not finite.
        """
        window = range(min(first, length), length)
        size = max(1, -(-2 * len(window) // max(most, 2)))
        if size < BLOCK:
            return _points(values, _extremes(values, window, size))
        known, full = len(self._indices) // 3, len(values) // BLOCK
        for start in range(known, full, _AT_A_TIME):
            blocks = range(start * BLOCK, min(start + _AT_A_TIME, full) * BLOCK)
            self._indices.extend(_extremes(values, blocks, BLOCK).ravel().tolist())
        head, tail = -(-window.start // BLOCK), length // BLOCK
        merged = np.array(self._indices[3 * head : 3 * tail], dtype=np.int64).reshape(-1, 3)
        size = -(-size // BLOCK)
        rows = [
            _extremes(values, range(window.start, head * BLOCK), BLOCK),
            *(_merged(values, merged[n : n + size]) for n in range(0, len(merged), size)),
            _extremes(values, range(tail * BLOCK, length), BLOCK),
        ]
        return _points(values, np.concatenate(rows))


def _extremes(values: array[float], window: range, size: int) -> Any:
    """Find (least, greatest, first non-finite) of each bucket; the last may be shorter."""
    # A copy, so that the series can grow meanwhile: another thread may be recording.
    entries = np.array(values[window.start : window.stop])
    full = len(entries) // size * size
    found, start = [np.empty((0, 3), dtype=np.int64)], window.start
    for buckets in (entries[:full].reshape(-1, size), entries[full:].reshape(1, -1)):
        if not buckets.size:
            continue
        finite = np.isfinite(buckets)
        starts = start + np.arange(len(buckets)) * size
        some, every = finite.any(axis=1), finite.all(axis=1)
        least = starts + np.where(finite, buckets, math.inf).argmin(axis=1)
        greatest = starts + np.where(finite, buckets, -math.inf).argmax(axis=1)
        nonfinite = np.where(every, -1, starts + finite.argmin(axis=1))
        extremes = [np.where(some, least, -1), np.where(some, greatest, -1), nonfinite]
        found.append(np.stack(extremes, axis=1))
        start += buckets.size
    return np.concatenate(found)


def _merged(values: array[float], rows: Any) -> Any:
    """Merge neighbouring buckets."""
    finite = [int(n) for n in rows[:, :2].ravel() if n >= 0]
    nonfinite = next((int(n) for n in rows[:, 2] if n >= 0), -1)
    if not finite:
        return np.array([[-1, -1, nonfinite]])
    by_value = values.__getitem__
    return np.array([[min(finite, key=by_value), max(finite, key=by_value), nonfinite]])


def _points(values: array[float], buckets: Any) -> tuple[list[int], list[float]]:
    """Return the points of some buckets, from left to right."""
    xs: list[int] = []
    ys: list[float] = []
    for bucket in buckets.tolist():
        for n in sorted({n for n in bucket if n >= 0}):
            xs.append(n)
            ys.append(values[n] if math.isfinite(values[n]) else math.nan)
    return xs, ys


class LossHistory:
    """The record, filled in order; recording a known entry again changes nothing."""

    def __init__(self) -> None:
        self.batch = array("d")
        self.epoch = array("d")
        self.test = array("d")
        self.extremes: dict[str, Extremes] = {}
        self._finite = 0
        """So many updates, the first ones, were looked at and had a finite loss."""

    @property
    def first_nonfinite(self) -> int | None:
        """The first update whose loss is not finite."""
        while self._finite < len(self.batch):
            entries = np.array(self.batch[self._finite : self._finite + _MOST_LOOKED_AT])
            finite = np.isfinite(entries)
            if not finite.all():
                self._finite += int(finite.argmin())
                return self._finite
            self._finite += len(entries)
        return None

    def record(self, series: str, index: int, *losses: float) -> None:
        """Record the losses of updates or epochs, from ``index`` on, in batch, epoch or test."""
        values: array[float] = getattr(self, series)
        if index <= len(values):
            values.extend(losses[len(values) - index :])

    def copy(self, updates: int, epochs: int) -> LossHistory:
        """Copy the record of so many finished updates and epochs, to be continued differently."""
        other = LossHistory()
        other.batch = self.batch[:updates]
        other.epoch, other.test = self.epoch[:epochs], self.test[:epochs]
        return other

    def losses(self, updates: int, epochs: int) -> Losses:
        """Return the losses of so many finished updates and epochs."""
        return Losses(self, updates, epochs)


class Losses(Struct, frozen=True):
    """The losses so far: the first ``updates`` and ``epochs`` entries of a growing record."""

    _history: LossHistory
    updates: int
    epochs: int

    @property
    def batch(self) -> Sequence[float]:
        """The mean loss of each finished batch."""
        return self._history.batch[: self.updates]

    @property
    def epoch(self) -> Sequence[float]:
        """The mean of the training losses during each finished epoch."""
        return self._history.epoch[: self.epochs]

    @property
    def test(self) -> Sequence[float]:
        """The mean loss over the test set after each finished epoch; empty without a test set."""
        return self._history.test[: self.epochs]

    @property
    def known(self) -> Losses:
        """All that the record holds, losses after this position too."""
        history = self._history
        return history.losses(len(history.batch), len(history.epoch))

    @property
    def first_nonfinite(self) -> int | None:
        """The first update whose loss is not finite, of all that the record holds."""
        return self._history.first_nonfinite

    def sampled(
        self, series: str, most: int, first: int = 0, end: int | None = None
    ) -> tuple[list[int], list[float]]:
        """Sample about ``most`` points at most of series batch, epoch or test: (indices, values).

        Only the entries ``first`` … ``end`` are sampled. The points keep the peaks: they are the
        least and the greatest entry of equal buckets, and a single nan where one is not finite.
        """
        values: array[float] = getattr(self._history, series)
        count = min(self._count(series), len(values))
        extremes = self._history.extremes.setdefault(series, Extremes())
        return extremes.sampled(values, count if end is None else min(count, end), most, first)

    def entries(self, series: str, start: int, stop: int) -> list[float]:
        """Return some entries of series batch, epoch or test, of those there are."""
        values: array[float] = getattr(self._history, series)
        return values[start : min(stop, self._count(series))].tolist()

    def last(self, series: str) -> float | None:
        """Return the newest entry of series batch, epoch or test; None when there is none."""
        values: array[float] = getattr(self._history, series)
        count = min(self._count(series), len(values))
        return values[count - 1] if count else None

    def _count(self, series: str) -> int:
        return self.updates if series == "batch" else self.epochs
