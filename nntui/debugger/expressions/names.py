"""What a reader of expressions must know of a network: which values there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nntui.model.experiment import Experiment
from nntui.model.names import SYMBOLS, ValueNameError, did_you_mean, escaped, value_name
from nntui.model.network import Network
from nntui.model.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Names:
    """The neurons and connections of a network, by name.

    ``inputs`` and ``outputs`` in their orders, ``neurons`` those that compute (no inputs),
    ``connections`` as (source, target). ``layers``: the number of the last layer.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    neurons: tuple[str, ...]
    connections: frozenset[tuple[str, str]]
    layers: int = 0

    @classmethod
    def of(cls, source: Experiment | Network | Wiring) -> Names:
        """The names of an experiment's network, of a network or of its wiring."""
        if isinstance(source, Experiment):
            source = source.network
        net = source if isinstance(source, Wiring) else source.wiring()
        connections = frozenset((i, j) for j in net.neurons for i in net.sources[j])
        layers = max(net.layer.values(), default=0)
        return cls(net.inputs, net.outputs, net.neurons, connections, layers)

    @property
    def everyone(self) -> tuple[str, ...]:
        """Every neuron, inputs first."""
        return (*self.inputs, *self.neurons)

    def check(self, symbol: str, neurons: tuple[str, ...]) -> None:
        """Make sure that a symbol (one of the known ones) has a value at these neurons.

        Raises:
            ValueNameError: it has none; the sentence says why.
        """
        if len(neurons) != SYMBOLS[symbol]:
            raise ValueNameError(_wrong_count(symbol))
        for name in neurons:
            self.check_neuron(name)
        if len(neurons) == 2:
            self.check_connection(*neurons)
        elif neurons:
            (name,) = neurons
            if symbol == "x" and name not in self.inputs:
                raise ValueNameError(f'"{escaped(name)}" is no input: it has no x')
            if symbol == "y" and name not in self.outputs:
                raise ValueNameError(f'"{escaped(name)}" is no output: it has no y')
            if symbol in ("z", "delta", "b", "db") and name in self.inputs:
                raise ValueNameError(f'"{escaped(name)}" is an input: it has no {symbol}')

    def check_neuron(self, name: str) -> None:
        """Make sure that there is a neuron of that name.

        Raises:
            ValueNameError: there is none.
        """
        if name not in self.everyone:
            hint = did_you_mean(name, self.everyone)
            raise ValueNameError(
                f'there is no neuron called "{escaped(name)}"{hint and "; " + hint}'
            )

    def check_connection(self, source: str, target: str) -> None:
        """Make sure that there is a connection between two neurons that exist.

        Raises:
            ValueNameError: there is none.
        """
        if (source, target) in self.connections:
            return
        said = f'"{escaped(source)}" is not connected to "{escaped(target)}"'
        if (target, source) in self.connections:
            said += f"; the connection goes from {escaped(target)} to {escaped(source)}"
        raise ValueNameError(said)

    def values(self) -> Iterator[str]:
        """Every value name there is, for completion."""
        owners = {
            "x": self.inputs, "y": self.outputs, "a": self.everyone, "da": self.everyone,
        }  # fmt: skip
        for symbol, count in SYMBOLS.items():
            if count == 0:
                yield symbol
            elif count == 1:
                yield from (value_name(symbol, j) for j in owners.get(symbol, self.neurons))
            else:
                yield from (value_name(symbol, *edge) for edge in sorted(self.connections))


def _wrong_count(symbol: str) -> str:
    wanted = SYMBOLS[symbol]
    if not wanted:
        return f"{symbol} belongs to no neuron: it stands alone"
    example = value_name(symbol, *("x1", "h1")[:wanted] if wanted == 2 else ("h1",))
    needs = "a neuron" if wanted == 1 else "a connection's two neurons"
    return f"{symbol} needs {needs}, as in {example}"
