"""Travel: a long way is made in a thread of its own, in bursts that wait for the paint.

While it is under way the debugger belongs to that thread alone. The screen shows the latest frame
that was handed to it and answers keys; whoever needs the debugger says so with ``at_rest``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from nntui.tui.frame import Frame, frame_of

if TYPE_CHECKING:
    from nntui.debugger.commands import Movement
    from nntui.tui.stepping.base import Stage

AT_ONCE: Final = 0.008
"""Seconds of computing before a key is answered without a worker."""
CYCLE: Final = 0.045
"""Seconds from paint to paint: about 22 a second."""
LONGEST: Final = 0.06
"""Seconds of computing between two paints, at most: what the paint leaves of the cycle, and never
less than the paint took, so that half of the time is the run's."""
SLICE: Final = 0.006
"""Seconds of computing between two looks at whether a key was pressed."""
PATIENCE: Final = 0.1
"""Seconds to wait for a paint: a screen that is covered by another is not painted."""
PATIENCE_AT_THE_END: Final = 2.0
COURTESY: Final = 0.02
"""Seconds to wait for the paint that answers a key: some keys change nothing."""
UNDER_WAY: Final = "running: space stops it"

Arrived = Callable[["Movement"], None]


class BackgroundRun:
    """The one journey that may be under way."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._stop = Event()
        self._painted = Event()
        self._way_is_free = Event()
        self._way_is_free.set()
        self._paint_seconds = CYCLE / 2
        self._shown_at: float | None = None
        self._waiting: list[Callable[[], Any]] = []
        self._rests = Event()
        self._rests.set()
        self.running = False

    def go(self, journey: Movement, arrived: Arrived) -> None:
        """Make a journey: at once when it is short, else in bursts; then call ``arrived``.

        ``arrived`` is called in the screen's thread, also when the journey was stopped before.
        """
        if journey.burst(AT_ONCE):
            arrived(journey)
            return
        self.running = True
        self._stop.clear()
        self._rests.clear()
        # No partial: Textual writes it down, with every number in its arguments.
        self._stage.run_worker(lambda: self._work(journey, arrived), thread=True, exclusive=True)

    def halt(self) -> None:
        """Stop at once where the journey is."""
        self._stop.set()
        self._painted.set()
        self._way_is_free.set()

    def give_way(self) -> None:
        """A key is about to be answered: compute no further until that is painted."""
        if self.running:
            self._way_is_free.clear()

    def painted(self) -> None:
        """The terminal shows what the screen was told to show."""
        if self._shown_at is not None:
            self._paint_seconds += 0.2 * (perf_counter() - self._shown_at - self._paint_seconds)
            self._shown_at = None
            self._painted.set()
        self._way_is_free.set()

    def at_rest(self, action: Callable[..., Any]) -> Callable[..., Any]:
        """An action that needs the debugger: on the way, the journey is stopped first.

        What is asked for until it rests is done then, in that order.
        """

        def act(*arguments: Any) -> Any:
            if not self.running:
                return action(*arguments)
            self._waiting.append(partial(act, *arguments))
            self.halt()
            return None

        return act

    def wait(self) -> bool:
        """Wait until the thread rests, but not for ever; whether it does."""
        return self._rests.wait(PATIENCE_AT_THE_END)

    # ---- in the worker's thread ----------------------------------------------------------------

    def _work(self, journey: Movement, arrived: Arrived) -> None:
        try:
            while not self._computed(journey) and not self._stop.is_set():
                self._painted.clear()
                frame = frame_of(
                    self._stage.debugger, on_the_way=True, before=self._stage.wants_before
                )
                self._stage.call_later(self._paint, frame)
                if not self._stop.is_set():
                    self._painted.wait(PATIENCE)
        finally:
            self._rests.set()
            self._stage.call_later(self._rest, journey, arrived)

    def _computed(self, journey: Movement) -> bool:
        """Compute for as long as the paints leave of a cycle; whether it is there."""
        paint = self._paint_seconds
        end = perf_counter() + min(max(CYCLE - paint, paint), LONGEST)
        while perf_counter() < end and not self._stop.is_set():
            if journey.burst(SLICE):
                return True
            self._way_is_free.wait(COURTESY)
        return False

    # ---- in the screen's thread ----------------------------------------------------------------

    def _paint(self, frame: Frame) -> None:
        begun = perf_counter()
        self._stage.paint(frame, UNDER_WAY)
        self._shown_at = begun

    def _rest(self, journey: Movement, arrived: Arrived) -> None:
        self.running = False
        arrived(journey)
        waiting, self._waiting = self._waiting, []
        for act in waiting:  # one of them may set off: then the next stops it and waits again
            act()
