"""Walks a run by the listing, asking the detectors at every step that concerns them."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import merge
from itertools import groupby, repeat
from time import perf_counter
from typing import Final

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Breakpoint, met, passed
from nntui.debugger.breakpoints.detectors import (
    ChangeDetector,
    Detector,
    Found,
    Match,
    NonfiniteDetector,
    PlaceDetector,
)
from nntui.debugger.breakpoints.sites import Block, SiteIndex, Steps
from nntui.debugger.breakpoints.stop import Stop, reason_of
from nntui.debugger.breakpoints.table import BreakpointTable
from nntui.debugger.expressions import Expression
from nntui.debugger.values import RunValues
from nntui.engine.run import Run

_CLOCK_EVERY = 64
"""Steps asked about between two looks at the clock."""


class Walker:
    """A run and the detectors of some rows. ``asked`` counts the steps that were looked at."""

    def __init__(self, run: Run, layout: SiteIndex, rows: Iterable[AnyBreakpoint]) -> None:
        self.run, self.layout = run, layout
        self.lookup = RunValues(run)
        self.detectors = [self._detector(row) for row in rows]
        self.asked = 0
        self._edits = edit_positions(run)
        self._at = -1

    def walk(self, end: int, deadline: float | None = None) -> list[Match]:
        """Go on to position ``end``, but no further than the first step that matches.

        Gives the matches of that step; none when the end, or the deadline, was reached.
        """
        while self.run.position < end:
            here = self.run.position
            if here != self._at:
                self.restart()
            block = self.layout.block(here)
            limit = min([end, block.end, *(p for p in self._edits if here < p)])
            if matches := self._through(block, limit, deadline):
                return matches
            if deadline is not None and perf_counter() > deadline:
                break
        return []

    def restart(self) -> None:
        """Look afresh at what is here."""
        self._at = self.run.position
        for detector in self.detectors:
            detector.restart()

    def _through(self, block: Block, limit: int, deadline: float | None) -> list[Match]:
        """The same within a block, and between two edits."""
        run = self.run
        for n, (offset, detectors) in enumerate(self._candidates(block, run.position, limit)):
            step = block.start + offset
            if looking := [d for d in detectors if d.looks_close]:
                run.advance(step - run.position)
                for detector in looking:
                    detector.before()
            run.advance(step + 1 - run.position, partial(_behind, looking) if looking else None)
            self._at = run.position
            self.asked += 1
            if matches := [m for d in detectors if (m := d.after(block)) is not None]:
                return matches
            if deadline is not None and not (n + 1) % _CLOCK_EVERY and perf_counter() > deadline:
                return []
        run.advance(limit - run.position)
        self._at = run.position
        return []

    def _candidates(
        self, block: Block, here: int, limit: int
    ) -> Iterable[tuple[int, Sequence[Detector]]]:
        """The offsets to ask at, in order, each with the detectors to ask."""
        low, high = here - block.start, limit - block.start
        streams = [
            zip(_between(detector.sites.of(block), low, high), repeat(n))
            for n, detector in enumerate(self.detectors)
        ]
        if limit in self._edits:  # behind this step the edit shows, whatever the step has written
            changes = [n for n, d in enumerate(self.detectors) if isinstance(d, ChangeDetector)]
            streams.append(zip(repeat(high - 1), changes))
        for offset, found in groupby(merge(*streams), key=lambda pair: pair[0]):
            yield offset, [self.detectors[n] for n in dict.fromkeys(n for _, n in found)]

    def _detector(self, row: AnyBreakpoint) -> Detector:
        if isinstance(row, Breakpoint):
            return PlaceDetector(row, self.layout, self.run, self.lookup)
        if row.expression is None:
            return NonfiniteDetector(row, self.layout, self.run, self.lookup)
        return ChangeDetector(row, self.layout, self.run, self.lookup, self._known_before)

    def _known_before(self, expression: Expression, position: int) -> Found:
        """The last value of an expression of numbers before a position at which it is blank.

        Whether it is blank depends on the place in the algorithm alone, so if it ever had a value
        it had one when the last example was finished, or when the last update was.
        """
        schedule = self.run.schedule
        if not position:
            return None
        load = schedule.example_start(position - 1)
        update = schedule.updates_before(load)
        last_of_batch = schedule.update_start(update) - schedule.steps_per_update
        probes = {load + schedule.steps_per_example, load, last_of_batch}
        twin = self.run.twin()
        lookup = RunValues(twin)
        for probe in sorted((p for p in probes if 0 < p < position), reverse=True):
            twin.seek(probe)
            found = expression.value(lookup)
            if found is not None:
                return found
        return None


def _behind(detectors: Iterable[Detector]) -> None:
    for detector in detectors:
        detector.behind()


def _between(offsets: Steps, low: int, high: int) -> Steps:
    return offsets[bisect_left(offsets, low) : bisect_left(offsets, high)]


def edit_positions(run: Run) -> tuple[int, ...]:
    """The positions at which a run's line of time was edited, in rising order."""
    return tuple(sorted({edit.position for edit in run.timeline.edits}))


# ---- log -----------------------------------------------------------------------------------------


MAX_MESSAGES: Final = 1000


class MessageLog:
    """Keeps the last messages, or all of them, or hands each over as it comes."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=MAX_MESSAGES)
        self._dropped = 0
        self._listener: Callable[[str], object] | None = None

    @property
    def messages(self) -> tuple[str, ...]:
        """What was kept; first of all, how much was not."""
        dropped = (f"… {self._dropped:,} earlier messages left out",) if self._dropped else ()
        return (*dropped, *self._kept)

    def say(self, message: str) -> None:
        """Take a message."""
        if self._listener is not None:
            self._listener(message)
            return
        self._dropped += len(self._kept) == self._kept.maxlen
        self._kept.append(message)

    def tell(self, listener: Callable[[str], object]) -> None:
        """Hand each message over from here on: none is kept, and none is left out."""
        self._listener = listener

    def keep_all(self) -> None:
        """Leave none out from here on, however many there will be."""
        self._kept = deque(self._kept)


# ---- tally ---------------------------------------------------------------------------------------


class HitCounter:
    """The rows of a table that a search looks for. ``log``: where messages go; None: nowhere."""

    def __init__(self, stops: BreakpointTable, log: MessageLog | None = None) -> None:
        self._stops, self._log = stops, log

    @property
    def rows(self) -> tuple[AnyBreakpoint, ...]:
        """The rows that are looked for: logs only going forward."""
        return tuple(row for row in self._stops.enabled if row.log is None or self._log is not None)

    def all_silent(self, matches: Iterable[tuple[int, int]]) -> bool:
        """Whether so many matches of each row (number, count) are all passed over."""
        return all(count <= self._stops[number].silent for number, count in matches)

    def pass_over(self, matches: Iterable[tuple[int, int]]) -> None:
        """Count matches that are all passed over."""
        for number, count in matches:
            if count:
                self._stops.count(passed(self._stops[number], count))

    def meet(
        self, matches: Sequence[Match], position: int, lookup: RunValues | None
    ) -> Stop | None:
        """Count the matches of one step (which ended at ``position``); the stop if one stops."""
        stopping: list[tuple[AnyBreakpoint, Match]] = []
        for match in matches:
            row: AnyBreakpoint = self._stops[match.number]
            if match.failed:
                stopping.append((row, match))
                continue
            row, counts = met(row)
            self._stops.count(row)
            if counts and row.log and self._log and lookup is not None:
                self._log.say(row.log.written(lookup))
            elif counts:
                stopping.append((row, match))
        if not stopping:
            return None
        for row, match in stopping:
            if row.temporary and not match.failed:
                self._stops.remove(row.number)
        return Stop(
            position=position,
            reason=reason_of(stopping),
            kind="failure" if any(match.failed for _, match in stopping) else "stop",
            hits=tuple((row.number, row.hits) for row, _ in stopping),
            messages=self._log.messages if self._log else (),
        )
