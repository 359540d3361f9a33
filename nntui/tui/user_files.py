"""What the screen keeps in the user's state directory: preferences, recent files, typed commands.

Each is one small file, read when it is first needed (the preferences before the first paint) and
written whole when something in it changes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from nntui.document.user_state import StateError, read_file, state_path, write_file

VERSION: Final = 1
MOST_BYTES: Final = 100_000
"""Bytes in the file of the preferences."""
FARTHEST: Final = 1_000
"""Columns or rows that a pane's border may have been moved by."""

Sizes = Mapping[str, Mapping[str, int]]
"""By the name of a layout: how many rows or columns each place was made larger."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the user likes the screen to be.

    ``theme``: None is nntui's own. ``maximised``: by the name of a layout, the pane that fills it.
    ``still``: nothing is animated. ``sentences``: each step is also said in plain sentences.
    """

    theme: str | None = None
    sizes: Sizes = field(default_factory=dict)
    maximised: Mapping[str, str] = field(default_factory=dict)
    tour_seen: bool = False
    still: bool = False
    sentences: bool = True


class PreferencesFile:
    """The preferences in force, and the file that they come from and go to.

    Without ``kept`` neither happens: they last as long as the app. ``complaints``: what was wrong
    with the file, in sentences.
    """

    def __init__(self, *, kept: bool, folder: Path | None = None) -> None:
        self.kept = kept
        self.complaints: tuple[str, ...] = ()
        self.now = Preferences()
        self._place = state_path("preferences.json", folder=folder) if kept else None
        if self._place is not None:
            try:
                self.now = read_file(self._place, MOST_BYTES, _preferences) or self.now
            except StateError as error:
                self.complaints = (f"your preferences can’t be read: {error}",)

    def change(self, **changes: Any) -> str | None:
        """Prefer something else from now on; return the sentence of why it can't be kept, if so."""
        changed = replace(self.now, **changes)
        if changed == self.now:
            return None
        self.now = changed
        if self._place is None:
            return None
        text = json.dumps({"version": VERSION, **asdict(changed)}, indent=2)
        try:
            write_file(self._place, text, lasting=False)
        except StateError as error:
            return f"your preferences are not kept: {error}"
        return None


def _preferences(text: str) -> Preferences:
    """Read preferences from the text of their file.

    Raises:
        ValueError: the text is none of ours, or of a later version.
    """
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("found something else than an object")
    if found.get("version") != VERSION:
        raise ValueError(f"they are of version {str(found.get('version'))[:20]}, not {VERSION}")
    names = {each.name for each in fields(Preferences)}
    wanted = Preferences(**{name: value for name, value in found.items() if name in names})
    right = (
        isinstance(wanted.theme, str | None)
        and isinstance(wanted.sizes, dict)
        and all(_moved(each) for each in wanted.sizes.values())
        and isinstance(wanted.maximised, dict)
        and all(isinstance(pane, str) for pane in wanted.maximised.values())
        and isinstance(wanted.tour_seen, bool)
        and isinstance(wanted.still, bool)
        and isinstance(wanted.sentences, bool)
    )
    if not right:
        raise ValueError("they hold something that nntui does not write there")
    return wanted


def _moved(found: Any) -> bool:
    return isinstance(found, dict) and all(
        type(by) is int and abs(by) <= FARTHEST for by in found.values()
    )


MOST_RECENT: Final = 10
_MOST_LIST_BYTES: Final = 4 * 2**20
"""Bytes in the file of the recent files or of the typed commands."""


def recent_files(folder: Path | None = None) -> list[Path]:
    """The files opened last, the newest first, of those that still exist.

    A damaged list counts as empty: it is a convenience and is written anew at the next opening.
    """
    try:
        found = read_file(state_path("recent.json", folder=folder), _MOST_LIST_BYTES, json.loads)
    except StateError:
        return []
    if not isinstance(found, list):
        return []
    # (Path.is_file would raise for what cannot be looked at; os.path's says that it is none.)
    files = [Path(each) for each in found if isinstance(each, str) and os.path.isfile(each)]
    return files[:MOST_RECENT]


def remember(path: Path, folder: Path | None = None) -> None:
    """Put a file at the head of the list. A state directory that can't be written is no error."""
    resolved = Path(os.path.realpath(path))
    files = [resolved, *(other for other in recent_files(folder) if other != resolved)]
    text = json.dumps([str(each) for each in files[:MOST_RECENT]])
    with suppress(StateError):
        write_file(state_path("recent.json", folder=folder), text, lasting=False)


MOST_TYPED: Final = 500
LONGEST: Final = 1_000
"""Characters of a line that is kept."""


def read_typed(folder: Path | None = None) -> list[str]:
    """Read the commands, the newest last. A history that can't be read counts as empty."""
    try:
        file = state_path("commands.txt", folder=folder)
        lines = read_file(file, _MOST_LIST_BYTES, lambda text: text.split("\n")) or []
    except StateError:
        return []
    return [line for line in lines if line and line.isprintable()][-MOST_TYPED:]


def write_typed(lines: list[str], folder: Path | None = None) -> None:
    """Keep commands. A state directory that can't be written is no error."""
    kept = [line for line in lines if line.isprintable() and len(line) <= LONGEST][-MOST_TYPED:]
    text = "".join(f"{line}\n" for line in kept)
    with suppress(StateError):
        write_file(state_path("commands.txt", folder=folder), text, lasting=False)
