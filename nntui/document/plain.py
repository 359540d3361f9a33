"""An ``Experiment`` → the plain JSON value of its document, with every parameter written down."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Sequence
from typing import Any, Final

from nntui.document.errors import Fault, at_index
from nntui.document.functions import plain_function
from nntui.document.specs import FORMAT
from nntui.document.words import shown
from nntui.model.activations import Activation
from nntui.model.dataset import CsvSource, Dataset, GeneratorSource
from nntui.model.experiment import Experiment
from nntui.model.losses import Loss
from nntui.model.network import Connection, Network, Neuron
from nntui.model.training import Training

_WHOLE: Final = 2.0**53
"""Below this, a whole number is written without ``.0`` and is still the same float."""


def plain_document(experiment: Experiment, folder: str) -> dict[str, Any]:
    """The document of an experiment: dicts, lists, strings, numbers, bools and None.

    Args:
        experiment: what to write.
        folder: the absolute folder of the document: the path of a CSV file is written from there.

    Raises:
        Fault: a number that JSON cannot hold.
    """
    about = {"name": experiment.name, "description": experiment.description}
    document: dict[str, Any] = {
        "format": FORMAT,
        **{key: text for key, text in about.items() if text},
        "network": _network(experiment.network),
        "data": _data(experiment.data, folder),
        "training": plain_training(experiment.training),
    }
    if experiment.debugger is not None:
        document["debugger"] = dict(experiment.debugger)
    return document


def _network(network: Network) -> dict[str, Any]:
    by_name = {neuron.name: neuron for neuron in network.neurons}
    initializer = network.initializer
    settings = {k: _number(v, f"network.initializer.{k}") for k, v in initializer.settings}
    return {
        "neurons": [
            _neuron(by_name[name], at_index("network.neurons", n))
            for n, name in enumerate(network.names)
        ],
        "connections": [
            _connection(connection, at_index("network.connections", n))
            for n, connection in enumerate(network.connections)
        ],
        "initializer": {"name": initializer.name, "seed": initializer.seed, **settings},
    }


def _neuron(neuron: Neuron, place: str) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": neuron.name}
    if neuron.role != "hidden":
        plain["role"] = neuron.role
    if neuron.activation is not None:
        plain["activation"] = plain_function(neuron.activation, Activation.of)
    if neuron.bias is not None:
        plain["bias"] = _number(neuron.bias, f"{place}.bias")
    return plain if neuron.trainable else {**plain, "trainable": False}


def _connection(connection: Connection, place: str) -> dict[str, Any]:
    plain = {
        "source": connection.source,
        "target": connection.target,
        "weight": _number(connection.weight, f"{place}.weight"),
    }
    return plain if connection.trainable else {**plain, "trainable": False}


def _data(data: Dataset, folder: str) -> dict[str, Any]:
    source = data.source
    plain: dict[str, Any]
    if isinstance(source, CsvSource):
        path = _path_from(os.fspath(source.path), folder)
        plain = {"csv": path, "inputs": list(source.inputs), "targets": list(source.targets)}
    elif isinstance(source, GeneratorSource):
        noise = _number(source.noise, "data.noise")
        plain = {"generator": source.generator, "samples": source.samples, "noise": noise}
        plain["seed"] = source.seed
    else:
        plain = {
            "inputs": [_vector(row, f"data.inputs[{n}]") for n, row in enumerate(data.inputs)],
            "targets": [
                row if isinstance(row, int) else _vector(row, f"data.targets[{n}]")
                for n, row in enumerate(data.targets)
            ],
        }
    fraction = _number(data.test_fraction, "data.test_fraction")
    return {**plain, "test_fraction": fraction} if fraction else plain


def _path_from(path: str, folder: str) -> str:
    """The path from a folder, with slashes on every system; absolute from another drive."""
    with contextlib.suppress(ValueError):
        path = os.path.relpath(path, folder)
    return path.replace(os.sep, "/")


def plain_training(training: Training) -> dict[str, Any]:
    """The section ``training``, every setting written down.

    Raises:
        Fault: a number that JSON cannot hold.
    """
    optimizer = training.optimizer
    settings = {k: _number(v, f"training.optimizer.{k}") for k, v in optimizer.settings}
    return {
        "loss": plain_function(training.loss, Loss.of),
        "optimizer": {"name": optimizer.name, **settings},
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "reduction": training.reduction,
        "regularization": {
            "l1": _number(training.l1, "training.regularization.l1"),
            "l2": _number(training.l2, "training.regularization.l2"),
        },
        "epochs": training.epochs,
        "seed": training.seed,
    }


def _vector(row: Sequence[float], place: str) -> list[float]:
    return [_number(number, at_index(place, n)) for n, number in enumerate(row)]


def _number(value: float, place: str) -> float:
    """The number as it is written best: 1 for 1.0, but −0.0 keeps its sign."""
    if isinstance(value, (bool, int)):
        return value
    if not math.isfinite(value):
        raise Fault(place, shown(float(value)), "a finite number")
    negative_zero = value == 0.0 and math.copysign(1.0, value) < 0.0
    whole = value.is_integer() and abs(value) < _WHOLE and not negative_zero
    return int(value) if whole else float(value)
