"""What a mistake is: how it is made, where, and in which experiments it means anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, TypeAlias

import numpy as np
from msgspec import Struct

from nntui.model.numerics import Array
from nntui.verify.passes import Hook, Hooks, LayerPass, NetworkHooks, Passes
from nntui.verify.updates import UpdateHooks

Scope = Literal["everywhere", "outputs", "hidden", "layers", "behind"]
"""Where a mistake may have been made.

``everywhere``: in the whole network. ``outputs``: at the outputs. ``hidden``: in a hidden layer, or
in all. ``layers``: in one layer, in the hidden ones, or in all. ``behind``: in a layer, or in all,
that other layers than the inputs feed.
"""


class Way(Struct, frozen=True):
    """One way to make a mistake, and where. ``word`` fills ``{word}`` in the sentences."""

    hooks: Hooks | UpdateHooks | NetworkHooks
    scope: Scope = "everywhere"
    word: str = ""


Ways: TypeAlias = Callable[[Passes], Iterable[Way]]


class Mistake(Struct, frozen=True):
    """A mistake: its name, what was done, what is right, and the formulas of both.

    In the texts, {layer} is a phrase for the place, {f} the activation there, {f_in_a} and {f_on_z}
    the formula of its derivative as it is and with z in it, {i} a source of the neuron {j}, {dl}
    the formula of ∂L/∂a, {reduced} the sum or mean over the examples, {N} the number of examples,
    {K} that of outputs. ``when`` says for which experiments it means anything. ``rare``: it is not
    tried as one of two at the same place, where all are tried with all.
    """

    name: str
    done: str
    right: str
    formulas: tuple[str, str]
    ways: tuple[Way, ...] | Ways
    when: Callable[[Passes], bool] = lambda _: True
    rare: bool = False


def is_mean(passes: Passes) -> bool:
    """Whether the gradients are a mean over the examples."""
    return passes.training.reduction == "mean"


def is_sum(passes: Passes) -> bool:
    """Whether they are a sum."""
    return not is_mean(passes)


def is_over_k(passes: Passes) -> bool:
    """Whether the loss is a mean over the outputs."""
    loss = passes.training.loss
    return loss.name in ("mse", "mae", "huber", "bce", "bce_with_logits") and not loss.summed


def has_loss(*names: str) -> Callable[[Passes], bool]:
    """Make the test whether the loss is one of these."""
    return lambda passes: passes.training.loss.name in names


def has_plain_loss(name: str) -> Callable[[Passes], bool]:
    """Make the test whether the loss is that one, with no setting of its own."""
    return lambda passes: has_loss(name)(passes) and passes.training.loss.is_plain


def has_penalty(passes: Passes) -> bool:
    """Whether there is a penalty on weights."""
    return bool(passes.training.l1 or passes.training.l2)


def has_l2(passes: Passes) -> bool:
    """Whether there is an l2 penalty."""
    return bool(passes.training.l2)


def has_l1(passes: Passes) -> bool:
    """Whether there is an l1 penalty."""
    return bool(passes.training.l1)


def optimized_by(*names: str) -> Callable[[Passes], bool]:
    """Make the test whether the optimizer is one of these."""
    return lambda passes: passes.training.optimizer.name in names


def spares_biases(passes: Passes) -> bool:
    """Whether the weight decay is of weights only."""
    return not dict(passes.training.optimizer.settings).get("decay_biases", True)


def setting(name: str) -> Callable[[Passes], bool]:
    """Make the test whether a setting of the optimizer is there, and not 0."""
    return lambda passes: bool(dict(passes.training.optimizer.settings).get(name))


def constant(number: float) -> Hook:
    """Make everything one number."""
    return lambda at, right: np.full_like(right, number)


def times(factor: Callable[[LayerPass], float]) -> Hook:
    """Multiply by a factor, given the layer."""
    return lambda at, right: right * factor(at)


N: Final = times(lambda at: at.n)
OVER_N: Final = times(lambda at: 1.0 / at.n)


def averaged(values: Array) -> Array:
    """Give each example (a column) the mean over all."""
    return np.broadcast_to(values.mean(axis=1, keepdims=True), values.shape)


def transposed(at: LayerPass, right: Array) -> Array:
    """Transpose a square matrix."""
    return right.T if right.shape[0] == right.shape[1] else right
