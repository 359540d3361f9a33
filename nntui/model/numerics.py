"""Elementary functions and random streams, the same for stepping and for full speed.

Every function takes a float or an array and returns the same kind. Both are computed by numpy,
because ``numpy.exp`` and ``math.exp`` differ in the last bit for some inputs, and a value seen
while stepping must equal the value of full-speed training bit for bit. Other objects with numpy's
protocols are accepted too: full speed traces formulas with them. Overflow, division by zero and
invalid operations give inf or nan without a warning, so that a diverging run can be looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Number = TypeVar("Number", float, Array)

_TINY: Final = 1e-300
_HUGE: Final = 1e300


def _of_floats_and_arrays(
    ufunc: Callable[..., Any], below: float = _HUGE, above: float = -_HUGE
) -> Callable[..., Any]:
    """Let a numpy function take a float and return a float, and never warn.

    Between ``above`` and ``below``, except for tiny numbers, it cannot warn for a float: there the
    warnings are not turned off, which would take longer than the function itself.
    """

    def apply(x: Any) -> Any:
        if type(x) is float and (_TINY < x < below or above < x < -_TINY):
            return float(ufunc(x))
        with np.errstate(all="ignore"):
            result = ufunc(x)
        return float(result) if isinstance(result, float) else result

    apply.__name__ = getattr(ufunc, "__name__", "elementary")
    return apply


exp = _of_floats_and_arrays(np.exp, below=700.0, above=-700.0)
expm1 = _of_floats_and_arrays(np.expm1, below=700.0, above=-700.0)
log = _of_floats_and_arrays(np.log, above=0.0)
log1p = _of_floats_and_arrays(np.log1p, above=-0.999)
tanh = _of_floats_and_arrays(np.tanh)
sin = _of_floats_and_arrays(np.sin)
cos = _of_floats_and_arrays(np.cos)
floor = _of_floats_and_arrays(np.floor)
ceil = _of_floats_and_arrays(np.ceil)
_sqrt = _of_floats_and_arrays(np.sqrt, above=0.0)


def sqrt(x: Any) -> Any:
    """Take the square root. IEEE 754 rounds it correctly, so ``math`` and numpy cannot differ."""
    return math.sqrt(x) if type(x) is float and x >= 0.0 else _sqrt(x)


def divide(x: Any, y: Any) -> Any:
    """Divide; by 0.0 the result is inf or nan, where Python's ``/`` would raise."""
    if type(x) is float and type(y) is float and y:
        return x / y
    with np.errstate(all="ignore"):
        result = np.true_divide(x, y)
    return float(result) if isinstance(result, float) else result


def erf(x: Any) -> Any:
    """Compute the error function. numpy has none, so each element goes through ``math.erf``."""
    if isinstance(x, np.ndarray):
        return np.fromiter(map(math.erf, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)
    return math.erf(x) if isinstance(x, (float, int)) else x.erf()


def where(condition: Any, x: Any, y: Any) -> Any:
    """Choose ``x`` where the condition holds, ``y`` elsewhere (both are already computed)."""
    if isinstance(condition, (bool, np.bool_)):
        return x if condition else y
    return np.where(condition, x, y)


def sigmoid(z: Any) -> Any:
    """Compute 1/(1 + e⁻ᶻ), from e^−|z| so that neither branch overflows."""
    e = exp(-abs(z))
    return where(z >= 0, 1.0 / (1.0 + e), e / (1.0 + e))


def power(x: Any, y: Any) -> Any:
    """Compute x**y; nan where that is no real number, inf where it is too large.

    numpy has short cuts for arrays (a square is a product), so each element is computed by itself.
    """
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        pairs = np.broadcast(x, y)
        return np.array([power(float(a), float(b)) for a, b in pairs]).reshape(pairs.shape)
    with np.errstate(all="ignore"):
        result = np.power(x, y)
    return float(result) if isinstance(result, float) else result


def sign(x: Any) -> Any:
    """Return −1, 0 or 1; nan for nan."""
    return where(x > 0, 1.0, where(x < 0, -1.0, x * 0.0))


def at_least(floor: float, x: Any) -> Any:
    """Return the greater of the two; nan stays nan (as in PyTorch's clamp)."""
    return where(x < floor, floor, x)


def at_most(ceiling: float, x: Any) -> Any:
    """Return the lesser of the two; nan stays nan."""
    return where(x > ceiling, ceiling, x)


def product(c: Any, x: Any) -> Any:
    """Multiply; where c is 0 the product is 0, even if x is infinite."""
    return where(abs(c) > 0.0, c * x, 0.0)


def ordered_sum(terms: Any) -> Any:
    """Add strictly from left to right: no pairwise or compensated summation."""
    total: Any = 0.0
    for term in terms:
        total = total + term
    return total


DIFFERENCE_STEP: Final = 6e-6
"""h of central differences at a number of size 1: about the cube root of the float's precision."""


def difference_step(x: Any) -> Any:
    """Return the h of central differences at x: ``DIFFERENCE_STEP`` · max(1, |x|)."""
    return DIFFERENCE_STEP * at_least(1.0, abs(x))


_PURPOSES: Final = {"initializer": 1, "shuffle": 2, "generator": 3, "split": 4, "probe": 5}

if TYPE_CHECKING:  # numpy imports its generators when they are first asked for
    Stream: TypeAlias = np.random.RandomState


def stream(purpose: str, seed: int, *key: int) -> Stream:
    """Begin a random stream for a purpose, a seed and further numbers (all at least 0)."""
    return np.random.RandomState(
        np.random.MT19937(np.random.SeedSequence((_PURPOSES[purpose], seed, *key)))
    )
