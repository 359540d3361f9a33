"""Losses, optimizers and activations as a user names them: objects of nntui, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from nntui.interop.errors import ConversionError
from nntui.model.activations import Activation
from nntui.model.errors import counted
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer
from nntui.model.settings import function_named

_COMMA: Final = re.compile(r",(?![^(]*\))")  # not one between the arguments of a function


def chosen_loss(given: str | Loss) -> Loss:
    """Choose a loss: ``"mse"``, ``"huber delta 2"``."""
    return given if isinstance(given, Loss) else function_named(Loss.of, given)


def chosen_optimizer(given: Any) -> Optimizer:
    """Choose an optimizer: ``"adam learning_rate 0.01"``, or a name with a dict of settings."""
    if isinstance(given, tuple) and len(given) == 2:
        return Optimizer.of(given[0], **given[1])
    return given if isinstance(given, Optimizer) else function_named(Optimizer.of, given)


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
    return [
        name if isinstance(name, Activation) else Activation.named(name.strip()) for name in names
    ]
