"""The graph of a neuron's activation function: the z of this moment on it, and its slope there."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from nntui.draw.curve import Point, curve
from nntui.draw.picture import Picture
from nntui.model.activations import Activation

NEAR: Final = 4.0
"""The function is drawn as far as this to both sides, when z is nearer."""
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)


def graph(
    activation: Activation, z: float | None, a: float | None, width: int, height: int
) -> Picture:
    """The function about 0, as far as z is."""
    reach = reach_of(z)
    point = None
    if z is not None and a is not None:
        point = Point(z, a, float(activation.derivative(z, a)))
    return _drawn(activation, reach, width, height, point)


def reach_of(z: float | None) -> float:
    """How far to both sides: a round number, so that the graph doesn't change at every step."""
    if z is None or not math.isfinite(z) or abs(z) < NEAR:
        return NEAR
    if abs(z) > 1e12:  # so far away the curve says nothing
        return NEAR
    power = 10.0 ** math.floor(math.log10(abs(z)))
    return next(step * power for step in _STEPS if step * power > abs(z))


@lru_cache(maxsize=16)
def _drawn(
    activation: Activation, reach: float, width: int, height: int, point: Point | None
) -> Picture:
    return curve(lambda z: _value(activation, z), (-reach, reach), width, height, point)


def _value(activation: Activation, z: float) -> float:
    try:
        return float(activation.f(z))
    except OverflowError:
        return math.inf
