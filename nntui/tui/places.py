"""Places that a person types: the file that is meant, and what stands in the way of it."""

from __future__ import annotations

import os
from pathlib import Path

from nntui.model.names import escaped

# Path.is_dir and the like raise for a name that no file can have: os.path's do not.


def working_folder() -> Path:
    """The working folder; when it is gone, only ``.`` is left of it."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def place_of(typed: str) -> Path:
    """The file that is meant; ``~`` is the person's home, if it is known."""
    return Path(os.path.expanduser(typed.strip()))


def fault_in_place(typed: str) -> str | None:
    """Why no file can be written there, in a sentence; None when one may be."""
    place = place_of(typed)
    if not typed.strip():
        return "a file needs a name"
    if not typed.isprintable():
        return "no file can have this name"
    if os.path.isdir(place):
        return "this is a folder: a file in it needs a name"
    if not os.path.isdir(place.parent):
        return f"there is no folder {escaped(str(place.parent), 200)}"
    return None
