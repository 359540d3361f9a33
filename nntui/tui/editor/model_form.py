"""The form that asks for what a file of weights does not say: activations, loss, data."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Final

from nntui.document.errors import Fault
from nntui.document.generators import GENERATORS
from nntui.interop.sketch import Given, IncompleteError
from nntui.interop.suggestion import MOST_BYTES, completing, suggested_data
from nntui.model.activations import ACTIVATIONS
from nntui.model.changes.settings import Change
from nntui.model.errors import NntuiError, SettingError, counted
from nntui.model.experiment import Training
from nntui.model.losses import LOSSES
from nntui.model.names import escaped, listed
from nntui.model.optimizers import OPTIMIZERS
from nntui.tui.editor.forms import EditForm, Field, Form, Values
from nntui.tui.editor.new_form import DATA, lines

_FITTING: Final = "  (chosen to fit)"


def model_form(error: IncompleteError) -> Form:
    """Return the form for a model that is incomplete: a field for all that its file lacks."""
    count = len(error.sketch.layers)
    sizes = [error.sketch.layers[0].inputs, *(layer.outputs for layer in error.sketch.layers)]
    shape = "-".join(map(str, sizes if count <= 4 else [sizes[0], "…", sizes[-1]]))
    known = {
        "activations": Field("activations", hint="tanh, sigmoid", help=(
            f"one for each of the {counted(count, 'layer')}: a file of weights does not say them",
            " ".join(ACTIVATIONS),
        )),
        "loss": Field("loss", choices=tuple(LOSSES), help=lines(
            [(name, row.use) for name, row in LOSSES.items()]
        )),
        "data": Field(
            "data", suggested_data(error), "points.csv", needed=True,
            help=_data_help(sizes[0], sizes[-1]),
        ),
    }  # fmt: skip
    fields = [known[name] for name in error.lacking]
    if error.sketch.training is None:
        fields.append(Field("optimizer", error.given.optimizer, choices=tuple(OPTIMIZERS), help=(
            "sgd, or another with its settings: adam learning_rate 0.01",
            *lines([(name, row.use) for name, row in OPTIMIZERS.items()]),
        )))  # fmt: skip

    sgd = f"sgd learning_rate {Training().optimizer.learning_rate}"

    @lru_cache(maxsize=32)
    def fitting(given: Given) -> Given:
        return completing(error, given)

    def choose(values: Values) -> Values:
        given, data = _given(values), values.get("data", "").strip()
        if not data and "data" in error.lacking:
            return {**dict.fromkeys(error.lacking[:-1], "fits the data"), "optimizer": sgd}
        path = os.path.expanduser(data)
        if os.path.isfile(path) and os.path.getsize(path) > MOST_BYTES:
            return {**dict.fromkeys(error.lacking, "fits the file"), "optimizer": sgd}
        try:
            found = fitting(given)
        except (NntuiError, Fault):
            return dict.fromkeys(values, "")
        texts = {name: f"{getattr(found, name)}{_FITTING}" for name in error.lacking}
        return {**texts, "optimizer": sgd}

    def make(values: Values) -> Change:
        try:
            experiment = error.complete(completing(error, _given(values)))
        except Fault as fault:
            where = f"{fault.place}: " if fault.place else ""
            of = f" in {escaped(fault.file, 100)}" if fault.file else ""
            found = f"{where}{fault.found}{of}"
            raise SettingError(found, fault.expected, "data", fault.hint) from None
        return Change(experiment, f"{escaped(os.path.basename(error.file), 60)} opened")

    name = escaped(os.path.basename(error.file), 60)
    title = f"{name}: {shape}, but no {listed(error.lacking)}"
    return Form(title, tuple(fields), make, new=True, choose=choose)


def _data_help(inputs: int, outputs: int) -> tuple[str, ...]:
    """Say what may be written as data; the generators have two inputs and one output."""
    fitting = [row for row in DATA if (inputs, outputs) == (2, 1) or row[0] not in GENERATORS]
    by_hand = f"by hand: {counted(inputs, 'input')} > {counted(outputs, 'target')}, or a class"
    return lines([*fitting[:-1], ("FILE.npz", "its arrays X and Y"), (fitting[-1][0], by_hand)])


def _given(values: Values) -> Given:
    return Given(
        values.get("activations", ""),
        values.get("loss", ""),
        values.get("optimizer", ""),
        values.get("data", ""),
    )


class ModelForm(EditForm):
    """Shows the form; the result is the experiment as a change."""

    keys_help = "enter run it · tab next field · → complete · esc leave"

    def submit(self, values: Values) -> None:
        """Make the experiment in a thread: data and networks may be large."""
        self.submit_in_thread(values)
