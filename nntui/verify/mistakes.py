"""The mistakes that people make in backpropagation and in updates: one table, a row each.

Each is a variation of the right algorithm: hooks of ``passes`` or ``updates``, and the places at
which it may have been made. What they are known from: the issues and questions of people whose
network learned badly, or well and still wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from nntui.engine.schedule import Schedule
from nntui.model.activations import Activation
from nntui.model.losses import LOSSES, Loss, softmax
from nntui.model.numerics import Array, sign
from nntui.verify import updates
from nntui.verify.passes import (
    Change,
    Hook,
    Hooks,
    LayerPass,
    LossPass,
    Passes,
    slope,
    value,
)
from nntui.verify.updates import UpdateHooks, Variation

Place = Literal["everywhere", "outputs", "hidden", "layers", "behind"]
"""Where a mistake may have been made.

``everywhere``: in the whole network. ``outputs``: at the outputs. ``hidden``: in a hidden layer, or
in all. ``layers``: in one layer, in the hidden ones, or in all. ``behind``: in a layer, or in all,
that other layers than the inputs feed.
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to make a mistake, and where. ``word`` fills ``{word}`` in the sentences."""

    hooks: Hooks | UpdateHooks
    place: Place = "everywhere"
    word: str = ""


Ways: TypeAlias = Callable[[Passes], Iterable[Way]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: its name, what was done, what is right, and the formulas of both.

    In the texts, {layer} is a phrase for the place, {f} the activation there, {i} a source of the
    neuron {j}, {N} the number of examples, {K} that of outputs. ``when`` says for which
    experiments it means anything.
    """

    name: str
    done: str
    right: str
    formulas: tuple[str, str]
    ways: tuple[Way, ...] | Ways
    when: Callable[[Passes], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mistake made in one way at one place. ``layers``: where (None: no layer's or any's)."""

    mistake: Mistake
    way: Way
    variation: Variation
    layers: tuple[int, ...] | None
    where: str

    @property
    def name(self) -> str:
        """The mistake's name."""
        return self.mistake.name


def candidates(passes: Passes) -> Iterator[Candidate]:
    """List every mistake that can be made in an experiment, in every way, at every place."""
    for mistake in MISTAKES:
        if not mistake.when(passes):
            continue
        ways = mistake.ways if isinstance(mistake.ways, tuple) else tuple(mistake.ways(passes))
        for way in ways:
            if isinstance(way.hooks, UpdateHooks):
                variation = Variation(updates=(way.hooks,))
                yield Candidate(mistake, way, variation, None, "the update")
                continue
            for layers, part, where in _places(passes, way.place):
                change = Change(way.hooks, None if layers is None else frozenset(layers), part)
                yield Candidate(mistake, way, Variation((change,)), layers, where)


def _places(passes: Passes, place: Place) -> Iterator[tuple[tuple[int, ...] | None, Any, str]]:
    blocks = passes.blocks
    outputs = tuple(b.layer for b in blocks if b.is_output.any())
    hidden = tuple(b.layer for b in blocks if not b.is_output.all())
    if place == "everywhere":
        yield None, "all", "every layer"
    elif place == "outputs":
        yield outputs, "outputs", "the output layer"
    elif place == "behind":
        behind = tuple(b.layer for b in blocks if not b.source_is_input.all())
        if len(behind) > 1:
            yield behind, "all", "every layer"
        for layer in reversed(behind):
            yield (layer,), "all", layer_words(passes, layer)
    else:
        if place == "layers":
            yield tuple(b.layer for b in blocks), "all", "every layer"
            if len(blocks) > 1 and outputs != tuple(b.layer for b in blocks):
                yield outputs, "outputs", "the output layer"
        if len(hidden) > 1:
            yield hidden, "hidden", "all hidden layers"
        for layer in reversed(hidden):
            yield (layer,), "hidden", layer_words(passes, layer)


def layer_words(passes: Passes, layer: int) -> str:
    """Name a layer: ``layer 2``."""
    return f"layer {layer}"


# What a mistake makes of the right value, at a layer.


def _constant(number: float) -> Hook:
    return lambda at, right: np.full_like(right, number)


def _times(factor: Callable[[LayerPass], float]) -> Hook:
    return lambda at, right: right * factor(at)


def _scaled_error(factor: Callable[[LossPass], float]) -> Hooks:
    return Hooks(error=lambda at, error: error * factor(at))


_N: Final = _times(lambda at: at.n)
_OVER_N: Final = _times(lambda at: 1.0 / at.n)


def _slope_of_a(at: LayerPass, right: Array) -> Array:
    return at.block.apply(lambda f, z, a: slope(f, a, value(f, a, a)), at.z, at.a)


def _formula_on_z(at: LayerPass, right: Array) -> Array:
    return at.block.apply(lambda f, z, a: slope(f, z, z), at.z, at.a)


def _activation_again(at: LayerPass, right: Array) -> Array:
    return at.block.apply(value, at.a, at.a)


def _others_slopes(passes: Passes) -> Iterator[Way]:
    """f′ of each other activation of the network, with the neuron's own a or with that of f."""
    found = dict.fromkeys(f for block in passes.blocks for f, _ in block.activations)
    for g in found if len(found) > 1 else ():
        for own in (True, False):

            def other(at: LayerPass, right: Array, g: Activation = g, own: bool = own) -> Array:
                return slope(g, at.z, at.a if own else value(g, at.z, at.z))

            yield Way(Hooks(slope=other), "layers", g.called)
    if len(found) == 2:
        yield Way(Hooks(slope=_swapped_slope(*found)), "layers", "the other one's")
    for step, word in ((1, "the next layer's"), (-1, "that of the layer before")):
        if len(passes.blocks) > 1:
            yield Way(Hooks(slope=_neighbours_slope(step)), "everywhere", word)


def _swapped_slope(one: Activation, other: Activation) -> Hook:
    """Give each neuron f′ of the other of two activations."""

    def of_other(f: Activation, z: Array, a: Array) -> Array:
        return slope(other if f == one else one, z, a)

    return lambda at, right: at.block.apply(of_other, at.z, at.a)


def _neighbours_slope(step: int) -> Hook:
    """Give each layer f′ of the layer behind it or before it, where there is one."""

    def hook(at: LayerPass, right: Array) -> Array:
        n = at.layer + step
        if not 1 <= n <= len(at.passes.blocks):
            return right
        f = at.passes.blocks[n - 1].activations[0][0]
        return slope(f, at.z, at.a)

    return hook


def _input(at: LayerPass, right: Array) -> Array:
    x = at.forward.x
    if x.shape != right.shape or at.block.source_is_input.all():
        return right
    return x


def _own_a(at: LayerPass, right: Array) -> Array:
    if len(at.a) == len(right):
        return at.a
    return np.broadcast_to(at.a, right.shape) if len(at.a) == 1 else right


def _transposed(at: LayerPass, right: Array) -> Array:
    return right.T if right.shape[0] == right.shape[1] else right


def _path(choose: str) -> Hook:
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


def _raw_difference(at: LayerPass, right: Array) -> Array:
    """The outputs' a − t in place of δ."""
    rows = at.passes.layout.output_rows
    raw = np.zeros((at.passes.layout.height, at.n))
    raw[rows] = at.forward.outputs - at.forward.y
    own = raw[at.block.rows]
    return np.where(at.block.is_output[:, None], own, at.da)


def _only(place: int, whole: bool) -> Hook:
    """Count one example alone, with its share or as a whole."""

    def hook(at: LayerPass, right: Array) -> Array:
        shares = np.zeros_like(right)
        shares[place] = 1.0 if whole else right[place]
        return shares

    return hook


def _one_example(place: int) -> tuple[Way, ...]:
    hooks = [_only(place, whole) for whole in (False, True)]
    return (
        *(Way(Hooks(weight_shares=h, bias_shares=h), "layers") for h in hooks),
        *(Way(Hooks(bias_shares=h), "layers") for h in hooks),
        *(Way(Hooks(weight_shares=h), "layers") for h in hooks),
        Way(UpdateHooks(batch=lambda schedule, update: (schedule.batch(update)[place],))),
    )


def _shares(hook: Hook) -> tuple[Way, ...]:
    return (
        Way(Hooks(weight_shares=hook, bias_shares=hook), "layers"),
        Way(Hooks(weight_shares=hook), "layers"),
    )


def _softmax_again(jacobian: bool) -> Hooks:
    def error(at: LossPass, right: Array) -> Array:
        p = np.array(softmax(list(at.a)))
        again = p * (right - (p * right).sum(axis=0)) if jacobian else right * p * (1.0 - p)
        return np.asarray(again)

    return Hooks(error=error)


def _softmax_diagonal(at: LossPass, right: Array) -> Array:
    return -at.y * (1.0 - np.array(softmax(list(at.a))))


def _sigmoid_again(at: LossPass, right: Array) -> Array:
    a = np.asarray(Activation.of("sigmoid").f(at.a))
    return np.asarray(right * a * (1.0 - a))


def _after_softmax(passes: Passes) -> Iterator[Way]:
    """The gradient of the loss where the network ends in softmax, which the loss has, too."""
    gradient = _gradient_of(passes.training.loss)

    def error(at: LossPass, right: Array) -> Array:
        p = np.array(softmax(list(at.a)))
        of_p = gradient(LossPass(p, at.y), right)
        return np.asarray(p * (of_p - (p * of_p).sum(axis=0)))

    yield Way(Hooks(error=error))


def _after_sigmoid(passes: Passes) -> Iterator[Way]:
    """The gradient of the loss where the network ends in a sigmoid."""
    gradient = _gradient_of(passes.training.loss)

    def error(at: LossPass, right: Array) -> Array:
        s = np.asarray(Activation.of("sigmoid").f(at.a))
        return np.asarray(gradient(LossPass(s, at.y), right) * s * (1.0 - s))

    yield Way(Hooks(error=error))


def _softmax_over(axis: int | None) -> Hooks:
    """Take softmax over the examples (1), or over all numbers (None), in p − t."""

    def error(at: LossPass, right: Array) -> Array:
        powers = np.exp(at.a - at.a.max())
        return np.asarray(powers / powers.sum(axis=axis, keepdims=True) - at.y)

    return Hooks(error=error)


def _of_mean_targets(passes: Passes) -> Iterator[Way]:
    gradient = _gradient_of(passes.training.loss)

    def error(at: LossPass, right: Array) -> Array:
        every = np.broadcast_to(at.y.mean(axis=1, keepdims=True), at.y.shape)
        return gradient(LossPass(at.a, every), right)

    yield Way(Hooks(error=error))


def _of_another_loss(passes: Passes) -> Iterator[Way]:
    own = passes.training.loss.name
    for name in LOSSES:
        if name not in (own, "huber"):
            yield Way(Hooks(error=_gradient_of(Loss.of(name))), "everywhere", name)


def _gradient_of(loss: Loss) -> Callable[[LossPass, Array], Array]:
    def error(at: LossPass, right: Array) -> Array:
        slopes = loss.gradient(list(at.a), list(at.y))
        return np.array([np.broadcast_to(np.asarray(s), right[0].shape) for s in slopes])

    return error


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


def _weight_penalty(hook: Hook) -> tuple[Way, ...]:
    return (Way(Hooks(penalty=hook), "layers"),)


def _full_size(at: LayerPass, right: Array) -> Array:
    size = at.training.batch_size or at.n
    return right * (at.n / max(size, at.n))


# Which experiments a mistake means anything for.


def _is_mean(passes: Passes) -> bool:
    return passes.training.reduction == "mean"


def _is_sum(passes: Passes) -> bool:
    return not _is_mean(passes)


def _is_over_k(passes: Passes) -> bool:
    loss = passes.training.loss
    return loss.name in ("mse", "mae", "huber", "bce", "bce_with_logits") and not loss.summed


def _has_loss(*names: str) -> Callable[[Passes], bool]:
    return lambda passes: passes.training.loss.name in names


def _has_penalty(passes: Passes) -> bool:
    return bool(passes.training.l1 or passes.training.l2)


def _has_l2(passes: Passes) -> bool:
    return bool(passes.training.l2)


def _has_l1(passes: Passes) -> bool:
    return bool(passes.training.l1)


def _optimized_by(*names: str) -> Callable[[Passes], bool]:
    return lambda passes: passes.training.optimizer.name in names


def _setting(name: str) -> Callable[[Passes], bool]:
    return lambda passes: bool(dict(passes.training.optimizer.settings).get(name))


# What a mistake makes of an update.


def _set(**changed: Any) -> UpdateHooks:
    return UpdateHooks(settings=lambda settings, n: {**settings, **changed})


def _swapped(settings: dict[str, Any], n: int) -> dict[str, Any]:
    return {**settings, "beta1": settings["beta2"], "beta2": settings["beta1"]}


_VARIED_RULES: Final[dict[str, Callable[..., Any]]] = {
    "sgd": updates.sgd, "adam": updates.adam, "adamw": updates.adam,
    "rmsprop": updates.rmsprop, "adagrad": updates.adagrad,
}  # fmt: skip


def _rule(**varied: Any) -> Ways:
    """The optimizer's own rule, varied."""

    def ways(passes: Passes) -> Iterator[Way]:
        rule = _VARIED_RULES[passes.training.optimizer.name]
        yield Way(UpdateHooks(rule=partial(rule, **varied)))

    return ways


def _rules(*each: dict[str, Any]) -> Ways:
    def ways(passes: Passes) -> Iterator[Way]:
        for varied in each:
            yield from _rule(**varied)(passes)

    return ways


def _counted(orders: Callable[[Passes], Iterable[Array]]) -> Ways:
    """T that goes up at every parameter: place q of T in an order gives t = earlier·T + q + 1."""

    def ways(passes: Passes) -> Iterator[Way]:
        for order in orders(passes):
            total = int(order.max()) + 1

            def count(_: Passes, before: int, order: Array = order, total: int = total) -> Any:
                return before * total + order + 1.0

            yield Way(UpdateHooks(count=count))

    return ways


def _orders(passes: Passes) -> Iterator[Array]:
    """The places of parameters: W1 b1 W2 b2 …, or b1 W1 …, W1 W2 … b1 b2 …, layers, each one."""
    layer = np.zeros(passes.layout.size)
    for block in passes.blocks:
        layer[block.weights.parameters] = block.layer - 1
    depth, is_weight = len(passes.blocks), passes.layout.is_weight
    weight_first, bias_first = 2 * layer + ~is_weight, 2 * layer + is_weight
    yield weight_first
    yield bias_first
    yield depth * ~is_weight + layer
    yield depth * is_weight + layer
    yield 2 * (depth - 1 - layer) + ~is_weight
    yield layer
    yield np.arange(passes.layout.size, dtype=np.float64)


def _memory_lost(passes: Passes) -> Iterator[Way]:
    rule = passes.training.optimizer.row.update

    def forgetful(p: Array, g: Array, memory: tuple[Any, ...], t: Any, **settings: Any) -> Any:
        return rule(p, g, tuple(np.zeros_like(p) for _ in memory), t, **settings)

    yield Way(UpdateHooks(rule=forgetful))


def _plain(p: Array, g: Array, memory: tuple[Any, ...], t: Any, **settings: Any) -> Any:
    return p - settings["learning_rate"] * g, memory


def _l2_as_decay(passes: Passes) -> Array:
    return np.where(passes.layout.is_weight, passes.training.l2, 0.0)


def _in_document_order(schedule: Schedule, update: int) -> Sequence[int]:
    examples = sorted(e for u in range(schedule.updates_per_epoch) for e in schedule.batch(u))
    return _part(schedule, update, examples)


def _backwards(schedule: Schedule, update: int) -> Sequence[int]:
    return _part(schedule, update, _epoch(schedule, update)[::-1])


def _batches_backwards(schedule: Schedule, update: int) -> Sequence[int]:
    epoch, batch = divmod(update, schedule.updates_per_epoch)
    return schedule.batch((epoch + 1) * schedule.updates_per_epoch - 1 - batch)


def _first_epochs_order(schedule: Schedule, update: int) -> Sequence[int]:
    return schedule.batch(update % schedule.updates_per_epoch)


def _epoch(schedule: Schedule, update: int) -> list[int]:
    first = update - update % schedule.updates_per_epoch
    return [e for u in range(first, first + schedule.updates_per_epoch) for e in schedule.batch(u)]


def _part(schedule: Schedule, update: int, examples: Sequence[int]) -> Sequence[int]:
    start = update % schedule.updates_per_epoch * schedule.batch_size
    return examples[start : start + schedule.batch_size]


_ORDERS: Final = (_in_document_order, _backwards, _batches_backwards, _first_epochs_order)

_DELTA: Final = "δ[{j}] = ∂L/∂a[{j}] · {f}′(z[{j}])"
_DW: Final = "∂L/∂w[{i},{j}] = δ[{j}] · a[{i}]"
_DB: Final = "∂L/∂b[{j}] = δ[{j}]"
_BACK: Final = "∂L/∂a[{i}] = Σ w[{i},j] · δ[j]"
_STEP: Final = "w = w − η · g"
_M_HAT: Final = "m̂ = m / (1 − β₁^t), v̂ = v / (1 − β₂^t)"

MISTAKES: Final[tuple[Mistake, ...]] = (
    # Which derivative δ has.
    Mistake(
        "no_output_derivative",
        "δ of the output layer lacks {f}′(z)",
        "δ of an output is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}]", _DELTA),
        (Way(Hooks(slope=_constant(1.0)), "outputs"),),
    ),
    Mistake(
        "no_derivative",
        "δ of {layer} lacks {f}′(z)",
        "δ of a hidden neuron is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}]", _DELTA),
        (Way(Hooks(slope=_constant(1.0)), "hidden"),),
    ),
    Mistake(
        "derivative_twice",
        "δ of {layer} has {f}′(z) twice",
        "δ is ∂L/∂a times {f}′(z), once",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}′(z[{j}]) · {f}′(z[{j}])", _DELTA),
        (Way(Hooks(slope=lambda at, s: s * s), "layers"),),
    ),
    Mistake(
        "derivative_of_a",
        "δ of {layer} has {f}′(a), the derivative at a",
        "the derivative is taken at z: {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}′(a[{j}])", _DELTA),
        (Way(Hooks(slope=_slope_of_a), "layers"),),
    ),
    Mistake(
        "derivative_on_z",
        "δ of {layer} has the derivative's formula in a, with z put in",
        "a formula such as a·(1 − a) or 1 − a² takes a, not z",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}′ as a formula in a, of z[{j}]", _DELTA),
        (Way(Hooks(slope=_formula_on_z), "layers"),),
    ),
    Mistake(
        "activation_for_derivative",
        "δ of {layer} has the activation itself in place of {f}′(z)",
        "δ is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}(z[{j}])", _DELTA),
        (
            Way(Hooks(slope=lambda at, s: at.a), "layers"),
            Way(Hooks(slope=_activation_again), "layers"),
        ),
    ),
    # What comes from the loss.
    Mistake(
        "sign",
        "δ of {layer} has the wrong sign",
        "the difference is a − t, and the update goes against the gradient",
        ("δ[{j}] = −∂L/∂a[{j}] · {f}′(z[{j}])", _DELTA),
        (
            Way(_scaled_error(lambda at: -1.0)),
            Way(Hooks(delta=_times(lambda at: -1.0)), "layers"),
        ),
    ),
    Mistake(
        "loss_doubled",
        "the loss's derivative is twice too large: a 2 too many",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = 2 · ∂L/∂a", "∂L/∂a = ∂L/∂a, once"),
        (Way(_scaled_error(lambda at: 2.0)),),
    ),
    Mistake(
        "loss_halved",
        "the loss's derivative is half of what it is: its 2 is missing, or a ½ too many",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = ½ · ∂L/∂a", "∂L/∂a = ∂L/∂a, whole"),
        (Way(_scaled_error(lambda at: 0.5)),),
    ),
    Mistake(
        "k_forgotten",
        "the mean over the {K} outputs is forgotten: ∂L/∂a is not divided by K",
        "the loss is a mean over the outputs: its derivative is divided by K = {K}",
        ("∂L/∂a = K · ∂L/∂a", "∂L/∂a is divided by K"),
        (Way(_scaled_error(lambda at: len(at.a))),),
        _is_over_k,
    ),
    Mistake(
        "k_twice",
        "∂L/∂a is divided by the number of outputs, {K}, once too often",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = ∂L/∂a / K", "∂L/∂a is not divided by K again"),
        (Way(_scaled_error(lambda at: 1.0 / len(at.a))),),
    ),
    Mistake(
        "softmax_again",
        "∂L/∂a is multiplied by softmax's derivative once more",
        "softmax's derivative is in p − t already",
        ("∂L/∂a = (p − t) · p · (1 − p)", "∂L/∂a = p − t"),
        (Way(_softmax_again(jacobian=False)), Way(_softmax_again(jacobian=True))),
        _has_loss("cross_entropy"),
    ),
    Mistake(
        "softmax_diagonal",
        "of softmax's derivative only the diagonal p·(1 − p) is used",
        "every output changes every probability: all of it together gives p − t",
        ("∂L/∂a = −t / p · p · (1 − p)", "∂L/∂a = p − t"),
        (Way(Hooks(error=_softmax_diagonal)),),
        _has_loss("cross_entropy"),
    ),
    Mistake(
        "sigmoid_again",
        "∂L/∂a is multiplied by the sigmoid's derivative once more",
        "the sigmoid's derivative is in the difference σ(a) − t, or p − t, already",
        ("∂L/∂a = (σ(a) − t) · σ(a) · (1 − σ(a))", "∂L/∂a = σ(a) − t"),
        (Way(Hooks(error=_sigmoid_again)),),
        _has_loss("cross_entropy", "bce_with_logits"),
    ),
    Mistake(
        "softmax_before_loss",
        "the network ends in softmax, and cross_entropy applies it once more",
        "cross_entropy takes the outputs as they are: softmax is a part of it",
        ("L = −Σ t·log softmax(softmax(a))", "L = −Σ t·log softmax(a)"),
        _after_softmax,
        _has_loss("cross_entropy"),
    ),
    Mistake(
        "sigmoid_before_loss",
        "the network ends in a sigmoid, and the loss takes its outputs as logits",
        "the loss takes the outputs as they are: what makes probabilities of them is a part of it",
        ("L of σ(a)", "L of a"),
        _after_sigmoid,
        _has_loss("cross_entropy", "bce_with_logits"),
    ),
    Mistake(
        "softmax_over_batch",
        "softmax is over the examples, not over the outputs of each",
        "the probabilities of an example add up to 1",
        ("p[k] = e^a[k] / Σ over the examples", "p[k] = e^a[k] / Σ over the outputs"),
        (Way(_softmax_over(1)), Way(_softmax_over(None))),
        _has_loss("cross_entropy"),
    ),
    Mistake(
        "targets_broadcast",
        "each output is held against the targets of all examples: (N, 1) − (N,) is (N, N)",
        "each output is held against the target of its own example: give both one shape",
        ("L = mean of (a[n] − t[m])² over n and m", "L = mean of (a[n] − t[n])² over n"),
        _of_mean_targets,
        lambda passes: (
            len(passes.layout.output_rows) == 1
            and not _has_loss("mae", "huber", "cross_entropy")(passes)
        ),
    ),
    Mistake(
        "other_loss",
        "∂L/∂a is that of another loss, {word}",
        "∂L/∂a is the derivative of this loss",
        ("∂L/∂a of {word}", "∂L/∂a of this loss"),
        _of_another_loss,
    ),
    Mistake(
        "other_layers_derivative",
        "δ of {layer} has the derivative of another layer's activation, {word}",
        "each layer has the derivative of its own activation",
        ("δ[{j}] = ∂L/∂a[{j}] · {word}′(z[{j}])", _DELTA),
        _others_slopes,
    ),
    Mistake(
        "no_loss_slope",
        "∂L/∂a is 1: the output was differentiated, not the loss",
        "∂L/∂a is the derivative of the loss",
        ("∂L/∂a[{j}] = 1", "∂L/∂a[{j}] of the loss"),
        (Way(Hooks(error=lambda at, right: np.ones_like(right))),),
    ),
    # What goes back over the weights.
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
        "raw_error_in_gradient",
        "∂L/∂w of {layer} has the raw error ∂L/∂a, without {f}′(z)",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = ∂L/∂a[{j}] · a[{i}]", _DW),
        (Way(Hooks(factor=lambda at, delta: at.da), "layers"),),
    ),
    Mistake(
        "w_not_transposed",
        "{layer} passes δ back with W not transposed",
        "what comes to i is the sum over its targets j of w[i,j] · δ[j]",
        ("∂L/∂a[{i}] = Σ w[j,{i}] · δ[j]", _BACK),
        (Way(Hooks(weights=_transposed), "behind"),),
    ),
    Mistake(
        "passed_back_without_w",
        "{layer} passes δ back without multiplying by the weights",
        "each δ goes back times the weight of its connection",
        ("∂L/∂a[{i}] = Σ δ[j]", _BACK),
        (Way(Hooks(weights=lambda at, w: at.block.connected), "behind"),),
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
    # What δ is multiplied by.
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
        "∂L/∂w of {layer} is transposed",
        "the gradient of w[i,j] stands where w[i,j] stands",
        ("∂L/∂w[{i},{j}] = δ[{i}] · a[{j}]", _DW),
        (Way(Hooks(dw=_transposed), "layers"),),
    ),
    Mistake(
        "no_weight_gradient",
        "∂L/∂w of {layer} is 0: the weights are never moved",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = 0", _DW),
        (Way(Hooks(dw=_constant(0.0)), "layers"),),
    ),
    # How the examples are put together.
    Mistake(
        "sum_for_mean",
        "the gradient of {layer} is the sum over the {N} examples, not their mean",
        "the sum over the examples is divided by N = {N}",
        ("g = Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        _shares(_N),
        _is_mean,
    ),
    Mistake(
        "mean_for_sum",
        "the gradient of {layer} is the mean over the {N} examples, not their sum",
        'the reduction is "sum": nothing is divided by N',
        ("g = 1/N · Σ ∂L/∂w", "g = Σ ∂L/∂w"),
        _shares(_OVER_N),
        _is_sum,
    ),
    Mistake(
        "divided_by_n_twice",
        "the gradient of {layer} is divided by N = {N} twice",
        "the sum over the examples is divided by N once",
        ("g = 1/N² · Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        _shares(_OVER_N),
        _is_mean,
    ),
    Mistake(
        "full_batch_size",
        "the last, smaller batch is divided by the full batch size",
        "each batch is divided by its own number of examples",
        ("g = 1/batch_size · Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        (Way(Hooks(weight_shares=_full_size, bias_shares=_full_size)),),
        lambda passes: _is_mean(passes) and bool(passes.training.batch_size),
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
        (Way(Hooks(db=_constant(0.0)), "layers"),),
    ),
    Mistake(
        "bias_gradient_total",
        "the bias gradient of {layer} is summed over the neurons, too",
        "each neuron's ∂L/∂b is its own δ, summed over the examples only",
        ("∂L/∂b[{j}] = Σ δ over all neurons of the layer", _DB),
        (
            Way(Hooks(db=lambda at, db: np.full_like(db, db.sum())), "layers"),
            Way(Hooks(db=lambda at, db: np.full_like(db, db.mean())), "layers"),
        ),
    ),
    Mistake(
        "bias_gradient_mean",
        "the bias gradient of {layer} is divided by N = {N} once too often",
        "∂L/∂b is reduced over the examples as ∂L/∂w is",
        ("∂L/∂b[{j}] = 1/N · ∂L/∂b[{j}]", _DB),
        (Way(Hooks(db=_OVER_N), "layers"),),
    ),
    Mistake(
        "bias_gradient_sum",
        "the bias gradient of {layer} is N = {N} times too large",
        "∂L/∂b is reduced over the examples as ∂L/∂w is",
        ("∂L/∂b[{j}] = N · ∂L/∂b[{j}]", _DB),
        (Way(Hooks(db=_N), "layers"),),
    ),
    Mistake(
        "bias_regularized",
        "the penalty is added to the gradient of the biases of {layer}, too",
        "the penalty is on weights only",
        ("g = ∂L/∂b[{j}] + λ · b[{j}]", "g = ∂L/∂b[{j}]"),
        (Way(Hooks(bias_penalty=lambda at, zero: at.training.regularized(zero, at.b)), "layers"),),
        _has_penalty,
    ),
    # The penalty.
    Mistake(
        "no_l2",
        "the penalty's part λ·w is missing in {layer}",
        "l2 adds λ·w to the gradient of a weight",
        ("g = ∂L/∂w", "g = ∂L/∂w + λ · w"),
        _weight_penalty(_penalty(0.0)),
        _has_l2,
    ),
    Mistake(
        "l2_halved",
        "the penalty's part in {layer} is ½·λ·w",
        "the penalty is ½·λ·Σw²: it adds λ·w",
        ("g = ∂L/∂w + ½ · λ · w", "g = ∂L/∂w + λ · w"),
        _weight_penalty(_penalty(0.5)),
        _has_l2,
    ),
    Mistake(
        "l2_doubled",
        "the penalty's part in {layer} is 2·λ·w",
        "the penalty is ½·λ·Σw²: it adds λ·w",
        ("g = ∂L/∂w + 2 · λ · w", "g = ∂L/∂w + λ · w"),
        _weight_penalty(_penalty(2.0)),
        _has_l2,
    ),
    Mistake(
        "l2_divided_by_n",
        "the penalty's part in {layer} is divided by N = {N}",
        "l2 adds λ·w to the reduced gradient",
        ("g = 1/N · (Σ ∂L/∂w + λ · w)", "g = 1/N · Σ ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=_OVER_N), "layers"),),
        _has_l2,
    ),
    Mistake(
        "no_l1",
        "the penalty's part λ·sign(w) is missing in {layer}",
        "l1 adds λ·sign(w) to the gradient of a weight",
        ("g = ∂L/∂w", "g = ∂L/∂w + λ · sign(w)"),
        _weight_penalty(_penalty(1.0, lambda w: 0.0 * w)),
        _has_l1,
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
        _has_l1,
    ),
    # From update to update.
    Mistake(
        "not_zeroed",
        "the gradients pile up: they are not set to 0 before the next batch",
        "each update has the gradient of its own batch only",
        ("g = g before + ∂L/∂w", "g = ∂L/∂w"),
        (Way(UpdateHooks(not_zeroed="dp")), Way(UpdateHooks(not_zeroed="g"))),
    ),
    Mistake(
        "other_order",
        "the examples come in another order",
        "they come in the order of the document, or as its seed shuffles them",
        ("batch = other examples", "batch = the examples of this update"),
        tuple(Way(UpdateHooks(batch=order)) for order in _ORDERS),
    ),
    Mistake(
        "update_after_each_example",
        "there is an update after each example, not after the batch",
        "the gradients of the batch are put together, then comes one update",
        ("w = w − η · ∂L/∂w of each example", _STEP),
        (Way(UpdateHooks(each_example=True)),),
    ),
    Mistake(
        "learning_rate_sign",
        "the update goes up the gradient: its sign is wrong",
        "the update goes against the gradient",
        ("w = w + η · g", _STEP),
        (Way(updates.step_times(lambda n: -1.0)),),
    ),
    Mistake(
        "learning_rate_over_n",
        "the step is divided by N = {N} once more",
        "the step is the learning rate times the reduced gradient",
        ("w = w − η/N · g", _STEP),
        (Way(updates.step_times(lambda n: 1.0 / n)),),
    ),
    Mistake(
        "momentum_one_minus",
        "the gradient is multiplied by 1 − μ in the velocity",
        "v = μ · v + g",
        ("v = μ · v + (1 − μ) · g", "v = μ · v + g"),
        lambda passes: [
            Way(
                UpdateHooks(
                    rule=lambda p, g, memory, t, **s: updates.sgd(
                        p, g, memory, t, **s, share=1.0 - s["momentum"]
                    )
                )
            )
        ],
        lambda passes: _optimized_by("sgd")(passes) and _setting("momentum")(passes),
    ),
    Mistake(
        "no_momentum",
        "the momentum is left out",
        "the step goes along the velocity v = μ · v + g",
        (_STEP, "w = w − η · v"),
        (Way(_set(momentum=0.0)),),
        _setting("momentum"),
    ),
    Mistake(
        "no_look_ahead",
        "Nesterov's look ahead is left out",
        "the step goes along g + μ · v",
        ("w = w − η · v", "w = w − η · (g + μ · v)"),
        (Way(_set(nesterov=False)),),
        _setting("nesterov"),
    ),
    Mistake(
        "look_ahead",
        "the step looks ahead, as Nesterov's does",
        "the step goes along the velocity v",
        ("w = w − η · (g + μ · v)", "w = w − η · v"),
        (Way(_set(nesterov=True)),),
        lambda passes: (
            _optimized_by("sgd")(passes)
            and _setting("momentum")(passes)
            and not _setting("nesterov")(passes)
        ),
    ),
    Mistake(
        "no_bias_correction",
        "Adam's bias correction is missing",
        "m and v begin at 0: they are divided by 1 − βᵗ",
        ("m̂ = m, v̂ = v", _M_HAT),
        _rules({"corrected": ""}, {"corrected": "m"}, {"corrected": "v"}),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_multiplied",
        "m and v are multiplied by 1 − βᵗ, not divided",
        "m and v begin at 0: they are divided by 1 − βᵗ",
        ("m̂ = m · (1 − β₁^t), v̂ = v · (1 − β₂^t)", _M_HAT),
        _rule(correction="multiplied"),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_in_place",
        "the corrected m̂ and v̂ are kept in place of m and v",
        "m and v go on as they are; m̂ and v̂ are for this update only",
        ("m = m / (1 − β₁^t), v = v / (1 − β₂^t)", _M_HAT),
        _rule(correction="in place"),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_from_0",
        "t counts from 0",
        "t of the first update is 1",
        ("m̂ = m / (1 − β₁^(t − 1))", _M_HAT),
        (Way(UpdateHooks(count=lambda _, before: float(before))),),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_from_2",
        "t is one too large",
        "t of the first update is 1",
        ("m̂ = m / (1 − β₁^(t + 1))", _M_HAT),
        (Way(UpdateHooks(count=lambda _, before: before + 2.0)),),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_not_counted",
        "t stays 1",
        "t goes up by 1 at each update",
        ("m̂ = m / (1 − β₁)", _M_HAT),
        (Way(UpdateHooks(count=lambda _, before: 1.0)),),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_per_parameter",
        "t goes up at every parameter, not at every update",
        "t is the number of the update, the same for all parameters",
        ("t = t + 1 for each parameter", "t = t + 1 for each update"),
        _counted(_orders),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "betas_swapped",
        "β₁ and β₂ are swapped",
        "β₁ belongs to the mean of g, β₂ to that of g²",
        ("m = β₂ · m + (1 − β₂) · g", "m = β₁ · m + (1 − β₁) · g"),
        (Way(UpdateHooks(settings=_swapped)),),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "eps_inside_root",
        "ε is inside the root",
        "ε is added to the root",
        ("… / √(v̂ + ε)", "… / (√v̂ + ε)"),
        _rule(eps_at="inside"),
        _optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "eps_before_correction",
        "ε is added before the bias correction",
        "ε is added to the root of the corrected v̂",
        ("m̂ · √(1 − β₂^t) / (√v + ε)", "m̂ / (√v̂ + ε)"),
        _rule(eps_at="before correction"),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "square_of_mean",
        "v is made of the square of the mean m, not of g²",
        "v is the running mean of g²",
        ("v = β₂ · v + (1 − β₂) · m²", "v = β₂ · v + (1 − β₂) · g²"),
        _rule(square="m"),
        _optimized_by("adam", "adamw"),
    ),
    Mistake(
        "decay_as_l2",
        "the weight decay is added to the gradient, as l2 is",
        "AdamW shrinks p by η·λ·p, beside the gradient",
        ("g = g + λ · p", "p = p · (1 − η·λ)"),
        _rule(decay="g"),
        lambda passes: _optimized_by("adamw")(passes) and _setting("weight_decay")(passes),
    ),
    Mistake(
        "l2_as_decay",
        "l2 shrinks the weights beside the gradient, as AdamW does",
        "l2 adds λ·w to the gradient",
        ("w = w · (1 − η·λ) − …", "g = ∂L/∂w + λ · w"),
        (Way(UpdateHooks(decay=_l2_as_decay)),),
        _has_l2,
    ),
    Mistake(
        "no_root",
        "the root is missing: the step is divided by the mean square",
        "the step is divided by the root of the mean square",
        ("… / (s + ε)", "… / (√s + ε)"),
        _rule(root=False),
        _optimized_by("rmsprop", "adagrad"),
    ),
    Mistake(
        "memory_lost",
        "what the optimizer remembers is set to 0 at each update",
        "m, v and s go on from the update before",
        ("m = 0, v = 0, s = 0 before", "m, v, s of the update before"),
        _memory_lost,
        lambda passes: not _optimized_by("sgd")(passes) or _setting("momentum")(passes),
    ),
    Mistake(
        "plain_descent",
        "the update is plain gradient descent",
        "the update has the optimizer's rule",
        (_STEP, "w by the optimizer's rule"),
        (Way(UpdateHooks(rule=_plain)),),
        lambda passes: not _optimized_by("sgd")(passes),
    ),
)
"""Every mistake; where several explain the numbers, the first ones are named first."""
