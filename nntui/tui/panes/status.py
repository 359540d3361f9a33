"""The line of messages: what was said last, else the marks of the timeline by name, or a hint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment

from nntui.model.names import escaped
from nntui.text import cut
from nntui.tui.frame import Frame, Landmark
from nntui.tui.keys import every_key
from nntui.tui.panes.pane import LinePane

SIGNS: Final = {"stop": "◆", "branch": "↳", "bookmark": "⚑"}
"""How the timeline marks a landmark."""
_HINT: Final = (
    (("left", "right", "up", "down"), "choose a neuron"),
    (("inspect",), "shows all about it"),
    (("why",), "why a number is what it is"),
    (("timeline",), "travels along the run"),
    (("help",), "words and keys"),
)
_CLAUSE: Final = re.compile(r"[:;,.] ")


class StatusLine(LinePane):
    """A message: why it stopped, what a key did, or the typed count.

    While nothing is said, it faintly names what the timeline marks, or else some keys.
    """

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(title="", id="status")
        self.text = ""
        first = {name: key.display(keymap).split(" ")[0] for name, key in every_key().items()}
        self._hints = [
            " ".join([*(first[name] for name in names), words]) for names, words in _HINT
        ]
        self._landmarks: tuple[Landmark, ...] = ()

    def say(self, message: str) -> None:
        if message != self.text:
            self.text = message
            self.changed()

    def show(self, frame: Frame) -> None:
        if frame.landmarks != self._landmarks:
            self._landmarks = frame.landmarks
            self.changed()

    def extent(self) -> tuple[int, int]:
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        if self.text:
            return [Segment(f" {shortened(self.text, self.size.width - 2)}")]
        named = dict.fromkeys(
            f"{SIGNS[mark.kind]} {escaped(mark.name)}" for mark in self._landmarks if mark.name
        )
        width, parts = self.size.width - 2, list(named or self._hints)
        between = "  " if named else " · "
        while len(parts) > 1 and cell_len(between.join(parts)) > width:
            parts.pop()
        return [Segment(f" {cut(between.join(parts), width)}", self.colours.faint)]


def shortened(message: str, width: int) -> str:
    """Return a message, or as many of its clauses as fit, if they fill a third of the width."""
    if cell_len(message) <= width:
        return message
    ends = [found.start() for found in _CLAUSE.finditer(message)]
    parts = (f"{message[:end]} …" for end in reversed(ends))
    found = (part for part in parts if width // 3 < cell_len(part) <= width)
    return next(found, cut(message, width))
