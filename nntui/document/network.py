"""The section ``network``: neurons and connections, or layers → a ``Network``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from msgspec import UnsetType

from nntui.document import specs
from nntui.document.convert import converted
from nntui.document.errors import Fault, at_index, at_key
from nntui.document.functions import function
from nntui.document.layers import add_layers, check_name
from nntui.document.words import shown
from nntui.model.activations import Activation
from nntui.model.errors import NetworkError
from nntui.model.initializers import Initializer
from nntui.model.names import did_you_mean
from nntui.model.network import Network

PLACE: Final = "network"
_NEURONS_SHOWN: Final = 12


def network_of(section: dict[str, Any]) -> Network:
    """The network that a document describes, checked: it can be computed.

    Raises:
        Fault: names the place and the culprit.
    """
    if "layers" in section and "neurons" in section:
        raise Fault(PLACE, 'both "neurons" and "layers"', "one of them")
    if "layers" in section:
        layered = converted(section, specs.LayeredNetwork, PLACE)
        network = Network(_initializer(layered.initializer))
        add_layers(network, layered.layers, f"{PLACE}.layers")
    elif "neurons" in section:
        explicit = converted(section, specs.ExplicitNetwork, PLACE)
        network = Network(_initializer(explicit.initializer))
        _add_neurons(network, explicit.neurons, f"{PLACE}.neurons")
        _connect(network, explicit.neurons, explicit.connections, f"{PLACE}.connections")
    else:
        nearly = "".join(did_you_mean(key, ("neurons", "layers")) for key in list(section)[:1])
        raise Fault(PLACE, shown(section), specs.NETWORK_EXPECTED, nearly)
    return network


def _initializer(spec: str | dict[str, Any] | UnsetType) -> Initializer:
    if isinstance(spec, UnsetType):
        return Initializer()
    return function(Initializer.of, spec, f"{PLACE}.initializer", "seed")


def _add_neurons(network: Network, neurons: Sequence[specs.Neuron], place: str) -> None:
    first: dict[str, int] = {}
    for n, neuron in enumerate(neurons):
        here = at_index(place, n)
        check_name(neuron.name, at_key(here, "name"))
        if neuron.name in first:
            found = f"{shown(neuron.name)} a second time"
            taken = at_index(place, first[neuron.name])
            raise Fault(at_key(here, "name"), found, f"a name other than that of {taken}")
        first[neuron.name] = n
        if neuron.role == "input":
            _refuse_in_input(neuron, here)
        activation = None if neuron.activation is None else function(
            Activation.of, neuron.activation, at_key(here, "activation")
        )  # fmt: skip
        network.add_neuron(
            neuron.name,
            role=neuron.role,
            activation=activation,
            bias=neuron.bias,
            trainable=neuron.trainable,
        )
    for role in ("input", "output"):
        if not any(neuron.role == role for neuron in neurons):
            raise Fault(place, f"no {role} neuron", f'at least one with "role": "{role}"')


def _refuse_in_input(neuron: specs.Neuron, place: str) -> None:
    for key, value in (("activation", neuron.activation), ("bias", neuron.bias)):
        if value is not None:
            raise Fault(at_key(place, key), shown(value), f"nothing: an input has no {key}")


def _connect(
    network: Network,
    neurons: Sequence[specs.Neuron],
    connections: Sequence[specs.Connection],
    place: str,
) -> None:
    inputs = {neuron.name for neuron in neurons if neuron.role == "input"}
    first: dict[tuple[str, str], int] = {}
    for n, connection in enumerate(connections):
        pair = connection.source, connection.target
        if pair in first or not _may_stand(network, connection, inputs):
            raise _fault_in_connection(network, connection, at_index(place, n), first.get(pair))
        first[pair] = n
        network.connect(*pair, connection.weight, trainable=connection.trainable)
    try:
        network.wiring()
    except NetworkError as error:
        # The roles are in order, so it is a cycle; its culprit is the connection that closes it.
        cycle = str(error).partition(": ")[2]
        closing = at_index(place, first[cast("tuple[str, str]", error.culprit)])
        raise Fault(closing, f"a cycle: {cycle}", "connections that lead only forward") from None


def _may_stand(network: Network, connection: specs.Connection, inputs: set[str]) -> bool:
    source, target = connection.source, connection.target
    known = source in network and target in network
    return known and source != target and target not in inputs


def _fault_in_connection(
    network: Network, connection: specs.Connection, place: str, first: int | None
) -> Fault:
    source, target = shown(connection.source), shown(connection.target)
    for key, name in (("source", connection.source), ("target", connection.target)):
        if name not in network:
            hint = did_you_mean(name, network)
            known = "the name of a neuron"
            if len(network) <= _NEURONS_SHOWN:
                known += f": {', '.join(network)}"
            return Fault(at_key(place, key), shown(name), known, hint)
    if connection.source == connection.target:
        return Fault(place, f"a connection from {source} to itself", "two different neurons")
    if first is not None:
        again = f"a second connection from {source} to {target}"
        before = at_index(place.rpartition("[")[0], first)
        return Fault(place, again, f"only one, which is {before}")
    return Fault(at_key(place, "target"), f"the input {target}", "a neuron that is no input")
