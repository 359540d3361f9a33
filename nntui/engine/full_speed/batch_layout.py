"""The layout of a whole batch in arrays: each neuron's row, each parameter's cell.

Neurons have a row each, in canonical order, and examples a column each. Every layer is preceded
by a row of ones, so that a bias is the weight of a neuron that always gives 1, and z starts as b.
The parameters of a layer then form a matrix, a row a neuron, and in a fully connected network that
matrix is simply a stretch of the parameter vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.model.activations import Activation
from nntui.model.names import parse_value_name
from nntui.model.numerics import Array
from nntui.model.wiring import Parameter, Wiring, parameter_key

Indices: TypeAlias = npt.NDArray[np.intp]
Rows: TypeAlias = slice | Indices
"""Rows of a matrix: neighbours, or any."""


@dataclass(frozen=True)
class WeightBlock:
    """Parameters arranged as a matrix that multiplies ``rows`` of a batch, one column each.

    ``parameters`` are those in the matrix and ``cells`` the cells that they are in, ascending,
    counted row by row; None: all. A cell that is no connection holds 0.
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


class OutputNeuron(Struct, frozen=True):
    """An output neuron: its row, its index k among the outputs, and what it feeds.

    ``targets`` holds (row of the target, parameter) in the order of the steps: last target first.
    """

    row: int
    k: int
    targets: tuple[tuple[int, int], ...]


class Layer:
    """A layer of neurons, which can be computed at once, in neighbouring rows.

    ``activations``: each function with the rows that it applies to.
    """

    def __init__(
        self,
        rows: slice,
        activations: tuple[tuple[Activation, Rows], ...],
        outputs: tuple[OutputNeuron, ...],
        edges: tuple[Indices, Indices, tuple[int, ...]],
    ) -> None:
        self.rows, self.activations, self.outputs = rows, activations, outputs
        self._source_row, self._target_row, self._ones = edges

    @cached_property
    def incoming(self) -> WeightBlock:
        """Weights into it: a row a neuron, a column for the ones, then one a source in order."""
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
        """Weights out of it: a row a target, the last one first, a column a neuron; or None."""
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
        read = _reversed(targets)
        return WeightBlock(shape, read, edges[order], None if full else cells[order])


class BatchLayout:
    """Rows, parameters and layers of a network; ``layers[0]`` are its inputs.

    ``source_row`` and ``target_row`` say of each parameter which rows it connects (the source of
    a bias is a row of ones).
    """

    def __init__(self, net: Wiring) -> None:
        self._net = net
        self.row: dict[str, int] = {}
        row_slices: list[slice] = []
        row = 0
        for neurons in net.columns:
            self.row.update((j, row + 1 + n) for n, j in enumerate(neurons))
            row_slices.append(slice(row + 1, row + 1 + len(neurons)))
            row += 1 + len(neurons)
        self.height = row
        self.ones = tuple(rows.start - 1 for rows in row_slices)
        self.output_rows = [self.row[k] for k in net.outputs]
        self._connect(net)
        self.layers = tuple(
            self._layer(net, *layer) for layer in zip(net.columns, row_slices, strict=True)
        )

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
        layers = self.layers[1:]
        return any(_gaps(layer.incoming) or _gaps(layer.outgoing) for layer in layers)

    @cached_property
    def has_gaps_behind_inputs(self) -> bool:
        """Whether the inputs' outgoing block has such cells."""
        return _gaps(self.layers[0].outgoing)

    def is_passed_back_to(self, j: str) -> bool:
        """Whether neuron j gets a da: from its targets, or from the loss."""
        return bool(self._net.targets[j]) or j in self._net.outputs

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

    def _layer(self, net: Wiring, neurons: Sequence[str], rows: slice) -> Layer:
        groups: dict[Activation, list[int]] = {}
        for j in neurons:
            if j in net.activation:
                groups.setdefault(net.activation[j], []).append(self.row[j])
        index = {j: k for k, j in enumerate(net.outputs)}
        return Layer(
            rows,
            tuple((f, _neighbours(np.array(found))) for f, found in groups.items()),
            tuple(
                OutputNeuron(self.row[j], index[j], self._targets_of(self.row[j]))
                for j in neurons
                if j in index
            ),
            (self.source_row, self.target_row, self.ones),
        )

    def _targets_of(self, row: int) -> tuple[tuple[int, int], ...]:
        edges = np.flatnonzero(self.source_row == row)[::-1]
        return tuple((int(self.target_row[edge]), int(edge)) for edge in edges)


def _gaps(block: WeightBlock | None) -> bool:
    return block is not None and block.cells is not None


def _distinct(rows: Indices) -> Indices:
    """Each row once, ascending, without the 15 ms in which ``np.unique`` imports numpy.ma."""
    return np.flatnonzero(np.bincount(rows))


def _neighbours(rows: Indices) -> Rows:
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first == len(rows) - 1 else rows


def _reversed(rows: Indices) -> Rows:
    first, last = int(rows[0]), int(rows[-1])
    if last - first == len(rows) - 1 and first > 0:
        return slice(last, first - 1, -1)
    return rows[::-1].copy()


class BatchValues:
    """The values of a batch of n examples, at fixed parameters; a column is an example.

    ``z``, ``a``, ``da``, ``delta`` (rows, n): ``row`` says which row a neuron has. z and delta of
    an input mean nothing, nor does the da of a neuron that nothing is passed back to; a's rows of
    ones hold 1. ``loss`` (n,). ``dp`` (P,): the gradient of each parameter, summed over the
    examples from left to right. ``outputs``: the rows of a that the loss is computed from.
    ``goes_back``: whether there was a backward pass; without it da and delta mean nothing.
    """

    __slots__ = (
        "_layout", "a", "da", "delta", "dp", "goes_back", "loss", "n", "outputs", "row", "x", "z"
    )  # fmt: skip

    def __init__(self, layout: BatchLayout, n: int) -> None:
        self._layout, self.n, self.row = layout, n, layout.row
        self.z, self.a, self.da, self.delta = np.zeros((4, layout.height, n))
        self.a[list(layout.ones)] = 1.0
        self.outputs = [self.a[row] for row in layout.output_rows]
        self.loss: Array = np.zeros(n)
        self.dp: Array = np.zeros(layout.size)
        self.goes_back = True
        self.x: Array | None = None  # the inputs that a was filled with

    def dp_after_each(self, index: Sequence[int]) -> Array:
        """Sum the gradients of some parameters, by their index, up to each example: (index, n)."""
        chosen = np.asarray(index, np.intp)
        with np.errstate(all="ignore"):
            terms = np.take(self.delta, self._layout.target_row[chosen], axis=0)
            terms = terms * np.take(self.a, self._layout.source_row[chosen], axis=0)
            return np.add.accumulate(terms, axis=1) + 0.0

    def at_end(self, name: str) -> float | None:
        """Return a value (see ``BATCH_SYMBOLS``) after the last example; None if always blank."""
        symbol, neurons = parse_value_name(name)
        if symbol == "loss":
            return float(self.loss[-1])
        if symbol in ("db", "dw"):
            return float(self.dp[self._layout.index[parameter_key(neurons)]])
        if symbol in ("da", "delta") and not self.goes_back:
            return None
        if symbol == "da" and not self._layout.is_passed_back_to(neurons[0]):
            return None
        return float(getattr(self, symbol)[self.row[neurons[0]], -1])

    def all_finite(self) -> bool:
        """Whether there is no inf and no nan; huge numbers may count as infinite."""
        parts = (self.z, self.a, self.da, self.delta)
        return all(np.isfinite(np.vdot(part, part)) for part in parts)


BATCH_SYMBOLS: Final = frozenset({"z", "a", "da", "delta", "loss", "db", "dw"})
"""The symbols of the values that ``BatchValues`` holds."""


def rows_of(values: Array, rows: Rows) -> Array:
    """Return the given rows; a view of them where that is possible."""
    return values[rows] if isinstance(rows, slice) else np.take(values, rows, axis=0)
