"""Search for the next stop, or for the one before, in bursts.

Whole updates are computed at full speed; a filter for each breakpoint counts its matches in them.
Only where a stop may lie are the steps executed and tested one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, recounted
from nntui.debugger.breakpoints.detectors import Match
from nntui.debugger.breakpoints.prefilter import ChangeFilter, filter_of
from nntui.debugger.breakpoints.recorded import RecordedFilter
from nntui.debugger.breakpoints.sites import Block, SiteIndex
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.table import MAX_COUNT, BreakpointTable
from nntui.debugger.breakpoints.traced import tests_of
from nntui.debugger.breakpoints.update_trace import MatchCounts, UpdateTrace
from nntui.debugger.breakpoints.walker import HitCounter, MessageLog, Walker
from nntui.engine.full_speed import StepTest
from nntui.engine.run import Run

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper
    from nntui.engine.full_speed import BatchValues, TrainingState


_WORTH_COMPILING: Final = 0.05
"""Seconds of a search after which its conditions are compiled into straight-line code."""
_AMPLE = 60.0
"""Seconds for one update: the filter ends it at once."""

Matches = list[tuple[int, int]]
"""Breakpoints' numbers, each with its count of matches."""


class SearchContext:
    """A run, the breakpoints searched for in it, and their detectors and filters."""

    def __init__(self, run: Run, points: Sequence[AnyBreakpoint]) -> None:
        self.run, self.points = run, points
        self.schedule = run.schedule
        self.index = SiteIndex(run.experiment.network.wiring(), run.schedule)
        self.walker = Walker(run, self.index, points)
        # The passes of central differences are no arrays of one batch: all is walked through.
        self.must_walk = run.schedule.by_differences
        detectors = [] if self.must_walk else self.walker.detectors
        self._filters = [filter_of(d, self.index) for d in detectors]
        # Full speed knows nothing of edits: those that show after a step of these updates.
        self.edited = sorted({run.schedule.updates_before(p - 1) for p in self.walker.edits if p})
        self._begun = perf_counter()
        self.recorded: RecordedFilter | None = None
        if RecordedFilter.can_tell(points):
            self.recorded = RecordedFilter(run, points, self.edited)

    def restart(self) -> None:
        """Let detectors and filters begin here: the run was moved."""
        self.walker.restart()
        for update_filter in self._filters:
            if isinstance(update_filter, ChangeFilter):
                update_filter.forget()

    def approach(
        self,
        position: int,
        seconds: float,
        stop_before: Callable[[UpdateCounts], bool],
        *,
        every: bool = False,
    ) -> bool:
        """Go towards a position as ``Run.approach`` does, showing the counts of each update.

        Unless ``every`` update is to be shown, a search that lasts leaves out those in which
        nothing can match.
        """

        def look(
            update: int, passes: BatchValues, before: TrainingState, after: TrainingState
        ) -> bool:
            trace = UpdateTrace(self.run.timeline, self.index, update, passes, before, after)
            filtered = zip(self.points, self._filters, strict=True)
            counts = [(point.number, update_filter(trace)) for point, update_filter in filtered]
            return stop_before(UpdateCounts(update, counts))

        tests: tuple[StepTest, ...] = ()
        if not every and self.run.timeline.engine(self.run.position).is_tiny:
            if perf_counter() - self._begun > _WORTH_COMPILING:
                tests = self._tests
            else:
                seconds = min(seconds, _WORTH_COMPILING)
        return self.run.approach(position, seconds, look, tests)

    @cached_property
    def _tests(self) -> tuple[StepTest, ...]:
        return tests_of(self.walker.detectors, self.index)

    def update_counts(self, update: int) -> UpdateCounts | None:
        """The counts of the update at whose start the run stands; None when it is edited."""
        if update in self.edited or self.must_walk:
            return None
        found: list[UpdateCounts] = []

        def note(counts: UpdateCounts) -> bool:
            found.append(counts)
            return True

        self.restart()
        self.approach(self.schedule.update_start(update + 1), _AMPLE, note, every=True)
        return found[0] if found else None


@dataclass
class UpdateCounts:
    """The matches of each breakpoint, by number, in an update, block by block."""

    update: int
    counts: Sequence[tuple[int, MatchCounts]]

    def total(self) -> Matches | None:
        """The matches in the whole update; None when it must be stepped through to know."""
        if any(c.perhaps.any() for _, c in self.counts):
            return None
        return [(number, int(c.certain.sum())) for number, c in self.counts]

    @cached_property
    def _by_block(self) -> list[tuple[int, list[int], list[bool]]]:
        return [(number, c.certain.tolist(), c.perhaps.tolist()) for number, c in self.counts]

    def matches(self, place: int) -> Matches | None:
        """The matches in the block of an example (or, after the last, of the update's own steps).

        None when the block must be stepped through to know.
        """
        if any(perhaps[place] for _, _, perhaps in self._by_block):
            return None
        return [(number, certain[place]) for number, certain, _ in self._by_block]


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


_ENDS = {1: ("end", "the end of the run"), -1: ("start", "the start of the run")}


class ContinueSearch:
    """Goes on to the next stop (``direction`` 1) or back to the one before (−1).

    It stops at exactly the steps where testing every single step would, and at the run's end or
    start; going back, at the matches that stop going forward, and hits are counted back. Call
    ``burst`` until it returns a ``Stop``; between two bursts the stepper stands at a true state of
    the run, and ``pause`` gives the search up. ``log`` holds the messages.
    """

    def __init__(
        self,
        stepper: Stepper,
        breakpoints: BreakpointTable,
        direction: int = 1,
        end: int | None = None,
    ) -> None:
        """``end``: the position to go forward to; None: that of the run."""
        self._stepper, self._breakpoints, self._end = stepper, breakpoints, end
        self.direction = 1 if direction > 0 else -1
        self._version = breakpoints.version
        self.log = MessageLog()
        self._search = self._begin()
        self.stop: Stop | None = None

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._search.position

    @property
    def tested(self) -> int:
        """How many steps were tested one by one."""
        return self._search.tested

    def burst(self, seconds: float) -> Stop | None:
        """Search for about so many seconds; return the stop, if one was found."""
        if self.stop is not None:
            return self.stop
        if self._version != self._breakpoints.version:
            self._version = self._breakpoints.version
            self._search = self._begin(self._search)
        self._stop_at(self._search.burst(perf_counter() + seconds))
        return self.stop

    def search_on(self) -> None:
        """Go on from the stop that was found to the next one."""
        self._search, self.stop = self._begin(), None

    def pause(self) -> Stop:
        """Give the search up where it is."""
        if self.stop is None:
            self._stop_at(Stop(self.position, "paused", "pause", messages=self.log.messages))
        assert self.stop is not None
        return self.stop

    def _begin(
        self, before: ForwardSearch | BackwardSearch | None = None
    ) -> ForwardSearch | BackwardSearch:
        """Begin to search, or go on with other breakpoints from where a search has come."""
        run = self._stepper.training_run
        if self.direction > 0:
            return ForwardSearch(run, self._breakpoints, self.log, self._end)
        end = below = run.position
        if isinstance(before, BackwardSearch):
            self._breakpoints.counted_at = end = before.position
            below = min(before.below, end + 1)
        return BackwardSearch(run, self._breakpoints, end, below)

    def _stop_at(self, found: Stop | bool) -> None:
        """Move the stepper to a stop, or (True) to the end that the search has reached."""
        if found is True:
            kind, reason = _ENDS[self.direction]
            position = self._search.position if self.direction > 0 else 0
            found = Stop(position, reason, kind, messages=self.log.messages)  # type: ignore[arg-type]
        if isinstance(found, Stop):
            self.stop = found
            self._breakpoints.counted_at = found.position
            self._stepper.seek(found.position)
