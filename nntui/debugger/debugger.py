"""The debugger: a training run in a person's hands, at any step, forwards and backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.debugger.movements import destination
from nntui.debugger.snapshot import Snapshot, snapshot_of
from nntui.debugger.step import Step
from nntui.engine.observe import Scene, reads, writes
from nntui.engine.run import Run
from nntui.explain.facts import Facts
from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.engine.schedule import Schedule
    from nntui.model.experiment import Experiment


class EndOfRunError(NntuiError):
    """There is no step in that direction."""


class Debugger:
    """Steps through the training run of an experiment.

    >>> debugger = Debugger(experiment)
    >>> debugger.step().text
    'a[x1] = 1; a[x2] = 0'
    >>> debugger.seek(1000)
    >>> debugger["w[x1,h1]"]
    0.4871
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._run = Run(experiment)
        self._last: Step | None = None

    # ---- where we are --------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """The number of steps executed so far; it identifies the state."""
        return self._run.position

    @property
    def total(self) -> int:
        """The number of steps of the whole run."""
        return self._run.schedule.total

    @property
    def at_start(self) -> bool:
        """Whether no step was executed."""
        return self.position == 0

    @property
    def at_end(self) -> bool:
        """Whether no step is left."""
        return self.position == self.total

    @property
    def last(self) -> Step | None:
        """The step executed last; None at the start."""
        return self._last

    @property
    def schedule(self) -> Schedule:
        """The arithmetic of the run: step number ↔ position."""
        return self._run.schedule

    def __getitem__(self, name: str) -> float | None:
        """A value by its name, such as ``z[h1]``; None while it is blank.

        Raises:
            ValueNameError: the name names no value of this network.
        """
        return snapshot_of(self._run, self._last, frozen=False)[name]

    def snapshot(self) -> Snapshot:
        """Everything that is known here, frozen."""
        return snapshot_of(self._run, self._last)

    # ---- moving --------------------------------------------------------------------------------

    def step(self) -> Step:
        """Execute the next step and return it.

        Raises:
            EndOfRunError: there is none.
        """
        if self.at_end:
            raise EndOfRunError("this is the end of the run: there is no further step")
        run = self._run
        position = run.schedule.position(run.position)
        operation = run.schedule.operation(run.position)
        key = operation[1] if len(operation) == 2 else operation[1:]
        memory = run.state.memory[key] if operation[0] == "update" else ()  # type: ignore[index]
        scene = Scene(self.experiment, run.state, position.example)
        read = reads(operation, scene)
        executed = run.advance(1)
        assert executed == operation, f"the listing ran {executed}, the schedule said {operation}"
        facts = Facts(
            experiment=self.experiment,
            operation=operation,
            reads=read,
            writes=writes(operation, scene),
            update=position.update,
            batch_length=run.schedule.batch_length(position.update),
            memory=memory,
        )
        self._last = Step(position, facts)
        return self._last

    def back(self) -> Step | None:
        """Take the last step back; return the step that is the last one now (None at the start).

        Raises:
            EndOfRunError: no step was executed yet.
        """
        if self.at_start:
            raise EndOfRunError("this is the start of the run: there is no step to take back")
        self.seek(self.position - 1)
        return self._last

    def seek(self, position: int) -> None:
        """Go to the state after exactly ``position`` steps, forwards or backwards.

        Raises:
            IndexError: there is no such position.
        """
        if position == self.position:
            return
        if position == 0:
            self._run.seek(0)
            self._last = None
            return
        # One short of it, then a step under observation: the last step is part of what is seen.
        self._run.seek(position - 1 if 0 < position <= self.total else position)
        self.step()

    def approach(self, position: int, steps: int) -> bool:
        """Go towards a position by executing at most ``steps`` steps; whether it was reached.

        For a screen that stays alive on a long way: call it again until it says True. A position
        behind is approached from the nearest checkpoint before it, so on the way the debugger
        stands somewhere in between, always at a true state of the run.

        Raises:
            IndexError: there is no such position.
        """
        if position == 0 or position == self.position:
            self.seek(position)
            return True
        self._run.seek_checkpoint(position - 1 if 0 < position <= self.total else position)
        target = min(self.position + max(steps, 1), position)
        self.seek(target)
        return target == position

    def move(self, movement: str, count: int = 1) -> bool:
        """Make a movement (step, neuron, pass, example, update, epoch, run) ``count`` times.

        A negative count moves back. Returns whether there was anywhere to go.

        Raises:
            KeyError: there is no movement of that name.
        """
        target = destination(self._run.schedule, self.position, movement, count)
        moved = target != self.position
        self.seek(target)
        return moved
