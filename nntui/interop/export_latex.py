"""``nntui export --latex``: the algorithm of this very network as formulas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nntui.explain.numbers import rounded
from nntui.interop.chain import Layer, layers_of
from nntui.interop.errors import ConversionError
from nntui.interop.expression_text import expressions_of, latex, tex_number
from nntui.interop.numpy_functions import rule_of
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.numerics import DIFFERENCE_STEP, Array
from nntui.text import harmless

_LARGEST: Final = 8
"""Rows and columns of a matrix whose numbers are written."""

_ACTIVATIONS: Final = {
    "linear": ("z", "1"),
    "relu": (r"\max(0, z)", r"\mathbb{1}[z > 0]"),
    "leaky_relu": (
        r"\begin{cases} z & z > 0 \\ {slope} z & z \le 0 \end{cases}",
        r"\begin{cases} 1 & z > 0 \\ {slope} & z \le 0 \end{cases}",
    ),
    "elu": (
        r"\begin{cases} z & z > 0 \\ {alpha} (e^z - 1) & z \le 0 \end{cases}",
        r"\begin{cases} 1 & z > 0 \\ {alpha} e^z & z \le 0 \end{cases}",
    ),
    "softplus": (r"\log(1 + e^z)", r"\frac{1}{1 + e^{-z}}"),
    "sigmoid": (r"\frac{1}{1 + e^{-z}}", r"a\,(1 - a)"),
    "tanh": (r"\tanh z", "1 - a^2"),
    "hard_tanh": (r"\min(1, \max(-1, z))", r"\mathbb{1}[-1 < z < 1]"),
    "silu": (r"z\,\sigma(z)", r"\sigma(z)\,(1 + z\,(1 - \sigma(z)))"),
    "gelu": (r"z\,\Phi(z)", r"\Phi(z) + z\,\varphi(z)"),
    "sin": (r"\sin z", r"\cos z"),
    "abs": ("|z|", r"\operatorname{sign} z"),
    "square": ("z^2", "2 z"),
    "step": (r"\mathbb{1}[z > 0]", "0"),
}
_LOSSES: Final = {
    "squared_error": (r"\sum_k (a_k - t_k)^2", "2 (a_k - t_k)"),
    "half_squared_error": (r"\tfrac12 \sum_k (a_k - t_k)^2", "a_k - t_k"),
    "mse": (r"\frac1K \sum_k (a_k - t_k)^2", r"\tfrac2K (a_k - t_k)"),
    "mae": (r"\frac1K \sum_k |a_k - t_k|", r"\tfrac1K \operatorname{sign}(a_k - t_k)"),
    "huber": (
        (
            r"\frac1K \sum_k h(a_k - t_k), \quad h(d) = \begin{cases} "
            r"\tfrac12 d^2 & |d| \le {delta} \\ "
            r"{delta} (|d| - \tfrac12 \cdot {delta}) & |d| > {delta} \end{cases}"
        ),
        r"\tfrac1K \min({delta}, \max(-{delta}, a_k - t_k))",
    ),
    "bce": (
        r"-\frac1K \sum_k \bigl(t_k \log a_k + (1 - t_k) \log(1 - a_k)\bigr)",
        r"\tfrac1K \frac{a_k - t_k}{a_k (1 - a_k)}",
    ),
    "bce_with_logits": (
        r"-\frac1K \sum_k \bigl(t_k \log \sigma(a_k) + (1 - t_k) \log \sigma(-a_k)\bigr)",
        r"\tfrac1K (\sigma(a_k) - t_k)",
    ),
    "cross_entropy": (
        r"-\sum_k t_k \log p_k, \quad p_k = \frac{e^{a_k}}{\sum_j e^{a_j}}",
        "p_k - t_k",
    ),
}
_ADAM: Final = (
    r"m &\leftarrow {beta1} m + (1 - {beta1}) g, \quad v \leftarrow {beta2} v + (1 - {beta2}) g^2",
    r"\hat m &= m / (1 - {beta1}^t), \quad \hat v = v / (1 - {beta2}^t)",
)
_STEP: Final = r"- {learning_rate}\, \hat m / (\sqrt{\hat v} + {eps})"
_OPTIMIZERS: Final[dict[str, tuple[str, ...]]] = {
    "sgd": (r"p &\leftarrow p - {learning_rate}\, g",),
    "momentum": (
        r"v &\leftarrow {momentum} v + g",
        r"p &\leftarrow p - {learning_rate}\, v",
    ),
    "nesterov": (
        r"v &\leftarrow {momentum} v + g",
        r"p &\leftarrow p - {learning_rate}\, (g + {momentum} v)",
    ),
    "adam": (*_ADAM, rf"p &\leftarrow p {_STEP}"),
    "adamw": (
        *_ADAM,
        rf"p &\leftarrow p\,(1 - {{learning_rate}} \cdot {{weight_decay}}) {_STEP}",
    ),
    "rmsprop": (
        r"s &\leftarrow {alpha} s + (1 - {alpha}) g^2",
        r"v &\leftarrow {momentum} v + g / (\sqrt{s} + {eps})",
        r"p &\leftarrow p - {learning_rate}\, v",
    ),
    "adagrad": (
        r"s &\leftarrow s + g^2",
        (
            r"p &\leftarrow p - \frac{{learning_rate}}{1 + (t - 1) {lr_decay}} "
            r"\cdot \frac{g}{\sqrt{s} + {eps}}"
        ),
    ),
}

_DIFFERENCE: Final = r"\frac{f(z + h) - f(z - h)}{2 h}"
"""The slope of an expression that is measured."""


def latex_formulas(experiment: Experiment) -> str:
    """Write the passes and the update of a network of layers as a LaTeX document.

    Raises:
        ConversionError: a network that is no chain of layers, or a setting without a formula.
    """
    layers, training = layers_of(experiment.network), experiment.training
    if not training.loss.is_plain and training.loss.name != "huber":
        raise ConversionError(f"the settings of {training.loss.name} have no formula in LaTeX here")
    backward = training.gradient == "backpropagation"
    name = harmless(experiment.name or "A network")
    parts = [
        r"\documentclass{article}",
        r"\usepackage{amsmath,amssymb}",
        r"\begin{document}",
        rf"\section*{{{_escaped(name)}}}",
        *_numbers(layers),
        *_block("Forward", _forward(layers)),
        *_block("Loss of one example", _loss(training, len(layers))),
        *_block("Backward", _backward(layers) if backward else _measured()),
        *_block("Update", _update(training, len(layers))),
        r"\end{document}",
    ]
    return "\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    """Write a text so that LaTeX has no command in it."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)


def _filled(text: str, settings: dict[str, str]) -> str:
    for key, value in settings.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _settings(values: dict[str, float]) -> dict[str, str]:
    number = rounded(6)
    return {key: tex_number(number(value)) for key, value in values.items()}


def _block(title: str, lines: Iterator[str]) -> list[str]:
    return [rf"\subsection*{{{title}}}", r"\begin{align*}", " \\\\\n".join(lines), r"\end{align*}"]


def _numbers(layers: list[Layer]) -> Iterator[str]:
    """Write the parameters, where they are few enough to be read."""
    for n, layer in enumerate(layers, 1):
        if max(layer.weights.shape) > _LARGEST or not layer.is_dense:
            yield rf"$W^{{({n})}}$ has {layer.outputs} rows and {layer.inputs} columns.\par"
            continue
        bias = "" if layer.biases is None else rf", \quad b^{{({n})}} = {_matrix(layer.biases)}"
        yield rf"\[ W^{{({n})}} = {_matrix(layer.weights)}{bias} \]"


def _matrix(array: Array) -> str:
    number = rounded(4)
    rows = array.tolist() if array.ndim == 2 else [[value] for value in array.tolist()]
    lines = (" & ".join(tex_number(number(value)) for value in row) for row in rows)
    return r"\begin{pmatrix} " + r" \\ ".join(lines) + r" \end{pmatrix}"


def _function(activation: Activation) -> tuple[str, str]:
    """Write an activation and its slope, of z and a."""
    if found := expressions_of(activation):
        return latex(found[0]), _DIFFERENCE if found[1] is None else latex(found[1])
    settings = _settings(dict(activation.settings))
    f, slope = (_filled(text, settings) for text in _ACTIVATIONS[activation.name])
    return f, slope


def _forward(layers: list[Layer]) -> Iterator[str]:
    yield r"a^{(0)} &= x"
    for n, layer in enumerate(layers, 1):
        product = (
            rf"W^{{({n})}} a^{{({n - 1})}}"
            if layer.is_dense
            else rf"w^{{({n})}} \odot a^{{({n - 1})}}"
        )
        bias = "" if layer.biases is None else rf" + b^{{({n})}}"
        yield rf"z^{{({n})}} &= {product}{bias}"
        f, _ = _function(layer.activation)
        yield rf"a^{{({n})}} &= f_{{{n}}}(z^{{({n})}}), \quad f_{{{n}}}(z) = {f}"


def _loss(training: Training, last: int) -> Iterator[str]:
    settings = _settings({k: v for k, v in training.loss.settings if isinstance(v, float)})
    value, slope = (_filled(text, settings) for text in _LOSSES[training.loss.name])
    if training.loss.summed:
        value, slope = (
            text.replace(r"\frac1K ", "").replace(r"\tfrac1K ", "").replace(r"\tfrac2K", "2")
            for text in (value, slope)
        )
    yield rf"a &= a^{{({last})}}, \quad t: \text{{the target}}"
    yield rf"L &= {value}"
    yield rf"\frac{{\partial L}}{{\partial a_k}} &= {slope}"


def _backward(layers: list[Layer]) -> Iterator[str]:
    for n in range(len(layers), 0, -1):
        layer = layers[n - 1]
        _, slope = _function(layer.activation)
        a = rf"\frac{{\partial L}}{{\partial a^{{({n})}}}}"
        yield (
            rf"\delta^{{({n})}} &= {a} \odot f_{{{n}}}'(z^{{({n})}}), "
            rf"\quad f_{{{n}}}'(z) = {slope}"
        )
        if not layer.frozen_weights:
            yield (
                rf"\frac{{\partial L}}{{\partial W^{{({n})}}}} &= "
                rf"\delta^{{({n})}} \, (a^{{({n - 1})}})^\top"
            )
        if layer.biases is not None and not layer.frozen_biases:
            yield rf"\frac{{\partial L}}{{\partial b^{{({n})}}}} &= \delta^{{({n})}}"
        if n > 1:
            before = rf"\frac{{\partial L}}{{\partial a^{{({n - 1})}}}}"
            yield rf"{before} &= (W^{{({n})}})^\top \delta^{{({n})}}"


def _measured() -> Iterator[str]:
    step = tex_number(rounded(6)(DIFFERENCE_STEP))
    yield (
        r"\frac{\partial L}{\partial p} &\approx \frac{L(p + h) - L(p - h)}{2 h}, "
        rf"\quad h = {step} \cdot \max(1, |p|), \quad \text{{for each parameter }} p"
    )


def _update(training: Training, count: int) -> Iterator[str]:
    mean = r"\frac1N " if training.reduction == "mean" else ""
    size = training.batch_size or "all"
    penalty = rf" + {_settings({'l2': training.l2})['l2']}\, p" if training.l2 else ""
    if training.l1:
        penalty += rf" + {_settings({'l1': training.l1})['l1']} \operatorname{{sign}}(p)"
    only = r" \quad\text{(the penalty for weights only)}" if penalty else ""
    yield (
        rf"g &= {mean}\sum_{{n=1}}^N \frac{{\partial L_n}}{{\partial p}}{penalty}, "
        rf"\quad N = \text{{{size} examples}}{only}"
    )
    optimizer = training.optimizer
    values = dict(optimizer.settings)
    if optimizer.gradient_decay:
        yield _filled(r"g &\leftarrow g + {weight_decay}\, p", _settings(values))
    lines = _OPTIMIZERS[rule_of(optimizer)]
    if not values.get("decay_biases", True):
        of_biases = _OPTIMIZERS["adam"][-1]
        lines = (*lines[:-1], rf"{lines[-1]} \quad\text{{(weights)}}")
        lines += (rf"{of_biases} \quad\text{{(biases)}}",)
    yield from (_filled(line, _settings(values)) for line in lines)
