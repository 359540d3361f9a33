"""The mathematical symbols of values and settings: ``∂L/∂w[x1,h1]``, ``η``; and back to names."""

from __future__ import annotations

import re
from typing import Final

from nntui.model.names import value_name

_MATH_SYMBOLS: Final = {"delta": "δ", "da": "∂L/∂a", "dw": "∂L/∂w", "db": "∂L/∂b", "loss": "L"}
_CODE_SYMBOLS: Final = {sign: symbol for symbol, sign in _MATH_SYMBOLS.items()}
SIGNS: Final = {
    "learning_rate": "η", "momentum": "μ", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "alpha": "α",
    "weight_decay": "λ", "lr_decay": "lr_decay", "t": "t", "g": "g",
    "m": "m", "v": "v", "s": "s", "m_hat": "m̂", "v_hat": "v̂",
    "m_before": "m", "v_before": "v", "s_before": "s", "t_before": "(t − 1)",
}  # fmt: skip
"""The letters of settings and of what optimizers remember, by their names."""
_BRACKET_OR_CODE: Final = re.compile(
    r"""\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\] | (?<![\w.])(?:delta|da|dw|db|loss)(?!\w)""", re.VERBOSE
)


def math_name(symbol: str, *neurons: str) -> str:
    """Write a value's name with its mathematical symbol: ``δ[h1]``, ``∂L/∂w[x1,h1]``."""
    return value_name(_MATH_SYMBOLS.get(symbol, symbol), *neurons)


def in_math(text: str) -> str:
    """Write the values in a text with their mathematical symbols; names in brackets stay.

    >>> in_math("dw[delta,h1] = delta[h1] · a[delta]")
    '∂L/∂w[delta,h1] = δ[h1] · a[delta]'
    """
    return _BRACKET_OR_CODE.sub(lambda found: _MATH_SYMBOLS.get(found[0], found[0]), text)


def in_code(name: str) -> str:
    """Write a value's name as it is typed: ``dw[x1,h1]`` for ``∂L/∂w[x1,h1]``."""
    symbol, bracket, rest = name.partition("[")
    return f"{_CODE_SYMBOLS.get(symbol, symbol)}{bracket}{rest}"
