"""The algorithm pane: the listing that runs, with the executing lines marked."""

from __future__ import annotations

import io
import keyword
import tokenize
from functools import cache
from typing import Final

from rich.segment import Segment
from rich.style import Style

from nntui.explain.listing import listing
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.marks import STOP
from nntui.tui.widgets.pane import LinePane

_QUIET: Final = ("comment", "string")


class AlgorithmPane(LinePane):
    """The real source of the generator that is stepping."""

    def __init__(self) -> None:
        super().__init__(title="Algorithm", id="algorithm")
        self._executing = range(0)
        self._stops: frozenset[int] = frozenset()
        self._lines = listing().lines

    def show(self, frame: Frame, focus: Focus) -> None:
        """Mark the lines that the last step executed, and those at which breakpoints stop."""
        last = frame.snapshot.last
        executing = listing().executing(last.operation) if last else range(0)
        stops = frozenset(listing().lines_of[kind].start for kind in frame.marks.kinds)
        if (executing, stops) == (self._executing, self._stops):
            return
        self._executing, self._stops = executing, stops
        self.changed()
        if last is not None:
            self.reveal(max(self._executing.start - 1, 0), len(self._executing) + 2)

    def extent(self) -> tuple[int, int]:
        """The listing's size."""
        return max(map(len, self._lines)) + 3, len(self._lines)

    def segments(self, row: int) -> list[Segment]:
        """One line of the listing, with a mark when it is executing."""
        executing = row in self._executing
        base = self.colours.current_line if executing else Style()
        mark = "►" if executing and row == self._executing.start else "│" if executing else " "
        stop = STOP if row in self._stops else " "
        found = [
            Segment(mark, base + self.colours.mark if executing else base),
            Segment(stop, base + self.colours.stop),
        ]
        for text, kind in _words()[row]:
            style = self.colours.faint if kind in _QUIET else Style(bold=kind == "keyword")
            found.append(Segment(text, base + style))
        return [*found, Segment(" " * max(0, self.extent()[0] - 2 - len(self._lines[row])), base)]


@cache
def _words() -> tuple[tuple[tuple[str, str], ...], ...]:
    """Each line of the listing as pieces of one kind: keyword, comment, string, or other."""
    lines = listing().lines
    kinds = [["other"] * len(line) for line in lines]
    source = io.StringIO("\n".join(lines) + "\n")
    for token in tokenize.generate_tokens(source.readline):
        kind = _kind(token)
        for row in range(token.start[0] - 1, min(token.end[0], len(lines))):
            first = token.start[1] if row == token.start[0] - 1 else 0
            last = token.end[1] if row == token.end[0] - 1 else len(lines[row])
            last = min(last, len(lines[row]))  # a line's end is a token of its own
            kinds[row][first:last] = [kind] * (last - first)
    return tuple(tuple(_pieces(line, marks)) for line, marks in zip(lines, kinds, strict=True))


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.COMMENT:
        return "comment"
    if token.type == tokenize.STRING:
        return "string"
    return "keyword" if token.type == tokenize.NAME and keyword.iskeyword(token.string) else "other"


def _pieces(line: str, kinds: list[str]) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    for character, kind in zip(line, kinds, strict=True):
        if pieces and pieces[-1][1] == kind:
            pieces[-1] = (pieces[-1][0] + character, kind)
        else:
            pieces.append((character, kind))
    return pieces
