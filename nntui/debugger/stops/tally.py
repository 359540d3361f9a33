"""Counts the matches that a search meets, and says which of them stop it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nntui.debugger.stops.detectors import Match
from nntui.debugger.stops.log import Log
from nntui.debugger.stops.lookup import Lookup
from nntui.debugger.stops.rows import AnyRow, met, passed
from nntui.debugger.stops.stop import Stop, reason_of
from nntui.debugger.stops.table import Stops


class Tally:
    """The rows of a table that a search looks for. ``log``: where messages go; None: nowhere."""

    def __init__(self, stops: Stops, log: Log | None = None) -> None:
        self._stops, self._log = stops, log

    @property
    def rows(self) -> tuple[AnyRow, ...]:
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

    def meet(self, matches: Sequence[Match], position: int, lookup: Lookup | None) -> Stop | None:
        """Count the matches of one step (which ended at ``position``); the stop if one stops."""
        stopping: list[tuple[AnyRow, Match]] = []
        for match in matches:
            row: AnyRow = self._stops[match.number]
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
