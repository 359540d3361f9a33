"""The pane Check: the verdict on someone's numbers, and which differ, in order of execution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.message import Message

from nntui.explain.numbers import DEFAULT_PRECISION, told_apart
from nntui.explain.symbols import in_math
from nntui.model.names import escaped
from nntui.text import cells, clean, padded, wrapped
from nntui.tui.frame import DIFFERS, HERE, CheckedNumbers, Frame, NeuronFocus
from nntui.tui.keys import LISTS, bindings
from nntui.tui.panes.lists import ListedPane
from nntui.tui.panes.pane import NAMES

Row = tuple[str, str, str, str]
"""A number that differs: the step that completes it, its name, the given and the right value."""

_EMPTY: Final = ("No numbers of yours yet. :check FILE holds a file with numbers against the run.",)
_MOST_NAME: Final = 28
_LOOK: Final = "Look:"
_HEADING: Final[Row] = ("step", "number", "yours", "right")


class CheckPane(ListedPane):
    """The file, what agrees, the verdict in its lines; below them a row for each difference.

    The keys that go to a step, or clear the pane, work while it is focused (tab, or a click).
    """

    hint = "enter go there · del clear"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        key for key in LISTS if key.name != "list-toggle"
    )

    @dataclass
    class StepChosen(Message):
        """The user wants to go to a step, by its number from 1."""

        step: int

    class Cleared(Message):
        """The user is done with these numbers."""

    def __init__(self) -> None:
        super().__init__(title=NAMES["check"], id="check")
        self._check: CheckedNumbers | None = None
        self._position = 0
        self._moved = False
        """Whether a step was gone to since the check: until then the verdict is shown."""
        self._precision = DEFAULT_PRECISION
        self._words: list[str] = []
        """What stands above the rows."""
        self._rows_of_numbers: list[Row] = []
        self._made_of: tuple[CheckedNumbers | None, int, int] = (None, DEFAULT_PRECISION, 0)
        self._widths = [0] * len(_HEADING)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        if frame.check is not self._check:
            self._check, self.selected = frame.check, 0
            self._moved = False
            self.jump()
        elif frame.snapshot.position == self._position:
            return
        else:
            self._moved = True
        self._position = frame.snapshot.position
        self._select_here()
        self.changed()

    def set_precision(self, precision: int) -> None:
        self._precision = precision
        self.changed()

    @property
    def row_count(self) -> int:
        return len(self._check.verdict.differences) if self._check else 0

    def changed(self) -> None:
        """Write the words and the rows for the width."""
        width, check = max(self.scrollable_content_region.width - 2, 20), self._check
        lines = _EMPTY if check is None else self._said(check)
        self._words = [row for line in lines for row in wrapped(line, width)]
        made_of = (check, self._precision, width)
        if made_of != self._made_of:  # there may be a thousand
            self._made_of = made_of
            self._fit(width)
        super().changed()

    def _fit(self, width: int) -> None:
        """Write the rows with as many digits as fit; then without steps, then with cut names."""
        for precision in range(self._precision, -1, -1):
            self._rows_of_numbers = list(_rows_of(self._check, precision)) if self._check else []
            self._widths = [
                max(map(cells, column))
                for column in zip(_HEADING, *self._rows_of_numbers, strict=True)
            ]
            self._widths[1] = min(self._widths[1], _MOST_NAME)
            beyond = cells(_joined(_HEADING, self._widths)) + 1 - width
            if beyond <= 0:
                return
        beyond -= self._widths[0] + 2
        self._widths[0] = 0
        self._widths[1] = max(self._widths[1] - max(beyond, 0), cells(_HEADING[1]))

    def extent(self) -> tuple[int, int]:
        rows = self.above + self.row_count if self.row_count else len(self._words)
        return self.scrollable_content_region.width, rows

    def segments(self, row: int) -> list[Segment]:
        if row < len(self._words):
            first = row == 0 and self._check is not None
            return [Segment(f" {self._words[row]}", Style(bold=True) if first else Style())]
        number = row - self.above
        if number == -1:
            return [Segment("   " + _joined(_HEADING, self._widths), self.colours.faint)]
        assert self._check is not None
        here = self._check.verdict.differences[number].step == self._position
        selected = number == self.selected and self.has_focus
        line = self.colours.chosen if selected else Style()
        text = _joined(self._rows_of_numbers[number], self._widths)
        room = max(self.scrollable_content_region.width - 3, 0)
        return [
            Segment("›" if selected else " ", line),
            Segment(HERE if here else " ", line + self.colours.mark),
            Segment(" ", line),
            Segment(padded(text, room), line),
        ]

    def on_focus(self) -> None:  # Textual calls that of the base, too
        self._reveal_selected()

    def resized(self) -> None:
        """Keep the selected row in sight: another width takes other rows."""
        super().resized()
        self._reveal_selected()

    def action_list_choose(self) -> None:
        if self.row_count:
            assert self._check is not None
            self.post_message(self.StepChosen(self._check.verdict.differences[self.selected].step))

    def action_list_delete(self) -> None:
        self.post_message(self.Cleared())

    @property
    def above(self) -> int:
        """The words and the heading."""
        return len(self._words) + 1

    def _said(self, check: CheckedNumbers) -> list[str]:
        verdict = check.verdict
        agree = f"{verdict.agree:,} of {verdict.compared:,} numbers"
        kinds = " · ".join(f"{c.kind} {c.agree}/{c.compared}" for c in verdict.counts)
        title = f"{escaped(check.source, 100)}, update {verdict.update + 1:,}: {agree} agree"
        # Where to look is what the rows below say.
        lines = [clean(line).partition(_LOOK)[0].rstrip() for line in verdict.lines]
        lines += map(clean, verdict.notes)
        return [title, *([kinds] if len(verdict.counts) > 1 else []), *filter(None, lines)]

    def _reveal_selected(self) -> None:
        if self._moved and self.row_count:
            self.reveal(self.selected + self.above)

    def _select_here(self) -> None:
        """Select the first difference of the step that was just executed, if there is one."""
        if self._check is None:
            return
        for n, each in enumerate(self._check.verdict.differences):
            if each.step == self._position:
                if self._check.verdict.differences[self.selected].step != self._position:
                    self.selected = n
                    self._reveal_selected()
                return


def _rows_of(check: CheckedNumbers, precision: int) -> Iterator[Row]:
    for each in check.verdict.differences:
        texts = told_apart(each.found, each.expected, precision)
        yield f"{each.step:,}", in_math(each.name), *texts


def _joined(texts: Row, widths: list[int]) -> str:
    """Write a row in columns; one of no width is left out."""
    step, name, yours, right = (
        padded(text, width, right=n != 1)
        for n, (text, width) in enumerate(zip(texts, widths, strict=True))
    )
    first = f"{step}  " if step else ""
    return f"{first}{name}  {yours} {DIFFERS} {right}"
