"""The numbers that were left out of a network: which they are, and what the initializer draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nntui.model.initializers import Initializer
from nntui.model.randomness import stream
from nntui.model.sharing import Rows
from nntui.model.wiring import Parameter, Wiring


def lacking(rows: Rows) -> set[str]:
    """The neurons without a bias, or with a connection into them that has no weight."""
    nodes, into, _ = rows
    found = {j for j, row in into.items() if any(e["weight"] is None for e in row.values())}
    found.update(j for j, node in nodes.items() if node["bias"] is None and node["role"] != "input")
    return found


def drawn(
    rows: Rows, wiring: Wiring, initializer: Initializer, wanted: set[str]
) -> Iterator[tuple[Parameter, float]]:
    """The parameters without a number at the ``wanted`` neurons, each with the one drawn for it.

    A number is drawn for each parameter in canonical order, whether it is needed or not, so that
    writing one weight down does not move the others.
    """
    numbers, left = stream("initializer", initializer.seed), set(wanted)
    before: tuple[str, ...] = ()
    fan_out = np.zeros(0, int)
    for j in wiring.neurons:
        if not left:
            return
        sources, row = wiring.sources[j], rows.into[j]
        bias = initializer.bias(numbers, len(sources))
        if sources != before:
            before, fan_out = sources, np.array([len(wiring.targets[i]) for i in sources], int)
        weights = initializer.weights(numbers, fan_out) if sources else []
        if j not in left:
            continue
        left.remove(j)
        if rows.nodes[j]["bias"] is None:
            yield j, bias
        for i, weight in zip(sources, weights, strict=True):
            if row[i]["weight"] is None:
                yield (i, j), weight
