"""Play: one step at a time, slowly enough to watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from textual.screen import Screen
from textual.timer import Timer

from nntui.debugger.debugger import Debugger

SPEEDS: Final = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60)
"""Steps a second."""


class Player:
    """Steps by the clock, until it is stopped or the run ends; shows each step with a message."""

    def __init__(
        self, screen: Screen[Any], debugger: Debugger, show: Callable[[str], None]
    ) -> None:
        self._screen, self._debugger, self._show = screen, debugger, show
        self._speed = SPEEDS.index(5)
        self._timer: Timer | None = None

    @property
    def playing(self) -> bool:
        return self._timer is not None

    @property
    def speed(self) -> str:
        steps = SPEEDS[self._speed]
        return f"{steps} step{'s' if steps > 1 else ''} a second"

    def start(self) -> None:
        self._timer = self._screen.set_interval(1 / SPEEDS[self._speed], self._tick)
        self._tick()

    def stop(self) -> bool:
        """Stop playing; return whether it was."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.stop()
        return timer is not None

    def change(self, by: int) -> bool:
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        playing = self.stop()
        if playing:
            self.start()
        return playing

    def _tick(self) -> None:
        if self._debugger.at_end:
            self.stop()
            self._show("this is the end of the run: no further step")
            return
        self._debugger.step()
        self._show(f"playing {self.speed}: space stops")
