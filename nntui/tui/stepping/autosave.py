"""Keeping: the session is written down now and then, and when the screen is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from nntui.sessions import Keeper
from nntui.tui.user_files import read_typed, write_typed

if TYPE_CHECKING:
    from nntui.tui.stepping.background import BackgroundRun
    from nntui.tui.stepping.base import Stage

EVERY: Final = 5.0
"""Seconds between two looks at whether there is something to keep."""


class Autosave:
    """Keeps breakpoints, watches, branches and the position for the next time."""

    def __init__(self, stage: Stage, travel: BackgroundRun, *, wanted: bool) -> None:
        self._stage, self._travel, self._wanted = stage, travel, wanted
        self._keeper = Keeper(stage.debugger)
        self._changed = self._complained = False

    def start(self) -> None:
        """Look every few seconds."""
        if self._wanted:
            self._stage.command_line.history = read_typed()
            self._stage.set_interval(EVERY, self._look)

    def changed(self) -> None:
        """There is something new to keep."""
        self._changed = True

    def take(self) -> Callable[[], str | None]:
        """Take what there is to keep, at rest; what is given writes it down, in any thread.

        And it tells why it could not, if so.
        """
        if self._wanted and self._changed:
            self._changed = False
            self._keeper.take()
        return self._keeper.write

    def leave(self) -> None:
        """The last time: what is under way is stopped first."""
        self._travel.halt()
        if self._travel.wait():
            self.take()()
        if self._wanted:
            write_typed(self._stage.command_line.history)

    # ---- inside --------------------------------------------------------------------------------

    def _look(self) -> None:
        if self._changed and not self._travel.running:
            work = partial(self._write, self.take())
            self._stage.run_worker(work, thread=True, exclusive=False, group="keeping")

    def _write(self, write: Callable[[], str | None]) -> None:
        """Beside the screen; what keeps it from being written is said once."""
        problem = write()
        if problem is not None and not self._complained:
            self._complained = True
            self._stage.call_later(self._stage.say, problem)
