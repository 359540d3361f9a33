"""The list of recently opened files, in the user's state directory."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from platformdirs import user_state_path

from nntui.document.files import write_kept

MOST: Final = 10


def recent_files(folder: Path | None = None) -> list[Path]:
    """The files opened last, the newest first, of those that still exist.

    A damaged list counts as empty: it is a convenience and is written anew at the next opening.
    """
    try:
        found = json.loads(_place(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    # (Path.is_file would raise for what cannot be looked at; os.path's says that it is none.)
    return [Path(each) for each in found if isinstance(each, str) and os.path.isfile(each)][:MOST]


def remember(path: Path, folder: Path | None = None) -> None:
    """Put a file at the head of the list. A state directory that can't be written is no error."""
    place = _place(folder)
    resolved = Path(os.path.realpath(path))
    files = [resolved, *(other for other in recent_files(folder) if other != resolved)]
    write_kept(place, json.dumps([str(each) for each in files[:MOST]]), lasting=False)


def _place(folder: Path | None) -> Path:
    return (folder or user_state_path("nntui")) / "recent.json"
