"""The table of breakpoints and watchpoints."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from nntui.debugger.breakpoints.breakpoint import (
    AnyBreakpoint,
    Breakpoint,
    BreakpointError,
    Message,
    R,
    with_parts,
)

if TYPE_CHECKING:
    from nntui.debugger.expressions.expression import Expression, NewName

MAX_BREAKPOINTS: Final = 500
MAX_COUNT: Final = 10**12


class BreakpointTable:
    """Breakpoints and watchpoints by number; numbers count from 1 and are not given twice.

    ``last_number`` is the one given last. ``version`` grows with every change that a search under
    way must know of. ``counted_at``: the position where the last search ended, up to which matches
    are counted.
    """

    def __init__(self) -> None:
        self._points: dict[int, AnyBreakpoint] = {}
        self.last_number = 0
        self.version = 0
        self.counted_at = 0

    def __iter__(self) -> Iterator[AnyBreakpoint]:
        return iter(tuple(self._points.values()))

    def __len__(self) -> int:
        return len(self._points)

    def __contains__(self, number: object) -> bool:
        return number in self._points

    def __getitem__(self, number: int) -> AnyBreakpoint:
        """Look up a breakpoint or watchpoint by its number.

        Raises:
            BreakpointError: there is none.
        """
        try:
            return self._points[number]
        except KeyError:
            known = ", ".join(map(str, self._points))
            there = f"there are {known}" if len(self._points) > 1 else f"there is {known}"
            raise BreakpointError(
                f"there is no breakpoint or watchpoint {number}; "
                + (there if known else "there is none at all")
            ) from None

    @property
    def enabled(self) -> tuple[AnyBreakpoint, ...]:
        return tuple(point for point in self if point.enabled)

    def add(self, point: R) -> R:
        """Add one; return it with its number: the one it has if that is free, or the next.

        Raises:
            BreakpointError: there are too many.
        """
        if len(self._points) >= MAX_BREAKPOINTS:
            raise BreakpointError(
                f"there are {MAX_BREAKPOINTS} breakpoints and watchpoints: delete some first"
            )
        number = point.number if point.number > self.last_number else self.last_number + 1
        added = replace(point, number=number)
        self._points[number] = added  # type: ignore[assignment]
        self.last_number = number
        self.version += 1
        return added

    def remove(self, number: int) -> AnyBreakpoint:
        """Delete one and return it.

        Raises:
            BreakpointError: there is none of that number.
        """
        point = self[number]
        del self._points[number]
        self.version += 1
        return point

    def enable(self, number: int, enabled: bool = True) -> AnyBreakpoint:
        """Enable one, or disable it: it stays in the table and matches nothing."""
        return self._changed(replace(self[number], enabled=enabled))

    def condition(self, number: int, condition: Expression | None) -> AnyBreakpoint:
        """Give one a condition, or (None) remove its condition.

        Raises:
            BreakpointError: the expression is a number.
        """
        if condition is not None and not condition.is_condition:
            raise BreakpointError(f"{condition.text} is a number, expected a condition")
        return self._changed(replace(self[number], condition=condition))

    def ignore(self, number: int, count: int) -> AnyBreakpoint:
        """Pass over its next ``count`` matches."""
        ignore = counted(count, 0, "ignore")
        return self._changed(replace(self[number], ignore=ignore, ignored=0))

    def every(self, number: int, count: int) -> AnyBreakpoint:
        """Stop at each ``count``-th match only, counted from here on."""
        return self._changed(replace(self[number], every=counted(count, 1, "every"), since=0))

    def log(self, number: int, message: Message | None) -> AnyBreakpoint:
        """Log a message instead of stopping, or (None) stop again."""
        return self._changed(replace(self[number], log=message))

    def count(self, point: AnyBreakpoint) -> None:
        """Replace the one of the same number, if it still exists, by one with newer counters."""
        if point.number in self._points:
            self._points[point.number] = point

    def _changed(self, point: AnyBreakpoint) -> AnyBreakpoint:
        self._points[point.number] = point
        self.version += 1
        return point


def counted(count: int, least: int, what: str) -> int:
    """Check that a count is within its bounds.

    Raises:
        BreakpointError: it is not.
    """
    if not least <= count <= MAX_COUNT:
        raise BreakpointError(
            f"{what} {count}: expected a whole number from {least} to {MAX_COUNT}"
        )
    return count


def renamed_command(point: AnyBreakpoint, new_name: NewName) -> str:
    """The command that makes the breakpoint with the neurons' new names.

    ``new_name`` may raise for a neuron that is gone.
    """
    from nntui.debugger.expressions.expression import renamed

    changes: dict[str, Any] = {}
    if isinstance(point, Breakpoint) and point.place is not None:
        changes["place"] = replace(point.place, neurons=tuple(map(new_name, point.place.neurons)))
    for name in ("condition", "expression"):  # in the text alone: it will be parsed again
        if expression := getattr(point, name, None):
            changes[name] = replace(expression, text=renamed(expression.text, new_name))
    if point.log is not None:
        text = with_parts(point.log.text, partial(renamed, new_name=new_name))
        changes["log"] = replace(point.log, text=text)
    return replace(point, **changes).text
