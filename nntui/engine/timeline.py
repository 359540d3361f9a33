"""A line of time: a run from its start to its end, with the edits made in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

from nntui.engine.edits import Edit, edited
from nntui.engine.full_speed import BatchValues, FullSpeed, TrainingState
from nntui.engine.loss_history import LossHistory
from nntui.engine.parameter_index import ParameterIndex
from nntui.engine.replay import Replay
from nntui.engine.schedule import Schedule
from nntui.model.experiment import Experiment

if TYPE_CHECKING:
    from nntui.engine.full_speed import TrainingState


SPACING: Final = 0.01
"""Seconds of computing between two checkpoints at first; 50 ms when some minutes were computed."""
MOST: Final = 8_000
"""How many there may be; beyond, every second one is dropped and the spacing doubles."""
MOST_NUMBERS: Final = 10_000_000
"""How many numbers they may hold together: 80 MB."""


class Checkpoints:
    """The run at some updates' starts, edits made there included; what they hold is shared."""

    def __init__(self, first: TrainingState) -> None:
        self._updates = [0]
        self._vectors = {0: first}
        self._spacing = SPACING
        self._spent = 0.0

    def __len__(self) -> int:
        """The number of checkpoints."""
        return len(self._updates)

    @property
    def newest(self) -> int:
        """The last update whose start is kept."""
        return self._updates[-1]

    @property
    def due(self) -> float:
        """Seconds of computing behind the newest one after which the next is to be kept."""
        return max(self._spacing - self._spent, 0.0)

    def before(self, update: int) -> tuple[int, TrainingState]:
        """The nearest one at or before an update."""
        found = self._updates[bisect_right(self._updates, update) - 1]
        return found, self._vectors[found]

    def passed(self, update: int, vectors: TrainingState, seconds: float) -> None:
        """The run has come to an update's start, computing for so long: keep it if it is due."""
        if update <= self.newest:
            return
        self._spent += seconds
        if self._spent >= self._spacing:
            self.keep(update, vectors)

    def keep(self, update: int, vectors: TrainingState) -> None:
        """Keep the run at an update's start, unless a later one is kept already."""
        if update <= self.newest:
            return
        self._updates.append(update)
        self._vectors[update] = vectors
        self._spent = 0.0
        if len(self) > max(4, min(MOST, MOST_NUMBERS // (vectors.p.size + vectors.memory.size))):
            self._spacing *= 2
            for dropped in self._updates[1::2]:
                del self._vectors[dropped]
            self._updates = self._updates[::2]

    def until(self, update: int) -> Checkpoints:
        """Those up to an update, for another line of time that shares this past."""
        other = Checkpoints(self._vectors[0])
        other._updates = self._updates[: bisect_right(self._updates, update)]
        other._vectors = {kept: self._vectors[kept] for kept in other._updates}
        other._spacing = self._spacing
        return other

    def change(self, update: int, vectors: TrainingState) -> None:
        """Put other vectors in the place of those of an update, if these are kept."""
        if update in self._vectors:
            self._vectors[update] = vectors


# ---- timeline ------------------------------------------------------------------------------------


Screen: TypeAlias = Callable[[int, BatchValues, TrainingState, TrainingState], bool]
"""Looks at an update (number, passes, the run before and after it); True leaves it undone."""


class Timeline:
    """One line of time: the experiment it begins with, its edits, and what is known of it so far.

    ``edits`` stand in the order in which they count; the schedule is the same for all lines.
    """

    def __init__(self, experiment: Experiment, edits: Sequence[Edit] = ()) -> None:
        self.first = experiment
        self.edits: tuple[Edit, ...] = ()
        self.schedule = Schedule(experiment)
        self.layout = ParameterIndex(experiment.network.wiring())
        self.history = LossHistory()
        self._since = [0]
        self._experiments = [experiment]
        self._engines: dict[int, FullSpeed] = {}
        self.checkpoints = Checkpoints(self.engine(0).first())
        self.reached = 0
        """How far into it somebody has been."""
        for edit in edits:
            self._add(edit)

    # ---- what is in force when -----------------------------------------------------------------

    def experiment_at(self, position: int) -> Experiment:
        """The experiment in force at a position, edits made there included."""
        return self._experiments[bisect_right(self._since, position) - 1]

    def engine(self, position: int) -> FullSpeed:
        """Full speed for the experiment in force at a position."""
        experiment = self.experiment_at(position)
        if id(experiment) not in self._engines:
            self._engines[id(experiment)] = FullSpeed(experiment)
        return self._engines[id(experiment)]

    def edits_at(self, position: int) -> tuple[Edit, ...]:
        """The edits made at a position, in their order."""
        return tuple(edit for edit in self.edits if edit.position == position)

    def next_edit(self, position: int) -> int | None:
        """The position of the first edit behind a position; None when there is none."""
        return next((e.position for e in self.edits if e.position > position), None)

    # ---- edits ---------------------------------------------------------------------------------

    def fork(self, edit: Edit) -> Timeline:
        """Another line that shares this one's past, up to the edit that makes it another.

        Raises:
            EditError: the experiment cannot be with the edit's value.
        """
        other = object.__new__(Timeline)
        other.first, other.schedule, other.layout = self.first, self.schedule, self.layout
        other._engines = self._engines
        past = bisect_right([e.position for e in self.edits], edit.position)
        other.edits = self.edits[:past]
        regimes = bisect_right(self._since, edit.position)
        other._since, other._experiments = self._since[:regimes], self._experiments[:regimes]
        updates = self.schedule.updates_before(edit.position)
        other.checkpoints = self.checkpoints.until(updates)
        other.history = self.history.copy(updates, updates // self.schedule.updates_per_epoch)
        other.reached = edit.position
        other._add(edit)
        return other

    def apart(self) -> Timeline:
        """The same line with memory of its own, to compute in another thread; the past is shared.

        What is found out there about the line stays there.
        """
        other = object.__new__(Timeline)
        other.first, other.schedule, other.layout = self.first, self.schedule, self.layout
        other.edits, other.reached = self.edits, self.reached
        other._engines = {key: engine.apart() for key, engine in self._engines.items()}
        other._since, other._experiments = self._since.copy(), self._experiments.copy()
        other.checkpoints = self.checkpoints.until(self.checkpoints.newest)
        other.history = self.history.copy(len(self.history.batch), len(self.history.epoch))
        return other

    def _add(self, edit: Edit) -> None:
        """Take up an edit that lies behind all others, before anything is known of its future."""
        was = self.experiment_at(edit.position)
        now = edited(was, self.schedule, edit)
        if now is not was:
            self._since.append(edit.position)
            self._experiments.append(now)
        self.edits = (*self.edits, edit)
        update = self.schedule.updates_before(edit.position)
        if edit.position == self.schedule.update_start(update):
            kept, vectors = self.checkpoints.before(update)
            if kept == update:
                self.checkpoints.change(update, _changed(vectors, (edit,), self.layout))

    def with_edits(self, vectors: TrainingState, position: int) -> TrainingState:
        """The run at an update's start after the edits made there."""
        return _changed(vectors, self.edits_at(position), self.layout)

    # ---- computing -----------------------------------------------------------------------------

    def run(
        self,
        vectors: TrainingState,
        first: int,
        end: int,
        *,
        deadline: float | None = None,
        screen: Screen | None = None,
    ) -> tuple[TrainingState, int]:
        """Compute whole updates from number ``first`` up to ``end``, at full speed.

        Stops early behind the deadline (a time of ``perf_counter``), with one update done at least,
        in front of an update for which ``screen`` is true, or, when there is a screen, in front of
        one with an edit inside, which nobody can screen. Gives the run at the update it came to.
        """
        asked = False

        def noting(
            update: int, passes: BatchValues, before: TrainingState, after: TrainingState
        ) -> bool:
            nonlocal asked
            asked = screen is not None and screen(update, passes, before, after)
            return asked

        while first < end and not asked:
            begun = perf_counter()
            start = self.schedule.update_start(first)
            edit = self.next_edit(start)
            if edit is not None and edit < self.schedule.update_start(first + 1):
                if screen is not None:
                    break
                replay = self.replay(first, vectors, self.schedule.update_start(first + 1))
                vectors, first = replay.vectors(), first + 1
                self.checkpoints.keep(first, vectors)
            else:
                until = end if edit is None else min(end, self.schedule.updates_before(edit))
                due = begun + self.checkpoints.due
                vectors, first = self.engine(start).run(
                    vectors,
                    first,
                    until,
                    self.history,
                    deadline=due if deadline is None else min(due, deadline),
                    screen=None if screen is None else noting,
                )
                vectors = self.with_edits(vectors, self.schedule.update_start(first))
            now = perf_counter()
            self.checkpoints.passed(first, vectors, now - begun)
            if deadline is not None and now >= deadline:
                break
        return vectors, first

    def replay(self, update: int, start: TrainingState, position: int) -> Replay:
        """An update replayed up to a position in it, with the edits made there."""
        replay = Replay(self.layout, self.schedule, update, start)
        self.go_on(replay, position)
        return replay

    def go_on(self, replay: Replay, position: int) -> None:
        """Advance a replay to a position of its update, with the edits made on the way."""
        first = self.schedule.update_start(replay.update)
        while (at := first + replay.offset) < position:
            edit = self.next_edit(at)
            until = position if edit is None else min(edit, position)
            replay.advance(until - first, self.experiment_at(at), self.engine(at))
            if replay.offset == replay.length:
                self._finished(replay, at)
            for edit_here in self.edits_at(until):
                if edit_here.parameter is not None:
                    replay.set(edit_here.parameter, float(edit_here.value))

    def finished(
        self, update: int, batch_sum: float, epoch_sum: float, test_loss: Callable[[], float]
    ) -> None:
        """Record the losses of an update that is done; ``test_loss`` is asked at an epoch's end."""
        schedule, history = self.schedule, self.history
        history.record("batch", update, batch_sum / schedule.batch_length(update))
        epoch, batch = divmod(update, schedule.updates_per_epoch)
        if batch == schedule.updates_per_epoch - 1:
            history.record("epoch", epoch, epoch_sum / schedule.examples)
            if self.first.test_examples and epoch == len(history.test):
                history.record("test", epoch, test_loss())

    def _finished(self, replay: Replay, position: int) -> None:
        batch_sum, epoch_sum = replay.finish()
        engine, test = self.engine(position), self.first.test_examples
        self.finished(
            replay.update,
            batch_sum,
            epoch_sum,
            lambda: engine.mean_loss(replay.vectors(), test),
        )


def _changed(
    vectors: TrainingState, edits: Sequence[Edit], layout: ParameterIndex
) -> TrainingState:
    changes = [(e.parameter, float(e.value)) for e in edits if e.parameter is not None]
    if changes:
        vectors = vectors.copy()
        for parameter, value in changes:
            vectors.p[layout.index[parameter]] = value
    return vectors
