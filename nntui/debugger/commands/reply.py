"""What a command answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """What a command has to say that moves nowhere: lines to read, and the same as plain values."""

    lines: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command.

    ``lines`` are for a person, escaped and without line feeds; ``data`` holds the same as plain
    JSON values (NaN and the infinities as floats). ``position`` is where the run stands now,
    ``moved`` whether that is elsewhere than before, ``stop`` why it stopped there (None when the
    movement simply arrived). ``quits`` asks whoever gave the command to leave.
    """

    command: str
    ok: bool
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    position: int
    stop: str | None = None
    moved: bool = False
    quits: bool = False

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    @property
    def plain(self) -> dict[str, Any]:
        """The reply as a plain value, for JSON."""
        return {
            "command": self.command,
            "ok": self.ok,
            "position": self.position,
            "moved": self.moved,
            "stop": self.stop,
            "lines": list(self.lines),
            "data": dict(self.data),
        }
