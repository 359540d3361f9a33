"""A large layered network is written layer by layer, and reads back with the same bits."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nntui.document import save as saving
from nntui.document.files import MAX_DOCUMENT_BYTES
from nntui.document.load import experiment_of, load
from nntui.document.save import save


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Save an experiment as if its network were large; return the section and what is read back."""
    monkeypatch.setattr(saving, "MANY", 1)

    def saved(experiment):
        save(experiment, tmp_path / "saved.json", overwrite=True)
        plain = json.loads((tmp_path / "saved.json").read_text())
        return plain["network"], load(tmp_path / "saved.json")

    return saved


def experiment(network):
    inputs, *_, outputs = sizes(network)
    data = {"inputs": [[0.5] * inputs], "targets": [[0.25] * outputs]}
    return experiment_of({"format": "nntui/1", "network": network, "data": data}, "x.json")


def sizes(network):
    return [each if isinstance(each, int) else each["size"] for each in network["layers"]]


def bits(experiment):
    net = experiment.network
    return list(map(repr, net.weight_values())), {j: repr(b) for j, b in net.biases.items()}


LAYERS = [
    [2, 3, 1],
    [2, {"size": 3, "activation": {"name": "leaky_relu", "slope": 0.2}}, 2],
    [{"size": 2, "names": ["left", "my input"]}, {"size": 1, "names": ["δ"]}, 1],
    [2, {"size": 3, "trainable": False}, {"size": 1, "bias": False}],
    [2, {"size": 2, "weights": [[1, -0.0], [1e-300, 2.5]], "biases": [0.1, -0.0]}, 1],
]


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("initializer", ["torch_linear", {"name": "constant", "value": -0.0}])
def test_layers_are_written_as_layers_and_read_back_bit_for_bit(saved, layers, initializer):
    before = experiment({"layers": layers, "initializer": initializer})
    section, after = saved(before)
    assert (
        list(map(len, section["layers"][1]["weights"]))
        == [sizes({"layers": layers})[0]] * (sizes({"layers": layers})[1])
    )
    assert after == before
    assert bits(after) == bits(before)
    assert saved(after)[0] == section


OTHERS = {
    "a skip connection": lambda n: n.connect("x1", "y1", 0.5),
    "a connection that is missing": lambda n: n.disconnect("x1", "h1_1"),
    "an output before the last layer": lambda n: n.add_neuron("y2", role="output"),
    "another activation": lambda n: n.set_activation("h1_1", "relu"),
    "a frozen weight": lambda n: n.set_trainable(("x1", "h1_2"), False),
    "a frozen bias that is not 0": lambda n: n.set_trainable("h1_1", False),
    "another order": lambda n: n.add_neuron("x3", role="input"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_plain_layer_is_written_neuron_by_neuron(saved, kind):
    before = experiment({"layers": [2, 2, 2, 1], "initializer": "torch_linear"})
    network = before.network.copy()
    OTHERS[kind](network)
    net = network.wiring()
    data = experiment({"layers": [len(net.inputs), len(net.outputs)]}).data
    before = replace(before, network=network, data=data)
    section, after = saved(before)
    assert "neurons" in section
    assert after == before
    assert bits(after) == bits(before)


def test_a_small_network_is_written_neuron_by_neuron(tmp_path):
    save(experiment({"layers": [2, 3, 1]}), tmp_path / "small.json")
    assert "neurons" in json.loads((tmp_path / "small.json").read_text())["network"]


@pytest.mark.deep
def test_a_million_connections_are_saved_whether_they_are_layers_or_not(tmp_path):
    before = experiment({"layers": [1000, 500, 1000], "initializer": "torch_linear"})
    save(before, tmp_path / "layers.json")
    assert (tmp_path / "layers.json").stat().st_size < MAX_DOCUMENT_BYTES / 4
    assert bits(load(tmp_path / "layers.json")) == bits(before)
    network = before.network.copy()
    network.disconnect("x1", "h1_1")
    before = replace(before, network=network)
    save(before, tmp_path / "edges.json")
    assert (tmp_path / "edges.json").stat().st_size < MAX_DOCUMENT_BYTES
    assert bits(load(tmp_path / "edges.json")) == bits(before)
