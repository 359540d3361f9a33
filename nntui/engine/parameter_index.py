"""The index of each neuron and each parameter in the flat arrays that a run is kept in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from nntui.engine.state import EdgeIndex, LazyDict, LazyNumbers, State
from nntui.model.numerics import Array
from nntui.model.optimizers import Memory
from nntui.model.wiring import Parameter, Wiring

Indices = npt.NDArray[np.intp]

LARGE: Final = 5_000
"""From so many connections on, numbers stay in arrays until they are read (``LazyDict``)."""


class ParameterSpan(Struct, frozen=True):
    """Where a computing neuron's numbers are: its row, its parameters, the rows of its sources.

    ``bias`` is the index of its bias, ``weights`` … ``end`` − 1 are those of its weights.
    """

    neuron: str
    row: int
    bias: int
    weights: int
    end: int
    sources: Indices


class ParameterIndex:
    """Neurons have a row each, inputs first; parameters an index, in canonical order.

    ``source`` and ``target`` give, for every parameter, the rows of the a and the delta whose
    product is its gradient; a bias's source is the row after the last, which holds a 1.
    """

    def __init__(self, net: Wiring) -> None:
        self.net = net
        self.names = (*net.inputs, *net.neurons)
        self.row = {name: n for n, name in enumerate(self.names)}
        self.inputs = len(net.inputs)
        self.outputs = _indices([self.row[k] for k in net.outputs])
        spans: list[ParameterSpan] = []
        before: tuple[str, ...] = ()
        sources = _indices(before)
        for j in net.neurons:
            bias = spans[-1].end if spans else 0
            if net.sources[j] is not before:  # in a fully connected layer, all have the same
                before = net.sources[j]
                sources = _indices([self.row[i] for i in before])
            spans.append(
                ParameterSpan(j, self.row[j], bias, bias + 1, bias + 1 + len(sources), sources)
            )
        self.spans = tuple(spans)
        one = _indices([len(self.names)])
        self.source = np.concatenate([part for s in spans for part in (one, s.sources)])
        self.target = np.concatenate([np.full(s.end - s.bias, s.row) for s in spans])
        self.trainable = every = np.arange(len(self.source))
        if net.frozen:
            self.trainable = np.delete(every, [self.index[p] for p in net.frozen])
        self._bias_index = _indices([s.bias for s in spans])
        self._weight_index = np.delete(every, self._bias_index)

    def __getitem__(self, parameter: Parameter) -> int:
        return self.index[parameter]

    def state(self, p: Array, memory: Array, dp: Array) -> State:
        """Return a state with these parameters, their memory and gradients; the rest is blank."""
        b, w = self._by_key(p)
        db, dw = self._by_key(dp)
        remembered: LazyDict[Parameter, Memory] = LazyDict(
            lambda: self._trainable_index, lambda n: tuple(memory[:, n].tolist())
        )
        return State(b=b, w=w, db=db, dw=dw, memory=remembered)

    def _by_key(self, values: Array) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
        """Split numbers of the parameters by neuron and by connection."""
        biases = dict(zip(self.net.neurons, values[self._bias_index].tolist(), strict=True))
        if len(self._weight_index) < LARGE:
            weights = values[self._weight_index].tolist()
            return biases, dict(zip(self.net.edges, weights, strict=True))
        return biases, LazyNumbers(lambda: self._edge_index, values.copy())

    @cached_property
    def index(self) -> dict[Parameter, int]:
        """The index of each parameter."""
        return {parameter: n for n, parameter in enumerate(self.net.parameters)}

    @cached_property
    def _edge_index(self) -> EdgeIndex:
        return EdgeIndex(self.net, {span.neuron: span.weights for span in self.spans})

    @cached_property
    def _trainable_index(self) -> dict[Parameter, int]:
        frozen = self.net.frozen
        return {p: n for p, n in self.index.items() if p not in frozen} if frozen else self.index

    def by_name(self, values: Array, rows: Sequence[int]) -> dict[str, float]:
        """Return the values of these rows, by neuron."""
        picked: list[float] = values[list(rows)].tolist()
        return dict(zip((self.names[row] for row in rows), picked, strict=True))


def flat_parameters(
    net: Wiring, b: Mapping[str, float], w: Mapping[tuple[str, str], float]
) -> Array:
    """Return every parameter in canonical order, as an array (P,)."""
    if isinstance(w, LazyNumbers):
        p = w.array()
        p[_bias_indices(net)] = [b[j] for j in net.neurons]
        return p
    numbers: list[float] = []
    for j in net.neurons:
        numbers.append(b[j])
        numbers += [w[i, j] for i in net.sources[j]]
    return np.array(numbers)


def _bias_indices(net: Wiring) -> Indices:
    lengths = [1 + len(net.sources[j]) for j in net.neurons]
    return np.cumsum([0, *lengths[:-1]])


def _indices(numbers: Any) -> Indices:
    return np.array(numbers, dtype=np.intp)
