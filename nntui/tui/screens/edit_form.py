"""A form of the editor: fields with texts, made into a change when all of them can be read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from nntui.model.changes import Change
from nntui.model.errors import NntuiError
from nntui.tui.editor.complaints import complaint
from nntui.tui.editor.forms import NO, YES, Field, Form
from nntui.tui.screens.stop_form import Tick
from nntui.tui.widgets.text_field import TextField


class EditForm(ModalScreen[Change | None]):
    """Gives the change, or None when there is none to be made."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "leave it as it was"),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def compose(self) -> ComposeResult:
        """A line for each field; below a field with choices, what they are."""
        with VerticalScroll(id="form", can_focus=False) as box:
            box.border_title = Content(self._form.title)
            box.border_subtitle = "enter done · tab next field · → complete · esc leave"
            for field in self._form.fields:
                with Horizontal(classes="field"):
                    yield Label("" if field.tick else field.name, markup=False)
                    yield _widget(field)
                if field.choices:
                    yield Static(_choices(field), classes="choices", markup=False)
            yield Static("", id="form-error", markup=False)

    def on_mount(self) -> None:
        """Begin with the field that is likeliest to be changed."""
        self._go_to(self._form.first or self._form.fields[0].name)

    def on_input_submitted(self) -> None:
        """Make the change, or say what is wrong with it."""
        values = {field.name: self._value(field) for field in self._form.fields}
        unchanged = all(values[field.name] == field.value for field in self._form.fields)
        if unchanged and not self._form.new:
            self.dismiss(None)
            return
        try:
            change = self._form.make(values)
        except NntuiError as error:
            said, wrong = complaint(error, [*values])
            self.query_one("#form-error", Static).update(said)
            if wrong is not None:
                self._go_to(wrong)
            return
        self.dismiss(change)

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

    def _go_to(self, name: str) -> None:
        """Go to a field. What it holds is chosen: what is typed replaces it."""
        self.query_one(f"#edit-{name}").focus()

    def _value(self, field: Field) -> str:
        if field.tick:
            return YES if self.query_one(f"#{_id(field)}", Tick).value else NO
        return self.query_one(f"#{_id(field)}", Input).value


def _widget(field: Field) -> Input | Tick:
    if field.tick:
        return Tick(field.name, field.value == YES, id=_id(field), compact=True)
    return TextField(
        field.value,
        placeholder=field.hint,
        suggester=SuggestFromList(field.choices) if field.choices else None,
        id=_id(field),
        compact=True,
    )


def _id(field: Field) -> str:
    return f"edit-{field.name}"


def _choices(field: Field) -> str:
    from nntui.model.names import escaped, quoted

    shown = [escaped(quoted(choice), 20) for choice in field.choices[:16]]
    return " ".join(shown) + (" …" if len(field.choices) > len(shown) else "")
