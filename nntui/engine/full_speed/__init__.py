"""Full speed: training by whole batches, each value bit for bit that of the step listing."""

from nntui.engine.full_speed.batch_layout import Passes, Vectors
from nntui.engine.full_speed.runner import OF_THE_PASSES, Ends, FullSpeed, Left

__all__ = ["OF_THE_PASSES", "Ends", "FullSpeed", "Left", "Passes", "Vectors"]
