"""Displays: expressions that are shown at each stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from nntui.debugger.values import Value, is_number, value_text
from nntui.explain.numbers import Number, exact
from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.debugger.expressions import Expression
    from nntui.debugger.stepper import Stepper
    from nntui.engine.edits import Edit

MAX_DISPLAYS: Final = 200
"""Each is computed at every stop, and at every paint on the way."""


class DisplayError(NntuiError):
    """There is no such display, or there are too many."""


class Display(Struct, frozen=True):
    """An expression with its number. Numbers count from 1 and are not given twice."""

    number: int
    expression: Expression


class DisplayedValue(Struct, frozen=True):
    """A display and its value here, beside the value at the stop before.

    ``first``: it was not displayed at the stop before.
    """

    number: int
    text: str
    value: Value
    before: Value
    first: bool

    @property
    def changed(self) -> bool:
        """Whether it differs from the stop before. A NaN that stays NaN is no change."""
        value, before = self.value, self.before
        if self.first or (value != value and before != before):
            return False
        return value != before or isinstance(value, bool) != isinstance(before, bool)

    @property
    def change(self) -> float | None:
        """The difference of two numbers; None where there is nothing to subtract."""
        numbers = is_number(self.value) and is_number(self.before) and not self.first
        return self.value - self.before if numbers else None  # type: ignore[operator]


class Displays:
    """The displays of a stepper, in the order in which they were added.

    A number that none of them has is a DisplayError.

    >>> debugger.displays.add("dw[x1,h1] / 4")
    >>> debugger.step()
    >>> [line_of(displayed) for displayed in debugger.displays.at_stop()]
    ['1: dw[x1,h1] / 4 = 0']
    """

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self._displays: dict[int, Display] = {}
        self.last_number = 0
        """The number that was given last."""
        self._stop: tuple[int, tuple[Edit, ...]] | None = None
        self._now: dict[int, Value] = {}
        self._before: dict[int, Value] = {}

    def __iter__(self) -> Iterator[Display]:
        return iter(tuple(self._displays.values()))

    def __len__(self) -> int:
        return len(self._displays)

    def __getitem__(self, number: int) -> Display:
        if number not in self._displays:
            known = ", ".join(map(str, self._displays))
            there = f"there are {known}" if known else "there is none at all"
            raise DisplayError(f"there is no display {number}; {there}")
        return self._displays[number]

    def add(self, text: str, number: int = 0) -> Display:
        """Display an expression; its number is the next one unless a later one is given.

        Raises:
            ExpressionError: the text is no expression over this network's values.
            DisplayError: there are too many.
        """
        from nntui.debugger.expressions import parse

        if len(self) >= MAX_DISPLAYS:
            raise DisplayError(f"there are {MAX_DISPLAYS} displays: remove some first")
        expression = parse(text, self._stepper.experiment.network)
        self.last_number = max(number, self.last_number + 1)
        display = self._displays[self.last_number] = Display(self.last_number, expression)
        if self._stop == self._here:
            self._now[display.number] = self._value(display)
        return display

    def remove(self, number: int) -> Display:
        """Display an expression no longer."""
        display = self[number]
        del self._displays[number]
        return display

    def clear(self) -> None:
        self._displays.clear()

    def at_stop(self) -> tuple[DisplayedValue, ...]:
        """Compute the displays at a stop, beside their values at the stop before.

        At the same stop it may be called again with the same result.
        """
        stop = self._here
        if stop != self._stop:
            self._stop, self._before = stop, self._now
            self._now = {display.number: self._value(display) for display in self}
        return self.now()

    def now(self) -> tuple[DisplayedValue, ...]:
        """Compute the displays on the way, beside the last stop; this position is no stop."""
        stopped = self._stop == self._here
        before = self._before if stopped else self._now
        return tuple(
            DisplayedValue(
                number=display.number,
                text=display.expression.text,
                value=self._value(display),
                before=before.get(display.number),
                first=display.number not in before,
            )
            for display in self
        )

    @property
    def _here(self) -> tuple[int, tuple[Edit, ...]]:
        """The position and the edits: another edit at the same position makes it another stop."""
        return self._stepper.position, self._stepper.training_run.timeline.edits

    def _value(self, display: Display) -> Value:
        return display.expression.value(self._stepper.value)


def line_of(displayed: DisplayedValue, number: Number = exact) -> str:
    """Write a display as a line: ``1: loss = 0.25 (was 0.3, change -0.05)``."""
    line = f"{displayed.number}: {displayed.text} = {value_text(displayed.value, number)}"
    if not displayed.changed:
        return line
    was = f"was {value_text(displayed.before, number)}"
    if displayed.change is not None:
        was += f", change {number(displayed.change)}"
    return f"{line} ({was})"
