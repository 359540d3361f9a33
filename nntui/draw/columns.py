"""Columns: which neurons stand above each other, and the lanes of connections that skip a layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import networkx as nx

Edge = tuple[str, str]
"""The names of a connection's source and target."""


class Lane(NamedTuple):
    """The place in a column where the connections of `source` that skip this column pass through.

    All of them share it: they part only in front of the column where the first one ends.
    """

    source: str
    column: int


Item = str | Lane
"""What takes up room in a column: a neuron by its name, or a lane."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one place of a column: a neuron, a fold of several, or lanes side by side."""

    kind: Literal["neuron", "fold", "lane"]
    names: tuple[str, ...]


def columns_of(graph: nx.DiGraph[str]) -> list[list[str]]:
    """Return the neurons of each layer that has any, in the graph's own order.

    Raises:
        ValueError: a neuron has no integer `layer`, or a connection does not lead to a later layer.
    """
    layers: dict[int, list[str]] = {}
    layer_of: dict[str, int] = {}
    for name, layer in graph.nodes(data="layer"):
        if not isinstance(layer, int):
            raise ValueError(f"neuron {name!r}: its layer is {layer!r}, not a whole number")
        layers.setdefault(layer, []).append(name)
        layer_of[name] = layer
    for source, target in graph.edges:
        if layer_of[source] >= layer_of[target]:
            raise ValueError(
                f"connection {source!r} → {target!r} leads from layer {layer_of[source]} to layer "
                f"{layer_of[target]}, not to a later one"
            )
    return [layers[layer] for layer in sorted(layers)]


def links_of(edges: Iterable[Edge], column_of: dict[str, int]) -> list[list[tuple[Item, Item]]]:
    """Return, for each gap between two columns, the pairs of items that a line joins across it."""
    gaps: list[dict[tuple[Item, Item], None]] = [
        {} for _ in range(max(column_of.values(), default=0))
    ]
    for source, target in edges:
        here: Item = source
        for column in range(column_of[source] + 1, column_of[target]):
            lane = Lane(source, column)
            gaps[column - 1][here, lane] = None
            here = lane
        gaps[column_of[target] - 1][here, target] = None
    return [list(gap) for gap in gaps]


def fold(items: list[Item], height: int, box_height: int, *, whole: bool = False) -> list[Entry]:
    """Return what stands in a column of `height` rows, top to bottom.

    Neurons that do not fit become one fold between the first ones and the last, or the `whole`
    layer does; lanes that do not fit are merged, and where not even one fits, they are left out.
    """
    names = [item for item in items if isinstance(item, str)]
    lanes = len(items) - len(names)
    kept_lanes = min(lanes, max(height - len(names) * box_height, height // 4))
    room = height - kept_lanes
    if whole and len(names) > 1:
        first, last = 0, 0
    elif len(names) * box_height <= room:
        first, last = len(names), 0
    else:
        # The fold takes a row itself; with two rows the first neuron is worth more than the last.
        first, last = max(min(room - 1, 1), room - 2), min(1, max(0, room - 2))
    hidden = tuple(names[first : len(names) - last])
    entries: list[Entry] = []
    merged: dict[int, list[str]] = {}
    neuron = lane = 0
    for item in items:
        if isinstance(item, Lane):
            if kept_lanes:
                bundle = lane * kept_lanes // lanes
                if bundle not in merged:
                    merged[bundle] = []
                    entries.append(Entry("lane", ()))
                merged[bundle].append(item.source)
                index = [i for i, entry in enumerate(entries) if entry.kind == "lane"][-1]
                entries[index] = Entry("lane", tuple(merged[bundle]))
            lane += 1
            continue
        if neuron < first or neuron >= len(names) - last:
            entries.append(Entry("neuron", (item,)))
        elif neuron == first:
            entries.append(Entry("fold", hidden))
        neuron += 1
    return entries
