"""A graph whose copies share what neither has changed since: a copy costs next to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

Attributes: TypeAlias = Mapping[str, Any]
Row: TypeAlias = dict[str, Attributes]


class Rows(NamedTuple):
    """What a graph held at a moment, by neuron: a row that is the same object is the same row.

    ``into[j]`` has the connections into j by their sources, ``out[i]`` those from i by their
    targets, ``nodes[j]`` what is known of j itself.
    """

    nodes: dict[str, Attributes]
    into: dict[str, Row]
    out: dict[str, Row]


class SharingGraph(nx.DiGraph):  # type: ignore[type-arg]
    """A directed graph that copies a row before it changes it, if another may know it.

    The attributes of nodes and edges are never changed, but replaced.
    """

    # What networkx keeps a graph in: nodes, and their edges by the node that they lead from or to.
    _node: dict[str, Attributes]
    _adj: dict[str, Row]
    _pred: dict[str, Row]

    def __init__(self) -> None:
        super().__init__()
        self._own: tuple[set[str], set[str]] = set(), set()  # rows in and out nobody else knows

    def rows(self) -> Rows:
        """All of it as it is now, which later changes leave as it is."""
        self._own = set(), set()
        return Rows(dict(self._node), dict(self._pred), dict(self._adj))

    def sharing_copy(self) -> SharingGraph:
        """An independent copy."""
        nodes, into, out = self.rows()
        other = type(self)()
        other._node, other._pred, other._adj = nodes, into, out
        return other

    def edge(self, source: str, target: str) -> Attributes:
        """The attributes of an edge."""
        return self._pred[target][source]

    def put_node(self, name: str, **attributes: Any) -> None:
        """Add a node, or give one other attributes."""
        if name not in self._node:
            self.add_node(name)
            for own in self._own:
                own.add(name)
        self._node[name] = attributes

    def put_edge(self, source: str, target: str, **attributes: Any) -> None:
        """Add an edge between two nodes that are there, or give one other attributes."""
        self._require_rows(source, target)
        self._adj[source][target] = self._pred[target][source] = attributes

    def remove_edge(self, source: str, target: str) -> None:
        """Remove an edge."""
        self._require_rows(source, target)
        super().remove_edge(source, target)

    def remove_node(self, name: str) -> None:
        """Remove a node with its edges."""
        for source in self._pred[name]:
            self._require_rows(source, None)
        for target in self._adj[name]:
            self._require_rows(None, target)
        super().remove_node(name)

    def renamed(self, old: str, new: str) -> SharingGraph:
        """A copy in which one node is called something else, in its place and all its edges'."""
        nodes, into, out = self.rows()
        other = type(self)()
        other._node = _renamed(nodes, old, new)
        other._pred = _renamed(into, old, new)
        other._adj = _renamed(out, old, new)
        for source in into[old]:
            other._adj[source] = _renamed(out[source], old, new)
        for target in out[old]:
            other._pred[target] = _renamed(into[target], old, new)
        return other

    def _require_rows(self, source: str | None, target: str | None) -> None:
        """Make the rows that are to be changed this graph's own."""
        into, out = self._own
        if target is not None and target not in into:
            self._pred[target] = dict(self._pred[target])
            into.add(target)
        if source is not None and source not in out:
            self._adj[source] = dict(self._adj[source])
            out.add(source)


def _renamed(row: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if key == old else key: value for key, value in row.items()}
