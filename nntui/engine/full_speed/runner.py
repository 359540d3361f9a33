"""The runner: update after update, by batches or in straight-line code, with losses recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from operator import is_
from time import perf_counter
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from nntui.engine.full_speed.batch import Batch, BatchComputer, BatchFeed, summed
from nntui.engine.full_speed.batch_layout import BatchLayout, BatchValues, TrainingState
from nntui.engine.full_speed.kernels import trust
from nntui.engine.full_speed.straight_line import StraightLine
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.experiment import Experiment, Training
from nntui.model.names import parse_value_name, value_name
from nntui.model.numerics import Array
from nntui.model.wiring import Parameter, Wiring

CHUNK: Final = 8192
"""Parameters updated at a time, so that what is between fits into the processor's cache."""


class ParameterUpdates:
    """Applies a batch's gradient to the parameters, as the listing's update steps do."""

    def __init__(self, arrangement: BatchLayout, net: Wiring, training: Training) -> None:
        self._training = training
        self._is_weight = arrangement.is_weight
        self._frozen: npt.NDArray[np.bool_] | None = None
        if net.frozen:
            self._frozen = np.array([p in net.frozen for p in arrangement.parameters])

    def __call__(
        self, p: Array, memory: Array, dp: Array, update: int, batch_length: int
    ) -> tuple[Array, Array]:
        """The parameters and the memory after update number ``update`` (from 0)."""
        if len(p) <= CHUNK:
            return self._updated(slice(None), p, memory, dp, update, batch_length)
        new_p, new_memory = np.empty_like(p), np.empty_like(memory)
        for start in range(0, len(p), CHUNK):
            s = slice(start, start + CHUNK)
            new_p[s], new_memory[:, s] = self._updated(
                s, p[s], memory[:, s], dp[s], update, batch_length
            )
        return new_p, new_memory

    def _updated(
        self, s: slice, p: Array, memory: Array, dp: Array, update: int, batch_length: int
    ) -> tuple[Array, Array]:
        training = self._training
        g = training.gradient(dp, batch_length)
        if training.l1 or training.l2:
            g = np.where(self._is_weight[s], training.regularized(g, p), g)
        rows = tuple(memory)
        new, remembered = training.optimizer.update(p, g, rows, update + 1)
        new_memory = memory if all(map(is_, rows, remembered)) else np.array(remembered)
        if self._frozen is not None:
            new = np.where(self._frozen[s], p, new)
            new_memory = np.where(self._frozen[s], memory, new_memory)
        return new, new_memory


# ---- ends ----------------------------------------------------------------------------------------


OF_THE_PASSES: Final = frozenset({"z", "a", "da", "delta", "loss", "db", "dw"})


@dataclass(slots=True)
class LastUpdate:
    """What the last update that was done has left of some values (all ``OF_THE_PASSES``)."""

    names: tuple[str, ...]
    values: dict[str, float | None] = field(default_factory=dict)


class UpdateEndValues:
    """Reads values from the passes of an update that was computed as a whole."""

    def __init__(self, net: Wiring) -> None:
        ends = {j for j in net.layer if not net.targets[j]}.difference(net.outputs)
        self._never = {value_name("da", j) for j in ends}  # nothing is passed back to them
        self._index = {parameter: n for n, parameter in enumerate(net.parameters)}

    def value(self, passes: BatchValues, name: str) -> float | None:
        """The value of that name (one of ``OF_THE_PASSES``); None where it is always blank."""
        symbol, neurons = parse_value_name(name)
        if name in self._never:
            return None
        if symbol == "loss":
            return float(passes.loss[-1])
        if symbol in ("db", "dw"):
            parameter = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
            return float(passes.dp()[self._index[parameter]])
        return float(getattr(passes, symbol)[passes.row[neurons[0]], -1])


# ---- runner --------------------------------------------------------------------------------------


Screen: TypeAlias = Callable[[int, BatchValues, TrainingState, TrainingState], bool]

TINY_UPDATE: Final = 160
"""Up to about so many parameters × examples a layer, straight-line code wins."""
TINY_NETWORK: Final = 250
"""Up to so many parameters it is compiled in a blink."""
BURST_SECONDS: Final = 0.002
"""For how long straight-line code runs before the clock is looked at."""


class Runner:
    """Runs an experiment's updates, in the quicker way."""

    def __init__(
        self,
        experiment: Experiment,
        schedule: Schedule,
        arrangement: BatchLayout,
        feed: BatchFeed,
        updates: ParameterUpdates,
        computer: BatchComputer,
    ) -> None:
        self._experiment, self._schedule, self._arrangement = experiment, schedule, arrangement
        self._feed, self._updates, self._computer = feed, updates, computer
        self._decays = "weight_decay" in experiment.training.optimizer.row.settings
        self._codes: dict[tuple[str, ...], StraightLine] = {}
        self._burst = 1
        size, layers = arrangement.size, len(arrangement.levels) - 1
        work = size * (1 + schedule.batch_size)
        self.is_tiny = size <= TINY_NETWORK and work <= TINY_UPDATE * layers

    def by_batches(
        self,
        vectors: TrainingState,
        update: int,
        end: int,
        history: LossHistory,
        deadline: float | None,
        screen: Screen | None,
        left: LastUpdate | None,
    ) -> tuple[TrainingState, int]:
        """Updates up to ``end``, the deadline or the screen, each with its batch as a whole."""
        computer, per_epoch = self._computer, self._schedule.updates_per_epoch
        exact = computer.needs_exactness(vectors.p)
        while update < end:
            batch = self._feed.batch(update)
            if screen is None and left is None:
                dp, batch_sum, epoch_sum = computer.gradient(
                    vectors.p, batch, exact, vectors.epoch_sum
                )
                after = self._after(vectors, dp, update, batch, epoch_sum)
            else:
                values, dp = computer.passes(vectors.p, batch, exact)
                batch_sum = summed(values.loss)
                epoch_sum = summed(values.loss, vectors.epoch_sum)
                after = self._after(vectors, dp, update, batch, epoch_sum)
                passes = BatchValues.of(values, self._arrangement, dp)
                if screen is not None and screen(update, passes, vectors, after):
                    break
                if left is not None:
                    left.values = {name: self._ends.value(passes, name) for name in left.names}
            vectors = after
            if self._decays:
                exact = computer.needs_exactness(vectors.p)
            history.record("batch", update, batch_sum / batch.n)
            update += 1
            if update % per_epoch == 0:
                self._record_epoch(history, vectors, update, epoch_sum / self._schedule.examples)
                vectors.epoch_sum = 0.0
            if deadline is not None and perf_counter() > deadline:
                break
        return vectors, update

    def straight(
        self,
        vectors: TrainingState,
        update: int,
        end: int,
        history: LossHistory,
        deadline: float | None,
        left: LastUpdate | None,
    ) -> tuple[TrainingState, int]:
        """Updates up to ``end`` or the deadline in straight-line code, many in one call."""
        code = self._code(() if left is None else left.names)
        per_epoch = self._schedule.updates_per_epoch
        while update < end:
            stop = min(end, update + self._burst)
            if self._test is not None:  # its loss is to be taken after each epoch
                stop = min(stop, update + per_epoch - update % per_epoch)
            start = perf_counter()
            batches = self._feed.rows_of_batches(update, stop)
            batch_losses: list[float] = []
            epoch_losses: list[float] = []
            vectors, values = code.train(vectors, update, batches, batch_losses, epoch_losses)
            if left is not None:
                left.values = values
            for n, loss in enumerate(batch_losses, start=update):
                history.record("batch", n, loss)
            for n, loss in enumerate(epoch_losses, start=update // per_epoch):
                self._record_epoch(history, vectors, (n + 1) * per_epoch, loss)
            update, now = stop, perf_counter()
            self._burst = max(1, int(len(batch_losses) * BURST_SECONDS / (now - start)))
            if deadline is not None and now > deadline:
                break
        return vectors, update

    def _code(self, names: tuple[str, ...]) -> StraightLine:
        if names not in self._codes:
            self._codes[names] = StraightLine(self._experiment, names)
        return self._codes[names]

    @cached_property
    def _ends(self) -> UpdateEndValues:
        return UpdateEndValues(self._experiment.network.wiring())

    @cached_property
    def _test(self) -> Batch | None:
        examples = self._experiment.test_examples
        return self._feed.of(examples) if examples else None

    def _after(
        self, before: TrainingState, dp: Array, update: int, batch: Batch, epoch_sum: float
    ) -> TrainingState:
        p, memory = self._updates(before.p, before.memory, dp, update, batch.n)
        return TrainingState(p, memory, epoch_sum)

    def _record_epoch(
        self, history: LossHistory, vectors: TrainingState, update: int, loss: float
    ) -> None:
        """After the last update of an epoch (``update`` of them are done)."""
        epoch = update // self._schedule.updates_per_epoch - 1
        history.record("epoch", epoch, loss)
        if self._test is not None and epoch == len(history.test):
            history.record("test", epoch, self._computer.mean_loss(vectors.p, self._test))


# ---- full speed ----------------------------------------------------------------------------------


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
        self._arrangement = BatchLayout(net)
        self._trust = trust()
        self._feed = BatchFeed(experiment, self.schedule)
        self._updates = ParameterUpdates(self._arrangement, net, training)
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

    def first(self) -> TrainingState:
        """The run before its first step."""
        network, is_weight = self.experiment.network, self._arrangement.is_weight
        p, memories = np.empty(len(is_weight)), len(self.experiment.training.optimizer.row.memory)
        p[~is_weight], p[is_weight] = [*network.biases.values()], network.weight_values()
        return TrainingState(p, np.zeros((memories, len(p))))

    def vectors(self, state: State) -> TrainingState:
        """The vectors of a state that stands at the start of an update."""
        remembered = len(self.experiment.training.optimizer.row.memory)
        return TrainingState.of(state, self.parameters, remembered)

    def passes(self, vectors: TrainingState, examples: Sequence[int]) -> BatchValues:
        """Both passes of some examples at the parameters given."""
        computer, batch = self._computer(), self._feed.of(examples)
        with np.errstate(all="ignore"):
            exact = computer.needs_exactness(vectors.p)
            values, dp = computer.passes(vectors.p, batch, exact)
        return BatchValues.of(values, self._arrangement, dp)

    def update(
        self, vectors: TrainingState, dp: Array, update: int, batch_length: int
    ) -> TrainingState:
        """The vectors after update number ``update``, whose batch has the summed gradient dp."""
        with np.errstate(all="ignore"):
            p, memory = self._updates(vectors.p, vectors.memory, dp, update, batch_length)
        return TrainingState(p, memory, vectors.epoch_sum)

    def mean_loss(self, vectors: TrainingState, examples: Sequence[int]) -> float:
        """The mean loss of some examples, summed in their order."""
        with np.errstate(all="ignore"):
            return self._computer().mean_loss(vectors.p, self._feed.of(examples))

    def run(
        self,
        vectors: TrainingState,
        first: int,
        end: int,
        history: LossHistory,
        *,
        deadline: float | None = None,
        screen: Screen | None = None,
        left: LastUpdate | None = None,
    ) -> tuple[TrainingState, int]:
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

    def _computer(self) -> BatchComputer:
        return BatchComputer(self._arrangement, self.experiment.training.loss, self._trust)
