"""The history of a value: what it was at the end of each of the last updates, and over the run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Final

from nntui.debugger.asking.watches import Value, is_number, value_text
from nntui.debugger.expressions import Expression, parse
from nntui.debugger.values import value_of
from nntui.engine.full_speed import OF_THE_PASSES, Ends
from nntui.explain.numbers import Number, exact
from nntui.explain.sparkline import sparkline
from nntui.model.errors import NntuiError
from nntui.model.names import parse_value_name

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.full_speed import Passes
    from nntui.engine.run import Run

LONGEST: Final = 10_000
"""Updates that a history lists, at most."""
SAMPLES: Final = 60
"""Bars of a sparkline, at most."""
SECONDS: Final = 0.1
"""For about so long the run is looked through for a sparkline."""
# Every eighth sample first, then those between: what is left out when time runs out is spread.
_STRIDES: Final = (8, 4, 2, 1)
_RECORDED: Final = {"batch_loss": "batch", "epoch_loss": "epoch", "test_loss": "test"}


class HistoryError(NntuiError, ValueError):
    """A history of no updates, or of too many."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A value at the end of an update (None: before the first one), and its change since the last.

    ``change`` is None for the first moment and where there is nothing to subtract.
    """

    update: int | None
    position: int
    value: Value
    change: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What an expression was: ``moments``, the last updates', each exact; ``samples``, the run's.

    Both stand in the order of the run. ``updates`` is how many are finished where it was asked.
    """

    text: str
    updates: int
    moments: tuple[Moment, ...]
    samples: tuple[Moment, ...]

    @property
    def sparkline(self) -> str:
        """The samples as little bars."""
        return sparkline([None if m.value is None else float(m.value) for m in self.samples])

    @property
    def sampled(self) -> str:
        """What the sparkline shows, in words."""
        if len(self.samples) == self.updates + 1:
            return f"the start and every update until here: {self.updates:,}"
        return f"{len(self.samples)} samples of the {self.updates:,} updates until here"


def history(
    debugger: Debugger, text: str, count: int = 20, *, seconds: float | None = SECONDS
) -> History:
    """The values of an expression at the ends of the last ``count`` updates, and over the run.

    The debugger is not moved. The values of the updates are exact however long that takes; the
    samples are as many as about ``seconds`` allow (None: all of them, and always the same).

    Raises:
        ExpressionError: the text is no expression over this network's values.
        HistoryError: a count that cannot be.
    """
    if not 1 <= count <= LONGEST:
        raise HistoryError(f"found {count} updates, expected 1 to {LONGEST:,}")
    expression = parse(text, debugger.experiment.network)
    look = _Look(expression, debugger.run.twin())
    updates = debugger.schedule.updates_before(debugger.position)
    moments = _moments(look, updates, count)
    return History(expression.text, updates, moments, _sampled(look, updates, seconds))


def lines_of(found: History, number: Number = exact) -> tuple[str, ...]:
    """A history as lines of text: the sparkline, then a table of the updates."""
    cells = [
        (
            "start" if moment.update is None else str(moment.update),
            str(moment.position),
            value_text(moment.value, number),
            "" if moment.change is None else number(moment.change),
        )
        for moment in found.moments
    ]
    table = [("update", "position", found.text, "change"), *cells]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    rows = (
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )
    return (f"{found.sparkline}  {found.sampled}", *rows)


class _Look:
    """Looks at an expression at the ends of updates, and remembers what it saw."""

    def __init__(self, expression: Expression, run: Run) -> None:
        self._expression, self._run, self._line = expression, run, run.timeline
        self._update, self._vectors = 0, run.start(0)
        self._ends = Ends(run.experiment.network.wiring())
        symbols = {parse_value_name(name)[0] for name in expression.names}
        self._computes = not symbols <= _RECORDED.keys()
        self._of_parameters = symbols <= {"b", "w", *_RECORDED}
        self._passes: tuple[int, Passes] | None = None
        self.seen: dict[int, Value] = {}

    def at(self, update: int) -> Value:
        """What it was when so many updates were finished."""
        if update not in self.seen:
            self.seen[update] = self._expression.value(lambda name: self._value(name, update))
        return self.seen[update]

    def reach(self, update: int, deadline: float) -> bool:
        """Compute what it takes to look at an update's end, up to a deadline; whether that did."""
        if not self._computes:
            return True
        if not self._of_parameters:
            position = self._line.schedule.update_start(update)
            return self._run.approach(position, max(deadline - perf_counter(), 0.0))
        known, vectors = self._line.checkpoints.before(update)
        if not known <= self._update <= update:
            self._update, self._vectors = known, vectors
        while self._update < update and perf_counter() < deadline:
            self._vectors, self._update = self._line.run(
                self._vectors, self._update, update, deadline=deadline
            )
        return self._update == update

    def nearby(self, update: int, after: int) -> int:
        """An update end up to this one, but after another, that is known without computing.

        This one itself when none is.
        """
        known, _ = self._line.checkpoints.before(update)
        return known if after < known else update

    def moment(self, update: int, change: float | None = None) -> Moment:
        """What it was when so many updates were finished, as a moment."""
        position = self._line.schedule.update_start(update)
        return Moment(update - 1 if update else None, position, self.at(update), change)

    def _value(self, name: str, update: int) -> float | None:
        """A value at an update's end: recorded, a parameter, or else what the last step left."""
        symbol, neurons = parse_value_name(name)
        if symbol in _RECORDED:
            epochs = update // self._line.schedule.updates_per_epoch
            return self._line.history.losses(update, epochs).last(_RECORDED[symbol])
        if symbol in ("b", "w"):
            self.reach(update, math.inf)
            key = neurons[0] if symbol == "b" else (neurons[0], neurons[1])
            return float(self._vectors.p[self._line.layout.index[key]])
        if symbol in OF_THE_PASSES and (passes := self._passes_of(update - 1)) is not None:
            return self._ends.value(passes, name)
        self._run.seek(self._line.schedule.update_start(update))
        return value_of(self._run, name)

    def _passes_of(self, update: int) -> Passes | None:
        """Both passes of an update's batch; None before the first one, or with an edit inside."""
        if update < 0:
            return None
        start, end = (self._line.schedule.update_start(update + n) for n in (0, 1))
        edit = self._line.next_edit(start)
        if edit is not None and edit < end:
            return None
        if self._passes is None or self._passes[0] != update:
            vectors, batch = self._run.start(update), self._line.schedule.batch(update)
            self._passes = update, self._line.engine(start).passes(vectors, batch)
        return self._passes[1]


def _moments(look: _Look, updates: int, count: int) -> tuple[Moment, ...]:
    first = max(updates - count, 0)
    moments = [look.moment(first)]
    for update in range(first + 1, updates + 1):
        value, before = look.at(update), moments[-1].value
        both = is_number(value) and is_number(before)
        change = value - before if both else None  # type: ignore[operator]
        moments.append(look.moment(update, change))
    # The one before the first of them was only needed for its change.
    return tuple(moments[1:] if updates > count else moments)


def _sampled(look: _Look, updates: int, seconds: float | None) -> tuple[Moment, ...]:
    bars = min(updates + 1, SAMPLES)
    even = [round(n * updates / max(bars - 1, 1)) for n in range(bars)]
    if seconds is None:
        return tuple(look.moment(end) for end in even)
    deadline = perf_counter() + seconds
    ends = [look.nearby(end, before) for before, end in pairwise([-1, *even])]
    known = [found for found, end in zip(ends, even, strict=True) if found != end]
    for some in (known, *(ends[::stride] for stride in _STRIDES)):
        for end in some:
            if end not in look.seen and perf_counter() < deadline and look.reach(end, deadline):
                look.at(end)
    return tuple(look.moment(end) for end in ends if end in look.seen)
