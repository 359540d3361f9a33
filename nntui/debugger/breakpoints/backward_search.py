"""Search backward for the stop before: windows of updates, each from its end."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from msgspec.structs import replace

from nntui.debugger.breakpoints.breakpoint import recounted
from nntui.debugger.breakpoints.detectors import Match
from nntui.debugger.breakpoints.forward_search import ForwardSearch
from nntui.debugger.breakpoints.search_context import Matches, SearchContext, UpdateCounts
from nntui.debugger.breakpoints.sites import Block
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.table import MAX_COUNT, BreakpointTable
from nntui.debugger.breakpoints.walker import HitCounter, MessageLog
from nntui.engine.run import Run

_WIDER: Final = 4
"""By what factor each window is wider than the one searched before."""
_FIRST_PIECE: Final = 1_000
"""How many steps of a block are walked through first; each piece before is longer."""
_WIDEST: Final = 50_000
"""Updates in a window, at most."""


class BackwardSearch:
    """The search from position ``end`` to a run's start, by a run of its own.

    A breakpoint stops behind its step, at a position before ``below``; a watchpoint before the
    step that changed the value, as in gdb. All steps from number ``_end`` on are searched. Next,
    each from its end: the matches of a block, then the blocks of an update, then the updates of a
    window.
    """

    def __init__(self, run: Run, breakpoints: BreakpointTable, end: int, below: int) -> None:
        self._hits = HitCounter(breakpoints)
        points = self._hits.points
        self._run = run.copy() if points else run
        self._search, self._schedule = SearchContext(self._run, points), self._run.schedule
        self._end, self.below = end if points else 0, below
        self._floor = self._end  # of the window
        self._width = 1
        self._scanning: int | None = None  # the update that the window ends before
        self._noted: list[tuple[int, Matches | None]] = []
        self._updates: list[tuple[int, Matches | None]] = []
        self._counts: UpdateCounts | None = None
        self._blocks: list[tuple[Block, int]] = []  # each with where it is searched from
        self._piece = _FIRST_PIECE
        self._met: list[tuple[int, list[Match]]] = []
        self._breakpoints, self._numbers = breakpoints, BreakpointTable()
        self._numbering = self._number_matches(run, end)

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._end

    @property
    def tested(self) -> int:
        """How many steps were tested one by one."""
        return self._search.walker.tested

    def _number_matches(self, run: Run, end: int) -> ForwardSearch | None:
        """Begin to count the matches since the start where it is not known how many there were.

        Which of them stop is known by their numbers: ``every`` and ``ignore`` count going forward.
        """
        moved = self._breakpoints.counted_at != end
        for point in self._hits.points:
            if point.log is None and not point.stops_always and (moved or not point.hits):
                self._numbers.add(replace(point, ignore=MAX_COUNT, ignored=0, hits=0, since=0))
        if not len(self._numbers):
            return None
        twin = run.copy()
        twin.seek(0)
        return ForwardSearch(twin, self._numbers, MessageLog(), end)

    def burst(self, deadline: float) -> Stop | bool:
        """Search until the deadline; return a stop, or whether the start was reached."""
        if self._numbering is not None:
            if not self._numbering.burst(deadline):
                return False
            self._numbering = None
            for counted in self._numbers:
                point = self._breakpoints[counted.number]
                self._breakpoints.count(recounted(point, counted.hits))
        while True:
            if self._met:
                step, matches = self._met.pop()
                if step + 1 < self.below and (stop := self._hits.meet_back(matches, step + 1)):
                    return stop
                self._end = step
                if stop := self._hits.take_back(matches, step):
                    return stop
            elif self._blocks:
                self._search_block(*self._blocks.pop())
            elif self._updates:
                self._search_update(*self._updates.pop())
            elif self._scanning is not None:
                end = self._schedule.update_start(self._scanning)
                if self._search.approach(end, max(deadline - perf_counter(), 0.0), self._note):
                    self._updates, self._scanning = self._noted, None
            else:
                self._end = self._floor
                if not self._end:
                    return True
                self._choose_window()
            if perf_counter() > deadline:
                return False

    def _choose_window(self) -> None:
        """Choose the update that is partly searched, or edited; else whole ones at full speed."""
        schedule, search = self._schedule, self._search
        last = schedule.updates_before(self._end - 1)
        first = last
        partly = schedule.update_start(last + 1) > self._end
        if partly or last in search.edited:
            self._updates = [(last, None)]
        else:
            after_edit = max((u + 1 for u in search.edited if u < last), default=0)
            first = max(last + 1 - self._width, after_edit)
            if search.recorded is not None:
                may_match, begin = search.recorded.start_of_stretch(last, after_edit)
                if not may_match:
                    self._floor = schedule.update_start(begin)
                    return
                first = max(first, begin)
            if search.must_walk:
                self._updates, self._floor = [(last, None)], schedule.update_start(last)
                return
            self._width = min(self._width * _WIDER, _WIDEST)
            self._scanning, self._noted = last + 1, []
            self._run.seek(schedule.update_start(first))
            search.restart()
        self._floor = schedule.update_start(first)

    def _note(self, counts: UpdateCounts) -> bool:
        """Note an update in which something matches, or may match."""
        totals = counts.total()
        if totals is None or any(count for _, count in totals):
            self._noted.append((counts.update, totals))
        return False

    def _search_update(self, update: int, matches: Matches | None) -> None:
        schedule = self._schedule
        self._end = min(self._end, schedule.update_start(update + 1))
        if matches is not None and self._hits.all_silent(matches):
            self._hits.pass_over(matches)
            self._end = schedule.update_start(update)
            return
        self._run.seek(schedule.update_start(update))
        self._counts = self._search.update_counts(update)
        self._blocks, at = [], schedule.update_start(update)
        while at < self._end:
            block = self._search.index.block(at)
            self._blocks.append((block, block.end))
            at = block.end

    def _search_block(self, block: Block, end: int) -> None:
        self._end = end = min(self._end, end)
        matches = self._counts.matches(block.place) if self._counts else None
        if matches is not None:
            known = end == block.end or not any(count for _, count in matches)
            if known and self._hits.all_silent(matches):
                self._hits.pass_over(matches)
                self._end = block.start
                return
        start = max(block.start, end - self._piece)
        if start > block.start:
            self._blocks.append((block, start))
        self._piece *= _WIDER
        run, walker = self._run, self._search.walker
        run.seek(start)
        self._met = [(start, [])]  # that far it is searched when all after it are met
        while run.position < end:
            if found := walker.walk(end):
                self._met.append((run.position - 1, found))
