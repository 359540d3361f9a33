"""Layers: weights and biases written down, or no biases at all."""

import json

import pytest

import nntui

WEIGHTS = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]


@pytest.fixture
def layered(loaded):
    """Load a network of two inputs, a layer of three with the given keys, and an output."""

    def load(**keys):
        return loaded(document(**keys)).network

    return load


def document(**keys):
    return {
        "format": "nntui/1",
        "network": {"layers": [2, {"size": 3, **keys}, 1]},
        "data": {"inputs": [[1, 2]], "targets": [[0]]},
    }


def test_weights_have_a_row_for_each_neuron_of_the_layer(layered):
    network = layered(weights=WEIGHTS, biases=[1, 2, 3])
    assert network.weight(("x1", "h1_1")) == 0.1
    assert network.weight(("x2", "h1_1")) == 0.2
    assert network.weight(("x1", "h1_3")) == 0.5
    assert [network.biases[f"h1_{k}"] for k in (1, 2, 3)] == [1, 2, 3]
    assert network.predict([10, 20]) == [
        pytest.approx(
            sum(
                network.weight((f"h1_{k + 1}", "y1")) * (k + 1 + 10 * row[0] + 20 * row[1])
                for k, row in enumerate(WEIGHTS)
            )
        )
    ]


def test_written_weights_leave_the_drawn_ones_where_they_were(layered):
    drawn, written = layered(), layered(weights=WEIGHTS)
    assert written.weight(("h1_1", "y1")) == drawn.weight(("h1_1", "y1"))
    assert written.biases == drawn.biases


def test_without_biases_they_are_zero_and_stay_so(layered):
    network = layered(bias=False)
    hidden = network.layer(1)
    assert [(neuron.bias, neuron.trainable) for neuron in hidden] == [(0.0, False)] * 3
    assert all(c.trainable for c in network.connections)
    assert network.neuron("y1").trainable


@pytest.mark.parametrize("keys", [{"weights": WEIGHTS, "trainable": False}, {"bias": False}])
def test_a_layer_is_saved_as_it_is(loaded, folder, keys):
    experiment = loaded(document(**keys))
    nntui.save(experiment, "again.json")
    assert nntui.load("again.json") == experiment


def test_the_schema_of_a_document_is_allowed_and_kept(loaded, folder):
    experiment = loaded({"$schema": "./nntui.schema.json", **document()})
    assert experiment.schema == "./nntui.schema.json"
    nntui.save(experiment, "again.json")
    assert next(iter(json.loads((folder / "again.json").read_text()))) == "$schema"
    assert nntui.load("again.json") == experiment


@pytest.mark.parametrize(
    ("keys", "place", "words"),
    [
        (
            {"weights": [[1, 2, 3], [4, 5, 6]]},
            "weights",
            ["2 rows of 3 numbers", "3 rows of 2 numbers", "(transpose it)"],
        ),
        ({"weights": [[1, 2], [3, 4]]}, "weights", ["2 rows of 2 numbers", "3 rows of 2 numbers"]),
        ({"weights": [[1, 2], [3], [4, 5]]}, "weights", ["3 rows, one of 1 number"]),
        ({"weights": []}, "weights", ["0 rows", "3 rows"]),
        ({"weights": [1, 2]}, "weights[0]", ["found 1,", "a list of numbers"]),
        ({"weights": 5}, "weights", ["found 5,", "rows of numbers"]),
        ({"biases": [1, 2]}, "biases", ["2 numbers", "3, the layer’s size"]),
        ({"biases": [1, None, 2]}, "biases[1]", ["null", "a finite number"]),
        ({"bias": 0}, "bias", ["found 0,", "true or false"]),
        ({"bias": False, "biases": [0, 0, 0]}, "biases", ['nothing beside "bias": false']),
        ({"use_bias": False}, "", ['did you mean "bias"?']),
        ({"kernel": WEIGHTS}, "", ['did you mean "weights"?']),
    ],
)
def test_what_cannot_be_is_named(error, keys, place, words):
    found = error(document(**keys))
    assert found.place == f"network.layers[1]{'.' if place else ''}{place}"
    for word in words:
        assert word in str(found)


@pytest.mark.parametrize("keys", [{"weights": [[1]]}, {"biases": [1, 2]}, {"bias": False}])
def test_inputs_have_neither_weights_nor_biases(error, keys):
    layers = {"layers": [{"size": 2, **keys}, 1]}
    found = error(document() | {"network": layers})
    assert "nothing: inputs have no" in found.expected
