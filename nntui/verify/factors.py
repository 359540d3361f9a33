"""A factor that all gradients have in common: right numbers that look wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.passes import Change, Hooks, LayerPass
from nntui.verify.updates import Variation, step_times
from nntui.verify.verdict import Factor

_LIKE: Final = 1e-3
"""How near a measured factor must be to a known one to be tried as that."""
_CLIPPED: Final = 1e-5
"""How near a norm must be to one of two digits."""
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
    comparison: Comparison,
    right: Array,
    without: Array,
    known: Mapping[float, str],
    *,
    any_other: bool = True,
) -> Factor | None:
    """Find the one factor by which gradients, δ or losses differ from the right ones.

    Each kind is right, or has the factor throughout. Parameters after updates are left aside.
    ``without``: the right numbers with no penalty in the gradients: the factor may have been put to
    it before the penalty was added. ``any_other``: whether it may be none of the known ones.
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
        if any_other and not tried and len(wrong) >= FEWEST and float(written) not in (0.0, 1.0):
            tried = {measured: f"{written}, {_unusual(comparison)}"}
        for value, meaning in tried.items():
            scaled = comparison.agrees(value * base + penalty)
            if all(agree[own].all() or scaled[own].all() for _, own in comparison.by_kind()):
                return Factor(value, meaning)
    return None


def _unusual(comparison: Comparison) -> str:
    """Say of a factor that is not known whether it makes the gradient as long as a clipped one."""
    length = float(np.linalg.norm(comparison.found[comparison.of_kinds("dp", "g")]))
    if length and abs(float(f"{length:.2g}") / length - 1.0) <= _CLIPPED:
        return f"which makes the whole gradient {length:.2g} long, as clipping its norm does"
    return "none of the usual ones"


def scaled_variations(factor: float) -> Iterator[Variation]:
    """Yield the variations in which a factor comes into the updates."""

    def times(at: LayerPass, right: Array) -> Array:
        return right * factor

    yield Variation((Change(Hooks(dw=times, db=times)),))
    yield Variation((Change(Hooks(dw=times, db=times, penalty=times)),))
    yield Variation(updates=(step_times(lambda n: factor),))
