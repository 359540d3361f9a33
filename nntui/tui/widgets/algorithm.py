"""The algorithm pane: the program that runs, with the executing lines marked."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.message import Message

from nntui.explain.source import listing
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.marks import STOP
from nntui.tui.program import Row, program
from nntui.tui.widgets.pane import LinePane

MARGIN: Final = 2
"""Columns before the program: the executing line's mark, and the breakpoints'."""


class AlgorithmPane(LinePane):
    """The real source of the generator that is stepping."""

    class Chosen(Message):
        """A line was clicked: by the kind of the steps that it executes; None: no such line."""

        def __init__(self, line: str | None) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__(title="Algorithm", id="algorithm")
        self._executing = range(0)
        self._stops: frozenset[int] = frozenset()
        self._written: tuple[Row, ...] = ()

    def show(self, frame: Frame, focus: Focus) -> None:
        """Mark the lines that the last step executed, and those at which breakpoints stop."""
        last = frame.snapshot.last
        executing = listing().executing(last.operation) if last else range(0)
        stops = frozenset(listing().lines_of[kind].start for kind in frame.marks.kinds)
        moved = executing != self._executing
        if not moved and stops == self._stops:
            return
        self._executing, self._stops = executing, stops
        self.changed()
        if moved:
            self._reveal()

    def changed(self) -> None:
        """Break the program to the width that there is."""
        width = self.scrollable_content_region.width
        if width > MARGIN:
            self._written = program(width - MARGIN)
        super().changed()

    def on_resize(self, event: Resize) -> None:
        """Another width takes other rows: keep what is executing in sight."""
        super().on_resize(event)
        self._reveal()

    def _reveal(self) -> None:
        rows = [n for n, row in enumerate(self._written) if row.line in self._executing]
        if rows:
            self.reveal(max(rows[0] - 1, 0), len(rows) + 2)

    def extent(self) -> tuple[int, int]:
        """As wide as the pane, as high as the program."""
        return self.scrollable_content_region.width, len(self._written)

    def segments(self, row: int) -> list[Segment]:
        """One row of the program, with a mark when it is executing."""
        written = self._written[row]
        executing = written.line in self._executing
        base = self.colours.current_line if executing else Style()
        begins = written.first and written.line == self._executing.start
        mark = "►" if executing and begins else "│" if executing else " "
        stop = STOP if written.first and written.line in self._stops else " "
        found = [
            Segment(mark, base + self.colours.mark if executing else base),
            Segment(stop, base + self.colours.stop),
        ]
        found += [Segment(text, base + self.colours.code(kind)) for text, kind in written.pieces]
        used = MARGIN + sum(len(text) for text, _ in written.pieces)
        return [*found, Segment(" " * max(0, self.extent()[0] - used), base)]

    def on_click(self, event: Click) -> None:
        """Set or delete the breakpoint of a line; where none executes, of the next that does."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row = offset.y + self.scroll_offset.y
        if row < len(self._written):
            self.post_message(self.Chosen(line_at(self._written[row].line)))


def line_at(line: int) -> str | None:
    """The kind of steps that a line executes, or the next line below that executes any."""
    below = ((lines.start, kind) for kind, lines in listing().lines_of.items() if lines[-1] >= line)
    return min(below, default=(0, None))[1]
