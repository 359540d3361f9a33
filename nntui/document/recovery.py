"""Recovery files: unsaved work on a document, for the case that the terminal is killed.

There is one for each document, by its path, in the user's state directory; it is written shortly
after each edit and deleted when the work is saved or discarded.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import user_state_path

from nntui.document.errors import Fault
from nntui.document.files import absolute, decoded, folder_of, phrase_of, read_bytes
from nntui.document.kept import write_kept
from nntui.document.layout import laid_out
from nntui.document.load import experiment_of
from nntui.document.parse import parsed
from nntui.document.plain import plain_document
from nntui.document.state import StateError, forget_state, set_aside
from nntui.document.words import shown
from nntui.model.experiment import Experiment
from nntui.model.names import escaped

VERSION: Final = 1
_EXPECTED: Final = "a recovery file of nntui"


@dataclass(frozen=True, slots=True)
class Recovered:
    """Unsaved work that was found; ``when`` it was written down, in seconds since 1970."""

    experiment: Experiment
    when: float


def recovery_file(document: Path, folder: Path | None = None) -> Path:
    """Where unsaved work on a document lies (below the user's state directory, or ``folder``)."""
    place = absolute(os.path.abspath(document))
    name = hashlib.sha256(os.fsencode(place)).hexdigest()[:32]
    return (folder or user_state_path("nntui")) / "recovery" / f"{name}.json"


def write_recovery(document: Path, experiment: Experiment) -> None:
    """Write unsaved work down, atomically.

    Raises:
        StateError: it cannot be written.
    """
    file = recovery_file(document)
    try:
        plain = {
            "version": VERSION,
            "document": os.fspath(document),
            "experiment": plain_document(experiment, folder_of(os.fspath(document))),
        }
    except Fault as fault:
        raise StateError(_unwritten(file, f"{fault.found}, expected {fault.expected}")) from None
    problem = write_kept(file, laid_out(plain))
    if problem is not None:
        raise StateError(_unwritten(file, problem))


def read_recovery(document: Path) -> Recovered | None:
    """The unsaved work on a document; None when there is none.

    Raises:
        StateError: the file cannot be used. It was set aside, and the sentence says so.
    """
    file = recovery_file(document)
    if not os.path.lexists(file):
        return None
    try:
        value = parsed(decoded(read_bytes(os.fspath(file), _EXPECTED)))
        experiment = experiment_of(_checked(value), os.fspath(document))
        return Recovered(experiment, file.stat().st_mtime)
    except OSError as error:
        reason = phrase_of(error)
    except Fault as fault:
        place = f"{fault.place}: " if fault.place else ""
        reason = f"{place}found {fault.found}, expected {fault.expected}"
    raise StateError(f"unsaved work was left, but it cannot be read: {reason}; {set_aside(file)}")


def forget_recovery(document: Path) -> None:
    """Delete the unsaved work on a document, if there is any."""
    forget_state(recovery_file(document))


def _checked(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or value.get("version") != VERSION:
        raise Fault("", shown(value), _EXPECTED)
    experiment = value.get("experiment")
    if not isinstance(experiment, dict):
        raise Fault("experiment", shown(experiment), "an object")
    return experiment


def _unwritten(file: Path, reason: str) -> str:
    path = escaped(os.fspath(file), 300)
    return f"unsaved work would not survive the terminal: {path}: {reason}"
