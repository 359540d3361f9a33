"""Open a model in a file of another library: nothing in it is executed, nothing is fetched."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from nntui.document.errors import DocumentError, Fault, shown
from nntui.document.files import decoded, path_text, read_bytes
from nntui.document.load import experiment_of
from nntui.document.network import plain_function
from nntui.document.new import read_as
from nntui.document.new_data import NewData
from nntui.document.parse import parsed
from nntui.interop import brainjs, onnx, playground
from nntui.interop.activations import chosen_activations
from nntui.interop.chain import Layer
from nntui.interop.errors import ConversionError
from nntui.interop.kinds import PLAYGROUND
from nntui.interop.sketch import (
    Arrays,
    Given,
    IncompleteError,
    Sketch,
    arrays_in,
    completed,
    named_data,
    section_of,
)
from nntui.interop.torch_file import read_torch_file
from nntui.interop.weights import layers_named
from nntui.model.activations import Activation
from nntui.model.coercion import described, numbers
from nntui.model.errors import NntuiError, SettingError, counted
from nntui.model.experiment import Experiment, Training
from nntui.model.layers import Order
from nntui.model.losses import Loss
from nntui.model.names import escaped
from nntui.model.optimizers import Optimizer
from nntui.verify.array_files import (
    MAX_BYTES,
    AnyArray,
    read_metadata,
    read_npz,
    read_safetensors,
)

OWN: Final = "nntui"
"""The name, in a file of weights, of what nntui writes beside them: the rest of the document."""

_PICKLE: Final = (
    "a pickle",
    "in Python: nntui.from_sklearn(fitted, X, y), or nntui.from_torch(model, …)",
)
_REFUSED: Final = {
    **dict.fromkeys((".pkl", ".joblib"), _PICKLE),
    **dict.fromkeys(
        (".h5", ".keras"),
        (
            "a file of Keras",
            (
                'in Python: nntui.from_keras(model, X, y), or numpy.savez("model.npz", '
                "*model.get_weights())"
            ),
        ),
    ),
    ".npy": ("a single array", 'numpy.savez("model.npz", W1=W1, b1=b1, …) writes them all'),
}


def from_file(
    path: str | os.PathLike[str],
    *,
    activations: str | Sequence[str | Activation] = "",
    loss: str | Loss = "",
    optimizer: Any = "",
    data: Any = "",
    layers: str = "",
    order: Order | None = None,
) -> Experiment:
    """Make the experiment of a model in a file of another library; documents: ``nntui.load``.

    Args:
        path: ``.npz``, ``.safetensors``, ``.onnx``, a state dict of PyTorch (``.pt``, ``.pth``),
            JSON of brain.js, or an address of TensorFlow Playground.
        activations: the activation of each layer, as ``"tanh, sigmoid"``, or a list.
        loss: the loss, as ``"bce"``.
        optimizer: ``"adam learning_rate 0.01"``, or a name with a dict of settings.
        data: a pair (X, Y), a CSV file, an ``.npz`` file with X and Y, or a generator.
        layers: the layers' names in their order, where they do not say it.
        order: how square matrices lie, ``"in, out"`` or ``"out, in"``.

    Raises:
        NntuiError: whatever is wrong or missing, as one sentence.
    """
    if not isinstance(activations, str):
        activations = ", ".join(Activation.of(each).text for each in activations)
    said = loss if isinstance(loss, str) else Loss.of(loss).text
    rule = optimizer if isinstance(optimizer, str) else Optimizer.of(optimizer).text
    examples = os.fsdecode(data) if isinstance(data, (str, os.PathLike)) else _pair(data)
    try:
        return open_model(path, Given(activations, said, rule, examples, order, layers))
    except IncompleteError as error:
        rest = ", ".join(f"{what}={_EXAMPLES[what]}" for what in error.lacking)
        raise ConversionError(f"{error.found}: say the rest by {rest}") from None


_EXAMPLES: Final = {"activations": '"tanh, sigmoid"', "loss": '"bce"', "data": "(X, Y)"}


def _pair(data: Any) -> Arrays:
    """Take the examples as arrays.

    Raises:
        SettingError: no pair of arrays.
    """
    found = [numbers(each) for each in data] if isinstance(data, (tuple, list)) else []
    if len(found) != 2 or any(each is None for each in found):
        expected = "a pair (X, Y) of arrays, or what --data takes, as text"
        raise SettingError(described(data), expected, "data")
    return Arrays(*found)


def open_model(file: str | os.PathLike[str], given: Given | None = None) -> Experiment:
    """Make the experiment of a model in a file, and of what the user says beside it.

    ``.npz``, ``.safetensors``, ``.pt`` and ``.pth`` (weights), ``.onnx``, JSON of brain.js, and
    addresses of TensorFlow Playground. A file that nntui has written is complete.

    Raises:
        IncompleteError: the file does not say everything.
        NntuiError: whatever else is wrong, as one sentence.
    """
    name = path_text(file)
    try:
        return _opened(name, given or Given())
    except Fault as fault:
        raise DocumentError.of(fault, name) from None
    except (DocumentError, IncompleteError):
        raise
    except NntuiError as error:
        raise ConversionError(f"{escaped(name, 300)}: {error}") from None


def _opened(name: str, given: Given) -> Experiment:
    ending = Path(name).suffix.lower()
    if ending in _REFUSED:
        found, instead = _REFUSED[ending]
        hint = "nntui never opens a pickle: that can run any program; "
        why = hint if "pickle" in found else ""
        raise Fault("", found, ".npz, .safetensors or .onnx", why + instead)
    if PLAYGROUND.match(name):
        return experiment_of(playground.document_of(name), name)
    data = read_bytes(name, "a file of weights", MAX_BYTES)
    if ending == ".onnx":
        sketch, text = onnx.read(data, OWN)
        if text is not None:
            return _own(parsed(text), sketch.layers, None, given, name)
        return completed(_classes(sketch, given), given, name)
    if ending == ".json":
        value = parsed(decoded(data))
        if not brainjs.is_brainjs(value):
            is_document = isinstance(value, dict) and "format" in value
            hint = "nntui.load opens documents" if is_document else ""
            raise Fault("", shown(value), "a network of brain.js", hint)
        return completed(brainjs.sketch_of(value), given, name)
    if ending in (".pt", ".pth"):
        return completed(_sketch(read_torch_file(data), given), given, name)
    read = read_npz if ending == ".npz" else read_safetensors
    arrays = read(data, halves=True)
    own = arrays.pop(OWN, None)
    text = None if own is None else decoded(own.tobytes())
    if ending == ".safetensors":
        text = read_metadata(data).get(OWN)
    if text is not None:
        layers = layers_named(arrays, "in, out")  # as ``saving`` writes them; modules say it
        return _own(parsed(text), layers, arrays_in(arrays), given, name)
    return completed(_sketch(arrays, given), given, name)


def _classes(sketch: Sketch, given: Given) -> Sketch:
    """Refuse another loss than cross_entropy for a model that ends in softmax."""
    if sketch.training is not None and given.loss and Loss.of(given.loss).row.classes is False:
        raise ConversionError("the model ends in softmax, which is in the loss cross_entropy only")
    return sketch


def _sketch(arrays: dict[str, AnyArray], given: Given) -> Sketch:
    wanted = [word.strip() for word in given.layers.split(",") if word.strip()]
    examples = arrays_in(arrays)
    rest = {n: a for n, a in arrays.items() if examples is None or not _is_one_of(a, examples)}
    inputs = None if examples is None or examples.X.ndim != 2 else examples.X.shape[1]
    try:
        layers = layers_named(rest, given.order, wanted, inputs)
    except ConversionError:
        if inputs is None:
            raise
        layers = layers_named(rest, given.order, wanted)  # the examples may lie in columns
    return Sketch(layers, has_activations=False, data=examples)


def _is_one_of(array: AnyArray, examples: Arrays) -> bool:
    return array is examples.X or array is examples.Y


def _own(
    document: Any, layers: Sequence[Layer], examples: Arrays | None, given: Given, name: str
) -> Experiment:
    """Put the weights into the document that nntui has written beside them."""
    known = document.get("network") if isinstance(document, dict) else None
    sections = known.get("layers") if isinstance(known, dict) else None
    if not isinstance(sections, list) or len(sections) != len(layers) + 1:
        raise Fault(
            OWN, "a document of other layers", f"the {counted(len(layers), 'layer')} of the weights"
        )
    for section, layer in zip(sections[1:], layers, strict=True):
        if not isinstance(section, dict):
            raise Fault(OWN, "a layer that is no object", "a document’s layers")
        section["weights"] = layer.weights.tolist()
        if layer.biases is not None:
            section["biases"] = layer.biases.tolist()
    if given.activations:
        functions = chosen_activations(given.activations, len(layers))
        for section, function in zip(sections[1:], functions, strict=True):
            section["activation"] = plain_function(function)
    training = document.setdefault("training", {})
    if not isinstance(training, dict):
        raise Fault("training", shown(training), "an object")
    if loss := read_as(given.loss, "loss", Loss.of):
        training["loss"] = plain_function(loss)
    if optimizer := read_as(given.optimizer, "optimizer", Optimizer.of):
        training["optimizer"] = {"name": optimizer.name, **dict(optimizer.settings)}
    data = document.get("data") or examples
    if given.data:
        data = named_data(given.data, layers[0].inputs, layers[-1].outputs)
    if data is None:
        sketch = Sketch(layers, training=Training())  # it has its own, in the document
        raise IncompleteError(
            name, sketch, given, lambda more: _own(document, layers, examples, more, name)
        )
    if isinstance(data, Arrays):
        data = section_of(data)
    document["data"] = data.section if isinstance(data, NewData) else data
    return experiment_of(document, os.path.join(os.path.dirname(name), "new.json"))
