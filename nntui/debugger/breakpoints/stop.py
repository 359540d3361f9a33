"""A stop: where a run came to rest, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint
from nntui.debugger.breakpoints.detectors import Match

Kind = Literal["stop", "failure", "end", "start", "pause"]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run came to rest and why, as a sentence.

    ``kind``: stop (a breakpoint or watchpoint), failure (a condition that cannot be told), end or
    start (of the run), pause. ``hits``: the numbers of what stopped it, each with how often it was
    met so far. ``messages``: what was logged on the way.
    """

    position: int
    reason: str
    kind: Kind = "stop"
    hits: tuple[tuple[int, int], ...] = ()
    messages: tuple[str, ...] = ()


def reason_of(met: Sequence[tuple[AnyBreakpoint, Match]]) -> str:
    """Why some rows stop a run: ``breakpoint 1: h1 backward (3rd hit)``."""
    return "; ".join(_because(row, match) for row, match in met)


def _because(row: AnyBreakpoint, match: Match) -> str:
    said = f"{row.title}: {match.says}"
    return said if match.failed else f"{said} ({ordinal(row.hits)} hit)"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``."""
    if number // 10 % 10 == 1:
        return f"{number:,}th"
    return f"{number:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
