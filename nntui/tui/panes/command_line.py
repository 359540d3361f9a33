"""The command line: a colon, a command, and how it may go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection


class TextField(Input):
    """An input that is not overtaken by itself.

    Textual writes a letter at once, but takes a key such as backspace only when it has passed
    through all that lies around the input: of keys that arrive in one go, as they do over a slow
    line, the letters came first.
    """

    async def _on_key(self, event: Key) -> None:
        if not event.is_printable and event.key in self._bindings.key_to_bindings:
            event.stop()
            event.prevent_default()
            await self.run_action(self._bindings.key_to_bindings[event.key][0].action)
        else:
            await super()._on_key(event)


# ---- command line --------------------------------------------------------------------------------


MOST_HISTORY: Final = 500


class _Completions(Suggester):
    """Suggests the first of the lines that the interpreter would complete a line to."""

    def __init__(self, complete: Callable[[str], list[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """The line that a beginning may become."""
        found = self._complete(value) if value.strip() else []
        return found[0] if found and found[0] != value else None


class CommandLine(TextField):
    """One line above the footer, there only while a command is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "run it"),
        Binding("tab", "complete", "complete"),
        Binding("up", "recall(-1)", "before"),
        Binding("down", "recall(1)", "after"),
        Binding("escape", "leave", "leave"),
        Binding("ctrl+c", "leave", "leave", show=False),
    ]

    class Left(Message):
        """The person does not want to type a command after all."""

    class Offered(Message):
        """Several lines may be meant."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

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
        """Whether its row is there."""
        return self._row.display

    @shown.setter
    def shown(self, shown: bool) -> None:
        self._row.display = shown

    @property
    def _row(self) -> Widget:
        assert isinstance(self.parent, Widget)
        return self.parent

    def ask(self, text: str = "", proposed: str = "") -> None:
        """Come up with the beginning of a command, and what it may go on with.

        What is proposed is chosen: what is typed replaces it.
        """
        self.shown = True
        self.value = text + proposed
        self.selection = Selection(len(text), len(text) + len(proposed))
        self._at = len(self.history)
        self.screen.set_focus(self)  # at once: the next key is part of the line

    def leave(self) -> None:
        """Go away."""
        self.shown = False

    def keep(self, line: str) -> None:
        """Note a line in the history."""
        if line and self.history[-1:] != [line]:
            self.history.append(line)
            del self.history[:-MOST_HISTORY]

    def action_leave(self) -> None:
        """Type no command."""
        self.post_message(self.Left())

    def action_recall(self, by: int) -> None:
        """A command typed before, or after that one."""
        if self._at == len(self.history):
            self._typed = self.value
        self._at = min(max(self._at + by, 0), len(self.history))
        self.value = [*self.history, self._typed][self._at]
        self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Go on as far as all that may be meant agree; say what it may be when they part."""
        found = self._complete(self.value)
        if not found:
            return
        common = _common(found)
        if len(common) > len(self.value) or len(found) == 1:
            self.value = common if len(found) > 1 else found[0]
            self.cursor_position = len(self.value)
        else:
            self.post_message(self.Offered(found))


def _common(lines: list[str]) -> str:
    """The beginning that all lines share."""
    least, greatest = min(lines), max(lines)
    for n, character in enumerate(least):
        if greatest[n] != character:
            return least[:n]
    return least
