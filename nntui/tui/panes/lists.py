"""The lists of breakpoints, displays and branches: a row is selected and acted upon."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.message import Message

from nntui.text import padded, wrapped
from nntui.tui.frame import STOP, Frame, ListRow, NeuronFocus
from nntui.tui.keys import LISTS, bindings
from nntui.tui.panes.pane import NAMES, RowsPane

ListAction = Literal["choose", "toggle", "delete"]
"""What a key does to the selected row: choose is to edit a breakpoint, or to go to a branch."""


_WORDS: Final = {
    "breakpoints": (
        "No breakpoints. Choose a neuron, then b.",
        "enter edit · d disable · del delete",
    ),
    "displays": ("No displays. Choose a neuron, then w.", "enter change · del delete"),
    "branches": (
        "One run so far. Press = to change a value and compare.",
        "enter go there · del delete",
    ),
}
"""By a list's id: what it says without any rows, and the keys that it names while focused."""


class ListedPane(RowsPane):
    """The base of lists: keys act upon the selected row while it is focused (tab, or a click).

    ``hint`` names the keys on the lower border meanwhile, where there is a row.
    """

    hint = ""

    def row_selected(self, *, activated: bool) -> None:
        if activated:
            self.action_list_choose()

    def on_focus(self) -> None:
        self.border_subtitle = self.hint if self.row_count else ""
        self.changed()

    def on_blur(self) -> None:
        self.border_subtitle = ""
        self.changed()

    def action_list_move(self, by: int) -> None:
        self.move(by)

    @abstractmethod
    def action_list_choose(self) -> None:
        """Act upon the selected row: go there, or change it."""


class ListPane(ListedPane):
    """The breakpoints, the displays or the branches."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(LISTS)

    @dataclass
    class RowAction(Message):
        """The user acts upon a row."""

        pane: str
        action: ListAction
        key: int | str

    def __init__(self, id: str) -> None:
        super().__init__(title=NAMES[id], id=id)
        self._without_rows, self.hint = _WORDS[id]
        self._list: tuple[ListRow, ...] = ()

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        assert self.id is not None
        rows: tuple[ListRow, ...] = getattr(frame, self.id)
        if rows != self._list:
            self._list = rows
            self.selected = min(self.selected, max(len(rows) - 1, 0))
            self.changed()

    @property
    def row_count(self) -> int:
        return len(self._list)

    def extent(self) -> tuple[int, int]:
        return self.scrollable_content_region.width, len(self._list) or len(self._empty)

    def segments(self, row: int) -> list[Segment]:
        """Return a row: its mark, its text, and its detail at the right."""
        if not self._list:
            written = self._empty[row : row + 1]  # none: the pane has just become wider
            return [Segment(" " + "".join(written), self.colours.faint)]
        width = self.scrollable_content_region.width
        found = self._list[row]
        selected = self.has_focus and row == self.selected
        line_style = self.colours.chosen if selected else Style()
        text_style = line_style + self.colours.faint if found.faint else line_style
        mark_style = self.colours.stop if found.mark == STOP else self.colours.mark
        detail = f" {found.detail} " if found.detail else ""
        room = max(width - len(detail) - 3, 8)
        return [
            Segment("›" if selected else " ", line_style),
            Segment(f"{found.mark} ", line_style + mark_style),
            Segment(padded(found.text, room), text_style),
            Segment(padded(detail, max(width - room - 3, 0)), line_style + self.colours.faint),
        ]

    def action_list_choose(self) -> None:
        self._act("choose")

    def action_list_toggle(self) -> None:
        self._act("toggle")

    def action_list_delete(self) -> None:
        self._act("delete")

    @property
    def _empty(self) -> list[str]:
        return wrapped(self._without_rows, max(self.scrollable_content_region.width - 2, 8))

    def _act(self, action: ListAction) -> None:
        if self._list:
            assert self.id is not None
            self.post_message(self.RowAction(self.id, action, self._list[self.selected].key))
