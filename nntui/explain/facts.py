"""The facts of one executed step: all that its explanation is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nntui.model.experiment import Experiment
from nntui.model.optimizers import Memory


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step did.

    ``operation``: its kind, then its neuron or its connection's ends. ``reads`` and ``writes``: the
    values by name. For an update also ``memory`` (the optimizer's, before the step),
    ``batch_length`` and ``update`` (its number, from 0).
    """

    experiment: Experiment
    operation: tuple[str, ...]
    reads: Mapping[str, float]
    writes: Mapping[str, float]
    update: int
    batch_length: int
    memory: Memory = ()
