"""The status line: where the run stands, and what there is to say."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.model.experiment import Experiment
from nntui.text import padded
from nntui.tui.frame import Frame
from nntui.tui.whereabouts import Whereabouts
from nntui.tui.widgets.pane import LinePane

_CLAUSE: Final = re.compile(r"[:;,.] ")
EDITED: Final = "● edited · "
"""What the line begins with while there are edits that were not saved."""


class StatusLine(LinePane):
    """Where the run stands, and at the right a message: why it stopped, or the count typed so far.

    The message has the right of way: the place is said in as many words as it leaves room for,
    and not at all when only that saves the message from being cut off.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="", id="status")
        self._about = Whereabouts(experiment)
        self._forms: tuple[str, ...] = ("",)
        self._message = ""
        self._mark = ""

    def mark_edited(self, edited: bool) -> None:
        """Say at the very left whether the document holds edits that were not saved."""
        mark = EDITED if edited else ""
        if mark != self._mark:
            self._mark = mark
            self.changed()

    def show(self, frame: Frame, message: str | None = "") -> None:
        """Show where a frame stands; without a message the one before stays."""
        if frame.experiment is not self._about.experiment:
            self._about = Whereabouts(frame.experiment)
        self._forms = self._about.forms(frame)
        self._message = self._message if message is None else message
        self.changed()

    def say(self, message: str) -> None:
        """Show another message."""
        if message != self._message:
            self._message = message
            self.changed()

    @property
    def text(self) -> str:
        """Everything there is to say, however wide the screen."""
        return f"{self._mark}{self._forms[0]}  {self._message}".strip()

    def extent(self) -> tuple[int, int]:
        """One line, as wide as the screen."""
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        """The place on the left, the message on the right."""
        width = self.size.width
        message = f" {_whole(self._message, width - 2)} " if self._message else ""
        forms = [f"{self._mark}{form}" for form in self._forms]
        room = width - cell_len(message)
        if room < 0:  # it is cut off anyway; the number of the step never is
            room = cell_len(forms[-1]) + 2
            room = room if room <= width // 2 else 0
        elif room < cell_len(forms[-1]) + 2:
            forms.append(self._mark.rstrip(" ·") if cell_len(self._mark) <= room else "")
        last = forms[-1] if room else ""
        place = next((form for form in forms if cell_len(form) + 2 <= room), last)
        bar = Style(reverse=True)
        return [
            Segment(padded(f" {place}", room), bar),
            Segment(padded(message, width - room), bar + Style(bold=True)),
        ]


def _whole(message: str, width: int) -> str:
    """A message as it is, or as much of it as makes sense and has room: a clause or more."""
    if cell_len(message) <= width:
        return message
    ends = [found.start() for found in _CLAUSE.finditer(message)]
    parts = (f"{message[:end]} …" for end in reversed(ends))
    return next((part for part in parts if width // 3 < cell_len(part) <= width), message)
