"""The network: neurons and weighted connections, a directed acyclic graph that can be edited."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nntui.model.activations import Activation
from nntui.model.coercion import described, plain, real
from nntui.model.dataset import rows_of
from nntui.model.errors import NetworkError, SettingError, counted
from nntui.model.graph import (
    Connection,
    Neuron,
    NeuronRecord,
    from_networkx,
    to_networkx,
    wiring_of,
)
from nntui.model.initializers import DEFAULT_INITIALIZER, Initializer, draws
from nntui.model.layers import DenseLayer, Order, checked_sizes, dense_layers, names_of_layers
from nntui.model.names import did_you_mean, escaped, fault_in_name
from nntui.model.settings import Choice
from nntui.model.wiring import ROLES, Role, Wiring, forward

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["ROLES", "Connection", "Network", "Neuron", "Role"]


class Network:
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
        self.initializer = Initializer.of(initializer, seed)
        self._records: dict[str, NeuronRecord] = {}
        self._own: set[str] = set()  # the neurons whose records no copy knows
        # What is known of the network as it is now; None, and False, after it was changed.
        self._wiring: Wiring | None = None
        self._graph: nx.DiGraph[str] | None = None
        self._is_complete = False  # whether every bias and weight is known to have its number

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

    def add_neuron(
        self,
        name: str,
        *,
        role: Role = "hidden",
        activation: Activation | Choice | None = None,
        bias: float | None = None,
        trainable: bool = True,
    ) -> None:
        """Add a neuron after those that stand already.

        ``activation`` is a name of the table of activations (``linear`` when left out); updates
        touch the bias if it is ``trainable``.

        Raises:
            NetworkError: a bad or taken name, an unknown role, an input with a bias or activation,
                or a bias that is not finite.
            SettingError: an unknown activation.
        """
        self._require_free(name)
        if role not in ROLES:
            hint = did_you_mean(str(role), ROLES)
            found = f'"{escaped(str(role))}"'
            raise SettingError(found, "input, hidden or output", "role", hint)
        if role == "input" and (activation is not None or bias is not None):
            what = "an activation" if activation is not None else "a bias"
            raise NetworkError(f'the input neuron "{name}" cannot have {what}', name)
        function = None if role == "input" else Activation.of(activation or "linear")
        number = None if bias is None else _finite(bias, f'the bias of "{name}"', name)
        self._records[name] = NeuronRecord(role, function, number, trainable, {}, set())
        self._own.add(name)
        self._changed(complete=role == "input" or bias is not None)

    def connect(
        self, source: str, target: str, weight: float | None = None, *, trainable: bool = True
    ) -> None:
        """Connect two neurons that stand already.

        Raises:
            NetworkError: an unknown neuron, a connection that stands already, into an input, from
                a neuron to itself, or a weight that is not finite. (A longer cycle is found by
                ``wiring``.)
        """
        pair = (source, target)
        for name in pair:
            self._require(name)
        if source == target:
            raise NetworkError(f'"{source}" cannot be connected to itself', pair)
        if source in self._records[target].weights:
            raise NetworkError(f'"{source}" and "{target}" are already connected', pair)
        if self._records[target].role == "input":
            raise NetworkError(f'"{target}" is an input: nothing can lead into it', pair)
        if weight is not None:
            weight = _finite(weight, f'the weight from "{source}" to "{target}"', pair)
        record = self._changeable(target)
        record.weights[source] = weight
        if not trainable:
            record.frozen.add(source)
        self._changed(complete=weight is not None)

    def connect_all(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        weights: Sequence[Sequence[float]] | None = None,
        *,
        trainable: bool = True,
    ) -> None:
        """Connect every source to every target: a dense layer.

        ``weights`` has a row for each target with a number for each source; without it they are
        drawn.

        Raises:
            NetworkError: as ``connect``, or another number of weights.
        """
        known = all(source in self._records for source in sources)
        drawn = weights is None
        rows: Any = [[None] * len(sources)] * len(targets) if drawn else plain(weights)
        if [*map(len, rows)] != [len(sources)] * len(targets):
            wanted = f"{counted(len(targets), 'row')} of {counted(len(sources), 'number')}"
            raise NetworkError(f"found weights of another shape, expected {wanted}")
        for target, row in zip(targets, rows, strict=True):
            record = self._records.get(target)
            if (
                not (known and record and sources)
                or record.role == "input"
                or target in sources
                or not record.weights.keys().isdisjoint(sources)
                or not (drawn or all(type(w) is float and math.isfinite(w) for w in row))
            ):
                for source, weight in zip(sources, row, strict=True):
                    self.connect(source, target, weight, trainable=trainable)
                continue
            record = self._changeable(target)
            record.weights.update(zip(sources, row, strict=True))
            if not trainable:
                record.frozen.update(sources)
            self._changed(complete=not drawn)

    def remove_neuron(self, name: str) -> None:
        """Remove a neuron with every connection from and to it."""
        self._require(name)
        del self._records[name]
        self._own.discard(name)
        for target in self._targets(name):
            self._drop(name, target)
        self._changed()

    def disconnect(self, source: str, target: str) -> None:
        """Remove a connection."""
        self._require_connection(source, target)
        self._drop(source, target)
        self._changed()

    def set_bias(self, name: str, bias: float) -> None:
        """Change the bias of a neuron that is no input."""
        self._require_computing(name, "cannot have a bias")
        self._changeable(name).bias = _finite(bias, f'the bias of "{name}"', name)

    def set_weight(self, source: str, target: str, weight: float) -> None:
        """Change the weight of a connection."""
        self._require_connection(source, target)
        what = f'the weight from "{source}" to "{target}"'
        self._changeable(target).weights[source] = _finite(weight, what, (source, target))

    def set_activation(self, name: str, activation: Activation | Choice) -> None:
        """Change the activation function of a neuron that is no input."""
        self._require_computing(name, "cannot have an activation")
        self._changeable(name).activation = Activation.of(activation)
        self._changed()

    def set_trainable(self, parameter: str | tuple[str, str], trainable: bool) -> None:
        """Let updates touch a bias (a neuron's name) or a weight (a pair), or keep them off it."""
        if isinstance(parameter, str):
            self._require_computing(parameter, "has nothing to train")
            self._changeable(parameter).trainable = trainable
        else:
            self._require_connection(*parameter)
            source, target = parameter
            frozen = self._changeable(target).frozen
            (frozen.discard if trainable else frozen.add)(source)
        self._changed()

    def rename_neuron(self, name: str, new: str) -> None:
        """Give a neuron another name; its place, its numbers and its connections stay.

        Raises:
            NetworkError: no such neuron, or a bad or taken name.
        """
        self._require(name)
        self._require_free(new)
        self._records = {new if j == name else j: record for j, record in self._records.items()}
        if name in self._own:
            self._own.remove(name)
            self._own.add(new)
        for target in self._targets(name):
            record = self._changeable(target)
            record.weights = {new if i == name else i: w for i, w in record.weights.items()}
            record.frozen = {new if i == name else i for i in record.frozen}
        self._changed()

    def __repr__(self) -> str:
        roles = [record.role for record in self._records.values()]
        inputs, hidden, outputs = (roles.count(role) for role in ROLES)
        neurons = f"{counted(inputs, 'input')}, {hidden:,} hidden, {counted(outputs, 'output')}"
        edges = sum(len(record.weights) for record in self._records.values())
        return f"<Network: {neurons}; {counted(edges, 'connection')}>"

    def __len__(self) -> int:
        """The number of neurons, inputs included."""
        return len(self._records)

    def __contains__(self, name: object) -> bool:
        return name in self._records

    def __iter__(self) -> Iterator[str]:
        """The neurons' names, in the order of adding."""
        return iter(self._records)

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
    def names(self) -> tuple[str, ...]:
        """The neurons' names in the order in which they were added (the document's order)."""
        return tuple(self._records)

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
            values += map(self._records[j].weights.__getitem__, sources)
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
            record = self._changeable(j)
            if record.bias is None:
                record.bias = bias
            known = {i: weight for i, weight in record.weights.items() if weight is not None}
            drawn = zip(self.wiring().sources[j], weights, strict=True)
            record.weights = {**dict(drawn), **known}
            missing.remove(j)
            if not missing:
                break
        self._is_complete = True

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

    def _changed(self, complete: bool = True) -> None:
        """Other neurons or connections; ``complete``: those that are new have their numbers."""
        self._wiring = self._graph = None
        self._is_complete = self._is_complete and complete

    def _changeable(self, name: str) -> NeuronRecord:
        """The record of a neuron, for changing it: another one if a copy knows it."""
        self._graph = None
        if name not in self._own:
            self._records[name] = self._records[name].copy()
            self._own.add(name)
        return self._records[name]

    def _targets(self, name: str) -> list[str]:
        return [j for j, record in self._records.items() if name in record.weights]

    def _drop(self, source: str, target: str) -> None:
        record = self._changeable(target)
        del record.weights[source]
        record.frozen.discard(source)

    def _require_free(self, name: str) -> None:
        _require_text(name)
        if fault := fault_in_name(name):
            raise NetworkError(f'"{escaped(name)}" cannot be a neuron’s name: {fault}', name)
        if name in self._records:
            raise NetworkError(f'there is already a neuron called "{name}"', name)

    def _require(self, name: str) -> None:
        _require_text(name)
        if name not in self._records:
            hint = did_you_mean(name, self._records)
            raise NetworkError(
                f'there is no neuron called "{escaped(name)}"{hint and "; " + hint}', name
            )

    def _require_computing(self, name: str, lacking: str) -> None:
        self._require(name)
        if self._records[name].role == "input":
            raise NetworkError(f'the input neuron "{name}" {lacking}', name)

    def _require_connection(self, source: str, target: str) -> None:
        self._require(source)
        self._require(target)
        if source not in self._records[target].weights:
            message = f'"{source}" is not connected to "{target}"'
            raise NetworkError(message, (source, target))


def _require_text(name: object) -> None:
    if not isinstance(name, str):
        raise NetworkError(f"found {described(name)}, expected a neuron’s name")


def _finite(number: float, what: str, culprit: str | tuple[str, str]) -> float:
    """A bias or weight as a float; a ``NetworkError`` if no finite float can hold it."""
    value = real(number)
    if value is None:
        raise NetworkError(f"{what} must be a number, not {described(number)}", culprit)
    if not math.isfinite(value):
        raise NetworkError(f"{what} must be a finite number, not {value}", culprit)
    return value
