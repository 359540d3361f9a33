"""Sample a value, or a neuron, at the ends of the updates that were finished so far."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct

from nntui.debugger.expressions import Expression, parse
from nntui.debugger.values import Value, is_number, value_of, value_text
from nntui.engine.full_speed.batch_layout import BATCH_SYMBOLS
from nntui.explain.numbers import Number, evenly_spread, exact, sparkline
from nntui.explain.sentences import FLAT
from nntui.model.errors import NntuiError
from nntui.model.names import parse_value_name
from nntui.model.settings import chosen_row
from nntui.model.wiring import parameter_key

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper
    from nntui.engine.full_speed.batch_layout import BatchValues
    from nntui.engine.run import Run
    from nntui.engine.timeline import Timeline
    from nntui.engine.training_state import TrainingState
    from nntui.model.numerics import Array

# ---- the history of an expression ----------------------------------------------------------------

LONGEST: Final = 10_000
"""Updates that a history lists, at most."""
SAMPLES: Final = 60
"""Bars of a sparkline, at most."""
SECONDS: Final = 0.1
"""About how long the run is sampled for a sparkline."""
_RECORDED: Final = {"batch_loss": "batch", "epoch_loss": "epoch", "test_loss": "test"}


class HistoryError(NntuiError, ValueError):
    """A history of no updates, or of too many."""


class UpdateValue(Struct, frozen=True):
    """A value at the end of an update (None: before the first one), and its change since the last.

    ``change`` is None for the first of a history and where there is nothing to subtract.
    """

    update: int | None
    position: int
    value: Value
    change: float | None = None


class ValueHistory(Struct, frozen=True):
    """The values of an expression: ``moments`` of the last updates, ``samples`` over the run.

    Both are exact and in the order of the run. ``updates`` counts those finished at the position.
    """

    text: str
    updates: int
    moments: tuple[UpdateValue, ...]
    samples: tuple[UpdateValue, ...]

    @property
    def sparkline(self) -> str:
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
    """Compute an expression at the ends of the last ``count`` updates, and sample it over the run.

    The stepper is not moved. The last updates take as long as they take; the samples are as many as
    about ``seconds`` allow (None: all of them, and always the same).

    Raises:
        ExpressionError: the text is no expression over this network's values.
        HistoryError: a count out of bounds.
    """
    if not 1 <= count <= LONGEST:
        raise HistoryError(f"found {count} updates, expected 1 to {LONGEST:,}")
    expression = parse(text, stepper.experiment.network)
    sampler = _ValueSampler(expression, stepper.training_run.copy())
    updates = stepper.schedule.updates_before(stepper.position)
    first = max(updates - count, 0)
    moments = [sampler.moment(first)]
    for update in range(first + 1, updates + 1):
        value, before = sampler.at(update), moments[-1].value
        both = is_number(value) and is_number(before)
        change = value - before if both else None  # type: ignore[operator]
        moments.append(sampler.moment(update, change))
    # The one before the first of them was only needed for its change.
    shown = tuple(moments[1:] if updates > count else moments)
    return ValueHistory(expression.text, updates, shown, _sampled(sampler, updates, seconds))


def values_at_ends(stepper: Stepper, text: str, by: str) -> Array:
    """Compute an expression at the end of each finished update, or epoch (``by``); NaN: blank.

    Raises:
        ExpressionError: the text is no expression over this network's values.
        SettingError: ``by`` is neither.
    """
    schedule = stepper.schedule
    lengths = {"update": 1, "epoch": schedule.updates_per_epoch}
    length = chosen_row("unit", by, lengths)
    expression = parse(text, stepper.experiment.network)
    sampler = _ValueSampler(expression, stepper.training_run.copy())
    ends = range(length, schedule.updates_before(stepper.position) + 1, length)
    values = (sampler.at(end) for end in ends)
    return np.array([math.nan if value is None else float(value) for value in values])


def lines_of(found: ValueHistory, number: Number = exact) -> tuple[str, ...]:
    """Write a history as lines of text: the sparkline, then a table of the updates."""
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


def _sampled(
    sampler: _ValueSampler, updates: int, seconds: float | None
) -> tuple[UpdateValue, ...]:
    even = evenly_spread(0, updates, SAMPLES)
    if seconds is None:
        return tuple(sampler.moment(end) for end in even)
    deadline = perf_counter() + seconds
    ends = _known_nearby(sampler.timeline, even, 0)
    known = [found for found, end in zip(ends, even, strict=True) if found != end]
    for some in (known, *(ends[::stride] for stride in _STRIDES)):
        for end in some:
            ready = end not in sampler.seen and perf_counter() < deadline
            if ready and sampler.reach(end, deadline):
                sampler.at(end)
    return tuple(sampler.moment(end) for end in ends if end in sampler.seen)


class _ValueSampler:
    """Computes an expression at the ends of updates, and remembers its values."""

    def __init__(self, expression: Expression, run: Run) -> None:
        self._expression, self._run, self.timeline = expression, run, run.timeline
        self._starts = _UpdateStarts(run.timeline)
        symbols = {parse_value_name(name)[0] for name in expression.names}
        self._computes = not symbols <= _RECORDED.keys()
        self._of_parameters = symbols <= {"b", "w", *_RECORDED}
        self._passes = lru_cache(maxsize=1)(self._compute_passes)
        self.seen: dict[int, Value] = {}

    def at(self, update: int) -> Value:
        """The value when so many updates are finished."""
        if update not in self.seen:
            self.seen[update] = self._expression.value(lambda name: self._value(name, update))
        return self.seen[update]

    def reach(self, update: int, deadline: float) -> bool:
        """Compute what an update's end needs, up to a deadline; return whether that sufficed."""
        if not self._computes:
            return True
        if self._of_parameters:
            return self._starts.reach(update, deadline) is not None
        position = self.timeline.schedule.update_start(update)
        return self._run.approach(position, max(deadline - perf_counter(), 0.0))

    def moment(self, update: int, change: float | None = None) -> UpdateValue:
        """The value when so many updates are finished, with its position."""
        position = self.timeline.schedule.update_start(update)
        return UpdateValue(update or None, position, self.at(update), change)

    def _value(self, name: str, update: int) -> float | None:
        """A value at an update's end: recorded, a parameter, or else what the last step left."""
        timeline = self.timeline
        symbol, neurons = parse_value_name(name)
        if symbol in _RECORDED:
            epochs = update // timeline.schedule.updates_per_epoch
            return timeline.history.losses(update, epochs).last(_RECORDED[symbol])
        if symbol in ("b", "w"):
            vectors = self._starts.reach(update)
            assert vectors is not None
            return float(vectors.p[timeline.parameter_index[parameter_key(neurons)]])
        if symbol in BATCH_SYMBOLS and update and not _edited_inside(timeline, update - 1):
            return self._passes(update - 1).at_end(name)
        self._run.seek(timeline.schedule.update_start(update))
        return value_of(self._run, name)

    def _compute_passes(self, update: int) -> BatchValues:
        """The passes of an update's batch, which has no edit inside."""
        engine = self.timeline.engine(self.timeline.schedule.update_start(update))
        return engine.last_values(self._run.start(update), update)


# ---- the history of a neuron ---------------------------------------------------------------------

MOMENTS: Final = 60
"""Updates that are sampled, at most."""
NEURON_SECONDS: Final = 0.4
"""About how long the updates are sampled, and the same again for the examples."""
MOST_NUMBERS: Final = 1 << 20
"""How many activations of the whole network are computed over the examples, at most."""
TOGETHER: Final = 64
"""Examples that are computed at once."""

Wanted = Callable[[], bool]
"""Whether a computation in a worker thread is still wanted."""


class NeuronMoment(Struct, frozen=True):
    """A neuron when ``updates`` are finished: a and δ are of the last example.

    None: δ and b of an input, and a and δ of an update inside which something was edited.
    """

    updates: int
    a: float | None
    delta: float | None
    b: float | None


class Activity(Struct, frozen=True):
    """A neuron over ``seen`` of the ``examples`` there are, with the parameters of one moment.

    ``active``: for how many its slope is at least ``FLAT`` (None for an input, which has none);
    the least, mean and greatest activation.
    """

    seen: int
    examples: int
    active: int | None
    least: float
    mean: float
    greatest: float


class NeuronHistory(Struct, frozen=True):
    """A neuron over the ``updates`` that were finished, and over the examples at their end."""

    neuron: str
    updates: int
    moments: tuple[NeuronMoment, ...]
    activity: Activity


def neuron_history(
    timeline: Timeline,
    updates: int,
    j: str,
    wanted: Wanted,
    seconds: float | None = NEURON_SECONDS,
) -> NeuronHistory | None:
    """Sample neuron j over the first ``updates`` updates, and over the examples at their end.

    As much as about ``seconds`` allow (None: every sample); None as soon as it is not ``wanted``
    any more. The timeline must belong to the caller's thread (``Timeline.apart``).
    """
    sampler = _NeuronSampler(timeline, j, wanted)
    activity = sampler.activity(updates, seconds)
    moments = None if activity is None else sampler.moments(updates, seconds)
    if activity is None or moments is None:
        return None
    return NeuronHistory(j, updates, moments, activity)


class _NeuronSampler:
    """Computes a neuron's values at the ends of updates."""

    def __init__(self, timeline: Timeline, j: str, wanted: Wanted) -> None:
        self._timeline, self._j, self._wanted = timeline, j, wanted
        self._starts = _UpdateStarts(timeline)
        self._is_input = j in timeline.parameter_index.net.inputs

    def moments(self, updates: int, seconds: float | None) -> tuple[NeuronMoment, ...] | None:
        """The neuron at the end of as many updates as time allows, spread over the run."""
        deadline = math.inf if seconds is None else perf_counter() + seconds
        even = evenly_spread(1, updates, MOMENTS)
        ends, last = even[:-1], even[-1:]  # the last one is what is seen now
        if seconds is not None:
            ends = _known_nearby(self._timeline, ends, 1)
        found: dict[int, NeuronMoment] = {}
        for stride in _STRIDES:
            for end in (*ends[::stride], *last):
                if end not in found and (moment := self._moment(end, deadline)) is not None:
                    found[end] = moment
                if not self._wanted():
                    return None
        return tuple(found[end] for end in sorted(found))

    def activity(self, updates: int, seconds: float | None) -> Activity | None:
        """The neuron over the examples, with the parameters after so many updates."""
        timeline = self._timeline
        vectors = self._starts.reach(updates, wanted=self._wanted)
        if vectors is None:
            return None
        position = timeline.schedule.update_start(updates)
        engine, experiment = timeline.engine(position), timeline.experiment_at(position)
        examples = experiment.train_examples
        most = max(MOST_NUMBERS // len(timeline.parameter_index.names), 1)
        chosen = examples[:: max(-(-len(examples) // most), 1)]
        deadline = math.inf if seconds is None else perf_counter() + seconds
        z: list[float] = []
        a: list[float] = []
        for start in range(0, len(chosen), TOGETHER):
            if not self._wanted():
                return None
            if start and perf_counter() >= deadline:
                break
            passes = engine.batch_values(vectors, chosen[start : start + TOGETHER])
            row = passes.row[self._j]
            z += passes.z[row].tolist()
            a += passes.a[row].tolist()
        active = None
        if not self._is_input:
            activation = experiment.network.wiring().activation[self._j]
            with np.errstate(all="ignore"):
                slopes = np.abs(activation.derivative(np.array(z), np.array(a)))
            active = int(np.count_nonzero(np.broadcast_to(slopes, len(z)) >= FLAT))
        return Activity(len(a), len(examples), active, min(a), sum(a) / len(a), max(a))

    def _moment(self, end: int, deadline: float) -> NeuronMoment | None:
        """The neuron when ``end`` updates are finished; None when time ran out."""
        before = self._starts.reach(end - 1, deadline, self._wanted)
        after = None if before is None else self._starts.reach(end, deadline, self._wanted)
        if before is None or after is None:
            return None
        timeline, j = self._timeline, self._j
        b = None if self._is_input else float(after.p[timeline.parameter_index[j]])
        if _edited_inside(timeline, end - 1):
            return NeuronMoment(end, None, None, b)
        last = timeline.schedule.batch(end - 1)[-1]
        engine = timeline.engine(timeline.schedule.update_start(end - 1))
        passes = engine.batch_values(before, (last,))
        row = passes.row[j]
        delta = None if self._is_input else float(passes.delta[row, 0])
        return NeuronMoment(end, float(passes.a[row, 0]), delta, b)


_BURST: Final = 0.01
"""Seconds of computing between two questions whether it is still wanted."""
# Every eighth sample first, then those between: what is left out when time runs out is spread.
_STRIDES: Final = (8, 4, 2, 1)


class _UpdateStarts:
    """Computes the training state at updates' starts, from the last one asked or a checkpoint."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._update, self._vectors = timeline.checkpoints.before(0)

    def reach(
        self, update: int, deadline: float = math.inf, wanted: Wanted = lambda: True
    ) -> TrainingState | None:
        """The state at an update's start; None at the deadline, or when it is not wanted."""
        known, vectors = self._timeline.checkpoints.before(update)
        if not known <= self._update <= update:
            self._update, self._vectors = known, vectors
        while self._update < update:
            now = perf_counter()
            if now >= deadline or not wanted():
                return None
            self._vectors, self._update = self._timeline.run(
                self._vectors, self._update, update, deadline=min(deadline, now + _BURST)
            )
        return self._vectors


def _known_nearby(timeline: Timeline, ends: list[int], behind: int) -> list[int]:
    """Update ends, each moved back to one at, or one update behind, a checkpoint in between."""
    found = []
    for before, end in pairwise([behind - 1, *ends]):
        known, _ = timeline.checkpoints.before(end - behind)
        found.append(known + behind if known + behind > before else end)
    return found


def _edited_inside(timeline: Timeline, update: int) -> bool:
    """Whether an edit was made behind the first step of an update, before its end."""
    start, end = (timeline.schedule.update_start(update + n) for n in (0, 1))
    edit = timeline.next_edit(start)
    return edit is not None and edit < end
