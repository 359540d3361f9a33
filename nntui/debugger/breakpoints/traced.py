"""Tests of breakpoints inside the straight-line code of tiny networks, which go with their filters.

A test may hold where nothing matches, but it never misses a match: the updates in which one holds
are looked at by the filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from nntui.debugger.breakpoints.breakpoint import Breakpoint
from nntui.debugger.breakpoints.detectors import (
    EVENTS_OF_ARRAYS,
    ChangeDetector,
    Detector,
    PlaceDetector,
)
from nntui.debugger.breakpoints.sites import SiteIndex
from nntui.debugger.expressions import Expression
from nntui.engine.full_speed.straight_line import StepTest
from nntui.model.names import parse_value_name

Lookup = Callable[[str], Any]
_VALUES: Final = frozenset({"x", "t", "z", "a", "da", "delta", "b", "db", "w", "dw", "loss"})


def tests_of(detectors: Sequence[Detector], index: SiteIndex) -> tuple[StepTest, ...]:
    """Return tests of which one holds in every update with a match; none if that cannot be had."""
    found: list[StepTest] = []
    for detector in detectors:
        tests = _tests(detector, index)
        if not tests:
            return ()
        found += tests
    return tuple(found)


def _tests(detector: Detector, index: SiteIndex) -> list[StepTest]:
    point = detector.point
    if isinstance(detector, PlaceDetector):
        condition = point.condition
        if condition is None or not _symbols(condition) <= _VALUES:
            return []
        assert isinstance(point, Breakpoint)
        sites, begin = detector.sites, []
        if point.place is None:  # true at a step, it was so after the last that changed something
            sites, begin = index.sites_of_values(condition.names), [0]
        holds = _condition(condition)
        examples = sorted({*begin, *sites.example})
        tests = [StepTest(False, offset, holds) for offset in examples]
        return tests + [StepTest(True, offset, holds) for offset in sites.update]
    if not isinstance(detector, ChangeDetector) or not reads_parameters_alone(detector):
        return []
    watched = detector.point
    assert watched.expression is not None
    event = _Event(watched.expression, watched.event, watched.level)
    return [
        StepTest(True, -1, event.begin),
        *(StepTest(True, offset, event.holds) for offset in detector.sites.update),
    ]


def reads_parameters_alone(detector: ChangeDetector) -> bool:
    """Whether what is watched changes in updates alone."""
    expression = detector.point.expression
    return expression is not None and _symbols(expression) <= {"b", "w"}


def _symbols(expression: Expression) -> set[str]:
    return {parse_value_name(name)[0] for name in expression.names}


def _condition(condition: Expression) -> Callable[[Lookup], Any]:
    return lambda lookup: condition.masks(lookup)[0]


class _Event:
    """A watchpoint's event from one step to the next."""

    def __init__(self, expression: Expression, event: str, level: float | None) -> None:
        self._expression, self._level = expression, level
        self._happens = EVENTS_OF_ARRAYS[event]
        self._before: Any = None

    def begin(self, lookup: Lookup) -> bool:
        """Note the value before the first step of the update."""
        self._before = self._value(lookup)
        return False

    def holds(self, lookup: Lookup) -> Any:
        """Return whether the event happens in the step just done."""
        old, self._before = self._before, self._value(lookup)
        return self._happens(old, self._before, self._level)

    def _value(self, lookup: Lookup) -> Any:
        if self._expression.is_condition:
            return self._expression.masks(lookup)[0]
        return self._expression.numbers(lookup)
