"""A stop: the position where a run came to rest, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint
from nntui.debugger.breakpoints.detectors import Match

Kind = Literal["stop", "failure", "end", "start", "pause"]


@dataclass(frozen=True, slots=True)
class Stop:
    """The position where a run came to rest, and the reason as a sentence.

    ``kind``: stop (at a breakpoint or watchpoint), failure (a condition reads a blank value), end
    or start (of the run), pause. ``hits``: the numbers of what stopped it, each with its hits so
    far. ``messages``: what was logged on the way.
    """

    position: int
    reason: str
    kind: Kind = "stop"
    hits: tuple[tuple[int, int], ...] = ()
    messages: tuple[str, ...] = ()


def reason_of(matched: Sequence[tuple[AnyBreakpoint, Match]]) -> str:
    """Say why a run stopped: ``breakpoint 1: h1 backward (3rd hit)``."""
    return "; ".join(_reason(point, match) for point, match in matched)


def _reason(point: AnyBreakpoint, match: Match) -> str:
    reason = f"{point.title}: {match.text}"
    return reason if match.failed else f"{reason} ({ordinal(point.hits)} hit)"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``."""
    if number // 10 % 10 == 1:
        return f"{number:,}th"
    return f"{number:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
