"""The functions and operators of expressions, for floats and arrays alike.

IEEE arithmetic throughout: nothing here raises, and nothing gives a complex number.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nntui.model.numerics import divide, exp, log, sign, sqrt, where


def power(x: Any, y: Any) -> Any:
    """The power x**y; nan where that is no real number, inf where it is too large."""
    with np.errstate(all="ignore"):
        result = np.power(x, y)
    return result if isinstance(result, np.ndarray) else float(result)


def least(*numbers: Any) -> Any:
    """The least of the numbers; nan if one of them is nan."""
    found = numbers[0]
    for x in numbers[1:]:
        found = where((x < found) | (x != x), x, found)
    return found


def greatest(*numbers: Any) -> Any:
    """The greatest of the numbers; nan if one of them is nan."""
    found = numbers[0]
    for x in numbers[1:]:
        found = where((x > found) | (x != x), x, found)
    return found


def _test(of_float: Callable[[float], bool], of_array: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: of_array(x) if isinstance(x, np.ndarray) else of_float(x)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ``least`` to ``most`` numbers; ``truth``: its value is true or false."""

    of: Callable[..., Any]
    least: int
    most: int
    truth: bool
    text: str


MANY: Final = 50

FUNCTIONS: Final[dict[str, Function]] = {
    "abs": Function(abs, 1, 1, False, "the size of a number, without its sign"),
    "min": Function(least, 2, MANY, False, "the least of some numbers"),
    "max": Function(greatest, 2, MANY, False, "the greatest of some numbers"),
    "sqrt": Function(sqrt, 1, 1, False, "the square root"),
    "exp": Function(exp, 1, 1, False, "e to the power of a number"),
    "log": Function(log, 1, 1, False, "the natural logarithm"),
    "sign": Function(sign, 1, 1, False, "−1, 0 or 1"),
    "isnan": Function(_test(math.isnan, np.isnan), 1, 1, True, "is it not a number?"),
    "isinf": Function(_test(math.isinf, np.isinf), 1, 1, True, "is it infinite?"),
    "isfinite": Function(
        _test(math.isfinite, np.isfinite), 1, 1, True, "neither NaN nor infinite?"
    ),
    "isblank": Function(lambda x: False, 1, 1, True, "has it no value yet?"),
}

SUMS: Final[dict[str, Callable[[Any, Any], Any]]] = {"+": operator.add, "-": operator.sub}
PRODUCTS: Final[dict[str, Callable[[Any, Any], Any]]] = {"*": operator.mul, "/": divide}
COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
