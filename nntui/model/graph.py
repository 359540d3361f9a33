"""The parts of a network: neurons and connections, their wiring, and the networkx graph of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from nntui.model.activations import Activation
from nntui.model.errors import NetworkError, SettingError
from nntui.model.initializers import DEFAULT_INITIALIZER, Initializer
from nntui.model.settings import function_named, spelled
from nntui.model.wiring import Role, Wiring

if TYPE_CHECKING:
    import networkx as nx

_NAMES_SHOWN: Final = 12


class Neuron(Struct, frozen=True):
    """A neuron as it stands in a network. An input has no activation and no bias (both None)."""

    name: str
    role: Role
    layer: int
    activation: Activation | None
    bias: float | None
    trainable: bool = True


class Connection(Struct, frozen=True):
    """A weighted edge from ``source`` to ``target``."""

    source: str
    target: str
    weight: float
    trainable: bool = True


class NeuronRecord(Struct):
    """A neuron with the connections into it, as a network keeps it.

    ``weights`` has a weight for each source (None: it is still to be drawn); ``frozen`` are the
    sources whose weights updates leave alone.
    """

    role: Role
    activation: Activation | None
    bias: float | None
    trainable: bool
    weights: dict[str, float | None]
    frozen: set[str]

    def copy(self) -> NeuronRecord:
        return replace(self, weights=self.weights.copy(), frozen=self.frozen.copy())


def wiring_of(records: Mapping[str, NeuronRecord]) -> Wiring:
    """Wire the neurons of a network, given by name in the document's order.

    Raises:
        NetworkError: a cycle (named by its neurons), no input or no output.
    """
    layer = _layers(records)
    canonical = sorted(records, key=layer.__getitem__)  # stable: keeps the document's order
    rank = {j: n for n, j in enumerate(canonical)}
    neurons = tuple(j for j in canonical if records[j].role != "input")
    sources: dict[str, tuple[str, ...]] = {}
    targets: dict[str, list[str]] = {j: [] for j in canonical}
    # In a fully connected layer all neurons have the same sources, and those the same targets:
    # they are sorted once, and share one tuple.
    for names, group in groupby(neurons, key=lambda j: tuple(records[j].weights)):
        ordered, alike = tuple(sorted(names, key=rank.__getitem__)), tuple(group)
        sources.update(dict.fromkeys(alike, ordered))
        for i in ordered:
            targets[i] += alike
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    return Wiring(
        inputs=_with_role(records, "input"),
        outputs=_with_role(records, "output"),
        neurons=neurons,
        sources=sources,
        targets={i: shared.setdefault(found := tuple(row), found) for i, row in targets.items()},
        layer={j: layer[j] for j in canonical},
        activation={j: f for j in neurons if (f := records[j].activation) is not None},
        frozen=frozenset(
            [j for j in neurons if not records[j].trainable]
            + [(i, j) for j in neurons for i in records[j].frozen]
        ),
    )


def _layers(records: Mapping[str, NeuronRecord]) -> dict[str, int]:
    """The length of the longest path from any input; what no input reaches starts at 1.

    ``networkx.topological_generations`` would count such a neuron, and an input, alike; and to
    import networkx takes longer than all else that opening a small document needs.
    """
    layer: dict[str, int] = {}
    before: tuple[tuple[str, ...], int] = (), 0

    def place(j: str) -> None:
        nonlocal before
        record, sources = records[j], tuple(records[j].weights)
        if sources != before[0]:  # in a fully connected layer, all neurons have the same
            before = sources, max(map(layer.__getitem__, sources), default=0)
        layer[j] = 0 if record.role == "input" else before[1] + 1

    try:
        for j in records:  # documents mostly name a neuron's sources before it
            place(j)
    except KeyError:
        layer.clear()
        try:
            for j in TopologicalSorter({j: r.weights for j, r in records.items()}).static_order():
                place(j)
        except CycleError:
            raise _cycle(records) from None
    return layer


def _cycle(records: Mapping[str, NeuronRecord]) -> NetworkError:
    """Name the neurons of a cycle, from the first of them in the document's order on."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(records)
    graph.add_edges_from((i, j) for j, record in records.items() for i in record.weights)
    names = [source for source, _ in nx.find_cycle(graph)]
    rank = {j: n for n, j in enumerate(records)}
    first = names.index(min(names, key=rank.__getitem__))
    cycle = [*names[first:], *names[:first]]
    shown = [*cycle[:_NAMES_SHOWN], *(["…"] if len(cycle) > _NAMES_SHOWN else []), cycle[0]]
    message = "the connections form a cycle: " + " → ".join(shown)
    return NetworkError(message, (cycle[-1], cycle[0]))


def _with_role(records: Mapping[str, NeuronRecord], role: Role) -> tuple[str, ...]:
    found = tuple(j for j, record in records.items() if record.role == role)
    if not found:
        raise NetworkError(f'the network needs an {role} neuron ("role": "{role}")')
    return found


# ---- networkx, which is imported only when a graph is asked for ----------------------------------


def to_networkx(
    initializer: Initializer, neurons: Iterable[Neuron], connections: Iterable[Connection]
) -> nx.DiGraph[str]:
    """Make a networkx graph that cannot be changed; ``Network.graph`` names its attributes."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph(initializer=spelled(initializer), seed=initializer.seed)
    for neuron in neurons:
        computed: dict[str, Any] = {}
        if neuron.activation is not None:
            computed = {
                "activation": spelled(neuron.activation),
                "bias": neuron.bias,
                "trainable": neuron.trainable,
            }
        graph.add_node(neuron.name, role=neuron.role, layer=neuron.layer, **computed)
    for c in connections:
        graph.add_edge(c.source, c.target, weight=c.weight, trainable=c.trainable)
    frozen: nx.DiGraph[str] = nx.freeze(graph)
    return frozen


def from_networkx(
    graph: nx.DiGraph[Any],
) -> tuple[Initializer, Iterator[dict[str, Any]], Iterator[dict[str, Any]]]:
    """Read a networkx graph: the initializer, and what to add and connect, as keyword arguments.

    Raises:
        NetworkError: a graph, node or edge that cannot be part of a network.
    """
    if not graph.is_directed() or graph.is_multigraph():
        kind = "a multigraph" if graph.is_multigraph() else "an undirected graph"
        raise NetworkError(f"found {kind}, expected a networkx DiGraph")
    try:
        of = partial(Initializer.of, seed=graph.graph.get("seed", 0))
        text = str(graph.graph.get("initializer", DEFAULT_INITIALIZER))
        initializer = function_named(of, text)
    except SettingError as error:
        raise NetworkError(f"the graph’s initializer: {error}") from None
    connections = (
        {
            "source": source,
            "target": target,
            "weight": attributes.get("weight"),
            "trainable": _trainable(attributes, f'"{source}" → "{target}"', (source, target)),
        }
        for source, target, attributes in graph.edges(data=True)
    )
    return initializer, (_neuron(graph, name) for name in graph), connections


def _neuron(graph: nx.DiGraph[Any], name: object) -> dict[str, Any]:
    if not isinstance(name, str):
        hint = "networkx.relabel_nodes(graph, str) makes them so"
        raise NetworkError(f"found the node {name!r}, expected names that are text ({hint})")
    attributes = graph.nodes[name]
    role, activation = attributes.get("role"), attributes.get("activation")
    if role is None:
        last = "hidden" if graph.out_degree(name) else "output"
        role = last if graph.in_degree(name) else "input"
    try:
        function = None if activation is None else Activation.named(str(activation))
    except SettingError as error:
        raise NetworkError(f'the activation of "{name}": {error}', name) from None
    return {
        "name": name,
        "role": role,
        "activation": function,
        "bias": attributes.get("bias"),
        "trainable": _trainable(attributes, f'"{name}"', name),
    }


def _trainable(attributes: Mapping[str, Any], what: str, culprit: str | tuple[str, str]) -> bool:
    value = attributes.get("trainable", True)
    if not isinstance(value, bool):
        raise NetworkError(f"{what}: found {value!r}, expected trainable true or false", culprit)
    return value
