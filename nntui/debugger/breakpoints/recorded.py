"""Which updates can match at all, told from the losses that were recorded, without computing them.

Only for breakpoints and watchpoints whose expressions read nothing but what is recorded, or
counted. Within an update such a value changes three times at most: at its first step (``update``,
``epoch``), at the end of its passes (``batch_loss``) and at its last step (``epoch_loss``,
``test_loss``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Watchpoint
from nntui.debugger.breakpoints.detectors import EVENTS_OF_ARRAYS
from nntui.debugger.expressions import Expression
from nntui.engine.run import Run
from nntui.model.numerics import Array

RECORDED: Final = frozenset({"batch_loss", "epoch_loss", "test_loss", "epoch", "update"})
_FIRST_CHUNK: Final = 64
_LARGEST_CHUNK: Final = 65_536
"""Updates that are looked at together."""

Mask: TypeAlias = Any
"""A truth value for each of some updates."""
_Values: TypeAlias = tuple[Array, Mask]
"""The numbers of an expression or of a value in some updates, and where they are blank."""


class RecordedFilter:
    """Says of updates that are recorded whether a breakpoint or watchpoint may match in them."""

    def __init__(self, run: Run, points: Sequence[AnyBreakpoint], edited: Sequence[int]) -> None:
        self._run, self._points, self._edited = run, points, edited

    @staticmethod
    def can_tell(points: Sequence[AnyBreakpoint]) -> bool:
        """Whether all that these points read is recorded."""
        return all(
            (point.condition if not isinstance(point, Watchpoint) else point.expression) is not None
            and _names(point) <= RECORDED
            for point in points
        )

    @property
    def known(self) -> int:
        """How many updates are recorded."""
        return len(self._run.timeline.history.batch)

    def end_of_stretch(self, first: int, end: int) -> tuple[bool, int]:
        """Return whether ``first`` may match, and where, up to ``end``, that changes."""
        return self._stretch(first, _chunks(first, end))

    def start_of_stretch(self, last: int, first: int) -> tuple[bool, int]:
        """Return whether ``last`` may match, and the first update of those up to it like it."""
        same, before = self._stretch(last, _chunks_back(last, first))
        return same, before + 1

    def _stretch(self, update: int, chunks: Iterator[range]) -> tuple[bool, int]:
        sought: bool | None = None
        for chunk in chunks:
            found = self._may_match(min(chunk[0], chunk[-1]), len(chunk))
            found = found if chunk.step > 0 else found[::-1]
            sought = bool(found[0]) if sought is None else sought
            others = np.flatnonzero(found != sought)
            if len(others):
                return sought, chunk[int(others[0])]
            update = chunk[-1] + chunk.step
        assert sought is not None
        return sought, update

    def _may_match(self, first: int, count: int) -> Mask:
        """Return of so many updates from ``first`` on whether anything may match."""
        found = np.zeros(count, np.bool_)
        for update in self._edited:
            if 0 <= update - first < count:
                found[update - first] = True
        moments = self._moments(first, count)
        for point in self._points:
            if isinstance(point, Watchpoint):
                found |= _changes(point, moments)
            else:
                assert point.condition is not None
                for moment in moments[1:]:
                    values, blank = _evaluated(point.condition, moment, count)
                    found |= blank | (values != 0.0)
        return found

    def _moments(self, first: int, count: int) -> list[dict[str, _Values]]:
        """Read the record after the update before, in an update, after its passes, at its end."""
        history, schedule = self._run.timeline.history, self._run.schedule
        updates = np.arange(first, first + count)
        epochs, ends = (
            updates // schedule.updates_per_epoch,
            (updates + 1) % schedule.updates_per_epoch == 0,
        )
        batch = _entries(history.batch, first - 1, count + 1)
        finished = {
            name: _entries(series, int(epochs[0]) - 1, int(epochs[-1] - epochs[0]) + 2)
            for name, series in (("epoch_loss", history.epoch), ("test_loss", history.test))
        }
        place = epochs - epochs[0]
        before = {name: (v[place], b[place]) for name, (v, b) in finished.items()}
        behind = {name: (v[place + ends], b[place + ends]) for name, (v, b) in finished.items()}
        no = np.zeros(count, np.bool_)
        number = {"update": (updates + 1.0, no), "epoch": (epochs + 1.0, no)}
        earlier = {
            "update": (updates + 0.0, updates == 0),
            "epoch": ((updates - 1) // schedule.updates_per_epoch + 1.0, updates == 0),
        }
        old, new = (batch[0][:-1], batch[1][:-1]), (batch[0][1:], batch[1][1:])
        return [
            {"batch_loss": old, **before, **earlier},
            {"batch_loss": old, **before, **number},
            {"batch_loss": new, **before, **number},
            {"batch_loss": new, **behind, **number},
        ]


def _names(point: AnyBreakpoint) -> frozenset[str]:
    """Name what decides whether a point can match: a watchpoint's condition only removes some."""
    expression = point.expression if isinstance(point, Watchpoint) else point.condition
    return expression.names if expression is not None else frozenset()


def _entries(series: Sequence[float], first: int, count: int) -> _Values:
    """Some entries of a record; blank where there are none."""
    values, blank = np.full(count, np.nan), np.ones(count, np.bool_)
    known = np.array(series[max(first, 0) : max(first + count, 0)])
    at = max(-first, 0)
    values[at : at + len(known)], blank[at : at + len(known)] = known, False
    return values, blank


def _evaluated(expression: Expression, moment: dict[str, _Values], count: int) -> _Values:
    """Compute an expression's numbers, a truth value as 1 or 0; blank where it reads a blank."""
    blank = np.zeros(count, np.bool_)
    for name in expression.names:
        blank = blank | moment[name][1]

    def lookup(name: str) -> Array:
        return moment[name][0]

    if expression.is_condition:
        true, _ = expression.masks(lookup)
        return np.broadcast_to(np.asarray(true, np.float64), (count,)), blank
    return np.broadcast_to(np.asarray(expression.numbers(lookup), np.float64), (count,)), blank


def _changes(point: Watchpoint, moments: list[dict[str, _Values]]) -> Mask:
    """Return in which updates a watched expression may have the event; a blank may hide one."""
    assert point.expression is not None
    count = len(moments[0]["update"][0])
    evaluated = [_evaluated(point.expression, moment, count) for moment in moments]
    found = np.zeros(count, np.bool_)
    for (old, was_blank), (new, blank) in itertools.pairwise(evaluated):
        found |= EVENTS_OF_ARRAYS[point.event](old, new, point.level) | was_blank | blank
    return found


def _chunks(first: int, end: int) -> Iterator[range]:
    size = _FIRST_CHUNK
    while first < end:
        yield range(first, min(first + size, end))
        first, size = first + size, min(4 * size, _LARGEST_CHUNK)


def _chunks_back(last: int, first: int) -> Iterator[range]:
    size = _FIRST_CHUNK
    while last >= first:
        yield range(last, max(last - size, first - 1), -1)
        last, size = last - size, min(4 * size, _LARGEST_CHUNK)
