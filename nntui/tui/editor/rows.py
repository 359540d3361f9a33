"""The list of the editor: one section's rows, of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.message import Message

from nntui.model.experiment import Experiment
from nntui.text import padded
from nntui.tui.editor.sections import Section, name_width
from nntui.tui.widgets.pane import LinePane


class EditorRows(LinePane, can_focus=True, inherit_bindings=False):
    """Shows a section of an experiment, a line a row: only those that are seen are written.

    It has no keys of its own: those of scrolling would overtake the editor’s, which choose a row.
    """

    class Chosen(Message):
        """Another row is chosen; with ``enter`` it is to be changed."""

        def __init__(self, *, enter: bool = False) -> None:
            super().__init__()
            self.enter = enter

    def __init__(self) -> None:
        super().__init__(title="", id="editor-rows")
        self._section: Section | None = None
        self._experiment: Experiment | None = None
        self._entries: Sequence[Any] = ()
        self._width = 0
        self._at = 0

    @property
    def chosen(self) -> Any:
        """The chosen entry; None when there is none."""
        return self._entries[self._at] if self._entries else None

    def show(self, section: Section, experiment: Experiment) -> None:
        """Show a section; in the same one as before about the same row stays chosen."""
        if section is not self._section:
            self._at = 0
        if section is not self._section or experiment is not self._experiment:
            self._section, self._experiment = section, experiment
            self._entries = section.rows(experiment)
            self._width = name_width(experiment)
            self.entitle(section.head(self._width))
            self._choose(min(self._at, max(len(self._entries) - 1, 0)))

    def choose_last(self) -> None:
        """Choose what was just added."""
        self._choose(max(len(self._entries) - 1, 0))

    def extent(self) -> tuple[int, int]:
        """A line for each entry."""
        return self.scrollable_content_region.width, len(self._entries)

    def segments(self, row: int) -> list[Segment]:
        """An entry. What its columns are stands on the border, where it is always seen."""
        assert self._section is not None
        assert self._experiment is not None
        width = self.scrollable_content_region.width
        chosen = row == self._at
        line = self._section.line(self._experiment, self._entries[row], self._width)
        style = self.colours.current_line if chosen else Style()
        return [Segment(padded(f"{'›' if chosen else ' '} {line}", width), style)]

    def on_resize(self, event: Resize) -> None:
        """With fewer rows to see, the chosen one stays among them."""
        super().on_resize(event)
        if self._section is not None:
            self._choose(self._at)

    def on_click(self, event: Click) -> None:
        """Choose a row; the second click changes it."""
        spot = event.get_content_offset(self)
        at = -1 if spot is None else spot.y + self.scroll_offset.y
        if 0 <= at < len(self._entries):
            again = at == self._at and event.chain > 1
            self._choose(at)
            self.post_message(self.Chosen(enter=again))

    def move(self, by: int) -> None:
        """Choose a row further up or down."""
        self._choose(min(max(self._at + by, 0), max(len(self._entries) - 1, 0)))
        self.post_message(self.Chosen())

    def _choose(self, at: int) -> None:
        self._at = at
        self.changed()
        self.reveal(at)
