"""The network: neurons and weighted connections, a directed acyclic graph that a person edits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import networkx as nx

from nntui.model.activations import Activation
from nntui.model.errors import NetworkError, SettingError, counted
from nntui.model.graph import SharingGraph, Wired
from nntui.model.initializers import Initializer, drawn, lacking
from nntui.model.names import did_you_mean, escaped, fault_in_name
from nntui.model.wiring import Wiring, forward

Role = Literal["input", "hidden", "output"]
ROLES: Final = ("input", "hidden", "output")


@dataclass(frozen=True, slots=True)
class Neuron:
    """A neuron as it stands in a network. An input has no activation and no bias (both None)."""

    name: str
    role: Role
    layer: int
    activation: Activation | None
    bias: float | None
    trainable: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """A weighted edge from ``source`` to ``target``."""

    source: str
    target: str
    weight: float
    trainable: bool = True


def finite_or_none(number: float | None, what: str, culprit: str | tuple[str, str]) -> float | None:
    """A bias or weight as a float; None stays None (the initializer will draw it).

    Raises:
        NetworkError: no number, or one that no finite float can hold.
    """
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise NetworkError(f"{what} must be a number, not {escaped(repr(number))}", culprit)
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise NetworkError(f"{what} must be a finite number, not {value}", culprit)
    return value


# ---- network -------------------------------------------------------------------------------------


__all__ = ["ROLES", "Connection", "Network", "Neuron", "Role"]


class Network:
    """A directed acyclic graph of neurons and connections, kept in a networkx ``DiGraph``.

    A bias or weight that is left out is drawn by the initializer the first time the numbers are
    needed, in canonical order, so that the order of building does not matter.

    >>> net = Network()
    >>> net.add_neuron("In", role="input")
    >>> net.add_neuron("x", activation="relu", bias=1.0)
    >>> net.add_neuron("Out", role="output")
    >>> net.connect("In", "x", 0.5)
    >>> net.connect("x", "Out", 2.0)
    >>> net.predict([10])
    [12.0]
    """

    def __init__(self, initializer: Initializer | str = "xavier_uniform", seed: int = 0) -> None:
        self.initializer = Initializer.of(initializer, seed)
        self._graph = SharingGraph()
        self._wired: Wired | None = None
        self._is_wired = False  # whether that is the wiring of the graph as it is now
        self._is_complete = False  # whether every bias and weight is known to have its number

    # ---- building ------------------------------------------------------------------------------

    def add_neuron(
        self,
        name: str,
        *,
        role: Role = "hidden",
        activation: str | Activation | None = None,
        bias: float | None = None,
        trainable: bool = True,
    ) -> None:
        """Add a neuron after those that stand already.

        Args:
            name: unique; no control, invisible or line-breaking characters.
            role: ``input``, ``hidden`` or ``output``.
            activation: a name of the table of activations (``linear`` when left out).
            bias: drawn by the initializer when left out.
            trainable: whether updates touch the bias.

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
        self._graph.put_node(
            name,
            role=role,
            activation=None if role == "input" else Activation.of(activation or "linear"),
            bias=finite_or_none(bias, f'the bias of "{name}"', name),
            trainable=trainable,
        )
        self._changed(role == "input" or bias is not None)

    def connect(
        self, source: str, target: str, weight: float | None = None, *, trainable: bool = True
    ) -> None:
        """Connect two neurons that stand already.

        Raises:
            NetworkError: an unknown neuron, a connection that stands already, into an input, from
                a neuron to itself, or a weight that is not finite. (A longer cycle is found by
                ``check``.)
        """
        pair = (source, target)
        for name in pair:
            self._require(name)
        if source == target:
            raise NetworkError(f'"{source}" cannot be connected to itself', pair)
        if self._graph.has_edge(source, target):
            raise NetworkError(f'"{source}" and "{target}" are already connected', pair)
        if self._graph.nodes[target]["role"] == "input":
            raise NetworkError(f'"{target}" is an input: nothing can lead into it', pair)
        weight = finite_or_none(weight, f'the weight from "{source}" to "{target}"', pair)
        self._graph.put_edge(source, target, weight=weight, trainable=trainable)
        self._changed(weight is not None)

    def remove_neuron(self, name: str) -> None:
        """Remove a neuron with every connection from and to it.

        Raises:
            NetworkError: no such neuron.
        """
        self._require(name)
        self._graph.remove_node(name)
        self._changed()

    def disconnect(self, source: str, target: str) -> None:
        """Remove a connection.

        Raises:
            NetworkError: no such connection.
        """
        self._require_connection(source, target)
        self._graph.remove_edge(source, target)
        self._changed()

    def set_bias(self, name: str, bias: float) -> None:
        """Change the bias of a neuron that is no input."""
        self._require(name)
        if self._graph.nodes[name]["role"] == "input":
            raise NetworkError(f'the input neuron "{name}" cannot have a bias', name)
        number = finite_or_none(bias, f'the bias of "{name}"', name)
        self._put(name, bias=number)
        self._is_complete = self._is_complete and number is not None

    def set_weight(self, source: str, target: str, weight: float) -> None:
        """Change the weight of a connection."""
        self._require_connection(source, target)
        pair = (source, target)
        number = finite_or_none(weight, f'the weight from "{source}" to "{target}"', pair)
        self._put(pair, weight=number)
        self._is_complete = self._is_complete and number is not None

    def set_activation(self, name: str, activation: str | Activation) -> None:
        """Change the activation function of a neuron that is no input."""
        self._require(name)
        if self._graph.nodes[name]["role"] == "input":
            raise NetworkError(f'the input neuron "{name}" cannot have an activation', name)
        self._put(name, activation=Activation.of(activation))
        self._changed()

    def set_trainable(self, parameter: str | tuple[str, str], trainable: bool) -> None:
        """Let updates touch a bias (a neuron's name) or a weight (a pair), or keep them off it."""
        if isinstance(parameter, str):
            self._require(parameter)
            if self._graph.nodes[parameter]["role"] == "input":
                message = f'the input neuron "{parameter}" has nothing to train'
                raise NetworkError(message, parameter)
        else:
            self._require_connection(*parameter)
        self._put(parameter, trainable=trainable)
        self._changed()

    def rename_neuron(self, name: str, new: str) -> None:
        """Give a neuron another name; its place, its numbers and its connections stay.

        Raises:
            NetworkError: no such neuron, or a bad or taken name.
        """
        self._require(name)
        self._require_free(new)
        self._graph = self._graph.renamed(name, new)
        self._changed()

    # ---- looking -------------------------------------------------------------------------------

    def __len__(self) -> int:
        """The number of neurons, inputs included."""
        return len(self._graph)

    def __contains__(self, name: object) -> bool:
        """Whether a neuron of that name stands here."""
        return name in self._graph

    def __eq__(self, other: object) -> bool:
        """The same neurons and connections in the same order, with the same numbers."""
        if not isinstance(other, Network):
            return NotImplemented
        return (
            self.initializer == other.initializer
            and list(self._graph) == list(other._graph)
            and self.neurons == other.neurons
            and self.connections == other.connections
        )

    __hash__ = None  # type: ignore[assignment]  # a network is mutable

    def neuron(self, name: str) -> Neuron:
        """The neuron called ``name``.

        Raises:
            NetworkError: no such neuron; the sentence names the nearest.
        """
        self._require(name)
        self.initialize()
        return Neuron(name=name, layer=self.wiring().layer[name], **self._graph.nodes[name])

    def connection(self, source: str, target: str) -> Connection:
        """The connection from ``source`` to ``target``.

        Raises:
            NetworkError: no such connection.
        """
        self._require_connection(source, target)
        self.initialize()
        return Connection(source, target, **self._graph.edges[source, target])

    def layer(self, index: int) -> tuple[Neuron, ...]:
        """The neurons of a layer, in canonical order; layer 0 holds the inputs."""
        return tuple(neuron for neuron in self.neurons if neuron.layer == index)

    @property
    def names(self) -> tuple[str, ...]:
        """The neurons' names in the order in which they were added (the document's order)."""
        return tuple(self._graph)

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """Every neuron, inputs included, in canonical order: (layer, order of adding)."""
        wiring = self.wiring()
        self.initialize()
        order = sorted(self._graph, key=wiring.layer.__getitem__)
        nodes = self._graph.nodes
        return tuple(Neuron(name=j, layer=wiring.layer[j], **nodes[j]) for j in order)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every connection in canonical order: (target's order, source's order)."""
        wiring = self.wiring()
        self.initialize()
        _, into, _ = self._graph.rows()
        return tuple(
            Connection(i, j, **into[j][i]) for j in wiring.neurons for i in wiring.sources[j]
        )

    def weight(self, edge: tuple[str, str]) -> float:
        """The weight of a connection that is known to stand: else a ``KeyError``."""
        self.initialize()
        weight: float = self._graph.edge(*edge)["weight"]
        return weight

    @property
    def biases(self) -> dict[str, float]:
        """B by neuron, in canonical order."""
        return {n.name: n.bias for n in self.neurons if n.bias is not None}

    @property
    def weights(self) -> dict[tuple[str, str], float]:
        """W by (source, target), in canonical order."""
        wiring = self.wiring()
        self.initialize()
        _, into, _ = self._graph.rows()
        return {(i, j): into[j][i]["weight"] for j in wiring.neurons for i in wiring.sources[j]}

    def initialize(self) -> None:
        """Give every bias and weight that was left out the number that the initializer draws."""
        if self._is_complete:
            return
        rows = self._graph.rows()
        if wanted := lacking(rows):
            for parameter, number in drawn(rows, self.wiring(), self.initializer, wanted):
                kind = "bias" if isinstance(parameter, str) else "weight"
                self._put(parameter, **{kind: number})
            assert self._wired is not None
            self._wired = self._wired.with_numbers(self._graph.rows())
        self._is_complete = True

    # ---- checking ------------------------------------------------------------------------------

    def wiring(self) -> Wiring:
        """The frozen topology in canonical order.

        Raises:
            NetworkError: a cycle (named by its neurons), no input or no output.
        """
        if self._wired is None or not self._is_wired:
            self._wired = Wired(self._graph.rows(), self._wired)
            self._is_wired = True
        return self._wired.wiring

    def check(self) -> list[str]:
        """Make sure that the network can be computed, and give warnings, a sentence each.

        Raises:
            NetworkError: a cycle (named by its neurons), no input or no output.
        """
        wiring = self.wiring()
        useful = set(wiring.outputs)
        for j in reversed((*wiring.inputs, *wiring.neurons)):
            if not useful.isdisjoint(wiring.targets[j]):
                useful.add(j)
        return [f'no output can be reached from "{j}"' for j in self._graph if j not in useful]

    def copy(self) -> Network:
        """An independent copy."""
        other = Network(self.initializer)
        other._graph = self._graph.sharing_copy()
        other._wired, other._is_wired = self._wired, self._is_wired
        other._is_complete = self._is_complete
        return other

    # ---- using ---------------------------------------------------------------------------------

    def predict(self, x: Sequence[float]) -> list[float]:
        """The outputs' activations for one input vector, computed in the order of the steps.

        Raises:
            NetworkError: a cycle, no input or output, or a vector of the wrong length.
        """
        wiring = self.wiring()
        if len(x) != len(wiring.inputs):
            found, expected = counted(len(x), "number"), counted(len(wiring.inputs), "input")
            raise NetworkError(f"the input vector holds {found}, the network has {expected}")
        _, a = forward(wiring, self.biases, self.weights, [float(x_i) for x_i in x])
        return [a[k] for k in wiring.outputs]

    def draw(self, width: int = 80, height: int | None = None) -> str:
        """The network as text: neurons in columns by layer, connections with their weights."""
        from nntui.draw.paint import drawing

        return drawing(
            self.graph(),
            {n.name: n.bias for n in self.neurons},
            self.weights,
            width=width,
            height=height,
        )

    def graph(self) -> nx.DiGraph[str]:
        """A networkx copy whose nodes, in canonical order, have the attribute ``layer``."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from((n.name, {"layer": n.layer, "role": n.role}) for n in self.neurons)
        graph.add_weighted_edges_from((i, j, w) for (i, j), w in self.weights.items())
        return graph

    # ---- inside --------------------------------------------------------------------------------

    def _changed(self, complete: bool = True) -> None:
        """Other neurons or connections; ``complete``: those that are new have their numbers."""
        self._is_wired = False
        self._is_complete = self._is_complete and complete

    def _put(self, parameter: str | tuple[str, str], **changes: Any) -> None:
        """Give a neuron (by its name) or a connection (a pair) other attributes."""
        if isinstance(parameter, str):
            self._graph.put_node(parameter, **{**self._graph.nodes[parameter], **changes})
        else:
            self._graph.put_edge(*parameter, **{**self._graph.edge(*parameter), **changes})

    def _require_free(self, name: str) -> None:
        if fault := fault_in_name(name):
            raise NetworkError(f'"{escaped(name)}" cannot be a neuron’s name: {fault}', name)
        if name in self._graph:
            raise NetworkError(f'there is already a neuron called "{name}"', name)

    def _require(self, name: str) -> None:
        if name not in self._graph:
            hint = did_you_mean(name, self._graph)
            raise NetworkError(
                f'there is no neuron called "{escaped(name)}"{hint and "; " + hint}', name
            )

    def _require_connection(self, source: str, target: str) -> None:
        self._require(source)
        self._require(target)
        if not self._graph.has_edge(source, target):
            message = f'"{source}" is not connected to "{target}"'
            raise NetworkError(message, (source, target))

    def __iter__(self) -> Iterator[str]:
        """The neurons' names, in the order of adding."""
        return iter(self._graph)
