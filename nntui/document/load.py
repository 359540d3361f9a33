"""``load``: a file in the format nntui/1 → an ``Experiment``."""

from __future__ import annotations

import os
import re
from typing import Any, Final

from msgspec import UnsetType

from nntui.document import specs
from nntui.document.about import check_debugger, check_texts
from nntui.document.convert import converted
from nntui.document.data import Width, rows_of
from nntui.document.errors import DocumentError, Fault
from nntui.document.files import decoded, read_bytes
from nntui.document.network import network_of
from nntui.document.parse import parsed
from nntui.document.training import training_of
from nntui.document.words import shown
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment

_EXPECTED: Final = 'an object such as {"format": "nntui/1", "network": …, "data": …}'
_VERSION: Final = re.compile(r"nntui/[0-9]{1,9}", re.ASCII)


def load(path: str | os.PathLike[str]) -> Experiment:
    """Read an experiment from a document in the format nntui/1.

    Args:
        path: a regular file of at most 64 MiB. A CSV file that it names is read too.

    Raises:
        DocumentError: whatever is wrong with the document, as one sentence.
    """
    file = os.fsdecode(path)
    try:
        text = decoded(read_bytes(file, "a JSON document"))
        return experiment_of(parsed(text), file)
    except Fault as fault:
        raise DocumentError.of(fault, file) from None


def experiment_of(value: Any, file: str) -> Experiment:
    """The experiment that a document's plain JSON value describes.

    Args:
        value: what the document holds.
        file: where it stands or will stand: the path of a CSV file starts at its folder.

    Raises:
        Fault: whatever is wrong with it.
    """
    if not isinstance(value, dict):
        raise Fault("", shown(value), _EXPECTED)
    _check_format(value)
    document = converted(value, specs.Document, "")
    debugger = None if isinstance(document.debugger, UnsetType) else document.debugger
    check_texts(document.name, document.description)
    check_debugger(debugger)
    network = network_of(document.network)
    training = training_of(document.training)
    wiring = network.wiring()
    width = Width(len(wiring.inputs), len(wiring.outputs), training.loss.row.classes)
    rows = rows_of(document.data, file, width)
    try:
        return Experiment(
            network, rows.data, training, document.name, document.description, debugger
        )
    except SettingError as error:
        raise rows.fault(error) from None


def _check_format(value: dict[str, Any]) -> None:
    """The format comes first: with another version, nothing else can be judged."""
    found = value.get("format")
    if found == specs.FORMAT or "format" not in value:
        return
    if isinstance(found, str) and _VERSION.fullmatch(found):
        hint = "a newer nntui may read it"
        raise Fault("format", f"the version {shown(found)}", f'"{specs.FORMAT}"', hint)
