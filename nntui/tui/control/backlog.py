"""The backlog: keys that come faster than the screen can be painted are painted together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.tui.control.stage import Stage
    from nntui.tui.frame import Frame


class Backlog:
    """Paints a frame at once, or behind the keys that are waiting already.

    Each key is answered in turn; but when a key is held down on a slow terminal, or many come at
    once, only what the last of them led to is worth painting. So nothing is left to do when the
    key is let go.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._due: str | None = None

    def show(self, frame: Frame, message: str) -> None:
        """Paint a frame with a message, soon."""
        self._stage.latest = frame
        if self._due is not None:
            self._due = message
        elif self._stage.app.message_queue_size:
            self._due = message
            self._stage.app.call_later(self._catch_up)
        else:
            self._stage.paint(frame, message)

    def say(self, message: str) -> None:
        """Something else is said meanwhile."""
        if self._due is not None:
            self._due = message

    def painting(self, message: str | None) -> str | None:
        """A frame is painted now, whatever waits: the message that goes with it."""
        due, self._due = self._due, None
        return due if message is None else message

    def _catch_up(self) -> None:
        if self._due is not None and self._stage.is_attached:
            self._stage.paint(self._stage.latest, self._due)
