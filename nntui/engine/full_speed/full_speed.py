"""Full speed: whole updates at once, with the bits of the step listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy

import numpy as np

from nntui.engine.full_speed.arrangement import Arrangement
from nntui.engine.full_speed.computer import Computer
from nntui.engine.full_speed.ends import Left
from nntui.engine.full_speed.feed import Feed
from nntui.engine.full_speed.passes import Passes
from nntui.engine.full_speed.runner import Runner, Screen
from nntui.engine.full_speed.self_test import trust
from nntui.engine.full_speed.updates import Updates
from nntui.engine.full_speed.vectors import Vectors
from nntui.engine.history import History
from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.elementary import Array
from nntui.model.experiment import Experiment
from nntui.model.wiring import Parameter


class FullSpeed:
    """An experiment computed by whole batches, every value equal to that of the listing.

    ``schedule``: that of the experiment, or of one with the same wiring, examples and batches.
    ``run`` works in memory that it keeps, so there may be one at a time; everything else may be
    asked at any time, from any thread.
    """

    def __init__(self, experiment: Experiment, schedule: Schedule | None = None) -> None:
        net, training = experiment.network.wiring(), experiment.training
        self.experiment = experiment
        self.schedule = schedule or Schedule(experiment)
        self._arrangement = Arrangement(net)
        self._trust = trust()
        self._feed = Feed(experiment, self.schedule)
        self._updates = Updates(self._arrangement, net, training)
        self._runner = self._own_runner()

    def apart(self) -> FullSpeed:
        """The same, with memory of its own to run in: for another thread."""
        other = copy(self)
        other._runner = other._own_runner()
        return other

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter in canonical order, frozen ones too."""
        return self._arrangement.parameters

    @property
    def index(self) -> Mapping[Parameter, int]:
        """The place of each parameter in that order."""
        return self._arrangement.index

    def first(self) -> Vectors:
        """The run before its first step."""
        network, is_weight = self.experiment.network, self._arrangement.is_weight
        p, memories = np.empty(len(is_weight)), len(self.experiment.training.optimizer.row.memory)
        p[~is_weight], p[is_weight] = [*network.biases.values()], [*network.weights.values()]
        return Vectors(p, np.zeros((memories, len(p))))

    def vectors(self, state: State) -> Vectors:
        """The vectors of a state that stands at the start of an update."""
        remembered = len(self.experiment.training.optimizer.row.memory)
        return Vectors.of(state, self.parameters, remembered)

    def passes(self, vectors: Vectors, examples: Sequence[int]) -> Passes:
        """Both passes of some examples at the parameters given."""
        computer, batch = self._computer(), self._feed.of(examples)
        with np.errstate(all="ignore"):
            exact = computer.needs_exactness(vectors.p)
            values, dp = computer.passes(vectors.p, batch, exact)
        return Passes.of(values, self._arrangement, dp)

    def update(self, vectors: Vectors, dp: Array, update: int, batch_length: int) -> Vectors:
        """The vectors after update number ``update``, whose batch has the summed gradient dp."""
        with np.errstate(all="ignore"):
            p, memory = self._updates(vectors.p, vectors.memory, dp, update, batch_length)
        return Vectors(p, memory, vectors.epoch_sum)

    def mean_loss(self, vectors: Vectors, examples: Sequence[int]) -> float:
        """The mean loss of some examples, summed in their order."""
        with np.errstate(all="ignore"):
            return self._computer().mean_loss(vectors.p, self._feed.of(examples))

    def run(
        self,
        vectors: Vectors,
        first: int,
        end: int,
        history: History,
        *,
        deadline: float | None = None,
        screen: Screen | None = None,
        left: Left | None = None,
    ) -> tuple[Vectors, int]:
        """Do the updates ``first`` … ``end`` − 1 and record the losses met.

        Returns the vectors at the start of the update reached, and its number: ``end``, or an
        earlier one behind ``deadline`` (of ``time.perf_counter``; one update is done at least), or
        that of the update for which ``screen(update, passes, before, after)`` was true: it is left
        undone. Passes are good until ``screen`` returns. ``left`` takes what the last one done has
        left of its values.
        """
        with np.errstate(all="ignore"):
            if self._runner.is_tiny and screen is None:
                return self._runner.straight(vectors, first, end, history, deadline, left)
            return self._runner.by_batches(vectors, first, end, history, deadline, screen, left)

    def _own_runner(self) -> Runner:
        return Runner(
            self.experiment,
            self.schedule,
            self._arrangement,
            self._feed,
            self._updates,
            self._computer(),
        )

    def _computer(self) -> Computer:
        return Computer(self._arrangement, self.experiment.training.loss, self._trust)
