"""Activation functions: one table, a row each, with its derivative and its formula.

Definitions follow PyTorch where PyTorch has the function. ``f`` and ``derivative`` work on a
float and on an array alike. ``derivative`` takes z and a = f(z), since some derivatives read
best in terms of a.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from nntui.model.errors import SettingError
from nntui.model.names import escaped
from nntui.model.numerics import (
    at_least,
    at_most,
    cos,
    difference_step,
    divide,
    erf,
    exp,
    expm1,
    log1p,
    sigmoid,
    sign,
    sin,
    tanh,
    where,
)
from nntui.model.settings import TableFunction, function_named

if TYPE_CHECKING:
    from nntui.model.expressions.formula import Formula

SQRT_2: Final = math.sqrt(2.0)
SQRT_2_PI: Final = math.sqrt(2.0 * math.pi)
SOFTPLUS_THRESHOLD: Final = 20.0


class ActivationRow(Struct, frozen=True):
    """One row of the table: the whole definition of an activation function.

    ``f(z, **settings)`` and ``derivative(z, a, **settings)``; ``kinks(**settings)`` are the z at
    which the function or its slope jumps (central differences are meaningless across them).
    """

    f: Callable[..., Any]
    derivative: Callable[..., Any]
    formula: str
    derivative_formula: str
    settings: Mapping[str, float] = {}
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


EXPRESSION: Final = "expression"
"""The name of an activation that is no row of the table, but an expression of z."""
NUMERIC: Final = "numeric"
"""In place of a derivative: central differences of the function."""


class Activation(TableFunction[ActivationRow]):
    """An activation function with its settings chosen, such as leaky_relu with slope 0.2.

    Or an expression of z, with its derivative as an expression of z and a, as ``numeric``, or
    without one.
    """

    __slots__ = ()
    KIND = "activation"
    TABLE = ACTIVATIONS

    def __repr__(self) -> str:
        if self.name != EXPRESSION:
            return super().__repr__()
        return f"Activation.of_expression({', '.join(repr(text) for _, text in self.settings)})"

    @classmethod
    def of_expression(cls, expression: str, derivative: str | None = None) -> Activation:
        """Make the activation of an expression such as ``floor(z) if z > 0 else 0.1*z``.

        Raises:
            SettingError: an expression that cannot be parsed; ``place`` says which.
        """
        given = {EXPRESSION: expression} | ({"derivative": derivative} if derivative else {})
        return cls(EXPRESSION, tuple(given.items()))

    @classmethod
    def of(cls, name: Any, **settings: Any) -> Activation:
        """Choose an activation by its name, as any function; or ``{"expression": "z*z"}``."""
        if isinstance(name, Mapping) and EXPRESSION in name:
            return cls(EXPRESSION, tuple(name.items()))
        if isinstance(name, str) and name.strip().startswith(f"{EXPRESSION} "):
            return cls.named(name)
        return super().of(name, **settings)

    @classmethod
    def chosen(cls, name: str, given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
        """Fill in and check the settings of a row, or check the texts of an expression."""
        if name != EXPRESSION:
            return super().chosen(name, given)
        for key, text in given.items():
            if key not in (EXPRESSION, "derivative") or not isinstance(text, str):
                raise SettingError(
                    escaped(repr(text), 40), 'the texts "expression" and "derivative"', key
                )
        if EXPRESSION not in given:
            raise SettingError("no expression", 'the text "expression"', EXPRESSION)
        texts = {key: given[key].strip() for key in (EXPRESSION, "derivative") if key in given}
        _expression_row(**texts)  # parses them
        return tuple(texts.items())

    @classmethod
    def named(cls, text: str) -> Activation:
        """Read ``leaky_relu slope 0.2``, or ``expression z*z if z > 0 else 0 derivative 2*z``.

        Raises:
            SettingError: an unknown name or setting, or an expression that cannot be parsed.
        """
        word, _, rest = text.strip().partition(" ")
        if word != EXPRESSION:
            return function_named(cls.of, text)
        expression, _, derivative = rest.partition(" derivative ")
        return cls.of_expression(expression, derivative.strip() or None)

    @property
    def text(self) -> str:
        """The activation as ``named`` reads it."""
        if self.name != EXPRESSION:
            return super().text
        (_, expression), *derivative = self.settings
        return " ".join([EXPRESSION, expression, *chain(*derivative)])

    @property
    def plain(self) -> str | dict[str, Any]:
        """The activation as in a document."""
        return dict(self.settings) if self.name == EXPRESSION else super().plain

    @property
    def row(self) -> ActivationRow:
        """The row of the table, or one made of the expressions."""
        if self.name != EXPRESSION:
            return ACTIVATIONS[self.name]
        return _expression_row(**dict(self.settings))

    @property
    def called(self) -> str:
        """The name within a sentence."""
        return "the expression" if self.name == EXPRESSION else self.name

    @property
    def is_differentiable(self) -> bool:
        """Whether its derivative is known: not, if it is an expression without one."""
        return self.name != EXPRESSION or len(self.settings) > 1

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
        """The name, with the settings that differ from the defaults; or the expression."""
        if self.name == EXPRESSION:
            return str(self.settings[0][1])
        changed = [f"{k} {v:g}" for k, v in self.settings if v != self.row.settings[k]]
        return f"{self.name}({', '.join(changed)})" if changed else self.name


@lru_cache(maxsize=256)
def _expression_row(expression: str, derivative: str | None = None) -> ActivationRow:
    f = _parsed(EXPRESSION, expression, "z")
    if derivative is None or derivative == NUMERIC:
        slope, formula = _central_difference(f), "(f(z + h) − f(z − h)) / 2h"
    else:
        f_prime = _parsed("derivative", derivative, "z", "a")
        slope, formula = (lambda z, a, **_: f_prime(z, a)), derivative
    return ActivationRow(lambda z, **_: f(z), slope, expression, formula, kinks=lambda **_: f.kinks)


def _central_difference(f: Callable[[Any], Any]) -> Callable[..., Any]:
    def slope(z: Any, a: Any, **_: Any) -> Any:
        h = difference_step(z)
        return divide(f(z + h) - f(z - h), (z + h) - (z - h))

    return slope


def _parsed(place: str, text: str, *variables: str) -> Formula:
    from nntui.model.expressions.formula import formula
    from nntui.model.expressions.tokens import ExpressionError

    try:
        return formula(text, *variables)
    except ExpressionError as error:
        found = f'"{escaped(text)}" with a fault at character {error.position + 1}'
        expected = f"an expression of {' and '.join(variables)}"
        raise SettingError(found, expected, place, str(error)) from None
