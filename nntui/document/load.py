"""``load``: a file in the format nntui/1 → an ``Experiment``."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from msgspec import UnsetType, structs

from nntui.document import specs
from nntui.document.data import rows_of
from nntui.document.errors import DocumentError, Fault, shown
from nntui.document.files import (
    MAX_DEBUGGER_BYTES,
    MAX_DOCUMENT_BYTES,
    decoded,
    path_text,
    read_bytes,
)
from nntui.document.network import function, network_of
from nntui.document.parse import MAX_DEPTH, converted, deeper_than, parsed
from nntui.model.errors import SettingError, counted
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.names import did_you_mean
from nntui.model.optimizers import Optimizer, OptimizerState
from nntui.samples import sample_called, samples

_EXPECTED: Final = 'an object such as {"format": "nntui/1", "network": …, "data": …}'
_VERSION: Final = re.compile(r"nntui/[0-9]{1,9}", re.ASCII)


def load(path: str | os.PathLike[str]) -> Experiment:
    """Read an experiment from a document in the format nntui/1, or from a bundled sample.

    Args:
        path: a regular file of at most 128 MiB. A CSV file that it names is read too. Where there
            is none, the name of a sample: ``xor``.

    Raises:
        DocumentError: whatever is wrong with the document, as one sentence.
        SettingError: what is no path.
    """
    file = path_text(path, "a path, or the name of a sample")
    missing = not os.path.lexists(file)
    if missing and (sample := sample_called(file)):
        file = os.fspath(samples()[sample])
    try:
        text = decoded(read_bytes(file, "a JSON document", MAX_DOCUMENT_BYTES))
        return experiment_of(parsed(text), file)
    except Fault as fault:
        hint = did_you_mean(file, samples()) if missing else _hint(file)
        fault.hint = fault.hint or hint
        raise DocumentError.of(fault, file) from None


def _hint(file: str) -> str:
    """Say what opens a file that is no document, by its name."""
    if file.lower().endswith((".npz", ".safetensors", ".onnx", ".pt", ".pth")):
        return "nntui.from_file opens models of other libraries"
    return ""


def experiment_of(value: Any, file: str) -> Experiment:
    """Make the experiment that a document's JSON value describes.

    Args:
        value: what the document holds.
        file: the document's path: a CSV file's relative path starts at its folder.

    Raises:
        Fault: whatever is wrong with it.
    """
    if not isinstance(value, dict):
        raise Fault("", shown(value), _EXPECTED)
    version = value.get("format")
    if isinstance(version, str) and version != specs.FORMAT and _VERSION.fullmatch(version):
        # Nothing else in it can be judged.
        found, hint = f"the version {shown(version)}", "a newer nntui may read it"
        raise Fault("format", found, f'"{specs.FORMAT}"', hint)
    document = converted(value, specs.Document, "")
    debugger = None if isinstance(document.debugger, UnsetType) else document.debugger
    check_texts(document.name, document.description, document.schema)
    check_debugger(debugger)
    network = network_of(document.network)
    training = _training_of(document.training)
    rows = rows_of(document.data, file, network.wiring(), training.loss)
    state = _state_of(document.training, training.optimizer, network.wiring().parameter_count)
    try:
        return Experiment(
            network,
            rows.data,
            training,
            document.name,
            document.description,
            debugger,
            document.schema,
            state,
        )
    except SettingError as error:
        raise rows.fault(error) from None


def _training_of(section: specs.Training | UnsetType) -> Training:
    if isinstance(section, UnsetType):
        return Training()
    settings = {k: v for k, v in structs.asdict(section).items() if not isinstance(v, UnsetType)}
    if isinstance(settings.get("optimizer"), dict):
        settings["optimizer"] = {k: v for k, v in settings["optimizer"].items() if k != "state"}
    for key, table in (("loss", Loss), ("optimizer", Optimizer)):
        if key in settings:
            settings[key] = function(table, settings[key], f"training.{key}")
    if (penalties := settings.pop("regularization", None)) is not None:
        settings |= structs.asdict(penalties)
    try:
        return Training(**settings)
    except SettingError as error:
        raise Fault.of(error, "training") from None


def _state_of(
    section: specs.Training | UnsetType, optimizer: Optimizer, size: int
) -> OptimizerState | None:
    """Read what the run of a network of so many parameters goes on from, if it says so."""
    given = None if isinstance(section, UnsetType) else section.optimizer
    if not isinstance(given, dict) or "state" not in given:
        return None
    place = "training.optimizer.state"
    state = converted(given["state"], specs.OptimizerState, place)
    known, rows = optimizer.row.memory, []
    for name in ("m", "v", "s"):
        row = getattr(state, name)
        if isinstance(row, UnsetType):
            continue
        if name not in known:
            expected = f"what {optimizer.name} remembers: {' and '.join(known)}"
            raise Fault(f"{place}.{name}", f'"{name}"', expected, _ANEW)
        if len(row) != size:
            expected = f"{size}, one for each bias and weight"
            raise Fault(f"{place}.{name}", counted(len(row), "number"), expected, _ANEW)
    for name in known:
        row = getattr(state, name)
        rows.append((0.0,) * size if isinstance(row, UnsetType) else tuple(row))
    return OptimizerState(optimizer.name, state.updates, state.epochs, tuple(rows))


_ANEW: Final = "without the state, the optimizer starts anew"

# Characters that control a terminal, or turn the direction of the text after them.
_CONTROL: Final = frozenset({"Cc", "Cs"})
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def check_texts(name: str, description: str, schema: str) -> None:
    """Refuse texts of a document that are too long or hold control characters.

    Raises:
        Fault: names the character or the limit.
    """
    for place, text, limit, allowed in (
        ("name", name, specs.MAX_TITLE_LENGTH, ""),
        ('["$schema"]', schema, specs.MAX_SCHEMA_LENGTH, ""),
        ("description", description, specs.MAX_DESCRIPTION_LENGTH, "\n\t"),
    ):
        if len(text) > limit:
            raise Fault(place, f"{len(text)} characters", f"text of at most {limit} characters")
        for character in text:
            control = unicodedata.category(character) in _CONTROL and character not in allowed
            if control or unicodedata.bidirectional(character) in _TURNING:
                found = f"a control character (U+{ord(character):04X})"
                but = " but line feed and tab" if allowed else ""
                raise Fault(place, found, f"text without control characters{but}")


def check_debugger(debugger: Mapping[str, Any] | None) -> None:
    """Refuse a section ``debugger`` larger or deeper than any that a debugger writes.

    Raises:
        Fault: names the limit.
        TypeError, ValueError, RecursionError: it is no JSON.
    """
    if debugger is None:
        return
    size = len(json.dumps(debugger, ensure_ascii=False).encode())
    if size > MAX_DEBUGGER_BYTES:
        raise Fault("debugger", f"{size} bytes", f"at most {MAX_DEBUGGER_BYTES} bytes of JSON")
    if deeper_than(MAX_DEPTH - 1, debugger):
        raise Fault("debugger", "very many levels of nesting", f"at most {MAX_DEPTH - 1}")
