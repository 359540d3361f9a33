"""The command line, with history and completion; the text field that all forms use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os.path import commonprefix
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Click, Key, Paste
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from nntui.text import cut, harmless, padded, wrapped

MOST_HISTORY: Final = 500
LINE_BREAK: Final = " ⏎ "
"""Stands for the end of a line in a text of several lines that was pasted."""


class TextField(Input):
    """An input that handles keys in the order in which they were pressed.

    Textual's own inserts a letter at once, but runs the action of a key such as backspace only
    after the key has bubbled through the input's ancestors: of keys that arrive in one go, as they
    do over a slow line, the letters came first. Nothing harmful gets into one: what is typed,
    pasted or proposed is seen, and taken, as ``harmless`` writes it.
    """

    def validate_value(self, value: str) -> str:
        return harmless(value)

    def replace(self, text: str, start: int, end: int) -> None:
        super().replace(harmless(text), start, end)

    async def _on_key(self, event: Key) -> None:
        if not event.is_printable and event.key in self._bindings.key_to_bindings:
            event.stop()
            event.prevent_default()
            await self.run_action(self._bindings.key_to_bindings[event.key][0].action)
        else:
            await super()._on_key(event)


Offer = tuple[str, str]
"""A line that an unfinished one may become, and what it does, in a few words or none."""
MOST_OFFERS: Final = 10
"""Rows of offers, at most."""
_USAGE: Final = 34
"""Cells of an offer before what it does."""
_BETWEEN: Final = 3


class _Completions(Suggester):
    """Suggests the first completion of the line."""

    def __init__(self, complete: Callable[[str], list[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        found = self._complete(value) if value.strip() else []
        return found[0] if found and found[0] != value else None


class CommandBar(Vertical):
    """The command line, and above it what may be typed."""

    def __init__(self, line: CommandLine) -> None:
        super().__init__(id="command")
        self._line = line

    def compose(self) -> ComposeResult:
        yield OfferList()
        with Horizontal():
            yield Static(":")
            yield self._line


class OfferList(Static):
    """The lines that the typed one may become: a row each with what it does, or just the words.

    Of a line that was refused it says why, in as many rows as that takes.
    """

    def __init__(self) -> None:
        super().__init__(id="offers", markup=False)
        self._rows: list[str] = []
        """The line of each row, where a click takes it."""

    def say(self, why: str) -> None:
        """Say why the line was refused."""
        width, most = self._room
        self._rows = []
        self.display = True
        self.update("\n".join(f" {row}" for row in wrapped(why, width)[: max(most, 1)]))

    @property
    def _room(self) -> tuple[int, int]:
        """Cells of a row, and how many rows, at most."""
        return self.app.size.width - 2, min(MOST_OFFERS, self.app.size.height // 3)

    def show(self, offers: Sequence[Offer]) -> None:
        """Show offers, as many as there is room for."""
        width, most = self._room
        self.display = bool(offers) and most > 0
        self._rows = []
        if not self.display:
            return
        if any(help for _, help in offers):
            rows = self._explained(offers, width, most)
        else:
            rows = _in_columns([line.rpartition(" ")[2] for line, _ in offers], width, most // 2)
        self.update("\n".join(f" {row}" for row in rows))

    def _explained(self, offers: Sequence[Offer], width: int, most: int) -> list[str]:
        shown = offers if len(offers) <= most else offers[: most - 1]
        self._rows = [line for line, _ in shown]
        cells = min(max((cell_len(line) for line, _ in shown), default=0), _USAGE, width // 2)
        rows = [cut(f"{padded(line, cells)}{' ' * _BETWEEN}{help}", width) for line, help in shown]
        if len(shown) < len(offers):
            rows.append(f"… {len(offers) - len(shown)} more: type their first letters")
        return rows

    def on_click(self, event: Click) -> None:
        """Take the line of a row."""
        if event.y < len(self._rows):
            line = self.screen.query_one(CommandLine)
            line.value = self._rows[event.y].partition(" ")[0] + " "
            line.cursor_position = len(line.value)


def _in_columns(words: Sequence[str], width: int, most: int) -> list[str]:
    """Write words beside each other, in columns and in so many rows at most."""
    if not words:
        return []
    column = min(max(map(cell_len, words)) + 2, width)
    count = max(width // column, 1)
    room = count * max(most, 1)
    if len(words) > room:
        words = [*words[: room - 1], f"… {len(words) - room + 1} more"]
    rows = [words[n : n + count] for n in range(0, len(words), count)]
    return ["".join(padded(word, column) for word in row).rstrip() for row in rows]


class CommandLine(TextField):
    """An input above the footer, shown only while a command is typed.

    Of a pasted text every line is shown, to be run one after another.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "run it"),
        Binding("tab", "complete", "complete"),
        Binding("up", "recall(-1)", "before"),
        Binding("down", "recall(1)", "after"),
        Binding("escape,ctrl+c", "leave", "leave"),
    ]

    class Left(Message):
        """The user leaves the command line without a command."""

    def __init__(
        self, complete: Callable[[str], list[str]], offers: Callable[[str], Sequence[Offer]]
    ) -> None:
        super().__init__(
            id="command-line", compact=True, suggester=_Completions(complete), select_on_focus=False
        )
        self._complete, self._offers = complete, offers
        self.history: list[str] = []
        self._at = 0
        self._typed = ""
        self._refused: str | None = None

    @property
    def shown(self) -> bool:
        return self._row.display

    @shown.setter
    def shown(self, shown: bool) -> None:
        self._row.display = shown

    @property
    def _row(self) -> CommandBar:
        return self.query_ancestor(CommandBar)

    def ask(self, text: str = "", proposed: str = "") -> None:
        """Show the line with the start of a command, and an argument that typing replaces."""
        self.shown = True
        self._refused = None
        self.value = text + proposed
        self.selection = Selection(len(text), len(text) + len(proposed))
        self._at = len(self.history)
        self.screen.set_focus(self)  # at once: the next key is part of the line
        self.call_after_refresh(self._offer)

    def on_input_changed(self) -> None:
        self.call_after_refresh(self._offer)

    def _offer(self) -> None:
        """Show what the line may become, once the line itself was painted."""
        if self.shown and self.value != self._refused:
            self._refused = None
            self._row.query_one(OfferList).show(self._offers(self.value))

    def refuse(self, why: str) -> None:
        """Say above the line why it can't be run, until it is changed."""
        self._refused = self.value
        self._row.query_one(OfferList).say(why)

    def keep(self, line: str) -> None:
        if line and self.history[-1:] != [line]:
            self.history.append(line)
            del self.history[:-MOST_HISTORY]

    def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        lines = [line.strip() for line in event.text.splitlines()]
        self.replace(LINE_BREAK.join(filter(None, lines)), *self.selection)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_recall(self, by: int) -> None:
        """Show the previous or the next line of the history."""
        if self._at == len(self.history):
            self._typed = self.value
        self._at = min(max(self._at + by, 0), len(self.history))
        self.value = [*self.history, self._typed][self._at]
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Complete as far as all completions agree."""
        found = self._complete(self.value)
        if not found:
            return
        common = commonprefix(found)  # noqa: RUF071 - by characters is what is wanted
        if len(common) > len(self.value) or len(found) == 1:
            self.value = common if len(found) > 1 else found[0]
            self.cursor_position = len(self.value)
