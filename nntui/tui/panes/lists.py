"""A pane of rows to choose from: breakpoints, watches, branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click
from textual.message import Message

from nntui.text import padded, wrapped
from nntui.tui.frame import STOP, Frame, ListRow, NeuronFocus
from nntui.tui.keys import list_bindings
from nntui.tui.panes.pane import LinePane

Wish = Literal["choose", "toggle", "delete"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list shows: its title, where a frame has its rows, and what it says without any."""

    title: str
    rows: Callable[[Frame], Sequence[ListRow]]
    empty: str
    hint: str


KINDS: dict[str, Kind] = {
    "breakpoints": Kind(
        "Breakpoints", lambda frame: frame.breakpoints,
        "none: b sets one on the focus, :break and :watch make any",
        "enter edit · d disable · del delete",
    ),
    "watches": Kind(
        "Watches", lambda frame: frame.watches,
        "none: w watches a value", "enter change · del delete",
    ),
    "branches": Kind(
        "Branches", lambda frame: frame.branches,
        "one line of time: = sets a value and begins another", "enter go there · del delete",
    ),
}  # fmt: skip
"""The lists by their widget’s id."""


class ListPane(LinePane, can_focus=True):
    """A list. With the keyboard in it (tab, or a click) a row is chosen and acted upon."""

    BINDINGS: ClassVar[list[BindingType]] = list_bindings()

    class Wished(Message):
        """The person wants something done with a row."""

        def __init__(self, pane: str, wish: Wish, key: int | str) -> None:
            super().__init__()
            self.pane, self.wish, self.key = pane, wish, key

    def __init__(self, id: str) -> None:
        super().__init__(title=KINDS[id].title, id=id)
        self._kind = KINDS[id]
        self._list: tuple[ListRow, ...] = ()
        self._chosen = 0

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Show the rows of a frame."""
        rows = tuple(self._kind.rows(frame))
        if rows != self._list:
            self._list = rows
            self._chosen = min(self._chosen, max(len(rows) - 1, 0))
            self.changed()

    def extent(self) -> tuple[int, int]:
        """As wide as the pane, as high as there are rows."""
        width = self.scrollable_content_region.width
        return width, len(self._list) or len(wrapped(self._kind.empty, max(width - 2, 8)))

    def segments(self, row: int) -> list[Segment]:
        """One row: its mark, its text, and at the right what is to be said of it."""
        width = self.scrollable_content_region.width
        if not self._list:
            line = wrapped(self._kind.empty, max(width - 2, 8))[row]
            return [Segment(" " + line, self.colours.faint)]
        found = self._list[row]
        chosen = self.has_focus and row == self._chosen
        line_style = self.colours.current_line if chosen else Style()
        text_style = line_style + self.colours.faint if found.faint else line_style
        mark_style = self.colours.stop if found.mark == STOP else self.colours.mark
        detail = f" {found.detail} " if found.detail else ""
        room = max(width - len(detail) - 3, 8)
        return [
            Segment("›" if chosen else " ", line_style),
            Segment(f"{found.mark} ", line_style + mark_style),
            Segment(padded(found.text, room), text_style),
            Segment(padded(detail, max(width - room - 3, 0)), line_style + self.colours.faint),
        ]

    # ---- the keyboard in it --------------------------------------------------------------------

    def on_focus(self) -> None:
        """Say at the border what the keys do."""
        self.border_subtitle = self._kind.hint if self._list else ""
        self.changed()

    def on_blur(self) -> None:
        """Be quiet again."""
        self.border_subtitle = ""
        self.changed()

    def on_click(self, event: Click) -> None:
        """Choose a row; the second click acts on it."""
        spot = event.get_content_offset(self)
        row = -1 if spot is None else spot.y + self.scroll_offset.y
        if 0 <= row < len(self._list):
            again = row == self._chosen and event.chain > 1
            self._choose(row)
            if again:
                self.action_list_choose()

    def action_list_move(self, by: int) -> None:
        """Choose the row above or below."""
        if self._list:
            self._choose(min(max(self._chosen + by, 0), len(self._list) - 1))

    def action_list_choose(self) -> None:
        """Edit or enter what the row shows."""
        self._wish("choose")

    def action_list_toggle(self) -> None:
        """Disable it or enable it again."""
        self._wish("toggle")

    def action_list_delete(self) -> None:
        """Delete it."""
        self._wish("delete")

    def _choose(self, row: int) -> None:
        self._chosen = row
        self.changed()
        self.reveal(row)

    def _wish(self, wish: Wish) -> None:
        if self._list:
            assert self.id is not None
            self.post_message(self.Wished(self.id, wish, self._list[self._chosen].key))
