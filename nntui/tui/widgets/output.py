"""The output pane: the commands that were typed and what they answered."""

from __future__ import annotations

from collections import deque
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.text import wrapped
from nntui.tui.widgets.pane import LinePane

MOST: Final = 2_000
"""Lines that are kept."""
_NOTHING: Final = " nothing said yet: type : and a command"


class OutputPane(LinePane):
    """A log that ends with what was said last."""

    def __init__(self) -> None:
        super().__init__(title="Output", id="output")
        self._said: deque[tuple[str, bool]] = deque(maxlen=MOST)
        self._lines: list[tuple[str, bool]] = []

    def show(self, frame: Frame, focus: Focus) -> None:
        """Nothing in it goes by the step."""

    def write(self, command: str, lines: tuple[str, ...]) -> None:
        """Add a command and its answer."""
        self._said.append((f": {command}", True))
        self._said.extend((f"  {line}", False) for line in lines)
        self.changed()
        self.scroll_to(0, max(len(self._lines) - 1, 0), animate=False, force=True, immediate=True)

    def changed(self) -> None:
        """Break the lines for the width that there is."""
        width = max(self.scrollable_content_region.width - 1, 10)
        self._lines = [
            (("  " if n else "") + part, typed)
            for line, typed in self._said or [(_NOTHING, False)]
            for n, part in enumerate(_broken(line, width))
        ]
        super().changed()

    def extent(self) -> tuple[int, int]:
        """As wide as the pane, as high as its text."""
        return self.scrollable_content_region.width, len(self._lines)

    def segments(self, row: int) -> list[Segment]:
        """One line."""
        text, typed = self._lines[row]
        if not self._said:
            return [Segment(text, self.colours.faint)]
        return [Segment(text, Style(bold=True) if typed else Style())]


def _broken(line: str, width: int) -> list[str]:
    """A line as it is when it fits, else broken between words; a row of a table just goes on."""
    if cell_len(line) <= width:
        return [line]
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    room = max(width - len(indent) - 2, 8)
    columns = "  " in text.rstrip()
    return [indent + part for part in (chop_cells(text, room) if columns else wrapped(text, room))]
