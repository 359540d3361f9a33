"""Activations as a user names them: objects of nntui, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nntui.interop.errors import ConversionError
from nntui.model.activations import Activation
from nntui.model.errors import counted

_COMMA: Final = re.compile(r",(?![^(]*\))")  # not one between the arguments of a function


def chosen_activations(given: Sequence[str | Activation] | str, count: int) -> list[Activation]:
    """Choose an activation for each layer: a list, or one text with commas.

    Raises:
        ConversionError: not as many as layers.
        SettingError: an unknown one.
    """
    names = _COMMA.split(given) if isinstance(given, str) else list(given)
    if len(names) != count:
        raise ConversionError(
            f"activations: found {counted(len(names), 'name')}, expected {count}, one for each "
            "layer of weights (linear: none)"
        )
    return [Activation.of(name.strip() if isinstance(name, str) else name) for name in names]
