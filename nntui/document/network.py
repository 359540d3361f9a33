"""The section ``network``: neurons and connections, or layers → a ``Network``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, TypeVar, cast

from msgspec import UnsetType

from nntui.document import specs
from nntui.document.errors import Fault, at_index, at_key, shown
from nntui.document.parse import converted, unknown_key
from nntui.document.specs import MAX_CONNECTIONS, MAX_NEURONS
from nntui.model.activations import EXPRESSION, Activation
from nntui.model.errors import NetworkError, SettingError, counted
from nntui.model.initializers import Initializer
from nntui.model.layers import default_names
from nntui.model.names import (
    MAX_NAME_LENGTH,
    NAMES_SHOWN,
    did_you_mean,
    escaped,
    fault_in_name,
    nearest,
)
from nntui.model.network import Network, Role
from nntui.model.settings import TableFunction

Function = TypeVar("Function", bound=TableFunction[Any])

PLACE: Final = "network"


def network_of(section: dict[str, Any]) -> Network:
    """Make the network that a document describes, and check that it can be computed.

    Raises:
        Fault: names the place and the culprit.
    """
    if "layers" in section and "neurons" in section:
        raise Fault(PLACE, 'both "neurons" and "layers"', "one of them")
    kinds: dict[str, type[specs.LayeredNetwork | specs.ExplicitNetwork]] = {
        "layers": specs.LayeredNetwork,
        "neurons": specs.ExplicitNetwork,
    }
    kind = next((kind for key, kind in kinds.items() if key in section), None)
    if kind is None:
        nearly = "".join(did_you_mean(key, ("neurons", "layers")) for key in list(section)[:1])
        raise Fault(PLACE, shown(section), specs.NETWORK_EXPECTED, nearly)
    spec = converted(section, kind, PLACE)
    network = Network()
    if not isinstance(spec.initializer, UnsetType):
        network.initializer = function(
            Initializer, spec.initializer, f"{PLACE}.initializer", "seed"
        )
    if isinstance(spec, specs.LayeredNetwork):
        _add_layers(network, spec.layers, f"{PLACE}.layers")
    else:
        _add_neurons(network, spec.neurons, f"{PLACE}.neurons")
        _connect(network, spec.neurons, spec.connections, f"{PLACE}.connections")
    return network


def _add_neurons(network: Network, neurons: Sequence[specs.Neuron], place: str) -> None:
    first: dict[str, int] = {}
    made: dict[str, Activation] = {}
    for n, neuron in enumerate(neurons):
        here = at_index(place, n)
        _check_name(neuron.name, at_key(here, "name"))
        if neuron.name in first:
            found = f"{shown(neuron.name)} a second time"
            taken = at_index(place, first[neuron.name])
            raise Fault(at_key(here, "name"), found, f"a name other than that of {taken}")
        first[neuron.name] = n
        activation = _activation(neuron.activation, neuron.role, here, made)
        if neuron.role == "input" and neuron.bias is not None:
            raise Fault(at_key(here, "bias"), shown(neuron.bias), "nothing: an input has no bias")
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


def _activation(
    spec: str | dict[str, Any] | None, role: Role, place: str, made: dict[str, Activation]
) -> Activation | None:
    """Make an activation, or take the one ``made`` of the same name: most neurons share a few."""
    if spec is None:
        return None
    here = at_key(place, "activation")
    if role == "input":
        raise Fault(here, shown(spec), "nothing: an input has no activation")
    if isinstance(spec, dict) and any(
        nearest(key, ("name", EXPRESSION)) == EXPRESSION for key in spec
    ):
        given = converted(spec, specs.ExpressionActivation, here)
        try:
            return Activation.of_expression(given.expression, given.derivative)
        except SettingError as error:
            raise Fault.of(error, here) from None
    if not isinstance(spec, str):
        return function(Activation, spec, here)
    if spec not in made:
        made[spec] = function(Activation, spec, here)
    return made[spec]


def _connect(
    network: Network,
    neurons: Sequence[specs.Neuron],
    connections: Sequence[specs.Connection],
    place: str,
) -> None:
    names = {neuron.name for neuron in neurons}
    inputs = {neuron.name for neuron in neurons if neuron.role == "input"}
    into: dict[str, list[specs.Connection]] = defaultdict(list)
    for connection in connections:
        into[connection.target].append(connection)
    for target, leading in into.items():
        sources = {connection.source for connection in leading}
        known = target in names and sources <= names
        if not known or target in sources or target in inputs or len(sources) < len(leading):
            raise _fault_in(network, inputs, connections, place)
        for trainable in dict.fromkeys(connection.trainable for connection in leading):
            some = [connection for connection in leading if connection.trainable is trainable]
            weights: list[Any] = [connection.weight for connection in some]
            network.connect_all([c.source for c in some], [target], [weights], trainable=trainable)
    try:
        network.wiring()
    except NetworkError as error:
        # The roles are in order, so it is a cycle; its culprit is the connection that closes it.
        cycle = str(error).partition(": ")[2]
        closes = cast("tuple[str, str]", error.culprit)
        pairs = [(connection.source, connection.target) for connection in connections]
        closing = at_index(place, pairs.index(closes))
        expected = "connections that lead only forward"
        raise Fault(closing, f"a cycle: {cycle}", expected, _unroll(str(closes[1]))) from None


def _fault_in(
    network: Network, inputs: set[str], connections: Sequence[specs.Connection], place: str
) -> Fault:
    """Make the fault for the first connection that cannot be; there is one."""
    first: dict[tuple[str, str], int] = {}
    for n, connection in enumerate(connections):
        source, target = pair = connection.source, connection.target
        known = source in network and target in network
        if pair in first or not known or source == target or target in inputs:
            break
        first[pair] = n
    return _fault_in_connection(network, connection, at_index(place, n), first.get(pair))


def _fault_in_connection(
    network: Network, connection: specs.Connection, place: str, first: int | None
) -> Fault:
    source, target = shown(connection.source), shown(connection.target)
    for key, name in (("source", connection.source), ("target", connection.target)):
        if name not in network:
            hint = did_you_mean(name, network)
            known = "the name of a neuron"
            if len(network) <= NAMES_SHOWN:
                known += f": {', '.join(network)}"
            return Fault(at_key(place, key), shown(name), known, hint)
    if connection.source == connection.target:
        found, expected = f"a connection from {source} to itself", "two different neurons"
        return Fault(place, found, expected, _unroll(connection.source))
    if first is not None:
        again = f"a second connection from {source} to {target}"
        before = at_index(place.rpartition("[")[0], first)
        return Fault(place, again, f"only one, which is {before}")
    return Fault(at_key(place, "target"), f"the input {target}", "a neuron that is no input")


def _unroll(neuron: str) -> str:
    """Say what to do about a recurrent neuron."""
    name = escaped(neuron, 30)
    return f"unroll a recurrence: a neuron for each time step, such as {name}_1 → {name}_2"


def _check_name(name: str, place: str) -> None:
    if fault := fault_in_name(name):
        found = f"{fault}: {shown(name)}" if name else fault
        raise Fault(place, found, f"up to {MAX_NAME_LENGTH} visible characters")


def _add_layers(network: Network, forms: Sequence[specs.LayerForm], place: str) -> None:
    """Add every layer to an empty network, each fully connected to the one before it.

    Raises:
        Fault: a size, name or activation that cannot be, or a network past the limits; the
            limits are checked before anything is built.
    """
    layers = [_layer(form, at_index(place, n)) for n, form in enumerate(forms)]
    sizes = [layer.size for layer in layers]
    connections = sum(size * following for size, following in pairwise(sizes))
    for count, noun, limit in (
        (sum(sizes), "neuron", MAX_NEURONS),
        (connections, "connection", MAX_CONNECTIONS),
    ):
        if count > limit:
            raise Fault(place, f"layers of {counted(count, noun)}", f"at most {limit:,}")
    before: list[str] = []
    made: dict[str, Activation] = {}
    for n, layer in enumerate(layers):
        here = at_index(place, n)
        role: Role = "input" if n == 0 else "output" if n == len(layers) - 1 else "hidden"
        names = _names(layer, default_names(role, n, layer.size), here)
        activation = _activation(layer.activation, role, here, made)
        biases = _biases(layer, role, here)
        for k, (name, bias) in enumerate(zip(names, biases, strict=True)):
            if name in network:
                where = at_index(at_key(here, "names"), k) if layer.names else here
                raise Fault(where, f"{shown(name)} a second time", "a name not yet taken")
            network.add_neuron(
                name,
                role=role,
                activation=activation,
                bias=bias,
                trainable=layer.trainable and layer.bias,
            )
        if layer.weights is not None:
            _check_weights(layer.weights, len(before), layer.size, at_key(here, "weights"))
        network.connect_all(before, names, layer.weights, trainable=layer.trainable)
        before = names


def _biases(layer: specs.Layer, role: Role, place: str) -> Sequence[float | None]:
    """Return each neuron's bias; None where the initializer draws it, or an input has none."""
    if role == "input":
        for key, value in (("weights", layer.weights), ("biases", layer.biases)):
            if value is not None:
                raise Fault(at_key(place, key), shown(value), f"nothing: inputs have no {key}")
        if not layer.bias:
            raise Fault(at_key(place, "bias"), "false", "nothing: inputs have no biases")
        return [None] * layer.size
    if layer.biases is None:
        return [None if layer.bias else 0.0] * layer.size
    here = at_key(place, "biases")
    if not layer.bias:
        raise Fault(here, shown(layer.biases), 'nothing beside "bias": false')
    if len(layer.biases) != layer.size:
        raise Fault(here, counted(len(layer.biases), "number"), f"{layer.size}, the layer’s size")
    return layer.biases


def _check_weights(rows: Sequence[Sequence[float]], before: int, size: int, place: str) -> None:
    widths = {len(row) for row in rows}
    if len(rows) == size and widths == {before}:
        return
    wanted = f"{counted(size, 'row')} of {counted(before, 'number')}"
    expected = f"{wanted}: a row for each neuron of this layer, a number for each neuron before it"
    turned = len(rows) == before and widths == {size}
    found = counted(len(rows), "row")
    if len(widths) == 1:
        found += f" of {counted(widths.pop(), 'number')}"
    else:
        n = next((n for n, row in enumerate(rows) if len(row) != before), 0)
        found += f", one of {counted(len(rows[n]), 'number') if rows else 'none'}"
    raise Fault(place, found, expected, "transpose it" if turned else "")


def _layer(form: specs.LayerForm, place: str) -> specs.Layer:
    if isinstance(form, specs.Layer):
        return form
    if not 1 <= form <= MAX_NEURONS:
        raise Fault(place, shown(form), f"a whole number from 1 to {MAX_NEURONS}")
    return specs.Layer(size=form)


def _names(layer: specs.Layer, default: list[str], place: str) -> list[str]:
    if layer.names is None:
        return default
    here = at_key(place, "names")
    if len(layer.names) != layer.size:
        raise Fault(here, counted(len(layer.names), "name"), f"{layer.size}, the layer’s size")
    for k, name in enumerate(layer.names):
        _check_name(name, at_index(here, k))
    return layer.names


def function(
    table: type[Function], spec: str | dict[str, Any], place: str, *further: str
) -> Function:
    """Make the function that a document names.

    Args:
        table: ``Activation``, ``Loss``, ``Optimizer`` or ``Initializer``.
        spec: what stands in the document.
        place: where it stands.
        further: keys that it takes beside the row's settings (an initializer's seed).

    Raises:
        Fault: an unknown name or setting, or a setting of the wrong kind.
    """
    settings: dict[str, Any] = {"name": spec} if isinstance(spec, str) else dict(spec)
    name_place = place if isinstance(spec, str) else at_key(place, "name")
    found = shown(settings["name"]) if "name" in settings else "nothing"
    if not isinstance(name := settings.pop("name", None), str):
        raise Fault(name_place, found, "the name of a function")
    try:
        defaults = table.defaults(name)
    except SettingError as error:
        raise Fault(name_place, error.found, error.expected, error.hint) from None
    known = ["name", *further, *defaults]
    for key in settings:
        if key not in known:
            raise unknown_key(place, key, known)
    try:
        return table.of(name, **settings)
    except SettingError as error:
        found = shown(settings[error.place]) if error.place in settings else error.found
        raise Fault(at_key(place, error.place), found, error.expected, error.hint) from None


def plain_function(function: TableFunction[Any]) -> str | dict[str, Any]:
    """Write a function as in a document: its name alone where every setting has its default."""
    return function.plain
