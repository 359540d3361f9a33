"""Tracing: stand-ins for numbers that write down what is done with them.

The formulas of the model take whatever behaves like a number. Given a ``Traced``, they compute
nothing; each operation is noted as an assignment in Python, so that a formula, or the listing
itself, can be run again as straight-line code: the same operations in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np

from nntui.model import elementary

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    name: getattr(elementary, name)
    for name in ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sin", "cos", "divide", "erf")
}
"""What a traced formula may call, by the names that numpy gives to these functions."""


class Tape:
    """The assignments noted so far, each variable set once. The same operation is noted once."""

    def __init__(self) -> None:
        self._known: dict[str, Traced] = {}
        self._noted: list[tuple[str, str, tuple[str, ...]]] = []

    def note(self, pattern: str, *operands: Any) -> Traced:
        """Note an operation, such as ``{} + {}``, and give back what stands for its result."""
        expression = pattern.format(*map(_written, operands))
        if expression not in self._known:
            result = Traced(self, f"v{len(self._noted)}")
            read = tuple(x.name for x in operands if isinstance(x, Traced))
            self._noted.append((result.name, expression, read))
            self._known[expression] = result
        return self._known[expression]

    def lines(self, wanted: Iterable[Any]) -> list[str]:
        """The assignments that the wanted results need, in order."""
        needed = {result.name for result in wanted if isinstance(result, Traced)}
        lines = []
        for name, expression, read in reversed(self._noted):
            if name in needed:
                needed.update(read)
                lines.append(f"{name} = {expression}")
        return lines[::-1]


def _operation(pattern: str) -> Callable[..., Traced]:
    return lambda self, *others: self.tape.note(pattern, self, *others)


class Traced:
    """Stands for a number (or a truth value) that is known under a variable's name."""

    __slots__ = ("name", "tape")

    def __init__(self, tape: Tape, name: str) -> None:
        self.tape, self.name = tape, name

    __add__, __radd__ = _operation("{0} + {1}"), _operation("{1} + {0}")
    __sub__, __rsub__ = _operation("{0} - {1}"), _operation("{1} - {0}")
    __mul__, __rmul__ = _operation("{0} * {1}"), _operation("{1} * {0}")
    __truediv__, __rtruediv__ = _operation("{0} / {1}"), _operation("{1} / {0}")
    __rpow__ = _operation("{1} ** {0}")
    __neg__, __abs__ = _operation("-{0}"), _operation("abs({0})")
    __lt__, __le__ = _operation("{0} < {1}"), _operation("{0} <= {1}")
    __gt__, __ge__ = _operation("{0} > {1}"), _operation("{0} >= {1}")
    erf = _operation("erf({0})")

    def __bool__(self) -> bool:
        raise TypeError("a traced number is not known yet: choose with elementary.where")

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any) -> Any:
        """What ``numpy.exp(traced)`` gives."""
        name = str(ufunc.__name__)
        if method != "__call__" or name not in FUNCTIONS:
            return NotImplemented
        places = ", ".join("{}" for _ in operands)
        return self.tape.note(f"{name}({places})", *operands)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What ``numpy.where(traced, x, y)`` gives."""
        if function is not np.where or kwargs:
            return NotImplemented
        condition, x, y = args
        return self.tape.note("{1} if {0} else {2}", condition, x, y)


def _written(operand: Any) -> str:
    """An operand in the code: a variable, or a number in digits that mean just that number."""
    if isinstance(operand, Traced):
        return operand.name
    if not isinstance(operand, (int, float)) or not math.isfinite(operand):
        raise TypeError(f"{operand!r} cannot be written down")
    return f"({operand!r})" if math.copysign(1.0, operand) < 0.0 else repr(operand)
