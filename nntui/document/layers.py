"""The shorthand ``layers``: a fully connected network, written as sizes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from nntui.document import specs
from nntui.document.errors import Fault, at_index, at_key
from nntui.document.functions import function
from nntui.document.limits import MAX_CONNECTIONS, MAX_NEURONS
from nntui.document.words import shown
from nntui.model.activations import Activation
from nntui.model.names import MAX_NAME_LENGTH, fault_in_name
from nntui.model.network import Network, Role
from nntui.model.words import counted


def add_layers(network: Network, forms: Sequence[specs.LayerForm], place: str) -> None:
    """Add every layer to an empty network, each fully connected to the one before it.

    Neurons without a name are called x1… (inputs), h1_1… (first hidden layer), y1… (outputs).

    Raises:
        Fault: a size, name or activation that cannot be, or a network past the limits; those are
            judged before anything is built.
    """
    layers = [_layer(form, at_index(place, n)) for n, form in enumerate(forms)]
    _check_limits([layer.size for layer in layers], place)
    before: list[str] = []
    for n, layer in enumerate(layers):
        here = at_index(place, n)
        role: Role = "input" if n == 0 else "output" if n == len(layers) - 1 else "hidden"
        names = _names(layer, _prefix(role, n), here)
        activation = _activation(layer, role, here)
        for k, name in enumerate(names):
            if name in network:
                where = at_index(at_key(here, "names"), k) if layer.names else here
                raise Fault(where, f"{shown(name)} a second time", "a name not yet taken")
            network.add_neuron(name, role=role, activation=activation, trainable=layer.trainable)
        for target in names:
            for source in before:
                network.connect(source, target, trainable=layer.trainable)
        before = names


def _layer(form: specs.LayerForm, place: str) -> specs.Layer:
    if isinstance(form, specs.Layer):
        return form
    if not 1 <= form <= MAX_NEURONS:
        raise Fault(place, shown(form), f"a whole number from 1 to {MAX_NEURONS}")
    return specs.Layer(size=form)


def _check_limits(sizes: Sequence[int], place: str) -> None:
    neurons = sum(sizes)
    connections = sum(size * following for size, following in pairwise(sizes))
    for count, noun, limit in (
        (neurons, "neuron", MAX_NEURONS),
        (connections, "connection", MAX_CONNECTIONS),
    ):
        if count > limit:
            raise Fault(place, f"layers of {counted(count, noun)}", f"at most {limit:,}")


def _prefix(role: Role, layer: int) -> str:
    return {"input": "x", "output": "y", "hidden": f"h{layer}_"}[role]


def _names(layer: specs.Layer, prefix: str, place: str) -> list[str]:
    if layer.names is None:
        return [f"{prefix}{k}" for k in range(1, layer.size + 1)]
    here = at_key(place, "names")
    if len(layer.names) != layer.size:
        raise Fault(here, counted(len(layer.names), "name"), f"{layer.size}, the layer’s size")
    for k, name in enumerate(layer.names):
        check_name(name, at_index(here, k))
    return layer.names


def _activation(layer: specs.Layer, role: Role, place: str) -> Activation | None:
    if layer.activation is None:
        return None
    here = at_key(place, "activation")
    if role == "input":
        raise Fault(here, shown(layer.activation), "nothing: an input has no activation")
    return function(Activation.of, layer.activation, here)


def check_name(name: str, place: str) -> None:
    """Refuse what cannot be a neuron's name.

    Raises:
        Fault: names the character, or the length.
    """
    if fault := fault_in_name(name):
        found = f"{fault}: {shown(name)}" if name else fault
        raise Fault(place, found, f"up to {MAX_NAME_LENGTH} visible characters")
