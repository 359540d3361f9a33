"""Mistakes between network and loss: autograd differentiates the loss as it was written."""

from __future__ import annotations

import autograd.numpy as np
import numpy
import pytest
from autograd import grad

from nntui.verify.check_work import check_work
from nntui.verify.probe import Wanted, probe


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z, axis=1):
    e = np.exp(z)
    return e / np.sum(e, axis=axis, keepdims=True)


def cross_entropy(p, y):
    return -np.sum(y * np.log(p)) / len(y)


def bce(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


LOSSES = [
    ("cross_entropy", "3 4 3 3", lambda a, y: cross_entropy(softmax(a), y), None),
    ("bce_with_logits", "3 4 3 3", lambda a, y: bce(sigmoid(a), y), None),
    (
        "cross_entropy",
        "3 4 3 3",
        lambda a, y: cross_entropy(softmax(softmax(a)), y),
        "softmax_before_loss",
    ),
    (
        "cross_entropy",
        "3 4 3 3",
        lambda a, y: cross_entropy(softmax(sigmoid(a)), y),
        "sigmoid_before_loss",
    ),
    (
        "bce_with_logits",
        "3 4 3 3",
        lambda a, y: bce(sigmoid(sigmoid(a)), y),
        "sigmoid_before_loss",
    ),
    ("mse", "3 4 3 3", lambda a, y: np.mean((np.tanh(a) - y) ** 2), "other_activation"),
    ("mse", "3 4 3 1", lambda a, y: np.mean((a - y[:, 0]) ** 2), "targets_broadcast"),
]


@pytest.mark.parametrize(("loss", "layers", "written", "name"), LOSSES)
def test_the_gradient_of_the_loss_as_it_was_written_is_named(loss, layers, written, name):
    made = probe(Wanted(loss=loss, layers=layers, output="linear"))
    arrays = [array for n, array in made.arrays.items() if n not in ("X", "Y")]

    def of_all(arrays):
        w1, b1, w2, b2, w3, b3 = arrays
        a = np.tanh(sigmoid(made.arrays["X"] @ w1 + b1) @ w2 + b2) @ w3 + b3
        penalty = 0.05 * (np.sum(w1**2) + np.sum(w2**2) + np.sum(w3**2))
        return written(a, made.arrays["Y"]) + penalty

    names = [f"d{n}" for n in made.arrays if n not in ("X", "Y")]
    verdict = check_work(made.experiment, dict(zip(names, grad(of_all)(arrays), strict=True)))
    assert verdict.mistakes == (((name,),) if name else ()), verdict
    assert verdict.right is (name is None)


@pytest.mark.parametrize("axis", [0, None])
def test_a_softmax_over_the_examples_is_named(axis):
    made = probe(Wanted(loss="cross_entropy"))
    x, y, w1, b1, w2, b2, w3, b3 = made.arrays.values()
    a1 = sigmoid(x @ w1 + b1)
    a2 = numpy.tanh(a1 @ w2 + b2)
    d3 = (softmax(a2 @ w3 + b3, axis) - y) / 5
    numbers = {"dW3": a2.T @ d3 + 0.1 * w3, "db3": d3.sum(axis=0)}
    verdict = check_work(made.experiment, numbers)
    assert verdict.mistakes == (("softmax_over_batch",),), verdict


def test_outputs_without_their_activation_are_named():
    made = probe(Wanted())
    x, y, w1, b1, w2, b2, w3, b3 = made.arrays.values()
    a2 = numpy.tanh(sigmoid(x @ w1 + b1) @ w2 + b2)
    d3 = 2 / 3 * (a2 @ w3 + b3 - y) / 5
    verdict = check_work(made.experiment, {"dW3": a2.T @ d3 + 0.1 * w3, "db3": d3.sum(axis=0)})
    assert verdict.mistakes == (("other_activation",),), verdict
    assert "no activation" in verdict.lines[0]


@pytest.mark.parametrize(
    ("other", "name"),
    [(lambda y: numpy.roll(y, 1, 0), "other_targets"), (lambda y: 1 - y, "other_targets")],
)
def test_other_targets_are_named_where_the_loss_is_given_too(other, name):
    made = probe(Wanted())
    x, y, w1, b1, w2, b2, w3, b3 = made.arrays.values()
    a2 = numpy.tanh(sigmoid(x @ w1 + b1) @ w2 + b2)
    a3, t = sigmoid(a2 @ w3 + b3), other(y)
    d3 = 2 / 3 * (a3 - t) * a3 * (1 - a3) / 5
    numbers = {"a3": a3, "loss": ((a3 - t) ** 2).mean(axis=1), "db3": d3.sum(axis=0)}
    verdict = check_work(made.experiment, numbers)
    assert verdict.mistakes == ((name,),), verdict


def test_another_loss_is_named_by_its_value_alone():
    made = probe(Wanted())
    x, y, w1, b1, w2, b2, w3, b3 = made.arrays.values()
    a3 = sigmoid(numpy.tanh(sigmoid(x @ w1 + b1) @ w2 + b2) @ w3 + b3)
    loss = -(y * numpy.log(a3) + (1 - y) * numpy.log(1 - a3)).mean(axis=1)
    verdict = check_work(made.experiment, {"loss": loss})
    assert verdict.mistakes == (("other_loss",),), verdict
    assert "another loss, bce" in verdict.lines[0]


def test_a_factor_is_said_with_what_makes_it():
    made = probe(Wanted())
    x, y, w1, b1, w2, b2, w3, b3 = made.arrays.values()
    a2 = numpy.tanh(sigmoid(x @ w1 + b1) @ w2 + b2)
    a3 = sigmoid(a2 @ w3 + b3)
    d3 = (a3 - y) * a3 * (1 - a3)
    numbers = {"delta3": d3, "db3": d3.mean(axis=0), "dW3": a2.T @ d3 / 5 + 0.1 * w3}
    verdict = check_work(made.experiment, numbers)
    assert verdict.verdict == "factor"
    assert "perhaps ∂L/∂a is that of another loss, half_squared_error." in verdict.lines[2]
