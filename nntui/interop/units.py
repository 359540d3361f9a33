"""Neurons one by one, as they are found in a program of another library → the network they make.

A unit is a neuron to be. Numbers 0 … inputs − 1 are the inputs, the units have those behind. The
model's parameters lie in one vector; an entry is a place in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from nntui.interop.chain import check_size, named
from nntui.model.activations import Activation
from nntui.model.layers import names_of_layers
from nntui.model.network import Network, Role
from nntui.model.numerics import Array
from nntui.model.wiring import Parameter

Integers = npt.NDArray[np.int64]

_LINEAR: Final = Activation.of("linear")


class Term(Struct, frozen=True):
    """A sum over sources (n,): the activation of each, times its weight (n,).

    ``entries`` (n,): where the weights stand among the parameters; None: they are constants.
    """

    sources: Integers
    weights: Array
    entries: Integers | None = None

    @property
    def copied(self) -> int | None:
        """The one source that the term is, as it is; else None."""
        is_copy = self.entries is None and len(self.weights) == 1 and self.weights[0] == 1.0
        return int(self.sources[0]) if is_copy else None


class Unit(Struct, frozen=True):
    """A neuron: its activation of the sum of terms and a bias.

    ``entry``: where the bias stands among the parameters; None: it is a constant.
    """

    terms: tuple[Term, ...]
    bias: float = 0.0
    entry: int | None = None
    activation: Activation = _LINEAR

    @property
    def has_bias(self) -> bool:
        """Whether the bias is more than 0 for good."""
        return self.entry is not None or self.bias != 0.0

    @property
    def sources(self) -> set[int]:
        """The numbers of all sources."""
        return set(chain.from_iterable(term.sources.tolist() for term in self.terms))

    @property
    def entries(self) -> list[int]:
        """The places of its own parameters."""
        own = [term.entries.tolist() for term in self.terms if term.entries is not None]
        return [*chain.from_iterable(own), *([] if self.entry is None else [self.entry])]


def copy_of(number: int, activation: Activation = _LINEAR) -> Unit:
    """Make a unit that applies an activation to another's, and learns nothing."""
    return Unit((Term(np.array([number]), np.ones(1)),), activation=activation)


class Units(Struct, frozen=True):
    """The units by number, each behind its sources, and the numbers of the outputs."""

    inputs: int
    units: dict[int, Unit]
    outputs: Sequence[int]

    def needed(self) -> Units:
        """Leave units out that no output needs."""
        found = set(self.outputs)
        for number in reversed(self.units):
            if number in found:
                found |= self.units[number].sources
        units = {number: unit for number, unit in self.units.items() if number in found}
        return Units(self.inputs, units, self.outputs)

    def simplified(self) -> Units:
        """Make units one where the one is no more than a part of the other's sum.

        Outputs become units that differ from each other and from the inputs.
        """
        units = dict(self.units)
        outputs: list[int] = []
        for number in self.outputs:
            if number < self.inputs or number in outputs:
                units[number := max(units, default=self.inputs - 1) + 1] = copy_of(number)
            outputs.append(number)
        uses = Counter(outputs)
        for unit in units.values():
            uses.update(chain.from_iterable(term.sources.tolist() for term in unit.terms))
        for number, unit in list(units.items()):
            for term in unit.terms:
                source = term.copied
                if source is None or source < self.inputs or uses[source] > 1:
                    continue
                if joined := _joined(unit, term, units[source]):
                    unit = units[number] = joined
                    del units[source]
        return Units(self.inputs, units, outputs)

    def answers(self, x: Array) -> Array:
        """Compute the outputs (N, out) of examples (N, in)."""
        return self._forward(x)[1][[*self.outputs]].T

    def gradient(self, x: Array, factors: Array, size: int) -> Array:
        """Differentiate the outputs' sum, each times its factor (out,), for one example (in,).

        Returns a number for each of the ``size`` parameters; 0 for those of no unit.
        """
        z, a = self._forward(x[np.newaxis])
        da, found = np.zeros(len(a)), np.zeros(size)
        da[[*self.outputs]] = factors
        for number in reversed(self.units):
            unit = self.units[number]
            with np.errstate(all="ignore"):
                slope = unit.activation.derivative(z[number], a[number])
            delta = da[number] * float(np.ravel(slope)[0])
            if unit.entry is not None:
                found[unit.entry] = delta
            with np.errstate(all="ignore"):
                for term in unit.terms:
                    if term.entries is not None:
                        found[term.entries] = delta * a[term.sources, 0]
                    da[term.sources] += delta * term.weights
        return found

    def _forward(self, x: Array) -> tuple[Array, Array]:
        """Compute z and a (numbers, N)."""
        a = np.zeros((max(self.units, default=self.inputs - 1) + 1, len(x)))
        z = np.zeros_like(a)
        a[: self.inputs] = x.T
        with np.errstate(all="ignore"):
            for number, unit in self.units.items():
                for term in unit.terms:
                    z[number] += term.weights @ a[term.sources]
                z[number] += unit.bias
                a[number] = unit.activation.f(z[number])
        return z, a

    def network(
        self, frozen: npt.NDArray[np.bool_], inputs: Sequence[Any], outputs: Sequence[Any]
    ) -> tuple[Network, Integers]:
        """Build the network, and find the entry of each of its parameters; −1: it is a constant.

        Args:
            frozen: for each entry, whether updates leave it alone. Constants are always frozen.
            inputs: names for the inputs, if neurons can have them all.
            outputs: the same for the outputs.

        Raises:
            ConversionError: sizes beyond the limits.
            NetworkError: a number that is not finite.
        """
        units, last = self.units, set(self.outputs)
        connections = sum(len(term.weights) for unit in units.values() for term in unit.terms)
        check_size(self.inputs + len(units), connections)
        names = self._names(inputs, outputs)
        network, entries = Network(), dict[Parameter, int]()
        for number, name in names.items():
            if number < self.inputs:
                network.add_neuron(name, role="input")
                continue
            unit = units[number]
            role: Role = "output" if number in last else "hidden"
            entry = unit.entry
            network.add_neuron(
                name,
                role=role,
                activation=unit.activation,
                bias=unit.bias,
                trainable=entry is not None and not frozen[entry],
            )
            entries[name] = -1 if entry is None else entry
        for number, unit in units.items():
            target = names[number]
            for term in unit.terms:
                sources = [names[source] for source in term.sources.tolist()]
                learns = term.entries is not None and not frozen[term.entries].any()
                network.connect_all(sources, [target], [term.weights.tolist()], trainable=learns)
                if term.entries is not None:
                    edges = ((source, target) for source in sources)
                    entries.update(zip(edges, term.entries.tolist(), strict=True))
        return network, np.array([entries.get(p, -1) for p in network.wiring().parameters])

    def _names(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> dict[int, str]:
        """Name the neurons: inputs, hidden units by layer, outputs."""
        layer = dict.fromkeys(range(self.inputs), 0)
        for number, unit in self.units.items():
            layer[number] = 1 + max(map(layer.__getitem__, unit.sources), default=0)
        last = set(self.outputs)
        hidden = [number for number in self.units if number not in last]
        columns = [
            [number for number in hidden if layer[number] == n]
            for n in range(1, 1 + max(map(layer.__getitem__, hidden), default=0))
        ]
        called = names_of_layers([self.inputs, *map(len, columns), len(self.outputs)])
        called[0] = named(inputs, called[0], taken=chain.from_iterable(called[1:]))
        called[-1] = named(outputs, called[-1], taken=chain.from_iterable(called[:-1]))
        numbers = chain(range(self.inputs), *columns, self.outputs)
        return dict(zip(numbers, chain.from_iterable(called), strict=True))


def _joined(unit: Unit, term: Term, source: Unit) -> Unit | None:
    """Put a linear unit's terms in the place of the term that copies it; None: it cannot be.

    Two biases that both learn, or two weights from the same neuron, are more than a neuron has.
    """
    others = [each for each in unit.terms if each is not term]
    taken = set(chain.from_iterable(each.sources.tolist() for each in others))
    if source.activation != _LINEAR or (unit.has_bias and source.has_bias):
        return None
    if not taken.isdisjoint(source.sources):
        return None
    terms = chain.from_iterable(source.terms if t is term else (t,) for t in unit.terms)
    bias = source if source.has_bias else unit
    return replace(unit, terms=tuple(terms), bias=bias.bias, entry=bias.entry)
