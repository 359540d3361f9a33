"""The pace of moving pictures: how soon the terminal may be sent another frame."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Final

MOST_FRAMES: Final = 20
"""Frames a second."""
MOST_BYTES: Final = 40_000
"""Bytes a second that frames may come to: of 50 kB, what keys and charts need is left to them."""
MOST_OWED: Final = 8_000
"""Bytes sent too early from which on nothing moves that need not."""
ASK_AGAIN: Final = 0.02
"""Seconds until a terminal that has not taken all is looked at again."""

Traffic = tuple[int, bool]
"""Bytes sent to the terminal, and whether it has still to take some."""


class FramePace:
    """Spaces out the frames of play and of a movement under way; answers to keys never wait for it.

    There are at most ``MOST_FRAMES`` a second, and fewer where frames are large: their bytes come
    to no more than ``MOST_BYTES`` a second. While a slow terminal has not taken what was sent,
    there is none at all, so that an answer to a key is never behind frames that nobody has seen.
    """

    def __init__(self, traffic: Callable[[], Traffic]) -> None:
        self._traffic = traffic
        self._shown = 0.0
        self._sent: int | None = None
        self._owed = 0.0
        """Bytes that were sent too early."""
        self._looked = perf_counter()

    def wait(self) -> float:
        """Return the seconds until a frame may be shown, or until to ask again; 0: now."""
        now, waiting = perf_counter(), self._count()
        due = max(self._shown + 1 / MOST_FRAMES - now, self._owed / MOST_BYTES, 0)
        return max(due, ASK_AGAIN) if waiting else due

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken all, or was sent much more than it should."""
        return self._count() or self._owed > MOST_OWED

    def _count(self) -> bool:
        """Count what was sent since the last look; return whether the terminal lacks some of it."""
        now, (sent, waiting) = perf_counter(), self._traffic()
        self._owed = max(self._owed - MOST_BYTES * (now - self._looked), 0)
        self._owed += 0 if self._sent is None else sent - self._sent
        self._looked, self._sent = now, sent
        return waiting

    def shown(self) -> None:
        """Note that a frame is shown now."""
        self._shown = perf_counter()
