"""A chain of layers of numbers, as other libraries have them, and the network that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
from msgspec import Struct

from nntui.document.specs import MAX_CONNECTIONS, MAX_NEURONS
from nntui.interop.arrays import dataset_of, shape_text
from nntui.interop.errors import ConversionError
from nntui.model.activations import Activation
from nntui.model.errors import counted
from nntui.model.experiment import Experiment, Training
from nntui.model.layers import names_of_layers
from nntui.model.names import fault_in_name
from nntui.model.network import Network, Role
from nntui.model.numerics import Array
from nntui.model.optimizers import OptimizerState


class Layer(Struct, frozen=True):
    """A layer: ``activation`` of (weights · a + biases).

    ``weights`` (out, in), or (out,) where each neuron is connected to the one before it alone;
    ``biases`` (out,), or None where there are none. Updates touch neither where they are frozen.
    """

    weights: Array
    biases: Array | None
    activation: Activation = Activation.of("linear")
    frozen_weights: bool = False
    frozen_biases: bool = False

    @property
    def outputs(self) -> int:
        """The number of its neurons."""
        return len(self.weights)

    @property
    def inputs(self) -> int:
        """The number of neurons before it."""
        return int(self.weights.shape[-1])

    @property
    def is_dense(self) -> bool:
        """Whether every neuron is connected to all before it."""
        return self.weights.ndim == 2

    def answers(self, a: Array) -> Array:
        """Compute the activations (N, out) from those before (N, in)."""
        with np.errstate(all="ignore"):
            z = a @ self.weights.T if self.is_dense else a * self.weights
            result: Array = self.activation.f(z if self.biases is None else z + self.biases)
        return result


def copying(count: int, activation: Activation) -> Layer:
    """Make a layer that applies an activation to each number, and learns nothing."""
    return Layer(np.ones(count), None, activation, frozen_weights=True)


def network_of(
    layers: Sequence[Layer], inputs: Sequence[str] = (), outputs: Sequence[str] = ()
) -> Network:
    """Build the network of layers; names that neurons cannot have are replaced by x1, y1, ….

    So are names of inputs that neurons behind them have, such as h1.

    Raises:
        ConversionError: sizes that do not fit each other, or are beyond the limits.
        NetworkError: a number that is not finite.
    """
    if not layers:
        raise ConversionError("found no weights, expected at least one layer")
    for n, (above, layer) in enumerate(pairwise(layers), 2):
        if layer.inputs != above.outputs:
            raise ConversionError(
                f"layer {n}: found weights for {counted(layer.inputs, 'input')}, expected "
                f"{above.outputs}, the size of layer {n - 1}"
            )
    check_size(
        layers[0].inputs + sum(layer.outputs for layer in layers),
        sum(layer.weights.size for layer in layers),
    )
    network = Network()
    last = len(layers)
    columns = names_of_layers([layers[0].inputs, *(layer.outputs for layer in layers)])
    names = named(inputs, columns[0], taken=chain.from_iterable(columns[1:]))
    for name in names:
        network.add_neuron(name, role="input")
    for n, layer in enumerate(layers, 1):
        role: Role = "output" if n == last else "hidden"
        before, names = names, columns[n]
        if role == "output":
            names = named(outputs, names, taken=network)
        biases = np.zeros(layer.outputs) if layer.biases is None else layer.biases
        learns = layer.biases is not None and not layer.frozen_biases
        for name, bias in zip(names, biases.tolist(), strict=True):
            network.add_neuron(
                name, role=role, activation=layer.activation, bias=bias, trainable=learns
            )
        learns = not layer.frozen_weights
        if layer.is_dense:
            network.connect_all(before, names, layer.weights.tolist(), trainable=learns)
        else:
            for source, name, weight in zip(before, names, layer.weights.tolist(), strict=True):
                network.connect(source, name, weight, trainable=learns)
    return network


def check_size(neurons: int, connections: int) -> None:
    """Refuse a network that no document could hold.

    Raises:
        ConversionError: it has too many neurons or connections.
    """
    for count, noun, limit in (
        (neurons, "neuron", MAX_NEURONS),
        (connections, "connection", MAX_CONNECTIONS),
    ):
        if count > limit:
            raise ConversionError(f"found {counted(count, noun)}, expected at most {limit:,}")


def named(given: Sequence[Any], default: list[str], taken: Iterable[str] = ()) -> list[str]:
    """Choose the names that are given, if neurons can have them all."""
    names, others = list(map(str, given)), set(taken)
    fitting = len(names) == len(default) and len(others.union(names)) == len(names) + len(others)
    return names if fitting and not any(map(fault_in_name, names)) else default


def flat(layers: Sequence[Layer], numbers: Sequence[tuple[Array, Array | None]]) -> list[float]:
    """Put a number for each weight and bias in the canonical order of the parameters.

    ``numbers`` has arrays for each layer, shaped as its weights and its biases; None: zeros.
    """
    parts: list[float] = []
    for layer, (weights, biases) in zip(layers, numbers, strict=True):
        if biases is None:
            biases = np.zeros(layer.outputs)
        weights = weights if layer.is_dense else weights[:, np.newaxis]
        parts += np.column_stack([biases, weights]).ravel().tolist()
    return parts


def layers_of(network: Network) -> list[Layer]:
    """Take a network apart into layers, each connected to the one before it alone.

    Raises:
        ConversionError: it has other connections, or an activation or frozen parameters of its own
            in part of a layer.
    """
    net = network.wiring()
    columns = net.columns
    if (columns[0], columns[-1]) != (net.inputs, net.outputs):
        raise ConversionError("its outputs are not its last layer: it is no chain of layers")
    biases, weights = network.biases, network.weights
    layers = []
    for n, (before, names) in enumerate(pairwise(columns), 1):
        is_dense = all(net.sources[j] == before for j in names)
        pairs = list(zip(before, names, strict=False))
        alone = len(before) == len(names) and all(net.sources[j] == (i,) for i, j in pairs)
        if not (is_dense or alone):
            where = f"layer {n} is not fully connected to the layer before it alone"
            raise ConversionError(f"{where}: it is no chain of layers")
        edges = [(i, j) for j in names for i in before] if is_dense else pairs
        activations = {net.activation[j] for j in names}
        frozen_biases = {j in net.frozen for j in names}
        frozen_weights = {edge in net.frozen for edge in edges}
        if len(activations) > 1 or len(frozen_biases) > 1 or len(frozen_weights) > 1:
            what = "activation functions" if len(activations) > 1 else "frozen and free parameters"
            raise ConversionError(f"layer {n} has different {what}: it is no chain of layers")
        b = np.array([biases[j] for j in names])
        w = np.array([weights[edge] for edge in edges])
        layers.append(
            Layer(
                w.reshape(len(names), len(before)) if is_dense else w,
                None if frozen_biases == {True} and not b.any() else b,
                activations.pop(),
                frozen_weights=frozen_weights == {True},
                frozen_biases=frozen_biases == {True},
            )
        )
    return layers


def dense_layers_of(network: Network) -> list[Layer]:
    """Take a network apart into fully connected layers.

    Raises:
        ConversionError: it is no chain of such layers.
    """
    layers = layers_of(network)
    for n, layer in enumerate(layers, 1):
        if not layer.is_dense:
            raise ConversionError(f"layer {n} is not fully connected to the layer before it")
    return layers


def answers(layers: Iterable[Layer], x: Array) -> Array:
    """Compute the outputs (N, out) of examples (N, in) layer by layer."""
    for layer in layers:
        x = layer.answers(x)
    return x


def experiment_of(
    layers: Sequence[Layer],
    X: Any,  # noqa: N803 (the field's name)
    y: Any,
    training: Training,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    name: str = "",
    description: str = "",
    state: OptimizerState | None = None,
) -> Experiment:
    """Make the experiment of layers and arrays of data; the columns of DataFrames name neurons.

    Raises:
        ConversionError, NetworkError, SettingError: what does not fit.
    """
    columns = [getattr(rows, "columns", ()) for rows in (X, y)]  # of DataFrames
    network = network_of(layers, [*(inputs or columns[0])], [*(outputs or columns[1])])
    data = dataset_of(X, y, training.loss, layers[-1].outputs)
    given = (len(data.inputs[0]), layers[0].inputs)
    if given[0] != given[1]:
        raise ConversionError(
            f"X: found {counted(given[0], 'number')} an example, expected {given[1]}, as the first "
            f"layer’s weights {shape_text(layers[0].weights.shape)} take"
        )
    return Experiment(network, data, training, name, description, optimizer_state=state)
