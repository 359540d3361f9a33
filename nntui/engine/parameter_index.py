"""The layout: where each value of a network stands when a run is kept in flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nntui.engine.state import LazyDict, State
from nntui.model.numerics import Array
from nntui.model.optimizers import Memory
from nntui.model.wiring import Parameter, Wiring

Indices = npt.NDArray[np.intp]

LARGE: Final = 5_000
"""From so many connections on, numbers stay in arrays until somebody asks for them."""


@dataclass(frozen=True, slots=True)
class ParameterSpan:
    """A computing neuron's place: its own row, its bias and weights, the rows of its sources.

    Its weights stand side by side among the parameters, from ``weights`` to ``end``.
    """

    neuron: str
    row: int
    bias: int
    weights: int
    end: int
    sources: Indices


class ParameterIndex:
    """Neurons stand in rows, inputs first; parameters in canonical order.

    ``source`` and ``target`` give, for every parameter, the rows of the a and the delta whose
    product is its gradient; a bias's source is the row behind the last, where a 1 is to stand.
    """

    def __init__(self, net: Wiring) -> None:
        self.net = net
        self.names = (*net.inputs, *net.neurons)
        self.row = {name: n for n, name in enumerate(self.names)}
        self.parameters = net.parameters
        self.index = {parameter: n for n, parameter in enumerate(self.parameters)}
        self.inputs = len(net.inputs)
        self.outputs = _indices([self.row[k] for k in net.outputs])
        spans: list[ParameterSpan] = []
        for j in net.neurons:
            bias = spans[-1].end if spans else 0
            sources = _indices([self.row[i] for i in net.sources[j]])
            spans.append(
                ParameterSpan(j, self.row[j], bias, bias + 1, bias + 1 + len(sources), sources)
            )
        self.spans = tuple(spans)
        self.source = np.concatenate([_indices([len(self.names), *s.sources]) for s in spans])
        self.target = np.concatenate([np.full(s.end - s.bias, s.row) for s in spans])
        every = len(net.trainable) == len(self.parameters)  # as is usual: no need to ask each
        places = range(len(self.parameters))
        trained = [n for n in places if every or self.parameters[n] in net.trainable]
        self.trainable = _indices(trained)
        self._trainable = tuple(self.parameters[n] for n in trained)
        self._edges = tuple(p for p in self.parameters if isinstance(p, tuple))
        self._bias_at = _indices([s.bias for s in spans])
        self._weight_at = np.delete(np.arange(len(self.parameters)), self._bias_at)

    def state(self, p: Array, memory: Array, dp: Array) -> State:
        """The state that holds these parameters, their memory and gradients; the rest is blank."""
        b, w = self._by_key(p)
        db, dw = self._by_key(dp)
        remembered = LazyDict(self._trainable, self._trainable_index, partial(_column, memory))
        return State(b=b, w=w, db=db, dw=dw, memory=remembered)

    def _by_key(self, values: Array) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
        """Numbers of the parameters by neuron, and by connection."""
        biases = dict(zip(self.net.neurons, values[self._bias_at].tolist(), strict=True))
        if len(self._edges) < LARGE:
            weights = values[self._weight_at].tolist()
            return biases, dict(zip(self._edges, weights, strict=True))
        return biases, LazyDict(self._edges, self._edge_index, values.copy().item)

    @cached_property
    def _edge_index(self) -> dict[tuple[str, str], int]:
        return dict(zip(self._edges, self._weight_at.tolist(), strict=True))

    @cached_property
    def _trainable_index(self) -> dict[Parameter, int]:
        return dict(zip(self._trainable, self.trainable.tolist(), strict=True))

    def by_name(self, values: Array, rows: Sequence[int]) -> dict[str, float]:
        """The values that stand in these rows, by neuron."""
        picked: list[float] = values[list(rows)].tolist()
        return dict(zip((self.names[row] for row in rows), picked, strict=True))


def _column(rows: Array, at: int) -> Memory:
    return tuple(rows[:, at].tolist())


def _indices(numbers: Any) -> Indices:
    return np.array(numbers, dtype=np.intp)
