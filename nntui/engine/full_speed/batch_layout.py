"""The arrangement of a whole batch: each neuron's row, each parameter's cell.

Neurons stand in canonical order, one row each and one column an example. Every layer is preceded
by a row of ones, so that a bias is the weight of a neuron that always gives 1, and z starts as b.
The parameters of a layer then form a matrix, a row a neuron, and in a fully connected network that
matrix is simply a stretch of the parameter vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nntui.engine.state import State
from nntui.model.activations import Activation
from nntui.model.numerics import Array
from nntui.model.wiring import Parameter, Wiring

Indices: TypeAlias = npt.NDArray[np.intp]
Rows: TypeAlias = slice | Indices
"""Rows of a matrix: a stretch of them, or one by one."""


@dataclass(frozen=True)
class WeightBlock:
    """Parameters arranged as a matrix that multiplies ``rows`` of a batch, one column each.

    ``parameters`` are those that stand in the matrix and ``cells`` their places in it, ascending,
    counted row by row; None: they fill it. A cell that is no connection holds 0.
    """

    shape: tuple[int, int]
    rows: Rows
    parameters: slice | Indices
    cells: Indices | None

    @cached_property
    def connected(self) -> npt.NDArray[np.bool_] | None:
        """Which cells are connections; None: all of them."""
        if self.cells is None:
            return None
        connected = np.zeros(self.shape, dtype=np.bool_)
        connected.ravel()[self.cells] = True
        return connected


@dataclass(frozen=True, slots=True)
class Output:
    """An output neuron: its row, its place k among the outputs, and what it feeds.

    ``targets`` holds (row of the target, parameter) in the order of the steps: last target first.
    """

    row: int
    k: int
    targets: tuple[tuple[int, int], ...]


class Level:
    """A layer of neurons: all of them can be computed at once.

    ``activations``: each function with the rows that it applies to.
    """

    def __init__(
        self,
        rows: slice,
        activations: tuple[tuple[Activation, Rows], ...],
        outputs: tuple[Output, ...],
        edges: tuple[Indices, Indices, tuple[int, ...]],
    ) -> None:
        self.rows, self.activations, self.outputs = rows, activations, outputs
        self._source_row, self._target_row, self._ones = edges

    @cached_property
    def incoming(self) -> WeightBlock:
        """Weights into it: a row a neuron, a column for the ones and each source in order."""
        rows = self.rows
        start, end = np.searchsorted(self._target_row, (rows.start, rows.stop))
        source, target = self._source_row[start:end], self._target_row[start:end]
        columns = _distinct(source)  # row 0, the ones, comes first
        shape = (rows.stop - rows.start, len(columns))
        cells = (target - rows.start) * shape[1] + np.searchsorted(columns, source)
        read: Rows = columns
        if len(columns) > 1:
            first = int(columns[1])
            follow_ones = first - 1 in self._ones and int(columns[-1]) - first == len(columns) - 2
            read = slice(first - 1, first - 1 + len(columns)) if follow_ones else columns
        full = len(cells) == shape[0] * shape[1]
        return WeightBlock(shape, read, slice(int(start), int(end)), None if full else cells)

    @cached_property
    def outgoing(self) -> WeightBlock | None:
        """Weights out of it: a row a target, the last one first, a column a neuron; or nothing."""
        rows = self.rows
        edges = np.flatnonzero((self._source_row >= rows.start) & (self._source_row < rows.stop))
        if not len(edges):
            return None
        source, target = self._source_row[edges], self._target_row[edges]
        targets = _distinct(target)
        shape = (len(targets), rows.stop - rows.start)
        last_first = len(targets) - 1 - np.searchsorted(targets, target)
        cells = last_first * shape[1] + source - rows.start
        order = np.argsort(cells)
        full = len(cells) == shape[0] * shape[1]
        read = _reversed_stretch(targets)
        return WeightBlock(shape, read, edges[order], None if full else cells[order])


class BatchLayout:
    """Rows, parameters and levels of a network; ``levels[0]`` are its inputs.

    ``source_row`` and ``target_row`` say of each parameter which rows it connects (the source of
    a bias is a row of ones).
    """

    def __init__(self, net: Wiring) -> None:
        self._net = net
        by_layer: list[list[str]] = [[] for _ in range(1 + max(net.layer.values()))]
        for j in (*net.inputs, *net.neurons):
            by_layer[net.layer[j]].append(j)
        self.row: dict[str, int] = {}
        stretches: list[slice] = []
        row = 0
        for neurons in by_layer:
            self.row.update((j, row + 1 + n) for n, j in enumerate(neurons))
            stretches.append(slice(row + 1, row + 1 + len(neurons)))
            row += 1 + len(neurons)
        self.height = row
        self.ones = tuple(stretch.start - 1 for stretch in stretches)
        self.output_rows = [self.row[k] for k in net.outputs]
        self._connect(net)
        self.levels = tuple(self._level(net, by_layer[n], s) for n, s in enumerate(stretches))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter in canonical order."""
        return self._net.parameters

    @property
    def size(self) -> int:
        """The number of parameters, P."""
        return len(self.source_row)

    @cached_property
    def index(self) -> Mapping[Parameter, int]:
        """The place of each parameter in canonical order."""
        return {parameter: n for n, parameter in enumerate(self.parameters)}

    @cached_property
    def is_weight(self) -> npt.NDArray[np.bool_]:
        """Which parameters are weights, not biases."""
        return self.source_row > 0

    @cached_property
    def has_gaps(self) -> bool:
        """Whether some block has cells that are no connections; the inputs' outgoing one aside."""
        levels = self.levels[1:]
        return any(_gaps(level.incoming) or _gaps(level.outgoing) for level in levels)

    @cached_property
    def has_gaps_behind_inputs(self) -> bool:
        """Whether that one has."""
        return _gaps(self.levels[0].outgoing)

    def _connect(self, net: Wiring) -> None:
        row = self.row
        sources: list[Indices] = []
        known: tuple[tuple[str, ...], Indices] = ((), np.zeros(1, np.intp))
        for j in net.neurons:  # neighbours mostly share their sources
            if net.sources[j] != known[0]:
                rows = [0, *(row[i] for i in net.sources[j])]
                known = (net.sources[j], np.array(rows, np.intp))
            sources.append(known[1])
        self.source_row = np.concatenate(sources)
        counts = [len(rows) for rows in sources]
        self.target_row = np.repeat(np.array([row[j] for j in net.neurons], np.intp), counts)

    def _level(self, net: Wiring, neurons: list[str], rows: slice) -> Level:
        groups: dict[Activation, list[int]] = {}
        for j in neurons:
            if j in net.activation:
                groups.setdefault(net.activation[j], []).append(self.row[j])
        place = {j: k for k, j in enumerate(net.outputs)}
        return Level(
            rows,
            tuple((f, _stretch(np.array(found))) for f, found in groups.items()),
            tuple(
                Output(self.row[j], place[j], self._fed_by(self.row[j]))
                for j in neurons
                if j in place
            ),
            (self.source_row, self.target_row, self.ones),
        )

    def _fed_by(self, row: int) -> tuple[tuple[int, int], ...]:
        edges = np.flatnonzero(self.source_row == row)[::-1]
        return tuple((int(self.target_row[edge]), int(edge)) for edge in edges)


def _gaps(block: WeightBlock | None) -> bool:
    return block is not None and block.cells is not None


def _distinct(rows: Indices) -> Indices:
    """Each row once, ascending, without the 15 ms in which ``np.unique`` imports numpy.ma."""
    return np.flatnonzero(np.bincount(rows))


def _stretch(rows: Indices) -> Rows:
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first == len(rows) - 1 else rows


def _reversed_stretch(rows: Indices) -> Rows:
    first, last = int(rows[0]), int(rows[-1])
    if last - first == len(rows) - 1 and first > 0:
        return slice(last, first - 1, -1)
    return rows[::-1].copy()


# ---- vectors -------------------------------------------------------------------------------------


@dataclass(slots=True)
class TrainingState:
    """The numbers that a run carries from one update to the next.

    ``p`` (P,): every parameter in canonical order, frozen ones too. ``memory`` (K, P): what the
    optimizer remembers, rows in the order of its table row (0 for frozen parameters).
    ``epoch_sum``: the losses met since the epoch began.
    """

    p: Array
    memory: Array
    epoch_sum: float = 0.0

    def copy(self) -> TrainingState:
        """An independent copy."""
        return TrainingState(self.p.copy(), self.memory.copy(), self.epoch_sum)

    @classmethod
    def of(cls, state: State, parameters: Sequence[Parameter], remembered: int) -> TrainingState:
        """The vectors of a state that stands at the start of an update."""
        b, w = state.b, state.w
        values = [b[p] if isinstance(p, str) else w[p] for p in parameters]
        nothing = (0.0,) * remembered
        rows = [state.memory.get(p, nothing) for p in parameters]
        memory = np.array(rows, np.float64).reshape(len(parameters), remembered).T
        return cls(np.array(values, np.float64), np.ascontiguousarray(memory), state.epoch_sum)


# ---- values --------------------------------------------------------------------------------------


class NeuronArrays:
    """z, a, da and delta of a batch of n examples, (rows, n) each; a's rows of ones hold 1.

    ``outputs`` are the rows of a that the loss looks at, ``loss`` (n,) is what it says.
    """

    __slots__ = ("a", "da", "delta", "loss", "n", "outputs", "z")

    def __init__(self, arrangement: BatchLayout, n: int) -> None:
        self.n = n
        self.z, self.a, self.da, self.delta = np.zeros((4, arrangement.height, n))
        self.a[list(arrangement.ones)] = 1.0
        self.outputs = [self.a[row] for row in arrangement.output_rows]
        self.loss: Array = np.zeros(n)

    def all_finite(self) -> bool:
        """Whether there is no inf and no nan; huge numbers may pass for such."""
        parts = (self.z, self.a, self.da, self.delta)
        return all(np.isfinite(np.vdot(part, part)) for part in parts)


def rows_of(values: Array, rows: Rows) -> Array:
    """The given rows; a view of them where that is possible."""
    return values[rows] if isinstance(rows, slice) else np.take(values, rows, axis=0)


# ---- passes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BatchValues:
    """Both passes of n examples at fixed parameters; columns are examples in batch order.

    ``row`` says which row of z, a, da and delta a neuron has. z and delta of an input mean
    nothing, and so does the da of a neuron that nothing is passed back to. ``loss`` (n,).
    """

    z: Array
    a: Array
    da: Array
    delta: Array
    loss: Array
    _arrangement: BatchLayout = field(repr=False)
    _dp: Array = field(repr=False)

    @classmethod
    def of(cls, values: NeuronArrays, arrangement: BatchLayout, dp: Array) -> BatchValues:
        """The passes that a batch's values stand for."""
        return cls(values.z, values.a, values.da, values.delta, values.loss, arrangement, dp)

    @property
    def row(self) -> Mapping[str, int]:
        """The row of each neuron."""
        return self._arrangement.row

    def dp(self) -> Array:
        """The gradient of each parameter (P,), summed over the examples from left to right."""
        return self._dp

    def dp_after_each(self, index: Sequence[int]) -> Array:
        """The running sums (len(index), n) of the gradients of some parameters, by their index."""
        chosen = np.asarray(index, np.intp)
        with np.errstate(all="ignore"):
            terms = np.take(self.delta, self._arrangement.target_row[chosen], axis=0)
            terms = terms * np.take(self.a, self._arrangement.source_row[chosen], axis=0)
            return np.add.accumulate(terms, axis=1) + 0.0
