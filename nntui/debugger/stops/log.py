"""The log of a hunt: the messages of the breakpoints that it came past."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

MAX_MESSAGES: Final = 1000


class Log:
    """Keeps the last messages, or all of them, or hands each over as it comes."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=MAX_MESSAGES)
        self._dropped = 0
        self._listener: Callable[[str], object] | None = None

    @property
    def messages(self) -> tuple[str, ...]:
        """What was kept; first of all, how much was not."""
        dropped = (f"… {self._dropped:,} earlier messages left out",) if self._dropped else ()
        return (*dropped, *self._kept)

    def say(self, message: str) -> None:
        """Take a message."""
        if self._listener is not None:
            self._listener(message)
            return
        self._dropped += len(self._kept) == self._kept.maxlen
        self._kept.append(message)

    def tell(self, listener: Callable[[str], object]) -> None:
        """Hand each message over from here on: none is kept, and none is left out."""
        self._listener = listener

    def keep_all(self) -> None:
        """Leave none out from here on, however many there will be."""
        self._kept = deque(self._kept)
