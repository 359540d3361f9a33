"""The mistakes that people make in an optimizer's rule, its settings and what it remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from typing import Any, Final

import numpy as np

from nntui.engine.schedule import Schedule
from nntui.model.numerics import Array, divide, sqrt
from nntui.model.optimizers import Memory, Updated
from nntui.verify.mistakes.mistake import (
    Mistake,
    Way,
    Ways,
    has_l2,
    optimized_by,
    setting,
    spares_biases,
)
from nntui.verify.passes import Passes
from nntui.verify.updates import UpdateHooks

_STEP: Final = "w = w − η · g"
_M_HAT: Final = "m̂ = m / (1 − β₁^t), v̂ = v / (1 − β₂^t)"


def _sgd(
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


def _adam(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, beta1: float, beta2: float,
    eps: float, weight_decay: float, corrected: str = "mv", correction: str = "divided",
    scale: str = "√v + ε", square: str = "g",
) -> Updated:  # fmt: skip
    """Adam. ``corrected``: which means are.

    ``correction``: divided by 1 − βᵗ, or multiplied, or in place (kept). ``scale``: what the step
    is divided by (see ``_scale``). ``square``: of g (as it should be) or of the mean m.
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
    if scale == "before correction":
        divisor = divide(sqrt(v) + eps, np.sqrt(1.0 - beta2**t))
    else:
        divisor = _scale(v_hat, eps, scale)
    return p - learning_rate * divide(m_hat, divisor), (m, v)


def _adamw(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, weight_decay: float,
    **settings: Any,
) -> Updated:  # fmt: skip
    """AdamW, with the settings of Adam: the weight decay shrinks p."""
    p = p * (1.0 - learning_rate * weight_decay)
    return _adam(p, g, memory, t, learning_rate=learning_rate, weight_decay=0.0, **settings)


def _rmsprop(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, alpha: float, eps: float,
    momentum: float, weight_decay: float, scale: str = "√v + ε",
) -> Updated:  # fmt: skip
    """RMSprop; ``scale``: see ``_scale``."""
    s, v = memory
    g = _decayed(g, p, weight_decay)
    s = alpha * s + (1.0 - alpha) * (g * g)
    g = divide(g, _scale(s, eps, scale))
    if momentum:
        v = momentum * v + g
        g = v
    return p - learning_rate * g, (s, v)


def _adagrad(
    p: Array, g: Array, memory: Memory, t: Any, *, learning_rate: float, lr_decay: float,
    eps: float, weight_decay: float, scale: str = "√v + ε", start: float = 0.0,
) -> Updated:  # fmt: skip
    """Adagrad; ``scale``: see ``_scale``. ``start``: what s begins with."""
    (s,) = memory
    g = _decayed(g, p, weight_decay)
    s = s + g * g + (start if t == 1 else 0.0)
    rate = divide(learning_rate, 1.0 + (t - 1) * lr_decay)
    return p - rate * divide(g, _scale(s, eps, scale)), (s,)


def _decayed(g: Array, p: Array, weight_decay: Any) -> Array:
    return g + weight_decay * p if np.any(weight_decay) else g


def _scale(v: Array, eps: float, scale: str) -> Array:
    """What a step is divided by, of the mean square v: √v + ε, √(v + ε), v + ε or 1."""
    return np.asarray(
        {"√v + ε": sqrt(v) + eps, "√(v + ε)": sqrt(v + eps), "v + ε": v + eps, "1": 1.0}[scale]
    )


def _setting_to(**changed: Any) -> UpdateHooks:
    """Change settings of the optimizer."""
    return UpdateHooks(settings=lambda settings, n: {**settings, **changed})


def _betas_swapped(settings: dict[str, Any], n: int) -> dict[str, Any]:
    """Swap β₁ and β₂."""
    return {**settings, "beta1": settings["beta2"], "beta2": settings["beta1"]}


_USUAL_SETTINGS: Final = {
    "eps": (1e-8, 1e-7, 1e-10, 0.0), "alpha": (0.9, 0.99), "beta1": (0.9,), "beta2": (0.999, 0.99),
    "momentum": (0.9,),
}  # fmt: skip
"""What papers and libraries (PyTorch, Keras) take when nobody says."""


def _other_settings(passes: Passes) -> Iterator[Way]:
    """Take each setting as others have it; Adagrad of Keras begins with s = 0.1."""
    optimizer = passes.training.optimizer
    for name, own in optimizer.settings:
        for value in _USUAL_SETTINGS.get(name, ()) if own or name == "eps" else ():
            if value != own:
                word = f"{name} is {value:g}, not {own:g}".replace("e-0", "e-")
                yield Way(_setting_to(**{name: value}), word=word)
    if optimizer.name == "adagrad":
        yield Way(UpdateHooks(rule=partial(_adagrad, start=0.1)), word="s begins with 0.1, not 0")


_VARIED_RULES: Final[dict[str, Callable[..., Any]]] = {
    "sgd": _sgd, "adam": _adam, "adamw": _adamw,
    "rmsprop": _rmsprop, "adagrad": _adagrad,
}  # fmt: skip


def _varied_rule(**varied: Any) -> Ways:
    """The optimizer's own rule, varied: a tuple has several values, one after the other."""
    values = [each if isinstance(each, tuple) else (each,) for each in varied.values()]

    def ways(passes: Passes) -> Iterator[Way]:
        rule = _VARIED_RULES[passes.training.optimizer.name]
        for chosen in product(*values):
            yield Way(UpdateHooks(rule=partial(rule, **dict(zip(varied, chosen, strict=True)))))

    return ways


def _counted(orders: Callable[[Passes], Iterable[Array]]) -> Ways:
    """T that goes up at every parameter: place q of T in an order gives t = earlier·T + q + 1."""

    def ways(passes: Passes) -> Iterator[Way]:
        for order in orders(passes):
            total = int(order.max()) + 1

            def count(_: Schedule, before: int, order: Array = order, total: int = total) -> Any:
                return before * total + order + 1.0

            yield Way(UpdateHooks(count=count))

    return ways


def _arrays_in_order(passes: Passes) -> Iterator[Array]:
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
    """Begin each update with a memory of 0."""
    rule = passes.training.optimizer.row.update

    def forgetful(p: Array, g: Array, memory: tuple[Any, ...], t: Any, **settings: Any) -> Any:
        return rule(p, g, tuple(np.zeros_like(p) for _ in memory), t, **settings)

    yield Way(UpdateHooks(rule=forgetful))


def _decay_beside_gradient(passes: Passes) -> Iterator[Way]:
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


def _decay_without_rate(passes: Passes) -> Iterator[Way]:
    """Shrink parameters by the weight decay as it is, beside the rule."""
    rule = passes.training.optimizer.row.update

    def shrinking(p: Array, g: Array, memory: Memory, t: Any, **settings: Any) -> Updated:
        new, memory = rule(p, g, memory, t, **settings | {"weight_decay": 0.0})
        return new - settings["weight_decay"] * p, memory

    yield Way(UpdateHooks(rule=shrinking))


def _decay_of_weights_only(passes: Passes) -> Iterator[Way]:
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


def _decay_of_biases(passes: Passes) -> Iterator[Way]:
    """Let biases decay that should not."""
    yield Way(_setting_to(weight_decay=dict(passes.training.optimizer.settings)["weight_decay"]))


def _plain(p: Array, g: Array, memory: tuple[Any, ...], t: Any, **settings: Any) -> Any:
    """Go against the gradient, whatever the optimizer."""
    return p - settings["learning_rate"] * g, memory


def _l2_as_decay(passes: Passes) -> Array:
    """Shrink weights by l2 as AdamW does."""
    return np.where(passes.layout.is_weight, passes.training.l2, 0.0)


OPTIMIZER_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "momentum_one_minus",
        "the gradient is multiplied by 1 − μ in the velocity",
        "v = μ · v + g",
        ("v = μ · v + (1 − μ) · g", "v = μ · v + g"),
        _varied_rule(damped=True),
        lambda passes: optimized_by("sgd")(passes) and setting("momentum")(passes),
    ),
    Mistake(
        "no_momentum",
        "the momentum is left out",
        "the step goes along the velocity v = μ · v + g",
        (_STEP, "w = w − η · v"),
        (Way(_setting_to(momentum=0.0)),),
        setting("momentum"),
    ),
    Mistake(
        "no_look_ahead",
        "Nesterov's look ahead is left out",
        "the step goes along g + μ · v",
        ("w = w − η · v", "w = w − η · (g + μ · v)"),
        (Way(_setting_to(nesterov=False)),),
        setting("nesterov"),
    ),
    Mistake(
        "look_ahead",
        "the step looks ahead, as Nesterov's does",
        "the step goes along the velocity v",
        ("w = w − η · (g + μ · v)", "w = w − η · v"),
        (Way(_setting_to(nesterov=True)),),
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
        _varied_rule(corrected=("", "m", "v")),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_multiplied",
        "m and v are multiplied by 1 − βᵗ, not divided",
        "m and v begin at 0: they are divided by 1 − βᵗ",
        ("m̂ = m · (1 − β₁^t), v̂ = v · (1 − β₂^t)", _M_HAT),
        _varied_rule(correction="multiplied"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_in_place",
        "the corrected m̂ and v̂ are kept in place of m and v",
        "m and v go on as they are; m̂ and v̂ are for this update only",
        ("m = m / (1 − β₁^t), v = v / (1 − β₂^t)", _M_HAT),
        _varied_rule(correction="in place"),
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
        "t_per_epoch",
        "t goes up at every epoch, not at every update",
        "t is the number of the update",
        ("t = t + 1 for each epoch", "t = t + 1 for each update"),
        (Way(UpdateHooks(count=lambda s, before: before // s.updates_per_epoch + 1.0)),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "t_per_parameter",
        "t goes up at every parameter, not at every update",
        "t is the number of the update, the same for all parameters",
        ("t = t + 1 for each parameter", "t = t + 1 for each update"),
        _counted(_arrays_in_order),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "betas_swapped",
        "β₁ and β₂ are swapped",
        "β₁ belongs to the mean of g, β₂ to that of g²",
        ("m = β₂ · m + (1 − β₂) · g", "m = β₁ · m + (1 − β₁) · g"),
        (Way(UpdateHooks(settings=_betas_swapped)),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "eps_inside_root",
        "ε is inside the root",
        "ε is added to the root",
        ("… / √(v̂ + ε)", "… / (√v̂ + ε)"),
        _varied_rule(scale="√(v + ε)"),
        optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "other_setting",
        "{word}",
        "settings are those of the document: libraries differ in what they are when nobody says",
        ("{word}", "as the document has it"),
        _other_settings,
    ),
    Mistake(
        "eps_before_correction",
        "ε is added before the bias correction",
        "ε is added to the root of the corrected v̂",
        ("m̂ · √(1 − β₂^t) / (√v + ε)", "m̂ / (√v̂ + ε)"),
        _varied_rule(scale="before correction"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "square_of_mean",
        "v is made of the square of the mean m, not of g²",
        "v is the running mean of g²",
        ("v = β₂ · v + (1 − β₂) · m²", "v = β₂ · v + (1 − β₂) · g²"),
        _varied_rule(square="m"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "no_weight_decay",
        "the optimizer's weight decay is left out",
        "the weight decay λ is a setting of the optimizer, of biases too",
        ("no λ · p", "λ · p in each update"),
        (Way(_setting_to(weight_decay=0.0)),),
        setting("weight_decay"),
    ),
    Mistake(
        "no_weight_decay_of_biases",
        "the weight decay is that of weights only",
        "the optimizer's weight decay is of biases, too: l2 is of weights only",
        ("no λ · b", "λ · b in each update of a bias"),
        _decay_of_weights_only,
        lambda passes: setting("weight_decay")(passes) and not spares_biases(passes),
    ),
    Mistake(
        "weight_decay_of_biases",
        "the weight decay is that of biases, too",
        "with decay_biases off the weight decay is that of weights only",
        ("b = b · (1 − η·λ) − …", "no λ · b"),
        _decay_of_biases,
        lambda passes: setting("weight_decay")(passes) and spares_biases(passes),
    ),
    Mistake(
        "decay_beside_gradient",
        "the weight decay shrinks p beside the gradient, as AdamW does",
        "λ·p is added to the gradient",
        ("p = p · (1 − η·λ) − …", "g = g + λ · p"),
        _decay_beside_gradient,
        lambda passes: setting("weight_decay")(passes) and not optimized_by("adamw")(passes),
    ),
    Mistake(
        "decay_as_l2",
        "the weight decay is added to the gradient, as l2 is",
        "AdamW shrinks p by η·λ·p, beside the gradient",
        ("g = g + λ · p", "p = p · (1 − η·λ)"),
        (Way(UpdateHooks(rule=_adam)),),
        lambda passes: optimized_by("adamw")(passes) and setting("weight_decay")(passes),
    ),
    Mistake(
        "decay_without_rate",
        "the weight decay shrinks p by λ·p, not by η·λ·p",
        "the weight decay is multiplied by the learning rate, too",
        ("p = p · (1 − λ) − …", "p = p · (1 − η·λ) − …"),
        _decay_without_rate,
        setting("weight_decay"),
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
        ("… / (v + ε)", "… / (√v + ε)"),
        _varied_rule(scale="v + ε"),
        optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "no_mean_square",
        "the step is not divided by the root of v: it is the mean of g alone",
        "the step is divided by the root of the mean square",
        ("w = w − η · m̂", "w = w − η · m̂ / (√v̂ + ε)"),
        _varied_rule(scale="1"),
        optimized_by("adam", "adamw"),
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
