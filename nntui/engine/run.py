"""A run that can be moved: the listing, its state, and checkpoints to go back to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from nntui.engine.evaluate import mean_loss
from nntui.engine.history import History, Losses
from nntui.engine.listing import Operation, train
from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.experiment import Experiment

CHECKPOINT_SPACING = 20_000
"""Steps between two checkpoints at first: about 10 ms of the listing."""
CHECKPOINT_NUMBERS = 1_000_000
"""How many numbers all checkpoints may hold together; beyond, every second one is dropped."""


class Run:
    """A training run at one of its positions, movable to any other.

    ``position`` is the number of steps executed so far; ``state`` is what they have made.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.schedule = Schedule(experiment)
        self.history = History()
        self.position = 0
        self.state = State.first(experiment)
        self._steps: Iterator[Operation] = train(experiment, self.state)
        self._checkpoints: dict[int, State] = {0: self.state.copy()}
        self._spacing = CHECKPOINT_SPACING

    @property
    def losses(self) -> Losses:
        """The losses met so far."""
        updates = self.schedule.updates_before(self.position)
        return self.history.losses(updates, updates // self.schedule.updates_per_epoch)

    def advance(self, count: int) -> Operation | None:
        """Execute ``count`` further steps, no further than the end; return the last one."""
        target = min(self.position + count, self.schedule.total)
        last: Operation | None = None
        while self.position < target:
            update = self.schedule.updates_before(self.position)
            update_end = self.schedule.update_start(update + 1)
            end = min(target, update_end)
            for last in islice(self._steps, end - self.position):
                if last[0] == "loss":
                    self._met(self.state.loss)
            self.position = end
            if end == update_end:
                self._finish_update(update)
        return last

    def seek(self, position: int) -> None:
        """Go to the state after exactly ``position`` steps, forwards or backwards.

        Raises:
            IndexError: there is no such position.
        """
        self.seek_checkpoint(position)
        self.advance(position - self.position)

    def seek_checkpoint(self, position: int) -> None:
        """Go to the nearest known state at or before a position, without executing a step.

        That is a checkpoint, or where the run stands already.

        Raises:
            IndexError: there is no such position.
        """
        if not 0 <= position <= self.schedule.total:
            raise IndexError(
                f"there is no position {position}: the run has {self.schedule.total} steps"
            )
        positions = sorted(self._checkpoints)
        nearest = positions[bisect_right(positions, position) - 1]
        if position < self.position or nearest > self.position:
            self._restore(nearest)

    def _met(self, loss: float | None) -> None:
        assert loss is not None
        self.state.batch_sum = self.state.batch_sum + loss
        self.state.epoch_sum = self.state.epoch_sum + loss

    def _finish_update(self, update: int) -> None:
        state, schedule = self.state, self.schedule
        self.history.record("batch", update, state.batch_sum / schedule.batch_length(update))
        state.batch_sum = 0.0
        epoch, batch = divmod(update, schedule.updates_per_epoch)
        if batch == schedule.updates_per_epoch - 1:
            self.history.record("epoch", epoch, state.epoch_sum / schedule.examples)
            state.epoch_sum = 0.0
            if self.experiment.test_examples and epoch == len(self.history.test):
                test = mean_loss(self.experiment, self.experiment.test_examples, state.b, state.w)
                self.history.record("test", epoch, test)
        self._keep_checkpoint()

    def _keep_checkpoint(self) -> None:
        if self.position - max(self._checkpoints) < self._spacing:
            return
        self._checkpoints[self.position] = self.state.copy()
        if len(self._checkpoints) > max(4, CHECKPOINT_NUMBERS // self.state.size):
            self._spacing *= 2
            for n, position in enumerate(sorted(self._checkpoints)):
                if n % 2:
                    del self._checkpoints[position]

    def _restore(self, position: int) -> None:
        self.state = self._checkpoints[position].copy()
        self.position = position
        self._steps = train(
            self.experiment, self.state, first_update=self.schedule.updates_before(position)
        )
