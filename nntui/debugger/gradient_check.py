"""The gradient check: backpropagation's gradient against central differences of the loss.

The analytic gradient comes from the listing itself, the very code that is stepped through. The
numeric one knows nothing of derivatives: (L(p + h) − L(p − h)) / 2h, with the loss computed by the
forward pass alone. Source of the method and of the relative error: Stanford CS231n, "Gradient
checks"; h ≈ ε^⅓ balances the error of cutting the series off against rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from nntui.engine.algorithm import train
from nntui.engine.evaluate import mean_loss
from nntui.engine.schedule import Schedule
from nntui.engine.state import ActiveExperiment, State
from nntui.model.experiment import Experiment
from nntui.model.names import parameter_name
from nntui.model.wiring import Parameter, forward

Verdict = Literal["ok", "kink", "clamped", "wrong"]

STEP: Final = 6e-6
"""h for a parameter of size 1: about the cube root of the float's precision."""

RELATIVE_TOLERANCE: Final = 1e-6
"""How much the two may differ, relative to the greater one, and still be the same number."""

# When they differ, h itself may be at fault: too long for a sharp bend, or too short for the noise.
_FACTORS: Final = (1.0, 0.1, 10.0, 0.01, 100.0, 1e-3, 1e-4, 1e-5, 1e-6)
_ALWAYS_TRIED: Final = 0.01  # an h shorter than this counts only where the noise stays small:
_NOISE_AT_MOST: Final = 1e-3  # as a part of the derivative
_EPSILON: Final = 2.0**-52
_ROUNDINGS: Final = 8.0

# What adds 1 on the way is off by about ε even where its result is tiny.
_ADDING_1: Final = frozenset({"bce", "bce_with_logits", "cross_entropy", "gelu"})


@dataclass(frozen=True, slots=True)
class ParameterCheck:
    """One parameter's derivative of the mean training loss, computed in both ways.

    ``relative_error`` is |analytic − numeric| / (|analytic| + |numeric|), 0 when they are equal.
    ``ok``: the same number, up to rounding. ``kink``: they differ because the loss has a kink
    between p − h and p + h, where central differences mean nothing. ``clamped``: they differ, and
    the loss's own gradient is held finite by a clamp at some example, so that it is no slope.
    ``wrong``: neither.
    """

    name: str
    analytic: float
    numeric: float
    relative_error: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The check of every parameter, frozen ones too, in canonical order.

    ``loss`` is the mean training loss; the two counts say how many edges each way has computed.
    """

    loss: float
    parameters: tuple[ParameterCheck, ...]
    backpropagation: int
    central_differences: int

    @property
    def ok(self) -> bool:
        """Whether no parameter's derivative is wrong."""
        return all(parameter.verdict != "wrong" for parameter in self.parameters)


def check_gradient(experiment: Experiment) -> GradientCheck:
    """Check the gradient of the mean training loss at the experiment's parameters."""
    return summary(experiment, parameter_checks(experiment))


def summary(experiment: Experiment, parameters: Iterator[ParameterCheck]) -> GradientCheck:
    """Put the checks of all parameters together (see ``parameter_checks``)."""
    network, examples = experiment.network, len(experiment.train_examples)
    net, edges = network.wiring(), network.wiring().connection_count
    return GradientCheck(
        loss=mean_loss(experiment, experiment.train_examples, network.biases, network.weights),
        parameters=tuple(parameters),
        backpropagation=examples * (edges + edges),
        central_differences=examples * 2 * len(net.parameters) * edges,
    )


def parameter_checks(experiment: Experiment) -> Iterator[ParameterCheck]:
    """Check one parameter after the other, in canonical order: many take a while."""
    derivatives, rounding = _gradient(experiment)
    loss = _Loss(experiment)
    for parameter, derivative in derivatives.items():
        yield _compare(loss, parameter, derivative, rounding)


def _gradient(experiment: Experiment) -> tuple[dict[Parameter, float], float]:
    """Compute the mean gradient by the listing, and how far the loss is off by rounding.

    The latter is the mean over the examples of ε·Σ|∂L/∂v|·|v| over every number v on the way to
    the loss, itself included. (A nearly saturated sigmoid under a logarithm makes this far more
    than ε·|loss|.)
    """
    net, examples = experiment.network.wiring(), len(experiment.train_examples)
    training = replace(experiment.training, batch_size=None, shuffle=False, epochs=1)
    one_batch = replace(experiment, training=training)
    state = State.first(experiment)
    loss_name = experiment.training.loss.name
    total = 0.0
    batches = Schedule(one_batch).batches()
    for kind, *neurons in train(ActiveExperiment(one_batch), state, batches):
        if kind == "update":
            break  # every example has been there and back
        if kind == "loss":
            assert state.loss is not None
            total += max(abs(state.loss), 1.0 if loss_name in _ADDING_1 else 0.0)
        if kind == "backward_neuron":
            (j,) = neurons
            terms = abs(state.b[j]) + sum(abs(state.w[i, j] * state.a[i]) for i in net.sources[j])
            size = abs(state.z[j] if net.activation[j].name in _ADDING_1 else state.a[j])
            total += abs(state.delta[j]) * terms + abs(state.da.get(j, 0.0)) * size
    mean: dict[Parameter, float] = {
        p: (state.db[p] if isinstance(p, str) else state.dw[p]) / examples for p in net.parameters
    }
    return mean, _EPSILON * total / examples


class _Loss:
    """The mean training loss as a function of one parameter, all others being as in the file."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._b = experiment.network.biases
        self._w = experiment.network.weights

    def here(self, parameter: Parameter) -> float:
        return self._b[parameter] if isinstance(parameter, str) else self._w[parameter]

    def at(self, parameter: Parameter, p: float) -> float:
        """The loss with the parameter moved to p."""
        examples = self._experiment.train_examples
        return mean_loss(self._experiment, examples, *self._moved(parameter, p))

    def sides(self, parameter: Parameter, p: float) -> list[bool | None]:
        """For every kink of every example: on which side of it (None: right on it)."""
        experiment = self._experiment
        net, loss = experiment.network.wiring(), experiment.training.loss
        b, w = self._moved(parameter, p)
        distances: list[float] = []
        for example in experiment.train_examples:
            z, a = forward(net, b, w, experiment.x(example))
            for j in net.neurons:
                distances.extend(z[j] - kink for kink in net.activation[j].kinks)
            outputs = [a[k] for k in net.outputs]
            distances.extend(loss.row.kinks(outputs, experiment.y(example)))
        return [distance > 0 if distance else None for distance in distances]

    @cached_property
    def clamped(self) -> bool:
        """Whether a clamp holds the loss's gradient at some example."""
        experiment = self._experiment
        net, loss = experiment.network.wiring(), experiment.training.loss
        for example in experiment.train_examples:
            _, a = forward(net, self._b, self._w, experiment.x(example))
            if loss.row.clamped([a[k] for k in net.outputs], experiment.y(example)):
                return True
        return False

    def _moved(
        self, parameter: Parameter, p: float
    ) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
        if isinstance(parameter, str):
            return self._b | {parameter: p}, self._w
        return self._b, self._w | {parameter: p}


def _compare(loss: _Loss, parameter: Parameter, analytic: float, rounding: float) -> ParameterCheck:
    p = loss.here(parameter)
    unit = STEP * max(1.0, abs(p))
    first: float | None = None
    shortest = math.inf
    for factor in _FACTORS:
        h = factor * unit
        numeric = (loss.at(parameter, p + h) - loss.at(parameter, p - h)) / ((p + h) - (p - h))
        first = numeric if first is None else first
        noise = _ROUNDINGS * rounding / h
        size = max(abs(analytic), abs(numeric))
        if factor < _ALWAYS_TRIED and not noise <= _NOISE_AT_MOST * size:
            break
        shortest = min(shortest, h)
        tolerance = RELATIVE_TOLERANCE * size + noise
        if math.isfinite(tolerance) and abs(analytic - numeric) <= tolerance:
            return _verdict(parameter, analytic, numeric, "ok")
    assert first is not None
    here = loss.sides(parameter, p)
    # Had only a longer h crossed the kink, the shortest would have agreed.
    if any(loss.sides(parameter, aside) != here for aside in (p - shortest, p + shortest)):
        return _verdict(parameter, analytic, first, "kink")
    verdict: Verdict = "clamped" if loss.clamped else "wrong"
    return _verdict(parameter, analytic, first, verdict)


def _verdict(
    parameter: Parameter, analytic: float, numeric: float, verdict: Verdict
) -> ParameterCheck:
    size = abs(analytic) + abs(numeric)
    error = abs(analytic - numeric) / size if size else 0.0
    return ParameterCheck(parameter_name(parameter), analytic, numeric, error, verdict)
