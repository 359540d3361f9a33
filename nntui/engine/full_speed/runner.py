"""The runner: update after update, by batches or in straight-line code, with losses recorded."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from time import perf_counter
from typing import Final, TypeAlias

from nntui.engine.full_speed.arrangement import Arrangement
from nntui.engine.full_speed.computer import Computer, summed
from nntui.engine.full_speed.ends import Ends, Left
from nntui.engine.full_speed.feed import Batch, Feed
from nntui.engine.full_speed.passes import Passes
from nntui.engine.full_speed.straight import StraightLine
from nntui.engine.full_speed.updates import Updates
from nntui.engine.full_speed.vectors import Vectors
from nntui.engine.history import History
from nntui.engine.schedule import Schedule
from nntui.model.elementary import Array
from nntui.model.experiment import Experiment

Screen: TypeAlias = Callable[[int, Passes, Vectors, Vectors], bool]

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
        arrangement: Arrangement,
        feed: Feed,
        updates: Updates,
        computer: Computer,
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
        vectors: Vectors,
        update: int,
        end: int,
        history: History,
        deadline: float | None,
        screen: Screen | None,
        left: Left | None,
    ) -> tuple[Vectors, int]:
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
                passes = Passes.of(values, self._arrangement, dp)
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
        vectors: Vectors,
        update: int,
        end: int,
        history: History,
        deadline: float | None,
        left: Left | None,
    ) -> tuple[Vectors, int]:
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
    def _ends(self) -> Ends:
        return Ends(self._experiment.network.wiring())

    @cached_property
    def _test(self) -> Batch | None:
        examples = self._experiment.test_examples
        return self._feed.of(examples) if examples else None

    def _after(
        self, before: Vectors, dp: Array, update: int, batch: Batch, epoch_sum: float
    ) -> Vectors:
        p, memory = self._updates(before.p, before.memory, dp, update, batch.n)
        return Vectors(p, memory, epoch_sum)

    def _record_epoch(self, history: History, vectors: Vectors, update: int, loss: float) -> None:
        """After the last update of an epoch (``update`` of them are done)."""
        epoch = update // self._schedule.updates_per_epoch - 1
        history.record("epoch", epoch, loss)
        if self._test is not None and epoch == len(history.test):
            history.record("test", epoch, self._computer.mean_loss(vectors.p, self._test))
