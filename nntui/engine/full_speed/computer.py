"""The computer: batches of any length, in memory that it keeps, with the kernel that is right."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from nntui.engine.full_speed.arrangement import Arrangement
from nntui.engine.full_speed.batch import BatchEngine
from nntui.engine.full_speed.feed import Batch
from nntui.engine.full_speed.functions import OnArrays, OnFloats
from nntui.engine.full_speed.self_test import Trust
from nntui.engine.full_speed.values import Values
from nntui.model.elementary import Array
from nntui.model.losses import Loss

MOST_NUMBERS: Final = 1 << 19
"""How many numbers each of z, a, da, delta holds at most for a batch in parts (4 MB)."""
KEPT_LENGTHS: Final = 4
"""For how many lengths of batches memory is kept ready."""


class Gradient(NamedTuple):
    """A batch's summed gradients (P,), and its losses added to two sums."""

    dp: Array
    batch_sum: float
    epoch_sum: float


class Computer:
    """Computes one batch at a time. ``exact``: see ``needs_exactness``."""

    def __init__(self, arrangement: Arrangement, loss: Loss, trust: Trust) -> None:
        functions = OnArrays() if trust.functions else OnFloats()
        self._engine = BatchEngine(arrangement, loss, functions, exact=not trust.einsum)
        self._arrangement = arrangement
        self._inputs = arrangement.levels[0].rows
        self._kept: dict[int, Values] = {}
        self.needs_exactness = self._engine.needs_exactness
        self.most_examples = max(1, MOST_NUMBERS // arrangement.height)

    def passes(
        self, p: Array, batch: Batch, exact: bool, *, saliency: bool = True
    ) -> tuple[Values, Array]:
        """Every value, and the summed gradients; the values are good until the next batch."""
        values, kernel = self._loaded(batch), self._engine.kernel(batch.n, exact)
        self._engine.run(p, values, batch.y, kernel, saliency)
        dp = np.empty(len(p))
        self._engine.gather(values, dp, kernel)
        return values, dp

    def gradient(self, p: Array, batch: Batch, exact: bool, epoch_sum: float) -> Gradient:
        """The gradients alone; a huge batch is computed in parts, so that memory stays bounded."""
        first, *others = self._parts(batch)
        values, dp = self.passes(p, first, exact, saliency=False)
        batch_sum, epoch_sum = _sums(values.loss, 0.0, epoch_sum)
        for part in others:
            values = self._loaded(part)
            kernel = self._engine.kernel(part.n, exact)
            self._engine.run(p, values, part.y, kernel)
            self._engine.gather_on(values, dp)
            batch_sum, epoch_sum = _sums(values.loss, batch_sum, epoch_sum)
        return Gradient(dp, batch_sum, epoch_sum)

    def mean_loss(self, p: Array, batch: Batch) -> float:
        """The mean loss of the examples, summed in their order."""
        total, exact = 0.0, self.needs_exactness(p)
        for part in self._parts(batch):
            values = self._loaded(part)
            self._engine.forward(p, values, part.y, self._engine.kernel(part.n, exact))
            total = summed(values.loss, total)
        return total / batch.n

    def _parts(self, batch: Batch) -> list[Batch]:
        size = self.most_examples
        if batch.n <= size:
            return [batch]
        return [batch.part(start, start + size) for start in range(0, batch.n, size)]

    def _loaded(self, batch: Batch) -> Values:
        kept, n = self._kept, batch.n
        if n not in kept:
            while len(kept) >= KEPT_LENGTHS:
                del kept[next(iter(kept))]
            kept[n] = Values(self._arrangement, n)
        kept[n].a[self._inputs] = batch.x
        return kept[n]


def summed(losses: Array, start: float = 0.0) -> float:
    """The sum of losses on top of ``start``, from left to right."""
    if start:
        losses = np.concatenate(((start,), losses))
    return float(np.add.accumulate(losses)[-1]) + 0.0


def _sums(losses: Array, batch_sum: float, epoch_sum: float) -> tuple[float, float]:
    total = summed(losses, batch_sum)
    return total, total if batch_sum == epoch_sum else summed(losses, epoch_sum)
