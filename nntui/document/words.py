"""How a value that was found is shown in a sentence, and lists of names in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nntui.model.names import escaped

DIGITS_SHOWN: Final = 30


def shown(value: object) -> str:
    """A JSON value in a few words: scalars as JSON writes them (escaped, cut), the rest by kind."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(repr(value))
    if isinstance(value, str):
        return f'"{escaped(value)}"'
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return "an object" if value else "an empty object"


def number(digits: str) -> str:
    """A number as it is written, cut with a note when it is absurdly long."""
    if len(digits) <= DIGITS_SHOWN:
        return digits
    return f"{digits[:DIGITS_SHOWN]}… ({len(digits)} characters)"


def choice(names: Iterable[str]) -> str:
    """``"a", "b" or "c"``."""
    *before, last = [f'"{name}"' for name in names]
    return f"{', '.join(before)} or {last}" if before else last
