"""Stamps: whether a file on disk is still the one that was read or written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

Stamp: TypeAlias = tuple[int, int, int] | None
"""When a file was last changed, its size and its identity; None: there is no such file."""


def stamp_of(path: str | os.PathLike[str]) -> Stamp:
    """The stamp of a file, links followed."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def stamps_of(paths: tuple[Path, ...]) -> tuple[Stamp, ...]:
    """The stamps of several files."""
    return tuple(map(stamp_of, paths))
