"""A draft: what every layout of a network has in common, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntui.draw.columns import Edge, Item, Lane, columns_of, links_of
from nntui.draw.crossings import MOST_LINKS, arrange

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The columns of a network and the order inside each, made once for layouts of any size.

    `columns` has the neurons of each column as they were given, `order` what stands in it from top
    to bottom. `detours` are, for each gap, the links from or to a lane. `incoming` says from where
    connections lead to a neuron, `outgoing` where they lead from it.
    """

    columns: list[list[str]]
    order: list[list[Item]]
    detours: list[list[tuple[Item, Item]]]
    incoming: Mapping[str, Collection[str]]
    outgoing: Mapping[str, Collection[str]]


def draft(graph: nx.DiGraph[str]) -> Draft:
    """Return the draft of a network, for several layouts of it.

    Raises:
        ValueError: a neuron has no layer, or a connection does not lead to a later layer.
    """
    incoming = {name: tuple(graph.predecessors(name)) for name in graph}
    outgoing = {name: tuple(graph.successors(name)) for name in graph}
    return _draft(columns_of(graph), incoming, outgoing)


def draft_of(
    layer: Mapping[str, int],
    sources: Mapping[str, Collection[str]],
    targets: Mapping[str, Collection[str]],
) -> Draft:
    """Return the draft of a network that is given by its neurons' layers and neighbours.

    It is that of the graph with these nodes and edges, in a fraction of the time; here every
    connection must lead to a later layer.
    """
    columns = [[name for name in layer if layer[name] == n] for n in sorted(set(layer.values()))]
    outgoing = {source: targets[source] for source in layer if source in targets}
    return _draft(columns, sources, outgoing)


def _draft(
    columns: list[list[str]],
    incoming: Mapping[str, Collection[str]],
    outgoing: Mapping[str, Collection[str]],
) -> Draft:
    column_of = {name: i for i, names in enumerate(columns) for name in names}
    skipping = list(_skipping(outgoing, column_of))
    links = links_of(skipping, column_of)
    direct = sum(map(len, outgoing.values())) - len(skipping)
    tangled = direct + sum(map(len, links)) > MOST_LINKS
    detours = [
        [link for link in gap if isinstance(link[0], Lane) or isinstance(link[1], Lane)]
        for gap in links
    ]
    if not tangled:  # only then do those from one column to the next matter
        links = links_of(((i, j) for i, ends in outgoing.items() for j in ends), column_of)
    return Draft(columns, arrange(columns, links, tangled=tangled), detours, incoming, outgoing)


def _skipping(
    outgoing: Mapping[str, Collection[str]], column_of: Mapping[str, int]
) -> Iterator[Edge]:
    """Yield the connections that lead past a column."""
    for source, ends in outgoing.items():
        beside = column_of[source] + 1
        yield from ((source, target) for target in ends if column_of[target] > beside)
