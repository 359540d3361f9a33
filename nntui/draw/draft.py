"""A draft: what every layout of a network has in common, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntui.draw.columns import Edge, Item, Lane, columns_of, links_of
from nntui.draw.crossings import arrange

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The columns of a network and the order inside each, made once for layouts of any size.

    `columns` has the neurons of each column as they were given, `order` what stands in it from top
    to bottom. `detours` are, for each gap, the links from or to a lane. `incoming` says from where
    connections lead to a neuron.
    """

    columns: list[list[str]]
    order: list[list[Item]]
    detours: list[list[tuple[Item, Item]]]
    edges: tuple[Edge, ...]
    incoming: Mapping[str, Collection[str]]


def draft(graph: nx.DiGraph[str]) -> Draft:
    """Return the draft of a network, for several layouts of it.

    Raises:
        ValueError: a neuron has no layer, or a connection does not lead to a later layer.
    """
    columns = columns_of(graph)
    column_of = {name: i for i, names in enumerate(columns) for name in names}
    edges = tuple(graph.edges)
    links = links_of(edges, column_of)
    detours = [
        [link for link in gap if isinstance(link[0], Lane) or isinstance(link[1], Lane)]
        for gap in links
    ]
    incoming = {name: tuple(graph.predecessors(name)) for name in graph}
    return Draft(columns, arrange(columns, links), detours, edges, incoming)
