"""Session files: a debugger's state, restored and saved.

Each experiment has a file in the user's state directory, and each document one that says which of
those was its last; without one, the document's own section ``debugger`` is restored.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from nntui.document.user_state import (
    StateError,
    copy_aside,
    pointer_file,
    read_state,
    set_aside,
    state_file,
    write_state,
)
from nntui.model.experiment import Experiment
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


def open_session(
    experiment: Experiment,
    use_state: bool = True,
    seconds: float | None = 2.0,
    document: Path | None = None,
) -> tuple[Debugger, list[str]]:
    """Make a debugger with the breakpoints, displays, branches and position saved for it.

    Returns also what could not be restored, as sentences; nothing of it is fatal. Without
    ``use_state`` only the document's own section is restored. A position that takes longer than
    ``seconds`` to reach is not restored (None: it is, however long it takes). If ``document`` holds
    another experiment than the last time, what was saved for that one is carried over.
    """
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.session import SessionError, SlowPosition, adapted, restore, steps_hash

    problems: list[str] = []
    debugger = Debugger(experiment)
    if use_state:
        file = state_file(experiment)
        try:
            state = read_state(file)
            before = _before_a_change(document, file) if document is not None else None
            if before is not None:
                assert document is not None
                last, steps = before
                state, problems = adapted(last, state, steps == steps_hash(experiment))
                problems += restore(debugger, state, seconds)
                if problems:
                    name = escaped(document.name, 60)
                    problems.insert(0, f"{name} has changed since it was debugged last; not kept:")
                return debugger, problems
            if state is not None:
                problems = restore(debugger, state, seconds)
                if not all(isinstance(problem, SlowPosition) for problem in problems):
                    problems.append(copy_aside(file))  # the next save will lack those parts
                return debugger, problems
        except StateError as error:
            problems.append(str(error))
        except SessionError as error:
            problems.append(f"{error}; {set_aside(file)}")
    if experiment.debugger:
        try:
            of = escaped(document.name) if document is not None else "the document"
            lost = restore(debugger, experiment.debugger, seconds)
            problems += [
                each if isinstance(each, SlowPosition) else f"{of}, section debugger: {each}"
                for each in lost
            ]
        except SessionError as error:
            problems.append(f"the document’s section debugger is ignored: {error}")
    return debugger, problems


def _before_a_change(document: Path, file: Path) -> tuple[dict[str, Any], object] | None:
    """Return the state that a document had when it held another experiment, and its steps' hash.

    None when it holds the same one, whose state is ``file``, or was never saved.
    """
    try:
        pointer = read_state(pointer_file(document)) or {}
        name = pointer.get("state")
        if not isinstance(name, str) or not name.isalnum() or name == file.stem:
            return None
        last = read_state(file.with_name(f"{name}.json"))
    except StateError:
        return None  # (set aside; what is known of the experiment itself is restored)
    return None if last is None else (last, pointer.get("steps"))


def save_session(debugger: Debugger, document: Path | None = None) -> str | None:
    """Save the session; return the sentence of why that failed, if it did.

    ``document``: the file that holds the experiment, if there is one.
    """
    saver = SessionSaver(debugger)
    saver.take(document)
    return saver.write()


class SessionSaver:
    """Saves the session of a debugger, again and again.

    ``take`` is fast and called in the debugger's thread; ``write`` may be called in any: it waits
    for the disk, and the first time it finds out which experiment this is.
    """

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self._lock = Lock()
        self._taken: dict[str, Any] | None = None
        self._file: Path | None = None
        self._document: Path | None = None
        self._pointed: Path | None = None

    def take(self, document: Path | None = None) -> None:
        """Take the session as it is now, for ``write``; ``document`` holds its experiment."""
        from nntui.debugger.session import to_plain

        self._taken, self._document = to_plain(self._debugger), document

    def write(self) -> str | None:
        """Write what was taken last, unless it is written; return why that failed, if it did."""
        from nntui.debugger.session import VERSION, original, steps_hash

        with self._lock:
            taken, self._taken = self._taken, None
            if taken is None:
                return None
            if self._file is None:
                self._file = state_file(original(self._debugger))
            try:
                write_state(self._file, taken)
                if self._document is not None and self._document != self._pointed:
                    steps = steps_hash(original(self._debugger))
                    pointer = {"version": VERSION, "state": self._file.stem, "steps": steps}
                    write_state(pointer_file(self._document), pointer)
                    self._pointed = self._document
            except StateError as error:
                return str(error)
            return None


def with_session(debugger: Debugger) -> Experiment:
    """The document's experiment with the session in its section ``debugger``."""
    from nntui.debugger.session import original, to_plain

    return replace(original(debugger), debugger=to_plain(debugger))
