"""The place form: where a file is to be written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


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
            yield Input(str(self._place), id="place", compact=True, select_on_focus=False)
            yield Static("", id="form-error", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the place, unless something stands in the way."""
        event.stop()
        place = Path(event.value.strip()).expanduser()
        wrong = self._wrong(event.value.strip(), place)
        if wrong is None:
            self.dismiss(place.absolute())
        else:
            self.query_one("#form-error", Static).update(wrong)

    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _wrong(self, typed: str, place: Path) -> str | None:
        try:
            if not typed or not typed.isprintable() or place.is_dir():
                return "expected the name of a file"
            if not place.absolute().parent.is_dir():
                return "there is no such folder"
            if place.exists() and place != self._warned:
                self._warned = place
                return "there is such a file: enter again replaces it"
        except OSError as error:
            return (error.strerror or "no file can have such a name").lower()
        return None
