"""The examples of a batch as arrays, and both passes over them with the bits of the algorithm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.engine.central_differences import h
from nntui.engine.full_speed import compiled
from nntui.engine.full_speed.batch_layout import (
    BatchLayout,
    BatchValues,
    Layer,
    WeightBlock,
    rows_of,
)
from nntui.engine.full_speed.kernels import (
    Einsum,
    Exact,
    Kernel,
    OnArrays,
    OneExample,
    OnFloats,
    SelfTest,
)
from nntui.engine.schedule import Schedule
from nntui.model.experiment import Experiment
from nntui.model.losses import Loss
from nntui.model.numerics import Array

EXACT: Final = Exact()
EINSUM: Final = Einsum()
ONE_EXAMPLE: Final = OneExample()

Row: TypeAlias = tuple[float, ...]

KEPT_NUMBERS: Final = 1 << 22
"""How many numbers may be kept in batches of a fixed order; others are built anew each time."""
OVERHEAD: Final = 200
"""What a batch takes beside its inputs, counted in numbers."""
MOST_NUMBERS: Final = 1 << 19
"""How many numbers each of z, a, da, delta holds at most for a batch in parts (4 MB)."""
KEPT_LENGTHS: Final = 4
"""For how many lengths of batches memory is kept ready."""


class Batch(Struct, frozen=True):
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


class Batches:
    """The examples of an experiment, in batches."""

    def __init__(self, experiment: Experiment, schedule: Schedule) -> None:
        self._experiment, self._schedule = experiment, schedule
        self._same_each_epoch = not experiment.training.shuffle
        self._kept: dict[int, Batch] = {}
        self._kept_rows: dict[int, tuple[Row, ...]] = {}
        self._kept_order: tuple[int, npt.NDArray[np.int64]] = -1, np.empty(0, np.int64)
        self._numbers_left = KEPT_NUMBERS

    @cached_property
    def _x(self) -> Array:
        return np.array(self._experiment.data.inputs, np.float64)

    @cached_property
    def _y(self) -> Array:
        rows = [self._experiment.y(example) for example in range(len(self._experiment.data))]
        return np.array(rows, np.float64)

    @cached_property
    def numbers(self) -> Array:
        """Each example's inputs and targets side by side: (examples, inputs + outputs)."""
        return np.hstack((self._x, self._y))

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        """The same as floats."""
        return tuple(map(tuple, self.numbers.tolist()))

    def order(self, update: int, count: int) -> npt.NDArray[np.int64]:
        """Return so many examples in their order, from the first one of an update on."""
        schedule = self._schedule
        epoch, index = divmod(update, schedule.updates_per_epoch)
        first = index * schedule.batch_size
        if self._same_each_epoch:
            return np.take(self._order(0), np.arange(first, first + count), mode="wrap")
        epochs = range(epoch, epoch + -(-(first + count) // schedule.examples))
        return np.concatenate([*map(self._order, epochs)])[first : first + count]

    def _order(self, epoch: int) -> npt.NDArray[np.int64]:
        """The examples of an epoch in their order."""
        kept = self._kept_order
        if kept[0] != epoch:
            kept = self._kept_order = epoch, np.array(self._schedule.order(epoch), np.int64)
        return kept[1]

    def of_update(self, update: int) -> Batch:
        """Return the batch of an update."""
        index = update % self._schedule.updates_per_epoch
        if index in self._kept:
            return self._kept[index]
        batch = self.of_examples(self._schedule.batch(update))
        size = batch.x.size + OVERHEAD
        if self._same_each_epoch and size <= self._numbers_left:
            self._kept[index] = batch
            self._numbers_left -= size
        return batch

    def rows_of_updates(self, update: int, end: int) -> Iterator[tuple[tuple[Row, ...], bool]]:
        """Yield the rows of each update's batch, up to ``end``, and whether it ends an epoch."""
        per_epoch, rows = self._schedule.updates_per_epoch, self._rows
        for n in range(update, end):
            index = n % per_epoch
            batch = self._kept_rows.get(index)
            if batch is None:
                batch = tuple(rows[example] for example in self._schedule.batch(n))
                if self._same_each_epoch:
                    self._kept_rows[index] = batch
            yield batch, index == per_epoch - 1

    def of_examples(self, examples: Sequence[int]) -> Batch:
        """Return any examples as a batch, in the order given."""
        chosen = np.asarray(examples, np.intp)
        x, y = (np.take(rows, chosen, axis=0) for rows in (self._x, self._y))
        return Batch(np.ascontiguousarray(x.T), list(np.ascontiguousarray(y.T)))


class _WeightMatrix(Struct, frozen=True):
    """A block of weights with the memory that its matrix is written to."""

    block: WeightBlock
    memory: Array

    @classmethod
    def of_block(cls, block: WeightBlock) -> _WeightMatrix:
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


class BatchComputer:
    """Computes one batch at a time, in memory that it keeps.

    ``exact``, where a method takes it: only the exact kernel is right (``needs_exactness``).
    """

    def __init__(self, layout: BatchLayout, loss: Loss, tested: SelfTest) -> None:
        self._layout, self._loss = layout, loss
        self._tested = tested
        self._functions = OnArrays(tested.compiled) if tested.functions else OnFloats()
        self._into = [_WeightMatrix.of_block(layer.incoming) for layer in layout.layers[1:]]
        self._out_of: dict[Layer, _WeightMatrix] = {}
        self._biases = np.flatnonzero(~layout.is_weight)
        self._kept: dict[int, BatchValues] = {}
        self._dp = np.empty(layout.size)
        self.most_examples = max(1, MOST_NUMBERS // layout.height)

    def needs_exactness(self, p: Array) -> bool:
        """Whether only the exact kernel is right for these parameters: a bias is −0.0.

        None comes up by itself, as p − x never is −0.0 unless p was; but decay may make one.
        """
        biases = p[self._biases]
        return bool((np.signbit(biases) & (biases == 0.0)).any())

    def values(self, p: Array, batch: Batch, exact: bool, *, saliency: bool = True) -> BatchValues:
        """Compute every value of a batch; they hold until the next batch is computed.

        Without ``saliency`` the da of the inputs is left out.
        """
        values, kernel = self._loaded(batch), self._kernel(batch.n, exact)
        self._passes(p, values, batch.y, kernel, saliency)
        values.dp = self._dp
        self._gather(values, kernel)
        return values

    def gradient(
        self, p: Array, batch: Batch, exact: bool, epoch_sum: float
    ) -> tuple[Array, float, float]:
        """Compute the gradients alone, a huge batch in parts, so that memory stays bounded.

        Returns dp (P,), and the losses added to 0 and to ``epoch_sum``.
        """
        first, *others = self._parts(batch)
        values = self.values(p, first, exact, saliency=False)
        dp = values.dp
        batch_sum, epoch_sum = _sums(values.loss, 0.0, epoch_sum)
        for part in others:
            values = self._loaded(part)
            self._passes(p, values, part.y, self._kernel(part.n, exact), saliency=False)
            self._gather_on(values, dp, self._kernel(part.n, exact))
            batch_sum, epoch_sum = _sums(values.loss, batch_sum, epoch_sum)
        return dp, batch_sum, epoch_sum

    def differences(
        self, p: Array, batch: Batch, exact: bool, epoch_sum: float, trainable: Sequence[int]
    ) -> tuple[BatchValues, float, float]:
        """Measure the gradients of the parameters at some indices by central differences.

        Returns the values of the last pass (its last part) with dp, and both sums of the losses.
        """
        values, batch_sum, epoch_sum = self._total(p, batch, exact, epoch_sum)
        dp, moved = np.zeros_like(p), p.copy()
        for index in trainable:
            origin = float(p[index])
            distance = h(origin)
            moved[index] = origin + distance
            _, up, _ = self._total(moved, batch, exact)
            moved[index] = origin - distance
            values, down, _ = self._total(moved, batch, exact)
            dp[index] = (up - down) / (2 * distance)
            moved[index] = origin
        values.dp, values.goes_back = dp, False
        return values, batch_sum, epoch_sum

    def mean_loss(self, p: Array, batch: Batch) -> float:
        """Compute the mean loss of the examples, summed in their order."""
        return self._total(p, batch, self.needs_exactness(p))[1] / batch.n

    def _total(
        self, p: Array, batch: Batch, exact: bool, epoch_sum: float = 0.0
    ) -> tuple[BatchValues, float, float]:
        """Add up the losses of the examples, by forward passes alone: to 0, and to a sum."""
        total = 0.0
        for part in self._parts(batch):
            values = self.forward(p, part, exact)
            total, epoch_sum = _sums(values.loss, total, epoch_sum)
        return values, total, epoch_sum

    def forward(self, p: Array, batch: Batch, exact: bool) -> BatchValues:
        """Compute z, a and the losses of a batch; they hold until the next batch is computed."""
        values, kernel = self._loaded(batch), self._kernel(batch.n, exact)
        self._forward(p, values, kernel)
        if self._in_doubt(values, kernel, saliency=False):
            self._forward(p, values, EXACT)
        values.loss = self._functions.losses(self._loss, values.outputs, batch.y)
        return values

    def _parts(self, batch: Batch) -> list[Batch]:
        size = self.most_examples
        if batch.n <= size:
            return [batch]
        return [batch.part(start, start + size) for start in range(0, batch.n, size)]

    def _loaded(self, batch: Batch) -> BatchValues:
        """Arrays for a batch, with its inputs in them."""
        kept, n = self._kept, batch.n
        if n not in kept:
            while len(kept) >= KEPT_LENGTHS:
                del kept[next(iter(kept))]
            kept[n] = BatchValues(self._layout, n)
        values = kept[n]
        if values.x is not batch.x:  # as in each epoch that is a single batch
            values.a[self._layout.layers[0].rows] = values.x = batch.x
        return values

    def _kernel(self, n: int, exact: bool) -> Kernel:
        """The fastest kernel for n examples that is right here."""
        if self._tested.compiled and (kernel := compiled.kernel()) is not None:
            return kernel
        if exact or not self._tested.einsum:
            return EXACT
        return EINSUM if n > 1 else ONE_EXAMPLE

    def _passes(
        self, p: Array, values: BatchValues, y: list[Array], kernel: Kernel, saliency: bool
    ) -> None:
        self._forward(p, values, kernel)
        self._backward(p, values, y, kernel, saliency)
        if self._in_doubt(values, kernel, saliency):
            self._forward(p, values, EXACT)
            self._backward(p, values, y, EXACT, saliency)

    def _in_doubt(self, values: BatchValues, kernel: Kernel, saliency: bool) -> bool:
        """Whether 0·inf may have come in where there is no connection."""
        layout = self._layout
        gaps = layout.has_gaps or (saliency and layout.has_gaps_behind_inputs)
        return gaps and not kernel.skips_gaps and not values.all_finite()

    def _forward(self, p: Array, values: BatchValues, kernel: Kernel) -> None:
        z, a, activate = values.z, values.a, self._functions.activate
        for layer, matrix in zip(self._layout.layers[1:], self._into, strict=True):
            block = matrix.block
            inflow = rows_of(a, block.rows)
            kernel.forward(matrix.of(p), inflow, z[layer.rows], block.connected)
            for f, rows in layer.activations:
                activate(f, rows, z, a)

    def _backward(
        self, p: Array, values: BatchValues, y: list[Array], kernel: Kernel, saliency: bool
    ) -> None:
        z, a, da, delta = values.z, values.a, values.da, values.delta
        values.loss, slopes = self._functions.losses_and_slopes(self._loss, values.outputs, y)
        layers = self._layout.layers
        for layer in reversed(layers if saliency else layers[1:]):
            self._flow_back(p, values, layer, kernel)
            for output in layer.outputs:
                da[output.row] = slopes[output.k]
                for target, parameter in output.targets:
                    da[output.row] += p[parameter] * delta[target]
            for f, rows in layer.activations:
                self._functions.slope(f, rows, z, a, da, delta)

    def _flow_back(self, p: Array, values: BatchValues, layer: Layer, kernel: Kernel) -> None:
        block, da = layer.outgoing, values.da[layer.rows]
        if block is None:
            da[...] = 0.0
            return
        if layer not in self._out_of:
            self._out_of[layer] = _WeightMatrix.of_block(block)
        backflow = rows_of(values.delta, block.rows)
        kernel.backward(self._out_of[layer].of(p), backflow, da, block.connected)

    def _gather(self, values: BatchValues, kernel: Kernel) -> None:
        """Sum the gradients of the examples into ``values.dp``."""
        dp = values.dp
        for layer, matrix in zip(self._layout.layers[1:], self._into, strict=True):
            block = matrix.block
            a, delta = rows_of(values.a, block.rows), values.delta[layer.rows]
            if block.cells is None:
                kernel.gather(delta, a, dp[block.parameters].reshape(block.shape))
            else:
                sums = np.empty(block.shape)
                kernel.gather(delta, a, sums)
                np.take(sums.ravel(), block.cells, out=dp[block.parameters], mode="clip")

    def _gather_on(self, values: BatchValues, dp: Array, kernel: Kernel) -> None:
        """Add the gradients of the examples to the sums in dp, as if those came first."""
        for layer, matrix in zip(self._layout.layers[1:], self._into, strict=True):
            block = matrix.block
            sums = np.zeros(block.shape)
            cells = slice(None) if block.cells is None else block.cells
            sums.ravel()[cells] = dp[block.parameters]
            kernel.gather_on(values.delta[layer.rows], rows_of(values.a, block.rows), sums)
            dp[block.parameters] = sums.ravel()[cells]


def summed(losses: Array, start: float = 0.0) -> float:
    """Add losses to ``start``, from left to right."""
    if start:
        losses = np.concatenate(((start,), losses))
    return float(np.add.accumulate(losses)[-1]) + 0.0


def _sums(losses: Array, batch_sum: float, epoch_sum: float) -> tuple[float, float]:
    total = summed(losses, batch_sum)
    return total, total if batch_sum == epoch_sum else summed(losses, epoch_sum)
