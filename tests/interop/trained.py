"""The parameters of an experiment after some updates, by the engine at full speed."""

from __future__ import annotations

from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array


def parameters(experiment: Experiment) -> Array:
    """The parameters at the start, in canonical order (P,)."""
    engine = FullSpeed(experiment)
    return engine.first().p


def parameters_after(experiment: Experiment, updates: int) -> Array:
    """The parameters after so many updates, in canonical order (P,)."""
    engine = FullSpeed(experiment)
    state, _ = engine.run(engine.first(), 0, updates, LossHistory())
    return state.p
