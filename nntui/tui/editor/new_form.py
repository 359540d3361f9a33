"""The form of a new document: layers, data, and what is chosen to fit them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final

from textual.widgets import Input

from nntui.document.generators import GENERATORS
from nntui.document.new import LayersError, Words, chosen, made
from nntui.document.new_data import ENDS
from nntui.model.activations import ACTIVATIONS
from nntui.model.changes.settings import Change
from nntui.model.errors import NntuiError, SettingError
from nntui.model.losses import LOSSES
from nntui.model.optimizers import OPTIMIZERS
from nntui.model.settings import spelled, written
from nntui.text import padded
from nntui.tui.documents.document import LARGE
from nntui.tui.editor.forms import EditForm, Field, Form, Values

DATA: Final = (
    *((name, row.summary) for name, row in GENERATORS.items()),
    ("FILE.csv", "its last columns are targets, or FILE.csv x1 x2 > class"),
    ("0 1 > 1; 1 1 > 0", "by hand: inputs > target, a semicolon between examples"),
)
"""What may be written into a field of data."""
_CHOSEN: Final = ("loss", "output", "learning_rate")
_FILE_SIZE: Final = 100_000
"""Bytes of a CSV file that takes a moment to read."""


def lines(rows: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Write names and what they mean, for the help of a field."""
    width = max(len(name) for name, _ in rows)
    return tuple(f"{padded(name, width)}  {words}" for name, words in rows)


def new_form(words: Words | None = None) -> Form:
    """Return the form; ``words``: what it begins with."""
    given = words or Words(layers="2 4 1", activation="tanh", data="xor")
    fields = (
        Field("layers", given.layers, "2 3 1", help=(
            "inputs, hidden layers, outputs: 2 3 1, or 2 8 8 1; 3 alone: the hidden layer",
        )),
        Field("activation", given.activation, "tanh", tuple(ACTIVATIONS)),
        Field("data", given.data, "xor", tuple(GENERATORS), help=lines(DATA)),
        Field(
            "loss", given.loss, choices=tuple(LOSSES),
            help=lines([(name, row.use) for name, row in LOSSES.items()]),
        ),
        Field("output", given.output, choices=tuple(ACTIVATIONS), help=(
            "the activation of the outputs: sigmoid for yes or no, tanh for −1 and 1,",
            "linear for numbers, and where the loss applies sigmoid or softmax itself",
        )),
        Field(
            "optimizer", given.optimizer, "sgd", tuple(OPTIMIZERS),
            help=lines([(name, row.use) for name, row in OPTIMIZERS.items()]),
        ),
        Field("learning_rate", given.learning_rate, help=(
            "η: how far a weight moves in an update; = changes it during the run",
        )),
    )  # fmt: skip

    def make(values: Values) -> Change:
        choice = chosen(Words(**values))
        experiment = made(choice)
        return Change(experiment, f"{experiment.name} made")

    return Form("New network", fields, make, new=True, first="layers", choose=_choice)


def _choice(values: Values) -> Values:
    """Return what would be chosen: not of a file, which is read when the form is done."""
    word = values["data"].strip().partition(" ")[0].strip("\"'")
    if word.lower().endswith(ENDS):
        said = "The file is read when you press enter: the layers may be empty, too."
        return {**dict.fromkeys(_CHOSEN, "fits the file"), "": said}
    said = ""
    try:
        try:
            found = chosen(Words(**values))
        except LayersError as error:
            said, found = str(error), chosen(Words(**{**values, "layers": error.fitting}))
    except SettingError:
        return dict.fromkeys(_CHOSEN, "")
    rate = written(found.optimizer.learning_rate)
    texts = (f"{each}  (chosen to fit)" for each in (found.loss.name, spelled(found.output), rate))
    return {**dict(zip(_CHOSEN, texts, strict=True)), "": said or found.said}


def _takes_time(values: Values) -> bool:
    sizes = [int(size) for size in re.findall(r"\d+", values["layers"][:200])]
    if sum(before * size for before, size in pairwise(sizes)) > LARGE:
        return True
    path = os.path.expanduser(values["data"].strip().partition(" ")[0])
    with suppress(OSError, ValueError):
        return os.path.getsize(path) > _FILE_SIZE
    return False


class NewForm(EditForm):
    """Shows the form; the result is the new experiment as a change."""

    keys_help = "enter run it · tab next field · → complete · esc leave"

    def submit(self, values: Values) -> None:
        """Make the network: in a thread where it is large, or the file of its data."""
        if _takes_time(values):
            self.submit_in_thread(values)
        else:
            super().submit(values)

    def refuse(self, error: NntuiError) -> None:
        """Say what is wrong; layers that the data do not fit are put right at once."""
        super().refuse(error)
        if isinstance(error, LayersError):
            with self.prevent(Input.Changed):  # which would take the sentence away
                self.query_one("#edit-layers", Input).value = error.fitting
            self.show_error(f"{error}. They are {error.fitting} now: enter runs it.")
