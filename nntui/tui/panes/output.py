"""The output pane: the commands that were run and their answers."""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

from nntui.text import harmless, wrapped
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.panes.pane import LinePane

MOST_LINES: Final = 2_000
_GAP: Final = re.compile(r" {2,}")
_COLUMN: Final = re.compile(r"( *)(\S+(?: \S+)*)")
_SECOND_COLUMN: Final = 24
"""Cells that a second column gets, at least."""
_EMPTY: Final = " Answers to commands appear here. Type : to begin."


class OutputPane(LinePane):
    """A log of commands and answers, the newest last."""

    def __init__(self) -> None:
        super().__init__(title="Output", id="output")
        self._log: deque[tuple[str, bool]] = deque(maxlen=MOST_LINES)
        self._lines: list[tuple[str, bool]] = []

    @property
    def filled(self) -> bool:
        return bool(self._log)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Do nothing: the log does not depend on the step."""

    def write(self, command: str, lines: tuple[str, ...]) -> None:
        """Append a command and its answer, and scroll there."""
        self._log.append((f": {harmless(command)}", True))
        self._log.extend((f"  {harmless(line)}", False) for line in lines)
        self.changed()
        self.jump(max(len(self._lines) - 1, 0))

    def changed(self) -> None:
        width = max(self.scrollable_content_region.width - 1, 10)
        self._lines = [
            (part, typed)
            for line, typed in self._log or [(_EMPTY, False)]
            for part in _broken(line, width)
        ]
        super().changed()

    def segments(self, row: int) -> list[Segment]:
        text, typed = self._lines[row]
        if not self._log:
            return [Segment(text, self.colours.faint)]
        return [Segment(text, Style(bold=True) if typed else Style())]


def _broken(line: str, width: int) -> list[str]:
    """Break a line between words where it does not fit.

    Of two columns the second goes on below itself; the columns of a wider table in the next row.
    """
    if cell_len(line) <= width:
        return [line]
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    columns = _GAP.split(text.rstrip())
    if len(columns) == 2:
        name = line.rstrip()[: -len(columns[1])]
        most = max(width - _SECOND_COLUMN, min(len(indent) + 4, width // 2))
        at = min(cell_len(name), most)
        words = wrapped(columns[1], width - at)
        if cell_len(name) > at:
            return [*_broken(name.rstrip(), width), *(" " * at + part for part in words)]
        return [name + words[0], *(" " * at + part for part in words[1:])]
    room = max(width - len(indent) - 2, 8)
    parts = wrapped(text, room) if len(columns) == 1 else _rows(text, room)
    return [indent + ("  " if n else "") + part for n, part in enumerate(parts)]


def _rows(text: str, room: int) -> list[str]:
    """Wrap the columns of a table's row between columns."""
    rows = [""]
    for gap, column in _COLUMN.findall(text):
        if rows[-1] and cell_len(rows[-1] + gap + column) > room:
            rows.append("")
        rows[-1] += gap + column if rows[-1] else column
    return [part for row in rows for part in chop_cells(row, room)]
