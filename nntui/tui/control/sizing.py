"""Sizing: where the panes are, how large, and that this is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual.geometry import Size

from nntui.tui.control.rooms import BARS

if TYPE_CHECKING:
    from nntui.tui.control.deck import Deck
    from nntui.tui.control.stage import Stage
    from nntui.tui.preferences import PreferencesFile
    from nntui.tui.widgets.titles import Titled

COLUMNS: Final = 4
"""Columns that a border between columns moves by at a key."""
BORDER: Final = 6
"""Cells of a border that a title must leave."""


class Sizing:
    """Lays the panes of a deck out, fills the screen with one, moves their borders."""

    def __init__(self, stage: Stage, deck: Deck, preferences: PreferencesFile) -> None:
        self._stage, self._deck, self._preferences = stage, deck, preferences
        deck.prefer(preferences.now)

    def lay_out(self, panes: Mapping[str, Titled], terminal: Size) -> None:
        """Show the panes that the terminal has room for, with the names of those behind them."""
        deck = self._deck
        deck.fit(*terminal)
        regions = deck.regions(terminal - Size(0, BARS))
        for name, pane in panes.items():
            pane.display = name in deck.seen
            pane.set_class(deck.is_turned_to(name), "turned")
            if name in regions:
                pane.share(deck.tabs(name), regions[name].width - BORDER)

    def maximise(self) -> None:
        """Fill the screen with the pane that was turned to, or with the drawing; again: back."""
        self._deck.maximise()
        self._changed()

    def restore(self) -> bool:
        """Show all panes again; whether one filled the screen."""
        restored = self._deck.restore()
        if restored:
            self._changed()
        return restored

    def widen(self, direction: int) -> None:
        """Move the border between the columns."""
        if self._deck.widen(direction * COLUMNS):
            self._changed()
        else:
            self._stage.say("there is one column: { and } make a pane lower or higher")

    def heighten(self, direction: int) -> None:
        """Give the pane that was turned to another row, or take one away."""
        if self._deck.heighten(direction):
            self._changed()
        else:
            self._stage.say("this pane has all the room there is: z brings the others back")

    def as_they_were(self) -> None:
        """Give every pane its own size again."""
        self._deck.as_they_were()
        self._changed()

    def _changed(self) -> None:
        self._stage.lay_out()
        self._stage.call_later(self._keep)

    def _keep(self) -> None:
        """Remember the sizes, when they are others."""
        deck = self._deck
        problem = self._preferences.change(sizes=deck.sizes, maximised=deck.all_maximised)
        if problem is not None:
            self._stage.say(problem)
