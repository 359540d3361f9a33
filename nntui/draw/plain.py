"""A network as plain text, for where there is nobody to press keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nntui.draw.columns import Edge, columns_of
from nntui.draw.heat import heated
from nntui.draw.looks import EdgeLook, NodeLook
from nntui.draw.network import paint
from nntui.draw.placement import layout

if TYPE_CHECKING:
    import networkx as nx

_ROWS: Final = range(5, 41)
"""The heights that a drawing takes of its own accord."""


def drawing(
    graph: nx.DiGraph[str],
    biases: Mapping[str, float | None],
    weights: Mapping[Edge, float],
    *,
    width: int = 80,
    height: int | None = None,
) -> str:
    """Return a network as lines of text: neurons with their biases, connections with their weights.

    `graph` is as for `layout`. Without a `height`, the drawing takes what its largest layer needs.

    Raises:
        ValueError: a neuron has no layer, or a connection does not lead to a later layer.
    """
    if height is None:
        largest = max(map(len, columns_of(graph)), default=0)
        height = min(max(3 * largest, _ROWS.start), _ROWS.stop - 1)
    plan = layout(graph, width, height)
    cells = plan.value_width
    nodes = {n: NodeLook(_bias(bias, cells)) for n, bias in biases.items() if bias is not None}
    heat = heated(plan, weights.get)
    edges = {
        edge: EdgeLook(weights[edge], f"{weights[edge]:+.2f}")
        for edge in (*plan.edges, *heat.lines)
        if edge in weights
    }
    return paint(plan, nodes, edges, heat=heat).text()


def _bias(bias: float, cells: int) -> str:
    texts = (f"{bias:+.2f}", f"{bias:+.2f}".replace("0.", ".", 1), f"{bias:+.1f}")
    return next((text for text in texts if len(text) <= cells), f"{bias:+.0f}")
