"""The history of a value: what it was at the end of each of the last updates, and over the run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from nntui.debugger.displays import Value, is_number, value_text
from nntui.debugger.expressions import Expression, parse
from nntui.debugger.values import value_of
from nntui.engine.full_speed import OF_THE_PASSES, UpdateEndValues
from nntui.explain.numbers import Number, exact, sparkline
from nntui.model.errors import NntuiError
from nntui.model.names import parse_value_name

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper
    from nntui.engine.full_speed import BatchValues, TrainingState
    from nntui.engine.run import Run
    from nntui.engine.timeline import Timeline


LONGEST: Final = 10_000
"""Updates that a history lists, at most."""
SAMPLES: Final = 60
"""Bars of a sparkline, at most."""
SECONDS: Final = 0.1
"""For about so long the run is looked through for a sparkline."""
# Every eighth sample first, then those between: what is left out when time runs out is spread.
_STRIDES: Final = (8, 4, 2, 1)
_RECORDED: Final = {"batch_loss": "batch", "epoch_loss": "epoch", "test_loss": "test"}


class HistoryError(NntuiError, ValueError):
    """A history of no updates, or of too many."""


@dataclass(frozen=True, slots=True)
class UpdateValue:
    """A value at the end of an update (None: before the first one), and its change since the last.

    ``change`` is None for the first moment and where there is nothing to subtract.
    """

    update: int | None
    position: int
    value: Value
    change: float | None = None


@dataclass(frozen=True, slots=True)
class ValueHistory:
    """What an expression was: ``moments``, the last updates', each exact; ``samples``, the run's.

    Both stand in the order of the run. ``updates`` is how many are finished where it was asked.
    """

    text: str
    updates: int
    moments: tuple[UpdateValue, ...]
    samples: tuple[UpdateValue, ...]

    @property
    def sparkline(self) -> str:
        """The samples as little bars."""
        return sparkline([None if m.value is None else float(m.value) for m in self.samples])

    @property
    def sampled(self) -> str:
        """What the sparkline shows, in words."""
        if len(self.samples) == self.updates + 1:
            return f"the start and every update until here: {self.updates:,}"
        return f"{len(self.samples)} samples of the {self.updates:,} updates until here"


def history(
    stepper: Stepper, text: str, count: int = 20, *, seconds: float | None = SECONDS
) -> ValueHistory:
    """The values of an expression at the ends of the last ``count`` updates, and over the run.

    The debugger is not moved. The values of the updates are exact however long that takes; the
    samples are as many as about ``seconds`` allow (None: all of them, and always the same).

    Raises:
        ExpressionError: the text is no expression over this network's values.
        HistoryError: a count that cannot be.
    """
    if not 1 <= count <= LONGEST:
        raise HistoryError(f"found {count} updates, expected 1 to {LONGEST:,}")
    expression = parse(text, stepper.experiment.network)
    look = _ValueSampler(expression, stepper.run.twin())
    updates = stepper.schedule.updates_before(stepper.position)
    moments = _moments(look, updates, count)
    return ValueHistory(expression.text, updates, moments, _sampled(look, updates, seconds))


def lines_of(found: ValueHistory, number: Number = exact) -> tuple[str, ...]:
    """A history as lines of text: the sparkline, then a table of the updates."""
    cells = [
        (
            "start" if moment.update is None else str(moment.update),
            str(moment.position),
            value_text(moment.value, number),
            "" if moment.change is None else number(moment.change),
        )
        for moment in found.moments
    ]
    table = [("update", "position", found.text, "change"), *cells]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    rows = (
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )
    return (f"{found.sparkline}  {found.sampled}", *rows)


class _ValueSampler:
    """Looks at an expression at the ends of updates, and remembers what it saw."""

    def __init__(self, expression: Expression, run: Run) -> None:
        self._expression, self._run, self._line = expression, run, run.timeline
        self._update, self._vectors = 0, run.start(0)
        self._ends = UpdateEndValues(run.experiment.network.wiring())
        symbols = {parse_value_name(name)[0] for name in expression.names}
        self._computes = not symbols <= _RECORDED.keys()
        self._of_parameters = symbols <= {"b", "w", *_RECORDED}
        self._passes: tuple[int, BatchValues] | None = None
        self.seen: dict[int, Value] = {}

    def at(self, update: int) -> Value:
        """What it was when so many updates were finished."""
        if update not in self.seen:
            self.seen[update] = self._expression.value(lambda name: self._value(name, update))
        return self.seen[update]

    def reach(self, update: int, deadline: float) -> bool:
        """Compute what it takes to look at an update's end, up to a deadline; whether that did."""
        if not self._computes:
            return True
        if not self._of_parameters:
            position = self._line.schedule.update_start(update)
            return self._run.approach(position, max(deadline - perf_counter(), 0.0))
        known, vectors = self._line.checkpoints.before(update)
        if not known <= self._update <= update:
            self._update, self._vectors = known, vectors
        while self._update < update and perf_counter() < deadline:
            self._vectors, self._update = self._line.run(
                self._vectors, self._update, update, deadline=deadline
            )
        return self._update == update

    def nearby(self, update: int, after: int) -> int:
        """An update end up to this one, but after another, that is known without computing.

        This one itself when none is.
        """
        known, _ = self._line.checkpoints.before(update)
        return known if after < known else update

    def moment(self, update: int, change: float | None = None) -> UpdateValue:
        """What it was when so many updates were finished, as a moment."""
        position = self._line.schedule.update_start(update)
        return UpdateValue(update - 1 if update else None, position, self.at(update), change)

    def _value(self, name: str, update: int) -> float | None:
        """A value at an update's end: recorded, a parameter, or else what the last step left."""
        symbol, neurons = parse_value_name(name)
        if symbol in _RECORDED:
            epochs = update // self._line.schedule.updates_per_epoch
            return self._line.history.losses(update, epochs).last(_RECORDED[symbol])
        if symbol in ("b", "w"):
            self.reach(update, math.inf)
            key = neurons[0] if symbol == "b" else (neurons[0], neurons[1])
            return float(self._vectors.p[self._line.layout.index[key]])
        if symbol in OF_THE_PASSES and (passes := self._passes_of(update - 1)) is not None:
            return self._ends.value(passes, name)
        self._run.seek(self._line.schedule.update_start(update))
        return value_of(self._run, name)

    def _passes_of(self, update: int) -> BatchValues | None:
        """Both passes of an update's batch; None before the first one, or with an edit inside."""
        if update < 0:
            return None
        start, end = (self._line.schedule.update_start(update + n) for n in (0, 1))
        edit = self._line.next_edit(start)
        if edit is not None and edit < end:
            return None
        if self._passes is None or self._passes[0] != update:
            vectors, batch = self._run.start(update), self._line.schedule.batch(update)
            self._passes = update, self._line.engine(start).passes(vectors, batch)
        return self._passes[1]


def _moments(look: _ValueSampler, updates: int, count: int) -> tuple[UpdateValue, ...]:
    first = max(updates - count, 0)
    moments = [look.moment(first)]
    for update in range(first + 1, updates + 1):
        value, before = look.at(update), moments[-1].value
        both = is_number(value) and is_number(before)
        change = value - before if both else None  # type: ignore[operator]
        moments.append(look.moment(update, change))
    # The one before the first of them was only needed for its change.
    return tuple(moments[1:] if updates > count else moments)


def _sampled(look: _ValueSampler, updates: int, seconds: float | None) -> tuple[UpdateValue, ...]:
    bars = min(updates + 1, SAMPLES)
    even = [round(n * updates / max(bars - 1, 1)) for n in range(bars)]
    if seconds is None:
        return tuple(look.moment(end) for end in even)
    deadline = perf_counter() + seconds
    ends = [look.nearby(end, before) for before, end in pairwise([-1, *even])]
    known = [found for found, end in zip(ends, even, strict=True) if found != end]
    for some in (known, *(ends[::stride] for stride in _STRIDES)):
        for end in some:
            if end not in look.seen and perf_counter() < deadline and look.reach(end, deadline):
                look.at(end)
    return tuple(look.moment(end) for end in ends if end in look.seen)


# ---- life ----------------------------------------------------------------------------------------


MOMENTS: Final = 60
"""Updates that are looked at, at most."""
ACTIVE: Final = 0.01
"""A neuron is active where its slope is at least this: there it learns."""
NEURON_SECONDS: Final = 0.4
"""For about so long the updates are looked through, and as long the data."""
BURST: Final = 0.01
"""Seconds of computing between two looks at whether it is still wanted."""
MOST_NUMBERS: Final = 1 << 20
"""How many activations of the whole network are computed over the data, at most."""
TOGETHER: Final = 64
"""Examples that are computed at once."""
# Every eighth moment first, then those between: what is left out when time runs out is spread.

Going = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class NeuronMoment:
    """A neuron at the end of an update, the last of ``updates``: a and δ are of its last example.

    δ and b of an input, and what a value that was set meanwhile has made unknown, are None.
    """

    updates: int
    a: float | None
    delta: float | None
    b: float | None


@dataclass(frozen=True, slots=True)
class Activity:
    """A neuron over ``seen`` of the ``examples`` there are, with the parameters of one moment.

    ``active``: where its slope is at least ``ACTIVE`` (None for an input, which has none); the
    least, mean and greatest activation.
    """

    seen: int
    examples: int
    active: int | None
    least: float
    mean: float
    greatest: float


@dataclass(frozen=True, slots=True)
class NeuronHistory:
    """A neuron over the ``updates`` that were finished, and over the data at their end."""

    neuron: str
    updates: int
    moments: tuple[NeuronMoment, ...]
    activity: Activity


def neuron_history(
    line: Timeline, updates: int, j: str, going: Going, seconds: float | None = NEURON_SECONDS
) -> NeuronHistory | None:
    """The life of neuron j up to where so many updates are finished.

    As much of it as about ``seconds`` allow (None: all that is ever looked at); None when
    ``going`` says no before. The line must belong to the caller's thread (``Timeline.apart``).
    """
    look = _NeuronSampler(line, j, going)
    vectors = look.reach(updates, None)
    if vectors is None:
        return None
    activity = look.activity(updates, vectors, seconds)
    moments = None if activity is None else look.moments(updates, seconds)
    if activity is None or moments is None:
        return None
    return NeuronHistory(j, updates, moments, activity)


class _NeuronSampler:
    """Looks at a neuron at the ends of updates."""

    def __init__(self, line: Timeline, j: str, going: Going) -> None:
        self._line, self._j, self._going = line, j, going
        self._near: tuple[int, TrainingState] = line.checkpoints.before(0)
        self._is_input = j in line.layout.net.inputs

    def reach(self, update: int, deadline: float | None) -> TrainingState | None:
        """The run at the start of an update; None when time ran out, or it is not wanted."""
        known = self._line.checkpoints.before(update)
        at, vectors = self._near if known[0] <= self._near[0] <= update else known
        while at < update:
            now = perf_counter()
            if not self._going() or (deadline is not None and now >= deadline):
                return None
            vectors, at = self._line.run(vectors, at, update, deadline=now + BURST)
        self._near = at, vectors
        return vectors

    def moments(self, updates: int, seconds: float | None) -> tuple[NeuronMoment, ...] | None:
        """The neuron at the end of as many updates as time allows, spread over the run."""
        deadline = None if seconds is None else perf_counter() + seconds
        bars = min(updates, MOMENTS)
        even = [1 + round(n * (updates - 1) / max(bars - 1, 1)) for n in range(bars)]
        ends = even if seconds is None else self._nearby(even)
        found: dict[int, NeuronMoment] = {}
        for stride in _STRIDES:
            for end in ends[::stride]:
                if end not in found and (moment := self._moment(end, deadline)) is not None:
                    found[end] = moment
                if not self._going():
                    return None
        return tuple(found[end] for end in sorted(found))

    def activity(
        self, updates: int, vectors: TrainingState, seconds: float | None
    ) -> Activity | None:
        """The neuron over the data, with the parameters that there are after so many updates."""
        line = self._line
        position = line.schedule.update_start(updates)
        engine, examples = line.engine(position), line.experiment_at(position).train_examples
        most = max(MOST_NUMBERS // len(line.layout.names), 1)
        every = max(-(-len(examples) // most), 1)
        chosen = examples[::every]
        deadline = None if seconds is None else perf_counter() + seconds
        z: list[float] = []
        a: list[float] = []
        for start in range(0, len(chosen), TOGETHER):
            if not self._going():
                return None
            if start and deadline is not None and perf_counter() >= deadline:
                break
            passes = engine.passes(vectors, chosen[start : start + TOGETHER])
            row = passes.row[self._j]
            z += passes.z[row].tolist()
            a += passes.a[row].tolist()
        active = None
        if not self._is_input:
            activation = line.experiment_at(position).network.wiring().activation[self._j]
            with np.errstate(all="ignore"):
                slopes = np.abs(activation.derivative(np.array(z), np.array(a)))
            active = int(np.count_nonzero(np.broadcast_to(slopes, len(z)) >= ACTIVE))
        return Activity(len(a), len(examples), active, min(a), sum(a) / len(a), max(a))

    # ---- inside --------------------------------------------------------------------------------

    def _nearby(self, even: list[int]) -> list[int]:
        """The ends, each moved to one whose beginning is known, where one lies in between."""
        found = []
        for before, end in pairwise([0, *even]):
            known, _ = self._line.checkpoints.before(end - 1)
            found.append(known + 1 if known + 1 > before else end)
        return found

    def _moment(self, end: int, deadline: float | None) -> NeuronMoment | None:
        """The neuron when ``end`` updates are finished; None when time ran out."""
        before = self.reach(end - 1, deadline)
        after = None if before is None else self.reach(end, deadline)
        if before is None or after is None:
            return None
        line, j = self._line, self._j
        b = None if self._is_input else float(after.p[line.layout.index[j]])
        start = line.schedule.update_start(end - 1)
        edit = line.next_edit(start)
        if edit is not None and edit < line.schedule.update_start(end):
            return NeuronMoment(end, None, None, b)
        last = line.schedule.batch(end - 1)[-1]
        passes = line.engine(start).passes(before, (last,))
        row = passes.row[j]
        delta = None if self._is_input else float(passes.delta[row, 0])
        return NeuronMoment(end, float(passes.a[row, 0]), delta, b)
