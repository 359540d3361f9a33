"""The debugger: a stepper with breakpoints, displays, bookmarks and branches."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from nntui.debugger.stepper import Stepper

# What a key or a command may never need is imported when it is asked for.
if TYPE_CHECKING:
    from collections.abc import Callable

    from nntui.debugger.bookmarks import Bookmarks, StopHistory
    from nntui.debugger.branches import Branch, Branches
    from nntui.debugger.breakpoints.search import ContinueSearch
    from nntui.debugger.breakpoints.stop import Stop
    from nntui.debugger.breakpoints.table import BreakpointTable
    from nntui.debugger.displays import Displays
    from nntui.debugger.queries.why import Cause
    from nntui.model.experiment import Experiment


class NumbersVerdict(Protocol):
    """What came out when someone's numbers were held against a run, in words and plain values."""

    @property
    def lines(self) -> tuple[str, ...]: ...

    def plain(self) -> dict[str, Any]: ...


class Debugger(Stepper):
    """Steps through the training run of an experiment, stops at breakpoints, branches by edits.

    >>> debugger = Debugger(experiment)
    >>> debugger.step().text
    'a[x1] = 1; a[x2] = 0'
    >>> debugger.seek(1000)
    >>> debugger["w[x1,h1]"]
    0.4871

    ``nntui.Interpreter(debugger)`` runs commands on it.
    """

    writer: Callable[[Experiment, str, bool], object] | None = None
    """Writes a document to a path (and over a file that is there); given by who knows documents."""

    checker: Callable[[Experiment, str, int], NumbersVerdict] | None = None
    """Holds the numbers in a file against an update (by its index) of an experiment's run; given by
    who knows such files."""

    named_write: tuple[str, int] | None = None
    """The value and the position that last-write or next-write named last."""

    @cached_property
    def breakpoints(self) -> BreakpointTable:
        from nntui.debugger.breakpoints.table import BreakpointTable

        return BreakpointTable()

    @cached_property
    def displays(self) -> Displays:
        from nntui.debugger.displays import Displays

        return Displays(self)

    @cached_property
    def branches(self) -> Branches:
        """The timelines that edits have made."""
        from nntui.debugger.branches import Branches

        return Branches(self)

    @cached_property
    def bookmarks(self) -> Bookmarks:
        from nntui.debugger.bookmarks import Bookmarks

        return Bookmarks(self, self.branches)

    @cached_property
    def stop_history(self) -> StopHistory:
        """The positions where the run has stopped, to go back and forth through."""
        from nntui.debugger.bookmarks import StopHistory

        return StopHistory(self.branches)

    def resume(self, direction: int = 1) -> Stop:
        """Go on to the next stop, or with direction −1 back to the one before."""
        search = self.continue_search(direction)
        while (stop := search.burst(1.0)) is None:
            pass
        return stop

    def continue_search(self, direction: int = 1) -> ContinueSearch:
        """The same in bursts, for a screen that stays responsive."""
        from nntui.debugger.breakpoints.search import ContinueSearch

        return ContinueSearch(self, self.breakpoints, direction)

    def edit(self, target: str, value: float | str) -> Branch:
        """Change a number or a function from here on, in a new branch (see ``Branches.edit``).

        Raises:
            EditError: an unknown target, or a value that it cannot have.
        """
        return self.branches.edit(target, value)

    def why(self, name: str) -> Cause:
        """Find the step that wrote a value last, and what that step read."""
        from nntui.debugger.queries.why import why

        return why(self, name)
