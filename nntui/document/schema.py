"""The JSON Schema of the format, made from the structs of specs.py and the model's tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from nntui.document import specs
from nntui.document.generators import GENERATORS
from nntui.model.activations import Activation
from nntui.model.initializers import SEED_LIMIT, Initializer
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer
from nntui.model.settings import TableFunction

Schema = dict[str, Any]

_NETWORKS: Final = (specs.ExplicitNetwork, specs.LayeredNetwork)
_DATA: Final = (specs.InlineData, specs.CsvData, specs.GeneratedData)
_FUNCTIONS: Final[dict[type[TableFunction[Any]], str]] = {
    Activation: "An activation function.",
    Loss: "A loss function.",
    Optimizer: "An optimizer.",
    Initializer: "Draws the weights and biases that are left out.",
}


def json_schema() -> Schema:
    """Make the JSON Schema (2020-12) of a document in the format nntui/1.

    It accepts every valid document and knows every key. What spans several places (a name that must
    exist, a vector's length, a cycle) is checked by ``load`` alone.
    """
    (root, *_), parts = msgspec.json.schema_components(
        (specs.Document, specs.OptimizerState, specs.ExpressionActivation, *_NETWORKS, *_DATA),
        ref_template="#/$defs/{name}",
    )
    for table, description in _FUNCTIONS.items():
        rows = [_row(table.of(name)) for name in table.TABLE]
        names = {"enum": list(table.TABLE)}
        parts[table.__name__] = {"description": description, "anyOf": [names, *rows]}
    parts["Activation"]["anyOf"].append(_ref("ExpressionActivation"))
    for path, schema in _REPLACED.items():
        part, key = path.split(".")
        said = parts[part]["properties"][key].items()
        parts[part]["properties"][key] = {k: v for k, v in said if k == "description"} | schema
    document = parts.pop(root["$ref"].rpartition("/")[2])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": f"An experiment of nntui ({specs.FORMAT})",
        "$defs": dict(sorted(parts.items())),
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _one_of(structs: Iterable[type]) -> Schema:
    return {"oneOf": [_ref(struct.__name__) for struct in structs]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "default": None}


# Where a struct says only "text" or "an object", the schema says which.
_REPLACED: Final[dict[str, Schema]] = {
    "Document.network": _one_of(_NETWORKS),
    "Document.data": _one_of(_DATA),
    "ExplicitNetwork.initializer": _ref("Initializer"),
    "LayeredNetwork.initializer": _ref("Initializer"),
    "Neuron.activation": _or_null(_ref("Activation")),
    "Layer.activation": _or_null(_ref("Activation")),
    "Training.loss": _ref("Loss"),
    "Training.optimizer": _ref("Optimizer"),
    "GeneratedData.generator": {
        "anyOf": [{"const": name, "description": row.summary} for name, row in GENERATORS.items()]
    },
}


def _row(chosen: TableFunction[Any]) -> Schema:
    """Allow an object with a function's name and settings."""
    properties: Schema = {"name": {"const": chosen.name}}
    if isinstance(chosen, Optimizer):
        properties["state"] = _ref("OptimizerState")
    if isinstance(chosen, Initializer):
        properties["seed"] = {"type": "integer", "minimum": 0, "maximum": SEED_LIMIT}
    for setting, default in chosen.settings:
        number = {"type": "boolean" if isinstance(default, bool) else "number"}
        either = {"anyOf": [number, {"type": "array", "items": number, "minItems": 1}]}
        properties[setting] = (either if setting in chosen.LISTS else number) | {"default": default}
    formula = chosen.row.formula
    return {
        "title": chosen.name,
        **({"description": formula} if isinstance(formula, str) else {}),
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": False,
    }
