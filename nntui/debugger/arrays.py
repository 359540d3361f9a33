"""A run's numbers as arrays: parameters and gradients of a moment, a value over the updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nntui.engine.parameter_index import flat_parameters
from nntui.model.layers import arrays_of

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.model.numerics import Array


def parameters(run: Run) -> dict[str, Any]:
    """Arrange the parameters of this moment by layer (see ``arrays_of``)."""
    net, state = run.experiment.network.wiring(), run.state
    return arrays_of(net, flat_parameters(net, state.b, state.w))


def gradients(run: Run, *, mean: bool, penalty: bool) -> dict[str, Any]:
    """Arrange the gradients of the batch at hand, as summed up so far, by layer.

    ``mean``: divided by the number of examples in the batch. ``penalty``: with the gradient of l1
    and l2 at the weights that the passes used.
    """
    net, state, schedule = run.experiment.network.wiring(), run.state, run.schedule
    g: Any = flat_parameters(net, state.db, state.dw)
    update = schedule.updates_before(max(run.position - 1, 0))
    if mean:
        g = g / schedule.batch_length(update)
    training = run.timeline.experiment_at(
        min(run.position, schedule.gradients_end(update))
    ).training
    if penalty:
        weights = np.array([isinstance(parameter, tuple) for parameter in net.parameters])
        g[weights] = training.regularized(g[weights], _before_update(run, update)[weights])
    return arrays_of(net, g, "d")


def _before_update(run: Run, update: int) -> Array:
    """Return the parameters (P,) that an update's passes used, and its own steps read."""
    schedule, index = run.schedule, run.timeline.parameter_index
    p = run.start(update).p.copy()
    for edit in run.timeline.edits:
        if edit.parameter is not None and edit.position > schedule.update_start(update):
            read = schedule.gradients_end(update) + schedule.offsets.update.get(edit.parameter, 0)
            if edit.position <= min(read, run.position):
                p[index[edit.parameter]] = float(edit.value)
    return p
