"""Full speed: training by whole batches, each value bit for bit that of the algorithm."""

from nntui.engine.full_speed.batch_layout import BATCH_SYMBOLS, BatchValues
from nntui.engine.full_speed.runner import FullSpeed, LastUpdate, StopBefore
from nntui.engine.full_speed.straight_line import StepTest

__all__ = [
    "BATCH_SYMBOLS",
    "BatchValues",
    "FullSpeed",
    "LastUpdate",
    "StepTest",
    "StopBefore",
]
