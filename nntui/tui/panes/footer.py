"""The footer: the keys that do something now. It is a line of its own, so no step lays it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click

from nntui.tui.keys import EVERYWHERE, LISTS, RIGHT, TYPING, FooterFacts, Key, displayed
from nntui.tui.panes.pane import LinePane

GAP: Final = 2
"""Cells between two keys."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A key, as it is pressed and as it is shown, what it does, in a word, and its rank."""

    key: str
    shown: str
    word: str
    rank: int
    right: bool = False

    @property
    def width(self) -> int:
        return cell_len(self.shown) + 1 + cell_len(self.word)


def offers(facts: FooterFacts, keymap: Mapping[str, str]) -> tuple[Offer, ...]:
    """Return what the footer offers, from left to right; nothing for a key that the user took."""
    if facts.typing is not None:
        keys: Iterable[Key] = TYPING[facts.typing]
    else:
        keys = sorted(
            (key for key in (*EVERYWHERE, *LISTS) if key.footer and key.when(facts)),
            key=lambda key: key.order if isinstance(key.order, int) else key.order(facts),
        )
    found = []
    for key in keys:
        if first := keymap.get(key.name, key.keys).split(",")[0]:
            word = key.footer if key.word is None else key.word(facts)
            rank = key.rank if isinstance(key.rank, int) else key.rank(facts)
            found.append(Offer(first, displayed(first), word, rank, key.order == RIGHT))
    return tuple(found)


class KeyFooter(LinePane):
    """Keys and words: on the left those of the moment, on the right those that always are."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(title="", id="keys")
        self._keymap = keymap
        self._facts: FooterFacts | None = None
        self._left: tuple[Offer, ...] = ()
        self._right: tuple[Offer, ...] = ()

    def show(self, facts: FooterFacts) -> None:
        if facts == self._facts:
            return
        self._facts = facts
        found, before = offers(facts, self._keymap), (self._left, self._right)
        self._left = tuple(offer for offer in found if not offer.right)
        self._right = tuple(offer for offer in found if offer.right)
        if (self._left, self._right) != before:
            self.changed()

    def extent(self) -> tuple[int, int]:
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        ground = Style(
            bgcolor=self.colours.background.blend(self.colours.foreground, 0.1).rich_color
        )
        found: list[Segment] = []
        at = 0
        for x, offer in self.placed():
            found += [
                Segment(" " * (x - at), ground),
                Segment(offer.shown, ground + self.colours.mark),
                Segment(f" {offer.word}", ground),
            ]
            at = x + offer.width
        return [*found, Segment(" " * max(self.size.width - at, 0), ground)]

    async def on_click(self, event: Click) -> None:
        for x, offer in self.placed():
            if x <= event.x < x + offer.width:
                self.app.simulate_key(offer.key)

    def placed(self) -> list[tuple[int, Offer]]:
        """Return where each key stands: of those on the left that there is room for, by rank."""
        width = self.size.width
        right = sum(offer.width + GAP for offer in self._right)
        room, chosen = width - right - 1, set()
        for n, offer in sorted(enumerate(self._left), key=lambda each: each[1].rank):
            if offer.width <= room:
                chosen.add(n)
                room -= offer.width + GAP
        found: list[tuple[int, Offer]] = []
        x = 1
        for n in sorted(chosen):
            found.append((x, self._left[n]))
            x += self._left[n].width + GAP
        x = max(width - right + 1, x)
        for offer in self._right:
            if x + offer.width <= width:
                found.append((x, offer))
                x += offer.width + GAP
        return found
