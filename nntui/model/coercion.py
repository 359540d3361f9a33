"""Read what a program gives: numbers and arrays of any library, as plain Python values."""

from __future__ import annotations

import math
import operator
from numbers import Complex, Real
from typing import Any

import numpy as np

from nntui.model.names import escaped


def real(value: Any) -> float | None:
    """Return the float that a number of any library is, exactly; None for what is no number.

    A number too large for a float is infinity. A truth value is no number, nor is an array with
    an axis.
    """
    if type(value) is float:
        return value
    wrong = isinstance(value, (bool, np.bool_, str, bytes)) or _has_axes(value)
    if wrong or (isinstance(value, Complex) and not isinstance(value, Real)):
        return None
    try:
        return float(value)
    except OverflowError:  # an int of more than 308 digits
        return math.inf
    except (TypeError, ValueError, RuntimeError):
        return None


def whole(value: Any) -> int | None:
    """Return the int that a whole number of any library is; None for what is none."""
    if type(value) is int:
        return value  # at every step
    if isinstance(value, (bool, np.bool_)) or _has_axes(value):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def _has_axes(value: Any) -> bool:
    return hasattr(value, "ndim") and value.ndim != 0


def truth(value: object) -> bool | None:
    """Return the bool that a truth value of any library is; None for what is none."""
    return bool(value) if isinstance(value, (bool, np.bool_)) else None


def is_finite(value: object) -> bool:
    """Say whether a value is a number (and no bool) that a finite float can hold."""
    number = real(value)
    return number is not None and math.isfinite(number)


def array(value: object) -> Any:
    """Return the numpy array that an array, a tensor or a table of any library is; else None."""
    if isinstance(value, type):
        return None
    if not hasattr(value, "__array__"):  # some tables
        return value.to_numpy() if hasattr(value, "to_numpy") else None
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # a tensor of another device, or with a gradient
        detached = getattr(value, "detach", None)
        return None if detached is None else _of_tensor(detached().cpu())


def _of_tensor(tensor: Any) -> Any:
    try:
        return np.asarray(tensor)
    except TypeError:  # of a type that numpy has not, such as bfloat16
        return np.asarray(tensor.double())


def numbers(value: object) -> Any:
    """Return the array of numbers that a number, lists, an array, a tensor or a table is.

    It has a type of its own, such as float32; numbers of other kinds become float64. None for what
    holds anything else, or rows of different lengths.
    """
    found = array(value)
    if found is None:
        try:
            found = np.asarray(value)
        except (TypeError, ValueError, RuntimeError):
            return None
    if found.dtype.kind in "fiub":
        return found
    each = [real(number) for number in found.ravel()] if found.dtype.kind == "O" else [None]
    return None if None in each else np.array(each, np.float64).reshape(found.shape)


def plain(value: object) -> Any:
    """Return an array as the lists that it stands for, a single number as it is."""
    found = array(value)
    return value if found is None else found.tolist()


def described(value: object) -> str:
    """Say what something is that was given, in a few words."""
    found = array(value)
    if found is not None and found.ndim:
        return f"an array of {shape_of(found)}"
    return escaped(" ".join(repr(value).split()), 40)


def shape_of(found: Any) -> str:
    """Write the shape of an array: ``3 × 2``."""
    return " × ".join(map(str, found.shape))
