"""The deck: which panes are seen, which of them is turned to, and how large they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual.geometry import Region, Size

from nntui.tui.stepping.pane_regions import (
    BARS,
    LISTS,
    PANES,
    Content,
    PaneColumns,
    regions,
    room,
    too_small,
)
from nntui.tui.user_files import Preferences

if TYPE_CHECKING:
    from nntui.tui.panes.pane import TitledPane
    from nntui.tui.stepping.base import Stage
    from nntui.tui.user_files import PreferencesFile


__all__ = ["LISTS", "PaneLayout"]


class PaneLayout:
    """Turns through the panes; fills the screen with one of them; moves their borders.

    ``current`` is the pane that was turned to, and ``turned`` whether one was.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._size = Size(80, 24)
        self.room: PaneColumns = room(*self._size, content)
        self._shared = self.room.shared[0]
        self.current = self._shared
        self.turned = False
        self._moved: dict[str, dict[str, int]] = {}
        self._maximised: dict[str, str] = {}

    def prefer(self, preferences: Preferences) -> None:
        """Take up the sizes that were left."""
        self._moved = {name: dict(moved) for name, moved in preferences.sizes.items()}
        self._maximised = {
            name: pane for name, pane in preferences.maximised.items() if pane in PANES
        }
        self._keep_seen()

    @property
    def sizes(self) -> dict[str, dict[str, int]]:
        """What a person has made of the sizes, by the names of rooms (see ``Preferences``)."""
        return {name: dict(moved) for name, moved in self._moved.items() if moved}

    @property
    def all_maximised(self) -> dict[str, str]:
        """The pane that fills each room, where one does."""
        return dict(self._maximised)

    def fit(self, width: int, height: int) -> None:
        """Take the room of another size, and keep what was seen."""
        self._size = Size(width, height)
        self.room = room(width, height, self._content)
        self._keep_seen()

    # ---- what is seen --------------------------------------------------------------------------

    @property
    def too_small(self) -> bool:
        """Whether there is room for no pane at all."""
        return too_small(*self._size)

    @property
    def maximised(self) -> str | None:
        """The pane that fills the screen, if one does."""
        return self._maximised.get(self.room.name)

    @property
    def seen(self) -> frozenset[str]:
        """The panes that are seen."""
        if self.too_small:
            return frozenset()
        if self.maximised is not None:
            return frozenset((self.maximised,))
        return self.room.always | {self._shared} if self.room.shared else self.room.always

    @property
    def subject(self) -> str:
        """The pane that is meant when none is named: the one turned to, else the drawing."""
        return self.maximised or (self.current if self.turned else "network")

    def is_turned_to(self, pane: str) -> bool:
        """Whether a pane is the one that was turned to."""
        return self.turned and self.current == pane

    def tabs(self, pane: str) -> tuple[str, ...]:
        """The panes that share a pane's place at the moment, itself too; empty when none do."""
        if self.maximised is not None:
            return self._order
        return self.room.shared if pane in self.room.shared else ()

    def regions(self, area: Size) -> dict[str, Region]:
        """Where the panes are put that are seen."""
        if self.too_small:
            return {}
        if self.maximised is not None:
            return {self.maximised: Region(0, 0, *area)}
        return regions(self.room, self._shared, area, self._moved.get(self.room.name, {}))

    # ---- turning -------------------------------------------------------------------------------

    def open(self, pane: str) -> None:
        """Turn to a pane."""
        self.current, self.turned = pane, True
        if pane in self.room.shared:
            self._shared = pane
        if self.maximised is not None:
            self._maximised[self.room.name] = pane

    def turn(self, direction: int) -> None:
        """Turn to the next pane, or to the one before."""
        order = self._order
        here = order.index(self.current if self.current in order else self._first)
        self.open(order[(here + direction) % len(order)])

    def close(self) -> None:
        """Turn to no pane in particular; in the shared place to the first."""
        self.current, self.turned = self._first, False
        if self.room.shared:
            self._shared = self.current

    # ---- sizes ---------------------------------------------------------------------------------

    def maximise(self) -> None:
        """Fill the screen with the pane that was turned to; or show all of them again."""
        if self._maximised.pop(self.room.name, None) is None:
            pane = self.subject
            self._maximised[self.room.name] = pane
            self.current = pane

    def restore(self) -> bool:
        """Show all panes again; whether one filled the screen."""
        pane = self._maximised.pop(self.room.name, None)
        self._keep_seen()
        return pane is not None

    def widen(self, by: int) -> bool:
        """Move the border between the columns; whether there is one."""
        if len(self.room.columns) < 2 or self.maximised is not None:
            return False
        self._change("columns", by)
        return True

    def heighten(self, by: int) -> bool:
        """Give the pane turned to more rows, or fewer; whether that can be done."""
        if self.maximised is not None:
            return False
        places = (place for place in self.room.places if self.subject in place.panes)
        self._change(next(places).name, by)
        return True

    def as_they_were(self) -> None:
        """Forget what was made of the sizes in this room."""
        self._moved.pop(self.room.name, None)
        self._maximised.pop(self.room.name, None)
        self._keep_seen()

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _order(self) -> tuple[str, ...]:
        """What tab goes through: the panes of the shared place, and the lists."""
        if self.maximised is not None or not self.room.shared:
            return PANES
        shared = self.room.shared
        return (*shared, *(each for each in LISTS if each not in shared))

    @property
    def _first(self) -> str:
        """What is there when nothing was turned to."""
        return (self.room.shared or PANES)[0]

    def _keep_seen(self) -> None:
        if not self.turned:
            self.close()
        elif self.current in self.room.shared:
            self._shared = self.current
        elif self.room.shared and self._shared not in self.room.shared:
            self._shared = self.room.shared[0]

    def _change(self, name: str, by: int) -> None:
        """Move a border, unless that changes nothing: a key held down must not pile up."""
        area = Size(self._size.width, self._size.height - BARS)
        moved = self._moved.setdefault(self.room.name, {})
        before = regions(self.room, self._shared, area, moved)
        after = moved | {name: moved.get(name, 0) + by}
        if regions(self.room, self._shared, area, after) != before:
            self._moved[self.room.name] = {key: rows for key, rows in after.items() if rows}


# ---- sizing --------------------------------------------------------------------------------------


COLUMNS: Final = 4
"""Columns that a border between columns moves by at a key."""
BORDER: Final = 6
"""Cells of a border that a title must leave."""


class Sizing:
    """Lays the panes of a deck out, fills the screen with one, moves their borders."""

    def __init__(self, stage: Stage, deck: PaneLayout, preferences: PreferencesFile) -> None:
        self._stage, self._deck, self._preferences = stage, deck, preferences
        deck.prefer(preferences.now)

    def lay_out(self, panes: Mapping[str, TitledPane], terminal: Size) -> None:
        """Show the panes that the terminal has room for, with the names of those behind them."""
        deck = self._deck
        deck.fit(*terminal)
        regions = deck.regions(terminal - Size(0, BARS))
        for name, pane in panes.items():
            pane.display = name in deck.seen
            pane.set_class(deck.is_turned_to(name), "turned")
            if name in regions:
                pane.set_tabs(deck.tabs(name), regions[name].width - BORDER)

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
