"""Losses and gradients of many examples at given parameters, without stepping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nntui.model.elementary import ordered_sum
from nntui.model.experiment import Experiment
from nntui.model.wiring import forward

Biases = Mapping[str, float]
Weights = Mapping[tuple[str, str], float]


def example_loss(experiment: Experiment, example: int, b: Biases, w: Weights) -> float:
    """The loss of one example at the parameters b, w."""
    net = experiment.network.wiring()
    _, a = forward(net, b, w, experiment.x(example))
    outputs = [a[k] for k in net.outputs]
    return float(experiment.training.loss.value(outputs, experiment.y(example)))


def mean_loss(experiment: Experiment, examples: Iterable[int], b: Biases, w: Weights) -> float:
    """The mean loss of the examples at the parameters b, w, summed in their order."""
    losses = [example_loss(experiment, example, b, w) for example in examples]
    return float(ordered_sum(losses) / len(losses))
