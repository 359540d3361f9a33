"""What mistakes make of the right values on the way back: see ``passes.Hooks``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from nntui.model.activations import Activation
from nntui.model.losses import LOSSES, Loss, softmax
from nntui.model.numerics import Array, sign
from nntui.verify.mistake import Way
from nntui.verify.passes import (
    Hook,
    Hooks,
    LayerPass,
    LossHook,
    LossPass,
    Passes,
    loss_gradient,
    slope,
    value,
)
from nntui.verify.updates import UpdateHooks


def constant(number: float) -> Hook:
    """Make everything one number."""
    return lambda at, right: np.full_like(right, number)


def times(factor: Callable[[LayerPass], float]) -> Hook:
    """Multiply by a factor, given the layer."""
    return lambda at, right: right * factor(at)


def scaled_error(factor: Callable[[LossPass], float]) -> Hooks:
    """Multiply ∂L/∂a of the outputs by a factor."""
    return Hooks(error=lambda at, error: error * factor(at))


N: Final = times(lambda at: at.n)
OVER_N: Final = times(lambda at: 1.0 / at.n)


def slope_of_a(at: LayerPass, right: Array) -> Array:
    """Take f′ at a."""
    return at.block.apply(lambda f, z, a: slope(f, a, value(f, a, a)), at.z, at.a)


def formula_on_z(at: LayerPass, right: Array) -> Array:
    """Put z into the formula of f′ in a."""
    return at.block.apply(lambda f, z, a: slope(f, z, z), at.z, at.a)


def activation_again(at: LayerPass, right: Array) -> Array:
    """Take f(a)."""
    return at.block.apply(value, at.a, at.a)


def others_slopes(passes: Passes) -> Iterator[Way]:
    """f′ of each other activation of the network, with the neuron's own a or with that of f."""
    found = list(dict.fromkeys(f for block in passes.blocks for f, _ in block.activations))
    for own in (True, False) if len(found) > 1 else ():
        for g in found:
            yield Way(
                Hooks(slope=_slope_of(g, own)), "layers", f"{g.called}, another layer's activation"
            )
        if len(found) == 2:
            yield Way(Hooks(slope=_other_slope(found, own)), "layers", "the other activation")
        for step, word in (
            (1, "the next layer's activation"),
            (-1, "the activation of the layer before"),
        ):
            yield Way(Hooks(slope=_neighbours_slope(step, own)), "everywhere", word)


def _slope_of(g: Activation, own: bool) -> Hook:
    """Give every neuron f′ of one activation."""
    return lambda at, right: slope(g, at.z, at.a if own else value(g, at.z, at.z))


def _other_slope(found: list[Activation], own: bool) -> Hook:
    """Give each neuron f′ of the other of two activations."""

    def of_other(f: Activation, z: Array, a: Array) -> Array:
        g = found[f == found[0]]
        return slope(g, z, a if own else value(g, z, z))

    return lambda at, right: at.block.apply(of_other, at.z, at.a)


def _neighbours_slope(step: int, own: bool) -> Hook:
    """Give each layer f′ of the layer behind it or before it, where there is one."""

    def hook(at: LayerPass, right: Array) -> Array:
        n = at.layer + step
        if not 1 <= n <= len(at.passes.blocks):
            return right
        f = at.passes.blocks[n - 1].activations[0][0]
        return slope(f, at.z, at.a if own else value(f, at.z, at.z))

    return hook


def input(at: LayerPass, right: Array) -> Array:
    """Take the inputs, where there are as many as sources."""
    x = at.forward.x
    if x.shape != right.shape or at.block.source_is_input.all():
        return right
    return x


def own_a(at: LayerPass, right: Array) -> Array:
    """Take the layer’s own activations, where they fit, or spread over the sources."""
    if len(at.a) == len(right):
        return at.a
    return np.broadcast_to(at.a, right.shape) if len(at.a) == 1 else right


def transposed(at: LayerPass, right: Array) -> Array:
    """Transpose a square matrix."""
    return right.T if right.shape[0] == right.shape[1] else right


def path(choose: str) -> Hook:
    """Keep one target of each source: of all those on the way back, the first or the last one."""

    def hook(at: LayerPass, right: Array) -> Array:
        kept = at.block.matrix(path_mask(at.passes, choose))
        return right * kept[:, 1:]

    return hook


def path_mask(passes: Passes, choose: str) -> Array:
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


def bias_gradient_of_targets(at: LayerPass, right: Array) -> Array:
    """Add up δ of the neurons that a neuron feeds, in place of its own."""
    layout, total = at.passes.layout, np.zeros(len(at.deltas))
    is_weight = layout.is_weight
    of_targets = at.deltas.sum(axis=1)[layout.target_row[is_weight]]
    np.add.at(total, layout.source_row[is_weight], of_targets)
    return np.asarray(at.training.reduced(total[at.block.rows], at.n))


def raw_difference(at: LayerPass, right: Array) -> Array:
    """The outputs' a − t in place of δ."""
    rows = at.passes.layout.output_rows
    raw = np.zeros((at.passes.layout.height, at.n))
    raw[rows] = at.forward.outputs - at.forward.y
    own = raw[at.block.rows]
    return np.where(at.block.is_output[:, None], own, at.da)


def only(place: int, whole: bool) -> Hook:
    """Count one example alone, with its share or as a whole."""

    def hook(at: LayerPass, right: Array) -> Array:
        shares = np.zeros_like(right)
        shares[place] = 1.0 if whole else right[place]
        return shares

    return hook


def one_example(place: int) -> tuple[Way, ...]:
    """Count one example alone: of weights and biases, of one of them, or in the update."""
    hooks = [only(place, whole) for whole in (False, True)]
    return (
        *(Way(Hooks(weight_shares=h, bias_shares=h), "layers") for h in hooks),
        *(Way(Hooks(bias_shares=h), "layers") for h in hooks),
        *(Way(Hooks(weight_shares=h), "layers") for h in hooks),
        Way(UpdateHooks(batch=lambda schedule, update: (schedule.batch(update)[place],))),
    )


def shares(hook: Hook) -> tuple[Way, ...]:
    """Vary how much each example counts: of all parameters, or of weights."""
    return (
        Way(Hooks(weight_shares=hook, bias_shares=hook), "layers"),
        Way(Hooks(weight_shares=hook), "layers"),
    )


def softmax_again(jacobian: bool) -> Hooks:
    """Multiply by softmax’s derivative, its diagonal or all of it."""

    def error(at: LossPass, right: Array) -> Array:
        p = np.array(softmax(list(at.a)))
        again = p * (right - (p * right).sum(axis=0)) if jacobian else right * p * (1.0 - p)
        return np.asarray(again)

    return Hooks(error=error)


def softmax_diagonal(at: LossPass, right: Array) -> Array:
    """Take −t/p times the diagonal p·(1 − p) only."""
    return -at.y * (1.0 - np.array(softmax(list(at.a))))


def sigmoid_again(at: LossPass, right: Array) -> Array:
    """Multiply by the sigmoid’s derivative."""
    a = np.asarray(Activation.of("sigmoid").f(at.a))
    return np.asarray(right * a * (1.0 - a))


def after_softmax(at: LossPass, right: Array) -> Array:
    """Take the gradient where the network ends in softmax, which the loss has, too."""
    p = np.array(softmax(list(at.a)))
    of_p = loss_gradient(at.passes.training.loss, p, at.y)
    return np.asarray(p * (of_p - (p * of_p).sum(axis=0)))


def after_sigmoid(at: LossPass, right: Array) -> Array:
    """Take the gradient where the network ends in a sigmoid."""
    s = np.asarray(Activation.of("sigmoid").f(at.a))
    return np.asarray(loss_gradient(at.passes.training.loss, s, at.y) * s * (1.0 - s))


def softmax_over(axis: int | None) -> Hooks:
    """Take softmax over the examples (1), or over all numbers (None), in p − t."""

    def error(at: LossPass, right: Array) -> Array:
        powers = np.exp(at.a - at.a.max())
        return np.asarray(powers / powers.sum(axis=axis, keepdims=True) - at.y)

    return Hooks(error=error)


def clipped(at: LossPass, right: Array) -> Array:
    """Cut the difference off at huber's δ, so that it has no slope beyond."""
    delta = dict(at.passes.training.loss.settings)["delta"]
    return np.where(np.abs(at.a - at.y) < delta, right, 0.0)


def overflowing_softmax(at: LossPass, right: Array) -> Array:
    """Compute p − t with powers of the outputs as they are."""
    powers = np.exp(at.a)
    return np.asarray(powers / powers.sum(axis=0) - at.y)


def bare_bce(at: LossPass, right: Array) -> Array:
    """Compute (a − t) / (a·(1 − a)) with no least value for what it is divided by."""
    over = 1 if at.passes.training.loss.summed else len(at.a)
    return np.asarray((at.a - at.y) / (at.a * (1.0 - at.a)) / over)


def of_mean_targets(at: LossPass, right: Array) -> Array:
    """Hold each output against the targets of all examples."""
    every = np.broadcast_to(at.y.mean(axis=1, keepdims=True), at.y.shape)
    return loss_gradient(at.passes.training.loss, at.a, every)


def of_another_loss(passes: Passes) -> Iterator[Way]:
    """Yield ∂L/∂a of each other loss."""

    def gradient_of(loss: Loss) -> LossHook:
        return lambda at, right: loss_gradient(loss, at.a, at.y)

    for name in LOSSES:
        if name not in (passes.training.loss.name, "huber"):
            yield Way(Hooks(error=gradient_of(Loss.of(name))), "everywhere", name)


def penalty(l2: float, l1: Callable[[Array], Any] = sign) -> Hook:
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


def full_size(at: LayerPass, right: Array) -> Array:
    """Divide by the full batch size."""
    size = at.training.batch_size or at.n
    return right * (at.n / max(size, at.n))
