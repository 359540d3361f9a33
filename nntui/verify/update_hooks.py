"""What mistakes make of updates: see ``updates.UpdateHooks``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any, Final

import numpy as np

from nntui.engine.schedule import Schedule
from nntui.model.numerics import Array, divide, sqrt
from nntui.model.optimizers import Memory, Updated
from nntui.verify.mistake import Way, Ways
from nntui.verify.passes import Passes
from nntui.verify.updates import UpdateHooks


def step_times(factor: Callable[[int], float]) -> UpdateHooks:
    """Multiply the learning rate by a factor, given the number of examples."""
    return UpdateHooks(
        settings=lambda settings, n: {
            **settings, "learning_rate": settings["learning_rate"] * factor(n),
        }
    )  # fmt: skip


def sgd(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, momentum: float,
    nesterov: bool, weight_decay: float, damped: bool = False,
) -> Updated:  # fmt: skip
    """Gradient descent with momentum; ``damped``: g has the share 1 − μ in the velocity."""
    (v,) = memory
    share = 1.0 - momentum if damped else 1.0
    g = _decayed(g, p, weight_decay)
    if momentum:
        v = momentum * v + share * g
        g = share * g + momentum * v if nesterov else v
    return p - learning_rate * g, (v,)


def adam(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, beta1: float, beta2: float,
    eps: float, weight_decay: float, corrected: str = "mv", correction: str = "divided",
    eps_at: str = "outside", square: str = "g",
) -> Updated:  # fmt: skip
    """Adam. ``corrected``: which means are.

    ``correction``: divided by 1 − βᵗ, or multiplied, or in place (kept). ``eps_at``: outside or
    inside of the root. ``square``: of g (as it should be) or of the mean m.
    """
    m, v = memory
    g = _decayed(g, p, weight_decay)
    m = beta1 * m + (1.0 - beta1) * g
    of = m if square == "m" else g
    v = beta2 * v + (1.0 - beta2) * (of * of)
    first, second = 1.0 - beta1**t, 1.0 - beta2**t
    if correction == "multiplied":
        first, second = divide(1.0, first), divide(1.0, second)
    m_hat = divide(m, first) if "m" in corrected else m
    v_hat = divide(v, second) if "v" in corrected else v
    if correction == "in place":
        m, v = m_hat, v_hat
    if eps_at == "inside":
        scale = sqrt(v_hat + eps)
    elif eps_at == "before correction":
        scale = divide(sqrt(v) + eps, np.sqrt(1.0 - beta2**t))
    else:
        scale = sqrt(v_hat) + eps
    return p - learning_rate * divide(m_hat, scale), (m, v)


def adamw(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, weight_decay: float,
    **settings: Any,
) -> Updated:  # fmt: skip
    """AdamW, with the settings of Adam: the weight decay shrinks p."""
    p = p * (1.0 - learning_rate * weight_decay)
    return adam(p, g, memory, t, learning_rate=learning_rate, weight_decay=0.0, **settings)


def rmsprop(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, alpha: float, eps: float,
    momentum: float, weight_decay: float, eps_at: str = "outside", root: bool = True,
) -> Updated:  # fmt: skip
    """RMSprop; ``eps_at``: outside or inside of the root, if there is one."""
    s, v = memory
    g = _decayed(g, p, weight_decay)
    s = alpha * s + (1.0 - alpha) * (g * g)
    g = divide(g, _scale(s, eps, eps_at, root))
    if momentum:
        v = momentum * v + g
        g = v
    return p - learning_rate * g, (s, v)


def adagrad(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, lr_decay: float,
    eps: float, weight_decay: float, eps_at: str = "outside", root: bool = True,
) -> Updated:  # fmt: skip
    """Adagrad; ``eps_at``: outside or inside of the root, if there is one."""
    (s,) = memory
    g = _decayed(g, p, weight_decay)
    s = s + g * g
    rate = divide(learning_rate, 1.0 + (t - 1) * lr_decay)
    return p - rate * divide(g, _scale(s, eps, eps_at, root)), (s,)


def _decayed(g: Array, p: Array, weight_decay: float) -> Array:
    return g + weight_decay * p if weight_decay else g


def _scale(s: Array, eps: float, eps_at: str, root: bool) -> Array:
    if not root:
        return s + eps
    scale: Array = sqrt(s + eps) if eps_at == "inside" else sqrt(s) + eps
    return scale


def setting_to(**changed: Any) -> UpdateHooks:
    """Change settings of the optimizer."""
    return UpdateHooks(settings=lambda settings, n: {**settings, **changed})


def betas_swapped(settings: dict[str, Any], n: int) -> dict[str, Any]:
    """Swap β₁ and β₂."""
    return {**settings, "beta1": settings["beta2"], "beta2": settings["beta1"]}


def other_eps(passes: Passes) -> Iterator[Way]:
    """Take ε as other libraries have it."""
    own = dict(passes.training.optimizer.settings)["eps"]
    for word in ("1e-8", "1e-7"):  # of PyTorch and of Keras
        if float(word) != own:
            yield Way(setting_to(eps=float(word)), word=word)


_VARIED_RULES: Final[dict[str, Callable[..., Any]]] = {
    "sgd": sgd, "adam": adam, "adamw": adamw,
    "rmsprop": rmsprop, "adagrad": adagrad,
}  # fmt: skip


def varied_rule(**varied: Any) -> Ways:
    """The optimizer's own rule, varied: a tuple has several values, one after the other."""
    values = [each if isinstance(each, tuple) else (each,) for each in varied.values()]

    def ways(passes: Passes) -> Iterator[Way]:
        rule = _VARIED_RULES[passes.training.optimizer.name]
        for chosen in product(*values):
            yield Way(UpdateHooks(rule=partial(rule, **dict(zip(varied, chosen, strict=True)))))

    return ways


def counted(orders: Callable[[Passes], Iterable[Array]]) -> Ways:
    """T that goes up at every parameter: place q of T in an order gives t = earlier·T + q + 1."""

    def ways(passes: Passes) -> Iterator[Way]:
        for order in orders(passes):
            total = int(order.max()) + 1

            def count(_: Passes, before: int, order: Array = order, total: int = total) -> Any:
                return before * total + order + 1.0

            yield Way(UpdateHooks(count=count))

    return ways


def arrays_in_order(passes: Passes) -> Iterator[Array]:
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


def memory_lost(passes: Passes) -> Iterator[Way]:
    """Begin each update with a memory of 0."""
    rule = passes.training.optimizer.row.update

    def forgetful(p: Array, g: Array, memory: tuple[Any, ...], t: Any, **settings: Any) -> Any:
        return rule(p, g, tuple(np.zeros_like(p) for _ in memory), t, **settings)

    yield Way(UpdateHooks(rule=forgetful))


def decay_beside_gradient(passes: Passes) -> Iterator[Way]:
    """Shrink parameters by the weight decay as AdamW does, whatever the optimizer."""
    rule = passes.training.optimizer.row.update

    def shrinking(
        p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, weight_decay: float,
        **settings: Any,
    ) -> Updated:  # fmt: skip
        shrunk = p * (1.0 - learning_rate * weight_decay)
        settings |= {"learning_rate": learning_rate, "weight_decay": 0.0}
        return rule(shrunk, g, memory, t, **settings)

    yield Way(UpdateHooks(rule=shrinking))


def decay_of_weights_only(passes: Passes) -> Iterator[Way]:
    """Leave the weight decay of biases out."""
    rule, is_weight = passes.training.optimizer.row.update, passes.layout.is_weight

    def parted(p: Array, g: Array, memory: Memory, t: Any, **settings: Any) -> Updated:
        # Of a layer alone, (J, 1 + I), the first column holds the biases.
        own = is_weight if p.ndim == 1 else np.arange(p.shape[1]) > 0
        weights = rule(p, g, memory, t, **settings)
        biases = rule(p, g, memory, t, **settings | {"weight_decay": 0.0})
        kept = zip(weights[1], biases[1], strict=True)
        return np.where(own, weights[0], biases[0]), tuple(np.where(own, w, b) for w, b in kept)

    yield Way(UpdateHooks(rule=parted))


def plain(p: Array, g: Array, memory: tuple[Any, ...], t: Any, **settings: Any) -> Any:
    """Go against the gradient, whatever the optimizer."""
    return p - settings["learning_rate"] * g, memory


def l2_as_decay(passes: Passes) -> Array:
    """Shrink weights by l2 as AdamW does."""
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


ORDERS: Final = (_in_document_order, _backwards, _batches_backwards, _first_epochs_order)
