"""Paths to the loss, counted by adding up, against networkx walking along every one of them."""

import networkx as nx
import pytest
from hypothesis import given
from support.experiments import experiments, layered

from nntui.debugger.queries.paths import lines_of, paths
from nntui.model.names import ValueNameError, value_name
from nntui.model.network import Network


def walked(graph, outputs, first):
    """Every path from a neuron to an output, by enumeration."""
    found = []
    for k in outputs:
        found += [[first]] if k == first else list(nx.all_simple_paths(graph, first, k))
    return found


@given(experiment=experiments())
def test_the_paths_are_those_that_networkx_walks(experiment) -> None:
    net, graph = experiment.network.wiring(), experiment.network.graph
    for j in graph:
        found = paths(net, j)
        every = walked(graph, net.outputs, j)
        assert found.count == len(every)
        assert found.shortest == min(map(len, every), default=0)
        assert found.longest == max(map(len, every), default=0)
        influenced = {j} | nx.descendants(graph, j)
        assert set(found.cone) == influenced
        assert set(found.edges) == set(graph.subgraph(influenced).edges)
        assert len(found.edges) == len(set(found.edges))
        assert set(found.idle) == influenced - {
            i for i in graph if {i, *nx.descendants(graph, i)} & set(net.outputs)
        }
        assert [net.layer[i] for i in found.cone] == sorted(net.layer[i] for i in found.cone)


@given(experiment=experiments())
def test_a_parameter_has_the_paths_of_the_neuron_that_it_enters(experiment) -> None:
    net = experiment.network.wiring()
    for j in net.neurons:
        neuron = paths(net, value_name("z", j))
        for name in (value_name("b", j), *(value_name("w", i, j) for i in net.sources[j])):
            found = paths(net, name)
            assert found.name == name
            assert (found.first, found.count, found.cone, found.edges) == (
                j, neuron.count, neuron.cone, neuron.edges,
            )  # fmt: skip


@given(experiment=experiments())
def test_paths_add_up_along_the_connections(experiment) -> None:
    net = experiment.network.wiring()
    for i in (*net.inputs, *net.neurons):
        onward = sum(paths(net, value_name("w", i, j)).count for j in net.targets[i])
        assert paths(net, value_name("a", i)).count == onward + (i in net.outputs)


def test_a_deep_network_has_more_paths_than_could_be_walked() -> None:
    network = Network()
    network.add_neuron("x1", role="input")
    for layer in range(70):
        for n in range(3):
            network.add_neuron(f"h{layer}_{n}", role="output" if layer == 69 else "hidden")
            for source in ["x1"] if not layer else [f"h{layer - 1}_{m}" for m in range(3)]:
                network.connect(source, f"h{layer}_{n}")
    found = paths(network.wiring(), "w[x1,h0_0]")
    assert found.count == 3**69
    assert found.shortest == found.longest == 70


def test_early_parameters_act_more_indirectly() -> None:
    net = layered(2, 3, 3, 1).network.wiring()
    early, late, last = (paths(net, name) for name in ("w[x1,h1_1]", "w[h1_1,h2_1]", "w[h2_1,y1]"))
    assert (early.count, late.count, last.count) == (3, 1, 1)
    assert early.sentence == (
        "w[x1,h1_1] reaches the loss by 3 paths of 3 neurons, through 5 neurons in all: its "
        "gradient adds up one product for each path."
    )
    assert "by one path, through 2 neurons" in late.sentence
    assert last.sentence == "w[h2_1,y1] reaches the loss directly: y1 is an output."
    assert lines_of(early, net)[1:] == (
        "  layer 1: h1_1",
        "  layer 2: h2_1, h2_2, h2_3",
        "  layer 3: y1",
    )
    assert lines_of(early, net, width=2)[2] == "  layer 2: h2_1, h2_2, … (1 more)"


def test_an_output_that_feeds_others_ends_paths_and_lets_others_through() -> None:
    network = Network()
    network.add_neuron("x1", role="input")
    network.add_neuron("first", role="output")
    network.add_neuron("second", role="output")
    network.add_neuron("aside")
    for source, target in (("x1", "first"), ("first", "second"), ("first", "aside")):
        network.connect(source, target)
    net = network.wiring()
    assert paths(net, "b[first]").count == 2
    assert paths(net, "first").idle == ("aside",)
    assert paths(net, "aside").sentence == (
        "aside does not reach the loss: no path leads there from aside."
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("w[x1,y1]", "is not connected to"),
        ("h1_9", "did you mean"),
        ("b[x1]", "is an input"),
        ("loss", "loss has no paths"),
        ("y[y1]", "t has no paths"),
        ("q[y1]", "there is no value called"),
    ],
)
def test_what_has_no_paths_is_an_error(name, message) -> None:
    with pytest.raises(ValueNameError, match=message):
        paths(layered(2, 2, 1).network.wiring(), name)
