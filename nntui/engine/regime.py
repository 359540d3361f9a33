"""The regime: the experiment in force, which an edit may replace in the middle of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nntui.model.experiment import Experiment


class Regime:
    """What the listing looks things up through at every step, so that an edit counts at once.

    ``f`` and ``f_prime`` hold each neuron's activation function and its derivative; they are
    changed in place. The network's wiring, ``net``, and the order of the examples never change.
    """

    __slots__ = ("experiment", "f", "f_prime", "loss", "net", "optimizer", "training")

    def __init__(self, experiment: Experiment) -> None:
        self.net = experiment.network.wiring()
        self.f: dict[str, Callable[..., Any]] = {}
        self.f_prime: dict[str, Callable[..., Any]] = {}
        self.enact(experiment)

    @classmethod
    def of(cls, experiment: Experiment | Regime) -> Regime:
        """The regime given, or that of an experiment which nobody is going to edit."""
        return experiment if isinstance(experiment, Regime) else cls(experiment)

    def enact(self, experiment: Experiment) -> None:
        """Put an experiment with the same wiring in force."""
        self.experiment, self.training = experiment, experiment.training
        self.loss, self.optimizer = experiment.training.loss, experiment.training.optimizer
        activation = experiment.network.wiring().activation
        self.f.update((j, activation[j].f) for j in self.net.neurons)
        self.f_prime.update((j, activation[j].derivative) for j in self.net.neurons)

    def x(self, example: int) -> tuple[float, ...]:
        """The input vector of an example."""
        return self.experiment.x(example)

    def y(self, example: int) -> tuple[float, ...]:
        """The target vector of an example."""
        return self.experiment.y(example)
