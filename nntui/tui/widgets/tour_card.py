"""A card of the tour: it lies over the edge of the screen that its pane is farther from."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class TourCard(Static):
    """A title, a few sentences, and the keys that go on or leave."""

    def __init__(self) -> None:
        super().__init__("", id="tour", markup=False)

    def write(self, title: str, text: Content, keys: str, *, above: bool) -> None:
        """Say something else; ``above``: at the top of the screen."""
        self.border_title, self.border_subtitle = Content(title), Content(keys)
        self.set_class(above, "above")
        self.update(text)
