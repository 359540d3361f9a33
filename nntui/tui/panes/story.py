"""The story pane: the document's description, a card at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.style import Style as ContentStyle

from nntui.model.experiment import Experiment
from nntui.text import clean
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.keys import every_key
from nntui.tui.panes.markdown import Block, Card, Kind, cards, lines
from nntui.tui.panes.pane import LinePane
from nntui.tui.theme import Colours

_NONE: Final = "This document tells no story: a text under “description” in it would stand here."


def story_of(experiment: Experiment) -> tuple[Card, ...]:
    """Return the cards of a document's description; its name is the heading of the first."""
    found = cards(experiment.description)
    if found and experiment.name and found[0][0].kind != "heading":
        found[0] = (Block("heading", clean(experiment.name)), *found[0])
    return tuple(found)


def card_rows(card: Card, width: int, colours: Colours) -> list[list[Segment]]:
    """Set a card in rows of at most ``width`` cells, with a blank before each."""
    styles: dict[Kind, Style] = {
        "": Style(),
        "bold": Style(bold=True),
        "italic": Style(italic=True),
        "code": colours.code("value") + Style(bold=True),
    }
    return [
        [Segment(" "), *(Segment(text, styles[kind]) for text, kind in line)]
        for line in lines(card, width - 1)
    ]


class StoryPane(LinePane):
    """Shows a card of the story; ``turn`` goes to the next one, or back."""

    def __init__(self, experiment: Experiment, keymap: Mapping[str, str]) -> None:
        super().__init__(title="Story", id="story")
        self._keymap = keymap
        self.cards = story_of(experiment)
        self.at = 0
        """The index of the card that is shown."""
        self._lines: list[list[Segment]] = []

    def on_mount(self) -> None:
        self._say_where()

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Do nothing: a card stays until it is turned."""

    def turn(self, by: int) -> bool:
        """Show the card ``by`` further; return whether there is one.

        What does not fit of the card that is shown comes first.
        """
        if (self.max_scroll_y - self.scroll_y if by > 0 else self.scroll_y) > 0:
            self.jump(self.scroll_offset.y + by * max(self.size.height - 1, 1))
            return True
        to = self.at + by
        if not 0 <= to < len(self.cards):
            return False
        self.go_to(to)
        return True

    def go_to(self, card: int) -> None:
        self.at = min(card, max(len(self.cards) - 1, 0))
        self._say_where()
        self.jump()
        self.changed()

    def changed(self) -> None:
        width = max(self.scrollable_content_region.width - 1, 10)
        card = self.cards[self.at] if self.cards else (Block("text", _NONE),)
        self._lines = card_rows(card, width, self.colours)
        super().changed()

    def segments(self, row: int) -> list[Segment]:
        return self._lines[row]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.changed()

    def _say_where(self) -> None:
        """Write beneath the card which one it is, with words to click for its neighbours."""
        if len(self.cards) < 2:
            return

        def word(name: str, form: str, by: int) -> Content:
            text = form.format(every_key()[name].display(self._keymap).split(" ")[0])
            there = 0 <= self.at + by < len(self.cards)
            style = ContentStyle.from_meta({"@click": f"screen.story({by})"}) if there else "dim"
            return Content.styled(text, style)

        back, on = word("story-back", "{} ‹", -1), word("story", "› {}", 1)
        where = Content(f" card {self.at + 1} of {len(self.cards)} ")
        self.border_subtitle = Content("").join((back, where, on))
