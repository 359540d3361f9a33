"""Cases 17 to 22 and 24 to 27: biases, sums and means over the batch, what is left from before."""

from __future__ import annotations

from typing import Any

import numpy as np
from verify.cases.case import (
    After,
    Made,
    case,
    classes,
    data,
    document,
    gradients,
    means,
    parameters,
    sigmoid,
    softmax,
)


def backward(x: Any, y: Any, drawn: Any) -> tuple[Any, Any, Any]:
    """Compute the hidden layer and the deltas of a network tanh → sigmoid with ½Σ(a − t)²."""
    w1, b1, w2, b2 = drawn
    h = np.tanh(x @ w1 + b1)
    out = sigmoid(h @ w2 + b2)
    d2 = (out - y) * out * (1 - out)
    return h, d2 @ w2.T * (1 - h**2), d2


@case(
    17,
    "https://github.com/rasbt/stat453-deep-learning-ss21/issues/5",
    "mistake",
    mistakes=("bias_gradient_total",),
)
def bias_gradient_summed_over_classes() -> Made:
    """Softmax regression: the bias gradient is one sum over examples and classes, spread over all
    biases. Of softmax's p − t that sum is 0."""
    (x, _), y = data(6, 2, 3), classes(6, 3)
    w, b = drawn = parameters(2, 3)
    probabilities = softmax(x @ w + b)
    grad_w = -(x.T @ (y - probabilities)).T / 6
    grad_b = -np.sum(y - probabilities) / 6
    numbers = {"dW1": grad_w, "db1": np.full(3, grad_b)}
    return document(x, y, drawn, "linear", "cross_entropy"), numbers


@case(
    18,
    "https://github.com/kvfrans/notes/issues/5",
    "mistake",
    mistakes=("bias_gradient_mean",),
)
def bias_gradient_is_a_mean() -> Made:
    """The losses are summed, and so are the weights' gradients; those of the biases are means."""
    x, y = data(5, 3, 2)
    h, d1, d2 = backward(x, y, drawn := parameters(3, 4, 2))
    numbers = {
        "dW1": x.T @ d1, "db1": d1.mean(axis=0), "dW2": h.T @ d2, "db2": d2.mean(axis=0)
    }  # fmt: skip
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error", reduction="sum"), numbers


@case(
    19,
    "https://github.com/deeplearning4j/deeplearning4j/pull/366 "
    "https://github.com/deeplearning4j/deeplearning4j/pull/364",
    "mistake",
    mistakes=("bias_gradient_mean",),
)
def bias_gradient_divided_twice() -> Made:
    """The layer takes the mean of the bias gradients; the trainer divides by the batch again."""
    x, y = data(5, 3, 2, seed=3)
    h, d1, d2 = backward(x, y, drawn := parameters(3, 4, 2, seed=3))
    gradient = {
        "dW1": d1.T @ x, "db1": d1.mean(axis=0), "dW2": d2.T @ h, "db2": d2.mean(axis=0)
    }  # fmt: skip
    numbers = {name: array / 5 for name, array in gradient.items()}
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error"), numbers


@case(
    20,
    "https://github.com/mlpack/mlpack/pull/3679",
    "mistake",
    mistakes=("only_first_example",),
)
def bias_gradient_of_the_first_example() -> Made:
    """The layer that adds the biases hands on the first column, the first example, of its error."""
    x, y = data(5, 3, 2, seed=4)
    h, d1, d2 = backward(x, y, drawn := parameters(3, 4, 2, seed=4))
    numbers = {"dW1": x.T @ d1, "db1": d1.T[:, 0], "dW2": h.T @ d2, "db2": d2.T[:, 0]}
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error", reduction="sum"), numbers


@case(
    21,
    "https://github.com/d2l-ai/d2l-en/pull/1000",
    "factor",
    factor=1 / 5,
    mistakes=("divided_by_n_twice",),
)
def mean_divided_by_the_batch() -> Made:
    """The loss is a mean, and the step divides by the batch size once more."""
    x, y = data(5, 3, 2, seed=5)
    h, d1, d2 = backward(x, y, drawn := parameters(3, 4, 2, seed=5))
    numbers = {name: array / 5 for name, array in means(x, d1, h, d2).items()}
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error"), numbers


@case(
    21,
    "https://github.com/jax-ml/jax/pull/3113",
    "factor",
    factor=5.0,
    mistakes=("sum_for_mean",),
)
def sum_for_mean() -> Made:
    """The loss is a sum over the batch where a mean was meant."""
    x, y = data(5, 3, 2, seed=6)
    h, d1, d2 = backward(x, y, drawn := parameters(3, 4, 2, seed=6))
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error"), gradients(x, d1, h, d2)


@case(
    22,
    "https://pytroubles.com/en/posts/id1785-fixing-numpy-mnist-training-correct-gradient-axes-bias-"
    "reductions-and-stable-softmax",
    "mistake",
    mistakes=("gradient_transposed",),
    note="Summed over the wrong axis, a bias gradient has a number for each example: left right.",
)
def gradient_of_a_square_layer_transposed() -> Made:
    """As many hidden neurons as classes: dW2 = dZ2ᵀ·A1 fits W2 and is its gradient transposed."""
    (x, _), y = data(5, 4, 3), classes(5, 3)
    w1, b1, w2, b2 = drawn = parameters(4, 3, 3, seed=5)
    z1 = x.dot(w1) + b1
    a1 = np.maximum(z1, 0)
    dz2 = (softmax(a1.dot(w2) + b2) - y) / len(x)
    dz1 = dz2.dot(w2.T) * (z1 > 0)
    numbers = {
        "dW1": x.T.dot(dz1), "db1": dz1.sum(axis=0), "dW2": dz2.T.dot(a1), "db2": dz2.sum(axis=0)
    }  # fmt: skip
    return document(x, y, drawn, "relu linear", "cross_entropy"), numbers


@case(
    24,
    "https://github.com/karpathy/micrograd/issues/25 "
    "https://github.com/karpathy/micrograd/issues/53 "
    "https://github.com/karpathy/micrograd/pull/102 https://github.com/karpathy/llm.c/pull/548 "
    "https://github.com/fastai/course22/issues/58",
    "mistake",
    mistakes=("not_zeroed",),
    update=2,
)
def gradients_never_zeroed() -> Made:
    """No zero_grad: the gradient of an update is the sum of those of all updates so far."""
    x, y = data(5, 3, 2, seed=7)
    drawn = parameters(3, 4, 2, seed=7)
    p = [array.copy() for array in drawn]
    grad = [np.zeros_like(array) for array in p]
    after = After()
    for _ in range(3):
        h, d1, d2 = backward(x, y, p)
        for g, new in zip(grad, (x.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)), strict=True):
            g += new / 5
        for array, g in zip(p, grad, strict=True):
            array -= 0.5 * g
        after.keep(*p)
    rate = {"name": "sgd", "learning_rate": 0.5}
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error", optimizer=rate), after


@case(
    25,
    "https://offlinew.com/q/q/4098171066",
    "mistake",
    mistakes=("not_zeroed",),
    update=2,
)
def alias_instead_of_zeros() -> Made:
    """``updates = templates`` names the same arrays again, so that a batch's sums do not begin at
    0; tanh throughout, batches of 2."""
    x, _ = data(6, 3, 2, seed=8)
    y = np.where(classes(6, 2) > 0, 1.0, -1.0)
    drawn = parameters(3, 4, 2, seed=8)
    w1, b1, w2, b2 = (array.copy() for array in drawn)
    templates = [np.zeros_like(array) for array in (w1, b1, w2, b2)]
    after = After()
    for start in (0, 2, 4):
        sums = templates  # meant: a copy of the zeros
        for inputs, target in zip(x[start : start + 2], y[start : start + 2], strict=True):
            h = np.tanh(inputs @ w1 + b1)
            out = np.tanh(h @ w2 + b2)
            d2 = 2 * (out - target) / 2 * (1 - out**2)
            d1 = w2 @ d2 * (1 - h**2)
            for array, g in zip(sums, (np.outer(inputs, d1), d1, np.outer(h, d2), d2), strict=True):
                array += g
        for array, g in zip((w1, b1, w2, b2), sums, strict=True):
            array -= 0.1 * g / 2
        after.keep(w1, b1, w2, b2)
    return document(x, y, drawn, "tanh tanh", "mse", batch_size=2), after


@case(
    26,
    "https://datascience.stackexchange.com/questions/30850/gradientchecking-can-i-blame-float-"
    "precision",
    "factor",
    factor=1 / 4,
    mistakes=("mean_for_sum",),
    note="Not an LSTM: four examples of a batch stand for the four time steps.",
)
def averaged_only_on_the_way_back() -> Made:
    """The loss sums over the time steps, the way back averages over them: every sign is right, and
    every gradient too small by one factor."""
    x, y = data(4, 3, 2, seed=9)
    h, d1, d2 = backward(x, y, drawn := parameters(3, 4, 2, seed=9))
    numbers = means(x, d1, h, d2)
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error", reduction="sum"), numbers


@case(
    27,
    "https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1",
    "mistake",
    mistakes=("no_loss_slope",),
    note='A thread, "Numerical check of gradient", of stats.stackexchange.com, found in this copy.',
)
def output_differentiated() -> Made:
    """The numeric check moves a weight and looks at the output instead of the loss: ∂a/∂w."""
    x, y = data(3, 2, 1)
    w, b = drawn = parameters(2, 1)

    def output(w: Any, b: Any) -> float:
        return float((x @ w + b).sum()) / 3

    h, dw = 1e-4, np.zeros_like(w)
    for i in range(2):
        moved = np.zeros_like(w)
        moved[i] = h
        dw[i] = (output(w + moved, b) - output(w - moved, b)) / (2 * h)
    db = (output(w, b + h) - output(w, b - h)) / (2 * h)
    return document(x, y, drawn, "linear", "half_squared_error"), {"dW1": dw, "db1": [db]}
