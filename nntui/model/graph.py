"""The neurons and connections that a network keeps, and the wiring that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Final

from nntui.model.activations import Activation
from nntui.model.errors import NetworkError
from nntui.model.wiring import Parameter, Role, Wiring

_NAMES_SHOWN: Final = 12


@dataclass(slots=True)
class NeuronRecord:
    """A neuron with the connections into it.

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
        """An independent copy."""
        return replace(self, weights=self.weights.copy(), frozen=self.frozen.copy())

    def is_complete(self) -> bool:
        """Whether the bias and every weight have a number."""
        return None not in self.weights.values() and (self.bias is not None or self.role == "input")


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
    names: tuple[str, ...] = ()
    ordered = names
    for j in neurons:
        # In a fully connected layer all neurons have the same sources: they are sorted once.
        if (found := tuple(records[j].weights)) != names:
            names, ordered = found, tuple(sorted(found, key=rank.__getitem__))
        sources[j] = ordered
        for i in ordered:
            targets[i].append(j)
    return Wiring(
        inputs=_with_role(records, "input"),
        outputs=_with_role(records, "output"),
        neurons=neurons,
        sources=sources,
        targets={i: tuple(found) for i, found in targets.items()},
        layer={j: layer[j] for j in canonical},
        activation={j: f for j in neurons if (f := records[j].activation) is not None},
        frozen=_frozen(records),
    )


def _layers(records: Mapping[str, NeuronRecord]) -> dict[str, int]:
    """The length of the longest path from any input; what no input reaches starts at 1.

    ``networkx.topological_generations`` would count such a neuron, and an input, alike; and to
    import networkx takes longer than all else that opening a small document needs.
    """
    layer: dict[str, int] = {}

    def place(j: str) -> None:
        record = records[j]
        above = max(map(layer.__getitem__, record.weights), default=0)
        layer[j] = 0 if record.role == "input" else above + 1

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


def _frozen(records: Mapping[str, NeuronRecord]) -> frozenset[Parameter]:
    found: set[Parameter] = set()
    for j, record in records.items():
        if not record.trainable and record.role != "input":
            found.add(j)
        found.update((i, j) for i in record.frozen)
    return frozenset(found)


def _with_role(records: Mapping[str, NeuronRecord], role: Role) -> tuple[str, ...]:
    found = tuple(j for j, record in records.items() if record.role == role)
    if not found:
        raise NetworkError(f'the network needs an {role} neuron ("role": "{role}")')
    return found
