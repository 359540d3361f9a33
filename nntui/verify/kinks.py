"""Kinks, where a function has no derivative: other numbers than the run's are right there, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from nntui.model.activations import Activation
from nntui.model.numerics import Array
from nntui.verify.passes import (
    Change,
    Forward,
    Hook,
    Hooks,
    LayerPass,
    LossHook,
    LossPass,
    loss_gradient,
    slope,
)
from nntui.verify.updates import Variation

MEAN: Final = "the mean of both sides"
"""The derivative at a kink that central differences give."""
NEAR: Final = 1e-7
"""How far from a kink a number lies on it: by rounding of float32."""


def kinks_in(forward: Forward) -> list[tuple[int, str]]:
    """List where a number lies on a kink: the row of a neuron, 0 of the loss, and what has it."""
    found: list[tuple[int, str]] = []
    for block in forward.passes.blocks:
        for f, rows in block.activations:
            own = np.arange(block.rows.start, block.rows.stop)[rows]
            for kink in f.kinks:
                near = (np.abs(forward.z[own] - kink) <= NEAR).any(axis=1)
                found += [(int(row), f"{f} at z = {kink:g}") for row in own[near]]
    is_mae = forward.passes.training.loss.name == "mae"
    if is_mae and (np.abs(forward.outputs - forward.y) <= NEAR).any():
        found.append((0, "mae at a = t"))
    return found


def kink_variations() -> Iterator[tuple[str, Variation]]:
    """Yield the variations with another derivative at a kink, with what it is."""
    for word, weight in ((MEAN, 0.5), ("the right one", 1.0), ("the left one", 0.0)):
        hooks = Hooks(slope=_slope_at_kinks(weight), error=_error_at_kinks(weight))
        yield word, Variation((Change(hooks),))


def _slope_at_kinks(weight: float) -> Hook:
    def hook(at: LayerPass, right: Array) -> Array:
        return at.block.apply(lambda f, z, a: _sided(f, z, weight), at.z, at.a)

    return hook


def _sided(f: Activation, z: Array, weight: float) -> Array:
    slopes = slope(f, z, np.asarray(f.f(z)))
    for kink in f.kinks:
        aside = 1e-6 * max(1.0, abs(kink))
        below, above = (
            np.asarray(f.derivative(x, f.f(x)), np.float64) for x in (kink - aside, kink + aside)
        )
        slopes = np.where(np.abs(z - kink) <= NEAR, weight * above + (1.0 - weight) * below, slopes)
    return slopes


def _error_at_kinks(weight: float) -> LossHook:
    def hook(at: LossPass, right: Array) -> Array:
        loss = at.passes.training.loss
        if loss.name != "mae":
            return right
        above, below = (loss_gradient(loss, at.y + d, at.y) for d in (1.0, -1.0))
        on_kink = np.abs(at.a - at.y) <= NEAR
        return np.where(on_kink, weight * above + (1.0 - weight) * below, right)

    return hook
