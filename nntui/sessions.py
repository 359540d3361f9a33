"""Session files: a debugger's state, restored and saved.

Each experiment has a file in the user's state directory; without one, the document's own section
``debugger`` is restored.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from nntui.document.user_state import (
    StateError,
    copy_aside,
    read_state,
    set_aside,
    state_file,
    write_state,
)
from nntui.model.experiment import Experiment

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


def open_session(
    experiment: Experiment, use_state: bool = True, seconds: float | None = 2.0
) -> tuple[Debugger, list[str]]:
    """Make a debugger with the breakpoints, displays, branches and position saved for it.

    Returns also what could not be restored, as sentences; nothing of it is fatal. Without
    ``use_state`` only the document's own section is restored. A position that takes longer than
    ``seconds`` to reach is not restored (None: it is, however long it takes).
    """
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.session import SessionError, SlowPosition, restore

    debugger, problems = Debugger(experiment), []
    if use_state:
        file = state_file(experiment)
        try:
            state = read_state(file)
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
            problems += restore(debugger, experiment.debugger, seconds)
        except SessionError as error:
            problems.append(f"the document’s section debugger is ignored: {error}")
    return debugger, problems


def save_session(debugger: Debugger) -> str | None:
    """Save the session; return the sentence of why that failed, if it did."""
    saver = SessionSaver(debugger)
    saver.take()
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

    def take(self) -> None:
        """Take the session as it is now, for ``write``."""
        from nntui.debugger.session import to_plain

        self._taken = to_plain(self._debugger)

    def write(self) -> str | None:
        """Write what was taken last, unless it is written; return why that failed, if it did."""
        from nntui.debugger.session import original

        with self._lock:
            taken, self._taken = self._taken, None
            if taken is None:
                return None
            if self._file is None:
                self._file = state_file(original(self._debugger))
            try:
                write_state(self._file, taken)
            except StateError as error:
                return str(error)
            return None


def with_session(debugger: Debugger) -> Experiment:
    """The document's experiment with the session in its section ``debugger``."""
    from nntui.debugger.session import original, to_plain

    return replace(original(debugger), debugger=to_plain(debugger))
