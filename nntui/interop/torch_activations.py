"""Activations of PyTorch: which operation is which activation, by the operation's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nntui.interop.activations import (
    EXP,
    HARD_SWISH,
    LOG_SIGMOID,
    MISH,
    gelu,
    hard_tanh,
    scaled_elu,
)
from nntui.model.activations import Activation

Arguments = Mapping[str, Any]
_Choice = Callable[[Arguments], Activation | None]


def _plain(name: str) -> _Choice:
    return lambda given: Activation.of(name)


def _with_setting(name: str, setting: str, argument: str) -> _Choice:
    return lambda given: Activation.of(name, **{setting: float(given[argument])})


def _expression(expression: str, derivative: str) -> _Choice:
    return lambda given: Activation.of_expression(expression, derivative)


def _clamped(given: Arguments) -> Activation | None:
    """Bound z; at a bound the slope is still 1."""
    z, within = "z", []
    for key, function, sign in (("min", "max", ">="), ("max", "min", "<=")):
        if (bound := given.get(key)) is None:
            continue
        if not isinstance(bound, (int, float)):
            return None
        z = f"{function}({z}, {float(bound)!r})"
        within.append(f"z {sign} {float(bound)!r}")
    return Activation.of_expression(z, f"1 if {' and '.join(within)} else 0")


def _softplus(given: Arguments) -> Activation:
    beta, threshold = float(given["beta"]), float(given["threshold"])
    if (beta, threshold) == (1.0, 20.0):
        return Activation.of("softplus")
    far = f"{beta!r}*z > {threshold!r}"
    return Activation.of_expression(
        f"z if {far} else log(1 + exp({beta!r}*z))/{beta!r}",
        f"1 if {far} else sigmoid({beta!r}*z)",
    )


def _power(given: Arguments) -> Activation | None:
    n = given["exponent"]
    if not isinstance(n, (int, float)) or n < 1:
        return None
    if n == 2:
        return Activation.of("square")
    return Activation.of_expression(f"z**{n!r}", f"{n!r}*z**{n - 1!r}")


ACTIVATIONS: Final[Mapping[str, _Choice]] = {
    "relu": _plain("relu"),
    "leaky_relu": _with_setting("leaky_relu", "slope", "negative_slope"),
    "elu": lambda given: scaled_elu(float(given["alpha"]), float(given["scale"])),
    "celu": lambda given: Activation.of("elu") if given["alpha"] == 1 else None,
    "softplus": _softplus,
    "sigmoid": _plain("sigmoid"),
    "tanh": _plain("tanh"),
    "hardtanh": lambda given: hard_tanh(float(given["min_val"]), float(given["max_val"])),
    "silu": _plain("silu"),
    "gelu": lambda given: gelu(by_tanh=given["approximate"] == "tanh"),
    "hardswish": _expression(*HARD_SWISH),
    "hardsigmoid": _expression(  # whose 1/6 is a float32's in PyTorch
        "min(max(z + 3, 0), 6)/6", "0.1666666716337204 if -3 < z and z < 3 else 0"
    ),
    "mish": _expression(*MISH),
    "clamp": _clamped,
    "clamp_min": _clamped,
    "clamp_max": _clamped,
    "sin": _plain("sin"),
    "abs": _plain("abs"),
    "pow": _power,
    "exp": _expression(*EXP),
    "log": _expression("log(z)", "1/z"),
    "sqrt": _expression("sqrt(z)", "0.5/a"),
    "cos": _expression("cos(z)", "-sin(z)"),
    "log_sigmoid_forward": _expression(*LOG_SIGMOID),
}
"""Operations that change each number by itself: the activation, from the operation's arguments."""
