"""Gradients from the `autograd` package, with every function written down a second time.

Nothing here looks at nntui's own functions, orders or wiring: only at what a document says about a
network (names, roles, activations, connections), its data and its loss.
"""

from __future__ import annotations

import math
from typing import Any

import autograd.numpy as np
from autograd import grad
from autograd.extend import defvjp, primitive

from nntui.model.experiment import Experiment


@primitive
def erf(x: Any) -> float:
    return math.erf(x)


defvjp(erf, lambda _, x: lambda g: g * 2.0 / math.sqrt(math.pi) * np.exp(-(x**2)))


def flat(z: Any, value: float) -> Any:
    """A constant that still depends on z, with slope 0."""
    return 0.0 * z + value


def softplus(z: Any) -> Any:
    return z if z > 20 else np.log(1.0 + np.exp(z))


# Where a function has a kink, the branch taken there is the one whose slope the manual promises.
ACTIVATIONS: dict[str, Any] = {
    "linear": lambda z: 1.0 * z,
    "relu": lambda z: 1.0 * z if z > 0 else flat(z, 0.0),
    "leaky_relu": lambda z, slope: 1.0 * z if z > 0 else slope * z,
    "elu": lambda z, alpha: 1.0 * z if z > 0 else alpha * (np.exp(z) - 1.0),
    "softplus": softplus,
    "sigmoid": lambda z: 0.5 * (1.0 + np.tanh(0.5 * z)),
    "tanh": lambda z: np.sinh(z) / np.cosh(z),
    "hard_tanh": lambda z: 1.0 * z if -1 < z < 1 else flat(z, 1.0 if z > 0 else -1.0),
    "silu": lambda z: z / (1.0 + np.exp(-z)),
    "gelu": lambda z: z * (1.0 + erf(z / math.sqrt(2.0))) / 2.0,
    "sin": np.sin,
    "abs": lambda z: 1.0 * z if z > 0 else (-1.0 * z if z < 0 else flat(z, 0.0)),
    "square": lambda z: z**2,
    "step": lambda z: flat(z, 1.0 if z > 0 else 0.0),
}


def _absolute(d: Any) -> Any:
    return ACTIVATIONS["abs"](d)


def _huber(d: Any, delta: float) -> Any:
    return 0.5 * d**2 if _absolute(d) <= delta else delta * (_absolute(d) - 0.5 * delta)


def _log_sum_exp(a: list[Any]) -> Any:
    greatest = max(float(getattr(a_k, "_value", a_k)) for a_k in a)
    return greatest + np.log(sum(np.exp(a_k - greatest) for a_k in a))


def _cross_entropy(a: list[Any], y: Any, label_smoothing: float, weight: Any, **_: Any) -> Any:
    """As PyTorch's documentation has it: the smoothed part is spread over all classes alike."""
    if not isinstance(y, int) and len(y) == 1 and len(a) > 1:
        y = int(y[0])
    if isinstance(y, int):
        y = [float(k == y) for k in range(len(a))]
    losses = [_log_sum_exp(a) - a_k for a_k in a]
    weights = (weight if isinstance(weight, tuple) else [weight] * len(a))[: len(a)]
    wanted = sum(y_k * w * loss for y_k, w, loss in zip(y, weights, losses, strict=True))
    spread = sum(w * loss for w, loss in zip(weights, losses, strict=True))
    return (1.0 - label_smoothing) * wanted + label_smoothing / len(a) * spread


def _each(term: Any, averaged: bool) -> Any:
    def loss(a: list[Any], y: list[Any], summed: bool = False, **settings: Any) -> Any:
        def at(k: int) -> dict[str, float]:
            return {key: v[k] if isinstance(v, tuple) else v for key, v in settings.items()}

        terms = [term(a[k], y[k], **at(k)) for k in range(len(y))]
        return sum(terms) / len(terms) if averaged and not summed else sum(terms)

    return loss


LOSSES: dict[str, Any] = {
    "squared_error": _each(lambda a, y: (a - y) ** 2, False),
    "half_squared_error": _each(lambda a, y: 0.5 * (a - y) ** 2, False),
    "mse": _each(lambda a, y: (a - y) ** 2, True),
    "mae": _each(lambda a, y: _absolute(a - y), True),
    "huber": _each(lambda a, y, delta: _huber(a - y, delta), True),
    "bce": _each(
        lambda a, y, weight: -weight * (y * np.log(a) + (1.0 - y) * np.log(1.0 - a)), True
    ),
    "bce_with_logits": _each(
        lambda a, y, pos_weight: (
            pos_weight * y * np.logaddexp(0.0, -a) + (1.0 - y) * np.logaddexp(0.0, a)
        ),
        True,
    ),
    "cross_entropy": _cross_entropy,
}


class Oracle:
    """The loss of one example as a function of the parameters, and its gradient."""

    def __init__(self, experiment: Experiment) -> None:
        network, self.experiment = experiment.network, experiment
        facts = [network.neuron(name) for name in network.names]
        self.inputs = [n.name for n in facts if n.role == "input"]
        self.outputs = [n.name for n in facts if n.role == "output"]
        self.activation = {n.name: n.activation for n in facts if n.role != "input"}
        self.incoming: dict[str, list[str]] = {n.name: [] for n in facts}
        for connection in network.connections:
            self.incoming[connection.target].append(connection.source)
        self.keys: list[Any] = [
            *(("x", i) for i in self.inputs),
            *self.activation,
            *((i, j) for j in self.incoming for i in self.incoming[j]),
        ]
        self.index = {key: n for n, key in enumerate(self.keys)}

    def loss(self, vector: Any, example: int) -> Any:
        a: dict[str, Any] = {i: vector[self.index["x", i]] for i in self.inputs}

        def value_of(j: str) -> Any:
            if j not in a:
                # b first, as the manual says: another order could end on the other side of a kink.
                z = vector[self.index[j]]
                for i in self.incoming[j]:
                    z = z + vector[self.index[i, j]] * value_of(i)
                chosen = self.activation[j]
                a[j] = ACTIVATIONS[chosen.name](z, **dict(chosen.settings))
            return a[j]

        loss = self.experiment.training.loss
        target = self.experiment.data.targets[example]
        summed = self.experiment.training.reduction == "sum"
        outputs = [value_of(k) for k in self.outputs]
        return LOSSES[loss.name](outputs, target, summed=summed, **dict(loss.settings))

    def gradient(
        self, parameters: dict[Any, float], example: int
    ) -> tuple[float, dict[Any, float]]:
        """(loss, gradient by key: a float each); an input's key is ("x", its name)."""
        row = self.experiment.data.inputs[example]
        known = parameters | {("x", i): x for i, x in zip(self.inputs, row, strict=True)}
        vector = np.array([known[key] for key in self.keys])
        found = grad(self.loss)(vector, example)
        gradient = dict(zip(self.keys, map(float, found), strict=True))
        return float(self.loss(vector, example)), gradient
