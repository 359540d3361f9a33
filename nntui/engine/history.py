"""The losses that a run has met: per update, per epoch, and of the test set after each epoch.

A run is deterministic, so what was recorded once stays true when it goes back in time: the record
only grows, and a reader says how much of it lies in the past (``Losses``).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from nntui.engine.sampling import Extremes


class History:
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

    def copy(self, updates: int, epochs: int) -> History:
        """The record up to so many finished updates and epochs, to be continued differently."""
        other = History()
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

    _history: History
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
