"""How a row is chosen from a table by name, and its settings checked: the same for every table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from nntui.model.errors import SettingError
from nntui.model.names import did_you_mean, escaped

Row = TypeVar("Row")
Setting = TypeVar("Setting", bound=float)


def chosen_row(what: str, name: str, table: Mapping[str, Row]) -> Row:
    """The row of ``table`` called ``name``.

    Raises:
        SettingError: no such row; the sentence lists the rows and the nearest one.
    """
    try:
        return table[name]
    except (KeyError, TypeError):
        known = ", ".join(table)
        shown = f'"{escaped(str(name))}"'
        hint = did_you_mean(str(name), table)
        raise SettingError(shown, f"the name of a known {what}: {known}", hint=hint) from None


def chosen_settings(
    what: str, defaults: Mapping[str, float], given: Mapping[str, float]
) -> dict[str, float]:
    """The defaults with the given settings in their place, in the defaults' order.

    A setting whose default is a bool takes a bool; every other one a finite number.

    Raises:
        SettingError: an unknown setting, or a value of the wrong kind; ``place`` is the setting.
    """
    for name in given:
        if name not in defaults:
            known = ", ".join(defaults) or "no settings"
            hint = did_you_mean(name, defaults)
            raise SettingError(
                f'the unknown key "{escaped(name)}"', f"{what} takes {known}", "", hint
            )
    return {
        name: _checked(name, default, given.get(name, default))
        for name, default in defaults.items()
    }


def is_finite(value: object) -> bool:
    """Whether a value is a number (and no bool) that a finite float can hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int of more than 308 digits
        return False


def _checked(name: str, default: float, value: float) -> float:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise SettingError(repr(value), "true or false", name)
        return value
    if not is_finite(value):
        raise SettingError(escaped(repr(value)), "a finite number", name)
    return float(value)
