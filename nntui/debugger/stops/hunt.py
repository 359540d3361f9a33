"""The hunt: a search for the next stop, or the one before, in bursts."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from nntui.debugger.stops.backward import Backward
from nntui.debugger.stops.forward import Forward
from nntui.debugger.stops.log import Log
from nntui.debugger.stops.stop import Stop

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

__all__ = ["Hunt", "Stop", "resume"]

_ENDS = {1: ("end", "the end of the run"), -1: ("start", "the start of the run")}


class Hunt:
    """Goes on to the next stop (``direction`` 1) or back to the one before (−1).

    It stops at exactly the steps where looking after every single step would stop it, and at the
    run's end or start. Call ``burst`` until it gives a ``Stop``; between two bursts the debugger
    stands at a true state of the run, and the hunt may be given up with ``pause``.
    """

    def __init__(self, debugger: Debugger, direction: int = 1) -> None:
        self._debugger = debugger
        self.direction = 1 if direction > 0 else -1
        self._version = debugger.stops.version
        self._log = Log()
        self._search = self._begin()
        self.stop: Stop | None = None

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._search.position

    @property
    def messages(self) -> tuple[str, ...]:
        """What was logged so far; the last of it, unless all is kept."""
        return self._log.messages

    @property
    def stepped(self) -> int:
        """How many steps were looked at one by one."""
        return self._search.stepped

    def tell(self, listener: Callable[[str], object]) -> None:
        """Hand each message over as it is logged: none is kept, and none is left out."""
        self._log.tell(listener)

    def keep_all(self) -> None:
        """Keep every message that will be logged, however many."""
        self._log.keep_all()

    def burst(self, seconds: float) -> Stop | None:
        """Search for about so many seconds; the stop, if one is found."""
        if self.stop is not None:
            return self.stop
        if self._version != self._debugger.stops.version:
            self._version = self._debugger.stops.version
            self._search = self._begin()
        self._rest(self._search.burst(perf_counter() + seconds))
        return self.stop

    def pause(self) -> Stop:
        """Give up the search where it is, at once."""
        if self.stop is None:
            position = self._search.abandon()
            self._rest(Stop(position, "paused", "pause", messages=self.messages))
        assert self.stop is not None
        return self.stop

    def _begin(self) -> Forward | Backward:
        if self.direction < 0:
            return Backward(self._debugger)
        return Forward(self._debugger, self._log)

    def _rest(self, found: Stop | bool) -> None:
        """Let the debugger stand where the search has led it."""
        debugger = self._debugger
        if found is True:  # nothing is left to be searched
            kind, reason = _ENDS[self.direction]
            position = debugger.total if self.direction > 0 else 0
            found = Stop(position, reason, kind, messages=self.messages)  # type: ignore[arg-type]
        if isinstance(found, Stop):
            self.stop = found
            debugger.seek(found.position)


def resume(debugger: Debugger, direction: int = 1) -> Stop:
    """Go on to the next stop, or with direction −1 back to the one before."""
    hunt = Hunt(debugger, direction)
    while (stop := hunt.burst(1.0)) is None:
        pass
    return stop
