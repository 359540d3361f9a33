"""How far rounding may take someone's numbers from the run's."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntui.model.numerics import Array
from nntui.model.optimizers import Updated
from nntui.verify.given import FLOAT32
from nntui.verify.passes import BatchPass, Block, Forward, loss_gradient, product, slope
from nntui.verify.updates import Simulation, UpdateHooks, Variation

_NOISY_RUNS = 4
_OFF = 16.0
"""In so many runs gradients and parameters are off by so many roundings …"""
_SPREAD = 8.0
"""… and numbers may be off by so many times what these runs are."""
_BUMP = 4.0
"""By how many roundings a number is moved to see what depends on it."""
_MOST_OUTPUTS = 32
_MOST_BENT = 4.0
"""No activation of the table has a second derivative as great as that."""


def rounding_sizes(batch: BatchPass, epsilon: float = FLOAT32) -> dict[str, Array]:
    """Estimate what rounding does to each number, in units of the roundoff epsilon: by kind.

    To first order: what a number is computed from is off, and so are the terms of its sum. A sum
    whose terms cancel is off by far more than its own roundoff.
    """
    forward, passes = batch.forward, batch.forward.passes
    a_off, z_off, da_off, delta_off = np.zeros((4, *forward.a.shape))
    dp_off = np.zeros(passes.layout.size)
    inputs = passes.layout.layers[0].rows
    a_off[inputs] = np.abs(forward.a[inputs])
    for block, matrix in zip(passes.blocks, forward.matrices, strict=True):
        w, b, own = np.abs(matrix[:, 1:]), np.abs(matrix[:, :1]), block.rows
        z_off[own] = product(w, a_off[block.sources] + np.abs(forward.a[block.sources])) + b
        steep = np.abs(forward.slopes[block.layer - 1])
        a_off[own] = steep * z_off[own] + np.abs(forward.a[own])
    da_off[passes.layout.output_rows] = _error_off(
        forward, a_off[passes.layout.output_rows], _BUMP * epsilon
    )
    share = float(passes.training.reduced(1.0, forward.n))
    for block in reversed(passes.blocks):
        own, src = block.rows, block.sources
        w, steep = np.abs(forward.matrices[block.layer - 1][:, 1:]), forward.slopes[block.layer - 1]
        slope_off = _slope_off(block, forward, z_off[own], _BUMP * epsilon)
        delta = np.abs(batch.delta[own])
        delta_off[own] = np.abs(steep) * da_off[own] + np.abs(batch.da[own]) * slope_off + delta
        inflow = np.abs(forward.a[src])
        dw_off = product(delta_off[own] + delta, inflow.T) + product(delta, a_off[src].T)
        db_off = (delta_off[own] + delta).sum(axis=1)
        block.put(share * db_off, share * dw_off, dp_off)
        da_off[src] += product(w.T, delta_off[own] + delta)
    penalty = np.abs(np.asarray(passes.training.regularized(0.0 * forward.p, np.abs(forward.p))))
    loss_off = (
        np.abs(forward.loss)
        + 1.0
        + (np.abs(forward.error) * a_off[passes.layout.output_rows]).sum(axis=0)
    )
    return {
        "z": z_off, "a": a_off, "da": da_off, "delta": delta_off, "dp": dp_off,
        "g": dp_off + penalty, "p": np.abs(forward.p), "loss": loss_off,
        "batch_loss": np.array([share * loss_off.sum()]),
        "softmax": a_off[passes.layout.output_rows],
    }  # fmt: skip


def parameters_off(runs: Simulation, epsilon: float) -> Array:
    """Find how far rounding may take parameters after updates from those of the run, (U, P).

    Found by runs in which gradients and parameters are off by as much, at random: what comes of
    that in later updates depends on the optimizer and on the network.
    """
    rule = runs.passes.training.optimizer.row.update
    right, chance = runs.run().after, np.random.default_rng(0)

    def off(size: Array) -> Array:
        return np.asarray(_OFF * epsilon * size * chance.choice((-1.0, 1.0), size.shape))

    def gradient(values: BatchPass) -> Array:
        return values.g + off(rounding_sizes(values, epsilon)["g"])

    def update(p: Array, *others: Any, **settings: Any) -> Updated:
        new, memory = rule(p, *others, **settings)
        return new + off(np.abs(p) + np.abs(new)), memory

    noisy = Variation(updates=(UpdateHooks(gradient=gradient, rule=update),))
    most = np.zeros_like(right)
    for _ in range(_NOISY_RUNS):
        away = np.abs(runs.run(noisy).after - right)
        most = np.maximum(most, np.where(np.isfinite(away), away, 0.0))
    return _SPREAD * most


def _slope_off(block: Block, forward: Forward, z_off: Array, size: float) -> Array:
    """What rounding does to f′(z), (J, n): at a kink nothing, that is another matter."""
    z, bump = forward.z[block.rows], size * z_off
    above, below = (
        block.apply(lambda f, z, _: slope(f, z, np.asarray(f.f(z))), at, at)
        for at in (z + bump, z - bump)
    )
    moved = np.minimum(np.abs(above - below) / (2.0 * size), _MOST_BENT * z_off)
    steep, a = forward.slopes[block.layer - 1], forward.a[block.rows]
    return np.asarray(moved + np.abs(steep) + np.minimum(np.abs(a), 1.0))


def _error_off(forward: Forward, a_off: Array, size: float) -> Array:
    """What rounding does to ∂L/∂a of the outputs, (K, n)."""
    a, y, loss = forward.outputs, forward.y, forward.passes.training.loss
    off = np.abs(forward.error)
    if loss.name == "mae":
        return off
    if loss.name in ("cross_entropy", "bce_with_logits"):
        off = off + np.abs(y)  # a probability near 1, less 1
    one_by_one = np.eye(len(a))[:, :, None] if len(a) <= _MOST_OUTPUTS else np.ones((1, 1, 1))
    for chosen in one_by_one:
        bump = size * a_off * chosen
        above, below = (loss_gradient(loss, at, y) for at in (a + bump, a - bump))
        off = off + np.abs(above - below) / (2.0 * size)
    return off
