"""Backwards: from window to window, each replayed forwards, its last match first.

Nothing can be run backwards. So a stretch in front of here is run again at full speed, noting in
which updates something matches; these are gone through from the last to the first, and so are
their blocks and the matches in them. If none of them stops, the next window lies in front of it.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.debugger.stops.detectors import Match
from nntui.debugger.stops.layout import Block
from nntui.debugger.stops.search import Matches, Plan, Search
from nntui.debugger.stops.stop import Stop
from nntui.debugger.stops.tally import Tally

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.full_speed import Passes, Vectors

_WIDER: Final = 4
"""How much wider each window is than the one behind it."""
_FIRST_PIECE: Final = 1_000
"""How many steps of a block are walked through at first; each piece before it is longer."""
_WIDEST: Final = 50_000
"""Updates in a window, at most."""


class Backward:
    """The search from where a debugger stands towards the start of the run.

    All steps from number ``_end`` on are searched. To be searched next, each from its end: the
    matches of a block, then the blocks of an update, then the updates of a window.
    """

    def __init__(self, debugger: Debugger) -> None:
        self.tally = Tally(debugger.stops)
        rows = self.tally.rows
        self._run = debugger.run.twin() if rows else debugger.run
        self._search, self._schedule = Search(self._run, rows), self._run.schedule
        self._start = debugger.position
        self._end = max(debugger.position - 1, 0) if rows else 0
        self._floor = self._end  # of the window
        self._width = 1
        self._scanning: int | None = None  # the update that the window ends before
        self._noted: list[tuple[int, Matches | None]] = []
        self._updates: list[tuple[int, Matches | None]] = []
        self._plan: Plan | None = None
        self._blocks: list[tuple[Block, int]] = []  # each with where it is searched from
        self._piece = _FIRST_PIECE
        self._met: list[tuple[int, list[Match]]] = []

    @property
    def position(self) -> int:
        """How far it has searched."""
        return min(self._end + 1, self._start)

    @property
    def stepped(self) -> int:
        """How many steps were looked at one by one."""
        return self._search.walker.asked

    def abandon(self) -> int:
        """The position where the run can rest."""
        return self.position

    def burst(self, deadline: float) -> Stop | bool:
        """Search until the deadline: a stop, or whether the start was reached."""
        while True:
            if self._met:
                step, matches = self._met.pop()
                self._end = step
                if (stop := self.tally.meet(matches, step + 1, None)) is not None:
                    return stop
            elif self._blocks:
                self._search_block(*self._blocks.pop())
            elif self._updates:
                self._search_update(*self._updates.pop())
            elif self._scanning is not None:
                self._scan(self._scanning, deadline)
            else:
                self._end = self._floor
                if not self._end:
                    return True
                self._choose_window()
            if perf_counter() > deadline:
                return False

    # ---- from the widest to the narrowest ------------------------------------------------------

    def _choose_window(self) -> None:
        """The update that is partly searched, or edited; else whole ones at full speed."""
        schedule, search = self._schedule, self._search
        last = schedule.updates_before(self._end - 1)
        first = last
        if schedule.update_start(last + 1) > self._end or search.edited(last):
            self._updates = [(last, None)]
        else:
            first = max(last + 1 - self._width, 0)
            edited = search.last_edited(first, self._end)
            first = first if edited is None else edited + 1
            self._width = min(self._width * _WIDER, _WIDEST)
            self._scanning, self._noted = last + 1, []
            self._run.seek(schedule.update_start(first))
            search.restart()
        self._floor = schedule.update_start(first)

    def _scan(self, end: int, deadline: float) -> None:
        """Run through the window, noting the updates in which something matches."""
        seconds = max(deadline - perf_counter(), 0.0)
        if self._run.approach(self._schedule.update_start(end), seconds, screen=self._note):
            self._updates, self._scanning = self._noted, None

    def _note(self, update: int, passes: Passes, before: Vectors, after: Vectors) -> bool:
        counts = self._search.counts(update, passes, before, after)
        totals = [(number, total) for number, c in counts if (total := c.total) is not None]
        if len(totals) < len(counts):
            self._noted.append((update, None))
        elif any(total for _, total in totals):
            self._noted.append((update, totals))
        return False

    def _search_update(self, update: int, matches: Matches | None) -> None:
        schedule = self._schedule
        self._end = min(self._end, schedule.update_start(update + 1))
        if matches is not None and self.tally.all_silent(matches):
            self.tally.pass_over(matches)
            return
        self._run.seek(schedule.update_start(update))
        self._plan = self._search.plan(update)
        places = range(schedule.batch_length(update) + 1)
        blocks = [self._search.layout.block_at(update, place) for place in places]
        self._blocks = [(block, block.end) for block in blocks if block.start < self._end]

    def _search_block(self, block: Block, end: int) -> None:
        self._end = end = min(self._end, end)
        matches = self._plan.matches(block.place) if self._plan else None
        if matches is not None:
            known = end == block.end or not any(count for _, count in matches)
            if known and self.tally.all_silent(matches):
                self.tally.pass_over(matches)
                return
        start = max(block.start, end - self._piece)
        if start > block.start:
            self._blocks.append((block, start))
        self._piece *= _WIDER
        run, walker = self._run, self._search.walker
        run.seek(start)
        while run.position < end:
            if found := walker.walk(end):
                self._met.append((run.position - 1, found))
