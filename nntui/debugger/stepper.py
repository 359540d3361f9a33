"""Stepping through a training run, forwards and backwards, without breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.debugger.snapshot import Snapshot, SnapshotTaker
from nntui.debugger.step import Step, destination, observed
from nntui.debugger.values import value_of
from nntui.engine.run import Run
from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.engine.schedule import Schedule
    from nntui.model.experiment import Experiment


class EndOfRunError(NntuiError):
    """There is no step in that direction."""


class Stepper:
    """A run at a position, and the ways to move along it."""

    def __init__(self, experiment: Experiment) -> None:
        self.training_run = Run(experiment)
        self._last: Step | None = None
        self._snapshots = SnapshotTaker()

    @property
    def experiment(self) -> Experiment:
        """The experiment in force here: the document's, changed by the edits made so far."""
        return self.training_run.experiment

    @property
    def position(self) -> int:
        """The number of steps executed so far; it identifies the state."""
        return self.training_run.position

    @property
    def total(self) -> int:
        return self.training_run.schedule.total

    def continued(self) -> Experiment:
        """Return the experiment here with the parameters and the optimizer's memory of here.

        Its run goes on where this one is: an epoch that was begun counts as done.

        Raises:
            NntuiError: a number that is not finite, which a document cannot hold.
        """
        run, experiment = self.training_run, self.experiment
        reached = run.timeline.engine(self.position).training_state(run.state)
        updates = run.schedule.updates_before(self.position)
        epochs = -(-updates // run.schedule.updates_per_epoch)
        return experiment.continued(reached.p.tolist(), reached.memory.tolist(), updates, epochs)

    @property
    def at_start(self) -> bool:
        return self.position == 0

    @property
    def at_end(self) -> bool:
        return self.position == self.total

    @property
    def last(self) -> Step | None:
        """The step executed last; None at the start."""
        if not self.position:
            return None
        if self._last is None or self._last.position.step != self.position - 1:
            self._seek_and_observe(self.position)
        return self._last

    @property
    def schedule(self) -> Schedule:
        """The arithmetic of the run: step number ↔ position."""
        return self.training_run.schedule

    def __getitem__(self, name: str) -> float | None:
        """Read a value by its name, such as ``z[h1]``; None while it is blank.

        Raises:
            ValueNameError: the name names no value of this network.
        """
        return value_of(self.training_run, name)

    value = __getitem__

    def evaluate(self, text: str) -> float | bool | None:
        """Compute an expression here; None when it reads a blank value.

        Raises:
            ExpressionError: the text is no expression over this network's values.
        """
        from nntui.debugger.expressions import parse

        return parse(text, self.experiment.network).value(self.value)

    def snapshot(self) -> Snapshot:
        """Freeze every value, the last step and the losses so far."""
        return self._snapshots.take(self.training_run, self.last)

    def step(self) -> Step:
        """Execute the next step and return it.

        Raises:
            EndOfRunError: there is none.
        """
        if self.at_end:
            raise EndOfRunError("this is the end of the run: there is no further step")
        self._last = observed(self.training_run)
        return self._last

    def back(self) -> Step | None:
        """Take the last step back; return the step that is the last one now (None at the start).

        Raises:
            EndOfRunError: no step was executed yet.
        """
        if self.at_start:
            raise EndOfRunError("this is the start of the run: there is no step to take back")
        self.seek(self.position - 1)
        return self.last

    def restore(self, position: int) -> None:
        """Go to a position with a new state: an error may have left the one here half-way.

        When that cannot be computed either, it is the start.
        """
        self.training_run, self._last = self.training_run.copy(), None
        try:
            self.training_run.seek(position)
        except Exception:
            self.training_run = Run(self.training_run.timeline)

    def seek(self, position: int) -> None:
        """Go to the state after exactly ``position`` steps, forwards or backwards.

        Raises:
            IndexError: there is no such position.
        """
        if position == self.position:
            return
        self.schedule.check(position)
        self._seek_and_observe(position)

    def approach(self, position: int, seconds: float) -> bool:
        """Go towards a position for about ``seconds``; return whether it was reached.

        Call it again until it returns True. Between two calls the run stands at a true state
        somewhere on the way; a position behind is approached from a checkpoint before it.
        """
        if position == self.position:
            return True
        self.schedule.check(position)
        self._last = None
        if not self.training_run.approach(max(position - 1, 0), seconds):
            return False
        self._seek_and_observe(position)
        return True

    def move(self, movement: str, count: int = 1) -> bool:
        """Make a movement (step, neuron, pass, example, update, epoch, run) ``count`` times.

        A negative count moves back. Returns whether the position changed.

        Raises:
            KeyError: there is no movement of that name.
        """
        target = destination(self.schedule, self.position, movement, count)
        moved = target != self.position
        self.seek(target)
        return moved

    def stand_on(self, run: Run, position: int) -> None:
        """Go on with another run (that of another branch), at a position."""
        before, self.training_run = self.training_run, run
        try:
            self._seek_and_observe(position)
        except BaseException:
            self.training_run, self._last = before, None
            raise

    def _seek_and_observe(self, position: int) -> None:
        """Seek to one step before, and execute that one under observation."""
        self._last = None
        self.training_run.seek(max(position - 1, 0))
        if position:
            self._last = observed(self.training_run)
