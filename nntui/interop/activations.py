"""Activations of other libraries that are expressions in nntui, and those that a user names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import pi, sqrt
from typing import Final

from nntui.model.activations import Activation
from nntui.model.errors import SettingError, counted

# Expressions and their derivatives, for ``Activation.of_expression``.
HARD_SWISH: Final = (
    "z*min(max(z + 3, 0), 6)/6",
    "0 if z <= -3 else 1 if z >= 3 else z/3 + 0.5",
)
MISH: Final = (
    "z*tanh(log(1 + exp(z)))",
    "tanh(log(1 + exp(z))) + z*sigmoid(z)*(1 - tanh(log(1 + exp(z)))**2)",
)
LOG_SIGMOID: Final = ("min(z, 0) - log(1 + exp(-abs(z)))", "sigmoid(-z)")
EXP: Final = ("exp(z)", "a")
SOFTSIGN: Final = ("z/(1 + abs(z))", "1/(1 + abs(z))**2")


def gelu(*, by_tanh: bool) -> Activation:
    """Make gelu, or what is near to it by tanh."""
    if not by_tanh:
        return Activation.of("gelu")
    c = sqrt(2.0 / pi)
    tanh = f"tanh({c!r}*(z + 0.044715*z**3))"
    return Activation.of_expression(
        f"0.5*z*(1 + {tanh})",
        f"0.5*(1 + {tanh}) + 0.5*z*(1 - {tanh}**2)*{c!r}*(1 + 0.134145*z**2)",
    )


def scaled_elu(alpha: float, scale: float) -> Activation:
    """Make elu, or SELU, which is elu times a scale."""
    if scale == 1.0:
        return Activation.of("elu", alpha=alpha)
    both = scale * alpha
    return Activation.of_expression(
        f"{scale!r}*z if z > 0 else {both!r}*(exp(z) - 1)",
        f"{scale!r} if z > 0 else {both!r}*exp(z)",
    )


def hard_tanh(low: float, high: float) -> Activation:
    """Make the identity between two bounds, at and beyond which the slope is 0."""
    if (low, high) == (-1.0, 1.0):
        return Activation.of("hard_tanh")
    return Activation.of_expression(
        f"min(max(z, {low!r}), {high!r})", f"1 if {low!r} < z and z < {high!r} else 0"
    )


def hard_sigmoid(slope: float, offset: float = 0.5) -> Activation:
    """Make a line between 0 and 1."""
    line = f"{slope!r}*z + {offset!r}"
    return Activation.of_expression(
        f"min(max({line}, 0), 1)", f"{slope!r} if 0 < {line} and {line} < 1 else 0"
    )


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
