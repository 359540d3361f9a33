"""Detectors: whether the step just executed is one that a breakpoint waits for, exactly.

There is one detector for each breakpoint or watchpoint. ``sites`` are the steps after which it must
be asked (between them nothing that it reads changes). Values are compared at positions, after the
edits made there, so an edit is noticed as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from msgspec import Struct

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Breakpoint, Watchpoint
from nntui.debugger.breakpoints.sites import Block, SiteIndex, Sites
from nntui.debugger.expressions import Expression
from nntui.debugger.values import RunValues, Value, value_text
from nntui.engine.observe import reads, writes
from nntui.engine.run import Run
from nntui.model.names import escaped


class Match(Struct, frozen=True):
    """A step that a breakpoint waits for.

    ``text`` completes the breakpoint's title; ``undone`` does when the step was taken back.
    """

    number: int
    text: str
    undone: str = ""


class Detector:
    """What all detectors have in common."""

    def __init__(
        self, point: AnyBreakpoint, sites: Sites, index: SiteIndex, run: Run, lookup: RunValues
    ) -> None:
        self.point, self.sites = point, sites
        self._index, self._run, self._lookup = index, run, lookup

    def restart(self) -> None:
        """Forget what was: the run was moved, or edited."""

    def match(self, block: Block) -> Match | None:
        """Whether the step just executed, in this block, matches."""
        raise NotImplementedError

    def _condition_holds(self) -> bool:
        """Whether there is no condition, or it holds; blank means no."""
        condition = self.point.condition
        return condition is None or condition.value(self._lookup) is True


class PlaceDetector(Detector):
    """A breakpoint: the steps of its place at which its condition is true."""

    point: Breakpoint

    def match(self, block: Block) -> Match | None:
        if not self._index.admits(self.point.place, block) or not self._condition_holds():
            return None
        return Match(self.point.number, self.point.what)


class ChangeDetector(Detector):
    """A watchpoint: the steps with its event for an expression's value."""

    point: Watchpoint
    previous: Value = None
    _known: Value = None
    _started = 0

    @property
    def _expression(self) -> Expression:
        assert self.point.expression is not None
        return self.point.expression

    def restart(self) -> None:
        """Compute the value before the next step."""
        self.previous = self._known = self._expression.value(self._lookup)
        self._started = self._run.position

    @property
    def known(self) -> Value:
        """The last value that was not blank, however long ago."""
        if self._known is None:
            self._known = _known_before(self._run, self._expression, self._started)
        return self._known

    def match(self, block: Block) -> Match | None:
        """Compare with the value before the step (for crosses: with the last not blank)."""
        point, new = self.point, self._expression.value(self._lookup)
        old = self.known if point.event == "crosses" and new is not None else self.previous
        self.previous = new
        if new is None:
            return None
        self._known = new
        if not EVENTS[point.event](old, new, point.level) or not self._condition_holds():
            return None
        return Match(point.number, *self._texts(old, new))

    def _texts(self, old: Value, new: Value) -> tuple[str, str]:
        """What happened, and what happens when it is taken back."""
        name, level = self._expression.text, self.point.level
        if self.point.event == "becomes true":
            values = ", ".join(
                f"{n} = {value_text(self._lookup(n))}" for n in sorted(self._expression.names)
            )
            return f"{name} became true ({values})", f"{name} becomes true next ({values})"
        before, after = value_text(old), value_text(new)
        across = "" if level is None else f", across {value_text(level)}"
        return (
            f"{name} went from {before} to {after}{across}",
            f"{name} went back from {after} to {before}{across}",
        )


def _known_before(run: Run, expression: Expression, position: int) -> Value:
    """The last value of an expression of numbers before a position at which it is blank.

    Whether it is blank depends on the place in the algorithm alone, so if it ever had a value it
    had one when the last example was finished, or when the last update was.
    """
    schedule = run.schedule
    if not position:
        return None
    load = schedule.example_start(position - 1)
    update = schedule.updates_before(load)
    last_of_batch = schedule.update_start(update) - schedule.steps_per_update
    probes = {load + schedule.steps_per_example, load, last_of_batch}
    twin = run.copy()
    lookup = RunValues(twin)
    for probe in sorted((p for p in probes if 0 < p < position), reverse=True):
        twin.seek(probe)
        value = expression.value(lookup)
        if value is not None:
            return value
    return None


def _changed(old: Value, new: Any, level: float | None) -> bool:
    return old is None or (old != new and not (old != old and new != new))


def _crosses(old: Value, new: Any, level: float | None) -> bool:
    assert level is not None
    return old is not None and (old < level <= new or old > level >= new)


EVENTS: Final[dict[str, Callable[[Value, Any, float | None], bool]]] = {
    "changed": _changed,
    "crosses": _crosses,
    "becomes true": lambda old, new, level: new is True and old is not True,
}


def _changed_array(old: Any, new: Any, level: float | None) -> Any:
    both_nan = np.logical_and(old != old, new != new)
    return np.logical_and(old != new, np.logical_not(both_nan))


def _crosses_array(old: Any, new: Any, level: float | None) -> Any:
    up = np.logical_and(old < level, level <= new)
    return np.logical_or(up, np.logical_and(old > level, level >= new))


EVENTS_OF_ARRAYS: Final[dict[str, Callable[[Any, Any, float | None], Any]]] = {
    "changed": _changed_array,
    "crosses": _crosses_array,
    "becomes true": lambda old, new, level: np.logical_and(new, np.logical_not(old)),
}
"""The same for arrays without blanks, or for what stands for numbers in code that is traced."""


class NonfiniteDetector(Detector):
    """``watch nonfinite``: steps that write a NaN or an infinity, all they read being finite.

    ``before_step`` and ``after_step`` must be called around each of its steps, ``after_step``
    before the edits made behind it.
    """

    _all_finite = False
    _written: Mapping[str, float] = {}

    def before_step(self) -> None:
        """Note whether all that the step reads is finite."""
        self._all_finite = all(map(math.isfinite, self._observed(reads, 0).values()))

    def after_step(self) -> None:
        """Note what the step wrote."""
        self._written = self._observed(writes, -1) if self._all_finite else {}

    def match(self, block: Block) -> Match | None:
        """Whether the step wrote a value that is not finite."""
        wrong = [f"{n} = {value_text(v)}" for n, v in self._written.items() if not math.isfinite(v)]
        if not wrong or not self._condition_holds():
            return None
        kind, *neurons = self._run.schedule.operation(self._run.position - 1)
        step = f"{kind} {' → '.join(escaped(n) for n in neurons)}".strip()
        text = f"{', '.join(wrong)}, while all that it read was finite"
        return Match(self.point.number, f"{step} wrote {text}", f"{step} writes next {text}")

    def _observed(self, what: Callable[..., dict[str, float]], ago: int) -> dict[str, float]:
        run = self._run
        step = run.position + ago
        position = run.schedule.position(step)
        operation = run.schedule.operation_at(position)
        return what(operation, run.experiment, run.state, position.example)


def detector_of(point: AnyBreakpoint, index: SiteIndex, run: Run, lookup: RunValues) -> Detector:
    """Make the detector of a breakpoint or watchpoint."""
    if isinstance(point, Breakpoint):
        return PlaceDetector(point, index.sites_of_place(point.place), index, run, lookup)
    if point.expression is None:
        return NonfiniteDetector(point, index.every, index, run, lookup)
    sites = index.sites_of_values(point.expression.names)
    return ChangeDetector(point, sites, index, run, lookup)
