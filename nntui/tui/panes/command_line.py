"""The command line, with history and completion; the text field that all forms use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os.path import commonprefix
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

from nntui.text import harmless

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


class _Completions(Suggester):
    """Suggests the first completion of the line."""

    def __init__(self, complete: Callable[[str], list[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        found = self._complete(value) if value.strip() else []
        return found[0] if found and found[0] != value else None


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

    @dataclass
    class Offered(Message):
        """The line can be completed in several ways."""

        lines: list[str]

    def __init__(self, complete: Callable[[str], list[str]]) -> None:
        super().__init__(
            id="command-line", compact=True, suggester=_Completions(complete), select_on_focus=False
        )
        self._complete = complete
        self.history: list[str] = []
        self._at = 0
        self._typed = ""

    @property
    def shown(self) -> bool:
        return self._row.display

    @shown.setter
    def shown(self, shown: bool) -> None:
        self._row.display = shown

    @property
    def _row(self) -> Widget:
        assert isinstance(self.parent, Widget)
        return self.parent

    def ask(self, text: str = "", proposed: str = "") -> None:
        """Show the line with the start of a command, and an argument that typing replaces."""
        self.shown = True
        self.value = text + proposed
        self.selection = Selection(len(text), len(text) + len(proposed))
        self._at = len(self.history)
        self.screen.set_focus(self)  # at once: the next key is part of the line

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
        """Complete as far as all completions agree; offer them where they differ."""
        found = self._complete(self.value)
        if not found:
            return
        common = commonprefix(found)  # noqa: RUF071 - by characters is what is wanted
        if len(common) > len(self.value) or len(found) == 1:
            self.value = common if len(found) > 1 else found[0]
            self.cursor_position = len(self.value)
        else:
            self.post_message(self.Offered(found))
