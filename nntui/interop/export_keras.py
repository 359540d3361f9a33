"""``nntui export --keras``: a program of Keras that trains as nntui does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nntui.interop.expression_text import KERAS, expressions_of
from nntui.interop.program import (
    Parameter,
    Program,
    array_text,
    batch_length,
    between_reports,
    check_backpropagation,
    docstring,
    function_names,
    joined,
    number,
    order_function,
    program_of,
    remembered,
)
from nntui.model.activations import EXPRESSION, Activation
from nntui.model.experiment import Experiment, Training

_SAME: Final = ("relu", "softplus", "sigmoid", "tanh", "hard_tanh", "silu", "gelu")
"""Activations that Keras knows by the same name."""
_FUNCTIONS: Final = {
    "leaky_relu": "ops.leaky_relu(z, negative_slope={slope})",
    "elu": "ops.elu(z, alpha={alpha})",
    "sin": "ops.sin(z)",
    "abs": "ops.abs(z)",
    "square": "z * z",
    "step": "ops.where(z > 0, 1.0, 0.0) + 0.0 * z  # with the slope 0",
}
_LOSSES: Final = {
    "mse": "keras.losses.MeanSquaredError({settings})",
    "mae": "keras.losses.MeanAbsoluteError({settings})",
    "huber": "keras.losses.Huber({settings})",
    "bce_with_logits": "keras.losses.BinaryCrossentropy({settings})",
    "cross_entropy": "keras.losses.CategoricalCrossentropy({settings})",
}
# The losses of the examples where Keras has no loss that is the same: its own for probabilities
# keeps them away from 0 and 1, and its sums are over examples, not over outputs.
_WRITTEN_OUT: Final = {
    "squared_error": ("ops.sum((a - y) ** 2, axis=1)",),
    "half_squared_error": ("0.5 * ops.sum((a - y) ** 2, axis=1)",),
    "mse": ("ops.{over}((a - y) ** 2, axis=1)",),
    "mae": ("ops.{over}(ops.abs(a - y), axis=1)",),
    "huber": (
        "size = ops.abs(a - y)",
        "terms = ops.where(size <= {delta}, 0.5 * size**2, {delta} * (size - 0.5 * {delta}))",
        "ops.{over}(terms, axis=1)",
    ),
    "bce": (
        "logs = y * ops.maximum(ops.log(a), -100.0)",
        "logs = logs + (1.0 - y) * ops.maximum(ops.log1p(-a), -100.0)",
        "-ops.{over}({weight} * logs, axis=1)",
    ),
    "bce_with_logits": (
        "terms = {pos_weight} * y * ops.softplus(-a) + (1.0 - y) * ops.softplus(a)",
        "ops.{over}(terms, axis=1)",
    ),
    "cross_entropy": (
        "q = {weight} * ((1.0 - {label_smoothing}) * y + {label_smoothing} / y.shape[1])",
        "-ops.sum(q * ops.log_softmax(a, axis=1), axis=1)",
    ),
}
_OPTIMIZERS: Final = {
    "sgd": "SGD({learning_rate}{momentum})",
    "adam": "Adam({learning_rate}, beta_1={beta1}, beta_2={beta2}, epsilon={eps})",
    "adamw": (
        "AdamW(\n    {learning_rate}, beta_1={beta1}, beta_2={beta2}, epsilon={eps}, "
        "weight_decay={weight_decay}\n)"
    ),
    "rmsprop": "RMSprop({learning_rate}, rho={alpha}{momentum}, epsilon={eps} ** 2)",
    "adagrad": "Adagrad({learning_rate}, initial_accumulator_value=0.0, epsilon={eps} ** 2)",
}
_NOTES: Final = {
    "adam": "# Keras adds epsilon before the bias correction of v, nntui after it.",
    "adamw": "# Keras adds epsilon before the bias correction of v, nntui after it.",
    "rmsprop": "# Keras adds epsilon under the root, nntui behind it.",
    "adagrad": "# Keras adds epsilon under the root, nntui behind it.",
}
# What the optimizers call what they remember.
_MEMORY: Final[Mapping[str, Mapping[str, str]]] = {
    "sgd": {"v": "momentums"},
    "adam": {"m": "_momentums", "v": "_velocities"},
    "adamw": {"m": "_momentums", "v": "_velocities"},
    "rmsprop": {"s": "_velocities", "v": "_momentums"},
    "adagrad": {"s": "_accumulators"},
}
_FACTORS: Final = {("sgd", "v"): -1.0, ("rmsprop", "v"): 1.0}
"""Where Keras remembers the learning rate times what nntui does."""
_OWN_SLOPE: Final = '''

@ops.custom_gradient
def {name}(z):
    """An activation with a derivative of its own."""
    a = {f}

    def backward(*args, upstream=None):
        da = args[0] if upstream is None else upstream
        return da * ({slope})

    return a, backward
'''


def keras_program(experiment: Experiment) -> str:
    """Write a program of Keras 3 that trains the network as the experiment says, in float64.

    Keras places the ε of some optimizers otherwise, which a comment in the program says.

    Raises:
        ConversionError: a network that is no chain of layers, is too large, or measures its slopes.
    """
    check_backpropagation(experiment)
    program = program_of(experiment)
    training = experiment.training
    known = (*_SAME, "linear")
    names = function_names((layer.activation for layer in program.layers), known)
    functions, loss = list(_functions(names)), list(_loss(training))
    uses_ops = any("ops." in text for text in (*functions, *loss))
    return joined(
        [
            docstring(experiment, f"layers {program.sizes}", "Keras"),
            "",
            "import keras",
            "import numpy as np",
            f"from keras import layers{', ops' if uses_ops else ''}",
            "",
            'keras.config.set_floatx("float64")',
            'keras.config.set_dtype_policy("float64")',
            "",
            f"X = {array_text(program.X)}",
            f"Y = {array_text(program.Y)}",
            *functions,
            "",
            *_model(program, names),
            *loss,
            "",
            *_optimizer(program),
            "model.compile(optimizer=optimizer, loss=loss_of)",
            order_function(experiment),
            "",
            *_fit(program),
        ]
    )


def _functions(names: Mapping[Activation, str]) -> Iterator[str]:
    for activation, name in names.items():
        if activation.name != EXPRESSION:
            body = _FUNCTIONS[activation.name].format(**dict(activation.settings))
            yield f"\n\ndef {name}(z):\n    return {body}"
            continue
        found = expressions_of(activation)
        assert found is not None
        f, slope = found
        if slope is not None:
            yield _OWN_SLOPE.format(name=name, f=KERAS.array(f), slope=KERAS.array(slope))
            continue
        body = KERAS.array(f)
        body += " + 0.0 * z" if "ops.where" in body else ""  # also where it is constant
        yield f"\n\ndef {name}(z):\n    # nntui measures its slope; Keras computes it.\n"
        yield f"    return {body}"


def _model(program: Program, names: Mapping[Activation, str]) -> Iterator[str]:
    training = program.experiment.training
    decay, penalty, of_biases = training.optimizer.gradient_decay, "", ""
    if training.l1 or training.l2 or decay:
        l1, l2 = training.l1, f"0.5 * {training.l2 + decay!r}"
        penalty = f", kernel_regularizer=keras.regularizers.L1L2(l1={l1!r}, l2={l2})"
    if decay:
        of_biases = f", bias_regularizer=keras.regularizers.L2(0.5 * {decay!r})"
    yield "model = keras.Sequential(["
    yield f"    layers.Input(({program.layers[0].inputs},)),"
    for layer in program.layers:
        activation = layer.activation
        chosen = names.get(activation, f'"{activation.name}"')
        words = "" if activation.name == "linear" else f", activation={chosen}"
        words += ", use_bias=False" if layer.biases is None else ""
        words += penalty if not layer.frozen_weights else ""
        words += of_biases if layer.biases is not None and not layer.frozen_biases else ""
        line = f"    layers.Dense({layer.outputs}{words}),"
        for regularizer in ("kernel_", "bias_") if len(line) >= 96 else ():
            line = line.replace(f", {regularizer}", f",\n                 {regularizer}")
        yield line
    yield "])"
    for p in program.parameters:
        value = p.value.T if p.is_weight else p.value
        yield f"{_called(p)}.assign({array_text(value)})"
    for p in program.parameters:
        if p.frozen:
            yield f"{_called(p)}.trainable = False"


def _called(p: Parameter) -> str:
    return f"model.layers[{p.layer}].{'kernel' if p.is_weight else 'bias'}"


def _loss(training: Training) -> Iterator[str]:
    loss = training.loss
    if _is_written_out(training):
        over = "sum" if loss.summed else "mean"
        settings = {key: number(value, "ops.array") for key, value in loss.settings}
        *before, last = (line.format(**settings, over=over) for line in _WRITTEN_OUT[loss.name])
        lines = "".join(f"    {line}\n" for line in before)
        yield (
            f"\n\ndef loss_of(y, a):\n{lines}    each = {last}\n"
            f"    return ops.{training.reduction}(each)\n"
        )
        return
    defaults, words = loss.row.settings, []
    if loss.name in ("bce_with_logits", "cross_entropy"):
        words.append("from_logits=True")
    words += [f"{key}={value!r}" for key, value in loss.settings if value != defaults[key]]
    yield f"loss_of = {_LOSSES[loss.name].format(settings=', '.join(words))}"


def _is_written_out(training: Training) -> bool:
    """Whether Keras has no loss that is the same."""
    settings = dict(training.loss.settings)
    weighted = any(settings.get(key, 1.0) != 1.0 for key in ("weight", "pos_weight"))
    return weighted or training.reduction == "sum" or training.loss.name not in _LOSSES


def _optimizer(program: Program) -> Iterator[str]:
    optimizer = program.experiment.training.optimizer
    settings = {key: repr(value) for key, value in optimizer.settings}
    rate = settings["learning_rate"]
    if float(settings.get("lr_decay", "0")):
        decay = f"{rate}, decay_steps=1, decay_rate={settings['lr_decay']}"
        settings["learning_rate"] = f"keras.optimizers.schedules.InverseTimeDecay({decay})"
    if "momentum" in settings:
        momentum = f", momentum={settings['momentum']}"
        momentum += ", nesterov=True" if settings.get("nesterov") == "True" else ""
        settings["momentum"] = momentum if float(settings["momentum"]) else ""
    if note := _NOTES.get(optimizer.name):
        yield note
    yield f"optimizer = keras.optimizers.{_OPTIMIZERS[optimizer.name].format(**settings)}"
    if settings.get("decay_biases") == "False":
        yield 'optimizer.exclude_from_weight_decay(var_names=["bias"])'
    if not program.resumed.updates:
        return
    yield "# It goes on from what it remembers of the updates before."
    yield "optimizer.build(model.trainable_variables)"
    yield f"optimizer.iterations.assign({program.resumed.updates})"
    trained = [p for p in program.parameters if not p.frozen]
    for name in remembered(program.experiment):
        attribute = _MEMORY[optimizer.name][name]
        factor = _FACTORS.get((optimizer.name, name), 0.0) * optimizer.learning_rate or 1.0
        for n, p in enumerate(trained):
            value = factor * (p.memory[name].T if p.is_weight else p.memory[name])
            yield f"optimizer.{attribute}[{n}].assign({array_text(value)})"


def _fit(program: Program) -> Iterator[str]:
    training, size = program.experiment.training, batch_length(program.experiment)
    every = between_reports(training)
    penalized = training.l1 or training.l2 or training.optimizer.gradient_decay
    said = "loss, with the penalty," if penalized else "loss"
    if training.reduction == "sum":
        said += " of a batch"
    show = f'print(f"epoch {{epoch + 1}}: {said} {{losses[epoch]:.6g}}")'
    if training.shuffle:
        yield "\nlosses = []"
        yield f"for epoch in range({training.epochs}):"
        yield "    order = shuffled(epoch)"
        options = f"batch_size={size}, shuffle=False, verbose=0"
        yield f"    done = model.fit(X[order], Y[order], {options})"
        yield '    losses += done.history["loss"]'
        yield f"    if epoch % {every} == {every - 1}:"
        yield f"        {show}"
        return
    yield (
        f"\ndone = model.fit(X, Y, batch_size={size}, epochs={training.epochs}, shuffle=False, "
        "verbose=0)"
    )
    yield 'losses = done.history["loss"]'
    yield f"for epoch in range({every - 1}, {training.epochs}, {every}):"
    yield f"    {show}"
