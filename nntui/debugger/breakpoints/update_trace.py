"""A trace of one update: every value after any of its steps, for all examples of the batch at once.

Both passes of the batch give each value's last number of every example. What it was before that
follows from the algorithm: blank, or a sum that has not met all its terms yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from nntui.debugger.breakpoints.sites import PERIOD_LOSSES, SiteIndex
from nntui.model.experiment import Experiment
from nntui.model.names import parse_value_name
from nntui.model.numerics import Array, ordered_sum
from nntui.model.wiring import Parameter

if TYPE_CHECKING:
    from nntui.engine.full_speed import BatchValues, TrainingState
    from nntui.engine.timeline import Timeline


Column: TypeAlias = Any
"""An array (n,) with a number for each example, one number for all of them, or None: blank."""


class UnknownValue(Exception):  # noqa: N818
    """A value that the trace does not show; the update must be stepped through."""


@dataclass
class UpdateTrace:
    """What both passes of an update, and the parameters before and after it, say."""

    timeline: Timeline
    layout: SiteIndex
    update: int
    passes: BatchValues
    before: TrainingState
    after: TrainingState
    _sums: dict[Parameter, Array] = field(default_factory=dict)

    @property
    def experiment(self) -> Experiment:
        """The experiment in force."""
        return self.timeline.experiment_at(self.start)

    @property
    def examples(self) -> tuple[int, ...]:
        """The examples of the batch."""
        return self.layout.schedule.batch(self.update)

    @property
    def length(self) -> int:
        """How many examples the batch has."""
        return len(self.passes.loss)

    @property
    def start(self) -> int:
        """The number of the update's first step."""
        return self.layout.schedule.update_start(self.update)

    @property
    def epoch(self) -> int:
        """The epoch that the update belongs to."""
        return self.update // self.layout.schedule.updates_per_epoch

    def of(self, values: str, neuron: str) -> Array:
        """The last numbers of z, a, da or delta of a neuron."""
        found: Array = getattr(self.passes, values)[self.passes.row[neuron]]
        return found

    def sums(self, parameter: Parameter) -> Array:
        """The gradient of a parameter after each example, and before it: (2, n)."""
        if parameter not in self._sums:
            after = self.passes.dp_after_each([self.timeline.layout.index[parameter]])[0]
            self._sums[parameter] = np.stack([np.concatenate(([0.0], after[:-1])), after])
        return self._sums[parameter]

    def target(self, output: str) -> Array:
        """The target of an output, for each example."""
        found: Array = self._targets[self.layout.net.outputs.index(output)]
        return found

    @cached_property
    def _targets(self) -> Array:
        return np.array([self.experiment.y(n) for n in self.examples]).T

    @cached_property
    def slopes(self) -> dict[str, Array]:
        """∂L/∂a of the outputs, as the loss's step gives it."""
        outputs = self.layout.net.outputs
        a, y = [self.of("a", k) for k in outputs], [self.target(k) for k in outputs]
        slopes = self.experiment.training.loss.gradient(a, y)
        return dict(zip(outputs, slopes, strict=True))

    def parameter(self, parameter: Parameter, *, updated: bool = False) -> float:
        """A parameter before the update, or after it."""
        vectors = self.after if updated else self.before
        return float(vectors.p[self.timeline.layout.index[parameter]])

    def period_loss(self, name: str, *, ended: bool) -> float | None:
        """batch_loss, epoch_loss or test_loss, before the update's last step or behind it."""
        schedule = self.layout.schedule
        closes = (self.update + 1) % schedule.updates_per_epoch == 0
        if not ended or (name != "batch_loss" and not closes):
            losses = self.timeline.history.losses(self.update, self.epoch)
            return losses.last(name.removesuffix("_loss"))
        terms = self.passes.loss.tolist()
        if name == "batch_loss":
            return float(ordered_sum(terms)) / self.length
        if name == "epoch_loss":
            total = self.before.epoch_sum
            for loss in terms:
                total = total + loss
            return total / schedule.examples
        if not self.experiment.test_examples:
            return None
        engine = self.timeline.engine(self.start)
        return engine.mean_loss(self.after, self.experiment.test_examples)


# ---- readers -----------------------------------------------------------------------------------

Reader: TypeAlias = Callable[[UpdateTrace], Column]


def example_reader(layout: SiteIndex, name: str, offset: int) -> Reader:
    """How to read a value behind the step at an offset in an example's block, from any trace."""
    symbol, neurons = parse_value_name(name)
    if symbol in PERIOD_LOSSES:
        if layout.update_steps or offset < layout.example_steps - 1:
            return lambda trace: trace.period_loss(name, ended=False)
        return _unknown
    return _IN_EXAMPLE[symbol](layout, offset, *neurons)


def update_reader(layout: SiteIndex, name: str, offset: int) -> Reader:
    """The same for a step of the update's own block, whose values are single numbers."""
    symbol, neurons = parse_value_name(name)
    parameter: Any = neurons[0] if len(neurons) == 1 else neurons
    if symbol in ("b", "w"):
        updated = layout.offsets.update.get(parameter, offset + 1) <= offset
        return lambda trace: trace.parameter(parameter, updated=updated)
    if symbol in PERIOD_LOSSES:
        ended = offset == layout.update_steps - 1
        return lambda trace: trace.period_loss(name, ended=ended)
    if symbol == "example":
        return _blank
    if symbol == "step":
        behind = layout.example_steps
        return lambda trace: trace.start + trace.length * behind + offset
    # Everything else stands as the last example has left it.
    last = _IN_EXAMPLE[symbol](layout, layout.example_steps - 1, *neurons)

    def read(trace: UpdateTrace) -> Column:
        column = last(trace)
        return float(column[-1]) if isinstance(column, np.ndarray) else column

    return read


def _blank(trace: UpdateTrace) -> Column:
    return None


def _unknown(trace: UpdateTrace) -> Column:
    raise UnknownValue


def _z(layout: SiteIndex, offset: int, j: str) -> Reader:
    edges, end = layout.offsets.forward_edges(j), layout.offsets.forward_neuron(j)
    if offset < (edges.start if edges else end):
        return _blank
    terms = offset - edges.start + 1
    if not edges or terms >= len(edges):
        return lambda trace: trace.of("z", j)
    sources = layout.net.sources[j][:terms]

    def partial(trace: UpdateTrace) -> Column:
        z: Any = trace.parameter(j)
        for i in sources:
            z = z + trace.parameter((i, j)) * trace.of("a", i)
        return z

    return partial


def _a(layout: SiteIndex, offset: int, j: str) -> Reader:
    if j not in layout.net.inputs and offset < layout.offsets.forward_neuron(j):
        return _blank
    return lambda trace: trace.of("a", j)


def _da(layout: SiteIndex, offset: int, i: str) -> Reader:
    net, offsets = layout.net, layout.offsets
    given = i in net.outputs and offset >= offsets.loss
    edges = {offsets.backward_edge(i, j): j for j in net.targets[i]}
    met = [edges[at] for at in sorted(edges) if at <= offset]
    if not given and not met:
        return _blank
    if len(met) == len(edges):
        return lambda trace: trace.of("da", i)

    def partial(trace: UpdateTrace) -> Column:
        da = trace.slopes[i] if given else 0.0
        for j in met:
            da = da + trace.parameter((i, j)) * trace.of("delta", j)
        return da

    return partial


def _delta(layout: SiteIndex, offset: int, j: str) -> Reader:
    if offset < layout.offsets.backward_neuron(j):
        return _blank
    return lambda trace: trace.of("delta", j)


def _sum(layout: SiteIndex, offset: int, parameter: Parameter, site: int) -> Reader:
    added = int(offset >= site)
    return lambda trace: trace.sums(parameter)[added]


def _x(layout: SiteIndex, offset: int, i: str) -> Reader:
    return lambda trace: trace.of("a", i)


_IN_EXAMPLE: Final[dict[str, Callable[..., Reader]]] = {
    "x": _x,
    "y": lambda layout, offset, k: lambda trace: trace.target(k),
    "z": _z,
    "a": _a,
    "da": _da,
    "delta": _delta,
    "b": lambda layout, offset, j: lambda trace: trace.parameter(j),
    "w": lambda layout, offset, i, j: lambda trace: trace.parameter((i, j)),
    "db": lambda layout, offset, j: _sum(layout, offset, j, layout.offsets.backward_neuron(j)),
    "dw": lambda layout, offset, i, j: _sum(
        layout, offset, (i, j), layout.offsets.backward_edge(i, j)
    ),
    "loss": lambda layout, offset: (
        _blank if offset < layout.offsets.loss else lambda trace: trace.passes.loss
    ),
    "epoch": lambda layout, offset: lambda trace: trace.epoch,
    "update": lambda layout, offset: lambda trace: trace.update,
    "example": lambda layout, offset: lambda trace: np.array(trace.examples, np.float64),
    "step": lambda layout, offset: (
        lambda trace: (
            trace.start + offset + layout.example_steps * np.arange(trace.length, dtype=np.float64)
        )
    ),
}


# ---- counts --------------------------------------------------------------------------------------


Whole: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """Matches of one row in the n examples of an update and, last, in the update's own steps.

    ``certain`` (n + 1,) counts them; where ``perhaps`` (n + 1,) is true the block must be stepped
    through to know.
    """

    certain: Whole
    perhaps: npt.NDArray[np.bool_]

    @classmethod
    def none(cls, examples: int) -> MatchCounts:
        """No match at all."""
        return cls(np.zeros(examples + 1, np.int64), np.zeros(examples + 1, np.bool_))

    @classmethod
    def unknown(cls, examples: int) -> MatchCounts:
        """Anything may match."""
        return cls(np.zeros(examples + 1, np.int64), np.ones(examples + 1, np.bool_))

    def uncertain(self) -> MatchCounts:
        """The same, with nothing known but that there is no match where none was counted."""
        return MatchCounts(np.zeros_like(self.certain), self.perhaps | (self.certain > 0))

    @property
    def total(self) -> int | None:
        """All matches of the update; None where that is not known."""
        return None if self.perhaps.any() else int(self.certain.sum())


def add(counts: MatchCounts, true: Any, *, width: int = 1, update: bool = False) -> None:
    """Count the true elements of a mask over the examples, or of one about the update's steps.

    A mask may be one truth value for all. One with a further axis in front has an element for each
    of ``width`` steps; otherwise it stands for so many steps.
    """
    mask = np.asarray(true)
    by_step = mask.ndim > (0 if update else 1)
    found = mask.sum(axis=0) if by_step else mask * width
    if update:
        counts.certain[-1] += int(found)
    else:
        counts.certain[:-1] += found
