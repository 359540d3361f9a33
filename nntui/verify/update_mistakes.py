"""The mistakes that people make from update to update: a table, a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from nntui.engine.schedule import Schedule
from nntui.model.numerics import Array
from nntui.verify import updates
from nntui.verify.mistake import (
    Mistake,
    Way,
    Ways,
    has_l2,
    optimized_by,
    setting,
)
from nntui.verify.passes import Passes
from nntui.verify.updates import UpdateHooks


def _set(**changed: Any) -> UpdateHooks:
    return UpdateHooks(settings=lambda settings, n: {**settings, **changed})


def _swapped(settings: dict[str, Any], n: int) -> dict[str, Any]:
    return {**settings, "beta1": settings["beta2"], "beta2": settings["beta1"]}


def _other_eps(passes: Passes) -> Iterator[Way]:
    own = dict(passes.training.optimizer.settings)["eps"]
    for word in ("1e-8", "1e-7"):  # of PyTorch and of Keras
        if float(word) != own:
            yield Way(_set(eps=float(word)), word=word)


_VARIED_RULES: Final[dict[str, Callable[..., Any]]] = {
    "sgd": updates.sgd, "adam": updates.adam, "adamw": updates.adamw,
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

_STEP: Final = "w = w − η · g"
_M_HAT: Final = "m̂ = m / (1 − β₁^t), v̂ = v / (1 − β₂^t)"

UPDATE_MISTAKES: Final[tuple[Mistake, ...]] = (
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
        lambda passes: optimized_by("sgd")(passes) and setting("momentum")(passes),
    ),
    Mistake(
        "no_momentum",
        "the momentum is left out",
        "the step goes along the velocity v = μ · v + g",
        (_STEP, "w = w − η · v"),
        (Way(_set(momentum=0.0)),),
        setting("momentum"),
    ),
    Mistake(
        "no_look_ahead",
        "Nesterov's look ahead is left out",
        "the step goes along g + μ · v",
        ("w = w − η · v", "w = w − η · (g + μ · v)"),
        (Way(_set(nesterov=False)),),
        setting("nesterov"),
    ),
    Mistake(
        "look_ahead",
        "the step looks ahead, as Nesterov's does",
        "the step goes along the velocity v",
        ("w = w − η · (g + μ · v)", "w = w − η · v"),
        (Way(_set(nesterov=True)),),
        lambda passes: (
            optimized_by("sgd")(passes)
            and setting("momentum")(passes)
            and not setting("nesterov")(passes)
        ),
    ),
    Mistake(
        "no_bias_correction",
        "Adam's bias correction is missing",
        "m and v begin at 0: they are divided by 1 − βᵗ",
        ("m̂ = m, v̂ = v", _M_HAT),
        _rules({"corrected": ""}, {"corrected": "m"}, {"corrected": "v"}),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_multiplied",
        "m and v are multiplied by 1 − βᵗ, not divided",
        "m and v begin at 0: they are divided by 1 − βᵗ",
        ("m̂ = m · (1 − β₁^t), v̂ = v · (1 − β₂^t)", _M_HAT),
        _rule(correction="multiplied"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_in_place",
        "the corrected m̂ and v̂ are kept in place of m and v",
        "m and v go on as they are; m̂ and v̂ are for this update only",
        ("m = m / (1 − β₁^t), v = v / (1 − β₂^t)", _M_HAT),
        _rule(correction="in place"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_from_0",
        "t counts from 0",
        "t of the first update is 1",
        ("m̂ = m / (1 − β₁^(t − 1))", _M_HAT),
        (Way(UpdateHooks(count=lambda _, before: float(before))),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_from_2",
        "t is one too large",
        "t of the first update is 1",
        ("m̂ = m / (1 − β₁^(t + 1))", _M_HAT),
        (Way(UpdateHooks(count=lambda _, before: before + 2.0)),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_not_counted",
        "t stays 1",
        "t goes up by 1 at each update",
        ("m̂ = m / (1 − β₁)", _M_HAT),
        (Way(UpdateHooks(count=lambda _, before: 1.0)),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_per_parameter",
        "t goes up at every parameter, not at every update",
        "t is the number of the update, the same for all parameters",
        ("t = t + 1 for each parameter", "t = t + 1 for each update"),
        _counted(_orders),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "betas_swapped",
        "β₁ and β₂ are swapped",
        "β₁ belongs to the mean of g, β₂ to that of g²",
        ("m = β₂ · m + (1 − β₂) · g", "m = β₁ · m + (1 − β₁) · g"),
        (Way(UpdateHooks(settings=_swapped)),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "eps_inside_root",
        "ε is inside the root",
        "ε is added to the root",
        ("… / √(v̂ + ε)", "… / (√v̂ + ε)"),
        _rule(eps_at="inside"),
        optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "other_eps",
        "ε is {word}, not that of the run",
        "ε is a setting of the optimizer: libraries differ in what it is when nobody says",
        ("… / (√v̂ + {word})", "… / (√v̂ + ε)"),
        _other_eps,
        optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "eps_before_correction",
        "ε is added before the bias correction",
        "ε is added to the root of the corrected v̂",
        ("m̂ · √(1 − β₂^t) / (√v + ε)", "m̂ / (√v̂ + ε)"),
        _rule(eps_at="before correction"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "square_of_mean",
        "v is made of the square of the mean m, not of g²",
        "v is the running mean of g²",
        ("v = β₂ · v + (1 − β₂) · m²", "v = β₂ · v + (1 − β₂) · g²"),
        _rule(square="m"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "decay_as_l2",
        "the weight decay is added to the gradient, as l2 is",
        "AdamW shrinks p by η·λ·p, beside the gradient",
        ("g = g + λ · p", "p = p · (1 − η·λ)"),
        (Way(UpdateHooks(rule=updates.adam)),),
        lambda passes: optimized_by("adamw")(passes) and setting("weight_decay")(passes),
    ),
    Mistake(
        "l2_as_decay",
        "l2 shrinks the weights beside the gradient, as AdamW does",
        "l2 adds λ·w to the gradient",
        ("w = w · (1 − η·λ) − …", "g = ∂L/∂w + λ · w"),
        (Way(UpdateHooks(decay=_l2_as_decay)),),
        has_l2,
    ),
    Mistake(
        "no_root",
        "the root is missing: the step is divided by the mean square",
        "the step is divided by the root of the mean square",
        ("… / (s + ε)", "… / (√s + ε)"),
        _rule(root=False),
        optimized_by("rmsprop", "adagrad"),
    ),
    Mistake(
        "memory_lost",
        "what the optimizer remembers is set to 0 at each update",
        "m, v and s go on from the update before",
        ("m = 0, v = 0, s = 0 before", "m, v, s of the update before"),
        _memory_lost,
        lambda passes: not optimized_by("sgd")(passes) or setting("momentum")(passes),
    ),
    Mistake(
        "plain_descent",
        "the update is plain gradient descent",
        "the update has the optimizer's rule",
        (_STEP, "w by the optimizer's rule"),
        (Way(UpdateHooks(rule=_plain)),),
        lambda passes: not optimized_by("sgd")(passes),
    ),
)
