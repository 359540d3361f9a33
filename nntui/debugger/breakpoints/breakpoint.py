"""Breakpoints and watchpoints, frozen, with their places, messages and counters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from nntui.debugger.values import value_text
from nntui.explain.numbers import exact
from nntui.model.errors import NntuiError
from nntui.model.names import escaped, quoted
from nntui.model.network import Network

if TYPE_CHECKING:
    from nntui.debugger.expressions import Expression


class BreakpointError(NntuiError, ValueError):
    """A place, breakpoint or watchpoint that means nothing, or a number of none; a sentence."""


Direction = Literal["forward", "backward", "update"]
DIRECTIONS: Final = ("forward", "backward", "update")
PHASES: Final = ("forward", "loss", "backward", "difference", "update")
LINES: Final = (
    "load", "forward_edge", "forward_neuron", "loss",
    "backward_neuron", "backward_edge", "move_up", "move_down", "difference", "update_bias",
    "update_weight",
)  # fmt: skip
"""The lines of the algorithm, by the kind of step that they execute."""
PERIODS: Final = ("example", "update", "epoch")
"""Places that may have a number: without one they mean each example, update or epoch."""
CLAUSES: Final = ("if", "log", "every", "ignore", "disabled")
KEYWORDS: Final = frozenset({
    "layer", "phase", "line", "step", *PERIODS, *DIRECTIONS, *CLAUSES, "crosses", "becomes",
    "nonfinite",
})  # fmt: skip
"""Words with a meaning in commands: a neuron of that name is quoted."""


class Place(Struct, frozen=True):
    """Where a breakpoint stops: some steps of the algorithm.

    ``kind``: edge, neuron, layer, phase, line, step, example, update or epoch. ``neurons``: the
    edge's source and target, or the neuron. ``number``: the layer's, the step's, or the only
    example, update or epoch meant. ``end``: the last step of a period, not its first.
    ``phase``, ``line``: which of ``PHASES``, of ``LINES``. ``direction``: forward, backward or
    update (the step that updates the edge's weight, the neuron's bias, the layer's biases); None:
    forward and backward.
    """

    kind: str
    neurons: tuple[str, ...] = ()
    number: int | None = None
    phase: str | None = None
    direction: str | None = None
    line: str | None = None
    end: bool = False

    @property
    def index(self) -> int | None:
        """That of the only step, example, update or epoch meant: from 0, as Python's."""
        return None if self.number is None else self.number - 1

    @property
    def text(self) -> str:
        """The place as a command writes it: ``x1->h1 backward``."""
        if self.neurons:
            words = ["->".join(f'"{j}"' if j in KEYWORDS else quoted(j) for j in self.neurons)]
        else:
            words = [self.kind]
            words += [self.phase or "", self.line or ""]
            words += ["" if self.number is None else str(self.number), "end" if self.end else ""]
        return " ".join(filter(None, [*words, self.direction]))


MAX_LENGTH: Final = 500

# {{ and }} stand for the brackets themselves; a quoted name may hold any character.
_PART: Final = re.compile(r'\{\{|\}\}|\{((?:"(?:[^"\\]|\\.)*"|[^{}"])*)\}|[^{}]+|.', re.DOTALL)


class Message(Struct, frozen=True):
    """The message of a logging breakpoint, parsed; ``text`` is as it was typed."""

    text: str
    parts: tuple[str | Expression, ...]

    @property
    def quoted(self) -> str:
        """The text as a command writes it."""
        return json.dumps(self.text, ensure_ascii=False)

    def written(self, lookup: Callable[[str], float | None]) -> str:
        """Write the message in one line, each expression replaced by its value."""
        found = "".join(
            part if isinstance(part, str) else value_text(part.value(lookup)) for part in self.parts
        )
        return escaped(found, 4 * MAX_LENGTH)


def with_parts(text: str, change: Callable[[str], str]) -> str:
    """Replace each expression in a message's text by another text."""

    def changed(match: re.Match[str]) -> str:
        inside = match.group(1)
        return match.group() if inside is None else f"{{{change(inside)}}}"

    return _PART.sub(changed, text)


def parse_message(text: str, net: Network) -> Message:
    """Parse a message.

    Raises:
        BreakpointError: it is too long, or a bracket has no partner.
        ExpressionError: an expression in it cannot be read; the position is in the whole text.
    """
    from nntui.debugger.expressions import ExpressionError, parse

    if len(text) > MAX_LENGTH:
        raise BreakpointError(f"a message of {len(text)} characters (at most {MAX_LENGTH})")
    parts: list[str | Expression] = []
    for match in _PART.finditer(text):
        piece = match.group()
        if piece in ("{{", "}}"):
            parts.append(piece[0])
        elif piece in ("{", "}"):
            raise BreakpointError(
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


Event = Literal["changed", "crosses", "becomes true", "nonfinite"]


_ALL: Final = 10**15
"""More matches than any run has."""


class BreakpointBase(Struct, frozen=True, kw_only=True):
    """What breakpoints and watchpoints have in common.

    A *match* is a step that it waits for. ``ignore``: how many further matches are passed over;
    ``every``: of the others only each so many-th counts; ``log``: the message to write instead of
    stopping; ``temporary``: deleted when it stops. ``hits``: matches so far, those passed over
    included; ``since``: matches since the last that counted; ``ignored``: how many were passed
    over by ``ignore``, those behind the first ``ignored_from``.
    """

    verb: ClassVar[str]

    number: int = 0
    condition: Expression | None = None
    enabled: bool = True
    temporary: bool = False
    ignore: int = 0
    every: int = 1
    log: Message | None = None
    hits: int = 0
    since: int = 0
    ignored: int = 0
    ignored_from: int = 0

    @property
    def silent(self) -> int:
        """How many further matches will be passed over for certain."""
        return self.ignore + self.every - self.since - 1

    @property
    def stops_always(self) -> bool:
        """Whether no match is passed over, or was."""
        return self.every == 1 and not self.ignore and not self.ignored and self.log is None

    @property
    def last_ignored(self) -> bool:
        """Whether ``ignore`` passed over the match counted last."""
        return self.ignored_from < self.hits <= self.ignored_from + self.ignored

    @property
    def stops_back(self) -> bool:
        """Whether the match counted last stops going back: whether it did going forward."""
        counted = self.hits > 0 and not self.since and not self.last_ignored and self.log is None
        return counted or self.stops_always

    @property
    def silent_back(self) -> int:
        """How many of the matches counted last will be passed over for certain, going back."""
        if self.log is not None or not self.hits:
            return 0 if self.stops_always else _ALL
        if self.last_ignored:
            return self.hits - self.ignored_from
        return min(self.since, self.behind_ignored)

    @property
    def behind_ignored(self) -> int:
        """How many matches were counted since the last that ``ignore`` passed over."""
        past = self.ignored_from + self.ignored
        return self.hits - past if self.hits > past else self.hits

    @property
    def waits_for(self) -> str:
        """What it waits for, without its condition; empty for every step."""
        raise NotImplementedError

    @property
    def what(self) -> str:
        """What it waits for: ``h1 backward if delta[h1] == 0``, ``loss crosses 0.1``."""
        condition = f"if {self.condition.text}" if self.condition else ""
        return " ".join(filter(None, (self.waits_for, condition))) or "every step"

    @property
    def text(self) -> str:
        """The command that makes it, such as ``break h1 backward every 3``."""
        words = (
            f"{'t' if self.temporary else ''}{self.verb}",
            self.waits_for,
            self.every > 1 and f"every {self.every}",
            self.ignore and f"ignore {self.ignore}",
            not self.enabled and "disabled",
            self.condition and f"if {self.condition.text}",
            self.log and f"log {self.log.quoted}",
        )
        return " ".join(word for word in words if word)

    @property
    def title(self) -> str:
        """``breakpoint 1`` or ``temporary watchpoint 2``."""
        return f"{'temporary ' if self.temporary else ''}{self.verb}point {self.number}"


class Breakpoint(BreakpointBase, frozen=True, kw_only=True):
    """Stops after each step of a place (None: after every step) where its condition is true."""

    verb: ClassVar[str] = "break"

    place: Place | None = None

    @property
    def waits_for(self) -> str:
        return self.place.text if self.place else ""


class Watchpoint(BreakpointBase, frozen=True, kw_only=True):
    """Stops after each step that has an effect on an expression's value.

    ``event``: ``changed``; ``crosses`` the number ``level``; ``becomes true``; or, without an
    expression, ``nonfinite``: the step wrote a NaN or an infinity while all it read was finite.
    """

    verb: ClassVar[str] = "watch"

    expression: Expression | None = None
    event: Event = "changed"
    level: float | None = None

    @property
    def waits_for(self) -> str:
        words = (
            self.expression.text if self.expression else "",
            self.event if self.event != "changed" else "",
            "" if self.level is None else exact(self.level).replace("Infinity", "inf"),
        )
        return " ".join(filter(None, words))


AnyBreakpoint: TypeAlias = Breakpoint | Watchpoint
R = TypeVar("R", bound=BreakpointBase)


def passed_over(point: R, matches: int) -> R:
    """Count matches that are all passed over (no more than ``silent``)."""
    ignored = min(point.ignore, matches)
    return replace(
        point,
        hits=point.hits + matches,
        ignore=point.ignore - ignored,
        since=point.since + matches - ignored,
        ignored=point.ignored + ignored,
        ignored_from=point.hits if ignored and not point.ignored else point.ignored_from,
    )


def matched(point: R) -> tuple[R, bool]:
    """Count one match; return also whether it counts, and is not passed over."""
    if point.silent:
        return passed_over(point, 1), False
    return replace(point, hits=point.hits + 1, since=0), True


def uncounted(point: R, matches: int) -> R:
    """Take back the counting of the last matches, as far as they were counted."""
    while matches and point.hits:
        if point.last_ignored:
            n = min(matches, point.hits - point.ignored_from)
            point = replace(point, ignore=point.ignore + n, ignored=point.ignored - n)
        else:
            n = min(matches, point.behind_ignored)
            point = replace(point, since=(point.since - n) % point.every)
        point = replace(point, hits=point.hits - n)
        matches -= n
    return point


def recounted(point: R, matches: int) -> R:
    """Count as if all matches since the start of the run, so many, had just been counted."""
    ignored = min(point.ignore + point.ignored, matches)
    return replace(
        point,
        hits=matches,
        ignore=point.ignore + point.ignored - ignored,
        ignored=ignored,
        ignored_from=0,
        since=(matches - ignored) % point.every,
    )
