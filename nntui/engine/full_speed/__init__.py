"""Full speed: training by whole batches, each value bit for bit that of the step listing."""

from nntui.engine.full_speed.ends import OF_THE_PASSES, Ends, Left
from nntui.engine.full_speed.full_speed import FullSpeed
from nntui.engine.full_speed.passes import Passes
from nntui.engine.full_speed.vectors import Vectors

__all__ = ["OF_THE_PASSES", "Ends", "FullSpeed", "Left", "Passes", "Vectors"]
