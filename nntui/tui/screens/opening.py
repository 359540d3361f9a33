"""The opening screen: what is seen while a document is read. It needs nothing but Textual."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from nntui.model.names import escaped


class OpeningScreen(Screen[None]):
    """Says which document is being opened, or what else takes a moment."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "quit")]

    def __init__(self, what: str, doing: str = "opening") -> None:
        super().__init__()
        self._what, self._doing = what, doing

    def compose(self) -> ComposeResult:
        """One line in the middle."""
        said = f"{self._doing} {escaped(self._what, 200)} …"
        yield Static(said, id="opening", markup=False)
