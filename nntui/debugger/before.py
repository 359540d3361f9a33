"""What was before the last update: the parameters that its changes are counted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.model.elementary import Array
    from nntui.model.wiring import Parameter


@dataclass(frozen=True, slots=True)
class Before:
    """Every parameter as it was when update number ``update`` began.

    ``p`` (P,) holds them in canonical order, ``index`` says where each one stands. ``update`` is
    the one that is changing parameters at this moment, or else the one that did so last.
    """

    update: int
    p: Array
    index: Mapping[Parameter, int]

    def __getitem__(self, parameter: Parameter) -> float:
        """A bias by its neuron, a weight by (source, target)."""
        return float(self.p[self.index[parameter]])


def before_last_update(run: Run) -> Before | None:
    """The parameters before the update that changed any last; None when none did so yet."""
    schedule, position = run.schedule, run.position
    update = schedule.updates_before(position)
    offset = position - schedule.update_start(update)
    if offset == 0 or offset <= schedule.batch_length(update) * schedule.steps_per_example:
        update -= 1  # its own update steps are still to come
    if update < 0:
        return None
    return Before(update, run.start(update).p, run.timeline.layout.index)
