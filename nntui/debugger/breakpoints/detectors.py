"""Detectors: whether the step just executed is one that a row waits for, exactly.

One detector a row. It says at which steps it must be asked (``sites``; between them nothing that
it looks at changes) and is told when the run has been moved other than by its steps. "Behind a
step" is the position that a stop would stand at, so an edit made there is seen as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Breakpoint, Watchpoint
from nntui.debugger.breakpoints.sites import Block, SiteIndex, Sites
from nntui.debugger.expressions import Expression
from nntui.debugger.values import RunValues, value_text
from nntui.engine.observe import StepContext, reads, writes
from nntui.engine.run import Run
from nntui.model.names import escaped

# ---- detectors -----------------------------------------------------------------------------------


Found = float | bool | None
"""An expression's value; None while blank."""


@dataclass(frozen=True, slots=True)
class Match:
    """A step that a row waits for. ``says`` completes its title; ``failed``: it could not tell."""

    number: int
    says: str
    failed: bool = False


class Detector:
    """What all detectors have in common."""

    looks_close: bool = False
    """Whether ``before`` and ``behind`` must be called around each of its steps."""

    def __init__(self, row: AnyBreakpoint, layout: SiteIndex, run: Run, lookup: RunValues) -> None:
        self.row, self._layout, self._run, self._lookup = row, layout, run, lookup
        self.sites = Sites()

    def restart(self) -> None:
        """The run stands elsewhere, or was edited: look afresh at what is there."""

    def before(self) -> None:
        """The step to be asked about comes next."""

    def behind(self) -> None:
        """It was executed; an edit made there does not show yet."""

    def after(self, block: Block) -> Match | None:
        """Whether the step just executed, in this block, matches."""
        raise NotImplementedError

    def _admitted(self) -> bool:
        """Whether a watchpoint's condition holds; blank is no."""
        condition = self.row.condition
        return condition is None or condition.value(self._lookup) is True


class PlaceDetector(Detector):
    """A breakpoint: the steps of its place at which its condition is true."""

    row: Breakpoint

    def __init__(self, row: Breakpoint, layout: SiteIndex, run: Run, lookup: RunValues) -> None:
        super().__init__(row, layout, run, lookup)
        self.sites = layout.sites_of_place(row.place) if row.place else layout.every

    def after(self, block: Block) -> Match | None:
        """A blank value makes a placed condition fail; without a place it is just not true."""
        row = self.row
        if not self._layout.admits(row.place, block):
            return None
        if row.condition is not None:
            found = row.condition.value(self._lookup)
            if found is None and row.place is not None:
                blank = row.condition.blank(self._lookup)
                says = f"{row.what}: the condition cannot be told, {blank} is blank here"
                return Match(row.number, says, failed=True)
            if not found:
                return None
        return Match(row.number, row.what)


class ChangeDetector(Detector):
    """A watchpoint: the steps that do something to an expression's value."""

    row: Watchpoint

    def __init__(
        self,
        row: Watchpoint,
        layout: SiteIndex,
        run: Run,
        lookup: RunValues,
        known_before: Callable[[Expression, int], Found],
    ) -> None:
        super().__init__(row, layout, run, lookup)
        assert row.expression is not None
        self._expression = row.expression
        self._known_before = known_before
        self.sites = layout.sites_of_values(row.expression.names)
        self.previous: Found = None
        self._known: Found = None
        self._started = 0

    def restart(self) -> None:
        """The value before the next step is the one here."""
        self.previous = self._known = self._expression.value(self._lookup)
        self._started = self._run.position

    @property
    def known(self) -> Found:
        """The last value that was not blank, however long ago."""
        if self._known is None:
            self._known = self._known_before(self._expression, self._started)
        return self._known

    def after(self, block: Block) -> Match | None:
        """Compare with the value before the step (for crosses: with the last one there was)."""
        row, new = self.row, self._expression.value(self._lookup)
        old = self.known if row.event == "crosses" and new is not None else self.previous
        self.previous = new
        if new is None:
            return None
        self._known = new
        if not EVENTS[row.event](old, new, row.level) or not self._admitted():
            return None
        return Match(row.number, self._says(old, new))

    def _says(self, old: Found, new: Found) -> str:
        row = self.row
        name = self._expression.text
        if row.event == "becomes true":
            values = [
                f"{n} = {value_text(self._lookup(n))}" for n in sorted(self._expression.names)
            ]
            return f"{name} became true ({', '.join(values)})" if values else f"{name} became true"
        said = f"{name} went from {value_text(old)} to {value_text(new)}"
        return said if row.level is None else f"{said}, across {value_text(row.level)}"


def _changed(old: Found, new: Any, level: float | None) -> bool:
    return old is None or (old != new and not (old != old and new != new))


def _crosses(old: Found, new: Any, level: float | None) -> bool:
    assert level is not None
    return old is not None and (old < level <= new or old > level >= new)


EVENTS: Final[dict[str, Callable[[Found, Any, float | None], bool]]] = {
    "changed": _changed,
    "crosses": _crosses,
    "becomes true": lambda old, new, level: new is True and old is not True,
}


class NonfiniteDetector(Detector):
    """``watch nonfinite``: steps that write a NaN or an infinity, all they read being finite."""

    looks_close = True

    def __init__(self, row: Watchpoint, layout: SiteIndex, run: Run, lookup: RunValues) -> None:
        super().__init__(row, layout, run, lookup)
        self.sites = layout.every
        self._all_finite = False
        self._written: dict[str, float] = {}

    def before(self) -> None:
        """Note whether all that is read is finite."""
        self._all_finite = all(map(math.isfinite, self._observed(reads, 0).values()))

    def behind(self) -> None:
        """Note what was written."""
        self._written = self._observed(writes, -1) if self._all_finite else {}

    def after(self, block: Block) -> Match | None:
        """Whether something that was written is wrong."""
        wrong = [f"{n} = {value_text(v)}" for n, v in self._written.items() if not math.isfinite(v)]
        if not wrong or not self._admitted():
            return None
        kind, *neurons = self._run.schedule.operation(self._run.position - 1)
        step = f"{kind} {' → '.join(escaped(n) for n in neurons)}".strip()
        return Match(
            self.row.number, f"{step} wrote {', '.join(wrong)}, while all that it read was finite"
        )

    def _observed(self, what: Callable[..., dict[str, float]], ago: int) -> dict[str, float]:
        run = self._run
        step = run.position + ago
        scene = StepContext(run.experiment, run.state, run.schedule.position(step).example)
        return what(run.schedule.operation(step), scene)
