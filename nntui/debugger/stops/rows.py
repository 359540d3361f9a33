"""The rows of the table of stops: breakpoints and watchpoints, frozen, with their counters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, TypeVar

from nntui.debugger.expressions import Expression
from nntui.debugger.stops.message import Message
from nntui.debugger.stops.place import Place
from nntui.explain.numbers import exact

Event = Literal["changed", "crosses", "becomes true", "nonfinite"]
EVENTS: Final = ("changed", "crosses", "becomes true", "nonfinite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What breakpoints and watchpoints have in common.

    A *match* is a step that it waits for. ``ignore``: how many further matches are passed over;
    ``every``: of the others only each so many-th counts; ``log``: the message to write when one
    counts, in place of stopping; ``temporary``: deleted when it stops. ``hits``: matches met so
    far, those passed over included; ``since``: those since the last that counted.
    """

    number: int = 0
    condition: Expression | None = None
    enabled: bool = True
    temporary: bool = False
    ignore: int = 0
    every: int = 1
    log: Message | None = None
    hits: int = 0
    since: int = 0

    @property
    def silent(self) -> int:
        """How many further matches are sure to be passed over."""
        return self.ignore + self.every - self.since - 1

    @property
    def _clauses(self) -> list[str]:
        words = [f"every {self.every}"] if self.every > 1 else []
        words += [f"ignore {self.ignore}"] if self.ignore else []
        words += [] if self.enabled else ["disabled"]
        words += [f"if {self.condition.text}"] if self.condition else []
        return [*words, f"log {self.log.quoted}"] if self.log else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakpoint(Row):
    """Stops after each step of a place (None: after every step) where its condition is true."""

    place: Place | None = None

    @property
    def what(self) -> str:
        """What it waits for: ``h1 backward if delta[h1] == 0``."""
        words = [self.place.text] if self.place else []
        words += [f"if {self.condition.text}"] if self.condition else []
        return " ".join(words) or "every step"

    @property
    def text(self) -> str:
        """The command that makes it."""
        words = ["tbreak" if self.temporary else "break"]
        words += [self.place.text] if self.place else []
        return " ".join([*words, *self._clauses])

    @property
    def title(self) -> str:
        """``breakpoint 1``."""
        return f"{'temporary ' if self.temporary else ''}breakpoint {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchpoint(Row):
    """Stops after each step that does something to an expression's value.

    ``event``: ``changed``; ``crosses`` the number ``level``; ``becomes true``; or, without an
    expression, ``nonfinite``: the step wrote a NaN or an infinity while all it read was finite.
    """

    expression: Expression | None = None
    event: Event = "changed"
    level: float | None = None

    @property
    def what(self) -> str:
        """What it waits for: ``loss crosses 0.1``."""
        words = [] if self.expression is None else [self.expression.text]
        if self.event != "changed":
            words.append(self.event)
        if self.level is not None:
            words.append(constant(self.level))
        words += [f"if {self.condition.text}"] if self.condition else []
        return " ".join(words)

    @property
    def text(self) -> str:
        """The command that makes it."""
        plain = replace(self, condition=None).what
        return " ".join(["twatch" if self.temporary else "watch", plain, *self._clauses])

    @property
    def title(self) -> str:
        """``watchpoint 2``."""
        return f"{'temporary ' if self.temporary else ''}watchpoint {self.number}"


AnyRow: TypeAlias = Breakpoint | Watchpoint
R = TypeVar("R", bound=Row)


def constant(number: float) -> str:
    """A number as expressions write it."""
    return {"Infinity": "inf", "-Infinity": "-inf", "NaN": "nan"}.get(exact(number), exact(number))


def passed(row: R, matches: int) -> R:
    """The row after so many matches that are passed over (no more than ``silent``)."""
    ignored = min(row.ignore, matches)
    changes: dict[str, Any] = {
        "hits": row.hits + matches,
        "ignore": row.ignore - ignored,
        "since": row.since + matches - ignored,
    }
    return replace(row, **changes)


def met(row: R) -> tuple[R, bool]:
    """The row after one match, and whether that one counts."""
    if row.silent:
        return passed(row, 1), False
    return replace(row, hits=row.hits + 1, since=0), True
