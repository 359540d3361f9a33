"""The run itself, update by update, in the arrays in which someone's numbers are laid out."""

from __future__ import annotations

import numpy as np

from nntui.engine.full_speed.batch import summed
from nntui.engine.full_speed.batch_layout import BatchLayout, BatchValues
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.engine.training_state import TrainingState
from nntui.model.experiment import Experiment
from nntui.model.losses import softmax
from nntui.model.numerics import Array
from nntui.verify.given import Given
from nntui.verify.passes import BatchPass, Passes
from nntui.verify.updates import Simulated

_KEPT = 16
"""How many states are kept: those asked for last."""


class RightRun:
    """A run at full speed, asked for one update after the other; going far back begins it anew."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.net = experiment.network.wiring()
        self.engine = FullSpeed(experiment)
        self.schedule = self.engine.schedule
        self.layout = BatchLayout(self.net)
        self._states = {0: self.engine.first()}

    def start(self, update: int) -> TrainingState:
        """Return the run at the start of the update at an index: after as many updates."""
        if update not in self._states:
            before = max(known for known in self._states if known < update)
            state, _ = self.engine.run(self._states[before], before, update, LossHistory())
            self._states[update] = state
            if len(self._states) > _KEPT + 1:
                del self._states[next(known for known in self._states if known)]
        return self._states[update]

    def simulated(self, passes: Passes, given: Given) -> Simulated:
        """Return the run's numbers where there are given ones, in the shapes of a simulation."""
        batch: BatchPass | None = None
        if given.of_batch:
            start, examples = self.start(given.update), self.schedule.batch(given.update)
            values = self.engine.batch_values(start, examples)
            forward = passes.forward(start.p, examples)
            forward.z, forward.a = values.z, values.a
            dp, g = self._gradients(values, start)
            batch = BatchPass(forward, values.loss, values.da, values.delta, dp, g)
        states = [self.start(given.first_after + row + 1) for row in range(given.rows)]
        memory, size = len(self.start(0).memory), self.layout.size
        return Simulated(
            batch,
            np.array([state.p for state in states]).reshape(-1, size),
            np.array([state.memory for state in states]).reshape(len(states), memory, size),
        )

    def _gradients(self, values: BatchValues, start: TrainingState) -> tuple[Array, Array]:
        """The gradient reduced, without the penalty and with it."""
        training = self.experiment.training
        with np.errstate(all="ignore"):
            dp = np.asarray(training.reduced(values.dp, values.n))
            penalized = np.asarray(training.regularized(dp, start.p))
        return dp, np.where(self.layout.is_weight, penalized, dp)

    def of_batch(self, update: int) -> dict[str, Array]:
        """Compute the numbers of an update's batch, by kind and as in ``Given.of_batch``.

        With them ``x`` (inputs, n) and ``t`` (K, n).
        """
        experiment, training = self.experiment, self.experiment.training
        examples, start = self.schedule.batch(update), self.start(update)
        values = self.engine.batch_values(start, examples)
        dp, g = self._gradients(values, start)
        numbers = {name: getattr(values, name) for name in ("z", "a", "da", "delta", "loss")}
        batch_loss = training.reduced(summed(values.loss), values.n)
        return numbers | {
            "batch_loss": np.array([batch_loss]),
            "softmax": np.array(softmax(values.outputs)),
            "dp": dp,
            "g": g,
            "p": start.p,
            "x": np.array([experiment.x(example) for example in examples]).T,
            "t": np.array([experiment.y(example) for example in examples]).T,
        }
