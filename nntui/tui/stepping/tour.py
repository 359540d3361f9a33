"""The tour: four cards for the first start. Every key works as ever meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any, Final

from msgspec import Struct
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.keys import every_key
from nntui.tui.stepping.pane_layout import PaneLayout
from nntui.tui.user_files import PreferencesFile

POINTED: Final = "pointed-at"


class Card(Struct, frozen=True):
    """A card: the pane that it points at, and its text, with ``{names}`` of keys."""

    pane: str
    title: str
    text: str


CARDS: Final = (
    Card(
        "network", "The network",
        "Neurons are boxes with their values, connections are lines. {step} computes the next "
        "connection and {step-back} takes it back: try it.",
    ),
    Card(
        "step", "The step",
        "What was just computed, in symbols and in numbers. {neuron} goes to the end of a neuron, "
        "{pass} to the end of a pass, {update} just after the next update; capitals go back.",
    ),
    Card(
        "neurons", "The values",
        "{down} and {right} choose a neuron, {why} tells why its value is what it is. {pane} turns "
        "to the other tabs, {maximise} zooms a pane.",
    ),
    Card(
        "loss", "The run",
        "{continue} runs to the next stop, {breakpoint} sets one where you are, {command} takes "
        "commands. {help} is the help, {palette} finds everything by name, this tour too.",
    ),
)  # fmt: skip


class Tour:
    """Shows one card after the other, until the last, or until the user leaves."""

    def __init__(
        self,
        screen: Screen[Any],
        panes: Mapping[str, Widget],
        layout: PaneLayout,
        lay_out: Callable[[], None],
        keymap: Mapping[str, str],
        preferences: PreferencesFile,
    ) -> None:
        self._screen, self._panes, self._preferences = screen, panes, preferences
        self._layout, self._lay_out = layout, lay_out
        self._turned: str | None = None
        """The pane that was turned to for a card, where it was not seen."""
        self._keys = {name: key.display(keymap).split(" ")[0] for name, key in every_key().items()}
        self._at: int | None = None
        self._card: Static | None = None

    def begin(self) -> None:
        """Show the first card; the tour never begins by itself again."""
        self._preferences.change(tour_seen=True)
        self._at = -1
        self.go_on()

    def go_on(self) -> bool:
        """Show the next card, if a tour is under way; return whether one was."""
        if self._at is None:
            return False
        self._at += 1
        if self._at == len(CARDS):
            return self.leave()
        self._show(CARDS[self._at])
        return True

    def leave(self) -> bool:
        """End the tour, if one is under way; return whether one was."""
        if self._at is None:
            return False
        self._at = None
        if self._card is not None:
            self._card.remove()
        self._card = None
        self._point_at(None)
        if self._turned is not None and self._layout.is_turned_to(self._turned):
            self._layout.close()
            self._lay_out()
        self._turned = None
        return True

    def _show(self, card: Card) -> None:
        if self._card is None:
            self._card = Static("", id="tour", markup=False)
            self._screen.mount(self._card, before="#status")
        last = card is CARDS[-1]
        ends = "" if last else f" · {self._keys['clear']} leaves it"
        keys = f"{self._keys['inspect']} {'ends the tour' if last else 'goes on'}{ends}"
        parts = []
        for words, name, _, _ in Formatter().parse(card.text):
            parts.append(Content(words))
            if name is not None:
                parts.append(Content.styled(self._keys[name], "bold $accent"))
        here = f"{card.title} · {CARDS.index(card) + 1} of {len(CARDS)}"
        self._card.border_title = Content(f" {here} · {keys} ")
        self._card.update(Content("").join(parts))
        self._point_at(self._panes[card.pane])
        layout = self._layout
        if card.pane not in layout.seen and layout.maximised is None and not layout.too_small:
            self._turned = card.pane
            layout.open(card.pane)
            self._lay_out()

    def _point_at(self, pointed: Widget | None) -> None:
        for pane in self._panes.values():
            pane.set_class(pane is pointed, POINTED)
