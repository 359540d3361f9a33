"""Whether the loss, the outputs, the targets and the paths of an experiment fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any, Final

from nntui.model.activations import Activation
from nntui.model.experiment import Experiment
from nntui.model.names import quoted

_RANGES: Final[dict[str, tuple[float, float]]] = {
    "sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_tanh": (-1.0, 1.0), "step": (0.0, 1.0),
    "sin": (-1.0, 1.0), "relu": (0.0, inf), "softplus": (0.0, inf), "abs": (0.0, inf),
    "square": (0.0, inf),
}  # fmt: skip
"""Between which numbers an activation's values lie, where that is not everywhere."""

_LOGITS: Final = {"bce_with_logits": "sigmoid", "cross_entropy": "softmax"}
"""The losses whose outputs are logits, and what they apply themselves."""


def warnings(experiment: Experiment) -> list[str]:
    """Say, a sentence each, what can be computed but can hardly be meant."""
    return [*experiment.network.check(), *_of_loss(experiment)]


def _of_loss(experiment: Experiment) -> Iterator[str]:
    net, loss = experiment.network.wiring(), experiment.training.loss.name
    if loss == "cross_entropy" and len(net.outputs) == 1:
        yield (
            "cross_entropy of one output is always 0, and nothing is learned: give each class an "
            "output, or take bce with a sigmoid output"
        )
        return
    for key, weight in experiment.training.loss.settings:
        if key == "weight" and not any(weight if isinstance(weight, tuple) else (weight,)):
            yield "every weight of the loss is 0, and nothing is learned: leave the weight away"
    # One sentence for all outputs with the same activation.
    by_activation: dict[Activation, list[int]] = {}
    for k, name in enumerate(net.outputs):
        by_activation.setdefault(net.activation[name], []).append(k)
    for activation, outputs in by_activation.items():
        low, high = _RANGES.get(activation.name, (-inf, inf))
        output = f"{quoted(net.outputs[outputs[0]])} ({activation.name})"
        applied = _LOGITS.get(loss)
        if applied and activation.name == applied:
            yield (
                f"{loss} applies {applied} itself, and the output {output} has applied it already: "
                "make the output linear, or take bce"
            )
        elif applied and (low, high) != (-inf, inf):
            yield (
                f"{loss} applies {applied} to outputs of any size, and the output {output} stays "
                f"{_within(low, high)}: make the output linear"
            )
        elif loss == "bce" and not (low >= 0.0 and high <= 1.0):
            yield (
                f"bce takes the logarithm of an output, which must lie from 0 to 1, and the output "
                f"{output} may leave that: make it sigmoid, or take bce_with_logits with a linear "
                "output"
            )
    yield from _of_targets(experiment, by_activation)


def _of_targets(
    experiment: Experiment, by_activation: dict[Activation, list[int]]
) -> Iterator[str]:
    net, loss = experiment.network.wiring(), experiment.training.loss
    if loss.row.classes:
        return  # rows that are no classes and no probabilities are errors
    targets: Any = experiment.data.targets
    probabilities = loss.name.startswith("bce")
    for activation, outputs in by_activation.items():
        low, high = (0.0, 1.0) if probabilities else _RANGES.get(activation.name, (-inf, inf))
        if (low, high) == (-inf, inf):
            continue
        columns = ((k, (y[k] for y in targets)) for k in outputs)
        beyond = ((k, n, y) for k, ys in columns for n, y in enumerate(ys) if not low <= y <= high)
        k, n, y = next(beyond, (0, 0, None))
        if y is None:
            continue
        found = f"example {n + 1} wants {y:g} of the output {quoted(net.outputs[k])}"
        if probabilities:
            yield (
                f"{found}, but the targets of {loss.name} are from 0 to 1 (outside, its loss has "
                "no least value): write 0 and 1, or take mse"
            )
            return
        yield (
            f"{found}, but {activation.name} stays {_within(low, high)}: scale the targets, or "
            "make the output linear"
        )


def _within(low: float, high: float) -> str:
    return f"between {low:g} and {high:g}" if high < inf else f"at {low:g} or above"
