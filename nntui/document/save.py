"""``save``: an ``Experiment`` → a file in the format nntui/1."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, islice, pairwise
from typing import Any, Final, Protocol

from msgspec.structs import asdict

from nntui.document.errors import DocumentError, Fault
from nntui.document.files import MAX_DOCUMENT_BYTES, folder_of, path_text, write_atomically
from nntui.document.load import check_debugger, check_texts
from nntui.document.network import plain_function
from nntui.document.specs import FORMAT
from nntui.model.coercion import described
from nntui.model.dataset import CsvSource, Dataset, GeneratorSource
from nntui.model.errors import SettingError
from nntui.model.experiment import GRADIENTS, Experiment, Training
from nntui.model.layers import columns_of, default_names
from nntui.model.network import Network, Neuron, Role
from nntui.text import harmless_json


class _Continued(Protocol):
    """A run at a moment: a debugger."""

    def continued(self) -> Experiment: ...


def save(
    experiment: Experiment | _Continued, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write an experiment as a document in the format nntui/1, atomically.

    Every neuron and connection is written with its number, so that ``load`` gives the very same
    experiment. Data from a CSV file or a generator stay a reference to it.

    Args:
        experiment: what to write; of a debugger, the parameters and the memory of its moment.
        path: where; the folder must exist.
        overwrite: whether to replace a file that is there already.

    Raises:
        DocumentError: the file is there already or cannot be written, or the experiment holds what
            a document cannot.
    """
    file = path_text(path)
    if not isinstance(experiment, Experiment) and not hasattr(experiment, "continued"):
        raise SettingError(described(experiment), "an Experiment or a Debugger")
    if not isinstance(experiment, Experiment):
        experiment = experiment.continued()
    try:
        data = _encoded(experiment, folder_of(file))
        if not overwrite and (os.path.isfile(file) or os.path.islink(file)):
            raise Fault("", "a file that is there already", "a new one, or overwrite=True")
        write_atomically(file, data)
    except Fault as fault:
        raise DocumentError.of(fault, file) from None


def _encoded(experiment: Experiment, folder: str) -> bytes:
    check_texts(experiment.name, experiment.description, experiment.schema)
    try:
        check_debugger(experiment.debugger)
        plain = plain_document(experiment, folder)
        data = laid_out(plain).encode()
        if len(data) > MAX_DOCUMENT_BYTES:  # as narrow as JSON can be
            data = harmless_json(_encode_narrowly(plain)).encode()
    except UnicodeEncodeError:
        found = "a file name or text that is not Unicode"
        raise Fault("", found, "text that can be written as UTF-8") from None
    except (TypeError, ValueError, RecursionError) as error:
        # Only this section is free-form: every other number in an experiment is finite.
        raise Fault("debugger", f"a value that is no JSON: {error}", "plain JSON values") from None
    if len(data) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES // 2**20
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
    if state := _state(experiment):
        document["training"]["optimizer"]["state"] = state
    if experiment.debugger is not None:
        document["debugger"] = dict(experiment.debugger)
    return document


MANY: Final = 20_000
"""Connections from which a network is written layer by layer, if it has layers: its weights as
arrays take a third of the space, and of the time."""


def _network(network: Network) -> dict[str, Any]:
    initializer = network.initializer
    settings = {key: _number(value) for key, value in initializer.settings}
    drawn = {"initializer": {"name": initializer.name, "seed": initializer.seed, **settings}}
    net = network.wiring()
    if net.connection_count >= MANY and (layers := _layers(network)) is not None:
        return {"layers": layers, **drawn}
    connections = [
        {"source": i, "target": j, "weight": _number(weight)}
        for (i, j), weight in network.weights.items()
    ]
    for edge, connection in zip(net.edges, connections, strict=True) if net.frozen else ():
        if edge in net.frozen:
            connection["trainable"] = False
    neurons = [_neuron(network.neuron(name)) for name in network.names]
    return {"neurons": neurons, "connections": connections, **drawn}


def _layers(network: Network) -> list[dict[str, Any]] | None:
    """Write a network as layers, each fully connected to the one before; None if it has others."""
    net, biases, weights = network.wiring(), network.biases, iter(network.weight_values())
    columns = columns_of(net)
    if columns is None or network.names != tuple(net.layer):
        return None
    layers = [_layer(columns[0], default_names("input", 0, len(columns[0])))]
    for n, (before, names) in enumerate(pairwise(columns), 1):
        activations = {net.activation[j] for j in names}
        if len(activations) > 1:
            return None
        frozen = {j in net.frozen for j in names}
        frozen_in = {(i, j) in net.frozen for j in names for i in before} if net.frozen else {False}
        numbers = [biases[j] for j in names]
        without = frozen == {True} and frozen_in == {False} and set(map(repr, numbers)) == {"0.0"}
        if not without and (len(frozen) > 1 or frozen != frozen_in):
            return None
        role: Role = "output" if n == len(columns) - 1 else "hidden"
        layer = _layer(names, default_names(role, n, len(names)))
        layer["activation"] = plain_function(activations.pop())
        if without:
            layer["bias"] = False
        else:
            layer["biases"] = list(map(_number, numbers))
        if frozen_in == {True}:
            layer["trainable"] = False
        layer["weights"] = [list(map(_number, islice(weights, len(before)))) for _ in names]
        layers.append(layer)
    return layers


def _layer(names: Sequence[str], default: Sequence[str]) -> dict[str, Any]:
    named = {} if names == tuple(default) else {"names": list(names)}
    return {"size": len(names), **named}


def _neuron(neuron: Neuron) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": neuron.name}
    if neuron.role != "hidden":
        plain["role"] = neuron.role
    if neuron.activation is not None:
        plain["activation"] = plain_function(neuron.activation)
    if neuron.bias is not None:
        plain["bias"] = _number(neuron.bias)
    return plain if neuron.trainable else {**plain, "trainable": False}


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
    # What documents before did not have is written where it is set, so that theirs stay as they
    # are, and so do the sessions that go by their ``identity``.
    new = {"decay_biases" if optimizer.name == "adamw" else "weight_decay"}
    defaults = optimizer.row.settings
    settings = {
        key: _number(value)
        for key, value in optimizer.settings
        if key not in new or value != defaults[key]
    }
    gradient = {} if training.gradient == GRADIENTS[0] else {"gradient": training.gradient}
    return {
        "loss": plain_function(training.loss),
        "optimizer": {"name": optimizer.name, **settings},
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "reduction": training.reduction,
        **gradient,
        "regularization": {"l1": _number(training.l1), "l2": _number(training.l2)},
        "epochs": training.epochs,
        "seed": training.seed,
    }


def _state(experiment: Experiment) -> dict[str, Any]:
    """Write what the run goes on from; rows of zeros are left out."""
    resumed = experiment.resumed
    rows = zip(experiment.training.optimizer.row.memory, resumed.memory, strict=False)
    counts = {"updates": resumed.updates, "epochs": resumed.epochs}
    lists = {name: list(map(_number, row)) for name, row in rows if any(map(_is_set, row))}
    return {**{k: n for k, n in counts.items() if n}, **lists}


def _is_set(value: float) -> bool:
    return value != 0.0 or math.copysign(1.0, value) < 0.0


def _number(value: float) -> float:
    """Write 1 for 1.0; −0.0 keeps its sign."""
    if isinstance(value, (bool, int)):
        return value
    whole = value.is_integer() and abs(value) < _WHOLE
    return int(value) if whole and (value or math.copysign(1.0, value) > 0.0) else float(value)


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
    if isinstance(value, dict) and value and (level < _LEVELS or "weights" in value):
        before = "{\n"
        for key, child in value.items():
            yield f"{before}{indent}{_compact(str(key))}: "
            yield from _lines(child, level + 1)
            before = ",\n"
        yield f"\n{indent[2:]}}}"
    elif isinstance(value, list) and any(isinstance(child, (dict, list)) for child in value):
        if text := _in_lines(value, indent):
            yield f"[\n{indent}{text}\n{indent[2:]}]"
            return
        before = "[\n"
        for child in value:
            yield before + indent
            if isinstance(child, dict):
                yield from _lines(child, max(level + 1, _LEVELS))
            else:
                yield _compact(child)
            before = ",\n"
        yield f"\n{indent[2:]}]"
    elif isinstance(value, list):
        yield _filled(value, indent)
    else:
        yield _compact(value)


def _in_lines(children: list[Any], indent: str) -> str:
    """Write lists, or objects that take a line, a line each; "" where that needs more care.

    They are encoded all at once: one by one they take three times as long.
    """
    kinds = set(map(type, children))
    if len(kinds) > 1 or (kinds == {dict} and any("weights" in child for child in children)):
        return ""
    text = _compact(children)[1:-1]
    between = "], [" if kinds == {list} else "}, {"
    if text.count(between) >= len(children):
        return ""  # it stands within one, too
    return text.replace(between, f"{between[:2]}\n{indent}{between[-1]}")


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
    return harmless_json(_encode(value))


_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_encode_sorted: Final = json.JSONEncoder(sort_keys=True).encode
_encode_narrowly: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode


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
        "neurons": None,
        "frozen": [p for p in net.parameters if p in net.frozen] if net.frozen else [],
        "training": _training(experiment.training),
        **({"resumed": state} if (state := _state(experiment)) else {}),
        "test": experiment.test_examples,
    }
    # The sources, which the neurons of a layer share, are written once for all of them.
    encode, of_sources = _encode_sorted, cache(_encode_sorted)
    rows = (
        f"[{encode(j)}, {of_sources(net.sources[j])}, {encode(plain_function(net.activation[j]))}]"
        for j in net.neurons
    )
    no_neurons, neurons = '"neurons": null', f'"neurons": [{", ".join(rows)}]'
    yield encode(structure).replace(no_neurons, neurons, 1).encode()
    # The numbers as their eight bytes each: a text of a million digits would take a second.
    yield array("d", experiment.network.biases.values()).tobytes()
    yield array("d", experiment.network.weight_values()).tobytes()
    yield array("d", chain.from_iterable(experiment.data.inputs)).tobytes()
    examples = range(len(experiment.data))
    yield array("d", chain.from_iterable(map(experiment.y, examples))).tobytes()
