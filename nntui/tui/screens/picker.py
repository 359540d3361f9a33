"""The picker: the bundled samples and the files opened last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from nntui.bundled import samples
from nntui.model.names import escaped
from nntui.tui.recent import recent_files


class PickerScreen(Screen[None]):
    """A list to choose a document from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "open", show=True),
        Binding("escape", "cancel", "back"),
        Binding("q", "app.quit", "quit"),
    ]

    class Picked(Message):
        """The person chose a document."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def compose(self) -> ComposeResult:
        """The list, with the recent files first."""
        self._paths: list[Path] = []
        options: list[Option | None] = []
        for path in recent_files():
            options.append(Option(Text(f"{escaped(path.name)}  {escaped(str(path.parent), 200)}")))
            self._paths.append(path)
        if options:
            options.append(None)
        for name, path in samples().items():
            words = Text(f"{name:<18}", "bold") + Text(_title(path))
            options.append(Option(words))
            self._paths.append(path)
        with Vertical(id="picker") as box:
            box.border_title = "Open: recent files, then the samples"
            yield OptionList(*options, id="picker-list", markup=False)
        yield Footer(show_command_palette=False)

    def action_select(self) -> None:
        """Open the highlighted document."""
        self.query_one(OptionList).action_select()

    def action_cancel(self) -> None:
        """Go back to the run that was open, if one was."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand the chosen document to the app."""
        self.post_message(self.Picked(self._paths[event.option_index]))


def _title(path: Path) -> str:
    """A sample's name for itself (the bundled samples are known to be sound)."""
    return escaped(str(json.loads(path.read_text(encoding="utf-8")).get("name", "")))
