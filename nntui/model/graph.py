"""A graph whose copies share what neither has changed since: a copy costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, NamedTuple, TypeAlias

import networkx as nx

from nntui.model.errors import NetworkError
from nntui.model.wiring import Parameter, Wiring

Attributes: TypeAlias = Mapping[str, Any]
Row: TypeAlias = dict[str, Attributes]


class GraphRows(NamedTuple):
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

    def rows(self) -> GraphRows:
        """All of it as it is now, which later changes leave as it is."""
        self._own = set(), set()
        return GraphRows(dict(self._node), dict(self._pred), dict(self._adj))

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


# ---- wired ---------------------------------------------------------------------------------------


_NAMES_SHOWN: Final = 12
_NOTHING: Final[Row] = {}


class Wired:
    """A wiring, and the rows that it was made of, so that the next one need not begin anew."""

    def __init__(self, rows: GraphRows, before: Wired | None = None) -> None:
        """Wire rows whose nodes have role, activation and trainable, and their edges trainable.

        What ``before``, an earlier wiring of the same network, has of rows that are still the same
        is taken over.

        Raises:
            NetworkError: a cycle (named by its neurons), no input or no output.
        """
        self._rows, nodes = rows, rows.nodes
        layer = (before and before._layers_of(rows)) or _layers(rows)
        canonical = sorted(nodes, key=layer.__getitem__)  # stable: keeps the document's order
        rank = {j: n for n, j in enumerate(canonical)}
        neurons = tuple(j for j in canonical if nodes[j]["role"] != "input")
        kept = before if before is not None and before._is_in_order(canonical) else None

        def neighbours(j: str, row: Row, way: int) -> tuple[str, ...]:
            found = kept._neighbours(j, row, way) if kept else None
            return tuple(sorted(row, key=rank.__getitem__)) if found is None else found

        self.wiring = Wiring(
            inputs=_with_role(rows, "input"),
            outputs=_with_role(rows, "output"),
            neurons=neurons,
            sources={j: neighbours(j, rows.into[j], 0) for j in neurons},
            targets={i: neighbours(i, rows.out[i], 1) for i in canonical},
            layer=layer,
            activation={j: nodes[j]["activation"] for j in neurons},
            trainable=_trainable(rows) if before is None else before._trainable_of(rows),
        )

    def with_numbers(self, rows: GraphRows) -> Wired:
        """The same for rows in which only biases and weights are others."""
        other = copy(self)
        other._rows = rows
        return other

    # ---- what of it still holds for other rows ------------------------------------------------

    def _layers_of(self, rows: GraphRows) -> dict[str, int] | None:
        """The layers of other rows, if every neuron that is here too stays in its own."""
        here, layer = self.wiring.layer, {}
        for j, node in rows.nodes.items():
            row = rows.into[j]
            if node is self._rows.nodes.get(j) and row is self._rows.into[j]:
                layer[j] = here[j]
                continue
            above = [layer.get(i, here.get(i)) for i in row]
            if None in above:
                return None  # from a new neuron that stands further down: begin anew
            layer[j] = _level(node["role"], (n for n in above if n is not None))
            if here.get(j, layer[j]) != layer[j]:
                return None
        return layer

    def _is_in_order(self, canonical: list[str]) -> bool:
        """Whether the neurons that are here too stand in the same order as here."""
        there = set(canonical)
        here = [j for j in (*self.wiring.inputs, *self.wiring.neurons) if j in there]
        return here == [j for j in canonical if j in self.wiring.layer]

    def _neighbours(self, j: str, row: Row, way: int) -> tuple[str, ...] | None:
        """The sources (0) or targets (1) of a neuron, if its row is the one it had here."""
        was, known = (
            (self._rows.into, self.wiring.sources), (self._rows.out, self.wiring.targets),
        )[way]  # fmt: skip
        return known[j] if row is was.get(j) else None

    def _trainable_of(self, rows: GraphRows) -> frozenset[Parameter]:
        """What updates touch in other rows."""
        gone: set[Parameter] = set(self.wiring.neurons)
        fresh: set[Parameter] = set(_biases(rows))
        was, now = self._rows.into, rows.into
        for j in {*was, *now}:
            old, new = was.get(j, _NOTHING), now.get(j, _NOTHING)
            if new is not old:
                gone.update((i, j) for i, edge in old.items() if new.get(i) is not edge)
                fresh.update(
                    (i, j)
                    for i, edge in new.items()
                    if old.get(i) is not edge and edge["trainable"]
                )
        gone &= self.wiring.trainable
        found = self.wiring.trainable
        if lost := gone - fresh:
            found -= lost
        return found | fresh if fresh - gone else found


# ---- from nothing --------------------------------------------------------------------------------


def _layers(rows: GraphRows) -> dict[str, int]:
    """The length of the longest path from any input; what no input reaches starts at 1."""
    layer: dict[str, int] = {}
    try:
        for j in TopologicalSorter(rows.into).static_order():
            layer[j] = _level(rows.nodes[j]["role"], (layer[i] for i in rows.into[j]))
    except CycleError as error:
        raise _cycle(rows, error.args[1][:-1]) from None
    return layer


def _cycle(rows: GraphRows, names: list[str]) -> NetworkError:
    """What is wrong with neurons that lead around, told from the first of them on."""
    rank = {j: n for n, j in enumerate(rows.nodes)}
    first = names.index(min(names, key=rank.__getitem__))
    cycle = [*names[first:], *names[:first]]
    shown = [*cycle[:_NAMES_SHOWN], *(["…"] if len(cycle) > _NAMES_SHOWN else []), cycle[0]]
    message = "the connections form a cycle: " + " → ".join(shown)
    return NetworkError(message, (cycle[-1], cycle[0]))


def _level(role: str, above: Iterable[int]) -> int:
    return 0 if role == "input" else max(above, default=0) + 1


def _trainable(rows: GraphRows) -> frozenset[Parameter]:
    return frozenset((*_biases(rows), *_weights(rows.into.items())))


def _biases(rows: GraphRows) -> Iterator[Parameter]:
    return (j for j, node in rows.nodes.items() if node["role"] != "input" and node["trainable"])


def _weights(rows: Iterable[tuple[str, Row]]) -> Iterator[Parameter]:
    return ((i, j) for j, row in rows for i, edge in row.items() if edge["trainable"])


def _with_role(rows: GraphRows, role: str) -> tuple[str, ...]:
    found = tuple(j for j, node in rows.nodes.items() if node["role"] == role)
    if not found:
        raise NetworkError(f'the network needs an {role} neuron ("role": "{role}")')
    return found
