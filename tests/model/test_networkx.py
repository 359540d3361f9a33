"""The network as a networkx graph, and back."""

from __future__ import annotations

import io
import json

import networkx as nx
import pytest
from hypothesis import given
from support.experiments import experiments

from nntui.model.activations import Activation
from nntui.model.errors import NetworkError
from nntui.model.network import Network


@pytest.fixture
def network() -> Network:
    net = Network("uniform", seed=7)
    net.add_neuron("x1", role="input")
    net.add_neuron("h 1", activation=Activation.of("leaky_relu", slope=0.25), trainable=False)
    net.add_neuron("y1", role="output", bias=-0.5)
    net.connect("x1", "h 1")
    net.connect("h 1", "y1", 0.1, trainable=False)
    return net


def test_the_graph_has_the_neurons_and_connections_as_plain_attributes(network) -> None:
    graph = network.graph
    assert list(graph) == ["x1", "h 1", "y1"]
    assert graph.nodes["x1"] == {"role": "input", "layer": 0}
    assert graph.nodes["h 1"] == {
        "role": "hidden", "layer": 1, "activation": "leaky_relu slope 0.25",
        "bias": 0.0, "trainable": False,
    }  # fmt: skip
    assert graph.edges["h 1", "y1"] == {"weight": 0.1, "trainable": False}
    assert graph.graph == {"initializer": "uniform", "seed": 7}


def test_the_graph_cannot_be_changed_and_a_change_of_the_network_makes_another(network) -> None:
    graph = network.graph
    with pytest.raises(nx.NetworkXError, match=r"[Ff]rozen"):
        graph.add_edge("x1", "y1")
    assert network.graph is graph
    network.set_weight("h 1", "y1", 0.2)
    assert network.graph.edges["h 1", "y1"]["weight"] == 0.2
    assert graph.edges["h 1", "y1"]["weight"] == 0.1


@given(experiment=experiments())
def test_a_network_comes_back_from_its_graph(experiment) -> None:
    network = experiment.network
    assert Network.from_graph(network.graph) == network


@given(experiment=experiments())
def test_a_network_comes_back_from_node_link_data(experiment) -> None:
    data = json.loads(json.dumps(nx.node_link_data(experiment.network.graph, edges="edges")))
    assert Network.from_graph(nx.node_link_graph(data, edges="edges")) == experiment.network


def test_a_network_comes_back_from_graphml(network) -> None:
    file = io.BytesIO()
    nx.write_graphml(network.graph, file)
    file.seek(0)
    assert Network.from_graph(nx.read_graphml(file)) == network


def test_roles_follow_from_the_edges_and_numbers_left_out_are_drawn() -> None:
    network = Network.from_graph(nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c")]))
    assert [network.neuron(j).role for j in "abc"] == ["input", "hidden", "output"]
    assert network.neuron("b").activation == Activation.of("linear")
    assert all(network.weights.values())


def test_the_algorithms_of_networkx_work_on_the_graph(network) -> None:
    assert list(nx.topological_generations(network.graph)) == [["x1"], ["h 1"], ["y1"]]
    assert nx.descendants(network.graph, "x1") == {"h 1", "y1"}


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (nx.Graph([("a", "b")]), r"found an undirected graph, expected a networkx DiGraph"),
        (nx.MultiDiGraph([("a", "b")]), "found a multigraph"),
        (nx.DiGraph([(1, 2)]), "found the node 1, expected names that are text"),
        (nx.DiGraph([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]), "cycle: b → c → b"),
        (nx.DiGraph([("a", "a"), ("a", "b")]), "connected to itself"),
        (nx.DiGraph([("a", "b", {"weight": "1"})]), 'weight from "a" to "b" must be a number'),
        (
            nx.DiGraph([("a", "b", {"trainable": "no"})]),
            "found 'no', expected trainable",
        ),
        (nx.DiGraph([("a", "b")], initializer="uniforn"), "the graph’s initializer: .*uniform"),
        (nx.DiGraph([("a", "b")], seed=-1), "the graph’s initializer: seed: found -1"),
        (nx.DiGraph(), "needs an input"),
    ],
)
def test_a_graph_that_is_no_network_is_refused_in_words(graph, words) -> None:
    with pytest.raises(NetworkError, match=words):
        Network.from_graph(graph)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"role": "outptu"}, '"b": role: found "outptu", .*output'),
        ({"activation": "rleu"}, '"b": found "rleu", .*did you mean "relu"'),
        ({"activation": "elu slope 1"}, '"b": found the unknown key "slope"'),
        ({"bias": float("nan")}, "finite"),
    ],
)
def test_a_node_that_is_no_neuron_is_refused_in_words(facts, words) -> None:
    graph = nx.DiGraph([("a", "b")])
    graph.nodes["b"].update(facts)
    with pytest.raises(NetworkError, match=words):
        Network.from_graph(graph)
