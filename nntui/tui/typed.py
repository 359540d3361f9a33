"""The commands typed last, in the user's state directory: the history of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platformdirs import user_state_path

from nntui.document.files import write_kept

MOST: Final = 500
LONGEST: Final = 1_000
"""Characters of a line that is kept."""


def read_typed(folder: Path | None = None) -> list[str]:
    """The commands, the newest last. A history that can't be read counts as empty."""
    try:
        text = _place(folder).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    return [line for line in text.split("\n") if line and line.isprintable()][-MOST:]


def write_typed(lines: list[str], folder: Path | None = None) -> None:
    """Keep commands. A state directory that can't be written is no error."""
    place = _place(folder)
    kept = [line for line in lines if line.isprintable() and len(line) <= LONGEST][-MOST:]
    write_kept(place, "".join(f"{line}\n" for line in kept), lasting=False)


def _place(folder: Path | None) -> Path:
    return (folder or user_state_path("nntui")) / "commands.txt"
