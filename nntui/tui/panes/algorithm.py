"""The algorithm pane: the source that runs, with the executing lines marked."""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Final

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message

from nntui.explain.source import listing
from nntui.model.experiment import GRADIENTS
from nntui.model.optimizers import OPTIMIZERS
from nntui.tui.frame import HERE, STOP, Frame, NeuronFocus
from nntui.tui.panes.pane import LinePane

Piece = tuple[str, str]
"""Some text, and its kind: keyword, definition, value, number, string, comment or other."""

VALUES: Final = frozenset(
    ["x", "targets", "z", "a", "da", "delta", "b", "db", "w", "dw", "g", "p", "m", "v", "s"]
)
"""The variables of the source that are values of the network or of an optimizer."""
ROOMY: Final = 84
"""Columns from which on the source is indented as it is written."""
HANGING: Final = 4
"""Columns by which the rest of a broken line is indented further."""


# What the debugger needs and not the calculation: where it can stop, and short names.
_INTERNAL: Final = re.compile(
    r"\s*(?:yield (?!from\b)|[\w, ]+ = state\.[\w., ]+$|state\.(?:clear|zero))"
)


class AlgorithmRow(Struct, frozen=True):
    """A row of the screen: which line of the source it shows, and whether it begins that line."""

    line: int
    first: bool
    pieces: tuple[Piece, ...]


@cache
def rows_of(optimizer: str, width: int, gradient: str = GRADIENTS[0]) -> tuple[AlgorithmRow, ...]:
    """Break the source into rows of at most ``width`` columns, as far as its words allow."""
    unit = 4 if width >= ROOMY else 2
    lines = listing(optimizer, gradient).lines
    return tuple(
        row
        for n, pieces in enumerate(_highlighted(lines))
        for row in _broken(n, pieces, (len(lines[n]) - len(lines[n].lstrip())) * unit // 4, width)
    )


def _broken(line: int, pieces: Sequence[Piece], indent: int, width: int) -> Iterator[AlgorithmRow]:
    """Break a line of the source into rows: the rest of a long one is indented further."""
    row: list[Piece] = [(" " * indent, "other")]
    used, first = indent, True
    for word in _words(pieces):
        length = sum(len(text) for text, _ in word)
        if used + length - word[-1][0].endswith(" ") > width and used > indent + HANGING:
            yield AlgorithmRow(line, first, tuple(row))
            row, used, first = [(" " * (indent + HANGING), "other")], indent + HANGING, False
        row += word
        used += length
    yield AlgorithmRow(line, first, tuple(row))


def _words(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Cut a line, without its indentation, where it may be broken: behind blanks and brackets."""
    word: list[Piece] = []
    for text, kind in pieces:
        for part in re.findall(r"[^ (]*\(|[^ (]* +|[^ (]+", text):
            if word or part.strip():
                word.append((part, kind))
                if part.endswith((" ", "(")):
                    yield word
                    word = []
    if word:
        yield word


def _highlighted(lines: Sequence[str]) -> tuple[tuple[Piece, ...], ...]:
    """Cut each line into pieces of one kind."""
    kinds = [["other"] * len(line) for line in lines]
    source = io.StringIO("\n".join(lines) + "\n")
    before: tokenize.TokenInfo | None = None
    for token in tokenize.generate_tokens(source.readline):
        kind = _kind(token, before)
        for row in range(token.start[0] - 1, min(token.end[0], len(lines))):
            first = token.start[1] if row == token.start[0] - 1 else 0
            last = token.end[1] if row == token.end[0] - 1 else len(lines[row])
            last = min(last, len(lines[row]))  # a line's end is a token of its own
            kinds[row][first:last] = [kind] * (last - first)
        before = token
    return tuple(
        tuple(
            ("".join(character for character, _ in run), kind)
            for kind, run in groupby(zip(line, marks, strict=True), itemgetter(1))
        )
        for line, marks in zip(lines, kinds, strict=True)
    )


def _kind(token: tokenize.TokenInfo, before: tokenize.TokenInfo | None) -> str:
    if token.type == tokenize.STRING:
        # A string that is a statement of its own explains what follows.
        lone = before is None or before.type in (tokenize.INDENT, tokenize.NEWLINE, tokenize.NL)
        return "comment" if lone else "string"
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "keyword"
        if before is not None and before.string == "def":
            return "definition"
        attribute = before is not None and before.string == "."
        return "value" if token.string in VALUES and not attribute else "other"
    return {tokenize.COMMENT: "comment", tokenize.NUMBER: "number"}.get(token.type, "other")


MARGIN: Final = 2
"""Columns before the source: the executing line's mark, and the breakpoints'."""


class AlgorithmPane(LinePane):
    """The source of the algorithm that is stepping, and of the optimizer's rule below it.

    Every line that runs is there; those that only serve the debugger are faint.
    """

    shows_code = True

    @dataclass
    class Chosen(Message):
        """A line was clicked. ``line``: the kind of steps that it executes, None if it has none."""

        line: str | None

    def __init__(self) -> None:
        super().__init__(title="Algorithm", id="algorithm")
        self._optimizer, self._gradient = next(iter(OPTIMIZERS)), GRADIENTS[0]
        self._executing: tuple[int, ...] = ()
        self._stops: frozenset[int] = frozenset()
        self._lines: tuple[AlgorithmRow, ...] = ()

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Mark the lines that the last step executed, and those at which breakpoints stop."""
        last, training = frame.snapshot.last, frame.experiment.training
        optimizer = training.optimizer.name
        source = listing(optimizer, training.gradient)
        executing: tuple[int, ...] = ()
        if last:
            settings = dict(last.experiment.training.optimizer.settings)
            executing = source.executing(last.operation, settings)
        lines_of = source.lines_of
        stops = frozenset(lines_of[kind].start for kind in frame.marks.kinds if kind in lines_of)
        before = self._optimizer, self._executing, self._stops, self._gradient
        self._optimizer, self._executing, self._stops = optimizer, executing, stops
        self._gradient = training.gradient
        if before != (optimizer, executing, stops, training.gradient):
            self.changed()
        if before[1] and not executing:
            self.jump()  # back at the start of the run
        elif before[1] != executing:
            self._reveal()

    def changed(self) -> None:
        width = self.scrollable_content_region.width
        if width > MARGIN:
            self._lines = rows_of(self._optimizer, width - MARGIN, self._gradient)
        super().changed()

    def resized(self) -> None:
        """Another width takes other rows: keep what is executing in sight."""
        super().resized()
        self._reveal()

    def _reveal(self) -> None:
        rows = [n for n, row in enumerate(self._lines) if row.line in self._executing]
        if rows:
            first = max(rows[0] - 1, 0)  # with an optimizer's rule, they may be more than are seen
            height = self.scrollable_content_region.height
            self.reveal(first, min(rows[-1] + 2 - first, max(height, 1)))

    def segments(self, row: int) -> list[Segment]:
        written = self._lines[row]
        executing = written.line in self._executing
        base = self.colours.current_line if executing else Style()
        begins = written.first and written.line - 1 not in self._executing
        mark = HERE if executing and begins else "│" if executing else " "
        stop = STOP if written.first and written.line in self._stops else " "
        found = [
            Segment(mark, base + self.colours.mark if executing else base),
            Segment(stop, base + self.colours.stop),
        ]
        source = listing(self._optimizer, self._gradient)
        quiet = _INTERNAL.match(source.lines[written.line])
        code, faint = self.colours.code, base + self.colours.faint
        found += [
            Segment(text, faint if quiet else base + code(kind)) for text, kind in written.pieces
        ]
        used = MARGIN + sum(len(text) for text, _ in written.pieces)
        return [*found, Segment(" " * max(0, self.extent()[0] - used), base)]

    def on_click(self, event: Click) -> None:
        """Set or delete the breakpoint of a line; where none executes, of the next that does."""
        offset = self.offset_under(event)
        if offset is not None and offset.y < len(self._lines):
            line = self._lines[offset.y].line
            self.post_message(self.Chosen(kind_at(line, self._gradient)))


def kind_at(line: int, gradient: str = GRADIENTS[0]) -> str | None:
    """Return the kind of steps that a line executes, or else the next line of the algorithm."""
    # The same above every optimizer's rule.
    lines_of = listing(next(iter(OPTIMIZERS)), gradient).lines_of
    below = ((lines.start, kind) for kind, lines in lines_of.items() if lines[-1] >= line)
    return min(below, default=(0, None))[1]
