"""What probably fits a model whose file does not say everything: to be offered, never assumed."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from typing import Final

from msgspec.structs import asdict, replace

from nntui.document.errors import Fault
from nntui.document.files import files_in
from nntui.document.new import fitting_loss, fitting_output
from nntui.document.new_data import ENDS, Kind, NewData, kind_of
from nntui.interop.activations import chosen_activations
from nntui.interop.sketch import Arrays, Given, IncompleteError, in_rows, lacking, named_data
from nntui.model.activations import Activation
from nntui.model.errors import NntuiError, SettingError
from nntui.model.losses import Loss

HIDDEN: Final = "relu"
"""The activation of hidden layers that most programs use today."""
_MOST_FILES: Final = 6
"""Data files beside a model that are tried, at most."""
MOST_BYTES: Final = 100_000
"""Bytes of a file that are read while the user types."""


def suggested_data(error: IncompleteError) -> str:
    """Find data that fit a model: a file beside it, or the generator xor; else the empty text."""
    if "data" not in error.lacking:
        return ""
    inputs, outputs = _ends(error)
    folder = os.path.dirname(error.file)
    own = os.path.basename(error.file)
    stem = own.partition(".")[0]
    names = [n for n in files_in(folder) if n.lower().endswith((*ENDS, ".npz")) and n != own]
    for name in sorted(names, key=lambda name: (not name.startswith(stem), name))[:_MOST_FILES]:
        path = os.path.join(folder, name)
        text = path if name.lower().endswith(".npz") else shlex.quote(path)
        with suppress(NntuiError, Fault, OSError):
            if os.path.getsize(path) > MOST_BYTES:
                continue
            error.complete(completing(error, Given(data=text)))
            return text
    return "xor" if (inputs, outputs) == (2, 1) else ""


def completing(error: IncompleteError, given: Given) -> Given:
    """Fill in what the user has left empty; what depends on data that are not known stays empty.

    Raises:
        Fault, NntuiError: the data, or what is given, cannot be read.
    """
    said = replace(error.given, **{key: text for key, text in asdict(given).items() if text})
    inputs, outputs = _ends(error)
    data = named_data(said.data, inputs, outputs) if said.data else error.sketch.data
    if not isinstance(data, Arrays | NewData):
        return said
    kind, several = _kind(data, inputs, outputs)
    output = _output(error, said)
    if "loss" in lacking(error.sketch, said):
        said = replace(said, loss=fitting_loss(kind, several, (inputs, outputs), output))
    if "activations" in lacking(error.sketch, said):
        training = error.sketch.training
        loss = Loss.of(said.loss) if training is None else training.loss
        hidden = [HIDDEN] * (len(error.sketch.layers) - 1)
        said = replace(said, activations=", ".join([*hidden, fitting_output(kind, loss)]))
    return said


def _ends(error: IncompleteError) -> tuple[int, int]:
    layers = error.sketch.layers
    return layers[0].inputs, layers[-1].outputs


def _output(error: IncompleteError, given: Given) -> Activation | None:
    """The outputs' activation, if it is known."""
    layers = error.sketch.layers
    if given.activations:
        return chosen_activations(given.activations, len(layers))[-1]
    return layers[-1].activation if error.sketch.has_activations else None


def _kind(data: NewData | Arrays, inputs: int, outputs: int) -> tuple[Kind, int]:
    """Tell what the targets are, and how many classes they name."""
    if isinstance(data, NewData):
        return data.kind, data.several
    _, y = in_rows(data, inputs)
    if not y.size:
        raise SettingError("no targets", "one for each example", "data")
    return kind_of(y.reshape(len(y), -1).tolist(), outputs)
