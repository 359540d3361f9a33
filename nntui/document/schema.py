"""The JSON Schema of the format, made from the structs of specs.py and the model's tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from nntui.document import specs
from nntui.document.data import GENERATORS
from nntui.model.activations import ACTIVATIONS, Activation
from nntui.model.initializers import INITIALIZERS, SEED_LIMIT, Initializer
from nntui.model.losses import LOSSES, Loss
from nntui.model.optimizers import OPTIMIZERS, Optimizer
from nntui.model.settings import TableFunction

Schema = dict[str, Any]

_NETWORKS: Final = (specs.ExplicitNetwork, specs.LayeredNetwork)
_DATA: Final = (specs.InlineData, specs.CsvData, specs.GeneratedData)
_SEED: Final[Schema] = {"seed": {"type": "integer", "minimum": 0, "maximum": SEED_LIMIT}}


def json_schema() -> Schema:
    """Make the JSON Schema (2020-12) of a document in the format nntui/1.

    It accepts every valid document and knows every key. What spans several places (a name that must
    exist, a vector's length, a cycle) is checked by ``load`` alone.
    """
    (root, *_), parts = msgspec.json.schema_components(
        (specs.Document, *_NETWORKS, *_DATA), ref_template="#/$defs/{name}"
    )
    for name, function in _functions().items():
        parts[name] = function
    for path, schema in _REPLACED.items():
        part, key = path.split(".")
        described = parts[part]["properties"][key].get("description")
        parts[part]["properties"][key] = (
            {"description": described, **schema} if described else schema
        )
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


def _functions() -> dict[str, Schema]:
    return {
        "Activation": _function(
            "An activation function.", {n: r.formula for n, r in ACTIVATIONS.items()}, Activation
        ),
        "Loss": _function("A loss function.", {n: r.formula for n, r in LOSSES.items()}, Loss),
        "Optimizer": _function("An optimizer.", dict.fromkeys(OPTIMIZERS, ""), Optimizer),
        "Initializer": _function(
            "Draws the weights and biases that are left out.",
            {n: r.formula for n, r in INITIALIZERS.items()},
            Initializer,
            _SEED,
        ),
    }


def _function(
    description: str,
    formulas: dict[str, str],
    table: type[TableFunction[Any]],
    further: Schema | None = None,
) -> Schema:
    """Allow a name of the table, or an object with the name and that row's settings."""
    rows = [_row(table.of(name), formula, further or {}) for name, formula in formulas.items()]
    return {"description": description, "anyOf": [{"enum": list(formulas)}, *rows]}


def _row(chosen: TableFunction[Any], formula: str, further: Schema) -> Schema:
    properties: Schema = {"name": {"const": chosen.name}, **further}
    for setting, default in chosen.settings:
        kind = "boolean" if isinstance(default, bool) else "number"
        properties[setting] = {"type": kind, "default": default}
    return {
        "title": chosen.name,
        **({"description": formula} if formula else {}),
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": False,
    }
