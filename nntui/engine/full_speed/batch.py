"""Both passes for a whole batch of examples, with the bits of the listing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from nntui.engine.full_speed.batch_layout import (
    BatchLayout,
    Level,
    NeuronArrays,
    WeightBlock,
    rows_of,
)
from nntui.engine.full_speed.kernels import (
    Einsum,
    Exact,
    Functions,
    Kernel,
    OnArrays,
    OneExample,
    OnFloats,
    Trust,
    gather_on,
)
from nntui.engine.schedule import Schedule
from nntui.model.experiment import Experiment
from nntui.model.losses import Loss
from nntui.model.numerics import Array

EXACT: Final = Exact()
EINSUM: Final = Einsum()
ONE_EXAMPLE: Final = OneExample()


@dataclass(frozen=True, slots=True)
class _Matrix:
    """A block with the memory that its matrix is laid out in."""

    block: WeightBlock
    memory: Array

    @classmethod
    def of_block(cls, block: WeightBlock) -> _Matrix:
        return cls(block, np.zeros(block.shape))

    def of(self, p: Array) -> Array:
        """The matrix for the parameters p."""
        block = self.block
        if block.cells is not None:
            self.memory.ravel()[block.cells] = p[block.parameters]
        elif isinstance(block.parameters, slice):
            return p[block.parameters].reshape(block.shape)
        else:
            np.take(p, block.parameters, out=self.memory.ravel(), mode="clip")
        return self.memory


class BatchEngine:
    """Computes the values and gradients of batches.

    ``exact`` leaves out the kernels that need numpy's einsum to add in order. The inputs of the
    examples stand in ``values.a``, their targets in the rows of ``y``, one an output.
    """

    def __init__(
        self, arrangement: BatchLayout, loss: Loss, functions: Functions, exact: bool = False
    ) -> None:
        self._arrangement, self._loss, self._functions = arrangement, loss, functions
        self._exact = exact
        levels = arrangement.levels[1:]
        self._into = [_Matrix.of_block(level.incoming) for level in levels]
        self._out_of: dict[Level, _Matrix] = {}
        self._biases = np.flatnonzero(~arrangement.is_weight)

    def needs_exactness(self, p: Array) -> bool:
        """Whether only the exact kernel is right for these parameters: a bias is −0.0.

        None comes up by itself, as p − x never is −0.0 unless p was; but decay may make one.
        """
        biases = p[self._biases]
        return bool((np.signbit(biases) & (biases == 0.0)).any())

    def kernel(self, n: int, exact: bool = False) -> Kernel:
        """The fastest kernel for n examples that is right here."""
        if exact or self._exact:
            return EXACT
        return EINSUM if n > 1 else ONE_EXAMPLE

    def forward(self, p: Array, values: NeuronArrays, y: list[Array], kernel: Kernel) -> None:
        """Fill in z, a and the losses."""
        self._forward(p, values, kernel)
        if self._in_doubt(values, kernel):
            self._forward(p, values, EXACT)
        values.loss = self._functions.losses(self._loss, values.outputs, y)

    def run(
        self, p: Array, values: NeuronArrays, y: list[Array], kernel: Kernel, saliency: bool = False
    ) -> None:
        """Fill in everything; da of the inputs only where their ``saliency`` is wanted."""
        self._forward(p, values, kernel)
        self._backward(p, values, y, kernel, saliency)
        if self._in_doubt(values, kernel, saliency):
            self._forward(p, values, EXACT)
            self._backward(p, values, y, EXACT, saliency)
        values.loss = self._functions.losses(self._loss, values.outputs, y)

    def gather(self, values: NeuronArrays, dp: Array, kernel: Kernel) -> None:
        """Sum the gradients of the examples into dp (P,)."""
        for level, matrix in zip(self._arrangement.levels[1:], self._into, strict=True):
            block = matrix.block
            a, delta = rows_of(values.a, block.rows), values.delta[level.rows]
            if block.cells is None:
                kernel.gather(delta, a, dp[block.parameters].reshape(block.shape))
            else:
                sums = np.empty(block.shape)
                kernel.gather(delta, a, sums)
                np.take(sums.ravel(), block.cells, out=dp[block.parameters], mode="clip")

    def gather_on(self, values: NeuronArrays, dp: Array) -> None:
        """Like ``gather``, but dp goes on from what it holds, as if its examples came first."""
        for level, matrix in zip(self._arrangement.levels[1:], self._into, strict=True):
            block = matrix.block
            sums = np.zeros(block.shape)
            cells = slice(None) if block.cells is None else block.cells
            sums.ravel()[cells] = dp[block.parameters]
            gather_on(values.delta[level.rows], rows_of(values.a, block.rows), sums)
            dp[block.parameters] = sums.ravel()[cells]

    def _in_doubt(self, values: NeuronArrays, kernel: Kernel, saliency: bool = False) -> bool:
        """Whether 0·inf may have come in where there is no connection."""
        arrangement = self._arrangement
        gaps = arrangement.has_gaps or (saliency and arrangement.has_gaps_behind_inputs)
        return gaps and kernel is not EXACT and not values.all_finite()

    def _forward(self, p: Array, values: NeuronArrays, kernel: Kernel) -> None:
        z, a, activate = values.z, values.a, self._functions.activate
        for level, matrix in zip(self._arrangement.levels[1:], self._into, strict=True):
            block = matrix.block
            inflow = rows_of(a, block.rows)
            kernel.forward(matrix.of(p), inflow, z[level.rows], block.connected)
            for f, rows in level.activations:
                activate(f, rows, z, a)

    def _backward(
        self, p: Array, values: NeuronArrays, y: list[Array], kernel: Kernel, saliency: bool
    ) -> None:
        z, a, da, delta = values.z, values.a, values.da, values.delta
        slopes = self._functions.loss_slopes(self._loss, values.outputs, y)
        levels = self._arrangement.levels
        for level in reversed(levels if saliency else levels[1:]):
            self._flow_back(p, values, level, kernel)
            for output in level.outputs:
                da[output.row] = slopes[output.k]
                for target, parameter in output.targets:
                    da[output.row] += p[parameter] * delta[target]
            for f, rows in level.activations:
                self._functions.slope(f, rows, z, a, da, delta)

    def _flow_back(self, p: Array, values: NeuronArrays, level: Level, kernel: Kernel) -> None:
        block, da = level.outgoing, values.da[level.rows]
        if block is None:
            da[...] = 0.0
            return
        if level not in self._out_of:
            self._out_of[level] = _Matrix.of_block(block)
        backflow = rows_of(values.delta, block.rows)
        kernel.backward(self._out_of[level].of(p), backflow, da, block.connected)


# ---- feed ----------------------------------------------------------------------------------------


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


class BatchFeed:
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


# ---- computer ------------------------------------------------------------------------------------


MOST_NUMBERS: Final = 1 << 19
"""How many numbers each of z, a, da, delta holds at most for a batch in parts (4 MB)."""
KEPT_LENGTHS: Final = 4
"""For how many lengths of batches memory is kept ready."""


class Gradient(NamedTuple):
    """A batch's summed gradients (P,), and its losses added to two sums."""

    dp: Array
    batch_sum: float
    epoch_sum: float


class BatchComputer:
    """Computes one batch at a time. ``exact``: see ``needs_exactness``."""

    def __init__(self, arrangement: BatchLayout, loss: Loss, trust: Trust) -> None:
        functions = OnArrays() if trust.functions else OnFloats()
        self._engine = BatchEngine(arrangement, loss, functions, exact=not trust.einsum)
        self._arrangement = arrangement
        self._inputs = arrangement.levels[0].rows
        self._kept: dict[int, NeuronArrays] = {}
        self.needs_exactness = self._engine.needs_exactness
        self.most_examples = max(1, MOST_NUMBERS // arrangement.height)

    def passes(
        self, p: Array, batch: Batch, exact: bool, *, saliency: bool = True
    ) -> tuple[NeuronArrays, Array]:
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

    def _loaded(self, batch: Batch) -> NeuronArrays:
        kept, n = self._kept, batch.n
        if n not in kept:
            while len(kept) >= KEPT_LENGTHS:
                del kept[next(iter(kept))]
            kept[n] = NeuronArrays(self._arrangement, n)
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
