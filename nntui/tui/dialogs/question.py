"""A question with a few answers, each on a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Static

from nntui.model.names import escaped

_WIDEST: Final = 72
_FRAME: Final = 4
"""Cells of the border and of the blanks within it."""
_BESIDE: Final = 6
"""Cells about the words of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its key, and what it does in a word or two. The name is what is given back."""

    key: str
    name: str
    label: str


class Question(ModalScreen["str | None"]):
    """Gives the name of the answer, or None (escape): then nothing is to be done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "nothing", "stay"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, *answers: Answer, otherwise: str = "stay") -> None:
        super().__init__()
        self._title, self._text, self._answers = title, text, answers
        self._otherwise = otherwise
        for answer in answers:  # at once: the key may have been typed already
            self._bindings.bind(answer.key, f"answer('{answer.name}')", show=False)

    def compose(self) -> ComposeResult:
        """The text, and the answers in a row."""
        with VerticalScroll(id="question", can_focus=False) as box:
            box.border_title = Content(self._title)
            yield Static(self._text, markup=False)
            with Horizontal(id="answers"):
                for answer in self._answers:
                    yield Button(
                        f"{answer.key}  {answer.label}",
                        id=answer.name,
                        compact=True,
                        action=f"screen.answer('{answer.name}')",
                    )
                yield Button(f"esc  {self._otherwise}", compact=True, action="screen.nothing")

    def on_resize(self, event: Resize) -> None:
        """Put the answers below each other where they have no room in a row."""
        room = min(event.size.width, _WIDEST) - _FRAME
        wide = sum(cell_len(str(button.label)) + _BESIDE for button in self.query(Button))
        self.set_class(wide > room, "narrow")

    def on_mount(self) -> None:
        """Focus the last button, which does nothing."""
        self.call_after_refresh(partial(self.query(Button).last().focus))

    def action_answer(self, name: str) -> None:
        """Give an answer."""
        self.dismiss(name)

    def action_nothing(self) -> None:
        """Do nothing."""
        self.dismiss(None)


# ---- opening -------------------------------------------------------------------------------------


class OpeningScreen(Screen[None]):
    """Says which document is being opened, or what else takes a moment."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "quit")]

    def __init__(self, what: str, doing: str = "opening") -> None:
        super().__init__()
        self._what, self._doing = what, doing

    def compose(self) -> ComposeResult:
        """One line in the middle."""
        said = f"{self._doing} {escaped(self._what, 200)} …"
        yield Static(said, id="opening", markup=False)
