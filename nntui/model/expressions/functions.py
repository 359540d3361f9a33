"""The functions and operators of expressions, for floats and arrays alike.

IEEE arithmetic throughout: nothing here raises, and nothing gives a complex number.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from nntui.model.numerics import (
    ceil,
    cos,
    divide,
    erf,
    exp,
    floor,
    log,
    ordered_sum,
    sigmoid,
    sign,
    sin,
    sqrt,
    tanh,
    where,
)


def _extreme(beats: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Choose the number that beats all others; nan if one of them is nan."""

    def choose(*numbers: Any) -> Any:
        found = numbers[0]
        for x in numbers[1:]:
            found = where(beats(x, found) | (x != x), x, found)
        return found

    return choose


def _test(of_float: Callable[[float], bool], of_others: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: of_float(x) if isinstance(x, float) else of_others(x)


class Function(Struct, frozen=True):
    """A function of ``least`` to ``most`` numbers; ``truth``: its value is true or false.

    ``over``: it may be taken over all values of a symbol, as in ``max(abs(dw))``; ``most`` 0: it
    takes nothing else.
    """

    of: Callable[..., Any]
    least: int
    most: int
    truth: bool
    over: bool = False


def _norm(*numbers: Any) -> Any:
    """The root of the sum of the squares, summed from left to right."""
    return sqrt(ordered_sum(x * x for x in numbers))


MANY: Final = 50

FUNCTIONS: Final[dict[str, Function]] = {
    "abs": Function(abs, 1, 1, False),
    "min": Function(_extreme(operator.lt), 2, MANY, False, over=True),
    "max": Function(_extreme(operator.gt), 2, MANY, False, over=True),
    "sum": Function(lambda *numbers: ordered_sum(numbers), 0, 0, False, over=True),
    "mean": Function(lambda *x: ordered_sum(x) / len(x), 0, 0, False, over=True),
    "norm": Function(_norm, 0, 0, False, over=True),
    "sqrt": Function(sqrt, 1, 1, False),
    "exp": Function(exp, 1, 1, False),
    "log": Function(log, 1, 1, False),
    "sign": Function(sign, 1, 1, False),
    "floor": Function(floor, 1, 1, False),
    "ceil": Function(ceil, 1, 1, False),
    "tanh": Function(tanh, 1, 1, False),
    "sigmoid": Function(sigmoid, 1, 1, False),
    "sin": Function(sin, 1, 1, False),
    "cos": Function(cos, 1, 1, False),
    "erf": Function(erf, 1, 1, False),
    # What is no float is an array, or stands for a number in code that is traced.
    "isnan": Function(_test(math.isnan, lambda x: x != x), 1, 1, True),
    "isinf": Function(_test(math.isinf, lambda x: (x == x) & (x - x != 0.0)), 1, 1, True),
    "isfinite": Function(_test(math.isfinite, lambda x: x - x == 0.0), 1, 1, True),
    "isblank": Function(lambda x: False, 1, 1, True),
}

SUMS: Final[dict[str, Callable[[Any, Any], Any]]] = {"+": operator.add, "-": operator.sub}
PRODUCTS: Final[dict[str, Callable[[Any, Any], Any]]] = {"*": operator.mul, "/": divide}
COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
