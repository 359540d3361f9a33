"""The algorithm, stepped through: the judge of full speed, which must give the same bits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nntui.engine import central_differences
from nntui.engine.algorithm import train
from nntui.engine.evaluate import mean_loss
from nntui.engine.full_speed.batch_layout import BatchValues
from nntui.engine.full_speed.runner import FullSpeed
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.state import ActiveExperiment, State
from nntui.model.experiment import Experiment
from support.bits import bits, bits_of


def steps_of(experiment: Experiment, state: State, mutant: Any = None) -> Iterator[tuple[str, ...]]:
    """All steps of an experiment's run, by the algorithm or by a mutant of its ``train``."""
    listed = train
    if experiment.training.gradient == "central_differences":
        listed = central_differences.train
    return (mutant or listed)(ActiveExperiment(experiment), state, Schedule(experiment).batches())


class Stepped:
    """A run by the algorithm alone, one update after another, with the losses recorded."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment, self.schedule = experiment, Schedule(experiment)
        self.state, self.history = State.first(experiment), LossHistory()
        self.update = 0
        self._steps = steps_of(experiment, self.state)

    @property
    def batch(self) -> tuple[int, ...]:
        return self.schedule.batch(self.update)

    def examples(self) -> list[State]:
        """The states after each example of the next batch (its update steps are still to come)."""
        found = []
        for _ in self.batch:
            deque(islice(self._steps, self.schedule.steps_per_example), maxlen=0)
            self.state.batch_sum += self.state.loss
            self.state.epoch_sum += self.state.loss
            found.append(self.state.copy())
        return found

    def finish(self) -> None:
        """The update steps, and what is recorded after them."""
        state, schedule = self.state, self.schedule
        deque(islice(self._steps, schedule.steps_per_update), maxlen=0)
        summed = self.experiment.training.reduction == "sum"
        divisor = 1.0 if summed else len(self.batch)
        self.history.record("batch", self.update, state.batch_sum / divisor)
        state.batch_sum = 0.0
        epoch, batch = divmod(self.update, schedule.updates_per_epoch)
        if batch == schedule.updates_per_epoch - 1:
            self.history.record("epoch", epoch, state.epoch_sum / schedule.examples)
            state.epoch_sum = 0.0
            if test := self.experiment.test_examples:
                loss = mean_loss(self.experiment, test, state.b, state.w)
                self.history.record("test", epoch, loss)
        self.update += 1

    def advance(self, updates: int) -> None:
        """So many whole updates."""
        for _ in range(updates):
            self.examples()
            self.finish()


def recorded(history: LossHistory) -> list[Any]:
    """The losses recorded, as bits."""
    return [bits_of(series) for series in (history.batch, history.epoch, history.test)]


def array_bits(arrays: Any) -> list[Any]:
    """Parameters, memory and the epoch's sum, as bits."""
    return [bits_of(arrays.p), bits_of(arrays.memory.ravel()), bits(arrays.epoch_sum)]


def check_values(found: BatchValues, states: list[State], parameters: Any) -> None:
    """Every value after each example of a batch, and the gradients summed so far."""
    sums = found.dp_after_each(range(len(parameters)))
    for n, state in enumerate(states):
        for symbol in ("z", "a", "da", "delta"):
            values = getattr(found, symbol)
            for j, value in getattr(state, symbol).items():
                assert bits(values[found.row[j], n]) == bits(value), (symbol, j, n)
        assert bits(found.loss[n]) == bits(state.loss), n
        assert bits_of(sums[:, n]) == gradients(state, parameters), n
    assert bits_of(found.dp) == gradients(states[-1], parameters)


def gradients(state: State, parameters: Any) -> list[Any]:
    """The summed gradients in canonical order, as bits."""
    return bits_of(state.db[p] if isinstance(p, str) else state.dw[p] for p in parameters)


def check_training(experiment: Experiment, full: FullSpeed, updates: int = 10**9) -> None:
    """Train at full speed and by stepping, and compare after every update."""
    stepped, reached_state, history = Stepped(experiment), full.first(), LossHistory()
    for update in range(min(stepped.schedule.updates, updates)):
        found = full.batch_values(reached_state, stepped.batch)
        check_values(found, stepped.examples(), full.parameters)
        gone_on = full.update(reached_state, found.dp, update, len(stepped.batch))
        reached_state, reached = full.run(reached_state, update, update + 1, history)
        stepped.finish()
        assert reached == stepped.update
        assert array_bits(reached_state) == array_bits(full.training_state(stepped.state))
        assert array_bits(gone_on)[:2] == array_bits(reached_state)[:2]
        assert recorded(history) == recorded(stepped.history)
