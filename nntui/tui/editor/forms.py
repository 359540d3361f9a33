"""The forms of the editor: which fields an entry has, and the change that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.changes import (
    SETTINGS,
    Change,
    add_neuron,
    add_row,
    change_connection,
    change_neuron,
    change_row,
    change_setting,
    connect,
    setting,
)
from nntui.model.errors import NntuiError, SettingError
from nntui.model.names import escaped, unquoted
from nntui.model.network import ROLES, Role
from nntui.model.settings import function_named, number, spelled, switch
from nntui.tui.dialogs.breakpoint_form import Tick
from nntui.tui.panes.command_line import TextField

if TYPE_CHECKING:
    from nntui.model.dataset import Target
    from nntui.model.experiment import Experiment


T = TypeVar("T")
_ROW: Final = re.compile(r"data\.(input|target)s\[(\d+)\]")


def read(values: Mapping[str, str], field: str, of: Callable[[str], T]) -> T:
    """What a field's text says.

    Raises:
        SettingError: what is wrong with it; its place begins with the field.
    """
    try:
        return of(values[field])
    except SettingError as error:
        place = ".".join(filter(None, (field, error.place)))
        raise SettingError(error.found, error.expected, place, error.hint) from None


def complaint(error: NntuiError, fields: Collection[str] = ()) -> tuple[str, str | None]:
    """What is wrong, as a sentence; and the field it is about, if it is one of these.

    A row of the data has its number on the screen, which counts from 1.
    """
    if not isinstance(error, SettingError):
        return str(error), None
    place = error.place
    if found := _ROW.fullmatch(place):
        column, row = found.groups()
        here = next((name for name in (column, f"{column}s") if name in fields), None)
        place = here or f"the {column} of example {int(row) + 1}"
    field = place.partition(".")[0]
    said = SettingError(error.found, error.expected, place, error.hint)
    return str(said), field if field in fields else None


# ---- forms ---------------------------------------------------------------------------------------


Values = Mapping[str, str]
YES, NO = "yes", "no"
_DRAWN: Final = "left empty: drawn by the initializer"
_FUNCTION: Final = "tanh, or leaky_relu slope 0.2"


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, its text, what may be written there, and what may be chosen.

    With ``choices`` a field is completed as it is typed; a ``tick`` is a box of yes or no.
    """

    name: str
    value: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    tick: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its title, its fields, and the change that their texts make.

    ``make`` raises an ``NntuiError`` for what cannot be. ``first``: the field to begin with.
    """

    title: str
    fields: tuple[Field, ...]
    make: Callable[[Values], Change]
    new: bool = False
    first: str = ""


# ---- neurons and connections ---------------------------------------------------------------------


def neuron(experiment: Experiment, name: str) -> Form:
    """The form of a neuron that stands already."""
    found = experiment.network.neuron(name)
    fields = [Field("name", name)]
    if found.activation is not None and found.bias is not None:
        fields += [
            Field("activation", spelled(found.activation), _FUNCTION, tuple(ACTIVATIONS)),
            Field("bias", repr(found.bias)),
            Field("trained", YES if found.trainable else NO, tick=True),
        ]

    def make(values: Values) -> Change:
        return change_neuron(
            experiment,
            name,
            new_name=values["name"],
            activation=read(values, "activation", _activation) if "activation" in values else None,
            bias=read(values, "bias", _optional) if "bias" in values else None,
            trainable=switch(values["trained"]) if "trained" in values else None,
        )

    return Form(f"{escaped(name)}, {found.role}", tuple(fields), make)


def new_neuron(experiment: Experiment) -> Form:
    """The form of a neuron to be added."""
    fields = (
        Field("name", _free_name(experiment)),
        Field("role", "hidden", "input, hidden or output", ROLES),
        Field("activation", "", _FUNCTION + " (empty: linear)", tuple(ACTIVATIONS)),
        Field("bias", "", _DRAWN),
    )

    def make(values: Values) -> Change:
        return add_neuron(
            experiment,
            values["name"],
            role=cast("Role", values["role"].strip()),  # another word is refused by the model
            activation=read(values, "activation", _activation),
            bias=read(values, "bias", _optional),
        )

    return Form("Add a neuron", fields, make, new=True)


def connection(experiment: Experiment, source: str, target: str) -> Form:
    """The form of a connection that stands already."""
    found = experiment.network.connection(source, target)
    fields = (
        Field("weight", repr(found.weight)),
        Field("trained", YES if found.trainable else NO, tick=True),
    )

    def make(values: Values) -> Change:
        weight, trainable = read(values, "weight", _optional), switch(values["trained"])
        return change_connection(experiment, source, target, weight=weight, trainable=trainable)

    return Form(f"{escaped(source)} → {escaped(target)}", fields, make)


def new_connection(experiment: Experiment, source: str | None) -> Form:
    """The form of a connection to be added."""
    names = experiment.network.names
    fields = (
        Field("from", source or "", "a neuron", names),
        Field("to", "", "a neuron that is no input", names),
        Field("weight", "", _DRAWN),
    )

    def make(values: Values) -> Change:
        weight = read(values, "weight", _optional)
        return connect(experiment, _name(values["from"]), _name(values["to"]), weight)

    first = "to" if source else "from"
    return Form("Connect two neurons", fields, make, new=True, first=first)


# ---- training and data ---------------------------------------------------------------------------


def setting_form(experiment: Experiment, name: str) -> Form:
    """The form of a setting of the training."""
    row = SETTINGS[name]
    field = Field(name, setting(experiment.training, name), row.hint, row.choices)
    return Form(name, (field,), lambda values: change_setting(experiment, name, values[name]))


def row(experiment: Experiment, n: int) -> Form:
    """The form of an example that is there already."""
    data, target = experiment.data, partial(_target, experiment)
    return Form(
        f"Example {n + 1}",
        (Field("inputs", written(data.inputs[n])), Field("target", written(data.targets[n]))),
        lambda values: change_row(
            experiment, n, read(values, "inputs", _vector), read(values, "target", target)
        ),
    )


def new_row(experiment: Experiment) -> Form:
    """The form of an example to be added."""
    inputs, outputs = experiment.network.wiring().inputs, experiment.network.wiring().outputs
    target = partial(_target, experiment)
    return Form(
        "Add an example",
        (
            Field("inputs", "", "numbers for " + " ".join(map(escaped, inputs[:6]))),
            Field("target", "", "numbers for " + " ".join(map(escaped, outputs[:6]))),
        ),
        lambda values: add_row(
            experiment, read(values, "inputs", _vector), read(values, "target", target)
        ),
        new=True,
    )


def written(target: Target) -> str:
    """Inputs or a target as they are read and typed."""
    if isinstance(target, int):
        return str(target)
    return " ".join(repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x) for x in target)


# ---- inside --------------------------------------------------------------------------------------


def _activation(text: str) -> Activation | None:
    return function_named(Activation.of, text) if text.strip() else None


def _name(text: str) -> str:
    """A neuron's name, also as it is written where it could be mistaken: in quotes."""
    name = unquoted(text.strip())
    return text.strip() if name is None else name


def _optional(text: str) -> float | None:
    return number(text.strip()) if text.strip() else None


def _vector(text: str) -> tuple[float, ...]:
    words = text.replace(",", " ").replace("[", " ").replace("]", " ").split()
    if not words:
        raise SettingError("nothing", "numbers with blanks between them")
    return tuple(map(number, words))


def _target(experiment: Experiment, text: str) -> tuple[float, ...] | int:
    """A target; the class index of a data set that has class indices."""
    if any(isinstance(target, int) for target in experiment.data.targets[:1]):
        numbers = _vector(text)
        if len(numbers) == 1 and numbers[0].is_integer():
            return int(numbers[0])
        return numbers
    return _vector(text)


def _free_name(experiment: Experiment) -> str:
    """A name such as h3 that no neuron has."""
    names = experiment.network.names
    return next(name for n in range(1, len(names) + 2) if (name := f"h{n}") not in names)


# ---- edit form -----------------------------------------------------------------------------------


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
