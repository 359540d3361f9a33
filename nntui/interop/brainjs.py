"""Read the JSON of a network of brain.js (``net.toJSON()``).

Format and rules: ``toJSON``, ``adjustWeights`` in brain.js, src/neural-network.ts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nntui.document.errors import Fault, at_index, at_key, shown
from nntui.interop.chain import Layer
from nntui.interop.numpy import layers_of_arrays
from nntui.interop.sketch import Sketch
from nntui.model.activations import Activation
from nntui.model.coercion import is_finite
from nntui.model.experiment import Training
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer

_ACTIVATIONS: Final = {
    "sigmoid": "sigmoid",
    "relu": "relu",
    "leaky-relu": "leaky_relu",
    "tanh": "tanh",
}
_NOTE: Final = (
    "A network of brain.js. It is trained on one example after the other; brain.js moves biases "
    "without momentum, nntui with it."
)
_NOTE_ADAM: Final = (
    "A network of brain.js. It is trained on one example after the other; brain.js corrects the "
    "moments of biases one update late, nntui does not."
)


def is_brainjs(value: object) -> bool:
    """Whether JSON is a network of brain.js, and no document."""
    if not isinstance(value, dict):
        return False
    return "format" not in value and {"sizes", "layers"} <= value.keys()


def sketch_of(value: Mapping[str, Any]) -> Sketch:
    """Read the layers and the settings of the training; brain.js keeps no data.

    Raises:
        Fault: what is not as brain.js writes it; the place is a dotted path.
    """
    layers = value["layers"]
    if not isinstance(layers, list) or len(layers) < 2:
        raise Fault("layers", shown(layers), "a list of two layers or more")
    weights, biases = [], []
    for n, layer in enumerate(layers[1:], 1):
        place = at_index("layers", n)
        if not isinstance(layer, dict) or not {"weights", "biases"} <= layer.keys():
            hint = "files of brain.js before 2.0 are not read"
            raise Fault(place, shown(layer), 'an object with "weights" and "biases"', hint)
        weights.append(_matrix(layer["weights"], at_key(place, "weights")))
        biases.append(_vector(layer["biases"], at_key(place, "biases")))
    options = value.get("trainOpts") or value.get("options") or {}
    if not isinstance(options, dict):
        raise Fault("trainOpts", shown(options), "an object")
    activation = _activation(options, value)
    made = [
        Layer(layer.weights, layer.biases, activation)
        for layer in layers_of_arrays(
            weights,
            biases,
            order="out, in",
            names=[f"layers[{n}].weights" for n in range(1, len(layers))],
        )
    ]
    training = _training(options)
    names = (_names(value.get("inputLookup")), _names(value.get("outputLookup")))
    note = _NOTE_ADAM if training.optimizer.name == "adam" else _NOTE
    return Sketch(made, training=training, names=names, description=note)


def _matrix(rows: Any, place: str) -> list[list[float]]:
    if not isinstance(rows, list) or not rows:
        raise Fault(place, shown(rows), "a list of rows of numbers")
    matrix = [_vector(row, at_index(place, n)) for n, row in enumerate(rows)]
    for n, row in enumerate(matrix):
        if len(row) != len(matrix[0]):
            expected = f"{len(matrix[0])} numbers, as in the first row"
            raise Fault(at_index(place, n), f"{len(row)}", expected)
    return matrix


def _vector(row: Any, place: str) -> list[float]:
    if not isinstance(row, list) or not row:
        raise Fault(place, shown(row), "a list of numbers")
    for n, number in enumerate(row):
        if not is_finite(number):
            raise Fault(at_index(place, n), shown(number), "a finite number")
    return row


def _activation(options: Mapping[str, Any], value: Mapping[str, Any]) -> Activation:
    name = options.get("activation", value.get("activation", "sigmoid"))
    if not isinstance(name, str) or name not in _ACTIVATIONS:
        raise Fault("trainOpts.activation", shown(name), " or ".join(_ACTIVATIONS))
    if name == "leaky-relu":
        return Activation.of("leaky_relu", slope=_number(options, "leakyReluAlpha", 0.01))
    return Activation.of(_ACTIVATIONS[name])


def _training(options: Mapping[str, Any]) -> Training:
    rate = _number(options, "learningRate", 0.3)
    if options.get("praxis") == "adam":
        optimizer = Optimizer.of(
            "adam",
            learning_rate=rate,
            beta1=_number(options, "beta1", 0.9),
            beta2=_number(options, "beta2", 0.999),
            eps=_number(options, "epsilon", 1e-8),
        )
    else:
        momentum = _number(options, "momentum", 0.1)
        optimizer = Optimizer.of("sgd", learning_rate=rate, momentum=momentum)
    return Training(Loss.of("half_squared_error"), optimizer, batch_size=1)


def _number(options: Mapping[str, Any], key: str, default: float) -> float:
    value = options.get(key, default)
    if not is_finite(value):
        raise Fault(at_key("trainOpts", key), shown(value), "a finite number")
    return float(value)


def _names(lookup: Any) -> Sequence[str]:
    """Return the names of inputs or outputs in their order, where they have names."""
    if not isinstance(lookup, dict) or not all(isinstance(n, int) for n in lookup.values()):
        return ()
    return sorted(lookup, key=lookup.__getitem__)
