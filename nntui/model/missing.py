"""The numbers that were left out of a network: which they are, and what the initializer draws."""

from __future__ import annotations

from collections.abc import Iterator

from nntui.model.initializers import Initializer
from nntui.model.randomness import stream
from nntui.model.sharing import Rows
from nntui.model.wiring import Parameter, Wiring


def is_complete(rows: Rows) -> bool:
    """Whether every bias and weight has its number."""
    nodes, into, _ = rows
    return all(
        node["bias"] is not None for node in nodes.values() if node["role"] != "input"
    ) and all(edge["weight"] is not None for row in into.values() for edge in row.values())


def drawn(
    rows: Rows, wiring: Wiring, initializer: Initializer
) -> Iterator[tuple[Parameter, float]]:
    """The parameters without a number, each with the one that is drawn for it.

    A number is drawn for each parameter in canonical order, whether it is needed or not, so that
    writing one weight down does not move the others.
    """
    numbers = stream("initializer", initializer.seed)
    for j in wiring.neurons:
        sources = wiring.sources[j]
        bias = initializer.bias(numbers, len(sources))
        if rows.nodes[j]["bias"] is None:
            yield j, bias
        if not sources:
            continue
        row = rows.into[j]
        fan_out = [len(wiring.targets[i]) for i in sources]
        weights = initializer.weights(numbers, len(sources), fan_out)
        yield from (
            ((i, j), weight)
            for i, weight in zip(sources, weights, strict=True)
            if row[i]["weight"] is None
        )
