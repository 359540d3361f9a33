"""The feed: which examples an update meets, and their numbers as matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from nntui.engine.schedule import Schedule
from nntui.model.elementary import Array
from nntui.model.experiment import Experiment

Row: TypeAlias = tuple[float, ...]

KEPT_NUMBERS: Final = 1 << 22
"""How many numbers may be kept ready in batches of a fixed order; others are laid out anew."""
OVERHEAD: Final = 200
"""What a batch takes beside its inputs, counted in numbers."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples in their order: x (inputs, n), and for each output its targets (n,) in y."""

    x: Array
    y: list[Array]

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.y[0])

    def part(self, start: int, end: int) -> Batch:
        """Some of the examples."""
        return Batch(self.x[:, start:end], [y[start:end] for y in self.y])


class Feed:
    """The examples' numbers, laid out once."""

    def __init__(self, experiment: Experiment, schedule: Schedule) -> None:
        self._experiment, self._schedule = experiment, schedule
        self._fixed = not experiment.training.shuffle
        self._kept: dict[int, Batch] = {}
        self._kept_rows: dict[int, tuple[Row, ...]] = {}
        self._room = KEPT_NUMBERS

    @cached_property
    def _x(self) -> Array:
        return np.array(self._experiment.data.inputs, np.float64)

    @cached_property
    def _y(self) -> Array:
        rows = [self._experiment.y(example) for example in range(len(self._experiment.data))]
        return np.array(rows, np.float64)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Each example's inputs and targets side by side, as floats."""
        return tuple(map(tuple, np.hstack((self._x, self._y)).tolist()))

    def batch(self, update: int) -> Batch:
        """The batch of an update, ready to be computed."""
        place = update % self._schedule.updates_per_epoch
        if place in self._kept:
            return self._kept[place]
        batch = self.of(self._schedule.batch(update))
        size = batch.x.size + OVERHEAD
        if self._fixed and size <= self._room:
            self._kept[place] = batch
            self._room -= size
        return batch

    def rows_of_batches(self, update: int, end: int) -> Iterator[tuple[tuple[Row, ...], bool]]:
        """For each update up to ``end``, the rows of its batch, and whether it ends an epoch."""
        per_epoch, rows = self._schedule.updates_per_epoch, self.rows
        for n in range(update, end):
            place = n % per_epoch
            batch = self._kept_rows.get(place)
            if batch is None:
                batch = tuple(rows[example] for example in self._schedule.batch(n))
                if self._fixed:
                    self._kept_rows[place] = batch
            yield batch, place == per_epoch - 1

    def of(self, examples: Sequence[int]) -> Batch:
        """Any examples, in the order given."""
        chosen = np.asarray(examples, np.intp)
        x, y = (np.take(rows, chosen, axis=0) for rows in (self._x, self._y))
        return Batch(np.ascontiguousarray(x.T), list(np.ascontiguousarray(y.T)))
