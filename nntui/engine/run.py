"""A run that can be moved: a cursor on a line of time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from nntui.engine.evaluate import mean_loss
from nntui.engine.loss_history import Losses
from nntui.engine.replay import resumable, steps_from
from nntui.engine.state import ActiveExperiment
from nntui.engine.timeline import Screen, Timeline
from nntui.model.experiment import Experiment

if TYPE_CHECKING:
    from nntui.engine.full_speed import TrainingState
    from nntui.engine.schedule import Operation, Schedule, Steps
    from nntui.engine.state import State

AT_ONCE: Final = 1_000
"""Steps that the listing executes sooner than a replay is set up."""
CHECKPOINT_STEPS: Final = 200_000
"""Steps of the listing after which a checkpoint is kept: full speed needs far below 50 ms."""
NEAR: Final = 3
"""How many updates' starts a run keeps at hand beside its line's checkpoints."""


class Run:
    """A training run at one of its positions, movable to any other.

    ``position`` is the number of steps executed so far; ``state`` is what they have made. It is
    put together from the arrays of full speed when somebody looks at it or steps.
    """

    def __init__(self, timeline: Timeline | Experiment) -> None:
        self.timeline = timeline if isinstance(timeline, Timeline) else Timeline(timeline)
        self.position = 0
        self._near: dict[int, TrainingState] = {}
        self._state: State | None = None
        self._active: ActiveExperiment
        self._steps: Steps

    # ---- where it stands -----------------------------------------------------------------------

    @property
    def schedule(self) -> Schedule:
        """The arithmetic of the run, the same on every line of time."""
        return self.timeline.schedule

    @property
    def experiment(self) -> Experiment:
        """The experiment in force here."""
        return self.timeline.experiment_at(self.position)

    @property
    def state(self) -> State:
        """Everything that the steps so far have made; alive, so not to be changed or kept."""
        if self._state is None:
            return self._set_up()
        return self._state

    @property
    def losses(self) -> Losses:
        """The losses met so far."""
        updates = self.schedule.updates_before(self.position)
        return self.timeline.history.losses(updates, updates // self.schedule.updates_per_epoch)

    def twin(self) -> Run:
        """Another cursor at the same place of the same line, to look at the past without moving."""
        other = Run(self.timeline)
        other._near = self._near.copy()
        other.position = self.position
        return other

    # ---- moving --------------------------------------------------------------------------------

    def advance(self, count: int, witness: Callable[[], object] | None = None) -> Operation | None:
        """Execute ``count`` further steps of the listing, or to the end; return the last one.

        ``witness`` is called behind the last one, before the edits made there change anything.
        """
        target = min(self.position + count, self.schedule.total)
        last: Operation | None = None
        while self.position < target:
            state, schedule = self.state, self.schedule
            update = schedule.updates_before(self.position)
            end = schedule.update_start(update + 1)
            edit = self.timeline.next_edit(self.position)
            until = min(target, end) if edit is None else min(target, end, edit)
            for last in islice(self._steps, until - self.position):
                if last[0] == "loss":
                    _meet(state)
            self.position = until
            if until == end:
                self._finish(update)
            if until == target and witness is not None:
                witness()
            if until == edit:
                self._edit()
        self.timeline.reached = max(self.timeline.reached, self.position)
        return last

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
        self._stand(position)
        if update >= len(self.timeline.history.batch):
            self._set_up()  # and record what the update's end brings

    def approach(self, position: int, seconds: float, screen: Screen | None = None) -> bool:
        """Go towards a position at full speed for about so long; whether it was reached.

        On the way the run stands at the start of an update. With a ``screen`` it must stand there
        already, only whole updates are done, and each is shown to the screen before: it stays in
        front of one for which that is true. An update with an edit inside cannot be shown; the run
        stays in front of it, too.

        Raises:
            IndexError: there is no such position.
            ValueError: a screen, and the run stands inside an update or behind the position.
        """
        self.schedule.check(position)
        deadline = perf_counter() + seconds
        if screen is not None:
            return self._approach_screened(position, deadline, screen)
        update = self.schedule.updates_before(max(position - 1, 0))
        first, vectors = self._known(update)
        if first < update:
            vectors, first = self.timeline.run(vectors, first, update, deadline=deadline)
            self._remember(first, vectors)
        if first == update:
            self.seek(position)
            return True
        after, _ = self.timeline.run(vectors, first, first + 1)
        self._remember(first + 1, after)
        self._stand(self.schedule.update_start(first + 1))
        return False

    # ---- inside --------------------------------------------------------------------------------

    def _approach_screened(self, position: int, deadline: float, screen: Screen) -> bool:
        schedule = self.schedule
        update, last = schedule.updates_before(self.position), schedule.updates_before(position)
        if self.position != schedule.update_start(update) or position < self.position:
            raise ValueError(
                f"only what follows an update's start can be screened, not {self.position}"
            )
        if update < last:
            vectors, done = self.timeline.run(
                self.start(update), update, last, deadline=deadline, screen=screen
            )
            if done > update:
                self._remember(done, vectors)
                self._stand(schedule.update_start(done))
        return self.position == position

    def _stand(self, position: int) -> None:
        self.position = position
        self._state = None
        self.timeline.reached = max(self.timeline.reached, position)

    def _known(self, update: int) -> tuple[int, TrainingState]:
        """The nearest update, up to one, whose start is known."""
        near = max((n for n in self._near if n <= update), default=-1)
        kept, vectors = self.timeline.checkpoints.before(update)
        return (near, self._near[near]) if near > kept else (kept, vectors)

    def start(self, update: int) -> TrainingState:
        """The run at an update's start, edits made there included."""
        first, vectors = self._known(update)
        if first < update:
            vectors, _ = self.timeline.run(vectors, first, update)
            self._remember(update, vectors)
        return vectors

    def _remember(self, update: int, vectors: TrainingState) -> None:
        self._near.pop(update, None)
        self._near[update] = vectors
        while len(self._near) > NEAR:
            del self._near[next(iter(self._near))]

    def _set_up(self) -> State:
        """Put together the state here, by the listing where a neuron's steps are cut in two."""
        schedule, timeline, position = self.schedule, self.timeline, self.position
        base = resumable(schedule, position)
        if base:
            update = schedule.updates_before(base - 1)
            replay = timeline.replay(update, self.start(update), base)
            self._state = replay.state()
        else:
            start = self.start(0)
            self._state = timeline.layout.state(start.p, start.memory, np.zeros_like(start.p))
        self._active = ActiveExperiment(timeline.experiment_at(base))
        self._steps = steps_from(self._active, self._state, schedule, base)
        self.position = base
        self.advance(position - base)
        return self._state

    def _finish(self, update: int) -> None:
        """The last step of an update was executed: record its losses, begin the next sums."""
        state, schedule, experiment = self.state, self.schedule, self._active.experiment
        self.timeline.finished(
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
            vectors = self.timeline.engine(self.position - 1).vectors(state)
            checkpoints.keep(update + 1, self.timeline.with_edits(vectors, self.position))

    def _edit(self) -> None:
        """Make the edits of this position."""
        state = self.state
        for edit in self.timeline.edits_at(self.position):
            match edit.parameter:
                case None:
                    self._active.replace(self.experiment)
                case str(j):
                    state.b[j] = float(edit.value)
                case edge:
                    state.w[edge] = float(edit.value)


def _meet(state: State) -> None:
    assert state.loss is not None
    state.batch_sum = state.batch_sum + state.loss
    state.epoch_sum = state.epoch_sum + state.loss
