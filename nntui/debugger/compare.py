"""Find the first position where two timelines differ, and what differs there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import Struct

from nntui.debugger.snapshot import SnapshotTaker
from nntui.engine.edits import Edit
from nntui.engine.observe import writes
from nntui.engine.run import Run
from nntui.engine.state import State, same, same_number
from nntui.engine.timeline import Timeline
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array

if TYPE_CHECKING:
    from nntui.engine.full_speed.batch_layout import BatchValues

MOST_VALUES: Final = 200
"""How many values a difference lists."""

Pair = tuple[float | None, float | None]


class Difference(Struct, frozen=True):
    """The first position at which any value of two timelines differs.

    ``step`` is the number of the step that made it, from 1; None when an edit has made it.
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
                differing = self._differing(position)
                step = position if position and self._wrote_differently(position) else None
                shown = dict(list(differing.items())[:MOST_VALUES])
                self.found = Difference(position, step, shown, len(differing))
                return True
            if perf_counter() >= deadline:
                return False
        return True

    def _positions(self) -> Iterator[int | None]:
        """Yield the first position that differs; None after each piece that is the same."""
        schedule, edits = self._schedule, [timeline.edits for timeline in self._timelines]
        shared = len(common(*edits))
        fork = min((e[shared].position for e in edits if e[shared:]), default=None)
        if fork is None:
            return
        if self._differing(fork):
            yield fork
            return
        position = fork
        while position < schedule.total:
            update = schedule.updates_before(position)
            start, end = schedule.update_start(update), schedule.update_start(update + 1)
            following = [timeline.next_edit(position) for timeline in self._timelines]
            edited = any(edit is not None and edit <= end for edit in following)
            if position == start and not edited:
                if self._same_forever(update):
                    return
                if self._same_update(update):
                    position = end
                    yield None
                    continue
            for example in self._pieces(position, end, self._block_ends(start, end)):
                block = schedule.block(example[0])
                neuron_ends = {block.start + offset for offset in block.neuron_ends}
                for neuron in self._pieces(*example, neuron_ends):
                    for at in range(neuron[0] + 1, neuron[1] + 1):
                        edited = any(timeline.edits_at(at) for timeline in self._timelines)
                        if self._wrote_differently(at) or (edited and self._differing(at)):
                            yield at
                            return
                        yield None
                    yield None
                yield None
            position = end

    def _block_ends(self, start: int, end: int) -> set[int]:
        """The positions at which the examples of an update end, and what lies between them."""
        schedule = self._schedule
        length = schedule.batch_length(schedule.updates_before(start))
        ends, offset = set[int](), 0
        while start + offset < end:
            spot = schedule.spot(offset, length)
            if spot.place is not None:
                offset += schedule.steps_per_example
            elif spot.move is not None:
                offset += 1
            else:
                break
            ends.add(start + offset)
        return ends

    def _same_forever(self, update: int) -> bool:
        """Whether nothing can differ from here on: equal numbers, equal rules, no more edits."""
        at = self._schedule.update_start(update)
        if any(timeline.next_edit(at) is not None for timeline in self._timelines):
            return False
        one, other = (timeline.experiment_at(at) for timeline in self._timelines)
        if one is not other and not (
            one.training == other.training
            and one.data == other.data
            and one.network.wiring().activation == other.network.wiring().activation
        ):
            return False
        a, b = (run.start(update) for run in self._runs)
        return same(a.p, b.p) and same(a.memory, b.memory)

    def _same_update(self, update: int) -> bool:
        """Whether an update, computed at full speed, is the same on both timelines."""
        if self._schedule.by_differences:
            return False  # the passes with a parameter moved are to be compared, too
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
            a, b = replays
            alike = (
                same(a.p, b.p)
                and same(a.dp, b.dp)
                and same_number(a.loss, b.loss)
                and all(same(getattr(a, n)[r], getattr(b, n)[r]) for n, r in self._rows.items())
                and self._same_target(at, example)
            )
            if alike:
                outputs = a.a[a.parameter_index.outputs][:, np.newaxis]
                alike = self._same_slopes(at, list(outputs), [example])
            tested = until % schedule.steps_per_epoch == 0
            if not alike or tested or until in edits:
                yield at, until
            at = until

    def _wrote_differently(self, position: int) -> bool:
        """Whether the step before a position writes, or shows, other values on each timeline."""
        step = position - 1
        for run in self._runs:
            run.seek(step)
        at = self._schedule.position(step)
        operation, example = self._schedule.operation_at(at), at.example
        found: list[dict[str, float]] = []

        def note(experiment: Experiment, state: State) -> None:
            found.append(writes(operation, experiment, state, example))

        for run in self._runs:
            run.advance(1, partial(note, run.experiment, run.state))
        if not all(same_number(found[0][name], found[1][name]) for name in found[0]):
            return True
        if operation == ("load",):
            assert example is not None
            return not self._same_target(step, example)
        series = [[run.losses.last(s) for s in ("batch", "epoch", "test")] for run in self._runs]
        return not all(map(same_number, *series))

    # ---- what differs --------------------------------------------------------------------------

    def _differing(self, position: int) -> dict[str, Pair]:
        """Every value that differs at a position, by name."""
        for run in self._runs:
            run.seek(position)
        a, b = (SnapshotTaker().take(run, None) for run in self._runs)
        on_a, on_b = a.values, b.values
        return {
            name: (on_a[name], on_b[name])
            for name in on_a
            if not same_number(on_a[name], on_b[name])
        }


def common(a: tuple[Edit, ...], b: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits that both begin with."""
    shared = 0
    while shared < min(len(a), len(b)) and a[shared] == b[shared]:
        shared += 1
    return a[:shared]
