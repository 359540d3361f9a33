"""The one table of elementary functions, used by stepping and by full speed alike.

Every function takes a float or an array and gives back the same kind. numpy's versions serve
both, because ``numpy.exp`` and ``math.exp`` differ in the last bit for some inputs, and a value
seen while stepping must equal the value of full-speed training bit for bit.
Overflow, division by zero and invalid operations give inf or nan, silently: a diverging run is
something people want to look at.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Number = TypeVar("Number", float, Array)


def _of_floats_and_arrays(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """Let a numpy function take a float and give back a float, and never warn."""

    def apply(*operands: Any) -> Any:
        with np.errstate(all="ignore"):
            result = ufunc(*operands)
        return result if isinstance(result, np.ndarray) else float(result)

    apply.__name__ = getattr(ufunc, "__name__", "elementary")
    return apply


exp = _of_floats_and_arrays(np.exp)
expm1 = _of_floats_and_arrays(np.expm1)
log = _of_floats_and_arrays(np.log)
log1p = _of_floats_and_arrays(np.log1p)
sqrt = _of_floats_and_arrays(np.sqrt)
tanh = _of_floats_and_arrays(np.tanh)
sin = _of_floats_and_arrays(np.sin)
cos = _of_floats_and_arrays(np.cos)
divide = _of_floats_and_arrays(np.true_divide)
"""``divide(x, 0.0)`` is inf or nan, where Python's ``/`` would raise."""


def erf(x: Any) -> Any:
    """The error function. numpy has none, so each element goes through ``math.erf``."""
    if isinstance(x, np.ndarray):
        return np.fromiter(map(math.erf, x.ravel()), np.float64, x.size).reshape(x.shape)
    return math.erf(x)


def where(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition holds, ``y`` elsewhere (both are already computed)."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, x, y)
    return x if condition else y


def sign(x: Any) -> Any:
    """−1, 0 or 1; nan for nan."""
    return where(x > 0, 1.0, where(x < 0, -1.0, x * 0.0))


def at_least(floor: float, x: Any) -> Any:
    """The greater of the two; nan stays nan (as in PyTorch's clamp)."""
    return where(x < floor, floor, x)


def at_most(ceiling: float, x: Any) -> Any:
    """The lesser of the two; nan stays nan."""
    return where(x > ceiling, ceiling, x)


def ordered_sum(terms: Any) -> Any:
    """The sum, strictly from left to right: no pairwise or compensated summation."""
    total: Any = 0.0
    for term in terms:
        total = total + term
    return total
