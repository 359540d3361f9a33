"""The mistakes that people make in backpropagation: a table, a row each."""

from __future__ import annotations

from typing import Final

import numpy as np

from nntui.verify import backward_hooks as hooks
from nntui.verify.mistake import (
    Mistake,
    Way,
    has_l1,
    has_l2,
    has_loss,
    has_penalty,
    has_plain_loss,
    is_mean,
    is_over_k,
    is_sum,
)
from nntui.verify.passes import Hooks

_DELTA: Final = "δ[{j}] = ∂L/∂a[{j}] · {f}′(z[{j}])"
_DW: Final = "∂L/∂w[{i},{j}] = δ[{j}] · a[{i}]"
_DL: Final = "∂L/∂a = {dl}"
_DB: Final = "∂L/∂b[{j}] = {reduced}δ[{j}]"
_BACK: Final = "∂L/∂a[{i}] = Σ w[{i},j] · δ[j]"

BACKWARD_MISTAKES: Final[tuple[Mistake, ...]] = (
    # Which derivative δ has.
    Mistake(
        "no_output_derivative",
        "δ of the output layer lacks {f}′(z)",
        "δ of an output is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}]", _DELTA),
        (Way(Hooks(slope=hooks.constant(1.0)), "outputs"),),
    ),
    Mistake(
        "no_derivative",
        "δ of {layer} lacks {f}′(z)",
        "δ of a hidden neuron is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}]", _DELTA),
        (Way(Hooks(slope=hooks.constant(1.0)), "hidden"),),
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
        (Way(Hooks(slope=hooks.slope_of_a), "layers"),),
    ),
    Mistake(
        "derivative_on_z",
        "δ of {layer} has the derivative's formula in a, with z put in",
        "a formula such as a·(1 − a) or 1 − a² takes a, not z",
        ("δ[{j}] = ∂L/∂a[{j}] · {f_on_z}", "δ[{j}] = ∂L/∂a[{j}] · {f_in_a}"),
        (Way(Hooks(slope=hooks.formula_on_z), "layers"),),
    ),
    Mistake(
        "activation_for_derivative",
        "δ of {layer} has the activation itself in place of {f}′(z)",
        "δ is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}(z[{j}])", _DELTA),
        (
            Way(Hooks(slope=lambda at, s: at.a), "layers"),
            Way(Hooks(slope=hooks.activation_again), "layers"),
        ),
    ),
    Mistake(
        "divided_by_a",
        "δ of {layer} is divided by the neuron's own activation, in place of times {f}′(z)",
        "δ is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] / a[{j}]", _DELTA),
        (Way(Hooks(slope=lambda at, s: 1.0 / at.a), "layers"),),
    ),
    # What comes from the loss.
    Mistake(
        "sign",
        "δ of {layer} has the wrong sign",
        "the difference is a − t, and the update goes against the gradient",
        ("δ[{j}] = −∂L/∂a[{j}] · {f}′(z[{j}])", _DELTA),
        (
            Way(hooks.scaled_error(lambda at: -1.0)),
            Way(Hooks(delta=hooks.times(lambda at: -1.0)), "layers"),
        ),
    ),
    Mistake(
        "loss_doubled",
        "the loss's derivative is twice too large: a 2 too many",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = 2 · {dl}", _DL),
        (Way(hooks.scaled_error(lambda at: 2.0)),),
    ),
    Mistake(
        "loss_halved",
        "the loss's derivative is half of what it is: its 2 is missing, or a ½ too many",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = ½ · {dl}", _DL),
        (Way(hooks.scaled_error(lambda at: 0.5)),),
    ),
    Mistake(
        "k_forgotten",
        "the mean over the {K} outputs is forgotten: ∂L/∂a is not divided by K",
        "the loss is a mean over the outputs: its derivative is divided by K = {K}",
        ("∂L/∂a = K · {dl}", _DL),
        (Way(hooks.scaled_error(lambda at: len(at.a))),),
        is_over_k,
    ),
    Mistake(
        "k_twice",
        "∂L/∂a is divided by the number of outputs, {K}, once too often",
        "∂L/∂a is the derivative of the loss as it is defined",
        ("∂L/∂a = 1/K · {dl}", _DL),
        (Way(hooks.scaled_error(lambda at: 1.0 / len(at.a))),),
    ),
    Mistake(
        "softmax_again",
        "∂L/∂a is multiplied by softmax's derivative once more",
        "softmax's derivative is in p − t already",
        ("∂L/∂a = (p − t) · p · (1 − p)", "∂L/∂a = p − t"),
        (Way(hooks.softmax_again(jacobian=False)), Way(hooks.softmax_again(jacobian=True))),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "softmax_diagonal",
        "of softmax's derivative only the diagonal p·(1 − p) is used",
        "every output changes every probability: all of it together gives p − t",
        ("∂L/∂a = −t / p · p · (1 − p)", "∂L/∂a = p − t"),
        (Way(Hooks(error=hooks.softmax_diagonal)),),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "sigmoid_again",
        "∂L/∂a is multiplied by the sigmoid's derivative once more",
        "the sigmoid's derivative is in the difference σ(a) − t, or p − t, already",
        ("∂L/∂a = (σ(a) − t) · σ(a) · (1 − σ(a))", "∂L/∂a = σ(a) − t"),
        (Way(Hooks(error=hooks.sigmoid_again)),),
        has_loss("cross_entropy", "bce_with_logits"),
    ),
    Mistake(
        "softmax_before_loss",
        "the network ends in softmax, and cross_entropy applies it once more",
        "cross_entropy takes the outputs as they are: softmax is a part of it",
        ("L = −Σ t·log softmax(softmax(a))", "L = −Σ t·log softmax(a)"),
        (Way(Hooks(error=hooks.after_softmax)),),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "sigmoid_before_loss",
        "the network ends in a sigmoid, and the loss takes its outputs as logits",
        "the loss takes the outputs as they are: what makes probabilities of them is a part of it",
        ("L of σ(a)", "L of a"),
        (Way(Hooks(error=hooks.after_sigmoid)),),
        has_loss("cross_entropy", "bce_with_logits"),
    ),
    Mistake(
        "softmax_over_batch",
        "softmax is over the examples, not over the outputs of each",
        "the probabilities of an example add up to 1",
        ("p[k] = e^a[k] / Σ over the examples", "p[k] = e^a[k] / Σ over the outputs"),
        (Way(hooks.softmax_over(1)), Way(hooks.softmax_over(None))),
        has_loss("cross_entropy"),
    ),
    Mistake(
        "softmax_overflow",
        "e^a overflows in softmax, and inf / inf is NaN",
        "softmax is the same of a − max a, which never overflows",
        ("p = e^a / Σ e^a", "p = e^(a − max a) / Σ e^(a − max a)"),
        (Way(Hooks(error=hooks.overflowing_softmax)),),
        has_plain_loss("cross_entropy"),
    ),
    Mistake(
        "division_by_0",
        "an output is exactly 0 or 1, and the derivative of bce is divided by a·(1 − a) = 0",
        "of outputs so close to 0 and 1 take bce_with_logits: σ(z) − t never divides",
        ("∂L/∂a = (a − t) / (a·(1 − a))", "a·(1 − a) is at least 1e-12"),
        (Way(Hooks(error=hooks.bare_bce)),),
        has_plain_loss("bce"),
    ),
    Mistake(
        "targets_broadcast",
        "each output is held against the targets of all examples: (N, 1) − (N,) is (N, N)",
        "each output is held against the target of its own example: give both one shape",
        ("L = mean of (a[n] − t[m])² over n and m", "L = mean of (a[n] − t[n])² over n"),
        (Way(Hooks(error=hooks.of_mean_targets)),),
        lambda passes: (
            len(passes.layout.output_rows) == 1
            and not has_loss("mae", "huber", "cross_entropy")(passes)
        ),
    ),
    Mistake(
        "error_clipped",
        "the difference is clipped: where it is large there is no gradient",
        "huber grows on beyond δ, with the slope δ",
        ("∂L/∂a = a − t if |a − t| < δ else 0", _DL),
        (Way(Hooks(error=hooks.clipped)),),
        has_loss("huber"),
    ),
    Mistake(
        "other_loss",
        "∂L/∂a is that of another loss, {word}",
        "∂L/∂a is the derivative of this loss",
        ("∂L/∂a = ∂({word})/∂a", _DL),
        hooks.of_another_loss,
    ),
    Mistake(
        "other_layers_derivative",
        "δ of {layer} has the derivative of {word}",
        "each layer has the derivative of its own activation",
        ("δ[{j}] = ∂L/∂a[{j}] · g′(z[{j}]), g of another layer", _DELTA),
        hooks.others_slopes,
    ),
    Mistake(
        "no_loss_slope",
        "∂L/∂a is 1: the output was differentiated, not the loss",
        "∂L/∂a is the derivative of the loss",
        ("∂L/∂a = 1", _DL),
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
            Way(Hooks(passed=hooks.raw_difference), "behind"),
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
        (Way(Hooks(weights=hooks.transposed), "behind"),),
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
        (Way(Hooks(passed=hooks.constant(1.0)), "behind"),),
    ),
    Mistake(
        "one_path",
        "only one of the connections that leave a neuron passes δ back to it",
        "∂L/∂a is the sum over all targets",
        ("∂L/∂a[{i}] = w[{i},j] · δ[j] of one target j", _BACK),
        tuple(
            Way(Hooks(weights=hooks.path(choose)), "behind")
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
        (Way(Hooks(inflow=hooks.input), "behind"),),
    ),
    Mistake(
        "own_a",
        "∂L/∂w of {layer} has the layer's own activations in place of those before it",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = δ[{j}] · a of its own layer", _DW),
        (Way(Hooks(inflow=hooks.own_a), "layers"),),
    ),
    Mistake(
        "gradient_transposed",
        "∂L/∂w of {layer} is transposed",
        "the gradient of w[i,j] stands where w[i,j] stands",
        ("∂L/∂w[{i},{j}] = δ[{i}] · a[{j}]", _DW),
        (
            Way(Hooks(dw=hooks.transposed), "layers"),
            Way(Hooks(dw=hooks.transposed, penalty=hooks.transposed), "layers"),
        ),
    ),
    Mistake(
        "no_weight_gradient",
        "∂L/∂w of {layer} is 0: the weights are never moved",
        "∂L/∂w is δ times the activation of the source",
        ("∂L/∂w[{i},{j}] = 0", _DW),
        (Way(Hooks(dw=hooks.constant(0.0)), "layers"),),
    ),
    # How the examples are put together.
    Mistake(
        "sum_for_mean",
        "the gradient of {layer} is the sum over the {N} examples, not their mean",
        "the sum over the examples is divided by N = {N}",
        ("g = Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        hooks.shares(hooks.N),
        is_mean,
    ),
    Mistake(
        "mean_for_sum",
        "the gradient of {layer} is the mean over the {N} examples, not their sum",
        'the reduction is "sum": nothing is divided by N',
        ("g = 1/N · Σ ∂L/∂w", "g = Σ ∂L/∂w"),
        hooks.shares(hooks.OVER_N),
        is_sum,
    ),
    Mistake(
        "divided_by_n_twice",
        "the gradient of {layer} is divided by N = {N} twice",
        "the sum over the examples is divided by N once",
        ("g = 1/N² · Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        hooks.shares(hooks.OVER_N),
        is_mean,
    ),
    Mistake(
        "full_batch_size",
        "the last, smaller batch is divided by the full batch size",
        "each batch is divided by its own number of examples",
        ("g = 1/batch_size · Σ ∂L/∂w", "g = 1/N · Σ ∂L/∂w"),
        (Way(Hooks(weight_shares=hooks.full_size, bias_shares=hooks.full_size)),),
        lambda passes: is_mean(passes) and bool(passes.training.batch_size),
    ),
    Mistake(
        "only_last_example",
        "only the last example of the batch counts in the gradient of {layer}",
        "the gradient is summed over all {N} examples",
        ("g = ∂L/∂w of the last example", "g = Σ ∂L/∂w over the examples"),
        hooks.one_example(-1),
    ),
    Mistake(
        "only_first_example",
        "only the first example of the batch counts in the gradient of {layer}",
        "the gradient is summed over all {N} examples",
        ("g = ∂L/∂w of the first example", "g = Σ ∂L/∂w over the examples"),
        hooks.one_example(0),
    ),
    # Biases.
    Mistake(
        "no_bias_gradient",
        "the bias gradient of {layer} is missing: the biases are never moved",
        "∂L/∂b is δ, summed over the examples",
        ("∂L/∂b[{j}] = 0", _DB),
        (Way(Hooks(db=hooks.constant(0.0)), "layers"),),
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
        (Way(Hooks(db=hooks.bias_gradient_of_targets), "hidden"),),
    ),
    Mistake(
        "bias_gradient_mean",
        "the bias gradient of {layer} is divided by N = {N} once too often",
        "∂L/∂b is reduced over the examples as ∂L/∂w is",
        ("∂L/∂b[{j}] = 1/N · {reduced}δ[{j}]", _DB),
        (Way(Hooks(db=hooks.OVER_N), "layers"),),
    ),
    Mistake(
        "bias_gradient_sum",
        "the bias gradient of {layer} is N = {N} times too large",
        "∂L/∂b is reduced over the examples as ∂L/∂w is",
        ("∂L/∂b[{j}] = N · {reduced}δ[{j}]", _DB),
        (Way(Hooks(db=hooks.N), "layers"),),
    ),
    Mistake(
        "bias_regularized",
        "the penalty is added to the gradient of the biases of {layer}, too",
        "the penalty is on weights only",
        ("g = ∂L/∂b[{j}] + λ · b[{j}]", "g = ∂L/∂b[{j}]"),
        (Way(Hooks(bias_penalty=lambda at, zero: at.training.regularized(zero, at.b)), "layers"),),
        has_penalty,
    ),
    # The penalty.
    Mistake(
        "no_l2",
        "the penalty's part λ·w is missing in {layer}",
        "l2 adds λ·w to the gradient of a weight",
        ("g = ∂L/∂w", "g = ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=hooks.penalty(0.0)), "layers"),),
        has_l2,
    ),
    Mistake(
        "l2_halved",
        "the penalty's part in {layer} is ½·λ·w",
        "the penalty is ½·λ·Σw²: it adds λ·w",
        ("g = ∂L/∂w + ½ · λ · w", "g = ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=hooks.penalty(0.5)), "layers"),),
        has_l2,
    ),
    Mistake(
        "l2_doubled",
        "the penalty's part in {layer} is 2·λ·w",
        "the penalty is ½·λ·Σw²: it adds λ·w",
        ("g = ∂L/∂w + 2 · λ · w", "g = ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=hooks.penalty(2.0)), "layers"),),
        has_l2,
    ),
    Mistake(
        "l2_divided_by_n",
        "the penalty's part in {layer} is divided by N = {N}",
        "l2 adds λ·w to the reduced gradient",
        ("g = 1/N · (Σ ∂L/∂w + λ · w)", "g = 1/N · Σ ∂L/∂w + λ · w"),
        (Way(Hooks(penalty=hooks.OVER_N), "layers"),),
        has_l2,
    ),
    Mistake(
        "no_l1",
        "the penalty's part λ·sign(w) is missing in {layer}",
        "l1 adds λ·sign(w) to the gradient of a weight",
        ("g = ∂L/∂w", "g = ∂L/∂w + λ · sign(w)"),
        (Way(Hooks(penalty=hooks.penalty(1.0, lambda w: 0.0 * w)), "layers"),),
        has_l1,
    ),
    Mistake(
        "l1_without_sign",
        "the sign is forgotten in l1's part in {layer}: {word}",
        "l1 adds λ·sign(w) to the gradient of a weight",
        ("g = ∂L/∂w + {word}", "g = ∂L/∂w + λ · sign(w)"),
        (
            Way(Hooks(penalty=hooks.penalty(1.0, np.ones_like)), "layers", "λ"),
            Way(Hooks(penalty=hooks.penalty(1.0, lambda w: w)), "layers", "λ·w"),
            Way(Hooks(penalty=hooks.penalty(1.0, np.abs)), "layers", "λ·|w|"),
        ),
        has_l1,
    ),
)
