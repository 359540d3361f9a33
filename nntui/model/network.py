"""The network: neurons and weighted connections, a directed acyclic graph that can be edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from nntui.model.activations import Activation
from nntui.model.dataset import rows_of
from nntui.model.editable_graph import EditableGraph
from nntui.model.errors import NetworkError, SettingError, counted
from nntui.model.graph import (
    Connection,
    Neuron,
    from_networkx,
    to_networkx,
    wiring_of,
)
from nntui.model.initializers import DEFAULT_INITIALIZER, Initializer, draws
from nntui.model.layers import DenseLayer, Order, checked_sizes, dense_layers, names_of_layers
from nntui.model.settings import Choice
from nntui.model.wiring import ROLES, Role, Wiring, forward

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["ROLES", "Connection", "Network", "Neuron", "Role"]


class Network(EditableGraph):
    """A directed acyclic graph of neurons and connections.

    ``graph`` hands it out as a networkx ``DiGraph``, ``from_graph`` takes one. A bias or weight
    that is left out is drawn by the initializer the first time the numbers are needed, in canonical
    order, so that the order of building does not matter.

    Copies share the records of the neurons that neither has changed since. With 101,632
    connections, an edit of a weight takes 0.1 ms, renaming a neuron 14 ms (for the wiring)
    and undo nothing; ``DiGraph.copy`` alone takes 170 ms and 25 MB for each version that is kept.

    Methods raise a ``NetworkError`` for a neuron or connection that does not exist. Those that need
    the wiring raise it for a cycle (named by its neurons), no input or no output.

    >>> net = Network()
    >>> net.add_neuron("In", role="input")
    >>> net.add_neuron("x", activation="relu", bias=1.0)
    >>> net.add_neuron("Out", role="output")
    >>> net.connect("In", "x", 0.5)
    >>> net.connect("x", "Out", 2.0)
    >>> net.predict([10])
    [12.0]
    """

    def __init__(
        self, initializer: Initializer | Choice = DEFAULT_INITIALIZER, seed: int = 0
    ) -> None:
        super().__init__()
        self.initializer = Initializer.of(initializer, seed)

    @classmethod
    def layered(
        cls,
        sizes: Sequence[int],
        activation: Activation | Choice | list[Activation | Choice] = "tanh",
        output: Activation | Choice = "linear",
        *,
        initializer: Initializer | Choice = DEFAULT_INITIALIZER,
        seed: int = 0,
    ) -> Network:
        """Make a fully connected network of layers: ``layered([2, 3, 1], "tanh", "sigmoid")``.

        ``activation`` is that of the hidden layers, or a list with one for each; ``output`` that of
        the outputs. The neurons are called x1…, h1… (h1_1…, h2_1… where there are several hidden
        layers) and y1….
        """
        columns = names_of_layers(checked_sizes(sizes))
        hidden = activation if isinstance(activation, list) else [activation] * (len(columns) - 2)
        if len(hidden) != len(columns) - 2:
            expected = f"{len(columns) - 2}, one for each hidden layer"
            raise SettingError(counted(len(hidden), "activation"), expected, "activation")
        network = cls(initializer, seed)
        network._add_layers(columns, [None, *hidden, output])
        return network

    @classmethod
    def from_arrays(cls, layers: Sequence[Any], *, order: Order | None = None) -> Network:
        """Make a fully connected network of arrays: ``[(W1, b1, "relu"), (W2, b2, "linear")]``.

        Each layer is (weights, biases, activation), in the order from the inputs to the outputs;
        biases None: it has none, and no activation: it is linear. The shapes say whether weights
        are (neurons, sources), as in PyTorch, or (sources, neurons), as in Keras and scikit-learn;
        where all are square, ``order`` must: ``"out, in"`` or ``"in, out"``.

        Raises:
            NetworkError: arrays that do not fit each other, or a number that is not finite.
            SettingError: an unknown activation.
        """
        dense = dense_layers(layers, order)
        columns = names_of_layers([len(dense[0].weights[0]), *(len(d.weights) for d in dense)])
        network = cls()
        network._add_layers(columns, [None, *(d.activation for d in dense)], dense)
        return network

    def _add_layers(
        self,
        columns: Sequence[Sequence[str]],
        activations: Sequence[Any],
        dense: Sequence[DenseLayer] = (),
    ) -> None:
        before: Sequence[str] = ()
        for n, (names, activation) in enumerate(zip(columns, activations, strict=True)):
            role: Role = "hidden" if n else "input"
            role = "output" if n == len(columns) - 1 else role
            layer = dense[n - 1] if dense and n else None
            for k, name in enumerate(names):
                bias: float | None = None
                if layer is not None:
                    bias = layer.biases[k] if layer.biases is not None else 0.0
                trainable = layer is None or layer.biases is not None
                self.add_neuron(
                    name, role=role, activation=activation, bias=bias, trainable=trainable
                )
            self.connect_all(before, names, layer.weights if layer is not None else None)
            before = names

    def __repr__(self) -> str:
        roles = [record.role for record in self._records.values()]
        inputs, hidden, outputs = (roles.count(role) for role in ROLES)
        neurons = f"{counted(inputs, 'input')}, {hidden:,} hidden, {counted(outputs, 'output')}"
        edges = sum(len(record.weights) for record in self._records.values())
        return f"<Network: {neurons}; {counted(edges, 'connection')}>"

    def __eq__(self, other: object) -> bool:
        """The same neurons and connections in the same order, with the same numbers."""
        if not isinstance(other, Network):
            return NotImplemented
        ours, theirs = self.wiring(), other.wiring()
        return (
            self.initializer == other.initializer
            and self.names == other.names
            and self.neurons == other.neurons
            and ours.sources == theirs.sources
            and ours.frozen == theirs.frozen
            and self.weight_values() == other.weight_values()
        )

    __hash__ = None  # type: ignore[assignment]  # a network is mutable

    def neuron(self, name: str) -> Neuron:
        """The neuron called ``name``."""
        self._require(name)
        self.initialize()
        record = self._records[name]
        layer = self.wiring().layer[name]
        return Neuron(name, record.role, layer, record.activation, record.bias, record.trainable)

    def connection(self, source: str, target: str) -> Connection:
        """The connection from ``source`` to ``target``."""
        self._require_connection(source, target)
        trainable = source not in self._records[target].frozen
        return Connection(source, target, self.weight((source, target)), trainable)

    def layer(self, index: int) -> tuple[Neuron, ...]:
        """The neurons of a layer, in canonical order; layer 0 holds the inputs."""
        return tuple(neuron for neuron in self.neurons if neuron.layer == index)

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """Every neuron, inputs included, in canonical order: (layer, order of adding)."""
        return tuple(map(self.neuron, self.wiring().layer))

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every connection in canonical order: (target's order, source's order)."""
        wiring, weights = self.wiring(), self.weights
        return tuple(Connection(*edge, w, edge not in wiring.frozen) for edge, w in weights.items())

    def weight(self, edge: tuple[str, str]) -> float:
        """The weight of a connection that is known to stand: else a ``KeyError``."""
        self.initialize()
        source, target = edge
        weight = self._records[target].weights[source]
        assert weight is not None
        return weight

    @property
    def biases(self) -> dict[str, float]:
        """B by neuron, in canonical order."""
        self.initialize()
        records, neurons = self._records, self.wiring().neurons
        return {j: b for j in neurons if (b := records[j].bias) is not None}

    @property
    def weights(self) -> dict[tuple[str, str], float]:
        """W by (source, target), in canonical order."""
        return dict(zip(self.wiring().edges, self.weight_values(), strict=True))

    def weight_values(self) -> list[float]:
        """Every weight in canonical order (E,)."""
        self.initialize()
        values: list[Any] = []
        for j, sources in self.wiring().sources.items():
            weights = self._records[j].weights
            in_order = tuple(weights) == sources  # as they mostly are: that is three times as fast
            values += weights.values() if in_order else map(weights.__getitem__, sources)
        return values

    def initialize(self) -> None:
        """Give every bias and weight that was left out the number that the initializer draws."""
        if self._is_complete:
            return
        missing = {
            j
            for j, record in self._records.items()
            if None in record.weights.values() or (record.bias is None and record.role != "input")
        }
        for j, bias, weights in draws(self.initializer, self.wiring()) if missing else ():
            if j not in missing:
                continue
            record = self._records[j]
            given, bias = record.weights, bias if record.bias is None else record.bias
            drawn = dict(zip(self.wiring().sources[j], weights, strict=True))
            if [*given.values()].count(None) < len(given):
                drawn.update((i, w) for i, w in given.items() if w is not None)
            frozen = record.frozen.copy()  # a copy of this network may know the record
            self._records[j] = replace(record, bias=bias, weights=drawn, frozen=frozen)
            self._own.add(j)
            missing.remove(j)
            if not missing:
                break
        self._graph, self._is_complete = None, True

    def wiring(self) -> Wiring:
        """The frozen topology in canonical order."""
        if self._wiring is None:
            self._wiring = wiring_of(self._records)
        return self._wiring

    def check(self) -> list[str]:
        """Make sure that the network can be computed, and give warnings, a sentence each."""
        wiring = self.wiring()
        reached = set(wiring.inputs)
        reached.update(j for j in wiring.neurons if not reached.isdisjoint(wiring.sources[j]))
        alone = [
            f'no input reaches the output "{k}": it is the same for every example'
            for k in wiring.outputs
            if k not in reached
        ]
        if all(targets or j in wiring.outputs for j, targets in wiring.targets.items()):
            return alone  # every path ends in an output
        import networkx as nx

        useful = set(wiring.outputs).union(*(nx.ancestors(self.graph, k) for k in wiring.outputs))
        dead = [f'no output can be reached from "{j}"' for j in self if j not in useful]
        return dead + alone

    def copy(self) -> Network:
        """An independent copy."""
        other = Network(self.initializer)
        self._own = set()
        other._records = self._records.copy()
        other._wiring, other._graph = self._wiring, self._graph
        other._is_complete = self._is_complete
        return other

    def predict(self, x: Any) -> Any:
        """The outputs' activations, computed in the order of the steps.

        For an input vector a list with a number for each output; for a matrix (N × inputs) of any
        library an array (N × outputs).

        Raises:
            NetworkError: another number of inputs.
            SettingError: what is no finite number.
        """
        wiring = self.wiring()
        rows, matrix = rows_of(x)
        for row in rows:
            if len(row) != len(wiring.inputs):
                found, expected = counted(len(row), "number"), counted(len(wiring.inputs), "input")
                raise NetworkError(f"the input vector holds {found}, the network has {expected}")
        columns: Any = [*rows[0]] if not matrix else [*np.array(rows).T]
        with np.errstate(all="ignore"):
            _, a = forward(wiring, self.biases, self.weights, columns)
        outputs = [a[k] for k in wiring.outputs]
        if not matrix:
            return outputs
        return np.stack([np.broadcast_to(a_k, len(rows)) for a_k in outputs], axis=1)

    def with_parameters(
        self, b: Mapping[str, float], w: Mapping[tuple[str, str], float]
    ) -> Network:
        """Return a copy with other numbers, by neuron and by connection; they may be not finite."""
        other = self.copy()
        for j, sources in self.wiring().sources.items():
            record = other._changeable(j)
            record.bias = float(b[j])
            record.weights.update((i, float(w[i, j])) for i in sources)
        other._is_complete = True
        return other

    def draw(self, width: int = 80, height: int | None = None) -> str:
        """The network as text: neurons in columns by layer, connections with their weights."""
        from nntui.draw.layers import draft
        from nntui.draw.paint import drawing

        net = self.wiring()
        drafted = draft(net.layer, net.sources, net.targets)
        captions = {j: activation.name for j, activation in net.activation.items()}
        return drawing(drafted, self.biases, self.weights, captions, width=width, height=height)

    @property
    def graph(self) -> nx.DiGraph[str]:
        """The network as a networkx graph that cannot be changed; a ``copy`` of it can.

        Nodes, in the order of adding, have the attributes ``role``, ``layer`` and, but for inputs,
        ``activation`` (text such as ``leaky_relu slope 0.2``), ``bias`` and ``trainable``; edges
        ``weight`` and ``trainable``. The graph has ``initializer`` and ``seed``. All are plain
        values, so that ``node_link_data`` and ``write_graphml`` can write them.
        """
        if self._graph is None:
            self._graph = to_networkx(self.initializer, map(self.neuron, self), self.connections)
        return self._graph

    @classmethod
    def from_graph(cls, graph: nx.DiGraph[Any]) -> Network:
        """Build a network from a networkx graph: ``Network.from_graph(net.graph) == net``.

        Attributes are those of ``graph``; any may be left out, and others are ignored. A node
        without a role is an input where no edge leads into it, an output where none leads out.

        Raises:
            NetworkError: a graph, node or edge that cannot be part of a network, or a cycle.
        """
        initializer, neurons, connections = from_networkx(graph)
        network = cls(initializer)
        for neuron in neurons:
            try:
                network.add_neuron(**neuron)
            except SettingError as error:
                name = neuron["name"]
                raise NetworkError(f'the neuron "{name}": {error}', name) from None
        for connection in connections:
            network.connect(**connection)
        network.wiring()
        return network
