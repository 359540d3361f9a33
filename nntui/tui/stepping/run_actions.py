"""Moving: the keys that go along the run, how often, and what stops them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.commands import Movement
from nntui.debugger.step import destination
from nntui.tui.stepping.player import Player

if TYPE_CHECKING:
    from nntui.tui.stepping.background import BackgroundRun
    from nntui.tui.stepping.base import Stage
    from nntui.tui.stepping.command_actions import Commanding

MOST_COUNT: Final = 10**12
_ENDS: Final = {
    True: "this is the end of the run: no further step",
    False: "this is the start of the run",
}


class Moving:
    """Movements with a count, continuing, playing. Any of their keys stops what is under way."""

    def __init__(self, stage: Stage, travel: BackgroundRun, commanding: Commanding) -> None:
        self._stage, self._travel, self._commanding = stage, travel, commanding
        self._play = Player(stage)
        self._count = ""

    @property
    def playing(self) -> bool:
        """Whether the clock makes the steps."""
        return self._play.playing

    def digit(self, digit: str) -> None:
        """One more digit of the count."""
        if not self._travel.running and (self._count or digit != "0"):
            self._count = str(min(int(self._count + digit), MOST_COUNT))
            self._stage.say(f"{self._count} ×")

    def move(self, movement: str, direction: int) -> None:
        """Make a movement as often as the count says, or say that there is nowhere to go."""
        if self._halted():
            return
        debugger, count = self._stage.debugger, self._counted()
        there = destination(debugger.schedule, debugger.position, movement, direction * count)
        if there == debugger.position:
            self._stage.show(_ENDS[direction > 0])
        else:
            self._travel.go(Movement(debugger, there), self._arrived)

    def resume(self, direction: int) -> None:
        """Go on to the next stop, or back to the last one; as often as the count says."""
        if self._halted():
            return
        count, debugger = self._counted(), self._stage.debugger
        if debugger.at_end if direction > 0 else debugger.at_start:
            self._stage.show(_ENDS[direction > 0])
        else:
            self._commanding.run("continue" if direction > 0 else "reverse-continue", count)

    def visit(self, direction: int) -> None:
        """Go back to the place of the stop before, or forth again."""
        debugger = self._stage.debugger
        spot = debugger.stop_history.forth() if direction > 0 else debugger.stop_history.back()
        if spot is None:
            self._stage.say(f"there is no {'later' if direction > 0 else 'earlier'} stop")
            return
        debugger.branches.go(spot)
        ahead = debugger.stop_history.ahead
        self._stage.show(f"a stop from before; {ahead} more forth" if ahead else "the newest stop")

    def play(self) -> None:
        """Start to play; stop what is under way."""
        if not self._halted():
            self._count = ""
            self._play.start()

    def speed(self, by: int) -> None:
        """Play faster or slower."""
        self._play.change(by)

    def pause(self) -> None:
        """Stop what is under way."""
        if not self._halted():
            self._stage.say("nothing is running; q quits")

    def clear(self) -> bool:
        """Stop what is under way, or forget the count; whether there was something of the kind."""
        if self._halted():
            return True
        forgotten, self._count = bool(self._count), ""
        if forgotten:
            self._stage.say("")
        return forgotten

    def at_rest(self, action: Callable[..., Any]) -> Callable[..., Any]:
        """An action that needs the debugger: what is under way is stopped first."""
        rested = self._travel.at_rest(action)

        def act(*arguments: Any) -> Any:
            self._play.stop()
            return rested(*arguments)

        return act

    # ---- inside --------------------------------------------------------------------------------

    def _halted(self) -> bool:
        """Stop what is under way; whether something was."""
        if self._travel.running:
            self._travel.halt()
            return True
        if self._play.stop():
            self._stage.show("stopped")
            return True
        return False

    def _counted(self) -> int:
        count, self._count = int(self._count or 1), ""
        return count

    def _arrived(self, journey: Movement) -> None:
        self._stage.show("" if journey.over else "stopped on the way")
