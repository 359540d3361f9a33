"""Tables: neurons or connections, in which order, and which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.tui.frame import frame_of

if TYPE_CHECKING:
    from nntui.tui.control.looking import Looking
    from nntui.tui.control.stage import Stage
    from nntui.tui.control.travel import Travel
    from nntui.tui.widgets.neurons import NeuronsPane

FILTER = "&"
"""With this a line begins that says which rows are shown."""


class Tables:
    """What the keys do to the tables of neurons and connections. Nothing here moves the run."""

    def __init__(self, stage: Stage, travel: Travel, looking: Looking, pane: NeuronsPane) -> None:
        self._stage, self._travel, self._looking = stage, travel, looking
        self._pane = pane

    @property
    def compares(self) -> bool:
        """Whether changes by the last update are seen."""
        return "neurons" in self._looking.deck.seen and self._pane.compares

    def turn_over(self) -> None:
        """Show the next table: a row a neuron, a connection, or a connection of one neuron."""
        if not self._seen():
            return
        said = f"a row for each {self._pane.turn_over()}"
        if self._travel.running:
            self._stage.say(said)
        else:
            self._stage.show(said)  # a change by the last update is in no frame so far

    def catch_up(self) -> None:
        """Changes by the last update came into sight: take them into the frame, if it has none."""
        latest = self._stage.latest
        resting = not self._travel.running and not latest.on_the_way
        if self.compares and latest.before is None and resting:
            self._stage.paint(frame_of(self._stage.debugger, before=True), None)

    def sort(self) -> None:
        """Put the rows in order by the next column."""
        if self._seen():
            self._stage.say(self._pane.sort())

    def reverse(self) -> None:
        """Turn the order round."""
        if self._seen():
            self._stage.say(self._pane.reverse())

    # ---- which rows ----------------------------------------------------------------------------

    def ask(self) -> None:
        """Let the person type which rows are shown."""
        if "neurons" not in self._looking.deck.seen:
            self._looking.open("neurons")
        self._stage.command_line.ask(FILTER, self._pane.filtered)

    def typed(self, line: str) -> None:
        """Show the rows that an unfinished line means, while it means any."""
        try:
            self._pane.filter(line.removeprefix(FILTER))
        except ValueError:
            return

    def filter(self, line: str) -> str:
        """Show the rows that a line means and say how many; else say why not, and let it stand."""
        try:
            said = self._pane.filter(line.removeprefix(FILTER))
        except ValueError as problem:
            return str(problem)
        self._stage.command_line.leave()
        self._stage.lay_out()
        return said

    def leave(self, line: str) -> None:
        """The person types no filter after all: all rows are shown."""
        if line.startswith(FILTER):
            self._pane.filter("")

    def _seen(self) -> bool:
        """Turn to the tables if they are not seen; whether they were."""
        if "neurons" in self._looking.deck.seen:
            return True
        self._looking.open("neurons")
        return False
