"""Losses and accuracy of many examples at given parameters, without stepping."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nntui.model.activations import Activation
from nntui.model.experiment import Experiment
from nntui.model.losses import softmax
from nntui.model.numerics import Array, ordered_sum
from nntui.model.wiring import forward

Biases = Mapping[str, float]
Weights = Mapping[tuple[str, str], float]


def example_loss(experiment: Experiment, example: int, b: Biases, w: Weights) -> float:
    """Compute the loss of one example at the parameters b, w."""
    net = experiment.network.wiring()
    _, a = forward(net, b, w, experiment.x(example))
    outputs = [a[k] for k in net.outputs]
    return float(experiment.training.loss.value(outputs, experiment.y(example)))


def mean_loss(experiment: Experiment, examples: Iterable[int], b: Biases, w: Weights) -> float:
    """Compute the mean loss of the examples at the parameters b, w, summed in their order."""
    losses = [example_loss(experiment, example, b, w) for example in examples]
    return float(ordered_sum(losses) / len(losses))


Right = NDArray[np.bool_]
"""Which of some examples are classified right."""

_AT_A_TIME: Final = 256


def _greatest(outputs: Array, targets: Array) -> Right:
    """Whether the greatest output is that of the class; where an output is nan, none is."""
    right: Right = outputs.argmax(axis=0) == targets.argmax(axis=0)
    return right & np.logical_not(np.isnan(outputs).any(axis=0))


def _sides(middle: float) -> Callable[[Array, Array], Right]:
    """Return a test whether every output is on its target's side of the middle."""

    def right(outputs: Array, targets: Array) -> Right:
        alike = (outputs > middle) == (targets > 0.5)
        found: Right = (alike & ~np.isnan(outputs)).all(axis=0)
        return found

    return right


CLASSIFYING: Final[dict[str, Callable[[Array, Array], Right]]] = {
    "cross_entropy": _greatest,
    "bce": _sides(0.5),
    "bce_with_logits": _sides(0.0),
}
"""The losses of classification: which of (outputs × examples) are right."""


def classifies(experiment: Experiment) -> bool:
    """Whether the examples of an experiment can be classified right or wrong."""
    return experiment.training.loss.name in CLASSIFYING


def right_ones(experiment: Experiment, examples: Sequence[int], b: Biases, w: Weights) -> int:
    """Count the examples that are classified right at the parameters b, w.

    A neuron's sum is a product of vectors here: its last bits may differ from those of the steps.
    """
    right = CLASSIFYING[experiment.training.loss.name]
    count = 0
    for start in range(0, len(examples), _AT_A_TIME):
        some = examples[start : start + _AT_A_TIME]
        targets = np.array([experiment.y(example) for example in some], float).T
        with np.errstate(all="ignore"):
            count += int(right(_outputs(experiment, some, b, w), targets).sum())
    return count


def _outputs(experiment: Experiment, examples: Sequence[int], b: Biases, w: Weights) -> Array:
    net = experiment.network.wiring()
    inputs = np.array([experiment.x(example) for example in examples], float).T
    a: dict[str, Any] = dict(zip(net.inputs, inputs, strict=True))
    stacked: dict[tuple[str, ...], Array] = {}  # the neurons of a layer mostly share their sources
    for j in net.neurons:
        sources = net.sources[j]
        z: Any = np.full(len(examples), b[j])
        if sources:
            if sources not in stacked:
                stacked[sources] = np.stack([a[i] for i in sources])
            z = z + np.array([w[i, j] for i in sources]) @ stacked[sources]
        a[j] = net.activation[j].f(z)
    return np.stack([a[k] for k in net.outputs])


_SIGMOID: Final = Activation.of("sigmoid")
LOGITS: Final[dict[str, Callable[[Sequence[Any]], list[Any]]]] = {
    "cross_entropy": softmax,
    "bce_with_logits": lambda outputs: [_SIGMOID.f(a) for a in outputs],
}
"""The losses whose outputs are logits: what makes probabilities of them."""
WITHIN: Final = 0.1
"""An answer that is a number is right when it is so near to its target, in parts of their range."""


def answers_of(experiment: Experiment, outputs: Sequence[float]) -> list[float]:
    """Return what the outputs say: probabilities where they are logits, else their activations."""
    return list(map(float, said_by(experiment.training.loss.name, outputs)))


def said_by(loss: str, outputs: Sequence[Any]) -> list[Any]:
    """Return the same for outputs that are floats, or arrays of them."""
    said = LOGITS.get(loss)
    return list(outputs) if said is None else said(outputs)


def tolerance(experiment: Experiment) -> float:
    """Return how far an answer that is no class may be from its target and still be right.

    Of targets that are two labels, such as −1 and 1, the nearer one counts.
    """
    examples = experiment.train_examples
    wanted = [y for example in examples for y in experiment.y(example)]
    if len(examples) > 2 and len(set(wanted)) == 2:
        return math.nextafter((max(wanted) - min(wanted)) / 2.0, 0.0)
    return WITHIN * ((max(wanted) - min(wanted)) or 1.0) if wanted else WITHIN


def verdicts(
    experiment: Experiment, outputs: Sequence[float], targets: Sequence[float], within: float
) -> list[bool]:
    """Judge each output of one example; the example is right when all of them are.

    With ``cross_entropy``, of a wrong answer the greatest output and that of the class are wrong.
    ``within``: the ``tolerance`` of the experiment.
    """
    if any(map(math.isnan, outputs)):
        return [False] * len(outputs)
    name = experiment.training.loss.name
    if name == "cross_entropy":
        given, wanted = list(outputs).index(max(outputs)), list(targets).index(max(targets))
        return [given == wanted or k not in (given, wanted) for k in range(len(outputs))]
    if name in CLASSIFYING:
        middle = 0.0 if name in LOGITS else 0.5
        return [(a > middle) == (y > 0.5) for a, y in zip(outputs, targets, strict=True)]
    return [abs(a - y) <= within for a, y in zip(outputs, targets, strict=True)]
