"""The state of a training run: everything that its steps read and write."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import cached_property
from math import copysign
from typing import Any, TypeVar, overload

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nntui.model.experiment import Experiment
from nntui.model.numerics import Array
from nntui.model.optimizers import Memory
from nntui.model.wiring import Parameter, Wiring, parameter_key

Edge = tuple[str, str]


class State(Struct):
    """The values of a run, by neuron or by connection (source, target). What is blank is absent.

    b, w: parameters; db, dw: their gradients summed over the batch so far; memory: what the
    optimizer remembers of each trainable parameter; z, a, da, delta, loss: of the current example;
    batch_sum, epoch_sum: the sums of the losses since the batch, epoch began.

    Of central differences, origin: what the parameter that is moved was before; total: the sum of
    the losses of this pass over the batch, total_up: of that with the parameter moved up. A
    parameter is also read and written by its neurons: a bias by one, a weight by two.
    """

    b: dict[str, float]
    w: dict[Edge, float]
    db: dict[str, float]
    dw: dict[Edge, float]
    memory: dict[Parameter, Memory]
    z: dict[str, float] = {}
    a: dict[str, float] = {}
    da: dict[str, float] = {}
    delta: dict[str, float] = {}
    loss: float | None = None
    batch_sum: float = 0.0
    epoch_sum: float = 0.0
    origin: float | None = None
    total: float = 0.0
    total_up: float = 0.0

    def __repr__(self) -> str:
        return f"<State: {len(self.b) + len(self.w):,} parameters>"

    @classmethod
    def first(cls, experiment: Experiment) -> State:
        """Return the state before the first step: parameters as in the document, the rest blank."""
        network, parameters = experiment.network, experiment.network.wiring().parameters
        b, w = network.biases, network.weights
        memory: dict[Parameter, Memory] = dict(zip(parameters, experiment.memory(), strict=True))
        return cls(
            b=b,
            w=w,
            db=dict.fromkeys(b, 0.0),
            dw=dict.fromkeys(w, 0.0),
            memory={p: memory[p] for p in network.wiring().trainable},
        )

    def zero_gradients(self) -> None:
        """Begin a batch: set db and dw to 0."""
        for j in self.db:
            self.db[j] = 0.0
        if isinstance(self.dw, LazyNumbers):
            self.dw.fill(0.0)
        else:
            for edge in self.dw:
                self.dw[edge] = 0.0
        self.total = self.total_up = 0.0

    def __getitem__(self, neurons: tuple[str, ...]) -> float:
        """Read a parameter by its neurons: one of a bias, two of a weight."""
        key = parameter_key(neurons)
        return self.b[key] if isinstance(key, str) else self.w[key]

    def __setitem__(self, neurons: tuple[str, ...], value: float) -> None:
        key = parameter_key(neurons)
        if isinstance(key, str):
            self.b[key] = value
        else:
            self.w[key] = value

    def set_gradient(self, neurons: tuple[str, ...], slope: float) -> None:
        """Set db or dw of a parameter."""
        key = parameter_key(neurons)
        if isinstance(key, str):
            self.db[key] = slope
        else:
            self.dw[key] = slope

    def clear_example(self) -> None:
        """Blank the values of the previous example: z, a, da, δ and loss."""
        for values in (self.z, self.a, self.da, self.delta):
            values.clear()
        self.loss = None

    def copy(self) -> State:
        dicts = ("b", "w", "db", "dw", "memory", "z", "a", "da", "delta")
        return replace(self, **{name: getattr(self, name).copy() for name in dicts})

    @property
    def size(self) -> int:
        """About how many numbers a copy holds."""
        return 4 * len(self.w) + 8 * len(self.b)


K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class LazyDict(dict[K, V]):
    """A dict of a fixed set of keys whose values are in an array until they are read or written.

    To make a dict of floats of a large network's weights takes longer than all else in moving to
    another position; the screen then reads a few hundred. ``index()`` has the keys in their order
    with the place of each, and ``at`` returns the value at a place, always the same. So reading
    stores only what was there anyhow, and any thread may read.
    """

    __slots__ = ("_at", "_index")

    def __init__(self, index: Callable[[], Mapping[K, int]], at: Callable[[int], V]) -> None:
        super().__init__()
        self._index, self._at = index, at

    def __missing__(self, key: K) -> V:
        value = self[key] = self._at(self._index()[key])
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._index()

    def __len__(self) -> int:
        return len(self._index())

    def __iter__(self) -> Iterator[K]:
        return iter(self._index())

    def keys(self) -> Any:
        return KeysView(self)

    def values(self) -> Any:
        return ValuesView(self)

    def items(self) -> Any:
        return ItemsView(self)

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V, /) -> V: ...
    @overload
    def get(self, key: K, default: T, /) -> V | T: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        return self[key] if key in self._index() else default

    def copy(self) -> LazyDict[K, V]:
        """Copy what was read or written, and share the array."""
        other = LazyDict(self._index, self._at)
        dict.update(other, self._known())
        return other

    def _known(self) -> list[tuple[K, V]]:
        """List what was read or written; ``dict.copy`` goes by ``__iter__`` and reads all."""
        return list(dict.items(self))

    # dict's own methods would see only what was read or written.

    def __or__(self, other: Any) -> Any:
        return {**self, **other}

    def __ror__(self, other: Any) -> Any:
        return {**other, **self}

    def __repr__(self) -> str:
        return repr({**self})

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == (dict(other.items()) if isinstance(other, LazyDict) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


class EdgeIndex(Mapping[Edge, int]):
    """The index of each connection's weight among the parameters, without a dict of them all.

    ``first`` has the index of the first weight into each neuron.
    """

    def __init__(self, net: Wiring, first: Mapping[str, int]) -> None:
        self._net, self._first = net, first
        # All neurons of a fully connected layer share one tuple of sources.
        self._index_in: dict[int, dict[str, int]] = {}

    def __getitem__(self, edge: Edge) -> int:
        source, target = edge
        return self._first[target] + self._into(target)[source]

    def many(self, edges: Iterable[Edge]) -> list[int]:
        """Look many up at once, fastest those into the same neuron one after the other."""
        found: list[int] = []
        before = None
        for source, target in edges:
            if target is not before:
                first, index, before = self._first[target], self._into(target), target
            found.append(first + index[source])
        return found

    def _into(self, target: str) -> dict[str, int]:
        sources = self._net.sources[target]
        index = self._index_in.get(id(sources))
        if index is None:
            index = self._index_in[id(sources)] = {i: n for n, i in enumerate(sources)}
        return index

    def __contains__(self, edge: object) -> bool:
        return isinstance(edge, tuple) and super().__contains__(edge)

    def __len__(self) -> int:
        return self._net.connection_count

    def __iter__(self) -> Iterator[Edge]:
        return iter(self._net.edges)


class LazyNumbers(LazyDict[Edge, float]):
    """A lazy dict of floats that can be had as an array without reading each of them."""

    __slots__ = ("_edge_index", "_numbers")

    def __init__(self, index: Callable[[], EdgeIndex], numbers: Array) -> None:
        super().__init__(index, numbers.item)
        self._edge_index, self._numbers = index, numbers

    def copy(self) -> LazyNumbers:
        other = LazyNumbers(self._edge_index, self._numbers)
        dict.update(other, self._known())
        return other

    def fill(self, number: float) -> None:
        """Give every key the same number; copies keep theirs."""
        self.clear()
        self._numbers = np.full_like(self._numbers, number)
        self._at = self._numbers.item

    def many(self, edges: Iterable[Edge]) -> list[float]:
        """Read many at once, and store none of them: that takes a tenth of the time."""
        places = self._edge_index().many(edges)
        return self.array()[places].tolist()  # type: ignore[no-any-return]

    def array(self) -> Array:
        """Return the numbers, each at its key's place."""
        found, index = self._numbers.copy(), self._index()
        for key, value in self._known():  # those that were read or written
            found[index[key]] = value
        return found


def same(a: Array, b: Array) -> bool:
    """Whether two arrays hold the same numbers, bit for bit (all nans alike)."""
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    alike = a.view(np.int64) == b.view(np.int64)
    return bool((alike | (np.isnan(a) & np.isnan(b))).all())


def same_number(a: float | None, b: float | None) -> bool:
    """Whether two numbers are the same, bit for bit (all nans alike); None is a blank."""
    if a is None or b is None:
        return a is b
    return (a == b and copysign(1.0, a) == copysign(1.0, b)) or (a != a and b != b)


class ActiveExperiment:
    """The ``model`` of the algorithm: an experiment that edits may replace between two steps.

    The algorithm looks everything up here at every step, so that an edit takes effect at once.
    ``f`` and ``f_prime`` hold each neuron's activation function and its derivative; ``trainable``
    the neurons of each parameter that updates touch, which only central differences ask for. Edits
    never change the topology, the order of the examples or the reduction.
    """

    def __init__(self, experiment: Experiment) -> None:
        net = experiment.network.wiring()
        self.inputs, self.neurons, self.outputs = net.inputs, net.neurons, net.outputs
        self.sources, self.frozen = net.sources, net.frozen
        self.f: dict[str, Callable[..., Any]] = {}
        self.f_prime: dict[str, Callable[..., Any]] = {}
        self.reduction = experiment.training.reduction
        self.replace(experiment)

    @cached_property
    def trainable(self) -> tuple[tuple[str, ...], ...]:
        net = self.experiment.network.wiring()
        names = ((p,) if isinstance(p, str) else p for p in net.parameters if p not in net.frozen)
        return tuple(names)

    def replace(self, experiment: Experiment) -> None:
        """Put an experiment with the same topology in force."""
        self.experiment = experiment
        self.loss, self.optimizer = experiment.training.loss, experiment.training.optimizer
        activation = experiment.network.wiring().activation
        self.f.update((j, activation[j].f) for j in self.neurons)
        self.f_prime.update((j, activation[j].derivative) for j in self.neurons)

    def x(self, example: int) -> tuple[float, ...]:
        """Return the input vector of an example."""
        return self.experiment.x(example)

    def targets(self, example: int) -> tuple[float, ...]:
        """Return the target vector of an example."""
        return self.experiment.y(example)

    def regularized(self, g: float, w: float) -> float:
        """Add the penalty's gradient to that of a weight: g + l2·w + l1·sign(w)."""
        regularized: float = self.experiment.training.regularized(g, w)
        return regularized
