"""Count the paths along which a weight, a bias or a neuron acts on the loss, and find its cone.

A path goes from neuron to neuron along connections and ends at an output, where it enters the loss.
An output that feeds other neurons ends some paths and continues others. By the chain rule the
derivative of the loss is a sum with one product for each path.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from nntui.model.names import SYMBOLS, ValueNameError, parse_value_name, value_name
from nntui.model.wiring import Wiring, check_value

Edge = tuple[str, str]


class Paths(Struct, frozen=True):
    """The paths from a value to the loss.

    ``name`` is the value that was asked about; ``first`` the neuron by which it enters the network:
    a weight's target, a bias's neuron, itself. ``count`` is the exact number of paths from there,
    ``shortest`` and ``longest`` are numbers of neurons on one, ``first`` included; 0 without any.
    ``cone`` has the neurons that it influences, ``first`` included, in canonical order, ``edges``
    the connections between them, ``idle`` those from which no path leads to the loss.
    ``sentence`` says what that means.
    """

    name: str
    first: str
    count: int
    shortest: int
    longest: int
    cone: tuple[str, ...]
    edges: tuple[Edge, ...]
    idle: tuple[str, ...]
    sentence: str


def paths(net: Wiring, name: str) -> Paths:
    """Find the paths of a weight ``w[i,j]``, a bias ``b[j]`` or a neuron ``h1`` (or ``z[h1]``).

    Raises:
        ValueNameError: the name names nothing of this network, or nothing that has paths.
    """
    import networkx as nx

    name, first = _entrance(net, name)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(net.layer)
    graph.add_edges_from((i, j) for i, targets in net.targets.items() for j in targets)
    influenced = {first} | nx.descendants(graph, first)
    cone = tuple(j for j in (*net.inputs, *net.neurons) if j in influenced)
    counts = _path_counts(net, reversed(cone))
    idle = tuple(j for j in cone if not counts[j].count)
    return Paths(
        name=name,
        first=first,
        count=counts[first].count,
        shortest=counts[first].shortest,
        longest=counts[first].longest,
        cone=cone,
        edges=tuple((i, j) for i in cone for j in net.targets[i]),
        idle=idle,
        sentence=_sentence(name, first, counts[first], len(cone) - len(idle)),
    )


class _PathCount(Struct, frozen=True):
    """How many paths lead from a neuron to the loss, and over how many neurons, itself included."""

    count: int
    shortest: int
    longest: int


def _path_counts(net: Wiring, neurons: Iterable[str]) -> dict[str, _PathCount]:
    """Count from the outputs back: there may be more paths than could ever be listed."""
    counts: dict[str, _PathCount] = {}
    for j in neurons:
        onward = [counts[k] for k in net.targets[j] if counts[k].count]
        lengths = [(c.shortest + 1, c.longest + 1) for c in onward]
        if j in net.outputs:
            lengths.append((1, 1))
        counts[j] = _PathCount(
            sum(c.count for c in onward) + (j in net.outputs),
            min((shortest for shortest, _ in lengths), default=0),
            max((longest for _, longest in lengths), default=0),
        )
    return counts


def lines_of(found: Paths, net: Wiring, width: int = 8) -> tuple[str, ...]:
    """Write paths as lines of text: the sentence, then the cone, a line for each layer."""
    layers: dict[int, list[str]] = {}
    for j in found.cone:
        layers.setdefault(net.layer[j], []).append(j)
    lines = [found.sentence]
    for layer, neurons in layers.items():
        more = len(neurons) - width
        shown = ", ".join(neurons[:width]) + (f", … ({more} more)" if more > 0 else "")
        lines.append(f"  layer {layer}: {shown}")
    return tuple(lines)


def _entrance(net: Wiring, name: str) -> tuple[str, str]:
    """Split a name into what is asked about and the neuron by which it enters the network."""
    if name in net.layer:
        return name, name
    if "[" not in name and name.strip() not in SYMBOLS:
        check_value(net, "a", (name.strip(),))
        return name.strip(), name.strip()
    symbol, neurons = parse_value_name(name)
    check_value(net, symbol, neurons)
    if not neurons or symbol == "t":
        raise ValueNameError(f"{symbol} has no paths: a weight, a bias or a neuron has")
    parameter = {"dw": "w", "db": "b"}.get(symbol, symbol)  # a gradient has its parameter's paths
    return value_name(parameter, *neurons), neurons[-1]


def _sentence(name: str, first: str, way: _PathCount, working: int) -> str:
    """Say what the paths mean for the gradient."""
    if not way.count:
        return f"{name} does not reach the loss: no path leads there from {first}."
    if way.longest == 1:
        return f"{name} reaches the loss directly: {first} is an output."
    length = f"{way.longest} neurons"
    if way.shortest < way.longest:
        length = f"{way.shortest} to {length}"
    if way.count == 1:
        return f"{name} reaches the loss by one path, through {length}."
    return (
        f"{name} reaches the loss by {way.count:,} paths of {length}, through {working} neurons "
        "in all: its gradient adds up one product for each path."
    )
