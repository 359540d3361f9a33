"""The mistakes that people make in gradients: of δ, activations and examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from nntui.model.numerics import Array
from nntui.verify.mistakes.mistake import (
    OVER_N,
    Mistake,
    N,
    Way,
    constant,
    is_mean,
    is_sum,
    times,
    transposed,
)
from nntui.verify.passes import Hook, Hooks, LayerPass
from nntui.verify.updates import UpdateHooks

_DW: Final = "∂L/∂w[{i},{j}] = δ[{j}] · a[{i}]"
_DB: Final = "∂L/∂b[{j}] = {reduced}δ[{j}]"


def _input(at: LayerPass, right: Array) -> Array:
    """Take the inputs, where there are as many as sources."""
    x = at.forward.x
    if x.shape != right.shape or at.block.source_is_input.all():
        return right
    return x


def _own_a(at: LayerPass, right: Array) -> Array:
    """Take the layer’s own activations, where they fit, or spread over the sources."""
    if len(at.a) == len(right):
        return at.a
    return np.broadcast_to(at.a, right.shape) if len(at.a) == 1 else right


def _shares(hook: Hook) -> tuple[Way, ...]:
    """Vary how much each example counts: of all parameters, or of weights."""
    return (
        Way(Hooks(weight_shares=hook, bias_shares=hook), "layers"),
        Way(Hooks(weight_shares=hook), "layers"),
    )


def _full_size(at: LayerPass, right: Array) -> Array:
    """Divide by the full batch size."""
    size = at.training.batch_size or at.n
    return right * (at.n / max(size, at.n))


def _only(place: int, whole: bool) -> Hook:
    """Count one example alone, with its share or as a whole."""

    def hook(at: LayerPass, right: Array) -> Array:
        shares = np.zeros_like(right)
        shares[place] = 1.0 if whole else right[place]
        return shares

    return hook


def _one_example(place: int) -> tuple[Way, ...]:
    """Count one example alone: of weights and biases, of one of them, or in the update."""
    hooks = [_only(place, whole) for whole in (False, True)]
    return (
        *(Way(Hooks(weight_shares=h, bias_shares=h), "layers") for h in hooks),
        *(Way(Hooks(bias_shares=h), "layers") for h in hooks),
        *(Way(Hooks(weight_shares=h), "layers") for h in hooks),
        Way(UpdateHooks(batch=lambda schedule, update: (schedule.batch(update)[place],))),
    )


def _bias_gradient_of_targets(at: LayerPass, right: Array) -> Array:
    """Add up δ of the neurons that a neuron feeds, in place of its own."""
    layout, total = at.passes.layout, np.zeros(len(at.deltas))
    is_weight = layout.is_weight
    of_targets = at.deltas.sum(axis=1)[layout.target_row[is_weight]]
    np.add.at(total, layout.source_row[is_weight], of_targets)
    return np.asarray(at.training.reduced(total[at.block.rows], at.n))


def _reshaped_gradient(at: LayerPass, dw: Array) -> Array:
    """Reshape the gradient (out, in) to the shape of W (in, out)."""
    return dw.reshape(dw.T.shape).T


def _of_means(at: LayerPass, dw: Array) -> Array:
    """Multiply the mean δ by the mean activations."""
    product = at.n * np.outer(at.delta.mean(axis=1), at.inflow.mean(axis=1))
    return np.asarray(at.training.reduced(product, at.n))


def clipped(clip: Callable[[Array], Array]) -> Hooks:
    """Clip the gradients of each layer, with penalty: those of its weights, those of its biases."""
    return Hooks(
        penalty=lambda at, penalty: clip(at.dw + penalty) - at.dw,
        bias_penalty=lambda at, penalty: clip(at.db + penalty) - at.db,
    )


def _of_layer(step: int) -> tuple[Way, ...]:
    """Take the gradients of the layer behind or before, where they have the same shape."""
    word = "behind" if step > 0 else "before"

    def right_one(at: LayerPass) -> Array:
        blocks, n = at.passes.blocks, at.layer - 1 + step
        if 0 <= n < len(blocks):
            return blocks[n].matrix(at.forward.right.dp)
        return np.zeros((0, 1))

    def dw(at: LayerPass, right: Array) -> Array:
        other = right_one(at)[:, 1:]
        return other if other.shape == right.shape else right

    def db(at: LayerPass, right: Array) -> Array:
        other = right_one(at)[:, 0]
        return other if other.shape == right.shape else right

    return (
        Way(Hooks(db=db), "layers", f"∂L/∂b of {{layer}} is that of the layer {word}"),
        Way(Hooks(dw=dw), "layers", f"∂L/∂w of {{layer}} is that of the layer {word}"),
    )


GRADIENT_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "raw_error_in_gradient",
        "∂L/∂w of {layer} has the raw error ∂L/∂a, without {f}′(z)",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = ∂L/∂a[{j}] · a[{i}]", _DW),
        (Way(Hooks(factor=lambda at, delta: at.da), "layers"),),
    ),
    Mistake(
        "z_for_a",
        "∂L/∂w of {layer} has z of the source in place of its a",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = δ[{j}] · z[{i}]", _DW),
        (Way(Hooks(inflow=lambda at, a: at.source_z), "behind"),),
    ),
    Mistake(
        "input_for_a",
        "∂L/∂w of {layer} has the inputs x in place of the activations before it",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = δ[{j}] · x", _DW),
        (Way(Hooks(inflow=_input), "behind"),),
    ),
    Mistake(
        "own_a",
        "∂L/∂w of {layer} has the layer's own activations in place of those before it",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = δ[{j}] · a of its own layer", _DW),
        (Way(Hooks(inflow=_own_a), "layers"),),
    ),
    Mistake(
        "gradient_transposed",
        "∂L/∂w of {layer} is {word}",
        "the gradient of w[i,j] stands where w[i,j] stands",
        ("∂L/∂w[{i},{j}] = δ[{i}] · a[{j}]", _DW),
        (
            Way(Hooks(dw=transposed), "layers", "transposed"),
            Way(Hooks(dw=transposed, penalty=transposed), "layers", "transposed"),
            Way(Hooks(dw=_reshaped_gradient), "layers", "reshaped where it should be transposed"),
        ),
    ),
    Mistake(
        "no_weight_gradient",
        "∂L/∂w of {layer} is 0: the weights are never moved",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = 0", _DW),
        (Way(Hooks(dw=constant(0.0)), "layers"),),
    ),
    Mistake(
        "no_gradient",
        "the gradient of {layer} is 0: weights and biases are never moved",
        "δ goes back to every layer",
        ("g = 0", _DW),
        (Way(Hooks(dw=constant(0.0), db=constant(0.0), penalty=constant(0.0)), "layers"),),
    ),
    Mistake(
        "gradient_sign",
        "{word} of {layer} has the wrong sign",
        "the gradients of weights and biases come from the same δ",
        ("{word} = −Σ …", "{word} = Σ …"),
        (
            Way(Hooks(dw=times(lambda at: -1.0)), "layers", "∂L/∂w"),
            Way(Hooks(db=times(lambda at: -1.0)), "layers", "∂L/∂b"),
        ),
    ),
    Mistake(
        "gradient_clipped",
        "the gradient is clipped, {word}",
        "each number of the gradient stays as it is",
        ("g = ∂L/∂w, clipped {word}", "g = ∂L/∂w"),
        (),  # it is measured
    ),
    Mistake(
        "other_layers_gradient",
        "{word}",
        "each layer has its own gradient",
        ("{word}", _DW),
        (*_of_layer(1), *_of_layer(-1)),
        rare=True,
    ),
    # How the examples are put together.
    Mistake(
        "sum_for_mean",
        "the gradient of {layer} is the sum over the {N} examples, not their mean",
        "the sum over the examples is divided by N = {N}",
        ("g = Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        _shares(N),
        is_mean,
    ),
    Mistake(
        "mean_for_sum",
        "the gradient of {layer} is the mean over the {N} examples, not their sum",
        'the reduction is "sum": nothing is divided by N',
        ("g = 1/N · Σ ∂L/∂w", "g = Σ ∂L/∂w"),
        _shares(OVER_N),
        is_sum,
    ),
    Mistake(
        "divided_by_n_twice",
        "the gradient of {layer} is divided by N = {N} twice",
        "the sum over the examples is divided by N once",
        ("g = 1/N² · Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        _shares(OVER_N),
        is_mean,
    ),
    Mistake(
        "product_of_means",
        "∂L/∂w of {layer} is the mean δ times the mean activation",
        "∂L/∂w is δ times the activation for each example; then comes the sum or mean over them",
        (
            "∂L/∂w[{i},{j}] = mean of δ[{j}] · mean of a[{i}]",
            "∂L/∂w[{i},{j}] = {reduced}δ[{j}] · a[{i}]",
        ),
        (Way(Hooks(dw=_of_means), "layers"),),
        rare=True,
    ),
    Mistake(
        "full_batch_size",
        "the last, smaller batch is divided by the full batch size",
        "each batch is divided by its own number of examples",
        ("g = 1/batch_size · Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        (Way(Hooks(weight_shares=_full_size, bias_shares=_full_size)),),
        lambda passes: is_mean(passes) and bool(passes.training.batch_size),
    ),
    Mistake(
        "only_last_example",
        "only the last example of the batch counts in the gradient of {layer}",
        "the gradient is summed over all {N} examples",
        ("g = ∂L/∂w of the last example", "g = Σ ∂L/∂w over the examples"),
        _one_example(-1),
    ),
    Mistake(
        "only_first_example",
        "only the first example of the batch counts in the gradient of {layer}",
        "the gradient is summed over all {N} examples",
        ("g = ∂L/∂w of the first example", "g = Σ ∂L/∂w over the examples"),
        _one_example(0),
    ),
    # Biases.
    Mistake(
        "no_bias_gradient",
        "the bias gradient of {layer} is missing: the biases are never moved",
        "∂L/∂b is δ, summed over the examples",
        ("∂L/∂b[{j}] = 0", _DB),
        (Way(Hooks(db=constant(0.0)), "layers"),),
    ),
    Mistake(
        "bias_gradient_total",
        "the bias gradient of {layer} is summed over the neurons, too",
        "each neuron's ∂L/∂b is its own δ, summed over the examples only",
        ("∂L/∂b[{j}] = {reduced}δ of all neurons of the layer", _DB),
        (
            Way(Hooks(db=lambda at, db: np.full_like(db, db.sum())), "layers"),
            Way(Hooks(db=lambda at, db: np.full_like(db, db.mean())), "layers"),
        ),
    ),
    Mistake(
        "bias_gradient_of_targets",
        "the bias gradient of {layer} is the sum of the δ of the neurons behind it",
        "∂L/∂b is the neuron's own δ, summed over the examples",
        ("∂L/∂b[{j}] = {reduced}(Σ δ of its targets)", _DB),
        (Way(Hooks(db=_bias_gradient_of_targets), "hidden"),),
    ),
    Mistake(
        "bias_gradient_mean",
        "the bias gradient of {layer} is divided by N = {N} once too often",
        "∂L/∂b is reduced over the examples as ∂L/∂w is",
        ("∂L/∂b[{j}] = 1/N · {reduced}δ[{j}]", _DB),
        (Way(Hooks(db=OVER_N), "layers"),),
    ),
    Mistake(
        "bias_gradient_sum",
        "the bias gradient of {layer} is N = {N} times too large",
        "∂L/∂b is reduced over the examples as ∂L/∂w is",
        ("∂L/∂b[{j}] = N · {reduced}δ[{j}]", _DB),
        (Way(Hooks(db=N), "layers"),),
    ),
)
