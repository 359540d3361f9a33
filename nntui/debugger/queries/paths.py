"""How a weight, a bias or a neuron acts on the loss: its paths, and the cone of what it influences.

A path leads from neuron to neuron along connections and ends where an output enters the loss. An
output that feeds others is an end of paths and a way for others. By the chain rule the derivative
of the loss is a sum with one product a path, so this is what makes early parameters hard to see
through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from nntui.model.names import SYMBOLS, ValueNameError, parse_value_name, value_name
from nntui.model.wiring import Wiring, check_value

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths from a value to the loss.

    name: the value that was asked about.
    first: the neuron by which it enters the network: a weight's target, a bias's neuron, itself.
    count: the exact number of paths from there to the loss.
    shortest, longest: the number of neurons on a path, ``first`` included; 0 without any path.
    cone: the neurons that it influences, ``first`` included, in canonical order (by layer).
    edges: the connections between them.
    idle: those of the cone from which no path leads to the loss.
    sentence: what that means.
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
    """The paths of a weight ``w[i,j]``, a bias ``b[j]``, a neuron ``h1`` (or ``z[h1]``, ``x[x1]``).

    Raises:
        ValueNameError: the name names nothing of this network, or nothing that has paths.
    """
    name, first = _entrance(net, name)
    ways = ways_to_loss(net)
    cone: list[str] = []
    edges: list[Edge] = []
    reached = {first}
    for i in (*net.inputs, *net.neurons):
        if i in reached:
            cone.append(i)
            edges.extend((i, j) for j in net.targets[i])
            reached.update(net.targets[i])
    idle = tuple(j for j in cone if not ways[j].count)
    return Paths(
        name=name,
        first=first,
        count=ways[first].count,
        shortest=ways[first].shortest,
        longest=ways[first].longest,
        cone=tuple(cone),
        edges=tuple(edges),
        idle=idle,
        sentence=_sentence(name, first, ways[first], len(cone) - len(idle)),
    )


@dataclass(frozen=True, slots=True)
class PathCounts:
    """How many paths lead from a neuron to the loss, and over how many neurons, itself included."""

    count: int
    shortest: int
    longest: int


def ways_to_loss(net: Wiring) -> Mapping[str, PathCounts]:
    """The ways from every neuron: each path goes on along one connection, or ends at an output."""
    outputs = set(net.outputs)
    ways: dict[str, PathCounts] = {}
    for j in reversed((*net.inputs, *net.neurons)):
        onward = [ways[k] for k in net.targets[j] if ways[k].count]
        here = [PathCounts(1, 1, 1)] if j in outputs else []
        ends = here + [PathCounts(way.count, way.shortest + 1, way.longest + 1) for way in onward]
        ways[j] = PathCounts(
            sum(way.count for way in ends),
            min((way.shortest for way in ends), default=0),
            max((way.longest for way in ends), default=0),
        )
    return ways


def lines_of(found: Paths, net: Wiring, width: int = 8) -> tuple[str, ...]:
    """The paths as lines of text: the sentence, then the cone, a line a layer."""
    layers: dict[int, list[str]] = {}
    for j in found.cone:
        layers.setdefault(net.layer[j], []).append(j)
    lines = [found.sentence]
    for layer, neurons in layers.items():
        more = len(neurons) - width
        shown = ", ".join(neurons[:width]) + (f", … ({more} more)" if more > 0 else "")
        lines.append(f"  layer {layer}: {shown}")
    return tuple(lines)


def _weight(i: str, j: str) -> tuple[str, str]:
    return value_name("w", i, j), j


def _bias(j: str) -> tuple[str, str]:
    return value_name("b", j), j


def _neuron(symbol: str) -> Callable[[str], tuple[str, str]]:
    return lambda j: (value_name(symbol, j), j)


_ENTRANCES: Final[dict[str, Callable[..., tuple[str, str]]]] = {
    "w": _weight,
    "dw": _weight,
    "b": _bias,
    "db": _bias,
    **{symbol: _neuron(symbol) for symbol in ("x", "z", "a", "da", "delta")},
}


def _entrance(net: Wiring, name: str) -> tuple[str, str]:
    """What is asked about, and the neuron by which it enters the network."""
    if name in net.layer:
        return name, name
    if "[" not in name and name.strip() not in SYMBOLS:
        check_value(net, "a", (name.strip(),))
        return name.strip(), name.strip()
    symbol, neurons = parse_value_name(name)
    check_value(net, symbol, neurons)
    if symbol not in _ENTRANCES:
        raise ValueNameError(f"{symbol} has no paths: a weight, a bias or a neuron has")
    return _ENTRANCES[symbol](*neurons)


def _sentence(name: str, first: str, way: PathCounts, working: int) -> str:
    """What the paths mean: the further from the loss, the more indirectly a parameter acts."""
    if not way.count:
        return f"{name} does not act on the loss: no path leads there from {first}."
    if way.longest == 1:
        return f"{name} acts on the loss directly: through {first} alone, an output."
    length = f"{way.longest} neurons"
    if way.shortest < way.longest:
        length = f"{way.shortest} to {length}"
    if way.count == 1:
        return (
            f"{name} acts on the loss along 1 path of {length}: "
            "its gradient is one product with a factor for each of them."
        )
    return (
        f"{name} acts on the loss along {way.count:,} paths of {length}, through {working} neurons "
        "in all: its gradient is a sum with one product for each path. The earlier a parameter, "
        "the more indirectly it acts."
    )
