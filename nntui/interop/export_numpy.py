"""``nntui export --numpy``: a program of numpy alone that trains as nntui does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nntui.interop.program import (
    SHUFFLED,
    Program,
    array_text,
    docstring,
    joined,
    number,
    program_of,
)
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.optimizers import Optimizer

# name → the function of z, its slope from z and a
_ACTIVATIONS: Final = {
    "relu": ("np.maximum(0.0, z)", "np.where(z > 0, 1.0, 0.0)"),
    "leaky_relu": ("np.where(z > 0, z, {slope} * z)", "np.where(z > 0, 1.0, {slope})"),
    "elu": (
        "np.where(z > 0, z, {alpha} * np.expm1(np.minimum(z, 0.0)))",
        "np.where(z > 0, 1.0, {alpha} * np.exp(np.minimum(z, 0.0)))",
    ),
    "softplus": (
        "np.where(z > 20, z, np.log1p(np.exp(np.minimum(z, 20.0))))",
        "np.where(z > 20, 1.0, 1.0 / (1.0 + np.exp(-z)))",
    ),
    "sigmoid": ("1.0 / (1.0 + np.exp(-z))", "a * (1.0 - a)"),
    "tanh": ("np.tanh(z)", "1.0 - a * a"),
    "hard_tanh": ("np.clip(z, -1.0, 1.0)", "np.where((z > -1) & (z < 1), 1.0, 0.0)"),
    "silu": (
        "z / (1.0 + np.exp(-z))",
        "(1.0 + z * (1.0 - 1.0 / (1.0 + np.exp(-z)))) / (1.0 + np.exp(-z))",
    ),
    "gelu": (
        "0.5 * z * (1.0 + erf(z / np.sqrt(2.0)))",
        "0.5 * (1.0 + erf(z / np.sqrt(2.0))) + z * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)",
    ),
    "sin": ("np.sin(z)", "np.cos(z)"),
    "abs": ("np.abs(z)", "np.sign(z)"),
    "square": ("z * z", "2.0 * z"),
    "step": ("np.where(z > 0, 1.0, 0.0)", "np.zeros_like(z)"),
}

# name → lines before, the loss of each example, its gradient by the outputs
_LOSSES: Final[dict[str, tuple[str, str, str]]] = {
    "squared_error": ("", "((a - y) ** 2).sum(axis=1)", "2.0 * (a - y)"),
    "half_squared_error": ("", "0.5 * ((a - y) ** 2).sum(axis=1)", "a - y"),
    "mse": ("", "((a - y) ** 2).sum(axis=1) / {K}", "2.0 * (a - y) / {K}"),
    "mae": ("", "np.abs(a - y).sum(axis=1) / {K}", "np.sign(a - y) / {K}"),
    "huber": (
        (
            "d = a - y\n"
            "size = np.abs(d)\n"
            "terms = np.where(size <= {delta}, 0.5 * d * d, {delta} * (size - 0.5 * {delta}))"
        ),
        "terms.sum(axis=1) / {K}",
        "np.clip(d, -{delta}, {delta}) / {K}",
    ),
    "bce": (
        "logs = y * np.maximum(np.log(a), -100.0) + (1.0 - y) * np.maximum(np.log1p(-a), -100.0)",
        "-({weight}logs).sum(axis=1) / {K}",
        "{weight}(a - y) / np.maximum(a * (1.0 - a), 1e-12) / {K}",
    ),
    "bce_with_logits": (
        "terms = {pos_weight}y * np.logaddexp(0.0, -a) + (1.0 - y) * np.logaddexp(0.0, a)",
        "terms.sum(axis=1) / {K}",
        "((1.0 - y) / (1.0 + np.exp(-a)) - {pos_weight}y / (1.0 + np.exp(a))) / {K}",
    ),
    "cross_entropy": (
        (
            "q = {q}\n"
            "powers = np.exp(a - a.max(axis=1, keepdims=True))\n"
            "total = powers.sum(axis=1, keepdims=True)\n"
            "logs = a - a.max(axis=1, keepdims=True) - np.log(total)  # the logarithms of softmax"
        ),
        "-(q * logs).sum(axis=1)",
        "powers / total * q.sum(axis=1, keepdims=True) - q",
    ),
}

_ADAM: Final = """\
m, v = memory[name]
m = {beta1} * m + (1.0 - {beta1}) * g
v = {beta2} * v + (1.0 - {beta2}) * (g * g)
memory[name] = m, v
m_hat = m / (1.0 - {beta1} ** t)
v_hat = v / (1.0 - {beta2} ** t)
return p - {learning_rate} * m_hat / (np.sqrt(v_hat) + {eps})"""

_OPTIMIZERS: Final = {
    "sgd": "return p - {learning_rate} * g",
    "momentum": """\
(v,) = memory[name]
v = {momentum} * v + g
memory[name] = (v,)
return p - {learning_rate} * v""",
    "nesterov": """\
(v,) = memory[name]
v = {momentum} * v + g
memory[name] = (v,)
return p - {learning_rate} * (g + {momentum} * v)""",
    "adam": _ADAM,
    "adamw": "p = p * (1.0 - {learning_rate} * {weight_decay})\n" + _ADAM,
    "rmsprop": """\
s, v = memory[name]
s = {alpha} * s + (1.0 - {alpha}) * (g * g)
g = g / (np.sqrt(s) + {eps})
v = {momentum} * v + g
memory[name] = s, v
return p - {learning_rate} * v""",
    "adagrad": """\
(s,) = memory[name]
s = s + g * g
memory[name] = (s,)
return p - {learning_rate} / (1.0 + (t - 1) * {lr_decay}) * g / (np.sqrt(s) + {eps})""",
}


def numpy_program(experiment: Experiment) -> str:
    """Write a program of numpy that trains the network as the experiment says.

    It ends with the trained W1, b1, …; its sums are numpy's, so that numbers may differ from
    nntui's in the last digits.

    Raises:
        ConversionError: a network that is no chain of layers, or is too large.
    """
    program = program_of(experiment)
    training = experiment.training
    names = _function_names(program)
    return joined(
        [
            docstring(program, "numpy"),
            "",
            *_imports(program),
            "",
            f"X = {array_text(program.X)}",
            f"Y = {array_text(program.Y)}",
            "",
            "# W (in, out): a batch of rows times W, plus b, goes to the next layer.",
            *(
                f"{p.name} = {array_text(p.value.T if p.is_weight else p.value)}"
                for p in program.parameters
            ),
            *_functions(program, names),
            _loss(training.loss),
            _optimizer(program),
            SHUFFLED.format(seed=training.seed, before=program.resumed.epochs)
            if training.shuffle
            else "",
            "",
            *_loop(program, names),
        ]
    )


def _imports(program: Program) -> Iterator[str]:
    gelu = any(layer.activation.name == "gelu" for layer in program.layers)
    if gelu:
        yield "import math"
        yield ""
    yield "import numpy as np"
    if gelu:
        yield ""
        yield "erf = np.vectorize(math.erf)"


def _function_names(program: Program) -> dict[Activation, str]:
    """Name the functions: of several with other settings, the second is called relu_2."""
    names: dict[Activation, str] = {}
    for layer in program.layers:
        if layer.activation.name == "linear" or layer.activation in names:
            continue
        alike = sum(known.name == layer.activation.name for known in names)
        names[layer.activation] = layer.activation.name + (f"_{alike + 1}" if alike else "")
    return names


def _functions(program: Program, names: dict[Activation, str]) -> Iterator[str]:
    for activation, name in names.items():
        f, slope = (
            text.format(**dict(activation.settings)) for text in _ACTIVATIONS[activation.name]
        )
        yield f"\n\ndef {name}(z):\n    return {f}"
        yield f"\n\ndef {name}_slope(z, a):\n    return {slope}"


def _loss(loss: Loss) -> str:
    before, value, gradient = _LOSSES[loss.name]
    settings = _words(loss)
    texts = [text.format(**settings) for text in (before, value, gradient)]
    if loss.summed:
        texts = [text.replace(" / Y.shape[1]", "") for text in texts]
    lines = [f"    {line}" for line in texts[0].splitlines()]
    return "\n".join(
        [
            "\n\ndef loss(a, y):",
            f'    """{loss.name}: the loss of each example, and its gradient by the outputs a."""',
            *lines,
            f"    return {texts[1]}, {texts[2]}",
        ]
    )


def _words(loss: Loss) -> dict[str, str]:
    """Write the settings of a loss; a weight of 1 is left out."""
    settings = {key: number(value) for key, value in loss.settings} | {"K": "Y.shape[1]"}
    q = "y"
    if (smoothing := settings.get("label_smoothing", "0.0")) != "0.0":
        q = f"(1.0 - {smoothing}) * y + {smoothing} / y.shape[1]"
    for key in ("weight", "pos_weight"):
        value = settings.get(key, "1.0")
        settings[key] = "" if value == "1.0" else f"{value} * "
    if settings["weight"] and q != "y":
        q = f"({q})"
    return settings | {"q": settings["weight"] + q}


def _rule(optimizer: Optimizer) -> str:
    settings: dict[str, Any] = dict(optimizer.settings)
    if optimizer.name == "sgd" and settings["momentum"]:
        return "nesterov" if settings["nesterov"] else "momentum"
    return optimizer.name


def _optimizer(program: Program) -> str:
    optimizer = program.experiment.training.optimizer
    rule = _rule(optimizer)
    body = _OPTIMIZERS[rule].format(**{key: repr(value) for key, value in optimizer.settings})
    parts = []
    if rule != "sgd":
        parts.append("\n\n# What the optimizer remembers of each parameter.\nmemory = {")
        for p in program.parameters:
            if not p.frozen:
                parts.append(f'    "{p.name}": {_remembered(p.memory, p.is_weight, optimizer)},')
        parts.append("}")
    body = "\n".join(f"    {line}" for line in body.splitlines())
    parts.append(
        f'\n\ndef updated(name, p, g, t):\n    """{optimizer.name}: the parameter p after update '
        f't (from 1), by its gradient g."""\n{body}'
    )
    return "\n".join(parts)


def _remembered(memory: Any, is_weight: bool, optimizer: Optimizer) -> str:
    """Write what is remembered at the start: zeros, or arrays."""
    names = optimizer.row.memory
    if not memory:
        return f"({', '.join(['0.0'] * len(names))}{',' * (len(names) == 1)})"
    arrays = (memory[name].T if is_weight else memory[name] for name in names)
    texts = [array_text(array, indent="        ") for array in arrays]
    return "(\n" + "".join(f"        {text},\n" for text in texts) + "    )"


def _loop(program: Program, names: dict[Activation, str]) -> Iterator[str]:
    training = program.experiment.training
    size = len(program.X)
    batch = training.batch_size or size
    yield f"\nt = {program.resumed.updates}"
    yield f"for epoch in range({training.epochs}):"
    yield "    losses = []"
    yield f"    order = {'shuffled(epoch)' if training.shuffle else 'np.arange(len(X))'}"
    yield f"    for start in range(0, len(X), {min(batch, size)}):"
    for line in _update(program, names, f"start : start + {min(batch, size)}"):
        yield f"        {line}" if line else ""
    every = max(training.epochs // 10, 1)
    yield f"    if epoch % {every} == {every - 1}:"
    mean = "np.mean" if training.reduction == "mean" else "np.sum"
    yield f'        print(f"epoch {{epoch + 1}}: loss {{{mean}(losses):.6g}}")'


def _update(program: Program, names: dict[Activation, str], part: str) -> Iterator[str]:
    """Write the lines of one update, forward and backward layer by layer."""
    training, layers = program.experiment.training, program.layers
    count = len(layers)
    yield f"batch = order[{part}]"
    yield "a0, y = X[batch], Y[batch]"
    yield ""
    yield "# forward"
    for n, layer in enumerate(layers, 1):
        bias = "" if layer.biases is None else f" + b{n}"
        yield f"z{n} = a{n - 1} @ W{n}{bias}"
        yield f"a{n} = {_applied(names, layer.activation, n)}"
    yield ""
    yield f"each, da{count} = loss(a{count}, y)"
    yield "losses.extend(each)"
    yield ""
    yield "# backward"
    over = " / len(batch)" if training.reduction == "mean" else ""
    for n in range(count, 0, -1):
        layer = layers[n - 1]
        slope = names.get(layer.activation)
        yield f"delta{n} = da{n}" + (f" * {slope}_slope(z{n}, a{n})" if slope else "")
        if not layer.frozen_weights:
            yield f"dW{n} = a{n - 1}.T @ delta{n}{over}"
        if layer.biases is not None and not layer.frozen_biases:
            yield f"db{n} = delta{n}.sum(axis=0){over}"
        if n > 1:
            yield f"da{n - 1} = delta{n} @ W{n}.T"
    yield ""
    yield "# update"
    yield "t += 1"
    for p in program.parameters:
        if p.frozen:
            continue
        gradient = f"d{p.name}" + (_penalty(training, p.name) if p.is_weight else "")
        yield f'{p.name} = updated("{p.name}", {p.name}, {gradient}, t)'


def _applied(names: dict[Activation, str], activation: Activation, n: int) -> str:
    return f"{names[activation]}(z{n})" if activation in names else f"z{n}"


def _penalty(training: Training, name: str) -> str:
    l2 = f" + {training.l2!r} * {name}" if training.l2 else ""
    return l2 + (f" + {training.l1!r} * np.sign({name})" if training.l1 else "")
