"""``from_arrays``: weights and biases as arrays → an ``Experiment``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nntui.interop.activations import chosen_activations
from nntui.interop.arrays import array_of, rows_of, shape_text
from nntui.interop.chain import Layer, experiment_of
from nntui.interop.errors import ConversionError
from nntui.model.activations import Activation
from nntui.model.errors import NetworkError
from nntui.model.experiment import Experiment, Training
from nntui.model.layers import Order, neurons_first
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer


def from_arrays(
    weights: Sequence[Any],
    biases: Sequence[Any] | None,
    activations: Sequence[str | Activation] | str,
    X: Any,  # noqa: N803 (the field's name)
    y: Any,
    *,
    loss: str | Loss,
    optimizer: Any = "sgd",
    order: Order | None = None,
    batch_size: int | None = None,
    shuffle: bool = False,
    epochs: int = 100,
    name: str = "",
) -> Experiment:
    """Make the experiment of arrays: a weight matrix, a bias and an activation for each layer.

    Args:
        weights: a matrix for each layer, all (in, out) or all (out, in): the shapes decide.
        biases: an array of numbers for each layer, or None where there are none.
        activations: a name for each layer, such as ``["tanh", "sigmoid"]``.
        X: the examples (N, inputs).
        y: the targets (N, outputs), or class indices (N,) for cross_entropy.
        loss: ``"mse"``, ``"bce"``, ``"cross_entropy"``, …
        optimizer: ``"sgd learning_rate 0.1"``, or a name with a dict of settings.
        order: ``"in, out"`` or ``"out, in"``, where all matrices are square.
        batch_size: examples in a batch; None: all.
        shuffle: whether each epoch has another order.
        epochs: how long the run is.
        name: what the network is called on the screen.

    Raises:
        ConversionError, SettingError, NetworkError: what does not fit, in one sentence.
    """
    count = len(weights)
    given = [None] * count if biases is None else list(biases)
    layers = layers_of_arrays(weights, given, inputs=rows_of(X).shape[1], order=order)
    functions = chosen_activations(activations, count)
    layers = [
        Layer(layer.weights, layer.biases, function)
        for layer, function in zip(layers, functions, strict=True)
    ]
    training = Training(
        Loss.of(loss),
        Optimizer.of(optimizer),
        batch_size=batch_size,
        shuffle=shuffle,
        epochs=epochs,
    )
    return experiment_of(layers, X, y, training, name=name)


def layers_of_arrays(
    weights: Sequence[Any],
    biases: Sequence[Any],
    *,
    inputs: int | None = None,
    order: Order | None = None,
    names: Sequence[str] = (),
) -> list[Layer]:
    """Make linear layers of matrices, whose shapes say how they lie.

    Args:
        weights: a matrix for each layer.
        biases: an array (or None) for each.
        inputs: the numbers of an example, if that is known.
        order: how the matrices lie, if that is known.
        names: what the matrices are called in the sentences.

    Raises:
        ConversionError: they do not fit each other, or both ways.
    """
    if not len(weights):
        raise ConversionError("found no weights, expected a matrix for each layer")
    called = [*names] or [f"weights[{n}]" for n in range(len(weights))]
    matrices = [array_of(w, name) for w, name in zip(weights, called, strict=True)]
    for matrix, name in zip(matrices, called, strict=True):
        if matrix.ndim != 2 or not matrix.size:
            found = shape_text(matrix.shape)
            raise ConversionError(f"{name}: found the shape {found}, expected a matrix")
    if len(biases) != len(matrices):
        raise ConversionError(
            f"found {len(matrices)} weight matrices and {len(biases)} biases, expected as many "
            "of both"
        )
    given = [
        None if b is None else array_of(b, f"the bias of {name}").ravel()
        for b, name in zip(biases, called, strict=True)
    ]
    try:
        turned = neurons_first(matrices, given, called, order, inputs)
    except NetworkError as error:
        raise ConversionError(str(error)) from None
    return [Layer(w, b) for w, b in zip(turned, given, strict=True)]
