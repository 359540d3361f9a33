"""Strength: how large a number is beside the largest of its kind."""

from __future__ import annotations

import math


def size_of(number: float) -> float:
    """Return how large a number is, whatever its sign; one that is none is larger than all."""
    return math.inf if math.isnan(number) else abs(number)


def strength_of(weight: float, scale: float) -> float:
    """Return how strong a weight is, 0 to 1, beside the one with strength 1."""
    if not math.isfinite(weight):
        return 1.0
    # Two decimals are more than an eye can tell, and let neighbouring cells share a span.
    return round(min(1.0, abs(weight) / scale), 2) if scale > 0 else 0.0
