"""The picker: something new, the recent files, those of this folder, and the bundled samples."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from nntui.document.files import files_in
from nntui.document.outline import Outline, outline
from nntui.interop.kinds import OPENED, is_model
from nntui.model.names import escaped
from nntui.samples import samples
from nntui.text import padded
from nntui.tui.dialogs.question import Closable
from nntui.tui.user_files import recent_files

LEAST_WIDTH: Final = 8
_NAME_CELLS: Final = 16
_SHAPE_CELLS: Final = 10
_HIGH: Final = 20
"""Rows from which there is room for the beginning of a story."""
_MOST_STORY: Final = 400
"""Characters of the story that are shown."""
_MOST_HERE: Final = 10
"""Files of the working folder that are listed."""
_MOST_LOOKED_AT: Final = 30
"""Files of the working folder that are looked into: .json may be anything."""
_NEW: Final = "A network of your own: its layers, some data, and a loss that fits. It runs at once."


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
    """Lets the user choose a document or a model to open, or begin a new one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.new", "new"),
        Binding("escape", "leave", "back"),
        Binding("q", "app.quit", "quit"),
    ]

    @dataclass
    class Picked(Message):
        """The user chose a file."""

        path: Path

    def compose(self) -> ComposeResult:
        self._paths: list[Path | None] = [None]
        self._about = {0: _NEW}
        options: list[Option | None] = [
            Option(_line("New…", "", "a network of your own (n)")),
            None,
        ]
        bundled = samples()  # they are listed below
        self._recent = [path for path in recent_files() if path not in bundled.values()]
        for path in self._recent:
            options.append(Option(_recent_line(path, "")))
            self._paths.append(path)
        if self._recent:
            options.append(None)
        here = _files_here(self._recent)
        for path, shape in here.items():
            options.append(Option(_line(escaped(path.name), shape, "in this folder")))
            self._paths.append(path)
        if here:
            options.append(None)
        for name, path in bundled.items():
            found = outline(path)
            options.append(Option(_line(name, found.shape, escaped(found.title))))
            self._about[len(self._paths)] = _plain(found)
            self._paths.append(path)
        with Vertical(id="picker") as box:
            box.border_title = "Open: a recent file, one of this folder, or a sample"
            yield _Documents(*options, id="picker-list", markup=False)
            yield Static(id="picker-about", markup=False)
        yield Footer(show_command_palette=False)

    def on_resize(self, event: Resize) -> None:
        self.query_one("#picker-about").display = event.size.height >= _HIGH

    def on_mount(self) -> None:
        """Look into the recent files in a thread: a disk may take its time."""
        self.query_one(_Documents).highlighted = 1  # not New…: enter opens what is there
        if self._recent:
            self.run_worker(self._look, thread=True)

    def _look(self) -> None:
        for path in self._recent:
            self.app.call_later(self._tell, path, outline(path))

    def _tell(self, path: Path, found: Outline) -> None:
        if not self.is_mounted:
            return
        index, options = self._paths.index(path), self.query_one(_Documents)
        self._about[index] = _plain(found)
        options.replace_option_prompt_at_index(index, _recent_line(path, found.shape))
        if options.highlighted == index:
            self._show_about(index)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show_about(event.option_index)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        path = self._paths[event.option_index]
        if path is None:
            self.app.call_later(self.run_action, "app.new")
        else:
            self.post_message(self.Picked(path))

    def _show_about(self, index: int) -> None:
        self.query_one("#picker-about", Static).update(self._about.get(index, ""))


def _files_here(recent: Sequence[Path]) -> dict[Path, str]:
    """Find the documents and models of the working folder, with the shapes of documents."""
    known = {os.path.realpath(path) for path in recent}
    names = [name for name in sorted(files_in("")) if name.lower().endswith(OPENED)]
    found = {}
    for path in map(Path, names[:_MOST_LOOKED_AT]):
        if os.path.realpath(path) in known:
            continue
        shape = outline(path).shape if path.suffix.lower() == ".json" else ""
        if shape or is_model(path):
            found[path] = shape
    return dict(list(found.items())[:_MOST_HERE])


def _line(name: str, shape: str, words: str) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{padded(name, max(_NAME_CELLS, cell_len(name)))}  ", "bold")
    text.append(f"{padded(shape, _SHAPE_CELLS)}  ")
    return text.append(words)


def _recent_line(path: Path, shape: str) -> Text:
    return _line(escaped(path.name), shape, escaped(str(path.parent), 200))


def _plain(found: Outline) -> str:
    """Return the beginning of a story without the marks of Markdown."""
    words = " ".join(found.story.replace("**", "").replace("`", "").split())
    return escaped(words, _MOST_STORY)
