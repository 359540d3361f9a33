"""The actions that move along the run: steps and other movements, continue, play."""

from __future__ import annotations

from typing import Final

from nntui.debugger.commands.command import Movement
from nntui.debugger.step import destination
from nntui.tui.panes.timeline import Timeline
from nntui.tui.stepping.base import CHOOSE_FIRST, SteppingBase, at_rest
from nntui.tui.stepping.player import THE_END

MOST_COUNT: Final = 10**12
_ENDS: Final = {
    True: THE_END,
    False: "this is the start of the run",
}


class RunActions(SteppingBase):
    """Movements with a count, continue, play. Each of their keys stops what is under way.

    ``count``: the digits typed before a movement.
    """

    count = ""
    _travels_to: Timeline.Travelled | None = None
    """Where the timeline leads, once what is under way has stopped."""

    def action_digit(self, digit: str) -> None:
        if not self.background.running and (self.count or digit != "0"):
            self.count = str(min(int(self.count + digit), MOST_COUNT))
            self.say(f"{self.count} ×")

    def action_move(self, movement: str, direction: int) -> None:
        """Make a movement as often as the count says, or say that there is nowhere to go."""
        if self.halt():
            return
        debugger, count = self.debugger, self._take_count()
        there = destination(debugger.schedule, debugger.position, movement, direction * count)
        if there == debugger.position:
            self.show(_ENDS[direction > 0])
        else:
            self.background.go(
                Movement(debugger, there),
                lambda movement: self.show("" if movement.over else "stopped on the way"),
            )

    def action_continue(self, direction: int) -> None:
        """Continue to the next stop, or back to the last one; as often as the count says."""
        if self.halt():
            return
        count, debugger = self._take_count(), self.debugger
        if debugger.at_end if direction > 0 else debugger.at_start:
            self.show(_ENDS[direction > 0])
        else:
            command = "continue" if direction > 0 else "reverse-continue"
            self.run_command(command if count == 1 else f"{command} {count}")

    @at_rest
    def action_to_cursor(self, direction: int) -> None:
        place = self.neuron_focus.place
        if place is None:
            self.say(CHOOSE_FIRST)
        else:
            self.run_command(f"{'until' if direction > 0 else 'reverse-until'} {place}")

    @at_rest
    def action_visit_stop(self, direction: int) -> None:
        history = self.debugger.stop_history
        position = history.forth() if direction > 0 else history.back()
        if position is None:
            self.say(f"there is no {'later' if direction > 0 else 'earlier'} stop")
            return
        self.debugger.branches.go(position)
        ahead = history.ahead
        self.show(f"a stop from before; {ahead} more forth" if ahead else "the newest stop")

    def on_timeline_travelled(self, event: Timeline.Travelled) -> None:
        """Travel to a position of the timeline; of several on the way there the last one counts."""
        waiting, self._travels_to = self._travels_to, event
        if waiting is None:
            self.once_at_rest(self._travel)

    def _travel(self) -> None:
        to, self._travels_to = self._travels_to, None
        if to is None or to.position == self.debugger.position:
            return
        self.count = ""
        self.background.go(
            Movement(self.debugger, to.position),
            lambda movement: self.show(to.place if movement.over else "stopped on the way"),
        )

    def action_play(self) -> None:
        if not self.halt():
            self.count = ""
            self.player.start()

    def action_speed(self, by: int) -> None:
        """Play faster or slower, now or the next time."""
        self.player.change_speed(by)
        self.say(f"{'playing ·' if self.player.playing else 'space plays'} {self.player.words}")

    def action_play_unit(self) -> None:
        """Choose what space plays: steps, neurons, examples, updates, epochs, or what fits."""
        self.player.change_unit()
        chosen = self.player.is_unit_chosen
        unit = self.player.words if chosen else "steps first, and updates after the first of them"
        self.say(f"{'playing ·' if self.player.playing and chosen else 'space plays'} {unit}")
        self.refresh_footer()

    def action_pause(self) -> None:
        if not self.halt():
            self.say("nothing is running; q quits")

    def halt(self) -> bool:
        """Stop a movement or play; return whether one was under way."""
        playing = self.player.stop()
        if self.background.running:
            self.background.halt()
            return True
        if playing:
            self.player.show("stopped")
        return playing

    def _take_count(self) -> int:
        count, self.count = int(self.count or 1), ""
        return count
