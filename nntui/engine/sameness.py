"""Numbers that are the same bit for bit: −0 is not 0, and any nan is nan."""

from __future__ import annotations

from math import copysign

import numpy as np

from nntui.model.elementary import Array


def same(a: Array, b: Array) -> bool:
    """Whether two arrays hold the same numbers, bit for bit (any nan being nan)."""
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    alike = a.view(np.int64) == b.view(np.int64)
    return bool((alike | (np.isnan(a) & np.isnan(b))).all())


def same_number(a: float | None, b: float | None) -> bool:
    """Whether two numbers are the same, bit for bit (any nan being nan, a blank a blank)."""
    if a is None or b is None:
        return a is b
    return (a == b and copysign(1.0, a) == copysign(1.0, b)) or (a != a and b != b)
