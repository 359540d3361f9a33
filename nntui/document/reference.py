"""The format nntui/1 as tables to read: every section, its keys, defaults and allowed names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect

from nntui.document import specs
from nntui.document.generators import GENERATORS
from nntui.document.parse import words_of
from nntui.model.activations import Activation
from nntui.model.experiment import Training
from nntui.model.initializers import Initializer
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer
from nntui.model.settings import TableFunction

EXAMPLE: Final = """\
{
  "format": "nntui/1",
  "network": {"layers": [2, {"size": 3, "activation": "tanh"},
                         {"size": 1, "activation": "sigmoid"}]},
  "data": {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]],
           "targets": [[0], [1], [1], [0]]},
  "training": {"loss": "bce", "epochs": 500,
               "optimizer": {"name": "adam", "learning_rate": 0.05}}
}
"""
"""A whole document."""


class Section(NamedTuple):
    """The keys of one kind of object, or the names of one kind of function, each with its text."""

    title: str
    text: str
    rows: tuple[tuple[str, str], ...]


_STRUCTS: Final[Mapping[type[msgspec.Struct], str]] = {
    specs.Document: "the document",
    specs.ExplicitNetwork: "network, neuron by neuron",
    specs.Neuron: "network.neurons[n]",
    specs.Connection: "network.connections[n]",
    specs.LayeredNetwork: "network, layer by layer",
    specs.Layer: "network.layers[n], a size or an object",
    specs.ExpressionActivation: "activation, an expression",
    specs.InlineData: "data in the document",
    specs.CsvData: "data in a CSV file",
    specs.GeneratedData: "data from a generator",
    specs.Training: "training",
    specs.Regularization: "training.regularization",
    specs.OptimizerState: "training.optimizer.state",
}

_FUNCTIONS: Final[Mapping[str, type[TableFunction[Any]]]] = {
    "activations": Activation,
    "losses": Loss,
    "optimizers": Optimizer,
    "initializers": Initializer,
}


_MORE: Final = {
    "losses": " With the reduction mean, a batch divides by its number of examples. So does "
    "PyTorch, but with class weights and class indices: there it divides by the sum of the "
    "weights of the targets. With the reduction sum, the 1/K of a loss is left out, as in PyTorch.",
    "initializers": " All take a seed, too.",
}


def sections() -> Iterator[Section]:
    """Describe every kind of object in a document, then every table of names."""
    for struct, title in _STRUCTS.items():
        yield Section(title, " ".join((struct.__doc__ or "").split()), tuple(_keys(struct)))
    yield Section(
        "generators",
        "Two inputs and one target. Two classes are −1 and 1, for bce 0 and 1, for "
        "cross_entropy class indices; regression gives values.",
        tuple((name, row.summary) for name, row in GENERATORS.items()),
    )
    how = "A name, or an object with the name and its settings (here with their defaults)."
    for title, table in _FUNCTIONS.items():
        text = how + _MORE.get(title, "")
        yield Section(title, text, tuple(_rows(table)))


def _keys(struct: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        description = ""
        if isinstance(field.type, inspect.Metadata):
            description = (field.type.extra_json_schema or {}).get("description", "")
        words, _ = words_of(field.type)
        text = f"{words}. {description}" if description else f"{words}."
        yield field.encode_name, f"{text[0].upper()}{text[1:]} {_default(struct, field)}".strip()


def _default(struct: type[msgspec.Struct], field: inspect.Field) -> str:
    """Say what holds when a key is left out."""
    if field.required:
        return "Required."
    if struct is specs.Training:
        value = getattr(Training(), field.name, msgspec.NODEFAULT)
    else:
        value = msgspec.NODEFAULT if field.default in (None, "") else field.default
    if isinstance(value, TableFunction):
        value = value.name
    return "" if value is msgspec.NODEFAULT else f"Default: {json.dumps(value)}."


def _rows(table: type[TableFunction[Any]]) -> Iterator[tuple[str, str]]:
    for name, row in table.TABLE.items():
        formula = row.formula if isinstance(row.formula, str) else ""
        settings = ", ".join(
            f"{key} {json.dumps(value)}{' (or a list, one an output)' * (key in table.LISTS)}"
            for key, value in table.of(name).settings
        )
        yield name, "; ".join(filter(None, (formula, settings)))
