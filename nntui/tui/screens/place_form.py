"""The place form: where a file is to be written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from nntui.tui.places import fault_in_place, place_of
from nntui.tui.widgets.text_field import TextField


class PlaceForm(ModalScreen["Path | None"]):
    """Gives the file to write, or None. One that is there is replaced only when asked for twice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]

    def __init__(self, title: str, place: Path) -> None:
        super().__init__()
        self._title, self._place = title, place
        self._warned: Path | None = None

    def compose(self) -> ComposeResult:
        """A line to type in, and one for what is wrong with it."""
        with Vertical(id="form") as box:
            box.border_title = self._title
            box.border_subtitle = "enter save · esc leave"
            yield TextField(str(self._place), id="place", compact=True, select_on_focus=False)
            yield Static("", id="form-error", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the place, unless something stands in the way."""
        event.stop()
        place = place_of(event.value)
        fault = fault_in_place(event.value) or self._replacing(place)
        if fault is None:
            self.dismiss(place)
        else:
            self.query_one("#form-error", Static).update(fault)

    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _replacing(self, place: Path) -> str | None:
        """What is said before a file is replaced, the first time."""
        if not os.path.exists(place) or place == self._warned:
            return None
        self._warned = place
        return "there is such a file: enter again replaces it"
