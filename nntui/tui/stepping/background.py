"""Long movements, made in a thread in bursts that wait for the paint.

While one is under way the debugger belongs to that thread alone. The screen shows the latest frame
that was handed to it and answers keys; what needs the debugger is called with ``at_rest``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from time import perf_counter
from typing import Any, Final

from textual.screen import Screen

from nntui.debugger.commands.command import Movement
from nntui.tui.frame import Frame

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
"""Seconds to wait for the paint that answers a key, at most: some keys change nothing."""
UNDER_WAY: Final = "running: space stops it"

Arrived = Callable[["Movement"], None]


class BackgroundRun:
    """The one movement that may be under way.

    ``take_frame`` is called in its thread, ``paint`` in the screen's, and so is ``failed``, instead
    of what was to come, with an error that nobody foresaw.
    """

    def __init__(
        self,
        screen: Screen[Any],
        take_frame: Callable[[], Frame],
        paint: Callable[[Frame, str], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._screen, self._take_frame, self._paint_frame = screen, take_frame, paint
        self._failed = failed
        self._stop = Event()
        self._painted = Event()
        self._keys_answered = Event()
        self._keys_answered.set()
        self._paint_seconds = CYCLE / 2
        self._shown_at: float | None = None
        self._waiting: list[Callable[[], Any]] = []
        self._rests = Event()
        self._rests.set()
        self.running = False

    def go(self, movement: Movement, arrived: Arrived) -> None:
        """Make a movement: at once when it is short, else in bursts; then call ``arrived``.

        ``arrived`` is called in the screen's thread, also when the movement was stopped before.
        """
        try:
            if movement.burst(AT_ONCE):
                arrived(movement)
                return
        except Exception as error:
            self._failed(error)
            return
        self.running = True
        self._stop.clear()
        # No partial: Textual writes it down, with every number in its arguments.
        self._screen.run_worker(lambda: self._work(movement, arrived), thread=True, exclusive=True)

    def halt(self) -> None:
        self._stop.set()
        self._painted.set()
        self._keys_answered.set()

    def give_way(self) -> None:
        """Compute no further until the key that is about to be answered is painted."""
        if self.running:
            self._keys_answered.clear()

    def painted(self) -> None:
        """Go on: the terminal shows what the screen was told to show."""
        if self._shown_at is not None:
            self._paint_seconds += 0.2 * (perf_counter() - self._shown_at - self._paint_seconds)
            self._shown_at = None
            self._painted.set()
        self._keys_answered.set()

    def at_rest(self, action: Callable[[], Any]) -> None:
        """Call something that needs the debugger: now, or when the movement has stopped.

        What is asked for until then is called in that order.
        """
        if self.running:
            self._waiting.append(lambda: self.at_rest(action))
            self.halt()
        else:
            action()

    def wait(self) -> bool:
        """Wait until the thread rests, for a limited time; return whether it does."""
        return self._rests.wait(PATIENCE_AT_THE_END)

    # ---- in the worker's thread ----------------------------------------------------------------

    def _work(self, movement: Movement, arrived: Arrived) -> None:
        # Not before: an app that ends may leave the thread without a beginning.
        self._rests.clear()
        ended = partial(arrived, movement)
        try:
            while not self._computed(movement) and not self._stop.is_set():
                self._painted.clear()
                self._screen.call_later(self._paint, self._take_frame())
                if not self._stop.is_set():
                    self._painted.wait(PATIENCE)
        except Exception as error:
            ended = partial(self._failed, error)
        self._rests.set()
        self._screen.call_later(self._rest, ended)

    def _computed(self, movement: Movement) -> bool:
        """Compute for as long as the paints leave of a cycle; return whether it has arrived."""
        paint = self._paint_seconds
        end = perf_counter() + min(max(CYCLE - paint, paint), LONGEST)
        while perf_counter() < end and not self._stop.is_set():
            if movement.burst(SLICE):
                return True
            self._keys_answered.wait(COURTESY)
        return False

    # ---- in the screen's thread ----------------------------------------------------------------

    def _paint(self, frame: Frame) -> None:
        begun = perf_counter()
        self._paint_frame(frame, UNDER_WAY)
        self._shown_at = begun

    def _rest(self, ended: Callable[[], None]) -> None:
        self.running = False
        ended()
        waiting, self._waiting = self._waiting, []
        for action in waiting:  # one may begin to move: the next then stops it and waits again
            action()
