"""A factor that all gradients have in common, and kinks: right numbers that look wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from nntui.model.activations import Activation
from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.passes import Change, Forward, Hook, Hooks, LayerPass, LossPass, Passes, slope
from nntui.verify.updates import Variation, step_times
from nntui.verify.verdict import Factor

MEAN: Final = "the mean of both sides"
"""The derivative at a kink that central differences give."""
_LIKE: Final = 1e-3
"""How near a measured factor must be to a known one to be tried as that."""
FEWEST: Final = 4
"""How many numbers must have a factor in common that is none of the known ones."""


def known_factors(n: int, k: int, learning_rate: float) -> dict[float, str]:
    """The factors that mistakes make, with what they are; ties in one text."""
    examples, outputs = f"N = {n} examples", f"K = {k} outputs"
    rate = f"η = {learning_rate:g}"
    named: list[tuple[float, str]] = [(-1.0, "−1: the sign"), (2.0, "2"), (0.5, "1/2")]
    if n > 1:
        named += [(1.0 / n, f"1/N ({examples})"), (float(n), f"N ({examples})")]
        named += [(1.0 / n**2, f"1/N² ({examples})"), (float(n) ** 2, f"N² ({examples})")]
        named += [(2.0 / n, f"2/N ({examples})"), (n / 2.0, f"N/2 ({examples})")]
        named += [(0.5 / n, f"1/2N ({examples})"), (2.0 * n, f"2N ({examples})")]
    if k > 1:
        named += [(1.0 / k, f"1/K ({outputs})"), (float(k), f"K ({outputs})")]
        named += [(2.0 / k, f"2/K ({outputs})"), (k / 2.0, f"K/2 ({outputs})")]
    if n > 1 and k > 1:
        both = f"{examples}, {outputs}"
        named += [(1.0 / (n * k), f"1/NK ({both})"), (float(n * k), f"NK ({both})")]
        named += [(n / k, f"N/K ({both})"), (k / n, f"K/N ({both})")]
    if learning_rate:
        named += [(learning_rate, f"η ({rate})"), (1.0 / learning_rate, f"1/η ({rate})")]
        if n > 1:
            named += [(learning_rate / n, f"η/N ({rate}, {examples})")]
    found: dict[float, str] = {}
    for sign, before in ((1.0, ""), (-1.0, "−")):
        for value, meaning in named:
            if sign * value in (1.0,) or (sign < 0 and value == -1.0):
                continue
            same = next((v for v in found if abs(v - sign * value) <= 1e-12 * abs(v)), None)
            if same is None:
                found[sign * value] = before + meaning
            else:
                found[same] += f" or {before}{meaning}"
    return found


def common_factor(
    comparison: Comparison, right: Array, without: Array, known: Mapping[float, str]
) -> Factor | None:
    """Find the one factor by which gradients, δ or losses differ from the right ones.

    Each kind is right, or has the factor throughout. Parameters after updates are left aside.
    ``without``: the right numbers with no penalty in the gradients: the factor may have been put to
    it before the penalty was added.
    """
    agree = comparison.agrees(right) | comparison.is_after()
    wrong = np.flatnonzero(~agree)
    if len(wrong) < 2 or not agree[~comparison.is_gradient()].all():
        return None
    for base in (right, without) if (right != without).any() else (right,):
        penalty = right - base
        with np.errstate(all="ignore"):
            usable = np.where(np.isfinite(base) & np.isfinite(comparison.found), np.abs(base), 0.0)
        largest = wrong[np.argmax(usable[wrong])]
        if not usable[largest]:
            continue
        measured = float((comparison.found[largest] - penalty[largest]) / base[largest])
        tried = {v: m for v, m in known.items() if abs(v - measured) <= _LIKE * abs(v)}
        written = f"{measured:.6g}"
        if not tried and len(wrong) >= FEWEST and written not in ("0", "1"):
            tried = {measured: f"{written}, none of the usual ones"}
        for value, meaning in tried.items():
            scaled = comparison.agrees(value * base + penalty)
            if all(agree[own].all() or scaled[own].all() for own in _by_kind(comparison)):
                return Factor(value, meaning)
    return None


def scaled_variations(factor: float) -> Iterator[Variation]:
    """Yield the variations in which a factor comes into the updates."""

    def times(at: LayerPass, right: Array) -> Array:
        return right * factor

    yield Variation((Change(Hooks(dw=times, db=times)),))
    yield Variation((Change(Hooks(dw=times, db=times, penalty=times)),))
    yield Variation(updates=(step_times(lambda n: factor),))


def _by_kind(comparison: Comparison) -> Iterator[Array]:
    index = comparison.kind_index()
    for n in range(len(comparison.kinds)):
        yield index == n


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


def kink_variations(passes: Passes) -> Iterator[tuple[str, Variation]]:
    """Yield the variations with another derivative at a kink, with what it is."""
    for word, weight in (
        (MEAN, 0.5),
        ("the right one", 1.0),
        ("the left one", 0.0),
    ):
        hooks = Hooks(slope=_slope_at_kinks(weight), error=_error_at_kinks(passes, weight))
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


NEAR: Final = 1e-7
"""How far from a kink a number lies on it: by rounding of float32."""


def _error_at_kinks(passes: Passes, weight: float) -> Callable[[LossPass, Array], Array]:
    def hook(at: LossPass, right: Array) -> Array:
        if passes.training.loss.name != "mae":
            return right
        difference = at.a - at.y
        above, below = (passes.loss_gradient(at.y + d, at.y) for d in (1.0, -1.0))
        return np.where(np.abs(difference) <= NEAR, weight * above + (1.0 - weight) * below, right)

    return hook
