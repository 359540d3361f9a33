"""The rows of the table of stops: breakpoints and watchpoints, frozen, with their counters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias, TypeVar

from nntui.debugger.expressions import Expression, ExpressionError, parse
from nntui.debugger.values import value_text
from nntui.explain.numbers import exact
from nntui.model.errors import NntuiError
from nntui.model.names import escaped, quoted
from nntui.model.network import Network
from nntui.model.wiring import Wiring


class StopError(NntuiError, ValueError):
    """A place, breakpoint, watchpoint or number of one that means nothing; a sentence."""


# ---- place ---------------------------------------------------------------------------------------


Direction = Literal["forward", "backward", "update"]
DIRECTIONS: Final = ("forward", "backward", "update")
PHASES: Final = ("forward", "loss", "backward", "update")
LINES: Final = (
    "load", "forward_edge", "forward_neuron", "loss",
    "backward_neuron", "backward_edge", "update_bias", "update_weight",
)  # fmt: skip
"""The lines of the program, by the kind of steps that they execute."""
PERIODS: Final = ("example", "update", "epoch")
"""Places that need no number: without one they mean each."""
CLAUSES: Final = ("if", "log", "every", "ignore", "disabled")
KEYWORDS: Final = frozenset(
    {"layer", "phase", "line", *PERIODS, *DIRECTIONS, *CLAUSES, "crosses", "becomes", "nonfinite"}
)
"""Words that mean something to a reader of places: a neuron of that name is quoted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Some steps of the algorithm.

    ``kind``: edge, neuron, layer, phase, line, example, update or epoch. ``neurons``: the edge's
    source and target, or the neuron. ``number``: the layer's, or the only example, update or epoch
    meant, from 0. ``phase``, ``line``: which of ``PHASES``, of ``LINES``. ``direction``: forward,
    backward or update (the step that updates the edge's weight, the neuron's bias, the layer's
    biases); None: forward and backward.
    """

    kind: str
    neurons: tuple[str, ...] = ()
    number: int | None = None
    phase: str | None = None
    direction: str | None = None
    line: str | None = None

    @property
    def text(self) -> str:
        """The words that name it, such as ``x1->h1 backward``."""
        if self.neurons:
            words = ["->".join(map(_named, self.neurons))]
        else:
            words = [self.kind]
            words += [word for word in (self.phase, self.line) if word]
            words += [str(self.number)] if self.number is not None else []
        return " ".join([*words, *([self.direction] if self.direction else [])])


def _named(neuron: str) -> str:
    return f'"{neuron}"' if neuron in KEYWORDS else quoted(neuron)


# ---- message -------------------------------------------------------------------------------------


MAX_LENGTH: Final = 500

# {{ and }} stand for the brackets themselves; a quoted name may hold any character.
_PART: Final = re.compile(r'\{\{|\}\}|\{((?:"(?:[^"\\]|\\.)*"|[^{}"])*)\}|[^{}]+|.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, read and checked; ``text`` is how it was given."""

    text: str
    parts: tuple[str | Expression, ...] = field(repr=False)

    @property
    def quoted(self) -> str:
        """The text as it stands in a command."""
        return json.dumps(self.text, ensure_ascii=False)

    def written(self, lookup: Callable[[str], float | None]) -> str:
        """The message with every expression's value in its place, in one line."""
        found = "".join(
            part if isinstance(part, str) else value_text(part.value(lookup)) for part in self.parts
        )
        return escaped(found, 4 * MAX_LENGTH)


def with_parts(text: str, change: Callable[[str], str]) -> str:
    """A message's text with another text in place of each of its expressions."""

    def changed(match: re.Match[str]) -> str:
        inside = match.group(1)
        return match.group() if inside is None else f"{{{change(inside)}}}"

    return _PART.sub(changed, text)


def message_of(text: str, net: Network | Wiring) -> Message:
    """Read a message.

    Raises:
        StopError: it is too long, or a bracket has no partner.
        ExpressionError: an expression in it cannot be read; the position is in the whole text.
    """
    if len(text) > MAX_LENGTH:
        raise StopError(f"a message of {len(text)} characters (at most {MAX_LENGTH})")
    parts: list[str | Expression] = []
    for match in _PART.finditer(text):
        piece = match.group()
        if piece in ("{{", "}}"):
            parts.append(piece[0])
        elif piece in ("{", "}"):
            raise StopError(
                f"“{escaped(text)}”: {piece} has no partner (as a sign, it is written {piece * 2})"
            )
        elif piece.startswith("{"):
            try:
                parts.append(parse(match.group(1), net))
            except ExpressionError as error:
                raise error.within(text, match.start(1)) from None
        else:
            parts.append(piece)
    return Message(text, tuple(parts))


# ---- rows ----------------------------------------------------------------------------------------


Event = Literal["changed", "crosses", "becomes true", "nonfinite"]
EVENTS: Final = ("changed", "crosses", "becomes true", "nonfinite")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakpointBase:
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
class Breakpoint(BreakpointBase):
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
class Watchpoint(BreakpointBase):
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


AnyBreakpoint: TypeAlias = Breakpoint | Watchpoint
R = TypeVar("R", bound=BreakpointBase)


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
