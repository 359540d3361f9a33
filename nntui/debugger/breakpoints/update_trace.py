"""A trace of one update: each value after any of its steps, for all examples of the batch at once.

The passes of the batch give each value's last number in every example. What it was before follows
from the algorithm: blank, or a sum that lacks some of its terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.debugger.breakpoints.sites import PERIOD_LOSSES, SiteIndex
from nntui.debugger.queries.past import ArrayView
from nntui.debugger.values import has_softmax, setting_values
from nntui.engine.evaluate import classifies, right_ones
from nntui.model.experiment import Experiment
from nntui.model.losses import softmax
from nntui.model.names import MEMORY, SETTINGS, parse_value_name
from nntui.model.numerics import Array, ordered_sum
from nntui.model.wiring import Parameter, parameter_key

if TYPE_CHECKING:
    from nntui.engine.full_speed.batch_layout import BatchValues
    from nntui.engine.timeline import Timeline
    from nntui.engine.training_state import TrainingState


Column: TypeAlias = Any
"""An array (n,) with a number for each example, one number for all of them, or None: blank."""


class UnknownValue(Exception):  # noqa: N818
    """A value that the trace does not hold: the update must be stepped through."""


@dataclass
class UpdateTrace:
    """The passes of an update (n examples), and the parameters before and after it."""

    timeline: Timeline
    index: SiteIndex
    update: int
    passes: BatchValues
    before: TrainingState
    after: TrainingState
    _sums: dict[Parameter, Array] = field(default_factory=dict)

    @property
    def experiment(self) -> Experiment:
        return self.timeline.experiment_at(self.start)

    @property
    def examples(self) -> tuple[int, ...]:
        return self.index.schedule.batch(self.update)

    @property
    def length(self) -> int:
        """The number of examples, n."""
        return len(self.passes.loss)

    @property
    def start(self) -> int:
        """The number of the update's first step."""
        return self.index.schedule.update_start(self.update)

    @property
    def epoch(self) -> int:
        return self.update // self.index.schedule.updates_per_epoch

    def of(self, values: str, neuron: str) -> Array:
        """The last numbers (n,) of z, a, da or delta of a neuron."""
        found: Array = getattr(self.passes, values)[self.passes.row[neuron]]
        return found

    def sums(self, parameter: Parameter) -> Array:
        """The summed gradient of a parameter before each example, and after it: (2, n)."""
        if parameter not in self._sums:
            after = self.passes.dp_after_each([self.timeline.parameter_index[parameter]])[0]
            self._sums[parameter] = np.stack([np.concatenate(([0.0], after[:-1])), after])
        return self._sums[parameter]

    def target(self, output: str) -> Array:
        """The targets (n,) of an output."""
        found: Array = self._targets[self.index.net.outputs.index(output)]
        return found

    @cached_property
    def _targets(self) -> Array:
        return np.array([self.experiment.y(n) for n in self.examples]).T

    @cached_property
    def slopes(self) -> dict[str, Array]:
        """∂L/∂a (n,) of each output, as the loss step gives it."""
        outputs = self.index.net.outputs
        a, y = [self.of("a", k) for k in outputs], [self.target(k) for k in outputs]
        slopes = self.experiment.training.loss.gradient(a, y)
        return dict(zip(outputs, slopes, strict=True))

    def parameter(self, parameter: Parameter, *, updated: bool = False) -> float:
        """A parameter before the update, or after it."""
        vectors = self.after if updated else self.before
        return float(vectors.p[self.timeline.parameter_index[parameter]])

    def memory(self, quantity: str, parameter: Parameter, *, updated: bool) -> float | None:
        """What the optimizer remembers of a parameter, before its update step or after it."""
        names = self.experiment.training.optimizer.row.memory
        if quantity not in names or parameter in self.index.net.frozen:
            return None
        vectors = self.after if updated else self.before
        at = self.timeline.parameter_index[parameter]
        return float(vectors.memory[names.index(quantity), at])

    def gradient(self, parameter: Parameter) -> float | None:
        """The gradient that the optimizer gets for a parameter, once the passes are done."""
        if parameter in self.index.net.frozen:
            return None
        training, at = self.experiment.training, self.timeline.parameter_index[parameter]
        g = training.reduced(float(self.passes.dp[at]), self.length)
        if isinstance(parameter, tuple):
            g = training.regularized(g, self.parameter(parameter))
        return float(g)

    def accuracy(self, *, updated: bool) -> float | None:
        """The share of training examples classified right, before the update or after it."""
        experiment, index = self.experiment, self.timeline.parameter_index.index
        if not classifies(experiment):
            return None
        p: Any = ArrayView((self.after if updated else self.before).p, index)
        examples = experiment.train_examples
        return right_ones(experiment, examples, p, p) / len(examples)

    def period_loss(self, name: str, *, ended: bool) -> float | None:
        """Read batch_loss, epoch_loss or test_loss, before it is written or after that."""
        schedule = self.index.schedule
        closes = (self.update + 1) % schedule.updates_per_epoch == 0
        if not ended or (name != "batch_loss" and not closes):
            losses = self.timeline.history.losses(self.update, self.epoch)
            return losses.last(name.removesuffix("_loss"))
        terms = self.passes.loss.tolist()
        if name == "batch_loss":
            return float(self.experiment.training.reduced(ordered_sum(terms), self.length))
        if name == "epoch_loss":
            total = self.before.epoch_sum
            for loss in terms:
                total = total + loss
            return total / schedule.examples
        if not self.experiment.test_examples:
            return None
        engine = self.timeline.engine(self.start)
        return engine.mean_loss(self.after, self.experiment.test_examples)


Reader: TypeAlias = Callable[[UpdateTrace], Column]


def example_reader(index: SiteIndex, name: str, offset: int) -> Reader:
    """Make a reader of a value after the step at an offset in an example's block."""
    symbol, neurons = parse_value_name(name)
    if symbol in MEMORY:
        return lambda trace: trace.memory(symbol, parameter_key(neurons), updated=False)
    if symbol in SETTINGS:
        return lambda trace: setting_values(trace.experiment).get(symbol)
    if symbol == "accuracy":
        return lambda trace: trace.accuracy(updated=False)
    if symbol == "g":  # known after the last example alone
        return _blank if offset < index.example_steps - 1 else _unknown
    if symbol in PERIOD_LOSSES:
        if offset == index.example_steps - 1 and symbol == "batch_loss":
            return _batch_loss_at_end
        if index.update_steps or offset < index.example_steps - 1:
            return lambda trace: trace.period_loss(name, ended=False)
        return _unknown
    return _IN_EXAMPLE[symbol](index, offset, *neurons)


def update_reader(index: SiteIndex, name: str, offset: int) -> Reader:
    """Make a reader for a step of the update's own block, whose values are single numbers."""
    symbol, neurons = parse_value_name(name)
    if symbol in ("b", "w", *MEMORY):
        parameter = parameter_key(neurons)
        updated = index.offsets.update.get(parameter, offset + 1) <= offset
        if symbol in MEMORY:
            return lambda trace: trace.memory(symbol, parameter, updated=updated)
        return lambda trace: trace.parameter(parameter, updated=updated)
    if symbol == "g":
        return lambda trace: trace.gradient(parameter_key(neurons))
    if symbol in SETTINGS:
        return example_reader(index, name, offset)
    if symbol == "accuracy":
        return lambda trace: trace.accuracy(updated=offset == index.update_steps - 1)
    if symbol in PERIOD_LOSSES:
        ended = symbol == "batch_loss" or offset == index.update_steps - 1
        return lambda trace: trace.period_loss(name, ended=ended)
    if symbol == "example":
        return _blank
    if symbol == "step":
        behind = index.example_steps
        return lambda trace: trace.start + trace.length * behind + offset + 1
    # Everything else is as the last example has left it.
    last = _IN_EXAMPLE[symbol](index, index.example_steps - 1, *neurons)
    if last is _blank:
        return _blank

    def read(trace: UpdateTrace) -> Column:
        column = last(trace)
        return float(column[-1]) if isinstance(column, np.ndarray) else column

    return read


def is_blank(index: SiteIndex, name: str, offset: int, *, update: bool) -> bool:
    """Whether a value is blank after the step at an offset, in an example or an update's steps."""
    if index.schedule.by_differences and (symbol := parse_value_name(name)[0]) in _BACKWARD:
        return symbol in ("da", "delta")  # a gradient is 0 until it is measured
    return (update_reader if update else example_reader)(index, name, offset) is _blank


_BACKWARD: Final = ("da", "delta", "db", "dw")


def _blank(trace: UpdateTrace) -> Column:
    return None


def _batch_loss_at_end(trace: UpdateTrace) -> Column:
    """Read batch_loss after each example: it gets a new value at the end of the batch's last."""
    before = trace.period_loss("batch_loss", ended=False)
    if before is None and trace.length > 1:
        raise UnknownValue  # blank but for the last
    column = np.full(trace.length, before, np.float64)
    column[-1] = trace.period_loss("batch_loss", ended=True)
    return column


def _unknown(trace: UpdateTrace) -> Column:
    raise UnknownValue


def _z(index: SiteIndex, offset: int, j: str) -> Reader:
    edges, end = index.offsets.forward_edges(j), index.offsets.forward_neuron(j)
    if offset < (edges.start if edges else end):
        return _blank
    terms = offset - edges.start + 1
    if not edges or terms >= len(edges):
        return lambda trace: trace.of("z", j)
    sources = index.net.sources[j][:terms]

    def partial(trace: UpdateTrace) -> Column:
        z: Any = trace.parameter(j)
        for i in sources:
            z = z + trace.parameter((i, j)) * trace.of("a", i)
        return z

    return partial


def _from(first: int, offset: int, values: str, neuron: str) -> Reader:
    """Read z, a, da or delta of a neuron, blank before the step at an offset."""
    return _blank if offset < first else lambda trace: trace.of(values, neuron)


def _da(index: SiteIndex, offset: int, i: str) -> Reader:
    net, offsets = index.net, index.offsets
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


def _sum(index: SiteIndex, offset: int, parameter: Parameter, site: int) -> Reader:
    added = int(offset >= site)
    return lambda trace: trace.sums(parameter)[added]


def _p(index: SiteIndex, offset: int, k: str) -> Reader:
    outputs = index.net.outputs
    if offset < max(map(index.offsets.forward_neuron, outputs)):
        return _blank

    def read(trace: UpdateTrace) -> Column:
        if not has_softmax(trace.experiment):
            return None
        return softmax([trace.of("a", output) for output in outputs])[outputs.index(k)]

    return read


_IN_EXAMPLE: Final[dict[str, Callable[..., Reader]]] = {
    "x": lambda index, offset, i: _from(0, offset, "a", i),
    "t": lambda index, offset, k: lambda trace: trace.target(k),
    "z": _z,
    "a": lambda index, offset, j: _from(
        0 if j in index.net.inputs else index.offsets.forward_neuron(j), offset, "a", j
    ),
    "da": _da,
    "delta": lambda index, offset, j: _from(index.offsets.backward_neuron(j), offset, "delta", j),
    "p": _p,
    "b": lambda index, offset, j: lambda trace: trace.parameter(j),
    "w": lambda index, offset, i, j: lambda trace: trace.parameter((i, j)),
    "db": lambda index, offset, j: _sum(index, offset, j, index.offsets.backward_neuron(j)),
    "dw": lambda index, offset, i, j: _sum(
        index, offset, (i, j), index.offsets.backward_edge(i, j)
    ),
    "loss": lambda index, offset: (
        _blank if offset < index.offsets.loss else lambda trace: trace.passes.loss
    ),
    "epoch": lambda index, offset: lambda trace: trace.epoch + 1,
    "update": lambda index, offset: lambda trace: trace.update + 1,
    "example": lambda index, offset: lambda trace: np.array(trace.examples, np.float64) + 1,
    "step": lambda index, offset: (
        lambda trace: (
            trace.start
            + offset
            + 1
            + index.example_steps * np.arange(trace.length, dtype=np.float64)
        )
    ),
}


Whole: TypeAlias = npt.NDArray[np.int64]


class MatchCounts(Struct, frozen=True):
    """Matches of one breakpoint in an update's n examples and, last, in its own steps.

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
        """What is left to know when a condition is added: where there is no match for certain."""
        return MatchCounts(np.zeros_like(self.certain), self.perhaps | (self.certain > 0))


def add(counts: MatchCounts, true: Any, *, width: int = 1, update: bool = False) -> None:
    """Count the true elements of a mask over the examples, or over the update's own steps.

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
