"""Watches: expressions that are looked at wherever the run stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nntui.debugger.expressions import Expression, parse
from nntui.debugger.values import Value, is_number, value_text
from nntui.explain.numbers import Number, exact
from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper
    from nntui.engine.edits import Edit

MAX_WATCHES: Final = 200
"""Every one is looked at wherever the run stops, and at each paint on the way."""


class DisplayError(NntuiError):
    """There is no such watch, or there are too many."""


@dataclass(frozen=True, slots=True)
class Display:
    """An expression under watch. Numbers count from 1 and are not given twice."""

    number: int
    expression: Expression


@dataclass(frozen=True, slots=True)
class DisplayedValue:
    """A watch and what it stands for: here, and at the stop before.

    ``first`` says that there was no stop before at which it was watched.
    """

    number: int
    text: str
    value: Value
    before: Value
    first: bool

    @property
    def changed(self) -> bool:
        """Whether it is another than at the stop before. A NaN that stays NaN is no change."""
        return not self.first and not _same(self.value, self.before)

    @property
    def change(self) -> float | None:
        """By how much a number has changed; None where there is nothing to subtract."""
        numbers = is_number(self.value) and is_number(self.before) and not self.first
        return self.value - self.before if numbers else None  # type: ignore[operator]


class Displays:
    """The person's watches on a stepper, in the order in which they were added.

    >>> debugger.displays.add("dw[x1,h1] / 4")
    >>> debugger.step()
    >>> [line_of(watched) for watched in debugger.displays.at_stop()]
    ['1: dw[x1,h1] / 4 = 0']
    """

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self._watches: dict[int, Display] = {}
        self.made = 0
        """The last number that was given."""
        self._stop: tuple[int, tuple[Edit, ...]] | None = None
        self._now: dict[int, Value] = {}
        self._before: dict[int, Value] = {}

    def __iter__(self) -> Iterator[Display]:
        """The watches in the order of their numbers."""
        return iter(tuple(self._watches.values()))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._watches)

    def __getitem__(self, number: int) -> Display:
        """The watch of a number.

        Raises:
            WatchError: there is none.
        """
        if number not in self._watches:
            there = ", ".join(map(str, self._watches)) or "none"
            raise DisplayError(f"there is no watch {number} (there are: {there})")
        return self._watches[number]

    def add(self, text: str, number: int = 0) -> Display:
        """Watch an expression from now on; its number is the next one unless a later is given.

        Raises:
            ExpressionError: the text is no expression over this network's values.
            WatchError: there are too many.
        """
        if len(self) >= MAX_WATCHES:
            raise DisplayError(f"there are {MAX_WATCHES} watches: remove some first")
        expression = parse(text, self._stepper.experiment.network)
        self.made = max(number, self.made + 1)
        watch = Display(self.made, expression)
        self._watches[watch.number] = watch
        if self._stop == self._here:
            self._now[watch.number] = self._value(watch)
        return watch

    def remove(self, number: int) -> Display:
        """Watch no longer.

        Raises:
            WatchError: there is no watch of that number.
        """
        watch = self[number]
        del self._watches[number]
        return watch

    def clear(self) -> None:
        """Remove every watch."""
        self._watches.clear()

    def at_stop(self) -> tuple[DisplayedValue, ...]:
        """What the watches stand for at a stop, beside what they were at the one before.

        Asked again at the same place it answers the same.
        """
        stop = self._here
        if stop != self._stop:
            self._stop, self._before = stop, self._now
            self._now = {watch.number: self._value(watch) for watch in self}
        return self.now()

    def now(self) -> tuple[DisplayedValue, ...]:
        """The same on the way, beside the last stop; this place does not count as one."""
        stopped = self._stop == self._here
        before = self._before if stopped else self._now
        return tuple(
            DisplayedValue(
                number=watch.number,
                text=watch.expression.text,
                value=self._value(watch),
                before=before.get(watch.number),
                first=watch.number not in before,
            )
            for watch in self
        )

    @property
    def _here(self) -> tuple[int, tuple[Edit, ...]]:
        """Where the debugger stands: another edit in the same place makes it another place."""
        return self._stepper.position, self._stepper.run.timeline.edits

    def _value(self, watch: Display) -> Value:
        return watch.expression.value(self._stepper.value)


def line_of(watched: DisplayedValue, number: Number = exact) -> str:
    """A watch as a line of text: ``1: loss = 0.25 (was 0.3, change -0.05)``."""
    line = f"{watched.number}: {watched.text} = {value_text(watched.value, number)}"
    if not watched.changed:
        return line
    was = f"was {value_text(watched.before, number)}"
    if watched.change is not None:
        was += f", change {number(watched.change)}"
    return f"{line} ({was})"


def _same(value: Value, before: Value) -> bool:
    both_nan = value != value and before != before
    return both_nan or (value == before and isinstance(value, bool) == isinstance(before, bool))
