"""Activation functions: one table, a row each, with its derivative and its formula.

Definitions follow PyTorch where PyTorch has the function. ``f`` and ``derivative`` work on a
float and on an array alike. ``derivative`` takes z and a = f(z), since some derivatives read
best in terms of a.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nntui.model.numerics import (
    at_least,
    at_most,
    cos,
    erf,
    exp,
    expm1,
    log1p,
    sign,
    sin,
    tanh,
    where,
)
from nntui.model.settings import TableFunction

SQRT_2: Final = math.sqrt(2.0)
SQRT_2_PI: Final = math.sqrt(2.0 * math.pi)
SOFTPLUS_THRESHOLD: Final = 20.0


def sigmoid(z: Any) -> Any:
    """Compute 1/(1 + e⁻ᶻ), from e^−|z| so that neither branch overflows."""
    e = exp(-abs(z))
    return where(z >= 0, 1.0 / (1.0 + e), e / (1.0 + e))


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """One row of the table: the whole definition of an activation function.

    ``f(z, **settings)`` and ``derivative(z, a, **settings)``; ``kinks(**settings)`` are the z at
    which the function or its slope jumps (central differences are meaningless across them).
    """

    f: Callable[..., Any]
    derivative: Callable[..., Any]
    formula: str
    derivative_formula: str
    settings: Mapping[str, float] = field(default_factory=dict)
    kinks: Callable[..., tuple[float, ...]] = lambda **_: ()


# nan must flow through, so comparisons are written so that nan takes the branch that keeps it.
ACTIVATIONS: Final[dict[str, ActivationRow]] = {
    "linear": ActivationRow(lambda z: z, lambda z, a: 1.0, "z", "1"),
    "relu": ActivationRow(
        lambda z: at_least(0.0, z),
        lambda z, a: where(z <= 0, 0.0, 1.0),
        "max(0, z)", "1 if z > 0 else 0",
        kinks=lambda: (0.0,),
    ),
    "leaky_relu": ActivationRow(
        lambda z, slope: where(z > 0, z, slope * z),
        lambda z, a, slope: where(z > 0, 1.0, slope),
        "z if z > 0 else slope·z", "1 if z > 0 else slope",
        kinks=lambda slope: (0.0,),
        settings={"slope": 0.01},
    ),
    "elu": ActivationRow(
        lambda z, alpha: where(z > 0, z, alpha * expm1(z)),
        lambda z, a, alpha: where(z > 0, 1.0, alpha * exp(z)),
        "z if z > 0 else α·(e^z − 1)", "1 if z > 0 else α·e^z",
        kinks=lambda alpha: () if alpha == 1.0 else (0.0,),
        settings={"alpha": 1.0},
    ),
    "softplus": ActivationRow(
        lambda z: where(z > SOFTPLUS_THRESHOLD, z, log1p(exp(z))),
        lambda z, a: where(z > SOFTPLUS_THRESHOLD, 1.0, sigmoid(z)),
        "log(1 + e^z)", "1 / (1 + e^−z)",
        kinks=lambda: (SOFTPLUS_THRESHOLD,),
    ),
    "sigmoid": ActivationRow(
        sigmoid,
        lambda z, a: a * (1.0 - a),
        "1 / (1 + e^−z)", "a·(1 − a)",
    ),
    "tanh": ActivationRow(tanh, lambda z, a: 1.0 - a * a, "tanh(z)", "1 − a²"),
    "hard_tanh": ActivationRow(
        lambda z: at_most(1.0, at_least(-1.0, z)),
        lambda z, a: where(z <= -1, 0.0, where(z >= 1, 0.0, 1.0)),
        "min(1, max(−1, z))", "1 if −1 < z < 1 else 0",
        kinks=lambda: (-1.0, 1.0),
    ),
    "silu": ActivationRow(
        lambda z: z * sigmoid(z),
        lambda z, a: sigmoid(z) * (1.0 + z * (1.0 - sigmoid(z))),
        "z·σ(z)", "σ(z)·(1 + z·(1 − σ(z)))",
    ),
    "gelu": ActivationRow(
        lambda z: 0.5 * z * (1.0 + erf(z / SQRT_2)),
        lambda z, a: 0.5 * (1.0 + erf(z / SQRT_2)) + z * exp(-0.5 * (z * z)) / SQRT_2_PI,
        "½·z·(1 + erf(z/√2))", "½·(1 + erf(z/√2)) + z·e^(−z²/2)/√(2π)",
    ),
    "sin": ActivationRow(sin, lambda z, a: cos(z), "sin(z)", "cos(z)"),
    "abs": ActivationRow(
        abs,
        lambda z, a: sign(z),
        "|z|", "sign(z)",
        kinks=lambda: (0.0,),
    ),
    "square": ActivationRow(lambda z: z * z, lambda z, a: 2.0 * z, "z²", "2·z"),
    "step": ActivationRow(
        lambda z: where(z > 0, 1.0, where(z <= 0, 0.0, z)),
        lambda z, a: 0.0,
        "1 if z > 0 else 0", "0",
        kinks=lambda: (0.0,),
    ),
}  # fmt: skip


class Activation(TableFunction[ActivationRow]):
    """An activation function with its settings chosen, such as leaky_relu with slope 0.2."""

    __slots__ = ()
    KIND = "activation"
    TABLE = ACTIVATIONS

    def f(self, z: Any) -> Any:
        """Apply the function: a of z, for a float or an array."""
        return self.row.f(z, **dict(self.settings)) if self.settings else self.row.f(z)

    def derivative(self, z: Any, a: Any) -> Any:
        """f′(z), given z and a = f(z), for a float or an array."""
        return self.row.derivative(z, a, **dict(self.settings))

    @property
    def kinks(self) -> tuple[float, ...]:
        """Return the z at which f or f′ jumps."""
        return self.row.kinks(**dict(self.settings))

    def __str__(self) -> str:
        """The name, with the settings that differ from the defaults."""
        changed = [f"{k} {v:g}" for k, v in self.settings if v != self.row.settings[k]]
        return f"{self.name}({', '.join(changed)})" if changed else self.name
