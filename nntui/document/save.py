"""``save``: an ``Experiment`` → a file in the format nntui/1."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from array import array
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Any, Final

from nntui.document.errors import DocumentError, Fault
from nntui.document.files import MAX_FILE_BYTES, folder_of, write_atomically
from nntui.document.load import check_debugger, check_texts
from nntui.document.network import plain_function
from nntui.document.specs import FORMAT
from nntui.model.dataset import CsvSource, Dataset, GeneratorSource
from nntui.model.experiment import Experiment, Training
from nntui.model.network import Connection, Network, Neuron
from nntui.text import harmless_json


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write an experiment as a document in the format nntui/1, atomically.

    Every neuron and connection is written with its number, so that ``load`` gives the very same
    experiment. Data from a CSV file or a generator stay a reference to it.

    Args:
        experiment: what to write.
        path: where; the folder must exist, an old file is replaced.

    Raises:
        DocumentError: the file cannot be written, or the experiment holds what a document cannot.
    """
    file = os.fsdecode(path)
    try:
        write_atomically(file, _encoded(experiment, folder_of(file)))
    except Fault as fault:
        raise DocumentError.of(fault, file) from None


def _encoded(experiment: Experiment, folder: str) -> bytes:
    check_texts(experiment.name, experiment.description, experiment.schema)
    try:
        check_debugger(experiment.debugger)
        data = laid_out(plain_document(experiment, folder)).encode()
    except UnicodeEncodeError:
        found = "a file name or text that is not Unicode"
        raise Fault("", found, "text that can be written as UTF-8") from None
    except (TypeError, ValueError, RecursionError) as error:
        # Only this section is free-form: every other number in an experiment is finite.
        raise Fault("debugger", f"a value that is no JSON: {error}", "plain JSON values") from None
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 2**20
        raise Fault("", f"an experiment of {len(data) // 2**20} MiB", f"at most {limit} MiB")
    return data


_WHOLE: Final = 2.0**53
"""Below this, a whole number is written without ``.0`` and is still the same float."""


def plain_document(experiment: Experiment, folder: str) -> dict[str, Any]:
    """Make the document of an experiment: dicts, lists, strings, numbers, bools and None.

    Args:
        experiment: what to write.
        folder: the document's absolute folder: the path of a CSV file is written relative to it.
    """
    about = {"name": experiment.name, "description": experiment.description}
    document: dict[str, Any] = {
        **({"$schema": experiment.schema} if experiment.schema else {}),
        "format": FORMAT,
        **{key: text for key, text in about.items() if text},
        "network": _network(experiment.network),
        "data": _data(experiment.data, folder),
        "training": _training(experiment.training),
    }
    if experiment.debugger is not None:
        document["debugger"] = dict(experiment.debugger)
    return document


def _network(network: Network) -> dict[str, Any]:
    by_name = {neuron.name: neuron for neuron in network.neurons}
    initializer = network.initializer
    settings = {key: _number(value) for key, value in initializer.settings}
    return {
        "neurons": [_neuron(by_name[name]) for name in network.names],
        "connections": list(map(_connection, network.connections)),
        "initializer": {"name": initializer.name, "seed": initializer.seed, **settings},
    }


def _neuron(neuron: Neuron) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": neuron.name}
    if neuron.role != "hidden":
        plain["role"] = neuron.role
    if neuron.activation is not None:
        plain["activation"] = plain_function(neuron.activation)
    if neuron.bias is not None:
        plain["bias"] = _number(neuron.bias)
    return plain if neuron.trainable else {**plain, "trainable": False}


def _connection(connection: Connection) -> dict[str, Any]:
    source, target = connection.source, connection.target
    plain = {"source": source, "target": target, "weight": _number(connection.weight)}
    return plain if connection.trainable else {**plain, "trainable": False}


def _data(data: Dataset, folder: str) -> dict[str, Any]:
    source = data.source
    plain: dict[str, Any]
    if isinstance(source, CsvSource):
        path = os.fspath(source.path)
        with contextlib.suppress(ValueError):  # from another drive it stays absolute
            path = os.path.relpath(path, folder)
        path = path.replace(os.sep, "/")
        plain = {"csv": path, "inputs": list(source.inputs), "targets": list(source.targets)}
        plain |= dict(source.settings)
    elif isinstance(source, GeneratorSource):
        plain = {**asdict(source), "noise": _number(source.noise)}
        del plain["labels"]
    else:
        plain = {
            "inputs": [list(map(_number, row)) for row in data.inputs],
            "targets": [t if isinstance(t, int) else list(map(_number, t)) for t in data.targets],
        }
    fraction = _number(data.test_fraction)
    return {**plain, "test_fraction": fraction} if fraction else plain


def _training(training: Training) -> dict[str, Any]:
    optimizer = training.optimizer
    settings = {key: _number(value) for key, value in optimizer.settings}
    return {
        "loss": plain_function(training.loss),
        "optimizer": {"name": optimizer.name, **settings},
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "reduction": training.reduction,
        "regularization": {"l1": _number(training.l1), "l2": _number(training.l2)},
        "epochs": training.epochs,
        "seed": training.seed,
    }


def _number(value: float) -> float:
    """Write 1 for 1.0; −0.0 keeps its sign."""
    if isinstance(value, (bool, int)):
        return value
    negative_zero = value == 0.0 and math.copysign(1.0, value) < 0.0
    whole = value.is_integer() and abs(value) < _WHOLE and not negative_zero
    return int(value) if whole else float(value)


_LEVELS: Final = 2
"""Objects this deep have a line for each key; deeper ones stand in one line."""

_WIDTH: Final = 96


def laid_out(value: Any) -> str:
    """Lay a document out as JSON text, ending in a line feed.

    Raises:
        TypeError: a value that is no JSON.
        ValueError: NaN, an infinity, or a value that holds itself.
        RecursionError: a value nested very deeply.
    """
    return "".join(_lines(value, 0)) + "\n"


def _lines(value: Any, level: int) -> Iterator[str]:
    indent = "  " * (level + 1)
    if isinstance(value, dict) and value and level < _LEVELS:
        before = "{\n"
        for key, child in value.items():
            yield f"{before}{indent}{_compact(str(key))}: "
            yield from _lines(child, level + 1)
            before = ",\n"
        yield f"\n{indent[2:]}}}"
    elif isinstance(value, list) and any(isinstance(child, (dict, list)) for child in value):
        before = "[\n"
        for child in value:
            yield f"{before}{indent}{_compact(child)}"
            before = ",\n"
        yield f"\n{indent[2:]}]"
    elif isinstance(value, list):
        yield _filled(value, indent)
    else:
        yield _compact(value)


def _filled(scalars: list[Any], indent: str) -> str:
    """Write a list of scalars: in one line when it is short, else as many in a line as fit."""
    words = list(map(_compact, scalars))
    if sum(map(len, words)) + 2 * len(words) <= _WIDTH:
        return f"[{', '.join(words)}]"
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 2 <= _WIDTH:
            lines[-1] += f", {word}"
        else:
            lines[-1] += ","
            lines.append(indent + word)
    return "[\n" + "\n".join(lines) + f"\n{indent[2:]}]"


def _compact(value: Any) -> str:
    return harmless_json(json.dumps(value, ensure_ascii=False, allow_nan=False))


def identity(experiment: Experiment) -> str:
    """Hash what an experiment computes to 32 hexadecimal digits.

    The network with its numbers, the rows of data and the training settings count. Name,
    description and the section ``debugger`` do not, nor does where the rows came from or how the
    document was written.
    """
    digest = hashlib.sha256()
    for part in _parts(experiment):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()[:32]


def _parts(experiment: Experiment) -> Iterator[bytes]:
    net = experiment.network.wiring()
    structure = {
        "inputs": net.inputs,
        "outputs": net.outputs,
        "neurons": [(j, net.sources[j], plain_function(net.activation[j])) for j in net.neurons],
        "frozen": [p for p in net.parameters if p in net.frozen] if net.frozen else [],
        "training": _training(experiment.training),
        "test": experiment.test_examples,
    }
    yield json.dumps(structure, sort_keys=True).encode()
    # The numbers as their eight bytes each: a text of a million digits would take a second.
    yield array("d", experiment.network.biases.values()).tobytes()
    yield array("d", experiment.network.weight_values()).tobytes()
    yield array("d", chain.from_iterable(experiment.data.inputs)).tobytes()
    examples = range(len(experiment.data))
    yield array("d", chain.from_iterable(map(experiment.y, examples))).tobytes()
