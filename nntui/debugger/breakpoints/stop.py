"""A stop: the position where a run came to rest, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stop", "end", "start", "pause"]


@dataclass(frozen=True, slots=True)
class Stop:
    """The position where a run came to rest, and the reason as a sentence.

    ``kind``: stop (at a breakpoint or watchpoint), end or start (of the run), pause. ``hits``: the
    numbers of what stopped it, each with its hits so far. ``messages``: what was logged on the way.
    """

    position: int
    reason: str
    kind: Kind = "stop"
    hits: tuple[tuple[int, int], ...] = ()
    messages: tuple[str, ...] = ()


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``."""
    if number // 10 % 10 == 1:
        return f"{number:,}th"
    return f"{number:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
