"""From the rows of a graph to its wiring: layers, canonical order, and what cannot be computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from graphlib import CycleError, TopologicalSorter
from typing import Final

from nntui.model.errors import NetworkError
from nntui.model.sharing import Row, Rows
from nntui.model.wiring import Parameter, Wiring

_NAMES_SHOWN: Final = 12
_NOTHING: Final[Row] = {}


class Wired:
    """A wiring, and the rows that it was made of, so that the next one need not begin anew."""

    def __init__(self, rows: Rows, before: Wired | None = None) -> None:
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

    def with_numbers(self, rows: Rows) -> Wired:
        """The same for rows in which only biases and weights are others."""
        other = copy(self)
        other._rows = rows
        return other

    # ---- what of it still holds for other rows ------------------------------------------------

    def _layers_of(self, rows: Rows) -> dict[str, int] | None:
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

    def _trainable_of(self, rows: Rows) -> frozenset[Parameter]:
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


def _layers(rows: Rows) -> dict[str, int]:
    """The length of the longest path from any input; what no input reaches starts at 1."""
    layer: dict[str, int] = {}
    try:
        for j in TopologicalSorter(rows.into).static_order():
            layer[j] = _level(rows.nodes[j]["role"], (layer[i] for i in rows.into[j]))
    except CycleError as error:
        raise _cycle(rows, error.args[1][:-1]) from None
    return layer


def _cycle(rows: Rows, names: list[str]) -> NetworkError:
    """What is wrong with neurons that lead around, told from the first of them on."""
    rank = {j: n for n, j in enumerate(rows.nodes)}
    first = names.index(min(names, key=rank.__getitem__))
    cycle = [*names[first:], *names[:first]]
    shown = [*cycle[:_NAMES_SHOWN], *(["…"] if len(cycle) > _NAMES_SHOWN else []), cycle[0]]
    message = "the connections form a cycle: " + " → ".join(shown)
    return NetworkError(message, (cycle[-1], cycle[0]))


def _level(role: str, above: Iterable[int]) -> int:
    return 0 if role == "input" else max(above, default=0) + 1


def _trainable(rows: Rows) -> frozenset[Parameter]:
    return frozenset((*_biases(rows), *_weights(rows.into.items())))


def _biases(rows: Rows) -> Iterator[Parameter]:
    return (j for j, node in rows.nodes.items() if node["role"] != "input" and node["trainable"])


def _weights(rows: Iterable[tuple[str, Row]]) -> Iterator[Parameter]:
    return ((i, j) for j, row in rows for i, edge in row.items() if edge["trainable"])


def _with_role(rows: Rows, role: str) -> tuple[str, ...]:
    found = tuple(j for j, node in rows.nodes.items() if node["role"] == role)
    if not found:
        raise NetworkError(f'the network needs an {role} neuron ("role": "{role}")')
    return found
