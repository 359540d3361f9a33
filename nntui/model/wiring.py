"""The wiring of a network: its topology, frozen, in the order in which everything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final, Literal, TypeAlias

from nntui.model.activations import Activation
from nntui.model.names import MEMORY, ValueNameError, escaped, near_or_all

Role = Literal["input", "hidden", "output"]
ROLES: Final = ("input", "hidden", "output")

Parameter: TypeAlias = str | tuple[str, str]
"""A parameter's key: a neuron's name for its bias, (source, target) for a weight."""


@dataclass(frozen=True)
class Wiring:
    """The topology in canonical order.

    Neurons are ordered by (layer, document position), connections by (target, source).
    ``neurons`` are those that compute (no inputs). ``sources[j]`` and ``targets[j]`` are j's
    neighbours in canonical order. ``frozen`` holds the parameters that updates leave alone.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    neurons: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, tuple[str, ...]]
    layer: Mapping[str, int]
    activation: Mapping[str, Activation]
    frozen: frozenset[Parameter]

    def __repr__(self) -> str:
        return f"<Wiring: {len(self.layer)} neurons, {self.connection_count} connections>"

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter: for each neuron its bias, then its incoming weights."""
        found: list[Parameter] = []
        for j in self.neurons:
            found.append(j)
            found.extend((i, j) for i in self.sources[j])
        return tuple(found)

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Every connection in canonical order, as (source, target)."""
        return tuple((i, j) for j in self.neurons for i in self.sources[j])

    @cached_property
    def trainable(self) -> frozenset[Parameter]:
        """The parameters that updates touch."""
        return frozenset(self.parameters) - self.frozen

    @cached_property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """The neurons of each layer, inputs first."""
        return tuple(tuple(names) for _, names in groupby(self.layer, self.layer.__getitem__))

    @cached_property
    def connection_count(self) -> int:
        """The number of connections, E."""
        return sum(map(len, self.sources.values()))

    @property
    def parameter_count(self) -> int:
        """The number of parameters, P; to list them all takes long in a large network."""
        return len(self.neurons) + self.connection_count

    @property
    def trainable_count(self) -> int:
        """The number of parameters that updates touch."""
        return self.parameter_count - len(self.frozen)


def forward(
    wiring: Wiring, b: Mapping[str, float], w: Mapping[tuple[str, str], float], x: Sequence[float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Compute (z, a) of every neuron for one example, in the order of the steps.

    ``x`` holds one number for each input, in the inputs' order.
    """
    return forward_by_rows(wiring, b, lambda j: [w[i, j] for i in wiring.sources[j]], x)


def forward_by_rows(
    wiring: Wiring,
    b: Mapping[str, float],
    weights_into: Callable[[str], Sequence[float]],
    x: Sequence[float],
) -> tuple[dict[str, float], dict[str, float]]:
    """Compute the same by the weights into each neuron, in the order of its sources."""
    z: dict[str, float] = {}
    a = dict(zip(wiring.inputs, x, strict=True))
    for j in wiring.neurons:
        total = b[j]
        for weight, i in zip(weights_into(j), wiring.sources[j], strict=True):
            total = total + weight * a[i]
        z[j] = total
        a[j] = wiring.activation[j].f(total)
    return z, a


def parameter_key(neurons: Sequence[str]) -> Parameter:
    """Make the key of a neuron's bias, or of the weight from a source to a target."""
    return neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])


def value_owners(net: Wiring, symbol: str) -> Iterator[tuple[str, ...]]:
    """List the neurons of each value of a symbol: (j,), (source, target), or () for ``loss``."""
    match symbol:
        case "x":
            yield from ((i,) for i in net.inputs)
        case "t" | "p":
            yield from ((k,) for k in (*net.inputs, *net.neurons) if k in net.outputs)
        case "a" | "da":
            yield from ((j,) for j in (*net.inputs, *net.neurons))
        case "z" | "delta" | "b" | "db":
            yield from ((j,) for j in net.neurons)
        case "w" | "dw":
            yield from ((i, j) for j in net.neurons for i in net.sources[j])
        case "g" | "m" | "v" | "s":
            trained = (p for p in net.parameters if p not in net.frozen)
            yield from ((p,) if isinstance(p, str) else p for p in trained)
        case _:
            yield ()


def check_value(net: Wiring, symbol: str, neurons: tuple[str, ...]) -> None:
    """Raise a ``ValueNameError``, which says why, unless a network has a value."""
    for name in neurons:
        if name not in net.layer:
            known = list(net.layer)
            if len(neurons) == 1:  # of a connection any of them may be an end
                owners = {owner for value in value_owners(net, symbol) for owner in value}
                known = [each for each in known if each in owners]
            hint = near_or_all(name, known)
            raise ValueNameError(
                f"there is no neuron called “{escaped(name)}”{hint and '; ' + hint}"
            )
    if len(neurons) == 2:
        check_connection(net, *neurons)
    elif neurons:
        (j,) = neurons
        if symbol == "x" and j not in net.inputs:
            raise ValueNameError(f'"{escaped(j)}" is no input: it has no x')
        if symbol in ("t", "p") and j not in net.outputs:
            raise ValueNameError(f'"{escaped(j)}" is no output: it has no {symbol}')
        if symbol in ("z", "delta", "b", "db", "g", *MEMORY) and j in net.inputs:
            raise ValueNameError(f'"{escaped(j)}" is an input: it has no {symbol}')


def check_connection(net: Wiring, source: str, target: str) -> None:
    """Raise a ``ValueNameError`` unless there is a connection between two neurons that exist."""
    if source in net.sources.get(target, ()):
        return
    message = f'"{escaped(source)}" is not connected to "{escaped(target)}"'
    if target in net.sources.get(source, ()):
        message += f"; the connection goes from {escaped(target)} to {escaped(source)}"
    raise ValueNameError(message)
