"""Loading a document into a debugger for a screen; all of it may run in a thread."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from nntui.debugger.debugger import Debugger
from nntui.document.files import Stamp, stamps_of, sweep
from nntui.document.load import load
from nntui.document.user_state import (
    Recovered,
    StateError,
    forget_recovery,
    read_recovery,
    state_path,
)
from nntui.interop.kinds import is_model
from nntui.model.dataset import CsvSource
from nntui.model.experiment import Experiment
from nntui.samples import samples
from nntui.sessions import open_session
from nntui.tui.documents.document import LARGE
from nntui.tui.stepping.screen import SteppingScreen
from nntui.tui.user_files import PreferencesFile, remember


class Opened(Struct, frozen=True):
    """A document's run; ``problems`` says what could not be taken up of its session.

    ``sample``: the document is a bundled sample. ``files`` are what it was read from, itself
    first, and ``stamps`` how they were then. ``recovered`` is unsaved work on it that was left.
    """

    debugger: Debugger
    problems: tuple[str, ...]
    sample: bool = False
    files: tuple[Path, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    recovered: Recovered | None = None

    def screen(
        self, *, keymap: Mapping[str, str], preferences: PreferencesFile, keep_state: bool
    ) -> SteppingScreen:
        """Return a screen of the run (in the app's own thread)."""
        return SteppingScreen(
            self.debugger, keymap=keymap, preferences=preferences, keep_state=keep_state
        )


def opened(document: Path, keep_state: bool, at: int | None = None) -> Opened:
    """Open a document or a model, and note it among the recent files.

    ``at``: after so many steps of its own run, wherever it was left.

    A model of another library is no document: what is changed goes to a file of its own.

    Raises:
        IncompleteError: a model whose file does not say everything.
        NntuiError: it can't be read.
    """
    if is_model(document):
        from nntui.interop.files import open_model  # a document does without: 17 ms

        experiment = open_model(document)
        remember(document)
        return taken_up(experiment, keep_state, at)
    before = stamps_of((document,))  # taken first: what changes from now on is noticed
    experiment = load(document)
    remember(document)
    for folder in (document.parent, state_path(), state_path("debugger"), state_path("recovery")):
        sweep(folder)
    debugger, problems = open_session(experiment, keep_state, document=document)
    if at is not None:
        problems += _gone_to(debugger, at)
    recovered = None
    if keep_state:
        try:
            recovered = read_recovery(document)
        except StateError as error:
            problems.append(str(error))
    if recovered is not None and recovered.experiment == experiment:
        forget_recovery(document)
        recovered = None
    # The working folder may be gone when the document is saved.
    files = files_of(Path(os.path.abspath(document)), experiment)
    stamps = before + stamps_of(files[1:])
    sample = Path(os.path.realpath(document)) in samples().values()
    _spare_garbage_collector(experiment)
    return Opened(debugger, tuple(problems), sample, files, stamps, recovered)


def _gone_to(debugger: Debugger, position: int) -> list[str]:
    """Go to a position of the document's own run; say so if it has none."""
    if position > debugger.total:
        return [f"there is no step {position:,}: the run has {debugger.total:,}"]
    main = next(iter(debugger.branches))
    if debugger.branches.current is not main:
        debugger.branches.switch(main.name)
    debugger.seek(position)
    return []


def _spare_garbage_collector(experiment: Experiment) -> None:
    """Let Python not look again and again for garbage among what lives as long as a document.

    With a large one, each look at all of it would halt the keys for a tenth of a second. The first
    time, that is so of all modules too.
    """
    is_first = not gc.get_freeze_count()
    is_large = experiment.network.wiring().connection_count >= LARGE
    gc.unfreeze()
    if is_large and not is_first:
        gc.collect()  # what was open before
    if is_large or is_first:
        gc.freeze()


def taken_up(experiment: Experiment, keep_state: bool, at: int | None = None) -> Opened:
    """Return the run of an experiment as it was left the last time, or after so many steps."""
    debugger, problems = open_session(experiment, keep_state)
    if at is not None:
        problems += _gone_to(debugger, at)
    return Opened(debugger, tuple(problems))


def files_of(document: Path, experiment: Experiment) -> tuple[Path, ...]:
    """Return the files of an experiment: its document, and the CSV file of its data, if any."""
    source = experiment.data.source
    return (document, source.path) if isinstance(source, CsvSource) else (document,)
