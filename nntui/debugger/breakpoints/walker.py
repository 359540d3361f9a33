"""Steps through a run and tests each step that a breakpoint or watchpoint may match."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import merge
from itertools import groupby, repeat
from operator import attrgetter
from time import perf_counter
from typing import Final

from nntui.debugger.breakpoints.breakpoint import (
    AnyBreakpoint,
    Breakpoint,
    Watchpoint,
    matched,
    passed_over,
    uncounted,
)
from nntui.debugger.breakpoints.detectors import (
    ChangeDetector,
    Detector,
    Match,
    NonfiniteDetector,
    detector_of,
)
from nntui.debugger.breakpoints.sites import Block, SiteIndex, Steps
from nntui.debugger.breakpoints.stop import Stop
from nntui.debugger.breakpoints.table import BreakpointTable
from nntui.debugger.values import RunValues
from nntui.engine.run import Run
from nntui.explain.numbers import ordinal

_CLOCK_EVERY = 64
"""Steps tested between two looks at the clock."""


class Walker:
    """A run and the detectors of some breakpoints.

    ``edits``: the positions of the run's edits, in rising order. ``tested`` counts the steps
    tested so far.
    """

    def __init__(self, run: Run, index: SiteIndex, points: Iterable[AnyBreakpoint]) -> None:
        self.run, self.index = run, index
        self.lookup = RunValues(run)
        self.detectors = [detector_of(point, index, run, self.lookup) for point in points]
        self.tested = 0
        self.edits = sorted({edit.position for edit in run.timeline.edits})
        self._at = -1

    def walk(self, end: int, deadline: float | None = None) -> list[Match]:
        """Step to position ``end``, but no further than the first step that matches.

        Returns the matches of that step; none when the end, or the deadline, was reached.
        """
        while self.run.position < end:
            here = self.run.position
            if here != self._at:
                self.restart()
            block = self.index.block(here)
            limit = min([end, block.end, *(p for p in self.edits if here < p)])
            if matches := self._through(block, limit, deadline):
                return matches
            if deadline is not None and perf_counter() > deadline:
                break
        return []

    def restart(self) -> None:
        """Let every detector begin here: the run was moved."""
        self._at = self.run.position
        for detector in self.detectors:
            detector.restart()

    def _through(self, block: Block, limit: int, deadline: float | None) -> list[Match]:
        """Step to a limit within a block, with no edit before it."""
        run = self.run
        for n, (offset, detectors) in enumerate(self._candidates(block, run.position, limit)):
            step = block.start + offset
            if observers := [d for d in detectors if isinstance(d, NonfiniteDetector)]:
                run.advance(step - run.position)
                for detector in observers:
                    detector.before_step()
            run.advance(
                step + 1 - run.position, partial(_after_step, observers) if observers else None
            )
            self._at = run.position
            self.tested += 1
            if matches := [m for d in detectors if (m := d.match(block)) is not None]:
                return matches
            if deadline is not None and not (n + 1) % _CLOCK_EVERY and perf_counter() > deadline:
                return []
        run.advance(limit - run.position)
        self._at = run.position
        return []

    def _candidates(
        self, block: Block, here: int, limit: int
    ) -> Iterable[tuple[int, Sequence[Detector]]]:
        """The offsets of the steps to test, in order, each with the detectors to ask."""
        low, high = here - block.start, limit - block.start
        streams = [
            zip(_between(detector.sites.of(block), low, high), repeat(n))
            for n, detector in enumerate(self.detectors)
        ]
        if limit in self.edits:  # after this step the edit shows, whatever the step has written
            changes = [n for n, d in enumerate(self.detectors) if isinstance(d, ChangeDetector)]
            streams.append(zip(repeat(high - 1), changes))
        for offset, found in groupby(merge(*streams), key=lambda pair: pair[0]):
            yield offset, [self.detectors[n] for n in dict.fromkeys(n for _, n in found)]


def _after_step(detectors: Iterable[NonfiniteDetector]) -> None:
    for detector in detectors:
        detector.after_step()


def _between(offsets: Steps, low: int, high: int) -> Steps:
    return offsets[bisect_left(offsets, low) : bisect_left(offsets, high)]


MAX_MESSAGES: Final = 1000


class MessageLog:
    """Keeps the last messages, and passes each on as it comes."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=MAX_MESSAGES)
        self._dropped = 0
        self._listener: Callable[[str], object] | None = None
        self._keep = True

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages kept; before them, how many were not."""
        dropped = (f"… {self._dropped:,} earlier messages left out",) if self._dropped else ()
        return (*dropped, *self._kept)

    def add(self, message: str) -> None:
        if self._listener is not None:
            self._listener(message)
        if not self._keep:
            return
        self._dropped += len(self._kept) == self._kept.maxlen
        self._kept.append(message)

    def pass_to(self, listener: Callable[[str], object], *, keep: bool) -> None:
        """Pass each message on from now on, and keep the last ones or none."""
        self._listener, self._keep = listener, keep


class HitCounter:
    """Counts the matches of a search, and says which stop it.

    ``log``: where messages go. A backward search has none: it takes back what was counted.
    """

    def __init__(self, breakpoints: BreakpointTable, log: MessageLog | None = None) -> None:
        self._breakpoints, self._log = breakpoints, log

    @property
    def points(self) -> tuple[AnyBreakpoint, ...]:
        """The breakpoints to search for: going back, not those that only log and did not yet."""
        back = self._log is None
        return tuple(p for p in self._breakpoints.enabled if p.log is None or p.hits or not back)

    def all_silent(self, matches: Iterable[tuple[int, int]]) -> bool:
        """Whether so many matches of each breakpoint (number, count) are all passed over."""
        silent = attrgetter("silent" if self._log else "silent_back")
        return all(count <= silent(self._breakpoints[number]) for number, count in matches if count)

    def pass_over(self, matches: Iterable[tuple[int, int]]) -> None:
        """Count matches that are all passed over, or take that back."""
        change = passed_over if self._log else uncounted
        for number, count in matches:
            if count:
                self._breakpoints.count(change(self._breakpoints[number], count))

    def meet(self, matches: Sequence[Match], position: int, lookup: RunValues) -> Stop | None:
        """Count the matches of the step before a position; return the stop, if one stops."""
        assert self._log is not None
        stopping: list[tuple[AnyBreakpoint, str]] = []
        for match in matches:
            point, counts = matched(self._breakpoints[match.number])
            self._breakpoints.count(point)
            if counts and point.log:
                self._log.add(point.log.written(lookup))
            elif counts:
                stopping.append((point, match.text))
        return self._stop(stopping, position)

    def meet_back(self, matches: Sequence[Match], position: int) -> Stop | None:
        """Stop behind the step of a breakpoint, before it is taken back."""
        points = ((self._breakpoints[match.number], match.text) for match in matches)
        return self._stop(
            [(p, text) for p, text in points if isinstance(p, Breakpoint) and p.stops_back],
            position,
        )

    def take_back(self, matches: Sequence[Match], position: int) -> Stop | None:
        """Take back the counting of a step's matches; stop before the step of a watchpoint."""
        stopping: list[tuple[AnyBreakpoint, str]] = []
        for match in matches:
            point: AnyBreakpoint = self._breakpoints[match.number]
            if isinstance(point, Watchpoint) and point.stops_back:
                stopping.append((point, match.undone))
            self._breakpoints.count(uncounted(point, 1))
        return self._stop(stopping, position)

    def _stop(self, stopping: Sequence[tuple[AnyBreakpoint, str]], position: int) -> Stop | None:
        if not stopping:
            return None
        reasons = []
        for point, text in stopping:
            hits = f" ({ordinal(point.hits)} hit)" if point.hits else ""
            reasons.append(f"{point.title}: {text}{hits}")
        stop = Stop(
            position=position,
            reason="; ".join(reasons),
            hits=tuple((p.number, self._breakpoints[p.number].hits) for p, _ in stopping),
            messages=self._log.messages if self._log else (),
        )
        for point, _ in stopping:
            if point.temporary:
                self._breakpoints.remove(point.number)
        return stop
