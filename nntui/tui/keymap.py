"""A person's own keys: ``keys.toml`` in the user's configuration directory.

Each line gives an action of the table (``nntui.tui.keys``) its key or keys, in place of its own::

    step = "j"
    step-back = "k"
    continue = ["g", "f5"]

What is wrong with a line is said and the line left out; the others count.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path
from textual.keys import Keys, _character_to_key

from nntui.model.names import did_you_mean, escaped
from nntui.tui.keys import EDITOR, GROUPS, LISTS, displayed, every_key

MODIFIERS: Final = ("ctrl", "shift", "alt", "super", "hyper", "meta")
MOST_BYTES: Final = 100_000
_NAMED: Final = frozenset(key.value for key in Keys)


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force.

    ``changed``: keys by action (as Textual takes them, commas between) where they differ from the
    table's. ``complaints``: what was wrong with the file, in sentences.
    """

    changed: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def keymap_file(folder: Path | None = None) -> Path:
    """Where the file is looked for."""
    return (folder or user_config_path("nntui")) / "keys.toml"


def read_keymap(folder: Path | None = None) -> Keymap:
    """The person's keys; without a file, those of the table. Never an error."""
    place = keymap_file(folder)
    try:
        with place.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            return Keymap({}, (f"{escaped(str(place), 200)}: more than {MOST_BYTES:,} bytes",))
        found = tomllib.loads(text.decode("utf-8"))
    except FileNotFoundError:
        return Keymap()
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Keymap({}, (f"{escaped(str(place), 200)}: {escaped(reason, 200)}",))
    return keymap_of(found)


def keymap_of(wanted: Mapping[str, Any]) -> Keymap:
    """The keys that a person wants, as far as they can be had."""
    table = every_key()
    complaints: list[str] = []
    changed: dict[str, str] = {}
    for name, value in wanted.items():
        if name not in table:
            hint = did_you_mean(name, table) or "README names them all"
            complaints.append(f"there is no action “{escaped(name)}”; {hint}")
            continue
        keys, faults = _keys(value)
        complaints += [f"{name}: {fault}" for fault in faults]
        if keys and ",".join(keys) != table[name].keys:
            changed[name] = ",".join(keys)
    return Keymap(*_parted(changed, complaints))


def keys_in_force(changed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The keys of every action."""
    return {
        name: tuple(part for part in changed.get(name, key.keys).split(",") if part)
        for name, key in every_key().items()
    }


def _parted(
    changed: dict[str, str], complaints: list[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """See to it that no key means two things in one place: the person's own choice counts first."""
    for scope in _scopes():
        owner: dict[str, str] = {}
        for name in sorted(scope, key=lambda name: name not in changed):
            kept = []
            for key in keys_in_force(changed)[name]:
                other = owner.setdefault(key, name)
                if other == name:
                    kept.append(key)
                else:
                    complaints.append(f"{displayed(key)} means {other} and no longer {name}")
            if ",".join(kept) != changed.get(name, every_key()[name].keys):
                changed[name] = ",".join(kept)
    return changed, tuple(complaints)


def _scopes() -> tuple[tuple[str, ...], ...]:
    """Actions that hear the keyboard at one time."""
    everywhere = tuple(key.name for group in GROUPS.values() for key in group)
    return everywhere, *(tuple(key.name for key in scope) for scope in (LISTS, EDITOR))


def _keys(value: Any) -> tuple[list[str], list[str]]:
    """The keys that a value of the file stands for, and what is wrong with it."""
    words = value if isinstance(value, list) else [value]
    keys, faults = [], []
    for word in words:
        if not isinstance(word, str) or not word:
            faults.append(f'found {escaped(repr(word))}, expected a key such as "j" or "ctrl+j"')
            continue
        key = _key(word)
        if key is None:
            hint = did_you_mean(word, _NAMED) or 'expected one such as "j", "F5" or "ctrl+j"'
            faults.append(f"“{escaped(word)}” is no key; {hint}")
        elif key.isdigit():
            faults.append(f"{key} is a digit of a count")
        else:
            keys.append(key)
    return list(dict.fromkeys(keys)), faults


def _key(word: str) -> str | None:
    """A key as Textual calls it; None when there is none of that name."""
    if len(word) == 1:
        return _character_to_key(word) if word.isprintable() else None
    *held, last = word.split("+") if not word.endswith("++") else [*word[:-2].split("+"), "+"]
    held = [each.lower() for each in held]
    if not set(held) <= set(MODIFIERS) or not last:
        return None
    if len(last) == 1:
        name = _character_to_key(last)
    elif last.lower() in _NAMED:
        name = last.lower()
    else:
        return None
    return "+".join([*sorted(held, key=MODIFIERS.index), name])
