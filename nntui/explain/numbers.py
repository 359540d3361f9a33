"""Numbers as text."""

from __future__ import annotations

import math
from collections.abc import Callable

Number = Callable[[float], str]
"""How a number is written."""


def exact(x: float) -> str:
    """The shortest decimal that reads back as the same float; whole numbers without ``.0``."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    text = repr(float(x))
    return text[:-2] if text.endswith(".0") else text


def rounded(digits: int) -> Number:
    """A way of writing numbers with so many significant digits, for reading at a glance."""

    def write(x: float) -> str:
        if not math.isfinite(x):
            return exact(x)
        text = f"{x:.{digits}g}"
        mantissa, e, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}" if e else text

    return write


def bracketed(text: str) -> str:
    """A negative number in brackets, as it stands behind an operator: ``0.1 + (-0.5) · 2``."""
    return f"({text})" if text.startswith("-") else text
