"""Long movements, made in a thread in bursts that wait for the paint.

While one is under way the debugger belongs to that thread alone. The screen shows the latest frame
that was handed to it and answers keys; what needs the debugger is called with ``at_rest``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from time import perf_counter, process_time, thread_time
from typing import Any, Final

from textual.screen import Screen

from nntui.debugger.commands.command import Movement
from nntui.tui.frame import Frame
from nntui.tui.stepping.pace import FramePace

AT_ONCE: Final = 0.008
"""Seconds of computing before a key is answered without a worker."""
SHARE: Final = 0.05
"""Of a long movement's time, what frames may cost: all that other threads do meanwhile."""
GROWING: Final = 0.25
"""Frames come more often at first: after such a part of the time that has passed. So a movement of
a second shows ten or so, and is hardly longer for it."""
SELDOM: Final = 1.0
"""Seconds between two frames, at most, whatever they cost."""
SLICE: Final = 0.006
"""Seconds of computing between two looks at whether a key was pressed."""
PATIENCE: Final = 0.1
"""Seconds to wait for a paint: a screen that is covered by another is not painted."""
PATIENCE_AT_THE_END: Final = 2.0
COURTESY: Final = 0.02
"""Seconds to wait for the paint that answers a key, at most: some keys change nothing."""
UNDER_WAY: Final = "running: space stops it"

Arrived = Callable[["Movement"], None]


class FrameClock:
    """Says in a movement's thread when its time has paid for the last frame."""

    def __init__(self) -> None:
        self._movement_began = perf_counter()
        self._taking = 0.0
        self.frame_begins()

    def frame_begins(self) -> None:
        self._began, self._process, self._own = perf_counter(), process_time(), thread_time()

    def frame_taken(self) -> None:
        self._taking = thread_time() - self._own

    @property
    def is_frame_due(self) -> bool:
        now = perf_counter()
        passed = now - self._began
        if passed >= min(GROWING * (now - self._movement_began), SELDOM):
            return True
        others = process_time() - self._process - (thread_time() - self._own)
        return passed * SHARE >= others + self._taking


class BackgroundRun:
    """The one movement that may be under way.

    ``take_frame`` is called in its thread, ``paint`` in the screen's, and so is ``failed``, instead
    of what was to come, with an error that nobody foresaw.
    """

    def __init__(
        self,
        screen: Screen[Any],
        pace: FramePace,
        take_frame: Callable[[], Frame],
        paint: Callable[[Frame, str], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._screen, self._take_frame, self._paint_frame = screen, take_frame, paint
        self._pace = pace
        self._failed = failed
        self._stop = Event()
        self._painted = Event()
        self._keys_answered = Event()
        self._keys_answered.set()
        self._awaited = False
        """Whether a frame was shown that is not painted yet."""
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
        if self._awaited:
            self._awaited = False
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
        clock = FrameClock()
        try:
            while not self._computed(movement, clock) and not self._stop.is_set():
                self._painted.clear()
                clock.frame_begins()
                frame = self._take_frame()
                clock.frame_taken()
                self._screen.call_later(self._paint, frame)
                if not self._stop.is_set():
                    self._painted.wait(PATIENCE)
        except Exception as error:
            ended = partial(self._failed, error)
        self._rests.set()
        self._screen.call_later(self._rest, ended)

    def _computed(self, movement: Movement, clock: FrameClock) -> bool:
        """Compute until the next frame is due; return whether the movement has arrived."""
        while not self._stop.is_set():
            if movement.burst(SLICE):
                return True
            self._keys_answered.wait(COURTESY)
            if clock.is_frame_due and not self._pace.wait():
                break
        return False

    # ---- in the screen's thread ----------------------------------------------------------------

    def _paint(self, frame: Frame) -> None:
        self._pace.shown()
        self._paint_frame(frame, UNDER_WAY)
        self._awaited = True

    def _rest(self, ended: Callable[[], None]) -> None:
        self.running = False
        ended()
        waiting, self._waiting = self._waiting, []
        for action in waiting:  # one may begin to move: the next then stops it and waits again
            action()
