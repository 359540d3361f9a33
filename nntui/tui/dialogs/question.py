"""Screens that are left for the one below: their base, a question, what is being opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widgets import Button, Static

from nntui.model.names import escaped

OPENING: Final = "opening"
_WIDEST: Final = 72
_FRAME: Final = 4
"""Cells of the border and its padding."""
_BUTTON_FRAME: Final = 6
"""Cells of a button beside its label."""
_STAY: Final = "stay"
"""The button that does nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its key, the name that is the question's result, and its label."""

    key: str
    name: str
    label: str


class Coverable(Screen[ScreenResultType]):
    """A screen that rests while another one covers it.

    Textual 8 lets a screen that changes below another one ask for another repaint with each one,
    sixty times a second until it is on top again. The repaint of the one on top shows the change.
    Textual asks for one of the changed regions alone, for which that screen forgets what it has
    changed itself.
    """

    def _on_timer_update(self) -> None:
        """Paint once what is to be laid out and painted; Textual would paint twice."""
        if self._layout_required and self._repaint_required and self.is_current:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()

    def paint_changes(self) -> None:
        """Paint what has changed now, not when Textual's timer comes by."""
        self._on_timer_update()

    def _compositor_refresh(self) -> None:
        if self.app._batch_count:  # nothing of it would be seen
            self._repaint_required = True
            return
        super()._compositor_refresh()
        top = self.app.screen
        if self is not top and self._repaint_required:
            self._repaint_required = False
            top.refresh()


class Closable(Coverable[ScreenResultType | None]):
    """A screen that is left at most once, and only while it is the one on top.

    A second key or click may be on its way to it when it is left, and a question may cover it.
    (A modal screen has this base behind ``ModalScreen``: Textual takes styles from the first.)
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave the screen with a result, if it is the one on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_leave(self) -> None:
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go back only when another screen lies below."""
        return len(self.app.screen_stack) > 2 if action == "leave" else True


class Question(ModalScreen["str | None"], Closable[str]):
    """Asks a question; the result is the name of the answer, or None (escape)."""

    AUTO_FOCUS: ClassVar[str] = f"#{_STAY}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "stay"),
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
                yield Button(
                    f"esc  {self._otherwise}", compact=True, id=_STAY, action="screen.leave"
                )

    def on_resize(self, event: Resize) -> None:
        """Stack the answers where they do not fit beside each other."""
        room = min(event.size.width, _WIDEST) - _FRAME
        wide = sum(cell_len(str(button.label)) + _BUTTON_FRAME for button in self.query(Button))
        self.set_class(wide > room, "narrow")

    def action_answer(self, name: str) -> None:
        self.dismiss(name)


class OpeningScreen(Closable[None]):
    """Says which document is being opened, which can be left, or what else takes time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+c", "app.quit", "quit"),
        Binding("escape", "leave", "back"),
    ]

    def __init__(self, what: str, doing: str = OPENING) -> None:
        super().__init__()
        self._what, self._doing = what, doing

    def compose(self) -> ComposeResult:
        text = f"{self._doing} {escaped(self._what, 200)} …"
        yield Static(text, id="opening", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go back only from opening: what is begun needs the run below."""
        closes = action != "leave" or self._doing == OPENING
        return closes and super().check_action(action, parameters)
