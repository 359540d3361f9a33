"""The footer: keys in fixed places, dimmed while they do nothing. No step lays it out anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click

from nntui.text import padded
from nntui.tui.keys import EVERYWHERE, RIGHT, TYPING, FooterFacts, Key, displayed
from nntui.tui.panes.pane import LinePane

GAP: Final = 2
"""Cells between two keys."""


class Offer(Struct, frozen=True):
    """A key, as it is pressed and as it is shown, and what it does, in a word of so many cells.

    ``enabled``: it does something now. ``row`` is that of a footer of two rows.
    """

    key: str
    shown: str
    word: str
    cells: int
    rank: int
    row: int
    enabled: bool = True
    right: bool = False

    @property
    def width(self) -> int:
        return cell_len(self.shown) + 1 + self.cells


def offers(facts: FooterFacts, keymap: Mapping[str, str]) -> tuple[Offer, ...]:
    """Return what the footer offers, from left to right; nothing for a key that the user took.

    While something is typed, those are the keys of the line; else always the same.
    """
    if facts.typing is not None:
        keys: Iterable[Key] = TYPING[facts.typing]
    else:
        shown = (key for key in EVERYWHERE if key.footer)
        keys = sorted(shown, key=lambda key: (key.row, key.order))
    found = []
    for key in keys:
        if first := keymap.get(key.name, key.keys).split(",")[0]:
            word = key.footer if key.word is None else key.word(facts)
            cells = max(cell_len(word), key.cells)
            enabled = facts.typing is not None or key.when(facts)
            right = key.order == RIGHT
            found.append(
                Offer(first, displayed(first), word, cells, key.rank, key.row, enabled, right)
            )
    return tuple(found)


class KeyFooter(LinePane):
    """Keys and words in a row or two; at the right those that always are there."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(title="", id="keys")
        self._keymap = keymap
        self._facts: FooterFacts | None = None
        self._offers: tuple[Offer, ...] = ()

    def show(self, facts: FooterFacts) -> None:
        if facts == self._facts:
            return
        self._facts = facts
        found = offers(facts, self._keymap)
        if found != self._offers:
            self._offers = found
            self.changed()

    def extent(self) -> tuple[int, int]:
        return self.size.width, self.size.height

    def segments(self, row: int) -> list[Segment]:
        colours = self.colours
        found: list[Segment] = []
        at = 0
        for x, offer in self.placed(row):
            key, word = (
                (Style(bold=True), colours.faint) if offer.enabled else (colours.line, colours.line)
            )
            found += [
                Segment(" " * (x - at)),
                Segment(offer.shown, key),
                Segment(f" {padded(offer.word, offer.cells)}", word),
            ]
            at = x + offer.width
        return found

    async def on_click(self, event: Click) -> None:
        for x, offer in self.placed(event.y):
            if x <= event.x < x + offer.width:
                self.app.simulate_key(offer.key)

    def placed(self, row: int) -> list[tuple[int, Offer]]:
        """Return where each key of a row stands: of those that there is room for, by rank."""
        width, two = self.size.width, self.size.height > 1
        inside = [offer for offer in self._offers if not two or offer.row == row + 1]
        right = [offer for offer in inside if offer.right]
        left = [offer for offer in inside if not offer.right]
        taken = sum(offer.width + GAP for offer in right)
        room, chosen = width - taken - 1, set()
        for n, offer in sorted(enumerate(left), key=lambda each: each[1].rank):
            if offer.width <= room:
                chosen.add(n)
                room -= offer.width + GAP
        found: list[tuple[int, Offer]] = []
        x = 1
        for n in sorted(chosen):
            found.append((x, left[n]))
            x += left[n].width + GAP
        x = max(width - taken + 1, x)
        for offer in right:
            if x + offer.width <= width:
                found.append((x, offer))
                x += offer.width + GAP
        return found
