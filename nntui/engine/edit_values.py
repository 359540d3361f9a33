"""The values that edits give: numbers, and functions such as ``leaky_relu(slope=0.2)``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final, TypeVar

from nntui.model.activations import Activation
from nntui.model.errors import NntuiError, SettingError
from nntui.model.losses import Loss
from nntui.model.names import escaped

_FUNCTION: Final = re.compile(r"\s*([^\s()]+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_SETTING: Final = re.compile(r"\s*(\w+)\s*[= ]\s*(\S+)\s*")
Chosen = TypeVar("Chosen", Activation, Loss)

_TRUTH: Final = {"true": True, "false": False}


class EditError(NntuiError, ValueError):
    """An edit of something that cannot be edited, or to a value that it cannot have."""


def number_of(target: str, value: float | str) -> float:
    """A finite number, or a setting's truth value (``nesterov``), from a number or its text."""
    if isinstance(value, str) and value.strip().lower() in _TRUTH:
        value = _TRUTH[value.strip().lower()]
    if isinstance(value, bool):
        return value
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise EditError(
            f"{escaped(target)} cannot be {escaped(str(value))}: expected a finite number"
        )
    return found


def real_of(target: str, value: float | str) -> float:
    """A finite number, from a number or its text."""
    found = number_of(target, value)
    if isinstance(found, bool):
        raise EditError(f"{escaped(target)} cannot be {shown(found)}: expected a finite number")
    return found


def function_of(target: str, value: float | str) -> str:
    """A function's text, in the one way of writing it."""
    chosen: Loss | Activation
    if target == "loss":
        chosen = chosen_of(target, Loss.of, str(value))
    else:
        chosen = chosen_of(target, Activation.of, str(value))
    plain = chosen.row.settings
    changed = [f"{name}={value!r}" for name, value in chosen.settings if value != plain[name]]
    return f"{chosen.name}({', '.join(changed)})" if changed else chosen.name


def chosen_of(target: str, of: Callable[..., Chosen], text: str) -> Chosen:
    """The function that a text such as ``leaky_relu(slope=0.2)`` stands for."""
    match = _FUNCTION.fullmatch(text)
    if match is None:
        raise EditError(
            f"{escaped(target)} cannot be {escaped(text)}: "
            "expected a function, such as tanh or leaky_relu(slope=0.2)"
        )
    settings: dict[str, float] = {}
    for part in filter(str.strip, (match.group(2) or "").split(",")):
        setting = _SETTING.fullmatch(part)
        if setting is None:
            raise EditError(
                f"{escaped(target)} cannot be {escaped(text)}: "
                f"expected a setting such as slope=0.2, not {escaped(part.strip())}"
            )
        settings[setting.group(1)] = real_of(setting.group(1), setting.group(2))
    try:
        return of(match.group(1), **settings)
    except SettingError as error:
        hint = f" ({error.hint})" if error.hint else ""
        raise EditError(
            f"{escaped(target)} cannot be {escaped(text)}: "
            f"found {error.found}, expected {error.expected}{hint}"
        ) from None


def shown(value: float | str) -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value!r}".removesuffix(".0")
