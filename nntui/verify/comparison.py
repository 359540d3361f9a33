"""The numbers that were given beside those of the run, or of a variation: one vector of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from nntui.engine.full_speed.batch_layout import Indices
from nntui.engine.schedule import MOVES, Schedule
from nntui.model.layers import columns_of
from nntui.model.losses import softmax
from nntui.model.names import parameter_name, value_name
from nntui.model.numerics import Array
from nntui.verify.given import FLOAT64, Given, GivenArray, Mask
from nntui.verify.passes import Passes
from nntui.verify.updates import Simulated
from nntui.verify.verdict import MOST_DIFFERENCES, Difference, KindCount, summed

ROUNDINGS: Final = 32.0
"""How many roundings of their terms sums may be off by: they are added in another order."""

# In what order an update computes; kinds in the same step keep this order.
_ORDER: Final = ("p", "z", "a", "softmax", "loss", "batch_loss", "da", "delta", "dp", "g")
_OF_ROWS: Final = ("z", "a", "da", "delta")
BIAS: Final = 1
"""The part of biases, see ``Comparison``."""
_AFTER: Final = ("after", "memory")


@dataclass(frozen=True, eq=False)
class _Kind:
    """The cells of one kind that were given.

    ``cells`` are flat indices in the kind's array. ``place``: see ``Comparison``. ``row``: that of
    ``Given.after``.
    """

    key: str
    numbers: GivenArray
    cells: Indices
    place: Indices
    part: Indices
    update: int
    row: int = 0
    quantity: int = 0


class Comparison:
    """Someone's numbers as one vector of M cells, beside those of the run or of a variation.

    ``found`` (M,). ``place`` (M,): 0 for the forward pass; then for each layer, from the output
    back, a number; then for each row of parameters after updates again one for each layer. No
    mistake at one place shows at an earlier one. ``part`` (M,) tells δ (0), biases (1), weights (2)
    apart. ``with_penalty``: whether dw and db are held against the gradient with penalty.
    """

    def __init__(
        self, passes: Passes, schedule: Schedule, given: Given, *, with_penalty: bool
    ) -> None:
        self._passes, self._schedule, self._given = passes, schedule, given
        self._layout = passes.layout
        self._depth = np.zeros(self._layout.height, np.intp)
        for block in passes.blocks:
            self._depth[block.rows] = block.layer
        self.with_penalty = with_penalty
        self._gradient = "g" if with_penalty else "dp"
        update = given.update if given.of_batch else given.first_after
        self.examples = schedule.batch_length(update)
        self.kinds = list(self._kinds())
        self.found = self._joined(lambda k: k.numbers.values.ravel()[k.cells])
        self.place = self._joined(lambda k: k.place, np.intp)
        self.part = self._joined(lambda k: k.part, np.intp)
        self._rtol = self._joined(lambda k: _at(k.numbers.rtol, k))
        self._atol = self._joined(lambda k: _at(k.numbers.atol, k))
        self._largest = self._joined(lambda k: np.full(len(k.cells), _largest(k.numbers.epsilon)))
        self.rounding = np.zeros_like(self.found)

    def _joined(self, of: Callable[[_Kind], Any], dtype: Any = np.float64) -> Any:
        parts = [np.asarray(of(kind), dtype) for kind in self.kinds]
        return np.concatenate(parts) if parts else np.zeros(0, dtype)

    def _kinds(self) -> Iterator[_Kind]:
        depth, last = self._depth, len(self._passes.blocks)
        of_parameter = depth[self._layout.target_row]
        is_weight = self._layout.is_weight
        update = self._given.update
        for key in _ORDER:
            numbers = self._given.of_batch.get(key)
            if numbers is None or not numbers.given.any():
                continue
            cells = np.flatnonzero(numbers.given.ravel())
            place = np.zeros(len(cells), np.intp)
            part = np.zeros(len(cells), np.intp)
            if key in ("da", "delta"):
                place = 1 + last - depth[cells // numbers.values.shape[1]]
            elif key in ("dp", "g"):
                place, part = 1 + last - of_parameter[cells], 1 + is_weight[cells].astype(np.intp)
            yield _Kind(key, numbers, cells, place, part, update)
        rows: list[tuple[str, int, GivenArray | None]] = [
            *(("memory", n, numbers) for n, numbers in enumerate(self._given.memory)),
            ("after", 0, self._given.after),
        ]
        for row in range(self._given.rows):
            for key, quantity, numbers in rows:
                if numbers is None or row >= len(numbers.values) or not numbers.given[row].any():
                    continue
                cells = np.flatnonzero(numbers.given[row])
                place = 2 + last + row * (1 + last) + last - of_parameter[cells]
                part = 1 + is_weight[cells].astype(np.intp)
                yield _Kind(
                    key,
                    _row(numbers, row),
                    cells,
                    place,
                    part if key == "after" else np.zeros_like(part),
                    self._given.first_after + row,
                    row,
                    quantity,
                )

    def expected(self, simulated: Simulated, first: int) -> Array:
        """Gather the cells (M,) from what was simulated; its rows begin at the update ``first``."""

        def of(kind: _Kind) -> Array:
            array = self._array(kind, simulated, first)
            if array.shape != kind.numbers.values.shape:  # of a batch of another length
                return np.full(len(kind.cells), np.nan)
            return array.ravel()[kind.cells]

        joined: Array = self._joined(of)
        return joined

    def _array(self, kind: _Kind, simulated: Simulated, first: int) -> Array:
        if kind.key in ("after", "memory"):
            row = self._given.first_after + kind.row - first
            after: Array = simulated.after[row]
            return after if kind.key == "after" else simulated.memory[row, kind.quantity]
        batch = simulated.batch
        assert batch is not None
        match kind.key:
            case "dp":
                return batch.g if self._gradient == "g" else batch.dp
            case "g" | "da" | "delta" | "loss":
                return getattr(batch, kind.key)  # type: ignore[no-any-return]
            case "softmax":
                return np.array(softmax(list(batch.forward.outputs)))
            case "batch_loss":
                loss = self._passes.training.reduced(batch.loss.sum(), len(batch.loss))
                return np.array([loss])
        return getattr(batch.forward, kind.key)  # type: ignore[no-any-return]

    def set_rounding(self, sizes: Mapping[str, Array], after: Array | None) -> None:
        """Allow for rounding.

        ``sizes``: by kind, in units of the roundoff; ``after`` (U, P): how far parameters after
        updates may be off.
        """

        def rounding(kind: _Kind) -> Array:
            if kind.key == "after" and after is not None:
                off: Array = after[kind.row][kind.cells]
                return off
            size = sizes.get(self._gradient if kind.key == "dp" else kind.key)
            if size is None:
                return np.zeros(len(kind.cells))
            return np.asarray(ROUNDINGS * kind.numbers.epsilon * size.ravel()[kind.cells])

        allowed = self._joined(rounding)
        self.rounding = np.where(np.isfinite(allowed), allowed, 0.0)

    def agrees(self, expected: Array) -> Mask:
        """Tell which cells agree with ``expected`` (M,)."""
        found = self.found
        with np.errstate(all="ignore"):
            most = self._atol + self._rtol * np.maximum(np.abs(found), np.abs(expected))
            close = np.abs(found - expected) <= most + self.rounding
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        same |= (np.abs(expected) > self._largest) & (found == np.copysign(np.inf, expected))
        finite = np.isfinite(found) & np.isfinite(expected)
        agree: Mask = np.where(finite, close, same)
        return agree

    def is_gradient(self) -> Mask:
        """Tell which cells are gradients or losses: those that a factor may multiply."""
        return self.of_kinds("loss", "batch_loss", "da", "delta", "dp", "g", *_AFTER)

    def is_after(self) -> Mask:
        """Tell which cells are parameters or an optimizer's memory after an update."""
        return self.of_kinds(*_AFTER)

    def of_kinds(self, *keys: str) -> Mask:
        """Tell which cells are of some kinds."""
        mask: Mask = self._joined(lambda k: np.full(len(k.cells), k.key in keys), np.bool_)
        return mask

    def before(self, p: Array) -> Array:
        """Gather the parameters of the cells (M,) from p (P,); 0 for all but parameters after."""

        def of(kind: _Kind) -> Array:
            return p[kind.cells] if kind.key == "after" else np.zeros(len(kind.cells))

        joined: Array = self._joined(of)
        return joined

    def first_update(self, agree: Mask) -> int:
        """Return the index of the first update with a number that differs, or the first one."""
        differing = (kind.update for kind, own in self.by_kind() if not agree[own].all())
        return next(differing, self.kinds[0].update if self.kinds else self._given.update)

    def updates_to(self, cells: Mask) -> int:
        """Return after how many updates of the run all of some cells are there."""
        return max((1 + kind.update for kind, own in self.by_kind() if cells[own].any()), default=0)

    def is_forward(self, agree: Mask) -> bool:
        """Whether a number that the forward pass gives the loss differs."""
        return bool((self.of_kinds("p", "z", "a", "softmax") & ~agree).any())

    def is_update(self, agree: Mask) -> bool:
        """Whether there are gradients, and all of them agree: what differs comes behind them."""
        gradients = self.is_gradient() & ~self.is_after()
        return bool(gradients.any() and agree[gradients].all())

    @property
    def updates(self) -> tuple[int, int]:
        """The indices of the first and the last update of which there are numbers."""
        found = [kind.update for kind in self.kinds] or [self._given.update]
        return min(found), max(found)

    @property
    def has_delta(self) -> bool:
        """Whether there are numbers from inside of the backward pass."""
        return any(kind.key == "delta" for kind in self.kinds)

    @property
    def digits(self) -> int:
        """To how many digits the numbers are compared."""
        return max(1, round(-np.log10(self._rtol.max()))) if self._rtol.max(initial=0.0) else 16

    def by_kind(self) -> Iterator[tuple[_Kind, slice]]:
        """Yield each kind, and where its cells are."""
        start = 0
        for kind in self.kinds:
            yield kind, slice(start, start + len(kind.cells))
            start += len(kind.cells)

    # What is said about them.

    def counts(self, agree: Mask) -> tuple[KindCount, ...]:
        """Count the numbers that agree, for each kind, in layers for each layer."""
        return summed(
            KindCount(label, int(agree[own][chosen].sum()), int(chosen.sum()))
            for kind, own in self.by_kind()
            for label, chosen in self._labels(kind)
        )

    def _labels(self, kind: _Kind) -> Iterator[tuple[str, Mask]]:
        key, cells, layout = kind.key, kind.cells, self._layout
        if key in _OF_ROWS:
            depth = self._depth[cells // kind.numbers.values.shape[1]]
            for n in np.flatnonzero(np.bincount(depth)):
                name = "x" if key == "a" and n == 0 else f"{key}{n if self.is_layered else ''}"
                yield name, depth == n
            return
        if key in ("softmax", "loss", "batch_loss"):
            yield ("p" if key == "softmax" else key), np.ones(len(cells), np.bool_)
            return
        prefix = {"dp": "d", "g": "g", "memory": self._quantity(kind)}.get(key, "")
        depth, is_weight = self._depth[layout.target_row[cells]], layout.is_weight[cells]
        if not self.is_layered:
            depth = np.zeros_like(depth)
        for n in np.flatnonzero(np.bincount(depth)):
            for weight in (True, False):
                chosen = (depth == n) & (is_weight == weight)
                letter = ("W" if self.is_layered else "w") if weight else "b"
                if chosen.any():
                    yield f"{prefix}{letter}{n or ''}", chosen

    def _quantity(self, kind: _Kind) -> str:
        memory = self._passes.training.optimizer.row.memory
        return memory[kind.quantity] if kind.quantity < len(memory) else ""

    @cached_property
    def is_layered(self) -> bool:
        """Whether the network is one of layers, whose arrays have names such as dW1."""
        return columns_of(self._passes.net) is not None

    def differences(self, agree: Mask, expected: Array) -> tuple[Difference, ...]:
        """List the numbers that differ, in the order of the steps that complete them."""
        wrong = np.flatnonzero(~agree)
        steps = self._steps_of(wrong)
        order = np.argsort(steps, kind="stable")[:MOST_DIFFERENCES]
        return tuple(
            Difference(self.name(cell), step, float(expected[cell]), float(self.found[cell]))
            for cell, step in zip(wrong[order].tolist(), steps[order].tolist(), strict=True)
        )

    def name(self, cell: int) -> str:
        """Name a cell: ``dw[x1,h1]``."""
        kind, index = self.kind_of(cell)
        if kind.key in _OF_ROWS:
            return value_name(kind.key, self.neuron(index // kind.numbers.values.shape[1]))
        if kind.key == "softmax":
            n = index // kind.numbers.values.shape[1]
            return value_name("p", self._passes.net.outputs[n])
        if kind.key in ("loss", "batch_loss"):
            return kind.key
        parameter = self._layout.parameters[index]
        if kind.key in ("dp", "after", "p"):
            return parameter_name(parameter, "d" if kind.key == "dp" else "")
        symbol = "g" if kind.key == "g" else self._quantity(kind)
        return value_name(symbol, *((parameter,) if isinstance(parameter, str) else parameter))

    def neuron(self, row: int) -> str:
        """Name the neuron in a row."""
        return self._names[row]

    @cached_property
    def _names(self) -> dict[int, str]:
        return {row: name for name, row in self._layout.row.items()}

    def kind_of(self, cell: int) -> tuple[_Kind, int]:
        """Return the kind of a cell and its flat index there."""
        kind, own = next(each for each in self.by_kind() if cell < each[1].stop)
        return kind, int(kind.cells[cell - own.start])

    def ends(self, cell: int) -> tuple[int, int]:
        """Return (source row, target row) of a weight's cell, (0, row) of a neuron's, or (0, 0)."""
        kind, index = self.kind_of(cell)
        if kind.key in _OF_ROWS:
            return 0, index // kind.numbers.values.shape[1]
        if kind.key in ("softmax", "loss", "batch_loss"):
            return 0, 0
        return int(self._layout.source_row[index]), int(self._layout.target_row[index])

    def _steps_of(self, cells: Indices) -> Indices:
        """The numbers (from 1) of the steps that complete some cells, in rising order."""
        steps = [np.zeros(0, np.intp)]
        for kind, own in self.by_kind():
            chosen = cells[(cells >= own.start) & (cells < own.stop)] - own.start
            if len(chosen):
                steps.append(self._steps(kind, kind.cells[chosen]))
        return np.concatenate(steps)

    def _steps(self, kind: _Kind, cells: Indices) -> Indices:
        schedule, offsets = self._schedule, self._schedule.offsets
        start = schedule.update_start(kind.update)
        per_example = schedule.steps_per_example
        if kind.key in _OF_ROWS:
            n = kind.numbers.values.shape[1]
            rows, example = cells // n, cells % n
            ends = np.zeros(self._layout.height, np.intp)
            for row in np.flatnonzero(np.bincount(rows)).tolist():
                ends[row] = self._end(kind.key, self.neuron(row))
            return np.asarray(1 + start + example * per_example + ends[rows])
        if kind.key == "softmax":
            n = kind.numbers.values.shape[1]
            last = max(offsets.writing("p", ()))
            return np.asarray(1 + start + cells % n * per_example + last)
        if kind.key == "loss":
            return 1 + start + cells * per_example + offsets.loss
        last = start + (schedule.batch_length(kind.update) - 1) * per_example
        if kind.key == "batch_loss":
            return 1 + last + offsets.loss + 0 * cells
        if kind.key == "p":
            return 1 + start + 0 * cells
        if kind.key == "dp" and schedule.by_differences:
            parameters = self._passes.net.parameters
            moves = (offsets.move.get(parameters[cell], 0) + len(MOVES) - 1 for cell in cells)
            return np.array([1 + schedule.move_step(kind.update, move) for move in moves])
        if kind.key == "dp":
            return 1 + last + self._backward_ends[cells]
        return 1 + schedule.gradients_end(kind.update) + self._update_steps[cells]

    def _end(self, symbol: str, j: str) -> int:
        """The offset of the step that completes a value of a neuron."""
        offsets, targets = self._schedule.offsets, self._passes.net.targets[j]
        if self._schedule.by_differences and symbol in ("da", "delta"):
            return offsets.loss  # no step computes it: nothing goes back
        if symbol == "da":  # the first of its targets comes last
            return offsets.backward_edge(j, targets[0]) if targets else offsets.loss
        return max(offsets.writing(symbol, (j,)))

    @cached_property
    def _backward_ends(self) -> Indices:
        """The offset of the step that adds to each parameter's gradient, (P,)."""
        offsets, layout = self._schedule.offsets, self._layout
        first = np.flatnonzero(~layout.is_weight)  # a neuron's bias, then its weights
        neuron = np.array([offsets.backward_neuron(j) for j in self._passes.net.neurons], np.intp)
        counts = np.diff(np.append(first, layout.size))
        return np.repeat(neuron - first, counts) + np.arange(layout.size)

    @cached_property
    def _update_steps(self) -> Indices:
        """The offset of each parameter's update; of a frozen one, that of the next."""
        frozen = self._passes.net.frozen
        moved = np.array([p not in frozen for p in self._layout.parameters], np.intp)
        return np.cumsum(moved) - moved


def _at(tolerance: Array | float, kind: _Kind) -> Array:
    """The tolerance of each cell."""
    if isinstance(tolerance, np.ndarray) and tolerance.ndim:
        return np.broadcast_to(tolerance, kind.numbers.values.shape).ravel()[kind.cells]
    return np.full(len(kind.cells), float(tolerance))


def _largest(epsilon: float) -> float:
    """Return the largest number that a kind of float can hold, told by its roundoff."""
    return float(np.finfo(np.float32 if epsilon > FLOAT64 else np.float64).max)


def _row(numbers: GivenArray, row: int) -> GivenArray:
    def of(tolerance: Array | float) -> Array | float:
        if isinstance(tolerance, np.ndarray) and tolerance.ndim:
            return np.asarray(np.broadcast_to(tolerance, numbers.values.shape)[row])
        return tolerance

    return GivenArray(
        numbers.values[row], numbers.given[row], of(numbers.rtol), of(numbers.atol), numbers.epsilon
    )
