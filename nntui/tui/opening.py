"""Opening: from a document to a debugger that a screen can show. All of it may run in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nntui.bundled import samples
from nntui.debugger.debugger import Debugger
from nntui.document.load import load
from nntui.model.experiment import Experiment
from nntui.sessions import open_session
from nntui.tui.preferences import PreferencesFile
from nntui.tui.recent import remember
from nntui.tui.screens.stepping import SteppingScreen


@dataclass(frozen=True, slots=True)
class Opened:
    """A run, and what could not be taken up of its session, in sentences.

    ``sample``: it is one of those that come with nntui.
    """

    debugger: Debugger
    problems: tuple[str, ...]
    sample: bool = False

    def screen(
        self, *, keymap: Mapping[str, str], preferences: PreferencesFile, keep_state: bool
    ) -> SteppingScreen:
        """The screen of the run (in the app's own thread)."""
        return SteppingScreen(
            self.debugger, keymap=keymap, preferences=preferences, keep_state=keep_state
        )


def opened(document: Path, keep_state: bool) -> Opened:
    """A document opened, and noted among the recent files.

    Raises:
        DocumentError: it can't be read.
    """
    experiment = load(document)
    remember(document)
    sample = document.resolve() in samples().values()
    return replace(taken_up(experiment, keep_state), sample=sample)


def taken_up(experiment: Experiment, keep_state: bool) -> Opened:
    """A run as it was left, when it is not the first time."""
    debugger, problems = open_session(experiment, keep_state)
    return Opened(debugger, tuple(problems))
