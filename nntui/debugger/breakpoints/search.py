"""The search: a search for the next stop, or the one before, in bursts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint
from nntui.debugger.breakpoints.detectors import Match
from nntui.debugger.breakpoints.prefilter import ChangeFilter, filter_of
from nntui.debugger.breakpoints.sites import Block, SiteIndex
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.update_trace import MatchCounts, UpdateTrace
from nntui.debugger.breakpoints.walker import HitCounter, MessageLog, Walker, edit_positions
from nntui.engine.run import Run

if TYPE_CHECKING:
    from nntui.debugger.breakpoints.table import BreakpointTable
    from nntui.debugger.stepper import Stepper
    from nntui.engine.full_speed import BatchValues, TrainingState


_AMPLE = 60.0
"""Seconds for an update's trace: it is refused at once."""

Matches = list[tuple[int, int]]
"""Rows' numbers, each with how many matches."""


class SearchContext:
    """A run, the rows that are looked for in it, and the means to look."""

    def __init__(self, run: Run, rows: Sequence[AnyBreakpoint]) -> None:
        self.run, self.rows = run, rows
        self.schedule = run.schedule
        self.layout = SiteIndex(run.experiment.network.wiring(), run.schedule)
        self.walker = Walker(run, self.layout, rows)
        self._screens = [filter_of(d, self.layout) for d in self.walker.detectors]
        self._edits = edit_positions(run)

    def restart(self) -> None:
        """The run stands elsewhere."""
        self.walker.restart()
        for screen in self._screens:
            if isinstance(screen, ChangeFilter):
                screen.forget()

    def counts(
        self, update: int, passes: BatchValues, before: TrainingState, after: TrainingState
    ) -> list[tuple[int, MatchCounts]]:
        """Each row's number, and its matches in an update."""
        trace = UpdateTrace(self.run.timeline, self.layout, update, passes, before, after)
        return [(row.number, screen(trace)) for row, screen in zip(self.rows, self._screens)]  # noqa: B905

    def plan(self, update: int) -> UpdateCounts | None:
        """The plan of the update at whose start the run stands; None when it has no trace."""
        if self.edited(update):
            return None
        found: list[UpdateCounts] = []

        def screen(
            number: int, passes: BatchValues, before: TrainingState, after: TrainingState
        ) -> bool:
            found.append(UpdateCounts(number, self.counts(number, passes, before, after)))
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


class UpdateCounts:
    """What a screen knows of an update: each row's matches, block by block."""

    def __init__(self, update: int, counts: Sequence[tuple[int, MatchCounts]]) -> None:
        self.update = update
        self._counts = [(number, c.certain.tolist(), c.perhaps.tolist()) for number, c in counts]

    def matches(self, place: int) -> Matches | None:
        """The matches in the block of an example (or behind the last, of the update itself).

        None when the block must be stepped through to know.
        """
        if any(perhaps[place] for _, _, perhaps in self._counts):
            return None
        return [(number, certain[place]) for number, certain, _ in self._counts]


# ---- forward -------------------------------------------------------------------------------------


_WORTH_SEEKING: Final = 5_000
"""Steps that the listing takes in about the time of going past them at full speed."""


class ForwardSearch:
    """The search from where a run stands towards its end."""

    def __init__(self, run: Run, breakpoints: BreakpointTable, log: MessageLog) -> None:
        self._run = run
        self.tally = HitCounter(breakpoints, log)
        rows = self.tally.rows
        self._search = SearchContext(self._run, rows) if rows else None
        self._plan: UpdateCounts | None = None
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

    def _screen(
        self, update: int, passes: BatchValues, before: TrainingState, after: TrainingState
    ) -> bool:
        """Whether an update must be walked through. If not, its matches are counted here."""
        assert self._search is not None
        counts = self._search.counts(update, passes, before, after)
        totals = [(number, total) for number, c in counts if (total := c.total) is not None]
        if len(totals) == len(counts) and self.tally.all_silent(totals):
            self.tally.pass_over(totals)
            return False
        self._plan, self._walking = UpdateCounts(update, counts), update
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


# ---- backward ------------------------------------------------------------------------------------


_WIDER: Final = 4
"""How much wider each window is than the one behind it."""
_FIRST_PIECE: Final = 1_000
"""How many steps of a block are walked through at first; each piece before it is longer."""
_WIDEST: Final = 50_000
"""Updates in a window, at most."""


class BackwardSearch:
    """The search from where a run stands towards its start.

    All steps from number ``_end`` on are searched. To be searched next, each from its end: the
    matches of a block, then the blocks of an update, then the updates of a window.
    """

    def __init__(self, run: Run, breakpoints: BreakpointTable) -> None:
        self.tally = HitCounter(breakpoints)
        rows = self.tally.rows
        self._run = run.twin() if rows else run
        self._search, self._schedule = SearchContext(self._run, rows), self._run.schedule
        self._start = run.position
        self._end = max(run.position - 1, 0) if rows else 0
        self._floor = self._end  # of the window
        self._width = 1
        self._scanning: int | None = None  # the update that the window ends before
        self._noted: list[tuple[int, Matches | None]] = []
        self._updates: list[tuple[int, Matches | None]] = []
        self._plan: UpdateCounts | None = None
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

    def _note(
        self, update: int, passes: BatchValues, before: TrainingState, after: TrainingState
    ) -> bool:
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


# ---- forward and back ----------------------------------------------------------------------------


_ENDS = {1: ("end", "the end of the run"), -1: ("start", "the start of the run")}


class ContinueSearch:
    """Goes on to the next stop (``direction`` 1) or back to the one before (−1).

    It stops at exactly the steps where looking after every single step would stop it, and at the
    run's end or start. Call ``burst`` until it gives a ``Stop``; between two bursts the debugger
    stands at a true state of the run, and the search may be given up with ``pause``.
    """

    def __init__(self, stepper: Stepper, breakpoints: BreakpointTable, direction: int = 1) -> None:
        self._stepper, self._breakpoints = stepper, breakpoints
        self.direction = 1 if direction > 0 else -1
        self._version = breakpoints.version
        self._log = MessageLog()
        self._search = self._begin()
        self.stop: Stop | None = None

    @property
    def position(self) -> int:
        """How far it has searched."""
        return self._search.position

    @property
    def messages(self) -> tuple[str, ...]:
        """What was logged so far; the last of it, unless all is kept."""
        return self._log.messages

    @property
    def stepped(self) -> int:
        """How many steps were looked at one by one."""
        return self._search.stepped

    def tell(self, listener: Callable[[str], object]) -> None:
        """Hand each message over as it is logged: none is kept, and none is left out."""
        self._log.tell(listener)

    def keep_all(self) -> None:
        """Keep every message that will be logged, however many."""
        self._log.keep_all()

    def burst(self, seconds: float) -> Stop | None:
        """Search for about so many seconds; the stop, if one is found."""
        if self.stop is not None:
            return self.stop
        if self._version != self._breakpoints.version:
            self._version = self._breakpoints.version
            self._search = self._begin()
        self._rest(self._search.burst(perf_counter() + seconds))
        return self.stop

    def pause(self) -> Stop:
        """Give up the search where it is, at once."""
        if self.stop is None:
            position = self._search.abandon()
            self._rest(Stop(position, "paused", "pause", messages=self.messages))
        assert self.stop is not None
        return self.stop

    def _begin(self) -> ForwardSearch | BackwardSearch:
        if self.direction < 0:
            return BackwardSearch(self._stepper.run, self._breakpoints)
        return ForwardSearch(self._stepper.run, self._breakpoints, self._log)

    def _rest(self, found: Stop | bool) -> None:
        """Let the stepper stand where the search has led it."""
        if found is True:  # nothing is left to be searched
            kind, reason = _ENDS[self.direction]
            position = self._stepper.total if self.direction > 0 else 0
            found = Stop(position, reason, kind, messages=self.messages)  # type: ignore[arg-type]
        if isinstance(found, Stop):
            self.stop = found
            self._stepper.seek(found.position)
