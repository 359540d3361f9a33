"""The footer: the keys that do something now. It is a line of its own, so no step lays it out."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click

from nntui.tui.control.offering import Offer
from nntui.tui.widgets.pane import LinePane

GAP = 2


class KeyLine(LinePane):
    """Keys and words: on the left those of the moment, on the right those that always are."""

    def __init__(self) -> None:
        super().__init__(title="", id="keys")
        self._offers: tuple[Offer, ...] = ()
        self._standing: tuple[Offer, ...] = ()

    def show(self, offers: tuple[Offer, ...], standing: tuple[Offer, ...]) -> None:
        """Offer other keys."""
        if (offers, standing) != (self._offers, self._standing):
            self._offers, self._standing = offers, standing
            self.changed()

    @property
    def offered(self) -> tuple[Offer, ...]:
        """The keys that there is room for."""
        return tuple(offer for _, offer in self._laid())

    def extent(self) -> tuple[int, int]:
        """One line, as wide as the screen."""
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        """The line."""
        ground = Style(
            bgcolor=self.colours.background.blend(self.colours.foreground, 0.1).rich_color
        )
        found: list[Segment] = []
        at = 0
        for x, offer in self._laid():
            found += [
                Segment(" " * (x - at), ground),
                Segment(offer.shown, ground + self.colours.mark),
                Segment(f" {offer.word}", ground),
            ]
            at = x + _width(offer)
        return [*found, Segment(" " * max(self.size.width - at, 0), ground)]

    async def on_click(self, event: Click) -> None:
        """Press the key that was clicked."""
        for x, offer in self._laid():
            if x <= event.x < x + _width(offer):
                self.app.simulate_key(offer.key)

    def _laid(self) -> list[tuple[int, Offer]]:
        """Where each of them stands; those that there is no room for are left out."""
        width = self.size.width
        right = sum(_width(offer) + GAP for offer in self._standing)
        found: list[tuple[int, Offer]] = []
        x = 1
        for offer in self._chosen(width - right - 1):
            found.append((x, offer))
            x += _width(offer) + GAP
        x = max(width - right + 1, x)
        for offer in self._standing:
            if x + _width(offer) <= width:
                found.append((x, offer))
                x += _width(offer) + GAP
        return found

    def _chosen(self, room: int) -> list[Offer]:
        """Those that there is room for, in their order: the ones of least rank before others."""
        chosen = set()
        for n, offer in sorted(enumerate(self._offers), key=lambda each: each[1].rank):
            if _width(offer) <= room:
                chosen.add(n)
                room -= _width(offer) + GAP
        return [offer for n, offer in enumerate(self._offers) if n in chosen]


def _width(offer: Offer) -> int:
    return cell_len(offer.shown) + 1 + cell_len(offer.word)
