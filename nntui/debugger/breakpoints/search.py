"""Search for the next stop, or for the one before, in bursts.

Only where a stop may lie are the steps executed and tested one by one.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from nntui.debugger.breakpoints.backward_search import BackwardSearch
from nntui.debugger.breakpoints.forward_search import ForwardSearch
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.table import BreakpointTable
from nntui.debugger.breakpoints.walker import MessageLog

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper

_ENDS = {1: ("end", "the end of the run"), -1: ("start", "the start of the run")}


class ContinueSearch:
    """Goes on to the next stop (``direction`` 1) or back to the one before (−1).

    It stops at exactly the steps where testing every single step would, and at the run's end or
    start; going back, at the matches that stop going forward, and hits are counted back. Call
    ``burst`` until it returns a ``Stop``; between two bursts the stepper stands at a true state of
    the run, and ``pause`` gives the search up. ``log`` holds the messages.
    """

    def __init__(
        self,
        stepper: Stepper,
        breakpoints: BreakpointTable,
        direction: int = 1,
        end: int | None = None,
    ) -> None:
        """``end``: the position to go forward to; None: that of the run."""
        self._stepper, self._breakpoints, self._end = stepper, breakpoints, end
        self.direction = 1 if direction > 0 else -1
        self._version = breakpoints.version
        self.log = MessageLog()
        self._search = self._begin()
        self.stop: Stop | None = None

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._search.position

    @property
    def tested(self) -> int:
        """How many steps were tested one by one."""
        return self._search.tested

    def burst(self, seconds: float) -> Stop | None:
        """Search for about so many seconds; return the stop, if one was found."""
        if self.stop is not None:
            return self.stop
        if self._version != self._breakpoints.version:
            self._version = self._breakpoints.version
            self._search = self._begin(self._search)
        self._stop_at(self._search.burst(perf_counter() + seconds))
        return self.stop

    def search_on(self) -> None:
        """Go on from the stop that was found to the next one."""
        self._search, self.stop = self._begin(), None

    def pause(self) -> Stop:
        """Give the search up where it is."""
        if self.stop is None:
            self._stop_at(Stop(self.position, "paused", "pause", messages=self.log.messages))
        assert self.stop is not None
        return self.stop

    def _begin(
        self, before: ForwardSearch | BackwardSearch | None = None
    ) -> ForwardSearch | BackwardSearch:
        """Begin to search, or go on with other breakpoints from where a search has come."""
        run = self._stepper.training_run
        if self.direction > 0:
            return ForwardSearch(run, self._breakpoints, self.log, self._end)
        end = below = run.position
        if isinstance(before, BackwardSearch):
            self._breakpoints.counted_at = end = before.position
            below = min(before.below, end + 1)
        return BackwardSearch(run, self._breakpoints, end, below)

    def _stop_at(self, found: Stop | bool) -> None:
        """Move the stepper to a stop, or (True) to the end that the search has reached."""
        if found is True:
            kind, reason = _ENDS[self.direction]
            position = self._search.position if self.direction > 0 else 0
            found = Stop(position, reason, kind, messages=self.log.messages)  # type: ignore[arg-type]
        if isinstance(found, Stop):
            self.stop = found
            self._breakpoints.counted_at = found.position
            self._stepper.seek(found.position)
