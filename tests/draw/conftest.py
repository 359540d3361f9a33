"""Small networks to draw."""

import itertools
from collections.abc import Callable

import networkx as nx
import pytest

from nntui.draw import layout, paint
from nntui.draw.layers import Draft, draft
from nntui.draw.picture import EdgeLook, NodeLook
from nntui.draw.plan import Layout

Graph = nx.DiGraph


def draft_of(graph: Graph) -> Draft:
    """The draft of a graph whose nodes have a layer."""
    layer = dict(graph.nodes(data="layer"))
    return draft(layer, {j: [*graph.predecessors(j)] for j in graph},
                 {i: [*graph.successors(i)] for i in graph})  # fmt: skip


def lay_out(graph: Graph, *size: int, **options: object) -> Layout:
    """The layout of such a graph."""
    return layout.lay_out(draft_of(graph), *size, **options)


def drawing(graph: Graph, *numbers: object, **options: object) -> str:
    """The drawing of such a graph, all neurons of which are tanh."""
    return paint.drawing(draft_of(graph), *numbers, dict.fromkeys(graph, "tanh"), **options)


def _dense(*sizes: int) -> Graph:
    graph = nx.DiGraph()
    layers = []
    for layer, size in enumerate(sizes):
        prefix = "x" if layer == 0 else "y" if layer == len(sizes) - 1 else f"h{layer}_"
        layers.append([f"{prefix}{i + 1}" for i in range(size)])
        graph.add_nodes_from(layers[-1], layer=layer)
    for sources, targets in itertools.pairwise(layers):
        graph.add_edges_from((source, target) for target in targets for source in sources)
    return graph


def _wired(text: str) -> Graph:
    edges = [tuple(word.split(">")) for word in text.split()]
    order = nx.DiGraph(edges)
    layer: dict[str, int] = {}
    for name in nx.topological_sort(order):
        layer[name] = max((layer[source] + 1 for source in order.predecessors(name)), default=0)
    graph = nx.DiGraph()
    for name in order:
        graph.add_node(name, layer=layer[name])
    graph.add_edges_from(edges)
    return graph


def _looks(graph: Graph) -> tuple[dict[str, NodeLook], dict[tuple[str, str], EdgeLook]]:
    nodes = {name: NodeLook("+0.74", 0.74) for name in graph}
    edges = {}
    for i, edge in enumerate(graph.edges):
        weight = (0.25 + i / 8) * (-1) ** i
        edges[edge] = EdgeLook(weight, f"{weight:+.2f}")
    return nodes, edges


@pytest.fixture
def dense() -> Callable[..., Graph]:
    """Fully connected layers of the given sizes: x1…, h1_1…, y1…."""
    return _dense


@pytest.fixture
def wired() -> Callable[[str], Graph]:
    """A network from its connections: ``"x>h h>y"``."""
    return _wired


@pytest.fixture
def looks() -> Callable[[Graph], tuple[dict, dict]]:
    """Looks for every neuron and connection, with weights of alternating sign."""
    return _looks
