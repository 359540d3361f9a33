"""Stepping through a training run, forwards and backwards, without breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, SupportsIndex

from nntui.debugger.snapshot import Snapshot, SnapshotTaker
from nntui.debugger.step import Step, destination, observed
from nntui.debugger.values import value_of
from nntui.engine.run import Run
from nntui.model.coercion import described, whole
from nntui.model.errors import NntuiError, SettingError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.engine.schedule import Schedule
    from nntui.model.network import Network


_BEHIND: Final = 128
"""Steps that are observed at once to take them back one by one."""


class EndOfRunError(NntuiError):
    """There is no step in that direction."""


class Stepper:
    """A run at a position, and the ways to move along it."""

    def __init__(self, experiment: Experiment) -> None:
        if not isinstance(experiment, Experiment):
            hint = "nntui.load and nntui.Experiment make one"
            raise SettingError(described(experiment), "an Experiment", "", hint)
        self.training_run = Run(experiment)
        self._snapshots = SnapshotTaker()

    def __repr__(self) -> str:
        kind, name = type(self).__name__, escaped(self.experiment.name)
        title = f" of “{name}”" if name else ""
        return f"<{kind}{title} after {self.position:,} of {self.total:,} steps>"

    @property
    def training_run(self) -> Run:
        """The run as the engine computes it, at the position."""
        return self._run

    @training_run.setter
    def training_run(self, run: Run) -> None:
        self._run = run
        self._last: Step | None = None
        self._behind: dict[int, Step] = {}  # steps that were taken back to, by the position after

    @property
    def experiment(self) -> Experiment:
        """The experiment in force here: the document's, changed by the edits made so far.

        Its network has the parameters that the run begins with; ``network`` has those of here.
        """
        return self.training_run.experiment

    @property
    def network(self) -> Network:
        """The network with the parameters of this moment: a copy."""
        state = self.training_run.state
        return self.experiment.network.with_parameters(state.b, state.w)

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

    def step(self, count: int = 1) -> Step:
        """Execute the next steps, no further than to the end of the run; return the last one.

        Raises:
            EndOfRunError: there is none.
            SettingError: a count that is no whole number of at least 1.
        """
        count = checked_count(count)
        if self.at_end:
            raise EndOfRunError("this is the end of the run: there is no further step")
        if count > 1:
            self.seek(min(self.position + count, self.total) - 1)
        self._last = observed(self.training_run)
        return self._last

    def back(self, count: int = 1) -> Step | None:
        """Take the last steps back; return the step that is the last one now (None at the start).

        Raises:
            EndOfRunError: no step was executed yet.
            SettingError: a count that is no whole number of at least 1.
        """
        count = checked_count(count)
        if self.at_start:
            raise EndOfRunError("this is the start of the run: there is no step to take back")
        target = max(self.position - count, 0)
        if count > 1 or target == 0:
            self.seek(target)
            return self.last
        if target not in self._behind:
            self.training_run.seek(max(target - _BEHIND, 0))
            behind = range(self.position + 1, target + 1)
            self._behind = {position: observed(self.training_run) for position in behind}
        self._last = self._behind[target]
        self.training_run.seek(target)  # its values are computed when they are read
        return self._last

    def seek(self, position: int) -> None:
        """Go to the state after exactly ``position`` steps, forwards or backwards.

        Raises:
            IndexError: there is no such position.
            SettingError: it is no whole number.
        """
        if position == self.position:
            return
        if (number := whole(position)) is None:
            expected = 'a number of steps executed: goto takes places such as "end"'
            raise SettingError(described(position), expected, "position")
        position = number
        self.schedule.check(position)
        self._seek_and_observe(position)

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

    def _seek_and_observe(self, position: int) -> None:
        """Seek to one step before, and execute that one under observation."""
        self._last = None
        self.training_run.seek(max(position - 1, 0))
        if position:
            self._last = observed(self.training_run)


def approach(stepper: Stepper, position: int, seconds: float) -> bool:
    """Go towards a position for about ``seconds``; return whether it was reached.

    Call it again until it returns True. Between two calls the run stands at a true state
    somewhere on the way; a position behind is approached from a checkpoint before it.
    """
    if position == stepper.position:
        return True
    stepper.schedule.check(position)
    if not stepper.training_run.approach(max(position - 1, 0), seconds):
        return False
    stepper.seek(position)
    return True


def recover(stepper: Stepper, position: int) -> None:
    """Go to a position with a new state: an error may have left the one here half-way.

    When that cannot be computed either, it is the start.
    """
    stepper.training_run = stepper.training_run.copy()
    try:
        stepper.training_run.seek(position)
    except Exception:
        stepper.training_run = Run(stepper.training_run.timeline)


def checked_count(count: SupportsIndex, place: str = "count") -> int:
    """Return a count of steps or epochs as an int; a ``SettingError`` unless it is at least 1."""
    number = whole(count)
    if number is None or number < 1:
        raise SettingError(described(count), "a whole number of at least 1", place)
    return number
