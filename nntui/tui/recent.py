"""The list of recently opened files, in the user's state directory."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Final

from platformdirs import user_state_path

MOST: Final = 10


def recent_files(folder: Path | None = None) -> list[Path]:
    """The files opened last, the newest first, of those that still exist.

    A damaged list counts as empty: it is a convenience and is written anew at the next opening.
    """
    try:
        found = json.loads(_place(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(found, list):
        return []
    paths = [Path(text) for text in found if isinstance(text, str) and "\0" not in text]
    return [path for path in paths if path.is_file()][:MOST]


def remember(path: Path, folder: Path | None = None) -> None:
    """Put a file at the head of the list. A state directory that can't be written is no error."""
    place = _place(folder)
    resolved = path.resolve()
    files = [resolved, *(other for other in recent_files(folder) if other != resolved)]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=place.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump([str(each) for each in files[:MOST]], file)
        Path(name).replace(place)
    except OSError:
        return


def _place(folder: Path | None) -> Path:
    return (folder or user_state_path("nntui")) / "recent.json"
