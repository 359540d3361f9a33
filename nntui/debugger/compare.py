"""Find the first position where two timelines differ, and what differs there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np

from nntui.debugger.snapshot import snapshot_of
from nntui.engine.edits import Edit
from nntui.engine.full_speed import BatchValues
from nntui.engine.observe import StepContext, writes
from nntui.engine.replay import Replay
from nntui.engine.run import Run
from nntui.engine.state import same, same_number
from nntui.engine.timeline import Timeline
from nntui.model.experiment import Experiment
from nntui.model.names import SYMBOLS, value_name
from nntui.model.numerics import Array

MOST_VALUES: Final = 200
"""How many values a difference lists."""

Pair = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first position at which any value of two timelines differs.

    ``step`` is the number of the step that made the difference; None when an edit has made it.
    ``values`` holds the two values of each name that differ there: at most ``MOST_VALUES`` of the
    ``count``.
    """

    position: int
    step: int | None
    values: Mapping[str, Pair]
    count: int


class BranchComparison:
    """A search for the first difference of two timelines, in bursts.

    Whole updates are compared at full speed. Where two updates differ, their examples are compared,
    and within the first example that differs the neurons and the steps.
    """

    def __init__(self, a: Timeline, b: Timeline) -> None:
        self._timelines = (a, b)
        self._schedule = a.schedule
        self._runs = (Run(a), Run(b))
        net = a.parameter_index.net
        passed_back = {*net.outputs, *(i for j in net.neurons for i in net.sources[j])}
        row = a.parameter_index.row
        self._rows = {
            "z": [row[j] for j in net.neurons],
            "a": [row[j] for j in a.parameter_index.names],
            "da": [row[j] for j in a.parameter_index.names if j in passed_back],
            "delta": [row[j] for j in net.neurons],
        }
        self._search = self._positions()
        self.found: Difference | None = None
        """The difference, once ``burst`` has said True; None when there is none."""

    def burst(self, seconds: float) -> bool:
        """Search for about so many seconds; return whether the search is over."""
        deadline = perf_counter() + seconds
        for position in self._search:
            if position is not None:
                self.found = self._difference(position)
                return True
            if perf_counter() >= deadline:
                return False
        return True

    # ---- searching -----------------------------------------------------------------------------

    def _positions(self) -> Iterator[int | None]:
        """Yield the first position that differs; None after each piece that is the same."""
        schedule, fork = self._schedule, self._fork()
        if fork is None:
            return
        if self._differ(fork):
            yield fork
            return
        position = fork
        while position < schedule.total:
            update = schedule.updates_before(position)
            end = schedule.update_start(update + 1)
            if position == schedule.update_start(update) and not self._edits_within(position, end):
                if self._same_forever(update):
                    return
                if self._same_update(update):
                    position = end
                    yield None
                    continue
            for example in self._pieces(position, end, self._example_ends(update)):
                for neuron in self._pieces(*example, self._neuron_ends(*example)):
                    for at in range(neuron[0] + 1, neuron[1] + 1):
                        if self._step_differs(at):
                            yield at
                            return
                        yield None
                    yield None
                yield None
            position = end

    def _fork(self) -> int | None:
        """The first position at which the edits differ; None when they are the same."""
        a, b = (timeline.edits for timeline in self._timelines)
        shared = len(common(a, b))
        return min((edits[shared].position for edits in (a, b) if edits[shared:]), default=None)

    def _edits_within(self, first: int, end: int) -> bool:
        """Whether either timeline has an edit after the first position, up to the end itself."""
        edits = (timeline.next_edit(first) for timeline in self._timelines)
        return any(edit is not None and edit <= end for edit in edits)

    def _same_forever(self, update: int) -> bool:
        """Whether nothing can differ from here on: equal numbers, equal rules, no more edits."""
        at = self._schedule.update_start(update)
        if any(timeline.next_edit(at) is not None for timeline in self._timelines):
            return False
        if not _equal(*(timeline.experiment_at(at) for timeline in self._timelines)):
            return False
        a, b = (run.start(update) for run in self._runs)
        return same(a.p, b.p) and same(a.memory, b.memory)

    def _same_update(self, update: int) -> bool:
        """Whether an update, computed at full speed, is the same on both timelines."""
        at, batch = self._schedule.update_start(update), self._schedule.batch(update)
        starts = [run.start(update) for run in self._runs]
        engines = [timeline.engine(at) for timeline in self._timelines]
        passes = [e.batch_values(start, batch) for e, start in zip(engines, starts, strict=True)]
        if not same(starts[0].p, starts[1].p) or not self._same_passes(*passes):
            return False
        if not all(self._same_target(at, example) for example in batch):
            return False
        net = self._timelines[0].parameter_index.net
        outputs = [passes[0].a[passes[0].row[k]] for k in net.outputs]
        if not self._same_slopes(at, outputs, batch):
            return False
        after = [
            engine.update(start, found.dp, update, len(batch))
            for engine, start, found in zip(engines, starts, passes, strict=True)
        ]
        if not same(after[0].p, after[1].p):
            return False
        test = self._timelines[0].first.test_examples
        if test and (update + 1) % self._schedule.updates_per_epoch == 0:
            losses = [e.mean_loss(v, test) for e, v in zip(engines, after, strict=True)]
            return same_number(*losses)
        return True

    def _same_passes(self, a: BatchValues, b: BatchValues) -> bool:
        names = self._timelines[0].parameter_index.names
        for symbol, known in self._rows.items():
            on_a, on_b = ([passes.row[names[row]] for row in known] for passes in (a, b))
            if not same(getattr(a, symbol)[on_a], getattr(b, symbol)[on_b]):
                return False
        return same(a.loss, b.loss)

    def _same_target(self, position: int, example: int) -> bool:
        a, b = (timeline.experiment_at(position) for timeline in self._timelines)
        return a is b or all(map(same_number, a.y(example), b.y(example)))

    def _same_slopes(self, position: int, outputs: Sequence[Array], batch: Sequence[int]) -> bool:
        """Whether the losses give the same ∂L/∂a for the outputs (n,) of some examples.

        Where an output feeds other neurons its ∂L/∂a goes on growing, and what is added may be so
        large that nothing is left of the difference.
        """
        experiments = [timeline.experiment_at(position) for timeline in self._timelines]
        a, b = (experiment.training.loss for experiment in experiments)
        if a == b:
            return True
        targets = list(np.array([experiments[0].y(example) for example in batch]).T)
        with np.errstate(all="ignore"):
            slopes = [np.array(loss.gradient(outputs, targets)) for loss in (a, b)]
        return same(*slopes)

    def _example_ends(self, update: int) -> set[int]:
        """The positions after each example of an update's batch."""
        start, steps = self._schedule.update_start(update), self._schedule.steps_per_example
        return {start + (n + 1) * steps for n in range(self._schedule.batch_length(update))}

    def _neuron_ends(self, position: int, end: int) -> set[int]:
        """The positions after each neuron of an example's passes, or of an update."""
        block = self._schedule.block(position)
        return {block.start + offset for offset in block.neuron_ends}

    def _pieces(self, position: int, end: int, ends: set[int]) -> Iterator[tuple[int, int]]:
        """Yield the stretches between positions of an update, cut at ``ends``, that may differ."""
        schedule = self._schedule
        update = schedule.updates_before(position)
        edits = {edit.position for timeline in self._timelines for edit in timeline.edits}
        replays = [
            timeline.replay(update, run.start(update), position)
            for timeline, run in zip(self._timelines, self._runs, strict=True)
        ]
        at = position
        for until in sorted(stop for stop in ends | edits | {end} if position < stop <= end):
            for timeline, replay in zip(self._timelines, replays, strict=True):
                timeline.advance(replay, until)
            example = schedule.example_shown(until)
            alike = self._same_replays(*replays) and self._same_target(at, example)
            if alike:
                outputs = replays[0].a[replays[0].parameter_index.outputs][:, np.newaxis]
                alike = self._same_slopes(at, list(outputs), [example])
            tested = until % schedule.steps_per_epoch == 0
            if not alike or tested or until in edits:
                yield at, until
            at = until

    def _same_replays(self, a: Replay, b: Replay) -> bool:
        return (
            same(a.p, b.p)
            and same(a.dp, b.dp)
            and same_number(a.loss, b.loss)
            and all(
                same(getattr(a, n)[rows], getattr(b, n)[rows]) for n, rows in self._rows.items()
            )
        )

    def _step_differs(self, position: int) -> bool:
        """Whether the step before a position makes a difference, or an edit made there."""
        if self._wrote_differently(position):
            return True
        return any(timeline.edits_at(position) for timeline in self._timelines) and self._differ(
            position
        )

    def _wrote_differently(self, position: int) -> bool:
        """Whether the step before a position writes, or shows, other values on each timeline."""
        step = position - 1
        for run in self._runs:
            run.seek(step)
        operation, example = self._schedule.operation(step), self._schedule.position(step).example
        a, b = (self._written(run, operation, example) for run in self._runs)
        if not all(same_number(a[name], b[name]) for name in a):
            return True
        if operation == ("load",):
            assert example is not None
            return not self._same_target(step, example)
        series = [[run.losses.last(s) for s in ("batch", "epoch", "test")] for run in self._runs]
        return not all(map(same_number, *series))

    @staticmethod
    def _written(run: Run, operation: tuple[str, ...], example: int | None) -> dict[str, float]:
        """Execute a run's next step; return what it writes, before the edits made after it."""
        context = StepContext(run.experiment, run.state, example)
        written: dict[str, float] = {}
        run.advance(1, lambda: written.update(writes(operation, context)))
        return written

    # ---- what differs --------------------------------------------------------------------------

    def _differ(self, position: int) -> bool:
        return bool(self._differing(position))

    def _differing(self, position: int) -> dict[str, Pair]:
        """Every value that differs at a position, by name."""
        for run in self._runs:
            run.seek(position)
        a, b = (snapshot_of(run, None) for run in self._runs)
        found: dict[str, Pair] = {}
        for symbol, neurons in SYMBOLS.items():
            on_a, on_b = getattr(a, symbol), getattr(b, symbol)
            if not neurons:
                on_a, on_b = {(): on_a}, {(): on_b}
            for key in on_a | on_b:
                pair = on_a.get(key), on_b.get(key)
                if pair[0] is not pair[1] and not same_number(*pair):
                    found[value_name(symbol, *((key,) if neurons == 1 else key))] = pair
        return found

    def _difference(self, position: int) -> Difference:
        differing = self._differing(position)
        step = position - 1 if position and self._wrote_differently(position) else None
        shown = dict(list(differing.items())[:MOST_VALUES])
        return Difference(position, step, shown, len(differing))


def common(a: tuple[Edit, ...], b: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits that both begin with."""
    shared = 0
    while shared < min(len(a), len(b)) and a[shared] == b[shared]:
        shared += 1
    return a[:shared]


def _equal(a: Experiment, b: Experiment) -> bool:
    """Whether two experiments compute the same, their parameters left out."""
    return a is b or (
        a.training == b.training
        and a.data == b.data
        and a.network.wiring().activation == b.network.wiring().activation
    )
