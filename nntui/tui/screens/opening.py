"""The opening screen: what is seen while a document is read. It needs nothing but Textual."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from nntui.model.names import escaped


class OpeningScreen(Screen[None]):
    """Says which document is being opened."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "quit")]

    def __init__(self, document: str) -> None:
        super().__init__()
        self._document = document

    def compose(self) -> ComposeResult:
        """One line in the middle."""
        yield Static(f"opening {escaped(self._document, 200)} …", id="opening", markup=False)
