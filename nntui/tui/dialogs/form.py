"""The base of the forms: a box of labelled fields, and below them what is wrong."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Checkbox, Label, Static

from nntui.tui.dialogs.question import Closable
from nntui.tui.panes.command_line import TextField

# On the fields: of the box around them, the keys would scroll it.
_UP_AND_DOWN: list[BindingType] = [
    Binding("down", "app.focus_next", show=False),
    Binding("up", "app.focus_previous", show=False),
]


class FormScreen(ModalScreen[ScreenResultType | None], Closable[ScreenResultType]):
    """Asks for values in fields; its result is None when the user leaves it with escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "cancel")]
    keys_help = "enter save · esc leave"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="form", can_focus=False) as box:
            box.border_title = Content(self._title)
            box.border_subtitle = self.keys_help
            yield from self.compose_fields()
            yield Static("", id="form-error", markup=False)

    def compose_fields(self) -> ComposeResult:
        """Yield the widgets of the form."""
        raise NotImplementedError

    def show_error(self, problem: str) -> None:
        self.query_one("#form-error", Static).update(problem)


class FormField(TextField):
    """A field with others above and below."""

    BINDINGS: ClassVar[list[BindingType]] = _UP_AND_DOWN


class Tick(Checkbox):
    """A checkbox whose cross is there or not, whatever the colours."""

    BINDINGS: ClassVar[list[BindingType]] = _UP_AND_DOWN

    @property
    def _button(self) -> Content:
        self.BUTTON_INNER = "X" if self.value else " "
        return super()._button


def field(label: str, *widgets: Widget) -> Horizontal:
    """Return a row of a form: a label, and what it is about."""
    return Horizontal(Label(label, markup=False), *widgets, classes="field")
