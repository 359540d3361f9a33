"""Activations of PyTorch: which operation is which activation, by the operation's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi, sqrt
from typing import Any, Final

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


def _gelu(given: Arguments) -> Activation:
    if given["approximate"] == "none":
        return Activation.of("gelu")
    c = sqrt(2.0 / pi)
    tanh = f"tanh({c!r}*(z + 0.044715*z**3))"
    return Activation.of_expression(
        f"0.5*z*(1 + {tanh})",
        f"0.5*(1 + {tanh}) + 0.5*z*(1 - {tanh}**2)*{c!r}*(1 + 0.134145*z**2)",
    )


def _elu(given: Arguments) -> Activation:
    alpha, scale = float(given["alpha"]), float(given["scale"])
    if scale == 1.0:
        return Activation.of("elu", alpha=alpha)
    both = scale * alpha  # as SELU has it
    return Activation.of_expression(
        f"{scale!r}*z if z > 0 else {both!r}*(exp(z) - 1)",
        f"{scale!r} if z > 0 else {both!r}*exp(z)",
    )


def _hardtanh(given: Arguments) -> Activation:
    low, high = float(given["min_val"]), float(given["max_val"])
    if (low, high) == (-1.0, 1.0):
        return Activation.of("hard_tanh")
    return Activation.of_expression(
        f"min(max(z, {low!r}), {high!r})", f"1 if {low!r} < z and z < {high!r} else 0"
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
    "elu": _elu,
    "celu": lambda given: Activation.of("elu") if given["alpha"] == 1 else None,
    "softplus": _softplus,
    "sigmoid": _plain("sigmoid"),
    "tanh": _plain("tanh"),
    "hardtanh": _hardtanh,
    "silu": _plain("silu"),
    "gelu": _gelu,
    "hardswish": _expression(
        "z*min(max(z + 3, 0), 6)/6", "0 if z <= -3 else 1 if z >= 3 else z/3 + 0.5"
    ),
    "hardsigmoid": _expression(  # whose 1/6 is a float32's in PyTorch
        "min(max(z + 3, 0), 6)/6", "0.1666666716337204 if -3 < z and z < 3 else 0"
    ),
    "mish": _expression(
        "z*tanh(log(1 + exp(z)))",
        "tanh(log(1 + exp(z))) + z*sigmoid(z)*(1 - tanh(log(1 + exp(z)))**2)",
    ),
    "clamp": _clamped,
    "clamp_min": _clamped,
    "clamp_max": _clamped,
    "sin": _plain("sin"),
    "abs": _plain("abs"),
    "pow": _power,
    "exp": _expression("exp(z)", "a"),
    "log": _expression("log(z)", "1/z"),
    "sqrt": _expression("sqrt(z)", "0.5/a"),
    "cos": _expression("cos(z)", "-sin(z)"),
    "log_sigmoid_forward": _expression("min(z, 0) - log(1 + exp(-abs(z)))", "sigmoid(-z)"),
}
"""Operations that change each number by itself: the activation, from the operation's arguments."""
