"""The person's list of breakpoints and watchpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from nntui.debugger.breakpoints.breakpoint import (
    AnyBreakpoint,
    Breakpoint,
    Message,
    Place,
    R,
    StopError,
    with_parts,
)
from nntui.debugger.expressions.expression import Expression, Now, renamed

MAX_STOPS: Final = 500
MAX_COUNT: Final = 10**12


class BreakpointTable:
    """Breakpoints and watchpoints by number; numbers count from 1 and are never used twice.

    ``made`` is the last number that was given. ``version`` grows with every change that a search
    under way must know of.
    """

    def __init__(self) -> None:
        self._rows: dict[int, AnyBreakpoint] = {}
        self.made = 0
        self.version = 0

    def __iter__(self) -> Iterator[AnyBreakpoint]:
        return iter(tuple(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def __getitem__(self, number: int) -> AnyBreakpoint:
        """The row of that number.

        Raises:
            StopError: there is none.
        """
        try:
            return self._rows[number]
        except KeyError:
            known = ", ".join(map(str, self._rows))
            there = f"there are {known}" if len(self._rows) > 1 else f"there is {known}"
            raise StopError(
                f"there is no breakpoint or watchpoint {number}; "
                + (there if known else "there is none at all")
            ) from None

    @property
    def enabled(self) -> tuple[AnyBreakpoint, ...]:
        """The rows that are enabled."""
        return tuple(row for row in self if row.enabled)

    def at(self, place: Place) -> tuple[Breakpoint, ...]:
        """The breakpoints at a place."""
        return tuple(row for row in self if isinstance(row, Breakpoint) and row.place == place)

    def add(self, row: R) -> R:
        """Add a row; it comes back with its number: the one it has if that is free, or the next.

        Raises:
            StopError: there are too many.
        """
        if len(self._rows) >= MAX_STOPS:
            raise StopError(f"there are {MAX_STOPS} breakpoints and watchpoints: delete some first")
        number = row.number if row.number > self.made else self.made + 1
        added = replace(row, number=number)
        self._rows[number] = added  # type: ignore[assignment]
        self.made = number
        self.version += 1
        return added

    def remove(self, number: int) -> AnyBreakpoint:
        """Delete a row and give it back.

        Raises:
            StopError: there is none of that number.
        """
        row = self[number]
        del self._rows[number]
        self.version += 1
        return row

    def clear(self) -> None:
        """Delete all rows."""
        self._rows.clear()
        self.version += 1

    def enable(self, number: int, enabled: bool = True) -> AnyBreakpoint:
        """Enable or disable a row."""
        return self._changed(replace(self[number], enabled=enabled))

    def disable(self, number: int) -> AnyBreakpoint:
        """Disable a row: it stays, and matches nothing."""
        return self.enable(number, False)

    def condition(self, number: int, condition: Expression | None) -> AnyBreakpoint:
        """Give a row a condition, or take it away.

        Raises:
            StopError: the expression is a number.
        """
        if condition is not None and not condition.is_condition:
            raise StopError(f"{condition.text} is a number, expected a condition")
        return self._changed(replace(self[number], condition=condition))

    def ignore(self, number: int, count: int) -> AnyBreakpoint:
        """Pass over a row's next so many matches."""
        return self._changed(replace(self[number], ignore=counted(count, 0, "ignore")))

    def every(self, number: int, count: int) -> AnyBreakpoint:
        """Let only each so many-th match of a row count, from here on."""
        return self._changed(replace(self[number], every=counted(count, 1, "every"), since=0))

    def log(self, number: int, message: Message | None) -> AnyBreakpoint:
        """Let a row write a message in place of stopping, or (None) stop again."""
        return self._changed(replace(self[number], log=message))

    def count(self, row: AnyBreakpoint) -> None:
        """Put a row with newer counters in the place of the one of the same number."""
        if row.number in self._rows:
            self._rows[row.number] = row

    def _changed(self, row: AnyBreakpoint) -> AnyBreakpoint:
        self._rows[row.number] = row
        self.version += 1
        return row


def counted(count: int, least: int, what: str) -> int:
    """A count within its bounds.

    Raises:
        StopError: it is not.
    """
    if not least <= count <= MAX_COUNT:
        raise StopError(f"{what} {count}: expected a whole number from {least} to {MAX_COUNT}")
    return count


# ---- renaming ------------------------------------------------------------------------------------


def renamed_command(row: AnyBreakpoint, now: Now) -> str:
    """The command that makes the row with the names of now.

    ``now`` gives a neuron's name, and may raise for one that is gone.
    """
    changes: dict[str, Any] = {}
    for name, change in _PARTS.items():
        part = getattr(row, name, None)
        if part is not None:
            changes[name] = change(part, now)
    return replace(row, **changes).text


def _place(place: Place, now: Now) -> Place:
    return replace(place, neurons=tuple(map(now, place.neurons)))


def _expression(expression: Expression, now: Now) -> Expression:
    """Only its text is of use: it is still to be read."""
    return replace(expression, text=renamed(expression.text, now))


def _message(message: Message, now: Now) -> Message:
    return replace(message, text=with_parts(message.text, partial(renamed, now=now)))


_PARTS: dict[str, Callable[[Any, Now], Any]] = {
    "place": _place,
    "condition": _expression,
    "expression": _expression,
    "log": _message,
}
