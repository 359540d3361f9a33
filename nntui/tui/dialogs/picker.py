"""The picker: a list of the recent files and the bundled samples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from nntui.model.names import escaped
from nntui.samples import samples
from nntui.text import padded
from nntui.tui.dialogs.question import Closable
from nntui.tui.user_files import recent_files

LEAST_WIDTH: Final = 8
_NAME_CELLS: Final = 16


class _Documents(OptionList):
    """The list, with the keys that the footer shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "open"),
        Binding("up", "cursor_up", "up"),
        Binding("down", "cursor_down", "down"),
    ]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # With no width at all Textual cannot compute the height.
        return super().get_content_height(container, viewport, max(width, LEAST_WIDTH))


class PickerScreen(Closable[None]):
    """Lets the user choose a document to open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back"),
        Binding("q", "app.quit", "quit"),
    ]

    @dataclass
    class Picked(Message):
        """The user chose a document."""

        path: Path

    def compose(self) -> ComposeResult:
        self._paths: list[Path] = []
        options: list[Option | None] = []
        bundled = set(samples().values())  # they are listed below
        for path in recent_files():
            if path in bundled:
                continue
            options.append(Option(_line(escaped(path.name), escaped(str(path.parent), 200))))
            self._paths.append(path)
        if options:
            options.append(None)
        for name, path in samples().items():
            title = json.loads(path.read_text(encoding="utf-8")).get("name", "")
            options.append(Option(_line(name, escaped(str(title)))))
            self._paths.append(path)
        with Vertical(id="picker") as box:
            box.border_title = "Open: recent files, then the samples"
            yield _Documents(*options, id="picker-list", markup=False)
        yield Footer(show_command_palette=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Picked(self._paths[event.option_index]))


def _line(name: str, words: str) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{padded(name, max(_NAME_CELLS, cell_len(name)))}  ", "bold")
    return text.append(words)
