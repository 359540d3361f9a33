"""The mistakes that people make in what comes from the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from nntui.model.activations import Activation
from nntui.model.losses import LOSSES, Loss, softmax
from nntui.model.numerics import Array
from nntui.verify.mistakes.mistake import (
    Mistake,
    Way,
    averaged,
    has_loss,
    has_plain_loss,
    is_over_k,
    times,
)
from nntui.verify.passes import Hooks, LossHook, LossPass, Passes, loss_gradient, loss_value

_DELTA: Final = "δ[{j}] = ∂L/∂a[{j}] · {f}′(z[{j}])"
_DL: Final = "∂L/∂a = {dl}"


def _scaled_error(factor: Callable[[LossPass], float]) -> Hooks:
    """Multiply ∂L/∂a of the outputs by a factor."""
    return Hooks(error=lambda at, error: error * factor(at))


def _softmax_again(jacobian: bool) -> Hooks:
    """Multiply by softmax’s derivative, its diagonal or all of it."""

    def error(at: LossPass, right: Array) -> Array:
        p = _softmax(at.a)
        again = p * (right - (p * right).sum(axis=0)) if jacobian else right * p * (1.0 - p)
        return np.asarray(again)

    return Hooks(error=error)


def _softmax_diagonal(at: LossPass, right: Array) -> Array:
    """Take −t/p times the diagonal p·(1 − p) only."""
    return -at.y * (1.0 - _softmax(at.a))


def _sigmoid_again(at: LossPass, right: Array) -> Array:
    """Multiply by the sigmoid’s derivative."""
    a = _sigmoid(at.a)
    return np.asarray(right * a * (1.0 - a))


def _of_targets(other: Callable[[Array], Array], word: str = "") -> tuple[Way, Way]:
    """Take ∂L/∂a at other targets, made of those (K, n) of the batch; then the loss, too."""

    def error(at: LossPass, right: Array) -> Array:
        return loss_gradient(at.passes.training.loss, at.a, other(at.y))

    def loss(at: LossPass, right: Array) -> Array:
        return loss_value(at.passes.training.loss, at.a, other(at.y))

    return _alone_and_with_loss(error, loss, word)


def _alone_and_with_loss(error: LossHook, loss: LossHook, word: str = "") -> tuple[Way, Way]:
    return Way(Hooks(error=error), word=word), Way(Hooks(loss, error), word=word)


def of_targets_in_order(order: Sequence[int]) -> tuple[Way, Way]:
    """Give each example the target of another one, in a batch of as many."""
    numbers = ", ".join(str(n + 1) for n in order)
    return _of_targets(
        lambda y: y[:, list(order)] if y.shape[1] == len(order) else y,
        f"the targets of the examples {numbers}",
    )


def _after_softmax(at: LossPass, right: Array) -> Array:
    """Take the gradient where the network ends in softmax, which the loss has, too."""
    p = _softmax(at.a)
    of_p = loss_gradient(at.passes.training.loss, p, at.y)
    return np.asarray(p * (of_p - (p * of_p).sum(axis=0)))


def _after_sigmoid(at: LossPass, right: Array) -> Array:
    """Take the gradient where the network ends in a sigmoid."""
    s = _sigmoid(at.a)
    return np.asarray(loss_gradient(at.passes.training.loss, s, at.y) * s * (1.0 - s))


def _loss_after(f: Callable[[Array], Array]) -> LossHook:
    """Take the loss of outputs that went through a function."""
    return lambda at, right: loss_value(at.passes.training.loss, f(at.a), at.y)


def _softmax(a: Array) -> Array:
    return np.array(softmax(list(a)))


def _sigmoid(a: Array) -> Array:
    return np.asarray(Activation.of("sigmoid").f(a))


def _softmax_over(axis: int | None) -> Hooks:
    """Take softmax over the examples (1), or over all numbers (None), in p − t."""

    def error(at: LossPass, right: Array) -> Array:
        powers = np.exp(at.a - at.a.max())
        return np.asarray(powers / powers.sum(axis=axis, keepdims=True) - at.y)

    return Hooks(error=error)


def _overflowing_softmax(at: LossPass, right: Array) -> Array:
    """Compute p − t with powers of the outputs as they are."""
    powers = np.exp(at.a)
    return np.asarray(powers / powers.sum(axis=0) - at.y)


def _bare_bce(at: LossPass, right: Array) -> Array:
    """Compute (a − t) / (a·(1 − a)) with no least value for what it is divided by."""
    over = 1 if at.passes.training.loss.summed else len(at.a)
    return np.asarray((at.a - at.y) / (at.a * (1.0 - at.a)) / over)


def _clipped(at: LossPass, right: Array) -> Array:
    """Cut the difference off at huber's δ, so that it has no slope beyond."""
    delta = dict(at.passes.training.loss.settings)["delta"]
    return np.where(np.abs(at.a - at.y) < delta, right, 0.0)


def _of_another_loss(passes: Passes) -> Iterator[Way]:
    """Yield ∂L/∂a of each other loss; then the loss, too."""

    def ways(loss: Loss) -> tuple[Way, Way]:
        return _alone_and_with_loss(
            lambda at, right: loss_gradient(loss, at.a, at.y),
            lambda at, right: loss_value(loss, at.a, at.y),
            loss.name,
        )

    for name in LOSSES:
        if name not in (passes.training.loss.name, "huber"):
            yield from ways(Loss.of(name))


LOSS_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "sign",
        "δ of {layer} has the wrong sign",
        "the difference is a − t, and the update goes against the gradient",
        ("δ[{j}] = −∂L/∂a[{j}] · {f}′(z[{j}])", _DELTA),
        (
            Way(_scaled_error(lambda at: -1.0)),
            Way(Hooks(delta=times(lambda at: -1.0)), "layers"),
        ),
    ),
    Mistake(
        "loss_doubled",
        "the loss's derivative is twice too large: a 2 too many",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = 2 · {dl}", _DL),
        (Way(_scaled_error(lambda at: 2.0)),),
    ),
    Mistake(
        "loss_halved",
        "the loss's derivative is half of what it is: its 2 is missing, or a ½ too many",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = ½ · {dl}", _DL),
        (Way(_scaled_error(lambda at: 0.5)),),
    ),
    Mistake(
        "k_forgotten",
        "the mean over the {K} outputs is forgotten: ∂L/∂a is not divided by K",
        "the loss is a mean over the outputs: its derivative is divided by K = {K}",
        ("∂L/∂a = K · {dl}", _DL),
        (Way(_scaled_error(lambda at: len(at.a))),),
        is_over_k,
    ),
    Mistake(
        "k_twice",
        "∂L/∂a is divided by the number of outputs, {K}, once too often",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = 1/K · {dl}", _DL),
        (Way(_scaled_error(lambda at: 1.0 / len(at.a))),),
    ),
    Mistake(
        "softmax_again",
        "∂L/∂a is multiplied by softmax's derivative once more",
        "softmax's derivative is in p − t already",
        ("∂L/∂a = (p − t) · p · (1 − p)", "∂L/∂a = p − t"),
        (Way(_softmax_again(jacobian=False)), Way(_softmax_again(jacobian=True))),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "softmax_diagonal",
        "of softmax's derivative only the diagonal p·(1 − p) is used",
        "every output changes every probability: all of it together gives p − t",
        ("∂L/∂a = −t / p · p · (1 − p)", "∂L/∂a = p − t"),
        (Way(Hooks(error=_softmax_diagonal)),),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "sigmoid_again",
        "∂L/∂a is multiplied by the sigmoid's derivative once more",
        "the sigmoid's derivative is in the difference σ(a) − t, or p − t, already",
        ("∂L/∂a = (σ(a) − t) · σ(a) · (1 − σ(a))", "∂L/∂a = σ(a) − t"),
        (Way(Hooks(error=_sigmoid_again)),),
        has_loss("cross_entropy", "bce_with_logits"),
    ),
    Mistake(
        "softmax_before_loss",
        "the network ends in softmax, and cross_entropy applies it once more",
        "cross_entropy takes the outputs as they are: softmax is a part of it",
        ("L = −Σ t·log softmax(softmax(a))", "L = −Σ t·log softmax(a)"),
        _alone_and_with_loss(_after_softmax, _loss_after(_softmax)),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "sigmoid_before_loss",
        "the network ends in a sigmoid, and the loss takes its outputs as logits",
        "the loss takes the outputs as they are: what makes probabilities of them is a part of it",
        ("L of σ(a)", "L of a"),
        _alone_and_with_loss(_after_sigmoid, _loss_after(_sigmoid)),
        has_loss("cross_entropy", "bce_with_logits"),
    ),
    Mistake(
        "softmax_over_batch",
        "softmax is over the examples, not over the outputs of each",
        "the probabilities of an example add up to 1",
        ("p[k] = e^a[k] / Σ over the examples", "p[k] = e^a[k] / Σ over the outputs"),
        (Way(_softmax_over(1)), Way(_softmax_over(None))),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "softmax_overflow",
        "e^a overflows in softmax, and inf / inf is NaN",
        "softmax is the same of a − max a, which never overflows",
        ("p = e^a / Σ e^a", "p = e^(a − max a) / Σ e^(a − max a)"),
        (Way(Hooks(error=_overflowing_softmax)),),
        has_plain_loss("cross_entropy"),
    ),
    Mistake(
        "division_by_0",
        "an output is exactly 0 or 1, and the derivative of bce is divided by a·(1 − a) = 0",
        "of outputs so close to 0 and 1 take bce_with_logits: σ(z) − t never divides",
        ("∂L/∂a = (a − t) / (a·(1 − a))", "a·(1 − a) is at least 1e-12"),
        (Way(Hooks(error=_bare_bce)),),
        has_plain_loss("bce"),
    ),
    Mistake(
        "targets_broadcast",
        "each output is held against the targets of all examples: (N, 1) − (N,) is (N, N)",
        "each output is held against the target of its own example: give both one shape",
        ("L = mean of (a[n] − t[m])² over n and m", "L = mean of (a[n] − t[n])² over n"),
        _of_targets(averaged)[:1],
        lambda passes: (
            len(passes.layout.output_rows) == 1
            and not has_loss("mae", "huber", "cross_entropy")(passes)
        ),
    ),
    Mistake(
        "other_targets",
        "the outputs are held against {word}",
        "each output is held against the target of its own example",
        ("∂L/∂a at {word}", _DL),
        (
            *_of_targets(lambda y: np.roll(y, 1, 1), "the targets of the example before"),
            *_of_targets(lambda y: np.roll(y, -1, 1), "the targets of the next example"),
            *_of_targets(lambda y: y[:, ::-1], "the targets in reverse order"),
            *_of_targets(lambda y: np.roll(y, 1, 0), "the target of the output before"),
            *_of_targets(lambda y: np.roll(y, -1, 0), "the target of the next output"),
            *_of_targets(lambda y: 1.0 - y, "1 − t"),
        ),
        rare=True,
    ),
    Mistake(
        "error_averaged",
        "∂L/∂a is averaged over the examples before it goes back",
        "each example goes back by itself; its gradients are put together at the end",
        ("∂L/∂a = 1/N · Σ {dl}", _DL),
        (Way(Hooks(error=lambda at, error: averaged(error))),),
        rare=True,
    ),
    Mistake(
        "error_clipped",
        "the difference is clipped: where it is large there is no gradient",
        "huber grows on beyond δ, with the slope δ",
        ("∂L/∂a = a − t if |a − t| < δ else 0", _DL),
        (Way(Hooks(error=_clipped)),),
        has_loss("huber"),
    ),
    Mistake(
        "other_loss",
        "∂L/∂a is that of another loss, {word}",
        "∂L/∂a is the derivative of this loss",
        ("∂L/∂a = ∂({word})/∂a", _DL),
        _of_another_loss,
    ),
    Mistake(
        "no_loss_slope",
        "∂L/∂a is 1: the output was differentiated, not the loss",
        "∂L/∂a is the derivative of the loss",
        ("∂L/∂a = 1", _DL),
        (Way(Hooks(error=lambda at, right: np.ones_like(right))),),
    ),
)
