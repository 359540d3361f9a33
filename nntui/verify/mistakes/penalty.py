"""The mistakes that people make in the penalty on weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from nntui.model.numerics import Array, sign
from nntui.verify.mistakes.mistake import (
    OVER_N,
    Mistake,
    N,
    Way,
    has_l1,
    has_l2,
    has_penalty,
    times,
)
from nntui.verify.passes import Hook, Hooks, LayerPass


def _penalty(l2: float, l1: Callable[[Array], Any] = sign) -> Hook:
    """The penalty with the factor ``l2`` for its part l2·w, and ``l1(w)`` for sign(w)."""

    def hook(at: LayerPass, right: Array) -> Array:
        training = at.training
        penalty = np.zeros_like(at.w)
        if training.l2:
            penalty = penalty + l2 * training.l2 * at.w
        if training.l1:
            penalty = penalty + training.l1 * l1(at.w)
        return penalty

    return hook


PENALTY_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "bias_regularized",
        "the penalty is added to the gradient of the biases of {layer}, too",
        "the penalty is on weights only",
        ("g = ∂L/∂b[{j}] + λ · b[{j}]", "g = ∂L/∂b[{j}]"),
        (Way(Hooks(bias_penalty=lambda at, zero: at.training.regularized(zero, at.b)), "layers"),),
        has_penalty,
    ),
    Mistake(
        "no_l2",
        "the penalty's part λ·w is missing in {layer}",
        "l2 adds λ·w to the gradient of a weight",
        ("g = ∂L/∂w", "g = ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=_penalty(0.0)), "layers"),),
        has_l2,
    ),
    Mistake(
        "l2_halved",
        "the penalty's part in {layer} is ½·λ·w",
        "the penalty is ½·λ·Σw²: it adds λ·w",
        ("g = ∂L/∂w + ½ · λ · w", "g = ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=_penalty(0.5)), "layers"),),
        has_l2,
    ),
    Mistake(
        "l2_doubled",
        "the penalty's part in {layer} is 2·λ·w",
        "the penalty is ½·λ·Σw²: it adds λ·w",
        ("g = ∂L/∂w + 2 · λ · w", "g = ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=_penalty(2.0)), "layers"),),
        has_l2,
    ),
    Mistake(
        "l2_scaled",
        "the penalty's part in {layer} is {word}",
        "the penalty is ½·λ·Σw²: it adds λ·w to the reduced gradient",
        ("g = ∂L/∂w + {word}", "g = ∂L/∂w + λ · w"),
        (
            Way(Hooks(penalty=_penalty(-1.0)), "layers", "−λ·w"),
            Way(Hooks(penalty=times(lambda at: 2.0 / at.n)), "layers", "2·λ·w/N"),
            Way(Hooks(penalty=times(lambda at: 0.5 / at.n)), "layers", "½·λ·w/N"),
            Way(Hooks(penalty=N), "layers", "N·λ·w"),
        ),
        has_l2,
        rare=True,
    ),
    Mistake(
        "l2_divided_by_n",
        "the penalty's part in {layer} is divided by N = {N}",
        "l2 adds λ·w to the reduced gradient",
        ("g = 1/N · (Σ ∂L/∂w + λ · w)", "g = 1/N · Σ ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=OVER_N), "layers"),),
        has_l2,
    ),
    Mistake(
        "no_l1",
        "the penalty's part λ·sign(w) is missing in {layer}",
        "l1 adds λ·sign(w) to the gradient of a weight",
        ("g = ∂L/∂w", "g = ∂L/∂w + λ · sign(w)"),
        (Way(Hooks(penalty=_penalty(1.0, lambda w: 0.0 * w)), "layers"),),
        has_l1,
    ),
    Mistake(
        "l1_without_sign",
        "the sign is forgotten in l1's part in {layer}: {word}",
        "l1 adds λ·sign(w) to the gradient of a weight",
        ("g = ∂L/∂w + {word}", "g = ∂L/∂w + λ · sign(w)"),
        (
            Way(Hooks(penalty=_penalty(1.0, np.ones_like)), "layers", "λ"),
            Way(Hooks(penalty=_penalty(1.0, lambda w: w)), "layers", "λ·w"),
            Way(Hooks(penalty=_penalty(1.0, np.abs)), "layers", "λ·|w|"),
        ),
        has_l1,
    ),
)
