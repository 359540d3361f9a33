"""Forwards: whole updates at full speed, and step by step where a stop may be."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.debugger.stops.log import Log
from nntui.debugger.stops.search import Plan, Search
from nntui.debugger.stops.stop import Stop
from nntui.debugger.stops.tally import Tally

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.full_speed import Passes, Vectors

_WORTH_SEEKING: Final = 5_000
"""Steps that the listing takes in about the time of going past them at full speed."""


class Forward:
    """The search from where a debugger stands towards the end of the run."""

    def __init__(self, debugger: Debugger, log: Log) -> None:
        self._run = debugger.run
        self.tally = Tally(debugger.stops, log)
        rows = self.tally.rows
        self._search = Search(self._run, rows) if rows else None
        self._plan: Plan | None = None
        self._walking = -1

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._run.position

    @property
    def stepped(self) -> int:
        """How many steps were looked at one by one."""
        return self._search.walker.asked if self._search else 0

    def abandon(self) -> int:
        """The position where the run can rest."""
        return self._run.position

    def burst(self, deadline: float) -> Stop | bool:
        """Go on until the deadline: a stop, or whether the end was reached."""
        run, schedule = self._run, self._run.schedule
        while run.position < schedule.total:
            update = schedule.updates_before(run.position)
            if self._walking != update and run.position == schedule.update_start(update):
                self._fast(update, deadline)
            elif (stop := self._slow(update, deadline)) is not None:
                return stop
            if perf_counter() > deadline:
                break
        return run.position == schedule.total

    def _fast(self, update: int, deadline: float) -> None:
        """Whole updates, up to one that must be walked through."""
        run, schedule, search = self._run, self._run.schedule, self._search
        seconds = max(deadline - perf_counter(), 0.0)
        if search is None:
            run.approach(schedule.total, seconds)
            return
        if search.edited(update):
            self._plan, self._walking = None, update
            return
        search.restart()
        target = schedule.update_start(search.next_edited(update))
        start = run.position
        run.approach(target, seconds, screen=self._screen)
        if run.position == start and self._walking != update:
            self._plan, self._walking = None, update  # it cannot be shown, for whatever reason

    def _screen(self, update: int, passes: Passes, before: Vectors, after: Vectors) -> bool:
        """Whether an update must be walked through. If not, its matches are counted here."""
        assert self._search is not None
        counts = self._search.counts(update, passes, before, after)
        totals = [(number, total) for number, c in counts if (total := c.total) is not None]
        if len(totals) == len(counts) and self.tally.all_silent(totals):
            self.tally.pass_over(totals)
            return False
        self._plan, self._walking = Plan(update, counts), update
        return True

    def _slow(self, update: int, deadline: float) -> Stop | None:
        """An update block by block, skipping those that the plan knows to be silent."""
        run, search = self._run, self._search
        end = run.schedule.update_start(update + 1)
        if search is None:
            run.approach(end, max(deadline - perf_counter(), 0.0))
            return None
        while run.position < end:
            self._skip(update)
            if run.position == end:
                break
            block = search.layout.block(run.position)
            if matches := search.walker.walk(block.end, deadline):
                stop = self.tally.meet(matches, run.position, search.walker.lookup)
                if stop is not None:
                    return stop
            if perf_counter() > deadline:
                break
        return None

    def _skip(self, update: int) -> None:
        """Go past the blocks ahead that are known to be silent."""
        run, search, plan = self._run, self._search, self._plan
        assert search is not None
        if plan is None or plan.update != update:
            return
        block = search.layout.block(run.position)
        if block.start != run.position:
            return
        to = run.position
        for place in range(block.place, run.schedule.batch_length(update) + 1):
            matches = plan.matches(place)
            if matches is None or not self.tally.all_silent(matches):
                break
            self.tally.pass_over(matches)
            to = search.layout.block_at(update, place).end
        if to - run.position > _WORTH_SEEKING:
            run.seek(to)
        else:
            run.advance(to - run.position)
