"""Sessions: a debugger as it was left, and keeping it for the next time.

What a session holds lies in the user's state directory, in a file for each experiment; where there
is none, the document's own section ``debugger`` is taken.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from nntui.document.state import (
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


# Finding out a large experiment's identity takes a moment, and sessions are kept again and again.
_FILES: Final[WeakKeyDictionary[Debugger, Path]] = WeakKeyDictionary()


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
    from nntui.debugger.session import original, to_plain

    if debugger not in _FILES:
        _FILES[debugger] = state_file(original(debugger))
    try:
        write_state(_FILES[debugger], to_plain(debugger))
    except StateError as error:
        return str(error)
    return None


def with_session(debugger: Debugger) -> Experiment:
    """The document's experiment, with the session in its section ``debugger``."""
    from nntui.debugger.session import original, to_plain

    return replace(original(debugger), debugger=to_plain(debugger))
