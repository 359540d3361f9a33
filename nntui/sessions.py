"""Sessions: a debugger as it was left, and keeping it for the next time.

What a session holds lies in the user's state directory, in a file for each experiment; where there
is none, the document's own section ``debugger`` is taken.
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
    """A debugger with the breakpoints, watches, branches and position that were kept for it.

    Without ``use_state`` only the document's own section counts. What could not be taken up is
    said in the sentences given beside it; nothing of it is fatal. A position that takes longer
    than ``seconds`` to reach is one of these (None: it is reached, however long it takes).
    """
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.session import Later, SessionError, restore

    debugger, problems = Debugger(experiment), []
    if use_state:
        file = state_file(experiment)
        try:
            state = read_state(file)
            if state is not None:
                problems = restore(debugger, state, seconds)
                if not all(isinstance(problem, Later) for problem in problems):
                    problems.append(copy_aside(file))  # what is kept next is without those parts
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


def keep(debugger: Debugger) -> str | None:
    """Write down the session for the next time; the sentence of why it could not be, if so."""
    keeper = Keeper(debugger)
    keeper.take()
    return keeper.write()


class Keeper:
    """Keeps the session of a debugger, again and again.

    It is taken where the debugger belongs, which takes no time, and written in any thread: the
    disk may take some, and so does finding out which experiment this is, the first time.
    """

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self._lock = Lock()
        self._taken: dict[str, Any] | None = None
        self._file: Path | None = None

    def take(self) -> None:
        """Take the session as it is now, to be written."""
        from nntui.debugger.session import to_plain

        self._taken = to_plain(self._debugger)

    def write(self) -> str | None:
        """Write down what was taken last, if that is not written; why it could not be, if so."""
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
    """The document's experiment, with the session in its section ``debugger``."""
    from nntui.debugger.session import original, to_plain

    return replace(original(debugger), debugger=to_plain(debugger))
