"""The user's key map: the file in the configuration directory, and what of it can be had."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from nntui.document.errors import Fault
from nntui.document.files import read_bytes
from nntui.model.names import did_you_mean, escaped

# The table of the keys is made when it is needed: after the first paint.

MODIFIERS: Final = ("ctrl", "shift", "alt", "super", "hyper", "meta")
MOST_BYTES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Keymap:
    """The user's own keys.

    ``changed``: keys by name (as Textual takes them, commas between) where they differ from the
    table's. ``complaints``: what was wrong with the file, in sentences.
    """

    changed: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()

    def display(self, name: str) -> str:
        """Return the keys of a row of the table as the user reads them."""
        from nntui.tui.keys import every_key

        return every_key()[name].display(self.changed)


def keymap_file(folder: Path | None = None) -> Path:
    """Return where the user's key map is."""
    return (folder or user_config_path("nntui")) / "keys.toml"


def read_keymap(folder: Path | None = None) -> Keymap:
    """Read the user's key map; without a file, it changes nothing. Never an error.

    The complaints do not name the file.
    """
    place = keymap_file(folder)
    if not os.path.lexists(place):
        return Keymap()
    try:
        text = read_bytes(os.fspath(place), "a key map")
        if len(text) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES:,} bytes")
        found = tomllib.loads(text.decode("utf-8"))
    except Fault as fault:
        reason = str(fault)
    except (ValueError, RecursionError) as error:
        reason = str(error)
    else:
        return keymap_of(found)
    return Keymap({}, (escaped(reason, 200),))


def keymap_of(wanted: Mapping[str, Any]) -> Keymap:
    """Check a key map, and return what of it can be had."""
    from nntui.tui.keys import (
        ANSWERS,
        EDITOR,
        EVERYWHERE,
        LISTS,
        TIMELINE,
        displayed,
        every_key,
    )

    table = every_key()
    complaints: list[str] = []
    changed: dict[str, str] = {}
    for name, value in wanted.items():
        if name not in table:
            hint = did_you_mean(name, table) or "nntui help keys names them all"
            complaints.append(f"there is no action “{escaped(name)}”; {hint}")
            continue
        keys, faults = _keys(value)
        complaints += [f"{name}: {fault}" for fault in faults]
        if keys and ",".join(keys) != table[name].keys:
            changed[name] = ",".join(keys)
    # No key has two meanings in one place.
    for scope in (EVERYWHERE, LISTS, ANSWERS, TIMELINE, EDITOR):
        owner: dict[str, str] = {}
        for row in sorted(scope, key=lambda row: row.name not in changed):  # the user's own first
            in_force = changed.get(row.name, row.keys)
            kept = []
            for key in filter(None, in_force.split(",")):
                other = owner.setdefault(key, row.name)
                if other == row.name:
                    kept.append(key)
                else:
                    complaints.append(f"{displayed(key)} means {other} and no longer {row.name}")
            if ",".join(kept) != in_force:
                changed[row.name] = ",".join(kept)
    return Keymap(changed, tuple(complaints))


def _keys(value: Any) -> tuple[list[str], list[str]]:
    """Return the keys that a value of the file stands for, and what is wrong with it."""
    words = value if isinstance(value, list) else [value]
    keys, faults = [], []
    for word in words:
        if not isinstance(word, str) or not word:
            faults.append(f'found {escaped(repr(word))}, expected a key such as "j" or "ctrl+j"')
            continue
        key = _key(word)
        if key is None:
            hint = did_you_mean(word, _named()) or 'expected one such as "j", "F5" or "ctrl+j"'
            faults.append(f"“{escaped(word)}” is no key; {hint}")
        elif key.isdigit():
            faults.append(f"{key} is a digit of a count")
        else:
            keys.append(key)
    return list(dict.fromkeys(keys)), faults


@cache
def _named() -> frozenset[str]:
    """Return Textual's names of keys."""
    from textual.keys import Keys

    return frozenset(key.value for key in Keys)


def _key(word: str) -> str | None:
    """Return Textual's name of a key; None when there is no such key."""
    from textual.keys import _character_to_key

    if len(word) == 1:
        return _character_to_key(word) if word.isprintable() else None
    *held, last = word.split("+") if not word.endswith("++") else [*word[:-2].split("+"), "+"]
    held = [each.lower() for each in held]
    if not set(held) <= set(MODIFIERS) or not last:
        return None
    if len(last) == 1:
        name = _character_to_key(last)
    elif last.lower() in _named():
        name = last.lower()
    else:
        return None
    return "+".join([*sorted(held, key=MODIFIERS.index), name])
