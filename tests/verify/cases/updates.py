"""Cases 28 to 35: kinks, softmax, penalties, optimizers, and networks that merely do not learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from verify.cases.case import (
    XOR,
    XOR_TARGETS,
    After,
    Made,
    case,
    classes,
    data,
    document,
    gradients,
    parameters,
    sigmoid,
    softmax,
)


@case(
    28,
    "https://github.com/HomericIntelligence/Odyssey/pull/2077 "
    "https://github.com/cthorey/CS231/issues/2",
    "kink",
)
def difference_across_a_kink() -> Made:
    """No mistake: a difference quotient of relu where z is 0 gives half the slope."""
    x = np.array([[1.0, 0.5], [-0.5, 1.0], [0.25, -1.0]])
    y = np.array([[0.5], [1.0], [0.0]])
    w1 = np.array([[0.5, 0.75], [-1.0, 0.5]])
    b1 = np.array([0.0, 0.1])  # z of the first neuron at the first example: 0.5 − 0.5 + 0
    w2, b2 = np.array([[0.75], [-0.5]]), np.array([0.2])
    drawn = (w1, b1, w2, b2)

    def loss() -> float:
        a = np.maximum(0, x @ w1 + b1) @ w2 + b2
        return float(((a - y) ** 2).mean())

    def numeric(array: Any) -> Any:
        grad, h = np.zeros_like(array), 1e-5
        for at in np.ndindex(array.shape):
            before = array[at]
            array[at] = before + h
            above = loss()
            array[at] = before - h
            below = loss()
            array[at] = before
            grad[at] = (above - below) / (2 * h)
        return grad

    numbers = {f"d{n}": numeric(a) for n, a in zip(("W1", "b1", "W2", "b2"), drawn, strict=True)}
    return document(x, y, drawn, "relu linear", "mse"), numbers


def of_softmax(change: Callable[[Any, Any], Any], seed: int) -> Made:
    """Make a network relu → softmax with cross-entropy; ``change(p, t)`` is its output delta."""
    (x, _), y = data(5, 4, 3, seed), classes(5, 3)
    w1, b1, w2, b2 = drawn = parameters(4, 5, 3, seed=seed)
    h = np.maximum(x @ w1 + b1, 0)
    d2 = change(softmax(h @ w2 + b2), y) / 5
    d1 = d2 @ w2.T * (h > 0)
    return document(x, y, drawn, "relu linear", "cross_entropy"), gradients(x, d1, h, d2)


_IN_THE_LOSS = "softmax is no layer here but a part of the loss."


@case(
    29,
    "https://github.com/pocketpy/cTensor/pull/31",
    "mistake",
    mistakes=("softmax_again",),
    note=_IN_THE_LOSS,
)
def jacobian_multiplied_again() -> Made:
    """p − t has softmax's derivative in it, and is multiplied by the Jacobian once more."""

    def change(p: Any, t: Any) -> Any:
        jacobians = [np.diag(row) - np.outer(row, row) for row in p]
        return np.array([j @ d for j, d in zip(jacobians, p - t, strict=True)])

    return of_softmax(change, 2)


@case(
    29,
    "https://github.com/markroxor/fromscratchtoml/issues/65",
    "mistake",
    mistakes=("softmax_diagonal",),
    note=_IN_THE_LOSS,
)
def diagonal_of_the_jacobian() -> Made:
    """Softmax is differentiated like a sigmoid: −t/p · p·(1 − p), the diagonal alone."""
    return of_softmax(lambda p, t: -t / p * p * (1 - p), 3)


@case(
    29,
    "https://ai.stackexchange.com/questions/35741/trouble-writing-the-backpropagation-algorithm-in-"
    "python-through-crossentropy-and https://ai.stackexchange.com/questions/6343/how-do-i-implement-"
    "softmax-forward-propagation-and-backpropagation-to-replace-si",
    "mistake",
    mistakes=("softmax_again",),
    note=_IN_THE_LOSS,
)
def sigmoid_slope_after_softmax() -> Made:
    """A sigmoid was replaced by softmax, and its slope p·(1 − p) stayed behind p − t."""
    return of_softmax(lambda p, t: (p - t) * p * (1 - p), 4)


@case(
    30,
    "https://github.com/bruceoutdoors/CS231n/issues/8",
    "mistake",
    mistakes=("l2_doubled",),
)
def penalty_without_its_half() -> Made:
    """The gradient of the penalty is 2·λ·W, as if it were λ·ΣW² and not ½·λ·ΣW²."""
    (x, _), y = data(5, 4, 3, seed=5), classes(5, 3)
    w1, b1, w2, b2 = drawn = parameters(4, 5, 3, seed=6)
    hidden = np.maximum(0, x.dot(w1) + b1)
    scores = softmax(hidden.dot(w2) + b2)
    dscores = (scores - y) / 5
    dhidden = dscores.dot(w2.T)
    dhidden[hidden <= 0] = 0
    numbers = {
        "dW1": x.T.dot(dhidden) + 2 * 0.05 * w1, "db1": dhidden.sum(axis=0),
        "dW2": hidden.T.dot(dscores) + 2 * 0.05 * w2, "db2": dscores.sum(axis=0),
    }  # fmt: skip
    made = document(x, y, drawn, "relu linear", "cross_entropy", regularization={"l2": 0.05})
    return made, numbers


@case(
    31,
    "https://github.com/cs231n/cs231n.github.io/issues/277 "
    "https://forums.fast.ai/t/cross-entropy-error-log-1-1-inf/1441",
    "mistake",
    mistakes=("softmax_overflow",),
)
def softmax_overflows() -> Made:
    """Inputs from 0 to 255, and e^z without the greatest z taken off: inf / inf is nan."""
    x, y = np.array([[255.0, 120.0], [0.0, 240.0], [200.0, 30.0]]), classes(3, 3)
    w1, b1 = drawn = (np.array([[4.0, -1.0, 0.5], [0.5, 4.0, 1.0]]), np.array([0.1, 0.0, -0.1]))
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x @ w1 + b1)
        p = e / e.sum(axis=1, keepdims=True)
    d = (p - y) / 3
    return document(x, y, drawn, "linear", "cross_entropy"), {"dW1": x.T @ d, "db1": d.sum(axis=0)}


@case(
    31,
    "https://forums.fast.ai/t/cross-entropy-error-log-1-1-inf/1441",
    "mistake",
    mistakes=("division_by_0",),
)
def saturated_output() -> Made:
    """A large z makes a sigmoid exactly 1, and 1 − a, which bce's derivative is divided by, 0."""
    x, y = np.array([[20.0, 5.0], [0.5, -0.25], [-0.5, 0.5]]), np.array([[1.0], [0.0], [1.0]])
    w1, b1 = drawn = (np.array([[2.0], [0.5]]), np.array([0.1]))
    a = sigmoid(x @ w1 + b1)
    with np.errstate(divide="ignore", invalid="ignore"):
        da = -y / a + (1 - y) / (1 - a)
        d = da * a * (1 - a) / 3
    return document(x, y, drawn, "sigmoid", "bce"), {"dW1": x.T @ d, "db1": d.sum(axis=0)}


ADAM = {"name": "adam", "learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3}


def of_adam(rule: Callable[..., Any], seed: int) -> Made:
    """Train a network tanh → sigmoid for three updates, each of its arrays by ``rule``.

    ``rule(g, m, v, t)`` returns the new m and v, and the two that the step is made of.
    """
    x, y = data(5, 3, 2, seed)
    drawn = parameters(3, 4, 2, seed=seed)
    p = [array.copy() for array in drawn]
    m, v = ([np.zeros_like(array) for array in p] for _ in range(2))
    after = After()
    for t in range(1, 4):
        h = np.tanh(x @ p[0] + p[1])
        out = sigmoid(h @ p[2] + p[3])
        d2 = (out - y) * out * (1 - out) / 5
        d1 = d2 @ p[2].T * (1 - h**2)
        for n, g in enumerate(gradients(x, d1, h, d2).values()):
            m[n], v[n], m_hat, v_hat = rule(g, m[n], v[n], t, n)
            p[n] -= 0.1 * m_hat / (np.sqrt(v_hat) + 1e-3)
        after.keep(*p)
    return document(x, y, drawn, "tanh sigmoid", "half_squared_error", optimizer=ADAM), after


def moments(g: Any, m: Any, v: Any) -> tuple[Any, Any]:
    return 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2


@case(
    32,
    "https://github.com/eriklindernoren/ML-From-Scratch/issues/35",
    "mistake",
    mistakes=("t_not_counted",),
    update=2,
)
def correction_never_raised_to_t() -> Made:
    """m̂ = m / (1 − β1) and v̂ = v / (1 − β2) at every update: β is never raised to the power t."""

    def rule(g: Any, m: Any, v: Any, t: int, n: int) -> Any:
        m, v = moments(g, m, v)
        return m, v, m / (1 - 0.9), v / (1 - 0.99)

    return of_adam(rule, 2)


@case(
    32,
    "https://github.com/karpathy/convnetjs/pull/107",
    "mistake",
    mistakes=("correction_multiplied",),
)
def correction_multiplied() -> Made:
    """m̂ = m · (1 − β1ᵗ) and v̂ = v · (1 − β2ᵗ): multiplied instead of divided."""

    def rule(g: Any, m: Any, v: Any, t: int, n: int) -> Any:
        m, v = moments(g, m, v)
        return m, v, m * (1 - 0.9**t), v * (1 - 0.99**t)

    return of_adam(rule, 3)


@case(
    32,
    "https://github.com/frgfm/holocron/issues/1 "
    "https://github.com/kozistr/AdaBound-tensorflow/issues/3",
    "mistake",
    mistakes=("correction_in_place",),
    update=2,
)
def correction_in_place() -> Made:
    """m and v are corrected in place, so that the next update begins with corrected ones."""

    def rule(g: Any, m: Any, v: Any, t: int, n: int) -> Any:
        m, v = moments(g, m, v)
        m, v = m / (1 - 0.9**t), v / (1 - 0.99**t)
        return m, v, m, v

    return of_adam(rule, 4)


@case(
    32,
    "https://github.com/Shubham-cyber-prog/100-Days-Of-Web-Development-ECWoC26/pull/1575",
    "mistake",
    mistakes=("t_per_parameter",),
)
def t_counted_for_each_array() -> Made:
    """t goes up by one for each array that is updated, not once an update."""

    def rule(g: Any, m: Any, v: Any, t: int, n: int) -> Any:
        m, v = moments(g, m, v)
        t = 4 * (t - 1) + n + 1
        return m, v, m / (1 - 0.9**t), v / (1 - 0.99**t)

    return of_adam(rule, 5)


@case(
    33,
    "https://ai.stackexchange.com/questions/2349/are-relus-incapable-of-solving-certain-problems "
    "https://ai.stackexchange.com/questions/28864/relu-function-converging-to-local-optimum-in-one-"
    "case-and-diverging-in-the-other "
    "https://stats.stackexchange.com/questions/320672/clarification-on-simple-perceptron-neural-"
    "network",
    "right",
)
def dead_units() -> Made:
    """No mistake: XOR with two relu neurons, one of which is 0 for every example. In float32."""
    w1, b1 = np.array([[0.75, -0.5], [0.5, -0.25]]), np.array([0.125, -0.25])
    w2, b2 = np.array([[0.5], [-1.0]]), np.array([0.25])
    drawn = (w1, b1, w2, b2)
    x, y, w1, b1, w2, b2 = (np.float32(array) for array in (XOR, XOR_TARGETS, *drawn))
    h = np.maximum(0, x @ w1 + b1)
    d2 = 2 * (h @ w2 + b2 - y) / np.float32(4)
    d1 = d2 @ w2.T * (h > 0)
    return document(XOR, XOR_TARGETS, drawn, "relu linear", "mse"), gradients(x, d1, h, d2)


@case(
    34,
    "https://community.deeplearning.ai/t/week-1-programming-assignment-initialization-exercise-1-"
    "initialize-parameters-zeros/121049 "
    "https://community.deeplearning.ai/t/why-dont-weights-get-adjusted-when-initialized-to-0/431799",
    "right",
)
def zeros_to_begin_with() -> Made:
    """No mistake: every weight is 0, so are z and a of the relu layers, and nothing but the
    output's bias has a gradient. Examples in columns."""
    x, _ = data(5, 3, 1)
    y = (np.arange(5) % 2.0)[:, None]
    drawn = tuple(np.zeros_like(array) for array in parameters(3, 4, 2, 1))
    w1, b1, w2, b2, w3, b3 = (a.T if a.ndim > 1 else a[:, None] for a in drawn)
    z1 = w1 @ x.T + b1
    a1 = np.maximum(z1, 0)
    z2 = w2 @ a1 + b2
    a2 = np.maximum(z2, 0)
    dz3 = (sigmoid(w3 @ a2 + b3) - y.T) / 5
    dz2 = w3.T @ dz3 * (z2 > 0)
    dz1 = w2.T @ dz2 * (z1 > 0)
    numbers = {
        "dW1": dz1 @ x, "db1": dz1.sum(axis=1), "dW2": dz2 @ a1.T, "db2": dz2.sum(axis=1),
        "dW3": dz3 @ a2.T, "db3": dz3.sum(axis=1),
    }  # fmt: skip
    return document(x, y, drawn, "relu relu sigmoid", "bce"), numbers


@case(
    35,
    "https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b",
    "mistake",
    mistakes=("error_clipped",),
    note="An extra one: the notes list it without a number.",
)
def error_clipped_where_huber_was_meant() -> Made:
    """The error is clipped before it is squared, and so has no gradient where it is large."""
    x, y = data(5, 3, 1, seed=3)
    y = y + np.array([[0.0], [3.0], [0.0], [2.0], [0.0]])
    w1, b1, w2, b2 = drawn = parameters(3, 4, 1, seed=4)
    h = np.tanh(x @ w1 + b1)
    error = h @ w2 + b2 - y
    d2 = np.where(abs(error) < 1, error, 0) / 5
    d1 = d2 @ w2.T * (1 - h**2)
    return document(x, y, drawn, "tanh linear", "huber"), gradients(x, d1, h, d2)
