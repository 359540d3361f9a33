"""The forms of the editor: the fields of an entry, the change that they make, and their screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import TYPE_CHECKING, Final, TypeVar, cast

from msgspec import Struct
from textual.app import ComposeResult
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.changes.settings import SETTINGS, Change, change_setting, setting
from nntui.model.changes.structure import (
    add_beside,
    add_neuron,
    add_row,
    change_connection,
    change_neuron,
    change_row,
    connect,
)
from nntui.model.errors import NntuiError, SettingError
from nntui.model.losses import LOSSES
from nntui.model.names import escaped, quoted, unquoted
from nntui.model.network import ROLES, Role
from nntui.model.optimizers import OPTIMIZERS
from nntui.model.settings import number, spelled, switch
from nntui.text import padded
from nntui.tui.dialogs.form import FormField, FormScreen, Tick, field

if TYPE_CHECKING:
    from nntui.model.dataset import Target
    from nntui.model.experiment import Experiment

T = TypeVar("T")
Values = Mapping[str, str]
"""The texts of the fields by their names."""
_DRAWN: Final = "left empty: drawn by the initializer"
_FUNCTION: Final = "tanh, leaky_relu slope 0.2, or expression z*z derivative 2*z"
_MOST_CHOICES: Final = 16
_ROOMY: Final = 22
"""Rows of a terminal that has room for what may be chosen, and for what is wrong below it."""
_USES: Final = {
    "loss": {name: row.use for name, row in LOSSES.items()},
    "optimizer": {name: row.use for name, row in OPTIMIZERS.items()},
    "learning_rate": {
        "η": "how far a weight moves; too large and the loss jumps, too small: it creeps"
    },
}
"""When to choose which."""
_EXAMPLE_FIELD: Final = re.compile(r"data\.(input|target)s\[(\d+)\]")


class Field(Struct, frozen=True):
    """A field: its name, its text, a hint at what may be written there, and what may be chosen.

    With ``choices`` a field is completed as it is typed; a ``tick`` is a box of yes or no. ``help``
    holds lines that are shown while the field has the cursor, instead of the choices. Enter leads
    to one that is ``needed`` and empty.
    """

    name: str
    value: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    tick: bool = False
    help: tuple[str, ...] = ()
    needed: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """What is shown while the field has the cursor."""
        if self.help or not self.choices:
            return self.help
        shown = [escaped(quoted(choice), 20) for choice in self.choices[:_MOST_CHOICES]]
        return (" ".join(shown) + (" …" if len(self.choices) > _MOST_CHOICES else ""),)


class Form(Struct, frozen=True):
    """A form: its title, its fields, and the change that their texts make.

    ``make`` raises an ``NntuiError`` for what cannot be. ``first``: the field to begin with.
    ``choose`` gives what will be chosen for the fields that are empty, by their names, and under
    "" a line about the whole.
    """

    title: str
    fields: tuple[Field, ...]
    make: Callable[[Values], Change]
    new: bool = False
    first: str = ""
    choose: Callable[[Values], Values] | None = None


class EditForm(FormScreen[Change]):
    """Shows a form; the result is the change, or None when there is none to be made."""

    keys_help = "enter done · tab next field · → complete · esc leave"

    def __init__(self, form: Form) -> None:
        super().__init__(form.title)
        self.form = form

    def compose_fields(self) -> ComposeResult:
        for each in self.form.fields:
            yield field("" if each.tick else each.name, _widget(each))
        yield Static("", id="form-help", markup=False)
        if self.form.choose is not None:
            yield Static("", id="form-said", markup=False)

    def on_mount(self) -> None:
        self._help.styles.min_height = max(len(each.lines) for each in self.form.fields)
        self.focus_field(self.form.first or self.form.fields[0].name)
        self.call_after_refresh(self._choose)

    def on_descendant_focus(self) -> None:
        """Show what may be written into the field that has the cursor."""
        id = self.focused.id if self.focused is not None else None
        lines = next((each.lines for each in self.form.fields if f"edit-{each.name}" == id), ())
        self._help.update("\n".join(lines))

    def on_input_changed(self) -> None:
        self._help.display = True  # see ``refuse``
        self._choose()

    def on_input_submitted(self) -> None:
        """Make the change, or say what is wrong with it."""
        values = self._values
        empty = (each.name for each in self.form.fields if each.needed and not values[each.name])
        if (missing := next(empty, None)) is not None and self.focused is not self._widget(missing):
            self.focus_field(missing)
            return
        unchanged = all(values[each.name] == each.value for each in self.form.fields)
        if unchanged and not self.form.new:
            self.dismiss(None)
        else:
            self.submit(values)

    def submit(self, values: Values) -> None:
        """Leave with the change that the texts make, or say what is wrong with it."""
        try:
            change = self.form.make(values)
        except NntuiError as error:
            self.refuse(error)
        else:
            self.dismiss(change)

    def submit_in_thread(self, values: Values) -> None:
        """Do the same where making the change takes a moment."""
        self.show_error("making it …")

        def work() -> None:
            try:
                change = self.form.make(values)
            except NntuiError as error:
                self.app.call_later(self.refuse, error)
            else:
                self.app.call_later(self.dismiss, change)

        self.run_worker(work, thread=True)

    def refuse(self, error: NntuiError) -> None:
        """Say what is wrong, with the cursor in the field that it is about."""
        if not self.is_active:  # it was left while a file was read
            return
        sentence, wrong = located(error, self._values)
        self.show_error(sentence)
        self._help.display = self.app.size.height >= _ROOMY  # the sentence must be seen
        if self.form.choose is not None:
            self.query_one("#form-said", Static).update("")  # it takes that one's place
        if wrong is not None:
            self.focus_field(wrong)

    def focus_field(self, name: str) -> None:
        """Focus a field. Its text is selected: what is typed replaces it."""
        self._widget(name).focus()

    def _widget(self, name: str) -> Widget:
        return self.query_one(f"#edit-{name}")

    @property
    def _values(self) -> dict[str, str]:
        values = {}
        for each in self.form.fields:
            widget = self.query_one(f"#edit-{each.name}")
            assert isinstance(widget, Input | Tick)
            value = widget.value
            values[each.name] = yes_or_no(value) if isinstance(value, bool) else value
        return values

    @property
    def _help(self) -> Static:
        return self.query_one("#form-help", Static)

    def _choose(self) -> None:
        """Show in the empty fields what will be chosen for them."""
        if self.form.choose is None or not self.is_mounted:
            return
        found = self.form.choose(self._values)
        for each in self.form.fields:
            if each.name in found:
                self.query_one(f"#edit-{each.name}", Input).placeholder = found[each.name]
        self.query_one("#form-said", Static).update(found.get("", ""))
        self.show_error("")


def _widget(each: Field) -> Input | Tick:
    id = f"edit-{each.name}"
    if each.tick:
        return Tick(each.name, each.value == yes_or_no(True), id=id, compact=True)
    suggester = SuggestFromList(each.choices) if each.choices else None
    return FormField(each.value, placeholder=each.hint, suggester=suggester, id=id, compact=True)


def yes_or_no(value: bool) -> str:
    """Write a switch as it is read in a field."""
    return "yes" if value else "no"


def located(error: NntuiError, fields: Collection[str] = ()) -> tuple[str, str | None]:
    """Return what is wrong, as a sentence, and the field it is about, if it is one of these.

    An example of the data has its number on the screen, which counts from 1.
    """
    if not isinstance(error, SettingError):
        return str(error), None
    place = error.place
    if found := _EXAMPLE_FIELD.fullmatch(place):
        column, row = found.groups()
        here = next((name for name in (column, f"{column}s") if name in fields), None)
        place = here or f"the {column} of example {int(row) + 1}"
    name = place.partition(".")[0]
    sentence = str(SettingError(error.found, error.expected, place, error.hint))
    return sentence, name if name in fields else None


def neuron_form(experiment: Experiment, name: str) -> Form:
    """Return the form that changes a neuron."""
    found = experiment.network.neuron(name)
    fields = [Field("name", name)]
    if found.activation is not None and found.bias is not None:
        fields += [
            Field("activation", spelled(found.activation), _FUNCTION, tuple(ACTIVATIONS)),
            Field("bias", repr(found.bias)),
            Field("trained", yes_or_no(found.trainable), tick=True),
        ]

    def make(values: Values) -> Change:
        return change_neuron(
            experiment,
            name,
            new_name=values["name"],
            activation=_read(values, "activation", _activation) if "activation" in values else None,
            bias=_read(values, "bias", _optional) if "bias" in values else None,
            trainable=switch(values["trained"]) if "trained" in values else None,
        )

    return Form(f"{escaped(name)}, {found.role}", tuple(fields), make)


def new_neuron_form(experiment: Experiment, chosen: str | None = None) -> Form:
    """Return the form that adds a neuron, by default to the layer of the chosen one.

    Of an input that is only the first of the list, nobody has chosen it: then it is the last hidden
    neuron's layer.
    """
    network = experiment.network
    hidden = [name for name in network.names if network.neuron(name).role == "hidden"]
    if hidden and (chosen is None or chosen == network.names[0]):
        chosen = hidden[-1]
    beside = chosen or network.names[-1]
    fields = (
        Field("name", _free_name(beside, network.names)),
        Field("beside", beside, "a neuron, or nothing", network.names, help=(
            "the neuron whose layer it joins: it gets that one's role, activation and",
            "connections, with weights that the initializer draws; empty: it stands alone",
        )),
        Field("role", "", "hidden", ROLES),
        Field("activation", "", "linear", tuple(ACTIVATIONS)),
        Field("bias", "", _DRAWN),
    )  # fmt: skip

    def make(values: Values) -> Change:
        name, like, role = values["name"], _name(values["beside"]), values["role"].strip()
        activation = _read(values, "activation", _activation)
        bias = _read(values, "bias", _optional)
        if like == beside and role not in ("", network.neuron(like).role):  # nobody has chosen it
            alike = (each for each in network.names if network.neuron(each).role == role)
            like = next(reversed([*alike]), "")
        if like:
            of = network.neuron(like).role
            if role not in ("", of):
                found = f"{role} beside {escaped(quoted(like))}"
                raise SettingError(found, f"{of}, as that one is", "role")
            return add_beside(experiment, like, name, activation=activation, bias=bias)
        return add_neuron(
            experiment,
            name,
            role=cast("Role", role or "hidden"),  # another word is refused by the model
            activation=activation,
            bias=bias,
        )

    def choose(values: Values) -> Values:
        like = _name(values["beside"])
        if like not in network or values["role"] not in ("", network.neuron(like).role):
            return {"role": "hidden", "activation": "linear"}
        found = network.neuron(like)
        activation = "none" if found.activation is None else spelled(found.activation)
        as_that = f", as {escaped(like)}"
        return {"role": found.role + as_that, "activation": activation + as_that}

    return Form("Add a neuron", fields, make, new=True, choose=choose)


def _free_name(like: str, taken: Collection[str]) -> str:
    """Return a name for a sibling: h4 beside h3, out2 beside out."""
    stem = like.rstrip("0123456789")
    return next(
        name for n in count(1 if stem != like else 2) if (name := f"{stem}{n}") not in taken
    )


def connection_form(experiment: Experiment, source: str, target: str) -> Form:
    """Return the form that changes a connection."""
    found = experiment.network.connection(source, target)
    fields = (
        Field("weight", repr(found.weight)),
        Field("trained", yes_or_no(found.trainable), tick=True),
    )

    def make(values: Values) -> Change:
        weight, trainable = _read(values, "weight", _optional), switch(values["trained"])
        return change_connection(experiment, source, target, weight=weight, trainable=trainable)

    return Form(f"{escaped(source)} → {escaped(target)}", fields, make)


def new_connection_form(experiment: Experiment, chosen: str | None) -> Form:
    """Return the form that adds a connection: from the chosen neuron, or to it if it has none."""
    net = experiment.network.wiring()
    names = experiment.network.names
    lonely = chosen is not None and chosen not in net.inputs and not net.sources[chosen]
    fields = (
        Field("from", "" if lonely else chosen or "", "a neuron", names, needed=True),
        Field(
            "to", chosen or "" if lonely else "", "a neuron that is no input",
            tuple(name for name in names if name not in net.inputs), needed=True,
        ),
        Field("weight", "", _DRAWN),
    )  # fmt: skip

    def make(values: Values) -> Change:
        weight = _read(values, "weight", _optional)
        return connect(experiment, _name(values["from"]), _name(values["to"]), weight)

    return Form("Connect two neurons", fields, make, new=True, first="from")


def setting_form(experiment: Experiment, name: str) -> Form:
    """Return the form that changes a setting of the training."""
    row = SETTINGS[name]
    uses = _USES.get(name, {})
    width = max(map(len, uses), default=0)
    lines = tuple(f"{padded(each, width)}  {use}" for each, use in uses.items())
    only = Field(name, setting(experiment.training, name), row.hint, row.choices, help=lines)
    return Form(name, (only,), lambda values: change_setting(experiment, name, values[name]))


def example_form(experiment: Experiment, n: int) -> Form:
    """Return the form that changes example ``n``."""
    data = experiment.data
    fields = (
        Field("inputs", numbers_text(data.inputs[n])),
        Field("target", numbers_text(data.targets[n])),
    )

    def make(values: Values) -> Change:
        return change_row(experiment, n, *_example(experiment, values))

    return Form(f"Example {n + 1}", fields, make)


def new_example_form(experiment: Experiment) -> Form:
    """Return the form that adds an example."""
    net = experiment.network.wiring()
    fields = (
        Field("inputs", "", "numbers for " + " ".join(map(escaped, net.inputs[:6]))),
        Field("target", "", "numbers for " + " ".join(map(escaped, net.outputs[:6]))),
    )
    return Form(
        "Add an example",
        fields,
        lambda values: add_row(experiment, *_example(experiment, values)),
        new=True,
    )


def numbers_text(target: Target) -> str:
    """Return inputs or a target as they are typed."""
    if isinstance(target, int):
        return str(target)
    return " ".join(repr(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x) for x in target)


def _read(values: Values, name: str, of: Callable[[str], T]) -> T:
    """Convert a field's text.

    Raises:
        SettingError: what is wrong with it; its place begins with the field.
    """
    try:
        return of(values[name])
    except SettingError as error:
        place = ".".join(filter(None, (name, error.place)))
        raise SettingError(error.found, error.expected, place, error.hint) from None


def _activation(text: str) -> Activation | None:
    return Activation.named(text) if text.strip() else None


def _name(text: str) -> str:
    """Return a neuron's name, which may be typed in quotes."""
    name = unquoted(text.strip())
    return text.strip() if name is None else name


def _optional(text: str) -> float | None:
    return number(text.strip()) if text.strip() else None


def _vector(text: str) -> tuple[float, ...]:
    words = text.replace(",", " ").replace("[", " ").replace("]", " ").split()
    if not words:
        raise SettingError("nothing", "numbers with blanks between them")
    return tuple(map(number, words))


def _example(
    experiment: Experiment, values: Values
) -> tuple[tuple[float, ...], tuple[float, ...] | int]:
    """Return inputs and a target: a class index where the data set has class indices."""
    inputs, target = _read(values, "inputs", _vector), _read(values, "target", _vector)
    classes = any(isinstance(target, int) for target in experiment.data.targets[:1])
    if classes and len(target) == 1 and target[0].is_integer():
        return inputs, int(target[0])
    return inputs, target
