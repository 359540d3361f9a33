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
