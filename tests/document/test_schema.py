"""The JSON Schema: it knows every valid document, and what a schema can see of the bad ones."""

import json

import jsonschema
import pytest

import nntui
from nntui.document.schema import json_schema
from nntui.model.activations import ACTIVATIONS
from nntui.model.initializers import INITIALIZERS
from nntui.model.losses import LOSSES
from nntui.model.optimizers import OPTIMIZERS


@pytest.fixture(scope="module")
def schema():
    return jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_valid_schema_and_plain_json():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_it_accepts_every_valid_document_and_what_saving_makes_of_it(schema, document, loaded):
    schema.validate(document)
    nntui.save(loaded(document), "saved.json")
    with open("saved.json", encoding="utf-8") as file:
        schema.validate(json.load(file))


@pytest.mark.parametrize(
    ("table", "section", "key"),
    [
        (LOSSES, "training", "loss"),
        (OPTIMIZERS, "training", "optimizer"),
        (INITIALIZERS, "network", "initializer"),
    ],
)
def test_it_knows_every_function_by_name_and_as_an_object(schema, explicit, table, section, key):
    for name in table:
        for written in (name, {"name": name}):
            explicit[section][key] = written
            schema.validate(explicit)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_knows_every_activation(schema, explicit, name):
    explicit["network"]["neurons"][2]["activation"] = {"name": name}
    schema.validate(explicit)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(nmae="x"),
        lambda d: d.update(format="nntui/2"),
        lambda d: d.pop("data"),
        lambda d: d.update(name="x" * 201),
        lambda d: d["network"].update(layers=[2, 1]),
        lambda d: d["network"].update(edges=[]),
        lambda d: d["network"]["neurons"][2].update(biass=1),
        lambda d: d["network"]["neurons"][2].update(activation="rleu"),
        lambda d: d["network"]["neurons"][2].update(activation={"name": "relu", "slope": 1}),
        lambda d: d["network"]["neurons"][2].update(role="output "),
        lambda d: d["network"]["connections"][0].pop("source"),
        lambda d: d["network"]["connections"][0].update(weight="1"),
        lambda d: d.update(network={"layers": [2]}),
        lambda d: d.update(network={"layers": [2, {"size": 0}]}),
        lambda d: d.update(data={}),
        lambda d: d["data"].update(csv="x"),
        lambda d: d.update(data={"csv": "rows.csv", "inputs": ["a", 0], "targets": ["t"]}),
        lambda d: d.update(
            data={"csv": "rows.csv", "inputs": [1, 2], "targets": [3], "decimal": ";"}
        ),
        lambda d: d.update(network={"layers": [2, {"size": 1, "bias": 0}]}),
        lambda d: d.update(network={"layers": [2, {"size": 1, "weights": [1, 2]}]}),
        lambda d: d.update({"$schema": 1}),
        lambda d: d.update(data={"generator": "circel"}),
        lambda d: d.update(data={"generator": "circle", "noise": 2}),
        lambda d: d["data"].update(test_fraction=1),
        lambda d: d["data"].update(inputs=[["a"]]),
        lambda d: d["training"].update(batch_size=0),
        lambda d: d["training"].update(loss={"name": "mse", "delta": 1}),
        lambda d: d["training"].update(regularization={"l3": 1}),
        lambda d: d["training"]["optimizer"].update(nesterov=1),
    ],
)
def test_it_refuses_what_reading_refuses(schema, explicit, error, spoil):
    spoil(explicit)
    assert not schema.is_valid(explicit)
    error(explicit)
