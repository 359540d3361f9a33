"""Play: one step at a time, slowly enough to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.timer import Timer

    from nntui.tui.stepping.base import Stage

SPEEDS: Final = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60)
"""Steps a second."""


class Player:
    """Steps by the clock, until it is stopped or the run ends."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._speed = SPEEDS.index(5)
        self._timer: Timer | None = None

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer is not None

    @property
    def speed(self) -> str:
        """The speed in words."""
        steps = SPEEDS[self._speed]
        return f"{steps} step{'s' if steps > 1 else ''} a second"

    def start(self) -> None:
        """Play from here on."""
        self._timer = self._stage.set_interval(1 / SPEEDS[self._speed], self._tick)
        self._tick()

    def stop(self) -> bool:
        """Stop playing; whether it was."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.stop()
        return timer is not None

    def change(self, by: int) -> None:
        """Play faster or slower, now or the next time."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        if self.stop():
            self.start()
        else:
            self._stage.say(f"space plays {self.speed}")

    def _tick(self) -> None:
        debugger = self._stage.debugger
        if debugger.at_end:
            self.stop()
            self._stage.show("this is the end of the run: no further step")
            return
        debugger.step()
        self._stage.show(f"playing {self.speed}: space stops")
