"""State files: what the debugger keeps of a document, in the user's state directory.

A file is found by what the experiment computes (``identity``), so it is found again after the
document was moved, renamed or described anew, and not after a weight in it was changed. No file
here is worth failing for: what is wrong with one is said, and it is set aside.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import user_state_path

from nntui.document.errors import Fault, shown
from nntui.document.files import (
    MAX_DEBUGGER_BYTES,
    absolute,
    decoded,
    folder_of,
    phrase_of,
    read_bytes,
    write_atomically,
    write_kept,
)
from nntui.document.load import experiment_of
from nntui.document.parse import parsed
from nntui.document.save import identity, laid_out, plain_document
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped

MOST_FILES: Final = 500
"""State files in the directory, at most: beyond, those written longest ago are deleted."""

_OBJECT: Final = "an object"


class StateError(NntuiError):
    """A state file that cannot be read or written; its text is one sentence."""


def state_file(experiment: Experiment, folder: Path | None = None) -> Path:
    """Where an experiment's state lies; ``folder`` stands in for the user's state directory."""
    return (folder or user_state_path("nntui")) / "debugger" / f"{identity(experiment)}.json"


def read_state(file: Path) -> dict[str, Any] | None:
    """The object that a state file holds; None when there is none.

    Raises:
        StateError: it cannot be read, or holds something else. Such a file is set aside.
    """
    if not os.path.lexists(file):
        return None
    try:
        data = read_bytes(os.fspath(file), "a state file")
        if len(data) > MAX_DEBUGGER_BYTES:
            raise Fault("", f"{len(data)} bytes", f"at most {MAX_DEBUGGER_BYTES}")
        value = parsed(decoded(data))
        if not isinstance(value, dict):
            raise Fault("", shown(value), _OBJECT)
    except Fault as fault:
        place = f"{fault.place}: " if fault.place else ""
        reason = f"{place}found {fault.found}, expected {fault.expected}"
        raise StateError(f"{reason}; {set_aside(file)}") from None
    return value


def set_aside(file: Path) -> str:
    """Rename a state file that nobody can use, so that a new one can be written.

    Returns a phrase that says what became of it.
    """
    aside = _aside(file)
    try:
        os.replace(file, aside)
    except OSError as error:
        return f"the state file {_path(file)} stays as it is ({phrase_of(error)})"
    return f"the state file was set aside as {_path(aside)}"


def copy_aside(file: Path) -> str:
    """Keep a copy of a state file that can be used in part; the sentence that says where."""
    aside = _aside(file)
    try:
        write_atomically(os.fspath(aside), file.read_bytes())
    except (OSError, Fault):
        return f"the rest of the state file {_path(file)} was taken up"
    return f"the rest of the state file was taken up; as it was it stays as {_path(aside)}"


def _aside(file: Path) -> Path:
    return file.with_suffix(".set-aside.json")


def write_state(file: Path, state: Mapping[str, Any]) -> None:
    """Replace a state file, atomically.

    Args:
        file: where; its folder is made when it is missing.
        state: plain JSON values.

    Raises:
        StateError: it cannot be written, or is too large.
    """
    text = laid_out(state)
    length = len(text.encode("utf-8", "backslashreplace"))
    reason = f"{length} bytes, expected at most {MAX_DEBUGGER_BYTES}"
    problem = reason if length > MAX_DEBUGGER_BYTES else write_kept(file, text)
    if problem is not None:
        raise StateError(_unwritten(file, problem))
    _prune(file.parent)


def forget_state(file: Path) -> None:
    """Delete a state file, if there is one and it can be deleted."""
    with contextlib.suppress(OSError):
        os.unlink(file)


def _unwritten(file: Path, reason: str) -> str:
    return f"breakpoints, watches and position are not kept: {_path(file)}: {reason}"


def _path(file: Path) -> str:
    return escaped(os.fspath(file), 300)


def _prune(folder: Path) -> None:
    """Delete the files written longest ago when there are very many."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.name.endswith(".json")]
        if len(files) > MOST_FILES:
            files.sort(key=lambda entry: entry.stat().st_mtime)
            for entry in files[: len(files) - MOST_FILES]:
                os.unlink(entry.path)


# ---- recovery ------------------------------------------------------------------------------------


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
        reason = f"{fault.found}, expected {fault.expected}"
        raise StateError(_recovery_unwritten(file, reason)) from None
    problem = write_kept(file, laid_out(plain))
    if problem is not None:
        raise StateError(_recovery_unwritten(file, problem))


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


def _recovery_unwritten(file: Path, reason: str) -> str:
    path = escaped(os.fspath(file), 300)
    return f"unsaved work would not survive the terminal: {path}: {reason}"
