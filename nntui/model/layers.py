"""Layers of neurons, each fully connected to the one before: sizes, names, arrays of weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from msgspec import Struct

from nntui.model.coercion import described, numbers, plain, shape_of, whole
from nntui.model.errors import NetworkError, SettingError, counted
from nntui.model.names import escaped, parameter_name

if TYPE_CHECKING:
    from nntui.model.numerics import Array
    from nntui.model.wiring import Role, Wiring

Order = Literal["out, in", "in, out"]
"""Which axis of an array of weights comes first: the layer's own neurons, or those before it."""
ORDERS: Final[tuple[Order, ...]] = ("out, in", "in, out")


def default_names(role: Role, n: int, size: int) -> list[str]:
    """Name the neurons of layer ``n``: x1… (inputs), h1_1… (first hidden layer), y1… (outputs)."""
    prefix = {"input": "x", "output": "y", "hidden": f"h{n}_"}[role]
    return [f"{prefix}{k}" for k in range(1, size + 1)]


def names_of_layers(sizes: Sequence[int]) -> list[list[str]]:
    """Name the neurons of every layer; those of a single hidden layer are h1, h2, …."""
    last = len(sizes) - 1
    names = [default_names("input", 0, sizes[0])]
    names += [default_names("hidden", n, sizes[n]) for n in range(1, last)]
    if last == 2:  # as most examples of textbooks
        names[1] = [f"h{k}" for k in range(1, sizes[1] + 1)]
    return [*names, default_names("output", last, sizes[last])]


def checked_sizes(sizes: Any) -> list[int]:
    """Return the sizes of the layers, inputs first, as ints.

    Raises:
        SettingError: fewer than two, or one that is no whole number of at least 1.
    """
    given = plain(sizes)
    listed = given if isinstance(given, (list, tuple)) else [given]
    found = [whole(size) for size in listed]
    for n, size in enumerate(found):
        if size is None or size < 1:
            expected = "a whole number of neurons, at least 1"
            raise SettingError(described(listed[n]), expected, f"sizes[{n}]")
    if len(found) < 2:
        expected = "at least two: the inputs and the outputs, as in [2, 3, 1]"
        raise SettingError(counted(len(found), "layer"), expected, "sizes")
    return [size for size in found if size is not None]


class DenseLayer(Struct, frozen=True):
    """A fully connected layer: weights (neurons × sources), biases (None: it has none)."""

    weights: list[list[float]]
    biases: list[float] | None
    activation: Any


def dense_layers(layers: Sequence[Any], order: Order | None) -> list[DenseLayer]:
    """Read layers given as ``(weights, biases, activation)``; the last may be left out.

    Without ``order`` the shapes say which axis is which, the same in all layers.

    Raises:
        NetworkError: arrays that do not fit each other, a number that is not finite, or shapes
            that leave it open which axis is which.
    """
    if not isinstance(layers, (list, tuple)) or not layers:
        raise NetworkError(
            f"found {described(layers)}, expected a list of (weights, biases, activation)"
        )
    given = [_parts(layer, n) for n, layer in enumerate(layers, 1)]
    names = [f"layer {n}" for n in range(1, len(given) + 1)]
    weights = neurons_first([w for w, _, _ in given], [b for _, b, _ in given], names, order)
    return [
        DenseLayer(w.tolist(), None if b is None else b.tolist(), f)
        for w, (_, b, f) in zip(weights, given, strict=True)
    ]


def neurons_first(
    weights: Sequence[Array],
    biases: Sequence[Array | None],
    names: Sequence[str],
    order: Order | None = None,
    inputs: int | None = None,
) -> list[Array]:
    """Turn matrices so that all are (neurons, sources): their shapes say how they lie.

    Args:
        weights: a matrix for each layer, all of one order.
        biases: a vector for each, or None.
        names: what the layers are called in the sentences.
        order: how the matrices lie, if that is known.
        inputs: the number of inputs, if that is known.

    Raises:
        SettingError: there is no such order.
        NetworkError: they fit each other in neither order, or in both.
    """
    if order not in (None, *ORDERS):
        raise SettingError(f'"{escaped(str(order))}"', '"out, in" or "in, out"', "order")
    faults = {
        way: _fault(way, weights, biases, names, inputs) for way in ((order,) if order else ORDERS)
    }
    ways = [way for way, fault in faults.items() if fault is None]
    if not ways:
        _, sentence = max(fault for fault in faults.values() if fault is not None)
        raise NetworkError(sentence)  # of the order that fits further
    if len(ways) > 1 and any(w.size > 1 for w in weights):
        raise NetworkError(
            "the shapes of the weights fit both ways: say the order, “out, in” (a row for each "
            "neuron, as in PyTorch) or “in, out” (a row for each source, as in x @ W)"
        )
    return [w if ways[0] == "out, in" else w.T for w in weights]


def _parts(layer: Any, n: int) -> tuple[Array, Array | None, Any]:
    if not isinstance(layer, (list, tuple)) or not 1 <= len(layer) <= 3:
        found = described(layer)
        raise NetworkError(f"layer {n}: found {found}, expected (weights, biases, activation)")
    weights, biases, activation = (*layer, None, None)[:3]
    w = _numbers(weights, f"layer {n}: the weights")
    if w.ndim != 2 or not w.size:
        raise NetworkError(
            f"layer {n}: found weights of {shape_of(w) or 'no axis'}, expected neurons × sources"
        )
    if biases is None:
        return w, None, activation
    return w, _numbers(biases, f"layer {n}: the biases").ravel(), activation


def _numbers(value: Any, what: str) -> Array:
    found = numbers(value)
    if found is None or found.dtype.kind == "b" or not found.size:
        raise NetworkError(f"{what}: found {described(value)}, expected an array of numbers")
    made: Array = found.astype(np.float64)
    if not np.isfinite(made).all():
        raise NetworkError(f"{what} hold a number that is not finite")
    return made


def _fault(
    order: Order,
    weights: Sequence[Array],
    biases: Sequence[Array | None],
    names: Sequence[str],
    inputs: int | None,
) -> tuple[int, str] | None:
    """Find the first array that does not fit with this order of axes, and say why; None: all do.

    Returns also its place among all: of each layer the weights, then the biases.
    """
    out, into = (0, 1) if order == "out, in" else (1, 0)
    size = inputs  # of the layer before
    for n, (w, b, name) in enumerate(zip(weights, biases, names, strict=True)):
        found = f"{name}: found weights of {shape_of(w)}"
        if size not in (None, w.shape[into]):
            return 2 * n, f"{found} behind {counted(size or 0, 'neuron' if n else 'input')}"
        size = w.shape[out]
        if b is not None and b.size != size:
            expected = f"expected {size}, one for each neuron"
            return 2 * n + 1, f"{found} and biases of {b.size}, {expected}"
    return None


def columns_of(net: Wiring) -> tuple[tuple[str, ...], ...] | None:
    """Return the layers, inputs first, if each is fully connected to the one before; else None."""
    layers = net.columns
    dense = all(net.sources[j] == before for before, own in pairwise(layers) for j in own)
    return layers if dense and (layers[0], layers[-1]) == (net.inputs, net.outputs) else None


def arrays_of(net: Wiring, values: Array, prefix: str = "") -> dict[str, Any]:
    """Arrange numbers of the parameters (P,), in canonical order, as arrays by layer.

    ``layer1.weight`` (neurons × sources) and ``layer1.bias`` (neurons,), layer 1 being the first
    after the inputs; where the network has no layers, a number by the parameter's name, behind the
    prefix ``d`` for a gradient.
    """
    columns = columns_of(net)
    if columns is None:
        names = [parameter_name(p, prefix) for p in net.parameters]
        return dict(zip(names, values.tolist(), strict=True))
    found: dict[str, Any] = {}
    at = 0
    for n, (before, own) in enumerate(pairwise(columns), 1):
        end = at + len(own) * (1 + len(before))
        block = values[at:end].reshape(len(own), 1 + len(before))
        found[f"layer{n}.weight"], found[f"layer{n}.bias"] = block[:, 1:].copy(), block[:, 0].copy()
        at = end
    return found
