"""The losses that a run has met: per update, per epoch, and of the test set after each epoch.

A run is deterministic, so what was recorded once stays true when it goes back in time: the record
only grows, and a reader says how much of it lies in the past (``Losses``).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass


class History:
    """The record, filled in order; recording a known entry again changes nothing."""

    def __init__(self) -> None:
        self.batch = array("d")
        self.epoch = array("d")
        self.test = array("d")

    def record(self, series: str, index: int, loss: float) -> None:
        """Note the loss of update or epoch number ``index`` in series batch, epoch or test."""
        values: array[float] = getattr(self, series)
        if index == len(values):
            values.append(loss)

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

    def last(self, series: str) -> float | None:
        """The newest entry of series batch, epoch or test, without copying; None when empty."""
        values: array[float] = getattr(self._history, series)
        count = min(self.updates if series == "batch" else self.epochs, len(values))
        return values[count - 1] if count else None
