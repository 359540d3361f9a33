"""The line of messages: what was said last."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment

from nntui.text import cut
from nntui.tui.panes.pane import LinePane

_CLAUSE: Final = re.compile(r"[:;,.] ")


class StatusLine(LinePane):
    """A message: why it stopped, what a key did, or the typed count."""

    def __init__(self) -> None:
        super().__init__(title="", id="status")
        self.text = ""

    def say(self, message: str) -> None:
        if message != self.text:
            self.text = message
            self.changed()

    def extent(self) -> tuple[int, int]:
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        return [Segment(f" {shortened(self.text, self.size.width - 2)}")]


def shortened(message: str, width: int) -> str:
    """Return a message, or as many of its clauses as fit, if they fill a third of the width."""
    if cell_len(message) <= width:
        return message
    ends = [found.start() for found in _CLAUSE.finditer(message)]
    parts = (f"{message[:end]} …" for end in reversed(ends))
    found = (part for part in parts if width // 3 < cell_len(part) <= width)
    return next(found, cut(message, width))
