"""The debugger: a training run in a person's hands, at any step, forwards and backwards."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nntui.debugger.snapshot import Snapshot, SnapshotTaker
from nntui.debugger.step import Step, destination, observed
from nntui.debugger.values import value_of
from nntui.engine.run import Run
from nntui.model.errors import NntuiError

# What a key or a command may never need is imported when it is asked for.
if TYPE_CHECKING:
    from nntui.debugger.bookmarks import Bookmarks, StopHistory
    from nntui.debugger.branches import Branch, Branches
    from nntui.debugger.breakpoints import BreakpointTable
    from nntui.debugger.breakpoints.search import ContinueSearch, Stop
    from nntui.debugger.commands import Interpreter, Reply
    from nntui.debugger.displays import Displays
    from nntui.debugger.queries.why import Cause
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
        self.run = Run(experiment)
        """The cursor that this room moves; others look at snapshots."""
        self._last: Step | None = None
        self._camera = SnapshotTaker()

    # ---- where we are --------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """The experiment in force here: the document's, changed by the edits made so far."""
        return self.run.experiment

    @property
    def position(self) -> int:
        """The number of steps executed so far; it identifies the state."""
        return self.run.position

    @property
    def total(self) -> int:
        """The number of steps of the whole run."""
        return self.run.schedule.total

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
        if not self.position:
            return None
        if self._last is None or self._last.position.step != self.position - 1:
            self._observe(self.position)
        return self._last

    @property
    def schedule(self) -> Schedule:
        """The arithmetic of the run: step number ↔ position."""
        return self.run.schedule

    def __getitem__(self, name: str) -> float | None:
        """A value by its name, such as ``z[h1]``; None while it is blank.

        Raises:
            ValueNameError: the name names no value of this network.
        """
        return value_of(self.run, name)

    def value(self, name: str) -> float | None:
        """The same as ``debugger[name]``."""
        return value_of(self.run, name)

    def snapshot(self) -> Snapshot:
        """Everything that is known here, frozen."""
        return self._camera.take(self.run, self.last)

    # ---- moving --------------------------------------------------------------------------------

    def step(self) -> Step:
        """Execute the next step and return it.

        Raises:
            EndOfRunError: there is none.
        """
        if self.at_end:
            raise EndOfRunError("this is the end of the run: there is no further step")
        self._last = observed(self.run)
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

    def seek(self, position: int) -> None:
        """Go to the state after exactly ``position`` steps, forwards or backwards.

        Raises:
            IndexError: there is no such position.
        """
        if position == self.position:
            return
        self.schedule.check(position)
        self._observe(position)

    def approach(self, position: int, seconds: float) -> bool:
        """Go towards a position for about so many seconds; whether it was reached.

        For a screen that stays alive on a long way: call it again until it says True. A position
        behind is approached from what is known before it, so on the way the debugger stands
        somewhere in between, always at a true state of the run.

        Raises:
            IndexError: there is no such position.
        """
        if position == self.position:
            return True
        self.schedule.check(position)
        self._last = None
        if not self.run.approach(max(position - 1, 0), seconds):
            return False
        self._observe(position)
        return True

    def move(self, movement: str, count: int = 1) -> bool:
        """Make a movement (step, neuron, pass, example, update, epoch, run) ``count`` times.

        A negative count moves back. Returns whether there was anywhere to go.

        Raises:
            KeyError: there is no movement of that name.
        """
        target = destination(self.schedule, self.position, movement, count)
        moved = target != self.position
        self.seek(target)
        return moved

    def stand_on(self, run: Run, position: int) -> None:
        """Go on with another cursor, at a position (for branches)."""
        self.run = run
        self._observe(position)

    def _observe(self, position: int) -> None:
        """Go there with the last step under observation: it is part of what is seen."""
        self._last = None
        self.run.seek(max(position - 1, 0))
        if position:
            self._last = observed(self.run)

    # ---- stopping ------------------------------------------------------------------------------

    @cached_property
    def breakpoints(self) -> BreakpointTable:
        """The breakpoints and watchpoints."""
        from nntui.debugger.breakpoints import BreakpointTable

        return BreakpointTable()

    def resume(self, direction: int = 1) -> Stop:
        """Go on to the next stop, or with direction −1 back to the one before."""
        from nntui.debugger.breakpoints.search import resume

        return resume(self, direction)

    def continue_search(self, direction: int = 1) -> ContinueSearch:
        """The same in bursts, for a screen that stays alive."""
        from nntui.debugger.breakpoints.search import ContinueSearch

        return ContinueSearch(self, direction)

    # ---- changing ------------------------------------------------------------------------------

    @cached_property
    def branches(self) -> Branches:
        """The lines of time that edits have made."""
        from nntui.debugger.branches import Branches

        return Branches(self)

    def edit(self, target: str, value: float | str) -> Branch:
        """Change a number or a function from here on, in a new branch (see ``Branches.edit``).

        Raises:
            EditError: an unknown target, or a value that it cannot have.
        """
        return self.branches.edit(target, value)

    # ---- asking --------------------------------------------------------------------------------

    @cached_property
    def displays(self) -> Displays:
        """The expressions that are looked at wherever the run stops."""
        from nntui.debugger.displays import Displays

        return Displays(self)

    @cached_property
    def bookmarks(self) -> Bookmarks:
        """The positions that were given a name."""
        from nntui.debugger.bookmarks import Bookmarks

        return Bookmarks(self)

    @cached_property
    def stop_history(self) -> StopHistory:
        """The places where the run has stopped, to go back and forth through."""
        from nntui.debugger.bookmarks import StopHistory

        return StopHistory(self)

    def why(self, name: str) -> Cause:
        """What has made a value: the step that wrote it last, and what that step read.

        Raises:
            ValueNameError: the name names no value of this network.
        """
        from nntui.debugger.queries.why import why

        return why(self, name)

    def evaluate(self, text: str) -> float | bool | None:
        """The value of an expression here; None when it reads a blank.

        Raises:
            ExpressionError: the text is no expression over this network's values.
        """
        from nntui.debugger.expressions import parse

        return parse(text, self.experiment.network).value(self.value)

    # ---- commands ------------------------------------------------------------------------------

    def execute(self, line: str) -> Reply:
        """Carry out one line of the command language, such as ``break h1 if delta[h1] == 0``."""
        return self._interpreter.execute(line)

    def complete(self, line: str) -> list[str]:
        """What the last word of an unfinished line could become."""
        return self._interpreter.complete(line)

    @cached_property
    def _interpreter(self) -> Interpreter:
        from nntui.debugger.commands import Interpreter

        return Interpreter(self)
