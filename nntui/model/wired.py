"""From a graph of neurons to its wiring: layers, canonical order, and what cannot be computed."""

from __future__ import annotations

from typing import Any, Final

import networkx as nx

from nntui.model.errors import NetworkError
from nntui.model.wiring import Wiring

_NAMES_SHOWN: Final = 12


def wired(graph: nx.DiGraph[str]) -> Wiring:
    """The wiring of a graph whose nodes have role, activation and trainable, its edges trainable.

    Raises:
        NetworkError: a cycle (named by its neurons), no input or no output.
    """
    layer = _layers(graph)
    canonical = sorted(graph, key=layer.__getitem__)  # stable: keeps the document's order
    rank = {j: n for n, j in enumerate(canonical)}
    nodes = graph.nodes
    neurons = tuple(j for j in canonical if nodes[j]["role"] != "input")
    trainable: set[Any] = {j for j in neurons if nodes[j]["trainable"]}
    trainable.update(edge for edge in graph.edges if graph.edges[edge]["trainable"])
    return Wiring(
        inputs=_with_role(graph, "input"),
        outputs=_with_role(graph, "output"),
        neurons=neurons,
        sources={j: tuple(sorted(graph.predecessors(j), key=rank.__getitem__)) for j in neurons},
        targets={j: tuple(sorted(graph.successors(j), key=rank.__getitem__)) for j in canonical},
        layer=layer,
        activation={j: nodes[j]["activation"] for j in neurons},
        trainable=frozenset(trainable),
    )


def _layers(graph: nx.DiGraph[str]) -> dict[str, int]:
    """The length of the longest path from any input; what no input reaches starts at 1."""
    layer: dict[str, int] = {}
    try:
        for j in nx.topological_sort(graph):
            is_input = graph.nodes[j]["role"] == "input"
            before = max((layer[i] for i in graph.predecessors(j)), default=0)
            layer[j] = 0 if is_input else before + 1
    except nx.NetworkXUnfeasible:
        cycle = [i for i, _ in nx.find_cycle(graph)]
        shown = [*cycle[:_NAMES_SHOWN], *(["…"] if len(cycle) > _NAMES_SHOWN else []), cycle[0]]
        message = "the connections form a cycle: " + " → ".join(shown)
        raise NetworkError(message, (cycle[-1], cycle[0])) from None
    return layer


def _with_role(graph: nx.DiGraph[str], role: str) -> tuple[str, ...]:
    found = tuple(j for j in graph if graph.nodes[j]["role"] == role)
    if not found:
        raise NetworkError(f'the network needs an {role} neuron ("role": "{role}")')
    return found
