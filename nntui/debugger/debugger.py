"""The debugger: a stepper with breakpoints, displays, bookmarks and branches."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from nntui.debugger.stepper import Stepper, checked_count
from nntui.model.errors import NntuiError, counted

# What a key or a command may never need is imported when it is asked for.
if TYPE_CHECKING:
    from collections.abc import Callable

    from nntui.debugger.bookmarks import Bookmarks, StopHistory
    from nntui.debugger.branches import Branch, Branches
    from nntui.debugger.breakpoints.handle import BreakpointHandle
    from nntui.debugger.breakpoints.stop import Stop
    from nntui.debugger.breakpoints.table import BreakpointTable
    from nntui.debugger.displays import Displays
    from nntui.debugger.queries.why import Cause
    from nntui.debugger.step import Step
    from nntui.model.experiment import Experiment
    from nntui.model.numerics import Array


class NumbersVerdict(Protocol):
    """What came out when someone's numbers were held against a run, in words and plain values."""

    @property
    def lines(self) -> tuple[str, ...]: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    def plain(self) -> dict[str, Any]: ...


class Debugger(Stepper):
    """Steps through the training run of an experiment, stops at breakpoints, branches by edits.

    >>> debugger = Debugger(experiment)
    >>> debugger.step().text
    'a[x1] = 1; a[x2] = 0'
    >>> debugger.goto(1000)
    >>> debugger["w[x1,h1]"]
    0.4871

    ``nntui.Interpreter(debugger)`` runs commands on it. Positions count the steps executed, as
    ``position`` does; epochs, updates and examples in texts count from 1, as commands do.
    """

    writer: Callable[..., str | None] | None = None
    """Writes a document, as ``nntui.save`` does; given by who knows documents."""

    checker: Callable[[Experiment, str, int, int | None], NumbersVerdict] | None = None
    """Holds the numbers in a file against an update (by its index) of an experiment's run, w and b
    against those after so many updates (None: before or after it); given by who knows such files.
    """

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

    def goto(self, place: int | str) -> Step | None:
        """Go to a position, or to a place as the command ``goto`` takes it; return its last step.

        Places are "start", "end", "epoch 3", "epoch 3 end", "example 2", a bookmark's name.

        Raises:
            NntuiError: there is no such place.
            IndexError: there is no such position.
        """
        if not isinstance(place, str):
            self.seek(place)
        elif place in self.bookmarks:
            self.bookmarks.go(place)
        else:
            from nntui.debugger.places import position_of

            self.seek(position_of(self, place.strip(), [mark.name for mark in self.bookmarks]))
        return self.last

    def until(self, place: str) -> Step:
        """Go on to the next step of a place, such as ``h1 backward``, and return it.

        Raises:
            NntuiError: there is no such place, or it is not met any more.
        """
        from nntui.debugger.places import position_behind

        self.seek(position_behind(self, str(place)))
        assert self.last is not None
        return self.last

    def run(self, until: str | None = None, max_epochs: int | None = None) -> Stop:
        """Go on to the next stop: a breakpoint, a condition, so many epochs, or the end.

        Args:
            until: a condition that is tested at the end of each update: ``epoch_loss < 0.01``.
            max_epochs: the epochs of the run, counted from its start, to go to at most; the run
                gets as many if it has fewer.

        Raises:
            NntuiError: a condition that cannot be read, or can never hold there.
        """
        end = self.total
        if max_epochs is not None:
            epochs = checked_count(max_epochs, "max_epochs")
            if epochs > self.schedule.epochs:
                self.branches.lengthen(epochs)
            end = max(epochs * self.schedule.steps_per_epoch, self.position)
        made, condition = self.breakpoints.last_number, None
        if until is not None:
            condition = self.breakpoint("update end", when=until, temporary=True)
        try:
            stop = self._search(end=end)
        finally:
            if condition is not None:
                if condition.number in self.breakpoints:
                    condition.delete()
                self.breakpoints.last_number = made
        others = tuple(hit for hit in stop.hits if not condition or hit[0] != condition.number)
        if stop.hits and not others:
            number = self.schedule.position(stop.position - 1).number
            done = f"update {number('update')} in epoch {number('epoch')}"
            return replace(stop, reason=f"{until} is true after {done}", hits=())
        if stop.kind == "end" and stop.position < self.total:
            return replace(stop, reason=f"{counted(max_epochs or 0, 'epoch')} are done")
        return replace(stop, hits=others)

    def resume(self, direction: int = 1) -> Stop:
        """Go on to the next stop, or with direction −1 back to the one before."""
        return self._search(direction)

    def _search(self, direction: int = 1, end: int | None = None) -> Stop:
        from nntui.debugger.breakpoints.search import ContinueSearch

        search = ContinueSearch(self, self.breakpoints, direction, end)
        while (stop := search.burst(1.0)) is None:
            pass
        return stop

    def breakpoint(
        self,
        where: str | int | tuple[str, ...] = "",
        direction: str = "",
        *,
        when: str | None = None,
        every: int = 1,
        ignore: int = 0,
        log: str | None = None,
        temporary: bool = False,
    ) -> BreakpointHandle:
        """Stop after the steps of a place, where a condition holds.

        Args:
            where: a neuron, a connection ("x1->h1", or its two neurons), ``layer 1``, a step,
                ``epoch 3 end``, …: what the command ``break`` takes; nothing for every step.
            direction: ``forward``, ``backward`` or ``update``.
            when: a condition, such as ``delta[h1] == 0``.
            every: stop at each so many-th match only.
            ignore: pass over so many matches first.
            log: write this message instead of stopping, with the value of each {expression}.
            temporary: delete it when it stops.

        Raises:
            NntuiError: there is no such place, or it can never stop there.
        """
        from nntui.debugger.breakpoints.handle import clauses, place_words

        words = [place_words(where, self.experiment.network), direction]
        words += clauses(when, every, ignore, log)
        verb = "tbreak" if temporary else "break"
        return self.add_breakpoint(" ".join(filter(None, (verb, *words))))

    def watch(
        self,
        expression: str,
        *,
        when: str | None = None,
        every: int = 1,
        ignore: int = 0,
        log: str | None = None,
        temporary: bool = False,
    ) -> BreakpointHandle:
        """Stop after the steps that change a value, such as ``w[x1,h1]``.

        ``loss crosses 0.1``, ``abs(loss) < 1 becomes true`` and ``nonfinite`` are watched, too. The
        other arguments are those of ``breakpoint``.

        Raises:
            NntuiError: no such value, or it can never change so.
        """
        from nntui.debugger.breakpoints.handle import clauses

        verb = "twatch" if temporary else "watch"
        return self.add_breakpoint(
            " ".join((verb, str(expression), *clauses(when, every, ignore, log)))
        )

    def add_breakpoint(self, command: str) -> BreakpointHandle:
        """Add the breakpoint or watchpoint of a command, such as ``break h1 backward every 3``.

        Raises:
            NntuiError: it cannot be read, or can never stop.
        """
        from nntui.debugger.breakpoints.handle import BreakpointHandle
        from nntui.debugger.breakpoints.parse import parse_command
        from nntui.debugger.breakpoints.reachability import Reachability

        point = parse_command(command, self.experiment.network)
        reachability = Reachability.of(self.training_run)
        reachability.check(point)
        number = self.breakpoints.add(point).number
        return BreakpointHandle(self.breakpoints, number, reachability.note(point))

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of this moment, as arrays by layer.

        ``layer1.weight`` (neurons, sources) and ``layer1.bias`` (neurons,), layer 1 being the first
        after the inputs; where the network has no layers, numbers by the names of weights and
        biases.
        """
        from nntui.debugger.arrays import parameters

        return parameters(self.training_run)

    def gradients(self, *, mean: bool = False, penalty: bool = False) -> dict[str, Any]:
        """Return the gradients of the batch at hand, arranged as ``parameters`` are.

        They are sums over the examples passed back so far: the values dw and db, by those names
        where the network has no layers.

        Args:
            mean: divide them by the number of examples in the batch.
            penalty: add the gradient of l1 and l2.
        """
        from nntui.debugger.arrays import gradients

        return gradients(self.training_run, mean=mean, penalty=penalty)

    def values(self, expression: str, by: str = "update") -> Array:
        """Compute an expression at the end of each update, or epoch, that is finished here.

        The first number is that of the first one; a blank is NaN.

        Raises:
            NntuiError: it cannot be read.
        """
        from nntui.debugger.queries.history import values_at_ends

        return values_at_ends(self, str(expression), by)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> str | None:
        """Write a document with the parameters and the optimizer's memory of this moment.

        Returns what was left out, in a few words for the user; None: nothing.

        Raises:
            NntuiError: the file is there already or cannot be written, or a number is not finite.
        """
        if self.writer is None:
            raise NntuiError("nothing writes documents here: nntui.save(debugger, PATH) does")
        return self.writer(self.continued(), path, overwrite=overwrite)

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
