"""What every neuron answers over a grid of two inputs, at given parameters, and to the examples.

The sums are matrix products here: their last bits may differ from those of the steps. The
elementary functions are the model's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.engine.full_speed.batch_layout import BatchLayout, Layer, WeightBlock, rows_of
from nntui.engine.predictions import Predictions
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array
from nntui.model.wiring import Wiring

MARGIN: Final = 0.08
"""How far a grid goes beyond the data on each side, as a part of the data's range."""
MOST_POINTS: Final = 10_000
"""Points of a grid, at most."""
MOST_NUMBERS: Final = 1 << 19
"""How many activations are held at once (4 MB); more points are computed in parts."""


class Grid(Struct, frozen=True):
    """The points at which neurons are asked: one or two inputs vary, the others stay at ``rest``.

    ``inputs``: the indices of the inputs that go across and, if there are two, upwards.
    ``ranges``: the least and the greatest number of each. ``rest`` (inputs,).
    """

    inputs: tuple[int, ...]
    ranges: tuple[tuple[float, float], ...]
    columns: int
    rows: int
    rest: tuple[float, ...]

    @property
    def across(self) -> Array:
        """The numbers of the first input, from left to right: the middles of the columns."""
        return _middles(*self.ranges[0], self.columns)

    @property
    def down(self) -> Array:
        """The numbers of the second input, from the top, where it is greatest, to the bottom."""
        return _middles(*self.ranges[1], self.rows)[::-1] if len(self.inputs) > 1 else np.zeros(1)

    def cell(self, x: Sequence[float]) -> tuple[int, int]:
        """Return the column and row that an input vector falls into; they may lie outside."""
        found: list[int] = []
        for n, (low, high) in zip(self.inputs, self.ranges, strict=True):
            count = self.rows if found else self.columns
            found.append(math.floor((x[n] - low) / (high - low) * count))
        return found[0], (self.rows - 1 - found[1] if len(found) > 1 else 0)


class InputRanges(Struct, frozen=True):
    """The mean of each input over the training examples, and its least and greatest number."""

    means: tuple[float, ...]
    least: tuple[float, ...]
    greatest: tuple[float, ...]

    @classmethod
    def of(cls, experiment: Experiment) -> InputRanges:
        """Look at the training examples; at evenly spread ones if they hold very many numbers."""
        examples = experiment.train_examples
        inputs = len(experiment.network.wiring().inputs)
        step = 1 + len(examples) * inputs // (MOST_NUMBERS + 1)
        x = np.array([experiment.x(n) for n in examples[::step]], np.float64)
        with np.errstate(all="ignore"):
            rows = (x.mean(axis=0), x.min(axis=0), x.max(axis=0))
        return cls(*(tuple(row.tolist()) for row in rows))

    def grid(self, inputs: Sequence[int], columns: int, rows: int = 1) -> Grid:
        """Lay a grid over the data: the range with a margin, the other inputs at their means.

        ``inputs``: one or two indices; with one, the grid has one row. It has at most
        ``MOST_POINTS`` points.
        """
        columns = max(1, min(columns, MOST_POINTS))
        rows = max(1, min(rows, MOST_POINTS // columns)) if len(inputs) > 1 else 1
        ranges = tuple(_widened(self.least[index], self.greatest[index]) for index in inputs)
        return Grid(tuple(inputs), ranges, columns, rows, self.means)


class Surfaces(Struct, frozen=True, eq=False):
    """What each neuron answers over a grid.

    ``answers`` (neurons, rows, columns), inputs first, rows from the top; ``names`` has the
    neurons in that order.
    """

    grid: Grid
    names: tuple[str, ...]
    answers: Array

    def __getitem__(self, neuron: str) -> Array:
        """Return a neuron's activation at every point: (rows, columns)."""
        found: Array = self.answers[self.names.index(neuron)]
        return found


class Answers(Struct, frozen=True, eq=False):
    """What a network answers at the parameters ``p`` of a moment.

    ``surfaces``: of every neuron over the plane of ``inputs`` (None: there is no plane).
    ``predictions``: of the first examples of the data set, as many as were computed.
    """

    experiment: Experiment
    p: Array
    surfaces: Surfaces | None
    predictions: Predictions

    @property
    def size(self) -> int:
        """About how many numbers it holds."""
        plane = 0 if self.surfaces is None else self.surfaces.answers.size
        return self.p.size + self.predictions.size + plane


class AnswerComputer:
    """Computes what a network answers, for many inputs at once; any thread may.

    ``p`` is always every parameter in canonical order (P,).
    """

    def __init__(self, net: Wiring) -> None:
        self._layout = layout = BatchLayout(net)
        self._inputs = len(net.inputs)
        self._names = (*net.inputs, *net.neurons)
        self._rows = np.array([layout.row[name] for name in self._names], np.intp)
        self._most = max(1, MOST_NUMBERS // layout.height)

    def surfaces(self, p: Array, grid: Grid) -> Surfaces:
        """Compute every neuron's activation over a grid."""
        first, second = np.meshgrid(grid.across, grid.down)
        moving = np.stack([first.ravel(), second.ravel()])[: len(grid.inputs)]
        answers = np.empty((len(self._names), first.size))
        for start in range(0, first.size, self._most):
            part = slice(start, start + self._most)
            a = self._forward(p, np.array(grid.rest), grid.inputs, moving[:, part])
            answers[:, part] = a[self._rows]
        return Surfaces(grid, self._names, answers.reshape(-1, *first.shape))

    def outputs(self, p: Array, x: Array) -> Array:
        """Compute the outputs for input vectors x (n, inputs): (n, outputs)."""
        answers = np.empty((len(x), len(self._layout.output_rows)))
        every = range(self._inputs)
        for start in range(0, len(x), self._most):
            part = slice(start, start + self._most)
            a = self._forward(p, np.zeros(self._inputs), every, x[part].T)
            answers[part] = a[self._layout.output_rows].T
        return answers

    def _forward(self, p: Array, rest: Array, moving: Sequence[int], x: Array) -> Array:
        """Compute a (height, n) where some inputs take the numbers x (moving, n)."""
        layout = self._layout
        a = np.empty((layout.height, x.shape[1]))
        z = np.empty_like(a)
        a[list(layout.ones)] = 1.0
        inputs = layout.layers[0].rows
        fixed = np.ones(layout.height, np.bool_)  # rows that hold one number in every column
        fixed[inputs.stop :] = False
        fixed[list(layout.ones)] = True
        fixed[[inputs.start + index for index in moving]] = False
        a[inputs] = rest[:, np.newaxis]
        a[[inputs.start + index for index in moving]] = x
        with np.errstate(all="ignore"):
            for layer in layout.layers[1:]:
                z[layer.rows] = _sums(layer, p, a, fixed)
                for f, rows in layer.activations:
                    a[rows] = f.f(z[rows])
        return a


def _sums(layer: Layer, p: Array, a: Array, fixed: npt.NDArray[np.bool_]) -> Array:
    """Compute z of a layer; what does not vary is multiplied once, not for every point."""
    block = layer.incoming
    matrix = _matrix(block, p)
    still = fixed[block.rows]
    if still.sum() < 3:
        return matrix @ rows_of(a, block.rows)
    source = np.arange(len(fixed))[block.rows]
    base = matrix[:, still] @ a[source[still], 0]
    found: Array = base[:, np.newaxis] + matrix[:, ~still] @ a[source[~still]]
    return found


def _matrix(block: WeightBlock, p: Array) -> Array:
    if block.cells is None:
        return p[block.parameters].reshape(block.shape)
    matrix = np.zeros(block.shape)
    matrix.ravel()[block.cells] = p[block.parameters]
    return matrix


def _middles(low: float, high: float, count: int) -> Array:
    return np.array([low + (n + 0.5) * ((high - low) / count) for n in range(count)])


def _widened(low: float, high: float) -> tuple[float, float]:
    if low == high:
        return low - 1.0, high + 1.0
    margin = MARGIN * (high - low)
    return low - margin, high + margin
