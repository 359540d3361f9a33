"""The dialog of the gradient check: each derivative by backpropagation beside the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from nntui.debugger.gradient_check import MEANING
from nntui.debugger.gradient_here import GradientHere, Pair, Part, remark
from nntui.explain.numbers import PRECISIONS
from nntui.explain.symbols import in_math
from nntui.model.errors import unexpected
from nntui.model.names import escaped
from nntui.text import cells, cut, padded, wrapped
from nntui.tui.dialogs.question import Closable
from nntui.tui.panes.pane import RowsPane

if TYPE_CHECKING:
    from nntui.debugger.gradient_check import ParameterCheck

LEAST: Final = 16
"""Rows of the dialog, at least."""
_AGAIN: Final = 0.1
"""Seconds between two looks at how far the checks are."""
_BREATH: Final = 0.0005
"""Seconds left to the screen between two parameters."""
_MOST_NAME: Final = 24
"""Cells of a parameter's name, at most."""
SIGNS: Final = {
    "ok": "=", "kink": "∧", "noise": "≈", "clamped": "⊣", "not finite": "?", "wrong": "≠",
}  # fmt: skip
"""What stands between the two numbers, by the verdict."""
_GAP: Final = 2
_WAYS: Final = (("backprop.", "differences"), ("backprop.", "differ."))
"""The headings of the two numbers; the shorter ones where there is no room."""


class GradientTable(RowsPane, can_focus=False):
    """A row a parameter: for each part the two numbers, and between them how they compare."""

    class Moved(Message):
        """Another row was selected."""

    class Activated(Message):
        """The user clicked on the selected row."""

    def __init__(self) -> None:
        super().__init__(title="", id="gradient-table")
        self._parts: Sequence[Part] = ()
        self._pairs: list[Pair] = []
        self._precision: int | None = None
        self._numbers: list[int] = []
        """The cells of the numbers, a column each."""
        self._ways = _WAYS[0]

    @property
    def row_count(self) -> int:
        return len(self._pairs)

    @property
    def at(self) -> Pair | None:
        """The checks of the selected row."""
        return self._pairs[self.selected] if self._pairs else None

    def add(self, parts: Sequence[Part], pairs: Sequence[Pair]) -> None:
        self._parts = parts
        self._pairs += pairs
        self.changed()

    def digits(self, by: int) -> None:
        """Write the numbers with more digits, or fewer; at first with as many as fit."""
        self._precision = (self._shown + by) % len(PRECISIONS)
        self.changed()

    def changed(self) -> None:
        number = PRECISIONS[self._shown].number
        columns = [
            max((cells(number(pair[n // 2].numbers[n % 2])) for pair in self._pairs), default=0)
            for n in range(2 * len(self._parts))
        ]
        for self._ways in _WAYS:
            ways = map(cells, self._ways * len(self._parts))
            self._numbers = [max(both) for both in zip(columns, ways, strict=True)]
            if self._name_cells + 1 + sum(self._numbers) + 5 * len(self._parts) <= self._room:
                break
        self._lines = self._pairs
        super().changed()

    def heading(self) -> list[str]:
        """Return two rows of words: the parts, and below them the ways."""
        first, second = " " * (self._name_cells + 1), padded(" parameter", self._name_cells + 1)
        for n, part in enumerate(self._parts):
            one, other = self._numbers[2 * n : 2 * n + 2]
            by, beside = self._ways
            ways = f"{padded(by, one, right=True)}   {padded(beside, other, right=True)}"
            first += " " * _GAP + padded(part.short, cells(ways))
            second += " " * _GAP + ways
        return [first, second]

    def segments(self, row: int) -> list[Segment]:
        pair = self._pairs[row]
        number, colours = PRECISIONS[self._shown].number, self.colours
        line = colours.chosen if row == self.selected else Style()
        name = padded(in_math(pair[0].name), self._name_cells)
        found = [Segment("›" if row == self.selected else " ", line), Segment(name, line)]
        for n, check in enumerate(pair):
            one, other = (number(x) for x in check.numbers)
            widths = self._numbers[2 * n : 2 * n + 2]
            odd = line if check.verdict == "ok" else line + colours.stop
            found += [
                Segment(" " * _GAP + padded(one, widths[0], right=True), line),
                Segment(f" {SIGNS[check.verdict]} ", odd),
                Segment(padded(other, widths[1], right=True), line),
            ]
        room = self._room - sum(cells(text) for text, _, _ in found) - 2
        while room < -2:  # a part of a number would be another number
            text, style, _ = found.pop()
            room += cells(text)
            if room > -2:
                found.append(Segment(cut(text, room + 2), style))
                room = -2
        said = f"  {remark(self._parts, pair)}" if room > 0 else ""
        return [*found, Segment(padded(said, max(room + 2, 0)), line + colours.faint)]

    def row_selected(self, *, activated: bool) -> None:
        self.post_message(self.Activated() if activated else self.Moved())

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _shown(self) -> int:
        """The precision: the one chosen, else the greatest that fits (the exact one never is)."""
        if self._precision is not None:
            return self._precision
        for precision in range(len(PRECISIONS) - 2, 0, -1):
            number = PRECISIONS[precision].number
            widest = [
                max((cells(number(x)) for pair in self._pairs for x in pair[n].numbers), default=9)
                for n in range(len(self._parts))
            ]
            if (
                self._name_cells + 2 + sum(2 * each + 3 + _GAP for each in widest)
                <= self.size.width
            ):
                return precision
        return 0

    @property
    def _name_cells(self) -> int:
        names = (cells(in_math(pair[0].name)) for pair in self._pairs)
        return min(max([*names, len("parameter")]), _MOST_NAME, max(self.size.width // 4, 8))


class GradientScreen(ModalScreen["str | None"], Closable[str]):
    """Checks a gradient in a thread, and shows it; the result is the parameter to focus, or None.

    ``make`` returns what is to be checked, in the thread; ``moved`` is told of the parameter whose
    row is selected. ``rows``: the height of the dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,percent_sign", "leave", "close"),
        Binding("up", "move(-1)", "the parameter above"),
        Binding("down", "move(1)", "the parameter below"),
        Binding("pageup", "page(-1)", "a page up"),
        Binding("pagedown", "page(1)", "a page down"),
        Binding("home", "move(-1000000)", "the first"),
        Binding("end", "move(1000000)", "the last"),
        Binding("enter", "choose", "focus it"),
        Binding("a", "digits(1)", "more digits"),
        Binding("A", "digits(-1)", "fewer digits"),
    ]

    def __init__(
        self, make: Callable[[], GradientHere], moved: Callable[[str], None], rows: int
    ) -> None:
        super().__init__()
        self._make, self._moved = make, moved
        self._box_rows = max(rows, LEAST)
        self._given_up = Event()
        self._subject: GradientHere | None = None
        self._summary: Sequence[str] = ("checking … (esc gives it up)",)
        self.is_done = False

    def compose(self) -> ComposeResult:
        with Vertical(id="gradient") as box:
            box.styles.height = self._box_rows
            box.border_title = Content("Gradient check")
            box.border_subtitle = "↑ ↓ choose · enter focus it · a digits · esc"
            yield Static("", id="gradient-heading", markup=False)
            yield GradientTable()
            yield Static("", id="gradient-words", markup=False)

    def on_mount(self) -> None:
        self._write()
        # No partial: Textual writes it down, with every number in its arguments.
        self.run_worker(lambda: self._check(), thread=True, group="gradient")

    def on_unmount(self) -> None:
        self._given_up.set()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    # ---- in the thread -------------------------------------------------------------------------

    def _check(self) -> None:
        """Check one parameter after the other, until the dialog is closed."""
        try:
            subject = self._make()
            pairs: list[Pair] = []
            shown, due = 0, monotonic()
            for pair in subject.checks():
                pairs.append(pair)
                if self._given_up.is_set():
                    return
                if monotonic() >= due:
                    self.call_later(self._add, subject, pairs[shown:], ())
                    shown, due = len(pairs), monotonic() + _AGAIN
                sleep(_BREATH)
            summary = subject.summary(subject.found(pairs))
            self.call_later(self._add, subject, pairs[shown:], summary)
        except Exception as error:
            said = escaped(unexpected(error), 300)
            self.call_later(self._add, None, (), (said,))

    # ---- in the screen's -----------------------------------------------------------------------

    def _add(
        self, subject: GradientHere | None, pairs: Sequence[Pair], summary: Sequence[str]
    ) -> None:
        """Show more rows; with a summary all are there."""
        first = self._table.at is None
        self.is_done = bool(summary)
        if subject is not None:
            self._subject = subject
            words = " · ".join(part.words for part in subject.parts)
            self.query_one("#gradient").border_title = Content(f"Gradient check: {words}")
            self._table.add(subject.parts, pairs)
            done, count = self._table.row_count, len(subject.parameters)
            self._summary = summary or (f"checking … {done:,} of {count:,} parameters",)
        else:
            self._summary = summary
        self._write()
        if first and self._table.at is not None:
            self._moved(self._table.at[0].name)

    def _fit(self) -> None:
        self._table.changed()
        self._write()

    def _write(self) -> None:
        """Write the heading, what the selected row says, and what all of them come to."""
        table = self._table
        width = max(self.query_one("#gradient-words").size.width, 20)
        self.query_one("#gradient-heading", Static).update(
            "\n".join(cut(row, width) for row in table.heading())
        )
        rows = list(self._said_of_row(width))
        for line in self._summary:
            rows += wrapped(line, width)
        self.query_one("#gradient-words", Static).update("\n".join(rows))

    def _said_of_row(self, width: int) -> Iterator[str]:
        pair, subject = self._table.at, self._subject
        if pair is None or subject is None:
            return
        odd = remark(subject.parts, pair)
        if odd:
            meanings = dict.fromkeys(MEANING[p.verdict] for p in pair if p.verdict in MEANING)
            yield from wrapped(f"{in_math(pair[0].name)}: {odd}; {' '.join(meanings)}", width)
        else:
            yield cut(f"{in_math(pair[0].name)}: {_apart(subject.parts, pair)}", width)

    def on_gradient_table_moved(self) -> None:
        self._write()
        if self._table.at is not None:
            self._moved(self._table.at[0].name)

    def on_gradient_table_activated(self) -> None:
        self.action_choose()

    def action_move(self, by: int) -> None:
        self._table.move(by)

    def action_page(self, by: int) -> None:
        self._table.move(by * max(self._table.size.height - 1, 1))

    def action_digits(self, by: int) -> None:
        self._table.digits(by)
        self._write()

    def action_choose(self) -> None:
        if self._table.at is not None:
            self.dismiss(self._table.at[0].name)

    @property
    def _table(self) -> GradientTable:
        return self.query_one(GradientTable)


def _apart(parts: Sequence[Part], pair: Pair) -> str:
    """Say how far the two ways are apart, relative to their size."""
    told = (
        f"{_relative(check)}{f' ({part.name})' * (len(parts) > 1)}"
        for part, check in zip(parts, pair, strict=True)
    )
    return f"they differ by {', '.join(told)} of their size"


def _relative(check: ParameterCheck) -> str:
    return f"{check.relative_error:.0e}" if check.relative_error else "0"
