"""What searching forwards and backwards have in common: rows, walker, screens, plans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nntui.debugger.stops.counts import Counts
from nntui.debugger.stops.film import Film
from nntui.debugger.stops.layout import Layout
from nntui.debugger.stops.rows import AnyRow
from nntui.debugger.stops.screens import ChangesScreen, screen_of
from nntui.debugger.stops.walker import Walker, edit_positions
from nntui.engine.run import Run

if TYPE_CHECKING:
    from nntui.engine.full_speed import Passes, Vectors

_AMPLE = 60.0
"""Seconds for an update's film: it is refused at once."""

Matches = list[tuple[int, int]]
"""Rows' numbers, each with how many matches."""


class Search:
    """A run, the rows that are looked for in it, and the means to look."""

    def __init__(self, run: Run, rows: Sequence[AnyRow]) -> None:
        self.run, self.rows = run, rows
        self.schedule = run.schedule
        self.layout = Layout(run.experiment.network.wiring(), run.schedule)
        self.walker = Walker(run, self.layout, rows)
        self._screens = [screen_of(d, self.layout) for d in self.walker.detectors]
        self._edits = edit_positions(run)

    def restart(self) -> None:
        """The run stands elsewhere."""
        self.walker.restart()
        for screen in self._screens:
            if isinstance(screen, ChangesScreen):
                screen.forget()

    def counts(
        self, update: int, passes: Passes, before: Vectors, after: Vectors
    ) -> list[tuple[int, Counts]]:
        """Each row's number, and its matches in an update."""
        film = Film(self.run.timeline, self.layout, update, passes, before, after)
        return [(row.number, screen(film)) for row, screen in zip(self.rows, self._screens)]  # noqa: B905

    def plan(self, update: int) -> Plan | None:
        """The plan of the update at whose start the run stands; None when it has no film."""
        if self.edited(update):
            return None
        found: list[Plan] = []

        def screen(number: int, passes: Passes, before: Vectors, after: Vectors) -> bool:
            found.append(Plan(number, self.counts(number, passes, before, after)))
            return True

        self.restart()
        self.run.approach(self.schedule.update_start(update + 1), _AMPLE, screen=screen)
        return found[0] if found else None

    # ---- edits: what full speed computes knows nothing of them ----------------------------------

    def edited(self, update: int) -> bool:
        """Whether an edit shows behind one of an update's steps, the last one included."""
        start, end = self.schedule.update_start(update), self.schedule.update_start(update + 1)
        return any(start < position <= end for position in self._edits)

    def next_edited(self, update: int) -> int:
        """The first update from one on that is edited; or their number when none is."""
        n = bisect_right(self._edits, self.schedule.update_start(update))
        if n == len(self._edits):
            return self.schedule.updates
        return self.schedule.updates_before(self._edits[n] - 1)

    def last_edited(self, first: int, end: int) -> int | None:
        """The last update from one on that is edited at or before a position."""
        start = self.schedule.update_start(first)
        n = bisect_right(self._edits, end) - 1
        if n < 0 or self._edits[n] <= start:
            return None
        return self.schedule.updates_before(self._edits[n] - 1)


class Plan:
    """What a screen knows of an update: each row's matches, block by block."""

    def __init__(self, update: int, counts: Sequence[tuple[int, Counts]]) -> None:
        self.update = update
        self._counts = [(number, c.certain.tolist(), c.perhaps.tolist()) for number, c in counts]

    def matches(self, place: int) -> Matches | None:
        """The matches in the block of an example (or behind the last, of the update itself).

        None when the block must be stepped through to know.
        """
        if any(perhaps[place] for _, _, perhaps in self._counts):
            return None
        return [(number, certain[place]) for number, certain, _ in self._counts]
