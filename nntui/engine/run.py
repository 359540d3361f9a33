"""A run that can be moved to any of its positions, on one timeline."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from nntui.engine.evaluate import mean_loss
from nntui.engine.loss_history import Losses
from nntui.engine.replay import resumable, steps_from
from nntui.engine.schedule import Operation, Schedule, Steps
from nntui.engine.state import ActiveExperiment, State
from nntui.engine.timeline import Timeline
from nntui.engine.training_state import TrainingState
from nntui.model.experiment import Experiment

if TYPE_CHECKING:
    from nntui.engine.full_speed.runner import StopBefore
    from nntui.engine.full_speed.straight_line import StepTest

AT_ONCE: Final = 1_000
"""Steps that the algorithm executes sooner than a replay is set up."""
CHECKPOINT_STEPS: Final = 200_000
"""Steps of the algorithm after which a checkpoint is kept: full speed needs far below 50 ms."""
RECENT: Final = 3
"""How many updates' starts a run keeps beside its timeline's checkpoints."""


class Run:
    """A training run at one of its positions, movable to any other.

    ``position`` is the number of steps executed so far; ``state`` is what they have computed. It is
    built from the arrays of full speed when it is read or a step is executed.
    """

    def __init__(self, timeline: Timeline | Experiment) -> None:
        self.timeline = timeline if isinstance(timeline, Timeline) else Timeline(timeline)
        self.position = 0
        self._recent: dict[int, TrainingState] = {}
        self._state: State | None = None
        self._pause = 0  # up to there nothing but steps is done
        self._active: ActiveExperiment
        self._steps: Steps

    @property
    def schedule(self) -> Schedule:
        """The schedule, the same on every timeline."""
        return self.timeline.schedule

    @property
    def experiment(self) -> Experiment:
        """The experiment in force at the position."""
        return self.timeline.experiment_at(self.position)

    @property
    def state(self) -> State:
        """Everything that the steps so far have computed; later steps change it in place."""
        if self._state is None:
            return self._set_up()
        return self._state

    @property
    def losses(self) -> Losses:
        """The losses so far."""
        updates = self.schedule.updates_before(self.position)
        return self.timeline.history.losses(updates, updates // self.schedule.updates_per_epoch)

    @property
    def batch_loss(self) -> float | None:
        """The mean (or sum) of the losses of the last batch whose passes are done."""
        schedule, update = self.schedule, self.schedule.updates_before(self.position)
        if schedule.passes_before(self.position) == update:
            return self.losses.last("batch")
        total, length = self.state.batch_sum, schedule.batch_length(update)
        return float(self.experiment.training.reduced(total, length))

    def copy(self) -> Run:
        """Return a run at the same position of the same timeline, to be moved by itself."""
        other = Run(self.timeline)
        other._recent = self._recent.copy()
        other.position = self.position
        return other

    def advance(self, count: int, witness: Callable[[], object] | None = None) -> Operation | None:
        """Execute ``count`` further steps of the algorithm, or up to the end; return the last one.

        ``witness`` is called after the last one, before the edits made there change anything.
        """
        try:
            return self._advance(min(self.position + count, self.schedule.total), witness)
        except BaseException:
            self._state = None  # a step may be half executed: it is built anew
            raise

    def _advance(self, target: int, witness: Callable[[], object] | None) -> Operation | None:
        last: Operation | None = None
        while self.position < target:
            state = self.state
            if self.position >= self._pause:
                self._pause = self._next_pause()
            until = min(target, self._pause)
            for last in islice(self._steps, until - self.position):
                if last[0] == "loss" and state.origin is None:
                    _add_loss(state)
            self.position = until
            if until == self._pause:
                update = self.schedule.updates_before(until)
                if until == self.schedule.update_start(update):
                    self._finish(update - 1)
            if until == target and witness is not None:
                witness()
            if until == self._pause:
                self._make_edits()
        self.timeline.reached = max(self.timeline.reached, self.position)
        return last

    def _next_pause(self) -> int:
        """Return the next position at which an update ends or edits are made."""
        schedule, edit = self.schedule, self.timeline.next_edit(self.position)
        end = schedule.update_start(schedule.updates_before(self.position) + 1)
        return end if edit is None else min(end, edit)

    def seek(self, position: int) -> None:
        """Go to the state after exactly ``position`` steps, forwards or backwards.

        Raises:
            IndexError: there is no such position.
        """
        self.schedule.check(position)
        ahead = position - self.position
        if 0 <= ahead <= AT_ONCE and (self._state is not None or not ahead):
            self.advance(ahead)
            return
        update = self.schedule.updates_before(max(position - 1, 0))
        self.start(update)
        self._move_to(position)
        end = self.schedule.update_start(update + 1)
        if position == end and update >= len(self.timeline.history.batch):
            self._set_up()  # and record the losses of the update

    def approach(
        self,
        position: int,
        seconds: float,
        stop_before: StopBefore | None = None,
        tests: tuple[StepTest, ...] = (),
    ) -> bool:
        """Go towards a position at full speed for about so long; return whether it was reached.

        On the way the run stops at starts of updates. With ``stop_before`` it must be at one, only
        whole updates are done, and it stays before one for which that is true, or which has an edit
        inside and so cannot be tested. With ``tests`` it need not be asked of updates in which none
        of them holds.

        Raises:
            IndexError: there is no such position.
            ValueError: ``stop_before`` was given inside an update or after the position.
        """
        self.schedule.check(position)
        deadline = perf_counter() + seconds
        if stop_before is not None:
            return self._approach_tested(position, deadline, stop_before, tests)
        update = self.schedule.updates_before(max(position - 1, 0))
        first, state = self._known(update)
        if first < update:
            state, first = self.timeline.run(state, first, update, deadline=deadline)
            self._remember(first, state)
        if first == update:
            self.seek(position)
            return True
        after, _ = self.timeline.run(state, first, first + 1)
        self._remember(first + 1, after)
        self._move_to(self.schedule.update_start(first + 1))
        return False

    def start(self, update: int) -> TrainingState:
        """Return the run at an update's start, after the edits made there."""
        first, state = self._known(update)
        if first < update:
            state, _ = self.timeline.run(state, first, update)
            self._remember(update, state)
        return state

    def _approach_tested(
        self, position: int, deadline: float, stop_before: StopBefore, tests: tuple[StepTest, ...]
    ) -> bool:
        schedule = self.schedule
        update, last = schedule.updates_before(self.position), schedule.updates_before(position)
        if self.position != schedule.update_start(update) or position < self.position:
            raise ValueError(f"updates can be tested from an update's start, not {self.position}")
        if update < last:
            state, done = self.timeline.run(
                self.start(update),
                update,
                last,
                deadline=deadline,
                stop_before=stop_before,
                tests=tests,
            )
            if done > update:
                self._remember(done, state)
                self._move_to(schedule.update_start(done))
        return self.position == position

    def _move_to(self, position: int) -> None:
        self.position = position
        self._state = None
        self.timeline.reached = max(self.timeline.reached, position)

    def _known(self, update: int) -> tuple[int, TrainingState]:
        """The nearest update, up to one, whose start is known."""
        recent = max((n for n in self._recent if n <= update), default=-1)
        kept, state = self.timeline.checkpoints.before(update)
        return (recent, self._recent[recent]) if recent > kept else (kept, state)

    def _remember(self, update: int, state: TrainingState) -> None:
        self._recent.pop(update, None)
        self._recent[update] = state
        while len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    def _set_up(self) -> State:
        """Build the state here, by the algorithm from the last ``resumable`` position."""
        schedule, timeline, position = self.schedule, self.timeline, self.position
        base = resumable(schedule, position)
        if base:
            update = schedule.updates_before(base - 1)
            replay = timeline.replay(update, self.start(update), base)
            self._state = replay.state()
        else:
            start = self.start(0)
            dp = np.zeros_like(start.p)
            self._state = timeline.parameter_index.state(start.p, start.memory, dp)
        self._active = ActiveExperiment(timeline.experiment_at(base))
        self._steps = steps_from(self._active, self._state, schedule, base)
        self.position, self._pause = base, 0
        try:
            self.advance(position - base)
        except BaseException:
            self.position = position
            raise
        return self._state

    def _finish(self, update: int) -> None:
        """Record the losses of an update after its last step, and begin the next sums."""
        state, schedule, experiment = self.state, self.schedule, self._active.experiment
        self.timeline.record(
            update,
            state.batch_sum,
            state.epoch_sum,
            lambda: mean_loss(experiment, experiment.test_examples, state.b, state.w),
        )
        state.batch_sum = 0.0
        if (update + 1) % schedule.updates_per_epoch == 0:
            state.epoch_sum = 0.0
        checkpoints = self.timeline.checkpoints
        if self.position - schedule.update_start(checkpoints.newest) >= CHECKPOINT_STEPS:
            start = self.timeline.engine(self.position - 1).training_state(state)
            checkpoints.keep(update + 1, self.timeline.with_edits(start, self.position))

    def _make_edits(self) -> None:
        state = self.state
        for edit in self.timeline.edits_at(self.position):
            match edit.parameter:
                case None:
                    self._active.replace(self.experiment)
                case parameter:
                    neurons = (parameter,) if isinstance(parameter, str) else parameter
                    state[neurons] = float(edit.value)
                    if state.origin is not None and self._moved == neurons:
                        state.origin = float(edit.value)

    @property
    def _moved(self) -> tuple[str, ...]:
        """The neurons of the parameter that is moved."""
        return self.schedule.move_of(self.schedule.position(self.position - 1))[1:]


def _add_loss(state: State) -> None:
    assert state.loss is not None
    state.batch_sum = state.batch_sum + state.loss
    state.epoch_sum = state.epoch_sum + state.loss
