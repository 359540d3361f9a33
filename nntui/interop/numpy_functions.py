"""Activations, losses and optimizers as functions of a program of numpy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nntui.interop.expression_text import NUMPY, expressions_of
from nntui.interop.program import between_reports, number
from nntui.model.activations import Activation
from nntui.model.experiment import Training
from nntui.model.losses import Loss
from nntui.model.numerics import DIFFERENCE_STEP
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

_SHRUNK: Final = "p = p * (1.0 - {learning_rate} * {weight_decay})\n"
_DECAY: Final = "g = g + {weight_decay} * p\n"
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
    "adamw": _SHRUNK + _ADAM,
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


_MEASURED: Final = '''

def {name}_slope(z, a):
    """The slope of the function, measured."""
    h = {step} * np.maximum(1.0, np.abs(z))
    return ({name}(z + h) - {name}(z - h)) / ((z + h) - (z - h))'''


def imports(names: Mapping[Activation, str]) -> Iterator[str]:
    """Write what a program imports; erf, which gelu is made of, numpy has not."""
    erf = any("erf" in text for activation in names for text in filter(None, _texts(activation)))
    if erf:
        yield "import math"
        yield ""
    yield "import numpy as np"
    if erf:
        yield ""
        yield "erf = np.vectorize(math.erf)"


def functions(names: Mapping[Activation, str], *, slopes: bool = True) -> Iterator[str]:
    """Write the activation functions, and their slopes if those are wanted."""
    for activation, name in names.items():
        f, slope = _texts(activation)
        yield f"\n\ndef {name}(z):\n    return {f}"
        if not slopes:
            continue
        if slope is not None:
            yield f"\n\ndef {name}_slope(z, a):\n    return {slope}"
        else:
            yield _MEASURED.format(name=name, step=DIFFERENCE_STEP)


def _texts(activation: Activation) -> tuple[str, str | None]:
    """Write a function of z, and its slope from z and a; None: it is measured."""
    found = expressions_of(activation)
    if found is None:
        f, slope = _ACTIVATIONS[activation.name]
        settings = dict(activation.settings)
        return f.format(**settings), slope.format(**settings)
    tree, derivative = found
    return NUMPY.array(tree), None if derivative is None else NUMPY.array(derivative)


def loss_function(loss: Loss) -> str:
    """Write the loss as a function of outputs and targets (n, K)."""
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


def rule_of(optimizer: Optimizer) -> str:
    """Name the rule of an optimizer; sgd has three."""
    settings: dict[str, Any] = dict(optimizer.settings)
    if optimizer.name == "sgd" and settings["momentum"]:
        return "nesterov" if settings["nesterov"] else "momentum"
    return optimizer.name


def penalty(training: Training, weight: str) -> str:
    """Write what the penalty adds to the gradient of a weight."""
    l2 = f" + {training.l2!r} * {weight}" if training.l2 else ""
    return l2 + (f" + {training.l1!r} * np.sign({weight})" if training.l1 else "")


def report(training: Training) -> str:
    """Write the lines that say the loss, within the loop over the epochs."""
    every, mean = between_reports(training), training.reduction
    return (
        f"    if epoch % {every} == {every - 1}:\n"
        f'        print(f"epoch {{epoch + 1}}: loss {{np.{mean}(losses):.6g}}")'
    )


def update_function(optimizer: Optimizer, is_weight: str) -> str:
    """Write the rule of an optimizer as a function; it keeps what it remembers in ``memory``.

    ``is_weight``: the condition that tells by its name whether a parameter is a weight.
    """
    settings = {key: repr(value) for key, value in optimizer.settings}
    body = _DECAY * bool(optimizer.gradient_decay) + _OPTIMIZERS[rule_of(optimizer)]
    if settings.get("decay_biases") == "False":
        body = body.replace(_SHRUNK, f"if {is_weight}:\n    {_SHRUNK}")
    body = body.format(**settings)
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        f'\n\ndef updated(name, p, g, t):\n    """{optimizer.name}: the parameter p after update '
        f't (from 1), by its gradient g."""\n{lines}'
    )
