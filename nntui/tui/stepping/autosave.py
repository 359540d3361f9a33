"""Autosave: the session is written to its file now and then, and when the screen is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from textual.screen import Screen

from nntui.debugger.debugger import Debugger
from nntui.sessions import SessionSaver
from nntui.tui.stepping.background import BackgroundRun

EVERY: Final = 5.0
"""Seconds between two looks at whether the session has changed."""


class Autosave:
    """Saves breakpoints, displays, branches and the position for the next start.

    ``say`` shows why the session could not be written, once.
    """

    def __init__(
        self,
        screen: Screen[Any],
        debugger: Debugger,
        background: BackgroundRun,
        say: Callable[[str], None],
        *,
        wanted: bool,
    ) -> None:
        self._screen, self._background, self._say, self._wanted = screen, background, say, wanted
        self._keeper = SessionSaver(debugger)
        self._changed = self._complained = False
        self.document: Path | None = None
        """The file that holds the experiment as the debugger has it, if one does."""

    def start(self) -> None:
        if self._wanted:
            self._screen.set_interval(EVERY, self._save_if_changed)

    def changed(self) -> None:
        self._changed = True

    def take(self) -> Callable[[], str | None]:
        """Copy the session, at rest; the returned function writes it, in any thread.

        That one returns why it could not be written, or None.
        """
        if self._wanted and self._changed:
            self._changed = False
            self._keeper.take(self.document)
        return self._keeper.write

    def finish(self) -> None:
        """Stop a movement under way, and save a last time."""
        self._changed |= self._background.running
        self._background.halt()
        if self._background.wait():
            self.take()()

    def _save_if_changed(self) -> None:
        if self._changed and not self._background.running:
            self.take()
            self._screen.run_worker(self._write, thread=True, exclusive=False, group="keeping")

    def _write(self) -> None:
        """Write the session (in a thread)."""
        problem = self._keeper.write()
        if problem is not None and not self._complained:
            self._complained = True
            self._screen.call_later(self._say, problem)
