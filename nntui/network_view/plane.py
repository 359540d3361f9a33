"""The plane of two inputs: what a neuron or the whole network answers there, and the data on it.

With one input it is the curve of the answers over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from msgspec import Struct

from nntui.draw.curve import Mark, curve
from nntui.draw.heat import Numbers, Scale, heat_rows, region_rows
from nntui.draw.picture import Span
from nntui.engine.evaluate import LOGITS, said_by
from nntui.engine.surface import Answers, Grid
from nntui.model.experiment import Experiment
from nntui.model.wiring import Wiring
from nntui.text import cells, cut, padded

HERE: Final = "◉"
"""The example at hand."""
DOT: Final = "○"
"""An example beside a curve, where its height is its target."""
LEAST_COLUMNS: Final = 10
"""Cells of a plane without its axis, at least."""
_NAME: Final = 8
"""Cells of an input's name at the upright axis."""
_ALONE: Final = 4
"""Cells, for each example that is marked: with more examples some are left out."""

Cell = tuple[int, int]


@dataclass(frozen=True)
class DataSigns:
    """The signs of the examples on a plane: letters of classes, or digits of numbers.

    ``signs`` has one for each example. ``names`` are the classes' (none: the targets are numbers),
    ``kinds`` the index of each example's. ``exclusive``: each output stands for a class.
    ``words`` explain the signs.
    """

    signs: str
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    kinds: tuple[int, ...] = field(default=(), repr=False)
    exclusive: bool = False

    @classmethod
    def of(cls, experiment: Experiment, most: int) -> DataSigns:
        """Choose the signs of the first ``most`` examples."""
        net = experiment.network.wiring()
        targets = [experiment.y(n) for n in range(min(len(experiment.data), most))]
        named = experiment.data.classes
        if len(net.outputs) > 1:
            hot = all(sorted(y)[-2:] == [0.0, 1.0] and sum(y) == 1.0 for y in targets)
            if hot or experiment.training.loss.row.classes:
                kinds = [y.index(max(y)) for y in targets]
                names = named if len(named) == len(net.outputs) else net.outputs
                return cls._of_classes(tuple(names), kinds, exclusive=True)
        numbers = [y[0] for y in targets]
        values = sorted(set(numbers))
        if len(values) == 2 and (named or len(numbers) > 2):
            kinds = [values.index(number) for number in numbers]
            if len(named) == 2:
                return cls._of_classes(named, kinds)
            names = tuple(f"{value:g}" for value in values)
            signs = "01" if names == ("0", "1") else "-+"
            return cls(_each(signs, kinds), _words(signs, names), names, tuple(kinds))
        low, high = values[0], values[-1]
        digits = [int((y - low) / ((high - low) or 1.0) * 9.99) for y in numbers]
        meant = f"0…9 target {low:g}…{high:g}" if low < high else f"0 target {low:g}"
        return cls(_each("0123456789", digits), (meant,))

    @classmethod
    def _of_classes(
        cls, names: tuple[str, ...], kinds: list[int], *, exclusive: bool = False
    ) -> DataSigns:
        signs = "".join(name[:1].lower() for name in names)
        if len(set(signs)) < len(names) or not (signs.isalnum() and signs.isascii()):
            signs = "123456789abcdefghijklmnopqrstuvwxyz"
        signs = signs.ljust(len(names), "*")
        return cls(_each(signs, kinds), _words(signs, names), names, tuple(kinds), exclusive)


def _each(signs: str, kinds: list[int]) -> str:
    return "".join(signs[kind] for kind in kinds)


def _words(signs: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if names in (("0", "1"), ("-1", "1")):
        return ()  # the signs say it
    return tuple(f"{sign} {cut(name, 12)}" for sign, name in zip(signs, names, strict=False))


class Plane(Struct, frozen=True):
    """A painted plane with its axes.

    ``examples`` are the examples that are marked, by cell.
    """

    rows: tuple[tuple[Span, ...], ...]
    examples: Mapping[Cell, int]


def neuron_shown(net: Wiring, signs: DataSigns, focus: str | None) -> str | None:
    """Return the neuron whose answers a plane shows; None: the classes of all outputs."""
    if focus in net.neurons:
        return focus
    return None if signs.exclusive else net.outputs[0]


def plane(
    answers: Answers,
    signs: DataSigns,
    neuron: str | None,
    current: int | None,
    size: tuple[int, int],
    *,
    colour: bool = True,
) -> Plane:
    """Paint the plane into ``size`` columns and rows of cells, its axes included.

    ``neuron``: see ``neuron_shown``. ``current``: the example at hand.
    """
    surfaces = answers.surfaces
    assert surfaces is not None, "there is no plane without inputs to go across"
    painter = _Painter(answers, surfaces.grid, signs, neuron, current, colour)
    if len(surfaces.grid.inputs) == 1 and neuron is not None:
        return painter.curve(*size)
    return painter.map(*size)


class _Painter(Struct, frozen=True):
    answers: Answers
    grid: Grid
    signs: DataSigns
    neuron: str | None
    current: int | None
    colour: bool

    def map(self, width: int, height: int) -> Plane:
        grid, names = self.grid, self.answers.experiment.network.wiring().inputs
        inner = height - 1
        upward = grid.ranges[1] if len(grid.inputs) > 1 else None
        name = names[grid.inputs[1]] if upward else ""
        left = _upright_axis(upward, name, inner, width)
        columns = width - cells(left[0])
        kind = "region" if self.neuron is None else "surface"
        examples = self._examples(columns, inner)
        marks = {cell: self._mark(n, kind) for cell, n in examples.items()}
        if self.neuron is None:
            chances = np.stack(self._said())
            rows = region_rows(chances, columns, inner, colour=self.colour, marks=marks)
        else:
            numbers, scale = self._numbers(self.neuron)
            rows = heat_rows(numbers, columns, inner, scale=scale, colour=self.colour, marks=marks)
        return self._framed(rows, left, columns, examples)

    def curve(self, width: int, height: int) -> Plane:
        assert self.neuron is not None
        net = self.answers.experiment.network.wiring()
        numbers, _ = self._numbers(self.neuron)
        line, across = numbers[0], self.grid.across
        inner, index = height - 1, self.grid.inputs[0]
        marks: list[Mark] = []
        chosen: list[int] = []
        if self.neuron in net.outputs:
            k = net.outputs.index(self.neuron)
            chosen = self._chosen(width * inner // _ALONE)
            wanted, x = self.answers.predictions.wanted, self.answers.experiment.x
            for n in chosen:
                sign, role = self._mark(n, "surface")
                sign = sign if self.signs.names or sign == HERE else DOT
                marks.append(Mark(x(n)[index], float(wanted[n, k]), sign, role))
        heights = [y for y in (*line.tolist(), *(m.y for m in marks), 0.0) if np.isfinite(y)]
        left = _upright_axis((min(heights), max(heights)), self.neuron, inner, width)
        columns = width - cells(left[0])
        picture = curve(
            lambda x: float(np.interp(x, across, line)),
            self.grid.ranges[0],
            columns,
            inner,
            marks=marks,
        )
        low, high = self.grid.ranges[0]
        examples = {}
        for n, mark in zip(chosen, marks, strict=True):
            column = round((mark.x - low) / (high - low) * (2 * columns - 1)) // 2
            examples[column, -1] = n  # whatever the row
        return self._framed(picture.rows, left, columns, examples)

    def _framed(
        self,
        rows: tuple[tuple[Span, ...], ...],
        left: list[str],
        columns: int,
        examples: dict[Cell, int],
    ) -> Plane:
        margin = cells(left[0])
        name = self.answers.experiment.network.wiring().inputs[self.grid.inputs[0]]
        below = " " * margin + _level_axis(self.grid.ranges[0], name, columns)
        labelled = [
            (Span(label, "axis"), *row) if label else row
            for label, row in zip(left, rows, strict=True)
        ]
        shifted = {(column + margin, row): n for (column, row), n in examples.items()}
        return Plane((*labelled, (Span(below, "axis"),)), shifted)

    def _said(self) -> list[Numbers]:
        experiment, surfaces = self.answers.experiment, self.answers.surfaces
        assert surfaces is not None
        outputs = [surfaces[k] for k in experiment.network.wiring().outputs]
        with np.errstate(all="ignore"):
            return said_by(experiment.training.loss.name, outputs)

    def _numbers(self, neuron: str) -> tuple[Numbers, Scale]:
        """Return what a neuron answers over the grid, and which numbers are the darkest."""
        experiment, surfaces = self.answers.experiment, self.answers.surfaces
        assert surfaces is not None
        net = experiment.network.wiring()
        if neuron not in net.outputs:
            return surfaces[neuron], Scale.of(net.activation[neuron].name, surfaces[neuron])
        k = net.outputs.index(neuron)
        numbers = self._said()[k]
        if experiment.training.loss.name in LOGITS:
            return numbers, Scale.of("sigmoid", numbers)
        wanted = self.answers.predictions.wanted[:, k]
        low, high = float(wanted.min()), float(wanted.max())
        bounded = Scale.of(net.activation[neuron].name, np.array([[low, high]]))
        if low == high or net.activation[neuron].name in ("sigmoid", "tanh"):
            return numbers, bounded
        return numbers, Scale((low + high) / 2.0, (high - low) / 2.0)

    def _examples(self, columns: int, rows: int) -> dict[Cell, int]:
        """Choose the examples to be marked, and their cells."""
        grid = self.grid
        fitted = Grid(grid.inputs, grid.ranges, columns, rows, grid.rest)
        kinds = len(set(self.signs.kinds)) or 1
        found: dict[Cell, int] = {}
        for n in self._chosen(max(columns * rows // _ALONE, 4)):
            column, row = fitted.cell(self.answers.experiment.x(n))
            if len(grid.inputs) < 2 and self.signs.kinds:
                row = min(self.signs.kinds[n] * rows // kinds, rows - 1)
            found[min(max(column, 0), columns - 1), min(max(row, 0), rows - 1)] = n
        return found

    def _chosen(self, most: int) -> list[int]:
        """Return at most so many examples, evenly spread; the current one last, on top."""
        count = len(self.answers.predictions)
        step = -(-count // max(most, 1))
        chosen = [n for n in range(0, count, step) if n != self.current]
        if self.current is not None and self.current < count:
            chosen.append(self.current)
        return chosen

    def _mark(self, n: int, kind: str) -> tuple[str, str]:
        if n == self.current:
            return HERE, f"{kind}.current"
        right = self.answers.predictions.right[n]
        return self.signs.signs[n], f"{kind}.point" if right else f"{kind}.wrong"


def _upright_axis(ends: tuple[float, float] | None, name: str, rows: int, width: int) -> list[str]:
    """Return the labels beside the rows, all of one width: the greatest number, name, the least."""
    if ends is None:
        return [""] * rows
    low, high = (f"{end:.2g}" for end in ends)
    room = max(len(low), len(high), min(cells(name), _NAME))
    if width - room - 1 < LEAST_COLUMNS:
        return [""] * rows
    labels = [""] * rows
    labels[rows // 2] = cut(name, room)
    labels[-1] = low
    labels[0] = high
    return [padded(label, room, right=True) + " " for label in labels]


def _level_axis(ends: tuple[float, float], name: str, columns: int) -> str:
    low, high = (f"{end:.2g}" for end in ends)
    room = columns - len(low) - len(high)
    if room < 2:
        return " " * columns
    middle = cut(name, room - 2)
    before = (room - cells(middle)) // 2
    return low + " " * before + middle + " " * (room - cells(middle) - before) + high
