"""A timeline: a run from its start to its end, with the edits made in it, and its checkpoints."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.engine.difference_replay import DifferenceReplay
from nntui.engine.edits import Edit, edited
from nntui.engine.loss_history import LossHistory
from nntui.engine.parameter_index import ParameterIndex
from nntui.engine.replay import Replay
from nntui.engine.schedule import Schedule
from nntui.engine.training_state import TrainingState
from nntui.model.experiment import Experiment

if TYPE_CHECKING:
    from nntui.engine.full_speed.batch_layout import BatchValues
    from nntui.engine.full_speed.runner import FullSpeed, StopBefore
    from nntui.engine.full_speed.straight_line import StepTest

SPACING: Final = 0.01
"""Seconds of computing between two checkpoints at first; 50 ms when some minutes were computed."""
MOST: Final = 8_000
"""How many there may be; beyond, every second one is dropped and the spacing doubles."""
MOST_NUMBERS: Final = 10_000_000
"""How many numbers they may hold together: 80 MB."""


class Checkpoints:
    """The run at the start of some updates, after the edits made there. The arrays are shared."""

    def __init__(self, first: TrainingState) -> None:
        self._updates = [0]
        self._states = {0: first}
        self._spacing = SPACING
        self._spent = 0.0

    def __len__(self) -> int:
        return len(self._updates)

    @property
    def newest(self) -> int:
        """The last update with a checkpoint."""
        return self._updates[-1]

    @property
    def due(self) -> float:
        """Seconds of computing from the newest one until the next is to be kept."""
        return max(self._spacing - self._spent, 0.0)

    def before(self, update: int) -> tuple[int, TrainingState]:
        """Return the nearest one at or before an update."""
        found = self._updates[bisect_right(self._updates, update) - 1]
        return found, self._states[found]

    def offer(self, update: int, state: TrainingState, seconds: float) -> None:
        """Keep the run at an update's start, reached in so many seconds, if it is due."""
        if update <= self.newest:
            return
        self._spent += seconds
        if self._spent >= self._spacing:
            self.keep(update, state)

    def keep(self, update: int, state: TrainingState) -> None:
        """Keep the run at an update's start, unless a later one is kept already."""
        if update <= self.newest:
            return
        self._updates.append(update)
        self._states[update] = state
        self._spent = 0.0
        if len(self) > max(4, min(MOST, MOST_NUMBERS // (state.p.size + state.memory.size))):
            self._spacing *= 2
            for dropped in self._updates[1::2]:
                del self._states[dropped]
            self._updates = self._updates[::2]

    def until(self, update: int) -> Checkpoints:
        """Return those up to an update, for a timeline that shares this past."""
        other = Checkpoints(self._states[0])
        other._updates = self._updates[: bisect_right(self._updates, update)]
        other._states = {kept: self._states[kept] for kept in other._updates}
        other._spacing = self._spacing
        return other

    def replace(self, update: int, state: TrainingState) -> None:
        """Replace the checkpoint of an update."""
        self._states[update] = state


class Timeline:
    """The experiment that a run begins with, the edits made in it, and what is known of it so far.

    ``edits`` are in the order in which they take effect; ``reached`` is the furthest position that
    a run has been at. All timelines of a run have the same schedule.
    """

    def __init__(self, experiment: Experiment, edits: Sequence[Edit] = ()) -> None:
        self.first = experiment
        self.edits: tuple[Edit, ...] = ()
        self.schedule = Schedule(experiment)
        self.parameter_index = ParameterIndex(experiment.network.wiring())
        self.history = LossHistory()
        self._since = [0]
        self._experiments = [experiment]
        self._engines: dict[int, FullSpeed] = {}
        self.checkpoints = Checkpoints(TrainingState.first(experiment))
        self.reached = 0
        for edit in edits:
            self._add(edit)

    def experiment_at(self, position: int) -> Experiment:
        """Return the experiment in force at a position, after the edits made there."""
        return self._experiments[bisect_right(self._since, position) - 1]

    def engine(self, position: int) -> FullSpeed:
        """Return full speed for the experiment in force at a position."""
        return self.engine_of(self.experiment_at(position))

    def engine_of(self, experiment: Experiment) -> FullSpeed:
        """Return full speed for an experiment of this timeline; any thread may ask for it.

        It is made when it is first needed: the first steps do without, and a large network's takes
        longer than a key.
        """
        found = self._engines.get(id(experiment))
        if found is None:
            from nntui.engine.full_speed.runner import FullSpeed

            found = self._engines.setdefault(id(experiment), FullSpeed(experiment))
        return found

    def edits_at(self, position: int) -> tuple[Edit, ...]:
        """Return the edits made at a position, in their order."""
        return tuple(edit for edit in self.edits if edit.position == position)

    def next_edit(self, position: int) -> int | None:
        """Return the position of the first edit after a position; None when there is none."""
        return next((e.position for e in self.edits if e.position > position), None)

    def fork(self, edit: Edit) -> Timeline:
        """Return a timeline that shares this one's past up to an edit, which is made in it.

        Raises:
            EditError: the experiment cannot have the edit's value.
        """
        other = copy(self)
        past = bisect_right([e.position for e in self.edits], edit.position)
        other.edits = self.edits[:past]
        count = bisect_right(self._since, edit.position)
        other._since, other._experiments = self._since[:count], self._experiments[:count]
        updates = self.schedule.updates_before(edit.position)
        other.checkpoints = self.checkpoints.until(updates)
        other.history = self.history.copy(updates, updates // self.schedule.updates_per_epoch)
        other.reached = edit.position
        other._add(edit)
        return other

    def lengthened(self, epochs: int) -> Timeline:
        """Return the same timeline with so many epochs, more than it has; what is known stays."""
        other = copy(self)
        other._experiments = [
            each.altered(training=replace(each.training, epochs=epochs))
            for each in self._experiments
        ]
        other.first, other._engines = other._experiments[0], {}
        other.schedule = Schedule(other.first)
        other.checkpoints = self.checkpoints.until(self.checkpoints.newest)
        other.history = self.history.copy(len(self.history.batch), len(self.history.epoch))
        return other

    def copy_for_thread(self) -> Timeline:
        """Return the same timeline with memory of its own, to compute in another thread.

        Losses and checkpoints found there stay there.
        """
        other = copy(self)
        engines = self._engines.copy()  # another thread may add one
        other._engines = {key: engine.copy_for_thread() for key, engine in engines.items()}
        other._since, other._experiments = self._since.copy(), self._experiments.copy()
        other.checkpoints = self.checkpoints.until(self.checkpoints.newest)
        other.history = self.history.copy(len(self.history.batch), len(self.history.epoch))
        return other

    def _add(self, edit: Edit) -> None:
        """Add an edit after all others, before anything is known of its future."""
        was = self.experiment_at(edit.position)
        now = edited(was, self.schedule, edit)
        if now is not was:
            self._since.append(edit.position)
            self._experiments.append(now)
        self.edits = (*self.edits, edit)
        update = self.schedule.updates_before(edit.position)
        if edit.position == self.schedule.update_start(update):
            kept, state = self.checkpoints.before(update)
            if kept == update:
                self.checkpoints.replace(update, self._changed(state, (edit,)))

    def with_edits(self, state: TrainingState, position: int) -> TrainingState:
        """Return the run at an update's start after the edits made there."""
        return self._changed(state, self.edits_at(position))

    def _changed(self, state: TrainingState, edits: Sequence[Edit]) -> TrainingState:
        changes = [(e.parameter, float(e.value)) for e in edits if e.parameter is not None]
        if changes:
            state = state.copy()
            for parameter, value in changes:
                state.p[self.parameter_index[parameter]] = value
        return state

    def run(
        self,
        state: TrainingState,
        first: int,
        end: int,
        *,
        deadline: float | None = None,
        stop_before: StopBefore | None = None,
        tests: tuple[StepTest, ...] = (),
    ) -> tuple[TrainingState, int]:
        """Compute whole updates from index ``first`` up to ``end``, at full speed.

        Stops early after the deadline (a time of ``perf_counter``), with one update done at least;
        before an update for which ``stop_before`` is true; and, with ``stop_before``, before an
        update with an edit inside, or with central differences, which it cannot test. Returns the
        run at the update reached.
        With ``tests``, ``stop_before`` need not be asked of updates in which none of them holds.
        """
        stopped = False
        if stop_before is not None and self.schedule.by_differences:
            return state, first  # the values of its passes are no arrays of one batch

        def note_stop(
            update: int, values: BatchValues, before: TrainingState, after: TrainingState
        ) -> bool:
            nonlocal stopped
            stopped = stop_before is not None and stop_before(update, values, before, after)
            return stopped

        while first < end and not stopped:
            begun = perf_counter()
            start = self.schedule.update_start(first)
            edit = self.next_edit(start)
            if edit is not None and edit < self.schedule.update_start(first + 1):
                if stop_before is not None:
                    break
                replay = self.replay(first, state, self.schedule.update_start(first + 1))
                state, first = replay.training_state(), first + 1
                self.checkpoints.keep(first, state)
            else:
                until = end if edit is None else min(end, self.schedule.updates_before(edit))
                due = begun + self.checkpoints.due
                state, first = self.engine(start).run(
                    state,
                    first,
                    until,
                    self.history,
                    deadline=due if deadline is None else min(due, deadline),
                    stop_before=None if stop_before is None else note_stop,
                    tests=tests,
                )
                state = self.with_edits(state, self.schedule.update_start(first))
            now = perf_counter()
            self.checkpoints.offer(first, state, now - begun)
            if deadline is not None and now >= deadline:
                break
        return state, first

    def replay(self, update: int, start: TrainingState, position: int) -> Replay:
        """Replay an update up to a position in it, with the edits made there."""
        kind = DifferenceReplay if self.schedule.by_differences else Replay
        replay = kind(self.parameter_index, self.schedule, update, start)
        self.advance(replay, position)
        return replay

    def advance(self, replay: Replay, position: int) -> None:
        """Advance a replay to a position of its update, making the edits on the way."""
        first = self.schedule.update_start(replay.update)
        while (here := first + replay.offset) < position:
            edit = self.next_edit(here)
            until = position if edit is None else min(edit, position)
            engine = self.engine(here)
            replay.advance(until - first, self.experiment_at(here), engine)
            if replay.offset == replay.length:
                batch_sum, epoch_sum = replay.finish()
                state, test = replay.training_state(), self.first.test_examples
                self.record(
                    replay.update, batch_sum, epoch_sum, partial(engine.mean_loss, state, test)
                )
            for edit_here in self.edits_at(until):
                if edit_here.parameter is not None:
                    replay.set(edit_here.parameter, float(edit_here.value))

    def record(
        self, update: int, batch_sum: float, epoch_sum: float, test_loss: Callable[[], float]
    ) -> None:
        """Record the losses of a finished update; ``test_loss`` is called at an epoch's end."""
        schedule, history = self.schedule, self.history
        reduced = self.first.training.reduced(batch_sum, schedule.batch_length(update))
        history.record("batch", update, reduced)
        epoch, batch = divmod(update, schedule.updates_per_epoch)
        if batch == schedule.updates_per_epoch - 1:
            history.record("epoch", epoch, epoch_sum / schedule.examples)
            if self.first.test_examples and epoch == len(history.test):
                history.record("test", epoch, test_loss())
