"""Files in the user's state directory: debugger states, unsaved work, the screen's small files.

A debugger's state is found by what the experiment computes (``identity``), so it is found again
after the document was moved, renamed or described anew, and not after a weight in it was changed.
No file here is worth failing for: what is wrong with one is said, and it is set aside.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from platformdirs import user_state_path

from nntui.document.errors import Fault, shown
from nntui.document.files import (
    MAX_DEBUGGER_BYTES,
    MAX_DOCUMENT_BYTES,
    absolute,
    decoded,
    folder_of,
    is_running,
    phrase_of,
    read_bytes,
    write_atomically,
)
from nntui.model.errors import NntuiError
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment

T = TypeVar("T")


class StateError(NntuiError):
    """A file in the state directory that cannot be read or written; its text is one sentence."""


def state_path(*parts: str, folder: Path | None = None) -> Path:
    """Join a path below the user's state directory, or below ``folder`` in its place."""
    return (folder or user_state_path("nntui")).joinpath(*parts)


def read_file(file: Path, most: int, use: Callable[[str], T]) -> T | None:
    """Read a file and return what ``use`` makes of its text; None when there is no such file.

    Args:
        file: where.
        most: bytes in it, at most.
        use: may raise ``Fault`` or ``ValueError`` for a text that is none of ours.

    Raises:
        StateError: it cannot be read or used. It was set aside, and the sentence says so.
    """
    if not os.path.lexists(file):
        return None
    try:
        data = read_bytes(os.fspath(file), "a state file", MAX_DOCUMENT_BYTES)
        if len(data) > most:
            raise Fault("", f"{len(data):,} bytes", f"at most {most:,}")
        return use(decoded(data))
    except Fault as fault:
        reason = f"{fault.place}: {fault}" if fault.place else str(fault)
    except OSError as error:
        reason = phrase_of(error)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
    raise StateError(f"{reason}; {set_aside(file)}")


def write_file(file: Path, text: str, *, lasting: bool = True) -> None:
    """Replace a file atomically, or make it with its folder, for nobody else to read.

    ``lasting``: see ``write_atomically``.

    Raises:
        StateError: it cannot be written; the text is only the reason.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        os.makedirs(file.parent, mode=0o700, exist_ok=True)
        write_atomically(os.fspath(file), data, private=True, lasting=lasting)
    except OSError as error:
        raise StateError(phrase_of(error)) from None
    except Fault as fault:
        raise StateError(str(fault)) from None


def set_aside(file: Path) -> str:
    """Rename a file that cannot be used, so that a new one can be written; say what was done."""
    aside = _aside(file)
    try:
        os.replace(file, aside)
    except OSError as error:
        return f"the state file {_path(file)} stays as it is ({phrase_of(error)})"
    return f"the state file was set aside as {_path(aside)}"


def copy_aside(file: Path) -> str:
    """Keep a copy of a file that can be used only in part; say where."""
    aside = _aside(file)
    try:
        write_atomically(os.fspath(aside), file.read_bytes())
    except (OSError, Fault):
        return f"the rest of the state file {_path(file)} was taken up"
    return f"the rest of the state file was taken up; as it was it stays as {_path(aside)}"


def _aside(file: Path) -> Path:
    return file.with_suffix(f".set-aside{file.suffix}")


def _path(file: Path) -> str:
    return escaped(os.fspath(file), 300)


SHORTENED: Final = ("branches", "bookmarks", "breakpoints", "displays")
"""Sections of a state whose oldest rows are left out when it is too large."""
MOST_FILES: Final = 500
"""Debugger states in the directory, at most: those written longest ago are deleted."""


def state_file(experiment: Experiment, folder: Path | None = None) -> Path:
    """Return where the debugger's state of an experiment is kept."""
    from nntui.document.save import identity

    return state_path("debugger", f"{identity(experiment)}.json", folder=folder)


def pointer_file(document: Path, folder: Path | None = None) -> Path:
    """Return where it is kept which state was the last one of a document, by its path."""
    return state_path("debugger", "documents", f"{_path_hash(document)}.json", folder=folder)


def read_state(file: Path) -> dict[str, Any] | None:
    """Read the object that a state file holds; None when there is no such file.

    Raises:
        StateError: it cannot be read, or holds something else. It was set aside.
    """
    return read_file(file, MAX_DEBUGGER_BYTES, _object)


def write_state(file: Path, state: Mapping[str, Any]) -> None:
    """Replace a state file, or make it; ``state`` holds plain JSON values.

    Of one that is too large the oldest rows of its largest sections are left out.

    Raises:
        StateError: it cannot be written, or (it was written) something was left out.
    """
    from nntui.document.save import laid_out

    kept = {key: list(value) if isinstance(value, list) else value for key, value in state.items()}
    rows_of = [each for each in SHORTENED if isinstance(kept.get(each), list)]
    text, before = laid_out(kept), sum(len(kept[each]) for each in rows_of)
    while len(text.encode("utf-8", "backslashreplace")) > MAX_DEBUGGER_BYTES:
        largest = max(rows_of, key=lambda each: len(json.dumps(kept[each])), default=None)
        if largest is None or not kept[largest]:
            break
        if largest == "branches":
            kept[largest] = newest_branches(kept[largest])
            there = {row["name"] for row in kept[largest]}
            marks = kept.get("bookmarks", [])
            gone = {row["name"] for row in state[largest]} - there
            kept["bookmarks"] = [mark for mark in marks if mark["branch"] not in gone]
        else:
            del kept[largest][: (len(kept[largest]) + 1) // 2]
        text = laid_out(kept)
    lost = before - sum(len(kept[each]) for each in rows_of)
    try:
        if (length := len(text.encode("utf-8", "backslashreplace"))) > MAX_DEBUGGER_BYTES:
            raise StateError(f"{length} bytes, expected at most {MAX_DEBUGGER_BYTES}")
        write_file(file, text)
    except StateError as error:
        what = "breakpoints, displays and position are not kept"
        raise StateError(f"{what}: {_path(file)}: {error}") from None
    _keep_the_newest(file.parent)
    if lost:
        raise StateError(
            f"the session is too large: the {lost:,} oldest of its branches, bookmarks, "
            f"breakpoints and displays are not kept in {_path(file)}"
        )


def newest_branches(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return about the newer half of some branches, with the current one and its parents.

    A branch whose parent is not kept cannot be either. When the current one and its parents are
    all there is, nothing is kept.
    """
    by_name = {row["name"]: row for row in rows}
    needed = set()
    current = next((row for row in rows if row.get("current")), None)
    while current is not None:
        needed.add(current["name"])
        current = by_name.get(current["parent"])
    old = {row["name"] for row in rows[: (len(rows) + 1) // 2]} - needed
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:  # a parent stands before its children
        if row["name"] not in old and (row["parent"] in kept or row["parent"] not in by_name):
            kept[row["name"]] = row
    return list(kept.values()) if len(kept) < len(rows) else []


def _keep_the_newest(folder: Path) -> None:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.name.endswith(".json")]
        if len(files) > MOST_FILES:
            files.sort(key=lambda entry: entry.stat().st_mtime)
            for entry in files[: len(files) - MOST_FILES]:
                os.unlink(entry.path)


# An escape in JSON: a surrogate pair, half of one, or another.
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>u[dD][89a-fA-F]..)|.)", re.DOTALL
)


def _object(text: str) -> dict[str, Any]:
    """Parse a JSON object; half of a surrogate pair is U+FFFD, so that the rest is not lost."""
    from nntui.document.parse import parsed

    value = parsed(_ESCAPE.sub(lambda m: r"\ufffd" if m["half"] else m[0], text))
    if not isinstance(value, dict):
        raise Fault("", shown(value), "an object")
    return value


VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Recovered:
    """Unsaved work that was found; ``when`` it was written, in seconds since 1970."""

    experiment: Experiment
    when: float


def recovery_file(document: Path | None, folder: Path | None = None) -> Path:
    """Return where this process keeps unsaved work on a document: each has a file of its own.

    ``document``: None for a new one that was never saved, of which a process has one at a time.
    """
    name = "new" if document is None else _path_hash(document)
    return state_path("recovery", f"{name}.{os.getpid()}.json", folder=folder)


def _path_hash(document: Path) -> str:
    place = os.fspath(document)
    with contextlib.suppress(OSError):  # the working folder is gone
        place = absolute(os.path.abspath(place))
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:32]


def write_recovery(document: Path | None, experiment: Experiment) -> None:
    """Write down unsaved work on a document, or a new one: safe from a kill at once.

    Raises:
        StateError: it cannot be written.
    """
    from nntui.document.save import laid_out, plain_document

    file = recovery_file(document)
    place = os.fspath(document or file)
    try:
        plain = plain_document(experiment, folder_of(place))
        text = {"version": VERSION, "document": place, "experiment": plain}
        write_file(file, laid_out(text), lasting=False)
    except (Fault, StateError, OSError) as error:
        what = "unsaved work would not survive the terminal"
        raise StateError(f"{what}: {_path(file)}: {error}") from None


def flush_recovery(document: Path | None) -> None:
    """Wait until the unsaved work on a document, if there is any, is safe from a power cut.

    A disk that is busy can take a second for it.

    Raises:
        StateError: it did not reach the disk.
    """
    file = recovery_file(document)
    try:
        with contextlib.suppress(FileNotFoundError), open(file, "rb") as written:
            os.fsync(written.fileno())
    except OSError as error:
        what = "unsaved work would not survive a power cut"
        raise StateError(f"{what}: {_path(file)}: {phrase_of(error)}") from None


def read_recovery(document: Path | None) -> Recovered | None:
    """Read the unsaved work on a document, or a new one (None); None when there is none.

    What a process left that is gone becomes this one's; the newest, if there are several.

    Raises:
        StateError: the file cannot be used. It was set aside, and the sentence says so.
    """
    from nntui.document.load import experiment_of

    file = recovery_file(document)
    if not os.path.lexists(file) and (left := _newest_left(file)) is not None:
        with contextlib.suppress(OSError):
            os.replace(left, file)

    def recovered(text: str) -> Recovered:
        value = _object(text)
        if value.get("version") != VERSION:
            raise Fault("", shown(value), "a recovery file of nntui")
        plain = value.get("experiment")
        if not isinstance(plain, dict):
            raise Fault("experiment", shown(plain), "an object")
        place = os.fspath(document or file)
        return Recovered(experiment_of(plain, place), file.stat().st_mtime)

    try:
        return read_file(file, MAX_DOCUMENT_BYTES, recovered)
    except StateError as error:
        raise StateError(f"unsaved work was left, but it cannot be read: {error}") from None


def new_left_unsaved() -> Path | None:
    """Return the file of the newest new document that a process which is gone left unsaved.

    ``read_recovery(None)`` reads it, unless this process has such a document itself.
    """
    return _newest_left(recovery_file(None))


def _newest_left(file: Path) -> Path | None:
    """Return the newest file of a process that is gone, about the document that ``file`` is of."""
    document = file.name.partition(".")[0]
    left: list[tuple[float, str]] = []
    with contextlib.suppress(OSError), os.scandir(file.parent) as entries:
        for entry in entries:
            owner = re.fullmatch(rf"{document}(?:\.(\d+))?\.json", entry.name)
            if owner is not None:
                written = entry.stat(follow_symlinks=False).st_mtime
                if owner[1] is None or not is_running(int(owner[1]), written):
                    left.append((written, entry.path))
    return Path(max(left)[1]) if left else None


def forget_recovery(document: Path | None) -> None:
    """Delete the unsaved work on a document, if there is any and it can be deleted."""
    with contextlib.suppress(OSError):
        os.unlink(recovery_file(document))
