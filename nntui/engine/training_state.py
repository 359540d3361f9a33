"""The numbers that a run carries from one update to the next, as arrays."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nntui.model.experiment import Experiment
from nntui.model.numerics import Array


class TrainingState(Struct):
    """The numbers that a run carries from one update to the next.

    ``p`` (P,): every parameter in canonical order, frozen ones too. ``memory`` (K, P): what the
    optimizer remembers, rows in the order of its table row (0 for frozen parameters).
    ``epoch_sum``: the sum of the losses since the epoch began.
    """

    p: Array
    memory: Array
    epoch_sum: float = 0.0

    @classmethod
    def first(cls, experiment: Experiment) -> TrainingState:
        """Return the run of an experiment before its first step."""
        network, net = experiment.network, experiment.network.wiring()
        counts = [1 + len(net.sources[j]) for j in net.neurons]
        is_weight = np.ones(sum(counts), np.bool_)
        is_weight[np.cumsum([0, *counts[:-1]])] = False  # a neuron's bias is before its weights
        p, memories = np.empty(len(is_weight)), len(experiment.training.optimizer.row.memory)
        p[~is_weight], p[is_weight] = [*network.biases.values()], network.weight_values()
        memory = np.zeros((memories, len(p)))
        if rows := experiment.resumed.memory:
            memory[...] = rows
            if net.frozen:
                memory[:, [parameter in net.frozen for parameter in net.parameters]] = 0.0
        return cls(p, memory)

    def copy(self) -> TrainingState:
        return TrainingState(self.p.copy(), self.memory.copy(), self.epoch_sum)
