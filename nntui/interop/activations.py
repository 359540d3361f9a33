"""Activations as a user names them: objects of nntui, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nntui.model.activations import Activation
from nntui.model.errors import SettingError, counted

_COMMA: Final = re.compile(r",(?![^(]*\))")  # not one between the arguments of a function


def chosen_activations(given: Sequence[str | Activation] | str, count: int) -> list[Activation]:
    """Choose an activation for each layer: a list, or one text with commas.

    Raises:
        SettingError: not as many as layers, or an unknown one; its place is ``activations``.
    """
    names = _COMMA.split(given) if isinstance(given, str) else list(given)
    if len(names) != count:
        raise SettingError(
            counted(len(names), "name"),
            f"{count}, one for each layer of weights",
            "activations",
            "linear: none",
        )
    try:
        return [Activation.of(name.strip() if isinstance(name, str) else name) for name in names]
    except SettingError as error:
        raise error.below("activations") from None
