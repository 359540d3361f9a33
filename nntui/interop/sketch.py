"""A model as far as a file knows it, and what the user says of the rest → an ``Experiment``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, structs

from nntui.document import data as document_data
from nntui.document.errors import Fault
from nntui.document.files import MAX_FILE_BYTES, read_bytes
from nntui.document.new import read_as
from nntui.document.new_data import NewData, data_named
from nntui.interop.activations import chosen_activations
from nntui.interop.arrays import array_of, dataset_of, rows_of
from nntui.interop.chain import Layer, network_of
from nntui.interop.errors import ConversionError
from nntui.model.dataset import Dataset
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment, Training
from nntui.model.layers import Order
from nntui.model.losses import Loss
from nntui.model.names import escaped, listed
from nntui.model.network import Network
from nntui.model.numerics import Array
from nntui.model.optimizers import Optimizer
from nntui.verify.array_files import AnyArray, read_npz

INPUTS: Final = ("X", "x", "inputs", "X_train", "x_train")
TARGETS: Final = ("Y", "y", "targets", "Y_train", "y_train")


class Arrays(Struct, frozen=True):
    """Examples as arrays: X (N, inputs) and Y (N, …), or both turned."""

    X: AnyArray
    Y: AnyArray


class Given(Struct, frozen=True):
    """What the user says of a model beside its file; empty: nothing.

    ``data``: as ``nntui new --data`` takes it, an ``.npz`` file with X and Y, or arrays. ``order``:
    how square matrices lie. ``layers``: the layers' names in their order.
    """

    activations: str = ""
    loss: str = ""
    optimizer: str = ""
    data: str | Arrays = ""
    order: Order | None = None
    layers: str = ""


class Sketch(Struct, frozen=True):
    """A model of which a part may be unknown.

    ``has_activations``: whether the layers' are known; ``data``: the section of a document, or
    arrays; ``names``: of the inputs and the outputs.
    """

    layers: Sequence[Layer]
    has_activations: bool = True
    training: Training | None = None
    data: dict[str, Any] | Arrays | None = None
    names: tuple[Sequence[str], Sequence[str]] = ((), ())
    description: str = ""


class IncompleteError(ConversionError):
    """A model in a file that does not say everything; the sentence names the options that do.

    Attributes:
        file: the file, as the user named it.
        sketch: what the file says.
        given: what the user has said so far.
        lacking: the fields of ``Given`` that must be said.
        complete: makes the experiment when the user has said the rest; raises ``Fault`` and
            ``NntuiError``, whose place is a field of ``Given``.
    """

    def __init__(
        self, file: str, sketch: Sketch, given: Given, complete: Callable[[Given], Experiment]
    ) -> None:
        self.file, self.sketch, self.given, self.complete = file, sketch, given, complete
        self.lacking = lacking(sketch, given)
        options = " ".join(_OPTIONS[what] for what in self.lacking)
        super().__init__(f"{self.found}: say the rest by {options}")

    @property
    def found(self) -> str:
        """What the file lacks, in words."""
        return f"{escaped(self.file, 300)}: the file has no {listed(self.lacking)}"


def lacking(sketch: Sketch, given: Given) -> tuple[str, ...]:
    """Name the fields of ``Given`` that must be said of a model."""
    missing = {
        "activations": not (sketch.has_activations or given.activations),
        "loss": not (sketch.training or given.loss),
        "data": not (sketch.data or given.data),
    }
    return tuple(what for what, is_missing in missing.items() if is_missing)


def completed(sketch: Sketch, given: Given, file: str) -> Experiment:
    """Make the experiment of a model in a file and of what the user says beside it.

    Raises:
        IncompleteError: something is missing.
        Fault, NntuiError: something does not fit.
    """
    if lacking(sketch, given):
        raise IncompleteError(file, sketch, given, partial(completed, sketch, file=file))
    layers = list(sketch.layers)
    if given.activations:
        functions = chosen_activations(given.activations, len(layers))
        layers = [
            structs.replace(layer, activation=f) for layer, f in zip(layers, functions, strict=True)
        ]
    training = sketch.training or Training()
    if loss := read_as(given.loss, "loss", Loss.of):
        training = replace(training, loss=loss)
    if optimizer := read_as(given.optimizer, "optimizer", Optimizer.of):
        training = replace(training, optimizer=optimizer)
    network = network_of(layers, *sketch.names)
    data = data_of(given, sketch.data, network, training.loss)
    name = escaped(Path(file).stem, 60)
    return Experiment(network, data, training, name, sketch.description)


_OPTIONS: Final = {
    "activations": "--activations tanh,sigmoid",
    "loss": "--loss bce",
    "data": "--data FILE.csv",
}


def data_of(
    given: Given, known: dict[str, Any] | Arrays | None, network: Network, loss: Loss
) -> Dataset:
    """Read the data that the user names, or else those that the file has.

    Raises:
        Fault: it cannot be read.
        ConversionError, SettingError: it does not fit.
    """
    net = network.wiring()
    data = known
    if given.data:
        named = named_data(given.data, len(net.inputs), len(net.outputs))
        data = named.section if isinstance(named, NewData) else named
    if isinstance(data, Arrays):
        return _dataset(data, len(net.inputs), len(net.outputs), loss)
    assert data is not None
    rows = document_data.rows_of(data, os.path.join(os.curdir, "new.json"), net, loss)
    try:  # rows that do not fit are named by the line in their file
        Experiment(network, rows.data, Training(loss))
    except SettingError as error:
        raise rows.fault(error) from None
    return rows.data


def named_data(text: str | Arrays, inputs: int, outputs: int) -> NewData | Arrays:
    """Read what the user gives: arrays, an ``.npz`` file, or what ``nntui new --data`` takes.

    Raises:
        Fault: it cannot be read.
        SettingError: it is none of these; its place is ``data``.
    """
    if isinstance(text, Arrays):
        return text
    if text.strip().lower().endswith(".npz"):
        path = os.path.expanduser(text.strip())
        try:
            arrays = read_npz(read_bytes(path, "an .npz file", MAX_FILE_BYTES), halves=True)
        except Fault as fault:
            raise Fault(fault.place, fault.found, fault.expected, fault.hint, path) from None
        found = arrays_in(arrays)
        if found is None:
            names = escaped(", ".join(arrays), 80)
            raise Fault("", f"the arrays {names}", "X and Y", file=path)
        return found
    return data_named(text, (inputs, outputs), "")


def arrays_in(arrays: dict[str, AnyArray]) -> Arrays | None:
    """Find the examples among arrays by their names; None where they are not there."""
    x = next((arrays[name] for name in INPUTS if name in arrays), None)
    y = next((arrays[name] for name in TARGETS if name in arrays), None)
    return None if x is None or y is None else Arrays(x, y)


def section_of(data: Arrays) -> dict[str, Any]:
    """Write arrays as the section ``data`` of a document: whole numbers in a list are classes."""
    x, y = rows_of(data.X), array_of(data.Y, "Y")
    if y.ndim == 1 and data.Y.dtype.kind in "iu":
        return {"inputs": x.tolist(), "targets": data.Y.tolist()}
    return {"inputs": x.tolist(), "targets": rows_of(y, "Y").tolist()}


def in_rows(data: Arrays, inputs: int) -> tuple[Array, Array]:
    """Turn arrays whose columns are the examples; X is then (N, inputs)."""
    x, y = array_of(data.X, "X"), array_of(data.Y, "Y")
    if x.ndim == 2 and x.shape[1] != inputs and x.shape[0] == inputs:
        x = x.T
        if y.ndim == 2 and len(y) != len(x):
            y = y.T
    return x, y


def _dataset(data: Arrays, inputs: int, outputs: int, loss: Loss) -> Dataset:
    """Make a data set of arrays, of which examples may be the rows or the columns."""
    x, y = in_rows(data, inputs)
    if loss.row.classes and y.ndim == 2 and y.shape[1] == 1:
        y = y.ravel()
    return dataset_of(x, y, loss, outputs)
