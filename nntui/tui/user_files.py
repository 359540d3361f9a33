"""Preferences: what a person likes the screen to be, kept from one start to the next.

One small file in the user's state directory. It is read once, before the first paint, and written
whole when something in it changes. What is wrong with it is said, and it is set aside.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_state_path

from nntui.document.files import write_kept

VERSION: Final = 1
MOST_BYTES: Final = 100_000
FARTHEST: Final = 1_000
"""Columns or rows that a pane's border may have been moved by."""

Sizes = Mapping[str, Mapping[str, int]]
"""By the name of a layout: how many rows or columns each place was made larger."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person likes.

    ``theme``: None is nntui's own. ``maximised``: by the name of a layout, the pane that fills it.
    ``still``: nothing is animated.
    """

    theme: str | None = None
    sizes: Sizes = field(default_factory=dict)
    maximised: Mapping[str, str] = field(default_factory=dict)
    tour_seen: bool = False
    still: bool = False


class PreferencesFile:
    """The preferences in force, and the file that they come from and go to.

    Without ``kept`` neither happens: they last as long as the app. ``complaints``: what was wrong
    with the file, in sentences.
    """

    def __init__(self, *, kept: bool, folder: Path | None = None) -> None:
        self.kept = kept
        self.complaints: tuple[str, ...] = ()
        self.now = Preferences()
        self._place = (folder or user_state_path("nntui")) / "preferences.json" if kept else None
        if self._place is not None:
            self._read(self._place)

    def change(self, **changes: Any) -> str | None:
        """Prefer something else from now on; the sentence of why it can't be kept, if so."""
        changed = replace(self.now, **changes)
        if changed == self.now:
            return None
        self.now = changed
        return None if self._place is None else _write(self._place, _plain(changed))

    def _read(self, place: Path) -> None:
        try:
            with place.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise ValueError(f"more than {MOST_BYTES:,} bytes")
            self.now = _taken(json.loads(data.decode("utf-8")))
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError) as error:
            # Imported here: it takes long to load, and is hardly ever needed.
            from nntui.document.user_state import set_aside

            reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
            self.complaints = (f"your preferences can’t be read: {reason}; {set_aside(place)}",)


def _taken(found: Any) -> Preferences:
    """The preferences that a file's content stands for.

    Raises:
        ValueError: it is none of ours, or of a version to come.
    """
    if not isinstance(found, dict):
        raise ValueError("found something else than an object")
    if found.get("version") != VERSION:
        raise ValueError(f"they are of version {str(found.get('version'))[:20]}, not {VERSION}")
    theme = found.get("theme")
    sizes, maximised = found.get("sizes", {}), found.get("maximised", {})
    tour_seen, still = found.get("tour_seen", False), found.get("still", False)
    right = (
        (theme is None or isinstance(theme, str))
        and isinstance(sizes, dict)
        and all(_moved(each) for each in sizes.values())
        and isinstance(maximised, dict)
        and all(isinstance(pane, str) for pane in maximised.values())
        and isinstance(tour_seen, bool)
        and isinstance(still, bool)
    )
    if not right:
        raise ValueError("they hold something that nntui does not write there")
    return Preferences(theme, sizes, maximised, tour_seen, still)


def _moved(found: Any) -> bool:
    return isinstance(found, dict) and all(
        type(by) is int and abs(by) <= FARTHEST for by in found.values()
    )


def _plain(preferences: Preferences) -> dict[str, Any]:
    return {
        "version": VERSION,
        "theme": preferences.theme,
        "sizes": {name: dict(each) for name, each in preferences.sizes.items()},
        "maximised": dict(preferences.maximised),
        "tour_seen": preferences.tour_seen,
        "still": preferences.still,
    }


def _write(place: Path, content: dict[str, Any]) -> str | None:
    """Replace the file at once; the sentence of why it could not be, if so."""
    problem = write_kept(place, json.dumps(content, indent=2), lasting=False)
    return None if problem is None else f"your preferences are not kept: {problem}"


# ---- recent --------------------------------------------------------------------------------------


MOST_RECENT: Final = 10


def recent_files(folder: Path | None = None) -> list[Path]:
    """The files opened last, the newest first, of those that still exist.

    A damaged list counts as empty: it is a convenience and is written anew at the next opening.
    """
    try:
        found = json.loads(_recent_place(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    # (Path.is_file would raise for what cannot be looked at; os.path's says that it is none.)
    files = [Path(each) for each in found if isinstance(each, str) and os.path.isfile(each)]
    return files[:MOST_RECENT]


def remember(path: Path, folder: Path | None = None) -> None:
    """Put a file at the head of the list. A state directory that can't be written is no error."""
    place = _recent_place(folder)
    resolved = Path(os.path.realpath(path))
    files = [resolved, *(other for other in recent_files(folder) if other != resolved)]
    write_kept(place, json.dumps([str(each) for each in files[:MOST_RECENT]]), lasting=False)


def _recent_place(folder: Path | None) -> Path:
    return (folder or user_state_path("nntui")) / "recent.json"


# ---- typed ---------------------------------------------------------------------------------------


MOST_TYPED: Final = 500
LONGEST: Final = 1_000
"""Characters of a line that is kept."""


def read_typed(folder: Path | None = None) -> list[str]:
    """The commands, the newest last. A history that can't be read counts as empty."""
    try:
        text = _typed_place(folder).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    return [line for line in text.split("\n") if line and line.isprintable()][-MOST_TYPED:]


def write_typed(lines: list[str], folder: Path | None = None) -> None:
    """Keep commands. A state directory that can't be written is no error."""
    place = _typed_place(folder)
    kept = [line for line in lines if line.isprintable() and len(line) <= LONGEST][-MOST_TYPED:]
    write_kept(place, "".join(f"{line}\n" for line in kept), lasting=False)


def _typed_place(folder: Path | None) -> Path:
    return (folder or user_state_path("nntui")) / "commands.txt"
