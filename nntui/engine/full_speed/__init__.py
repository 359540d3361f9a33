"""Full speed: training by whole batches, each value bit for bit that of the step listing."""

from nntui.engine.full_speed.batch_layout import BatchValues, TrainingState
from nntui.engine.full_speed.runner import OF_THE_PASSES, FullSpeed, LastUpdate, UpdateEndValues

__all__ = [
    "OF_THE_PASSES",
    "BatchValues",
    "FullSpeed",
    "LastUpdate",
    "TrainingState",
    "UpdateEndValues",
]
