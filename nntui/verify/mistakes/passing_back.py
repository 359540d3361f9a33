"""The mistakes that people make in what goes back over the weights."""

from __future__ import annotations

from typing import Final

import numpy as np

from nntui.model.numerics import Array
from nntui.verify.mistakes.mistake import (
    OVER_N,
    Mistake,
    Way,
    averaged,
    constant,
    times,
    transposed,
)
from nntui.verify.passes import Hook, Hooks, LayerPass, Passes

_BACK: Final = "∂L/∂a[{i}] = Σ w[{i},j] · δ[j]"


def _raw_difference(at: LayerPass, right: Array) -> Array:
    """The outputs' a − t in place of δ."""
    rows = at.passes.layout.output_rows
    raw = np.zeros((at.passes.layout.height, at.n))
    raw[rows] = at.forward.outputs - at.forward.y
    own = raw[at.block.rows]
    return np.where(at.block.is_output[:, None], own, at.da)


def _reshaped_back(rows_first: bool) -> Hook:
    """Reshape W, which lies (in, out) or (out, in), where it should be transposed."""

    def hook(at: LayerPass, w: Array) -> Array:
        return w.reshape(w.T.shape).T if rows_first else w.T.reshape(w.shape)

    return hook


def _beside_bias(at: LayerPass, w: Array) -> Array:
    """Take the row of the biases above W for the first row of W."""
    return np.column_stack((at.b, w))[:, :-1]


def _path(choose: str) -> Hook:
    """Keep one target of each source: of all those on the way back, the first or the last one."""

    def hook(at: LayerPass, right: Array) -> Array:
        kept = at.block.matrix(_path_mask(at.passes, choose))
        return right * kept[:, 1:]

    return hook


def _path_mask(passes: Passes, choose: str) -> Array:
    """1 for each connection that is the only way back to its source, else 0: (P,).

    ``choose``: of the targets the ``first`` or ``last`` in canonical order, or those in the
    ``nearest`` or ``farthest`` layer.
    """
    layout = passes.layout
    source, target = layout.source_row, layout.target_row
    order = np.arange(layout.size)
    if choose in ("nearest", "farthest"):
        depth = np.zeros(layout.height, np.intp)
        for block in passes.blocks:
            depth[block.rows] = block.layer
        order = depth[target]
    best = np.full(
        layout.height, -1 if choose in ("last", "farthest") else layout.size + layout.height
    )
    (np.maximum if choose in ("last", "farthest") else np.minimum).at(best, source, order)
    return np.asarray(order == best[source], np.float64)


PASSING_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "updated_weights",
        "{layer} passes δ back over weights that are updated already",
        "δ goes back over the weights of the forward pass; the update comes last",
        ("∂L/∂a[{i}] = Σ (w[{i},j] − η · g[{i},j]) · δ[j]", _BACK),
        (Way(Hooks(weights=lambda at, w: at.w_after), "behind"),),
    ),
    Mistake(
        "raw_error_passed_back",
        "{layer} passes the raw error ∂L/∂a back, without its {f}′(z)",
        "what goes back over the weights is δ = ∂L/∂a · {f}′(z)",
        ("∂L/∂a[{i}] = Σ w[{i},j] · ∂L/∂a[j]", _BACK),
        (
            Way(Hooks(passed=lambda at, delta: at.da), "behind"),
            Way(Hooks(passed=_raw_difference), "behind"),
        ),
    ),
    Mistake(
        "w_not_transposed",
        "{layer} passes δ back with W {word}",
        "what comes to i is the sum over its targets j of w[i,j] · δ[j]",
        ("∂L/∂a[{i}] = Σ w[j,{i}] · δ[j]", _BACK),
        (
            Way(Hooks(weights=transposed), "behind", "not transposed"),
            Way(Hooks(weights=_reshaped_back(False)), "behind", "reshaped, not transposed"),
            Way(Hooks(weights=_reshaped_back(True)), "behind", "reshaped, not transposed"),
        ),
    ),
    Mistake(
        "bias_passed_back",
        "{layer} passes δ back over its biases, as if they were the weights of its first source",
        "biases have no source: δ goes back over weights only",
        ("∂L/∂a of the first source = Σ b[j] · δ[j]", _BACK),
        (Way(Hooks(weights=_beside_bias), "behind"),),
        rare=True,
    ),
    Mistake(
        "passed_back_divided",
        "{layer} passes back {word}",
        "∂L/∂a is the sum over all targets, for each example",
        ("∂L/∂a[{i}] = {word}", _BACK),
        (
            Way(
                Hooks(passed=times(lambda at: 1.0 / len(at.delta))),
                "behind",
                "the mean over its neurons, not their sum",
            ),
            Way(Hooks(passed=OVER_N), "behind", "δ divided by N = {N}"),
            Way(
                Hooks(passed=lambda at, delta: averaged(delta)),
                "behind",
                "the mean over the examples",
            ),
        ),
        rare=True,
    ),
    Mistake(
        "passed_back_without_w",
        "{layer} passes δ back without multiplying by the weights",
        "each δ goes back times the weight of its connection",
        ("∂L/∂a[{i}] = Σ δ[j]", _BACK),
        (Way(Hooks(weights=lambda at, w: at.block.connected), "behind"),),
    ),
    Mistake(
        "passed_back_without_delta",
        "{layer} passes its weights back as they are, without multiplying them by δ",
        "each weight goes back times the δ of its target",
        ("∂L/∂a[{i}] = Σ w[{i},j]", _BACK),
        (Way(Hooks(passed=constant(1.0)), "behind"),),
    ),
    Mistake(
        "one_path",
        "only one of the connections that leave a neuron passes δ back to it",
        "∂L/∂a is the sum over all targets",
        ("∂L/∂a[{i}] = w[{i},j] · δ[j] of one target j", _BACK),
        tuple(
            Way(Hooks(weights=_path(choose)), "behind")
            for choose in ("first", "last", "nearest", "farthest")
        ),
    ),
)
