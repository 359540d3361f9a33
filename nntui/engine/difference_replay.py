"""The replay of one update by central differences, up to any of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.engine.central_differences import h
from nntui.engine.replay import Replay
from nntui.engine.schedule import MOVES
from nntui.engine.state import State
from nntui.model.experiment import Experiment
from nntui.model.wiring import Parameter, parameter_key

if TYPE_CHECKING:
    from nntui.engine.full_speed.runner import FullSpeed


class DifferenceReplay(Replay):
    """The run inside an update whose gradients are measured; da and delta stay 0.

    ``origin``, ``total`` and ``total_up`` are those of the state.
    """

    origin: float | None = None
    total = 0.0
    total_up = 0.0

    def advance(self, offset: int, experiment: Experiment, engine: FullSpeed) -> None:
        """Execute the steps up to an offset, with the experiment in force and its engine."""
        steps, n = self.schedule.steps_per_example, len(self.batch)
        with np.errstate(all="ignore"):
            while self.offset < offset:
                spot = self.schedule.spot(self.offset, n)
                if spot.place is None:
                    if spot.move is None:
                        self._update(self.offset - spot.start, offset, engine)
                    else:
                        self._move(*self.schedule.move_of(spot))
                    continue
                done, ahead = self.offset - spot.start, offset - spot.start
                whole = min(spot.place + ahead // steps, n)
                if done == 0 and whole > spot.place:
                    self._examples(spot.place, whole, engine)
                else:
                    self._within(spot.place, done, min(ahead, steps), experiment)

    def set(self, parameter: Parameter, value: float) -> None:
        """Change a parameter; the one that is moved stays so when it has been moved back."""
        super().set(parameter, value)
        if self.origin is not None and parameter == self._moved:
            self.origin = value

    @property
    def _moved(self) -> Parameter:
        """The parameter that is moved."""
        spot = self.schedule.spot(self.offset - 1, len(self.batch))
        return parameter_key(self.schedule.move_of(spot)[1:])

    def state(self) -> State:
        state = super().state()
        state.da = {}
        state.origin, state.total, state.total_up = self.origin, self.total, self.total_up
        return state

    def _examples(self, first: int, last: int, engine: FullSpeed) -> None:
        values = engine.forward_values(self.p, self.batch[first:last])
        rows = [values.row[name] for name in self.parameter_index.names]
        for loss in values.loss.tolist():
            self._add_loss(loss)
        self.z, self.a[:-1] = values.z[rows, -1], values.a[rows, -1]
        self.offset += (last - first) * self.schedule.steps_per_example

    def _compute_loss(self, example: int, experiment: Experiment) -> None:
        outputs = self.a[self.parameter_index.outputs].tolist()
        self._add_loss(float(experiment.training.loss.value(outputs, experiment.y(example))))

    def _add_loss(self, loss: float) -> None:
        self.loss, self.total = loss, self.total + loss
        if self.origin is None:
            self.batch_sum = self.batch_sum + loss
            self.epoch_sum = self.epoch_sum + loss

    def _move(self, kind: str, *neurons: str) -> None:
        """Execute a step about the parameter that is moved."""
        index = self.parameter_index[parameter_key(neurons)]
        self.p = self.p.copy()
        if kind == MOVES[0]:
            self.origin, self.total = float(self.p[index]), 0.0
            self.p[index] = self.origin + h(self.origin)
        elif kind == MOVES[1]:
            assert self.origin is not None
            self.total_up, self.total = self.total, 0.0
            self.p[index] = self.origin - h(self.origin)
        else:
            assert self.origin is not None
            self.dp[index] = (self.total_up - self.total) / (2 * h(self.origin))
            self.p[index], self.origin = self.origin, None
        self.offset += 1
