"""Write an experiment as ``.npz``, ``.safetensors`` or ``.onnx``, which other programs can read.

Beside them stands the rest of the document, as JSON, so that nntui opens the file as it was.
"""

from __future__ import annotations

import io
import json
import os
from typing import Any, Final

import numpy as np

from nntui.document.errors import DocumentError, Fault
from nntui.document.files import folder_of, path_text, write_atomically
from nntui.document.network import plain_function
from nntui.document.save import plain_document, save
from nntui.interop import onnx
from nntui.interop.chain import Layer, dense_layers_of
from nntui.interop.errors import ConversionError
from nntui.interop.files import OWN
from nntui.interop.kinds import is_foreign
from nntui.model.coercion import described
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment
from nntui.model.layers import default_names
from nntui.model.names import escaped, listed
from nntui.verify.array_files import AnyArray

WRITTEN: Final = (".npz", ".safetensors", ".onnx")
"""How the names of files end that are written as weights."""

_MOST_TEXT: Final = 2**20
"""Bytes of data written as text beside the weights, at most."""


def save_model(
    experiment: Experiment, path: str | os.PathLike[str], *, overwrite: bool = False
) -> str | None:
    """Write an experiment in the format that the path's ending names: a document for all others.

    ``.npz`` has W1 b1 W2 b2 … with matrices (in, out), and X and Y; ``.safetensors`` has the state
    dict of the ``nn.Sequential`` that ``nntui export --torch`` writes, matrices (out, in);
    ``.onnx`` has a graph in float64. These two hold no data of more than ``_MOST_TEXT``.

    Returns what was left out, in a few words for the user; None: nothing.

    Raises:
        ConversionError: a network that is no chain of layers.
        DocumentError: the file is there already, or cannot be written.
        SettingError: what is no experiment, or no path.
    """
    name = path_text(path)
    if not isinstance(experiment, Experiment):
        raise SettingError(described(experiment), "an Experiment")
    layers = check_format(experiment, name)
    if layers is None:
        save(experiment, path, overwrite=overwrite)
        return None
    try:
        rest = _rest(experiment, layers, folder_of(name))
        write = {".npz": _npz, ".onnx": _onnx}.get(_ending(name), _safetensors)
        data = write(experiment, layers, rest)
        if not overwrite and os.path.lexists(name):
            raise Fault("", "a file that is there already", "a new one, or overwrite=True")
        write_atomically(name, data)
    except Fault as fault:
        raise DocumentError.of(fault, name) from None
    if _ending(name) == ".npz" or not _has_much_data(rest):
        return None
    return "without the data, which are more than 1 MiB: --data FILE gives them"


def check_format(experiment: Experiment, path: str | os.PathLike[str]) -> list[Layer] | None:
    """Make sure that an experiment can be written in a format; None: it is that of documents.

    Returns its layers otherwise.

    Raises:
        ConversionError: a format that nntui does not write, or a network that it cannot hold.
    """
    name = path_text(path)
    try:
        if _ending(name) in WRITTEN:
            layers = dense_layers_of(experiment.network)
            for n, layer in enumerate(layers, 1):
                if layer.biases is not None and layer.frozen_weights != layer.frozen_biases:
                    alone = "weights or biases frozen alone, which cannot be kept"
                    raise ConversionError(f"layer {n} has {alone}")
            if _ending(name) == ".onnx":
                onnx.check_writable(layers)
            return layers
        if is_foreign(name):
            raise ConversionError(f"nntui writes documents (.json), {listed(WRITTEN)} alone")
        return None
    except ConversionError as error:
        raise ConversionError(f"{escaped(name, 300)}: {error}") from None


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _rest(experiment: Experiment, layers: list[Layer], folder: str) -> dict[str, Any]:
    """Make the document without the weights."""
    document = plain_document(experiment, folder)
    net = experiment.network.wiring()
    last = len(layers)
    names = iter(net.layer)
    sections: list[dict[str, Any]] = []
    for n in range(last + 1):
        size = layers[0].inputs if n == 0 else layers[n - 1].outputs
        section: dict[str, Any] = {"size": size}
        called = [next(names) for _ in range(size)]
        role = "input" if n == 0 else "output" if n == last else "hidden"
        if called != default_names(role, n, size):  # type: ignore[arg-type]
            section["names"] = called
        if n:
            layer = layers[n - 1]
            section["activation"] = plain_function(layer.activation)
            if layer.biases is None:
                section["bias"] = False
            if layer.frozen_weights:
                section["trainable"] = False
        sections.append(section)
    document["network"] = {"layers": sections, "initializer": document["network"]["initializer"]}
    return document


def module_names(layers: list[Layer]) -> list[str]:
    """Name the linear modules of an ``nn.Sequential``: activations stand between them, if any."""
    names, at = [], 0
    for layer in layers:
        names.append(str(at))
        at += 1 if layer.activation.name == "linear" else 2
    return names


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _npz(experiment: Experiment, layers: list[Layer], rest: dict[str, Any]) -> bytes:
    arrays: dict[str, AnyArray] = {}
    for n, layer in enumerate(layers, 1):
        arrays[f"W{n}"] = layer.weights.T
        if layer.biases is not None:
            arrays[f"b{n}"] = layer.biases
    data = experiment.data
    uniform = len({isinstance(target, int) for target in data.targets}) == 1
    if data.source is None and not data.test_fraction and uniform:
        arrays["X"], arrays["Y"] = np.array(data.inputs), np.array(data.targets)
        del rest["data"]
    arrays[OWN] = np.frombuffer(_text(rest).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _onnx(experiment: Experiment, layers: list[Layer], rest: dict[str, Any]) -> bytes:
    return onnx.model_bytes(layers, OWN, _text(_without_much_data(rest)))


def _has_much_data(rest: dict[str, Any]) -> bool:
    return len(_text(rest["data"])) > _MOST_TEXT


def _without_much_data(rest: dict[str, Any]) -> dict[str, Any]:
    """Leave data out of a text that they would make very long."""
    if not _has_much_data(rest):
        return rest
    return {key: section for key, section in rest.items() if key != "data"}


def _safetensors(experiment: Experiment, layers: list[Layer], rest: dict[str, Any]) -> bytes:
    """Lay the arrays out as https://github.com/huggingface/safetensors#format says."""
    header: dict[str, Any] = {"__metadata__": {OWN: _text(_without_much_data(rest))}}
    parts: list[bytes] = []
    end = 0
    for name, layer in zip(module_names(layers), layers, strict=True):
        for parameter, array in (("weight", layer.weights), ("bias", layer.biases)):
            if array is None:
                continue
            parts.append(array.astype("<f8").tobytes())
            start, end = end, end + len(parts[-1])
            header[f"{name}.{parameter}"] = {
                "dtype": "F64",
                "shape": list(array.shape),
                "data_offsets": [start, end],
            }
    text = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)
