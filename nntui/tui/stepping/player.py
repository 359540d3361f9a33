"""Play: a step, an update or another unit at a time, slowly enough to watch."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

from textual.screen import Screen
from textual.timer import Timer

from nntui.debugger.commands.command import Movement
from nntui.debugger.debugger import Debugger
from nntui.debugger.step import destination
from nntui.tui.stepping.background import BackgroundRun
from nntui.tui.stepping.pace import FramePace

UNITS: Final = ("step", "neuron", "example", "update", "epoch")
SPEEDS: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Units a second."""
USUAL: Final = 5
OF_UPDATES: Final = 10
MOST_BEHIND: Final = 0.25
"""Seconds that play makes up for when frames or the computer were too slow."""
AT_A_TIME: Final = 0.1
"""Seconds of computing between two frames, about, at most."""
THE_END: Final = "this is the end of the run: no further step"


class Player:
    """Moves on by the clock, until it is stopped or the run ends; shows where it is.

    What it plays is the unit that was chosen; as long as none is, steps in front of the first
    update and updates behind it. More than one unit lies between two frames when the speed, the
    size of the frames or the terminal asks for it.
    """

    def __init__(
        self,
        screen: Screen[Any],
        debugger: Debugger,
        background: BackgroundRun,
        pace: FramePace,
        show: Callable[..., None],
    ) -> None:
        self._screen, self._debugger, self._show_frame = screen, debugger, show
        self._background, self._pace = background, pace
        self._speeds = dict.fromkeys(UNITS, SPEEDS.index(USUAL))
        self._speeds["update"] = SPEEDS.index(OF_UPDATES)
        self._chosen: str | None = None
        self._timer: Timer | None = None
        self._due = 0.0
        """When the next unit is to be played."""
        self._unit_seconds = 0.0
        """What a unit takes to compute, as far as is known."""
        self.unit = "step"
        self.playing = False

    @property
    def speed(self) -> float:
        """Units a second."""
        return SPEEDS[self._speeds[self.unit]]

    def show(self, message: str) -> None:
        """Show where the run is; of a long unit it is no news which step was its last."""
        self._show_frame(message, passing=self.unit not in ("step", "neuron"))

    @property
    def words(self) -> str:
        """What is played, and how fast: ``10 updates/s``."""
        return f"{self.speed:g} {self.unit}{'' if self.speed == 1 else 's'}/s"

    def start(self) -> None:
        self._choose()
        self.playing = True
        self._due = perf_counter()
        self._tick()

    def stop(self) -> bool:
        """Stop playing; return whether it was."""
        playing, self.playing = self.playing, False
        self._cancel()
        return playing

    def change_speed(self, by: int) -> None:
        self._choose()
        self._speeds[self.unit] = min(max(self._speeds[self.unit] + by, 0), len(SPEEDS) - 1)
        self._again()

    def change_unit(self) -> None:
        """Choose the next unit; behind the last one none is chosen any more."""
        choices = (None, *UNITS)
        self._chosen = choices[(choices.index(self._chosen) + 1) % len(choices)]
        self._choose()
        self._again()

    @property
    def is_unit_chosen(self) -> bool:
        return self._chosen is not None

    def unit_at(self, position: int) -> str:
        """Return what is played: the unit that was chosen, or one that fits where play begins."""
        if self._chosen is not None:
            return self._chosen
        if self.playing:
            return self.unit
        return "update" if self._debugger.schedule.updates_before(position) else "step"

    def _choose(self) -> None:
        unit = self.unit_at(self._debugger.position)
        if unit != self.unit:
            self.unit, self._unit_seconds = unit, 0.0

    def _again(self) -> None:
        """Play on with another speed or unit, unless a frame is just being computed."""
        if self._timer is not None:
            self._due = perf_counter() + 1 / self.speed
            self._next_tick()

    def _next_tick(self) -> None:
        self._cancel()
        wait = max(self._due - perf_counter(), self._pace.wait(), 0.001)
        self._timer = self._screen.set_timer(wait, self._tick)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        self._cancel()
        if not self.playing:
            return
        if self._pace.wait():
            self._next_tick()
            return
        debugger, now = self._debugger, perf_counter()
        if debugger.at_end:
            self.stop()
            self.show(THE_END)
            return
        self._due = max(self._due, now - MOST_BEHIND)
        count = 1 + max(int((now - self._due) * self.speed), 0)
        if self._unit_seconds:
            count = min(count, max(int(AT_A_TIME / self._unit_seconds), 1))
        there = destination(debugger.schedule, debugger.position, self.unit, count)
        self._due += count / self.speed
        self._pace.shown()

        def arrived(movement: Movement) -> None:
            self._unit_seconds = (perf_counter() - now) / count
            self.show(f"playing · {self.words}" if self.playing else "stopped")
            if self.playing:
                self._next_tick()

        self._background.go(Movement(debugger, there), arrived)
