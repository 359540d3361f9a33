"""Search forward for the next stop: whole updates at full speed, then the steps of one."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from nntui.debugger.breakpoints.recorded import RecordedFilter
from nntui.debugger.breakpoints.search_context import SearchContext, UpdateCounts
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.table import BreakpointTable
from nntui.debugger.breakpoints.walker import HitCounter, MessageLog
from nntui.engine.run import Run

_WORTH_SEEKING: Final = 5_000
"""So many steps of the listing take about as long as seeking past them at full speed."""


class ForwardSearch:
    """The search from a run's position to its end, or to a position before."""

    def __init__(
        self, run: Run, breakpoints: BreakpointTable, log: MessageLog, end: int | None = None
    ) -> None:
        self._run = run
        self._end = run.schedule.total if end is None else end
        self._hits = HitCounter(breakpoints, log)
        points = self._hits.points
        self._search = SearchContext(self._run, points) if points else None
        self._counts: UpdateCounts | None = None
        self._walking = -1

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._run.position

    @property
    def tested(self) -> int:
        """How many steps were tested one by one."""
        return self._search.walker.tested if self._search else 0

    def burst(self, deadline: float) -> Stop | bool:
        """Search until the deadline; return a stop, or whether the end was reached."""
        run, schedule = self._run, self._run.schedule
        if self._search is None:
            run.approach(self._end, max(deadline - perf_counter(), 0.0))
            return run.position == self._end
        while run.position < self._end:
            update = schedule.updates_before(run.position)
            if self._walking != update and run.position == schedule.update_start(update):
                self._skip_updates(self._search, update, deadline)
            elif (stop := self._walk_update(self._search, update, deadline)) is not None:
                return stop
            if perf_counter() > deadline:
                break
        return run.position == self._end

    def _skip_updates(self, search: SearchContext, update: int, deadline: float) -> None:
        """Compute whole updates, up to one that must be walked through."""
        run, schedule = self._run, self._run.schedule
        if update in search.edited:
            self._counts, self._walking = None, update
            return
        last = schedule.updates_before(self._end)
        edited = next((u for u in search.edited if update <= u < last), last)
        start = run.position
        if search.recorded is not None and update < last:
            end_of_matches = self._skip_recorded(search.recorded, update, last, deadline)
            if run.position != start:
                return
            edited = min(edited, end_of_matches)
        if search.must_walk:
            self._counts, self._walking = None, update
            return
        search.restart()
        search.approach(
            schedule.update_start(edited), max(deadline - perf_counter(), 0.0), self._must_walk
        )
        if run.position == start and self._walking != update:
            self._counts, self._walking = None, update  # it could not be filtered

    def _skip_recorded(
        self, recorded: RecordedFilter, update: int, last: int, deadline: float
    ) -> int:
        """Go past updates in which nothing matches, by what is recorded; else return their end.

        What is not recorded yet is run through at full speed until the deadline.
        """
        run, start_of = self._run, self._run.schedule.update_start
        reached = run.timeline.reached
        if update >= recorded.known:
            run.approach(start_of(last), max(deadline - perf_counter(), 0.0))
        may_match, end = recorded.end_of_stretch(update, min(recorded.known, last))
        run.seek(start_of(update if may_match else end))
        run.timeline.reached = max(reached, run.position)  # what lies behind is only recorded
        return end

    def _must_walk(self, counts: UpdateCounts) -> bool:
        """Whether an update must be walked through. If not, count its matches."""
        totals = counts.total()
        if totals is not None and self._hits.all_silent(totals):
            self._hits.pass_over(totals)
            return False
        self._counts, self._walking = counts, counts.update
        return True

    def _walk_update(self, search: SearchContext, update: int, deadline: float) -> Stop | None:
        """Walk through an update block by block, skipping those known to be silent."""
        run = self._run
        end = min(run.schedule.update_start(update + 1), self._end)
        while run.position < end:
            self._skip_blocks(search, update)
            if run.position == end:
                break
            block = search.index.block(run.position)
            if matches := search.walker.walk(min(block.end, end), deadline):
                stop = self._hits.meet(matches, run.position, search.walker.lookup)
                if stop is not None:
                    return stop
            if perf_counter() > deadline:
                break
        return None

    def _skip_blocks(self, search: SearchContext, update: int) -> None:
        """Go past the blocks ahead that are known to be silent."""
        run, counts = self._run, self._counts
        if counts is None or counts.update != update:
            return
        block = search.index.block(run.position)
        if block.start != run.position:
            return
        to = run.position
        for place in range(block.place, run.schedule.batch_length(update) + 1):
            matches = counts.matches(place)
            end = search.index.block_at(update, place).end
            if matches is None or end > self._end or not self._hits.all_silent(matches):
                break
            self._hits.pass_over(matches)
            to = end
        if to - run.position > _WORTH_SEEKING:
            run.seek(to)
        else:
            run.advance(to - run.position)
