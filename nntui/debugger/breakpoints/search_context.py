"""What both searches know of a run: which breakpoints match in its updates, without stepping.

Whole updates are computed at full speed; a filter for each breakpoint counts its matches in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint
from nntui.debugger.breakpoints.prefilter import ChangeFilter, filter_of
from nntui.debugger.breakpoints.recorded import RecordedFilter
from nntui.debugger.breakpoints.sites import SiteIndex
from nntui.debugger.breakpoints.traced import tests_of
from nntui.debugger.breakpoints.update_trace import MatchCounts, UpdateTrace
from nntui.debugger.breakpoints.walker import Walker
from nntui.engine.full_speed.straight_line import StepTest
from nntui.engine.run import Run

if TYPE_CHECKING:
    from nntui.engine.full_speed.batch_layout import BatchValues
    from nntui.engine.training_state import TrainingState


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
