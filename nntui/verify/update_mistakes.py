"""The mistakes that people make from update to update: a table, a row each."""

from __future__ import annotations

from typing import Final

from nntui.verify import update_hooks as hooks
from nntui.verify.mistake import Mistake, Way, has_l2, optimized_by, setting
from nntui.verify.updates import UpdateHooks

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
        tuple(Way(UpdateHooks(batch=order)) for order in hooks.ORDERS),
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
        (Way(hooks.step_times(lambda n: -1.0)),),
    ),
    Mistake(
        "learning_rate_over_n",
        "the step is divided by N = {N} once more",
        "the step is the learning rate times the reduced gradient",
        ("w = w − η/N · g", _STEP),
        (Way(hooks.step_times(lambda n: 1.0 / n)),),
    ),
    Mistake(
        "momentum_one_minus",
        "the gradient is multiplied by 1 − μ in the velocity",
        "v = μ · v + g",
        ("v = μ · v + (1 − μ) · g", "v = μ · v + g"),
        hooks.varied_rule(damped=True),
        lambda passes: optimized_by("sgd")(passes) and setting("momentum")(passes),
    ),
    Mistake(
        "no_momentum",
        "the momentum is left out",
        "the step goes along the velocity v = μ · v + g",
        (_STEP, "w = w − η · v"),
        (Way(hooks.setting_to(momentum=0.0)),),
        setting("momentum"),
    ),
    Mistake(
        "no_look_ahead",
        "Nesterov's look ahead is left out",
        "the step goes along g + μ · v",
        ("w = w − η · v", "w = w − η · (g + μ · v)"),
        (Way(hooks.setting_to(nesterov=False)),),
        setting("nesterov"),
    ),
    Mistake(
        "look_ahead",
        "the step looks ahead, as Nesterov's does",
        "the step goes along the velocity v",
        ("w = w − η · (g + μ · v)", "w = w − η · v"),
        (Way(hooks.setting_to(nesterov=True)),),
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
        hooks.varied_rule(corrected=("", "m", "v")),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_multiplied",
        "m and v are multiplied by 1 − βᵗ, not divided",
        "m and v begin at 0: they are divided by 1 − βᵗ",
        ("m̂ = m · (1 − β₁^t), v̂ = v · (1 − β₂^t)", _M_HAT),
        hooks.varied_rule(correction="multiplied"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "correction_in_place",
        "the corrected m̂ and v̂ are kept in place of m and v",
        "m and v go on as they are; m̂ and v̂ are for this update only",
        ("m = m / (1 − β₁^t), v = v / (1 − β₂^t)", _M_HAT),
        hooks.varied_rule(correction="in place"),
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
        hooks.counted(hooks.arrays_in_order),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "betas_swapped",
        "β₁ and β₂ are swapped",
        "β₁ belongs to the mean of g, β₂ to that of g²",
        ("m = β₂ · m + (1 − β₂) · g", "m = β₁ · m + (1 − β₁) · g"),
        (Way(UpdateHooks(settings=hooks.betas_swapped)),),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "eps_inside_root",
        "ε is inside the root",
        "ε is added to the root",
        ("… / √(v̂ + ε)", "… / (√v̂ + ε)"),
        hooks.varied_rule(eps_at="inside"),
        optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "other_eps",
        "ε is {word}, not that of the run",
        "ε is a setting of the optimizer: libraries differ in what it is when nobody says",
        ("… / (√v̂ + {word})", "… / (√v̂ + ε)"),
        hooks.other_eps,
        optimized_by("adam", "adamw", "rmsprop", "adagrad"),
    ),
    Mistake(
        "eps_before_correction",
        "ε is added before the bias correction",
        "ε is added to the root of the corrected v̂",
        ("m̂ · √(1 − β₂^t) / (√v + ε)", "m̂ / (√v̂ + ε)"),
        hooks.varied_rule(eps_at="before correction"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "square_of_mean",
        "v is made of the square of the mean m, not of g²",
        "v is the running mean of g²",
        ("v = β₂ · v + (1 − β₂) · m²", "v = β₂ · v + (1 − β₂) · g²"),
        hooks.varied_rule(square="m"),
        optimized_by("adam", "adamw"),
    ),
    Mistake(
        "no_weight_decay",
        "the optimizer's weight decay is left out",
        "the weight decay λ is a setting of the optimizer, of biases too",
        ("no λ · p", "λ · p in each update"),
        (Way(hooks.setting_to(weight_decay=0.0)),),
        setting("weight_decay"),
    ),
    Mistake(
        "no_weight_decay_of_biases",
        "the weight decay is that of weights only",
        "the optimizer's weight decay is of biases, too: l2 is of weights only",
        ("no λ · b", "λ · b in each update of a bias"),
        hooks.decay_of_weights_only,
        setting("weight_decay"),
    ),
    Mistake(
        "decay_beside_gradient",
        "the weight decay shrinks p beside the gradient, as AdamW does",
        "λ·p is added to the gradient",
        ("p = p · (1 − η·λ) − …", "g = g + λ · p"),
        hooks.decay_beside_gradient,
        lambda passes: setting("weight_decay")(passes) and not optimized_by("adamw")(passes),
    ),
    Mistake(
        "decay_as_l2",
        "the weight decay is added to the gradient, as l2 is",
        "AdamW shrinks p by η·λ·p, beside the gradient",
        ("g = g + λ · p", "p = p · (1 − η·λ)"),
        (Way(UpdateHooks(rule=hooks.adam)),),
        lambda passes: optimized_by("adamw")(passes) and setting("weight_decay")(passes),
    ),
    Mistake(
        "l2_as_decay",
        "l2 shrinks the weights beside the gradient, as AdamW does",
        "l2 adds λ·w to the gradient",
        ("w = w · (1 − η·λ) − …", "g = ∂L/∂w + λ · w"),
        (Way(UpdateHooks(decay=hooks.l2_as_decay)),),
        has_l2,
    ),
    Mistake(
        "no_root",
        "the root is missing: the step is divided by the mean square",
        "the step is divided by the root of the mean square",
        ("… / (s + ε)", "… / (√s + ε)"),
        hooks.varied_rule(root=False),
        optimized_by("rmsprop", "adagrad"),
    ),
    Mistake(
        "memory_lost",
        "what the optimizer remembers is set to 0 at each update",
        "m, v and s go on from the update before",
        ("m = 0, v = 0, s = 0 before", "m, v, s of the update before"),
        hooks.memory_lost,
        lambda passes: not optimized_by("sgd")(passes) or setting("momentum")(passes),
    ),
    Mistake(
        "plain_descent",
        "the update is plain gradient descent",
        "the update has the optimizer's rule",
        (_STEP, "w by the optimizer's rule"),
        (Way(UpdateHooks(rule=hooks.plain)),),
        lambda passes: not optimized_by("sgd")(passes),
    ),
)
