"""Mistakes of the forward pass: another network than the document's, computed rightly."""

from __future__ import annotations

import numpy as np
import pytest

from nntui.verify.check_work import check_work
from nntui.verify.probe import Wanted, probe


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


SIGMOID = (sigmoid, lambda a: a * (1 - a))
TANH = (np.tanh, lambda a: 1 - a**2)
RELU = (lambda z: np.maximum(z, 0), lambda a: 1.0 * (a > 0))
LINEAR = (lambda z: z, lambda a: 1.0)


def numbers_of(made, layers, bias=1.0):
    """Gradients and activations with an activation and its slope (of a) for each layer."""
    x, y, *drawn = made.arrays.values()
    weights, biases = drawn[::2], drawn[1::2]
    a = [x]
    for (f, _), w, b in zip(layers, weights, biases, strict=True):
        a.append(f(a[-1] @ w + bias * b))
    da, found = 2 * (a[3] - y) / y.size, {}
    for n in (3, 2, 1):
        delta = da * layers[n - 1][1](a[n])
        found |= {f"dW{n}": a[n - 1].T @ delta + 0.1 * weights[n - 1], f"db{n}": delta.sum(axis=0)}
        found[f"a{n}"] = a[n]
        da = delta @ weights[n - 1].T
    return found


CASES = [
    ((SIGMOID, TANH, SIGMOID), 0.0, "no_biases", "biases are left out"),
    ((RELU, TANH, SIGMOID), 1.0, "other_activation", "layer 1 has the activation relu"),
    ((SIGMOID, LINEAR, SIGMOID), 1.0, "other_activation", "layer 2 has no activation"),
    ((LINEAR, LINEAR, SIGMOID), 1.0, "other_activation", "each hidden layer has no activation"),
    ((SIGMOID, TANH, LINEAR), 1.0, "other_activation", "the output layer has no activation"),
]


@pytest.mark.parametrize(("layers", "bias", "name", "said"), CASES)
@pytest.mark.parametrize("kind", ["d", "a"])
def test_another_network_is_named(layers, bias, name, said, kind):
    made = probe(Wanted())
    found = numbers_of(made, layers, bias)
    numbers = {key: array for key, array in found.items() if key[0] == kind}
    verdict = check_work(made.experiment, numbers)
    assert verdict.mistakes == ((name,),), verdict
    assert said in verdict.lines[0]


def test_the_documents_own_network_is_right():
    made = probe(Wanted())
    verdict = check_work(made.experiment, numbers_of(made, (SIGMOID, TANH, SIGMOID)))
    assert verdict.right, verdict
