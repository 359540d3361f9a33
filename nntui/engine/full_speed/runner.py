"""Full speed: update after update, by batches or in straight-line code, with losses recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from itertools import chain, product
from threading import Lock, Thread
from time import perf_counter
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct

from nntui.engine.full_speed import compiled
from nntui.engine.full_speed.batch import Batch, BatchComputer, Batches, summed
from nntui.engine.full_speed.batch_layout import BatchLayout, BatchValues
from nntui.engine.full_speed.compiled_training import CompiledTraining, compile_training
from nntui.engine.full_speed.elementwise import same_bits
from nntui.engine.full_speed.kernels import compile_activation, compile_loss, self_test
from nntui.engine.full_speed.parameter_updates import ParameterUpdates
from nntui.engine.full_speed.straight_line import Row, StepTest, StraightLine
from nntui.engine.loss_history import LossHistory
from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.engine.training_state import TrainingState
from nntui.model.activations import EXPRESSION, Activation
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array
from nntui.model.wiring import Parameter

TINY_UPDATE: Final = 160
"""Up to about so many parameters × examples a layer, straight-line code wins."""
TINY_NETWORK: Final = 250
"""Up to so many parameters it is compiled in a blink."""
TINY_EXPRESSIONS: Final = 3_000
"""Up to so many characters of its neurons' expressions, too."""
BURST_SECONDS: Final = 0.002
"""For how long straight-line code runs before the clock is looked at."""
COMPILE_AFTER: Final = 1.0
"""Seconds of running after which a compiled kernel is loaded beside the run."""
TURN: Final = 0.0005
"""Seconds of a thread's turn while one compiles: a key takes many turns. Python's own are 0.005."""
_compiling: Final = Lock()

StopBefore: TypeAlias = Callable[[int, BatchValues, TrainingState, TrainingState], bool]
"""Tests an update (index, its values, the run before and after it); True leaves it undone.

The values hold until it returns.
"""


class LastUpdate(Struct):
    """Some values (see ``BATCH_SYMBOLS``) after the last example of the last update."""

    names: tuple[str, ...]
    values: dict[str, float | None] = {}


class FullSpeed:
    """An experiment computed by whole batches, every value equal to that of the algorithm.

    ``schedule``: that of the experiment, or of one with the same wiring, examples and batches.
    ``run`` works in memory that it keeps, so only one may run at a time; everything else may be
    called at any time, from any thread.
    """

    def __init__(self, experiment: Experiment, schedule: Schedule | None = None) -> None:
        net, training = experiment.network.wiring(), experiment.training
        self.experiment = experiment
        self.schedule = schedule or Schedule(experiment)
        self._layout = BatchLayout(net)
        self._self_test = self_test()
        self._batches = Batches(experiment, self.schedule)
        self._updates = ParameterUpdates(
            self._layout, net, training, self.schedule, self._self_test.compiled
        )
        self._decays = training.optimizer.name == "adamw"  # which multiplies parameters
        size, layers = self._layout.size, len(self._layout.layers) - 1
        work = size * (1 + self.schedule.batch_size)
        spelled = sum(map(_spelled, net.activation.values()))
        self._is_small = size <= TINY_NETWORK and spelled <= TINY_EXPRESSIONS
        self.is_tiny = self._is_small and work <= TINY_UPDATE * layers
        tested = experiment.test_examples
        self._tests_in_code = size * len(tested) <= TINY_UPDATE * layers
        self._compiled: CompiledTraining | None = None
        trainable = self.schedule.trainable if self.schedule.by_differences else ()
        self._trainable = [self._layout.index[parameter] for parameter in trainable]
        self._allocate()

    def _allocate(self) -> None:
        """Take memory of its own to run in."""
        self._computer = self._new_computer()
        self._codes: dict[tuple[str, ...], StraightLine] = {}
        self._tested: tuple[tuple[StepTest, ...], StraightLine | None] = (), None
        self._burst = 1
        self._ran = 0.0
        self._compiles = not self._self_test.compiled

    def copy_for_thread(self) -> FullSpeed:
        """Return the same with memory of its own, to run in another thread."""
        other = copy(self)
        other._allocate()
        return other

    def compile(self) -> None:
        """Compile what makes this run faster, where numba is installed; it takes seconds."""
        if compiled.load() is None:
            return
        if self._is_small and not self.schedule.by_differences:
            self._compiled = compile_training(
                self.experiment, self.schedule, self._updates, self._computes_alike
            )
            if self._compiled and self.is_tiny:
                return  # it needs nothing else
        self._updates.compile()
        for layer in self._layout.layers:
            for f, _ in layer.activations:
                compile_activation(f)
        compile_loss(self.experiment.training.loss, len(self._layout.output_rows))

    def _computes_alike(self, code: CompiledTraining) -> bool:
        """Whether compiled code gives the bits of batches, at the start and elsewhere."""
        other, start = self.copy_for_thread(), self.first()
        moments = {0, self.schedule.updates_per_epoch - 1}  # an epoch's first and last update
        with np.errstate(all="ignore"):
            ps = start.p, start.p[::-1].copy(), 0.1 - 3.0 * start.p
            for p, update in product(ps, moments):
                run, history = TrainingState(p, start.memory, 0.7), LossHistory()
                history.record("batch", 0, *[0.0] * update)
                after, _ = other._run_batches(run, update, update + 1, history, None, None, None)
                recorded = *history.batch[update:], *history.epoch, *history.test
                expected = [after.epoch_sum, *recorded]
                of: tuple[list[float], ...] = [], [], []
                found = code.train(run, update, update + 1, self._batches, *of)
                losses = [found.epoch_sum, *chain(*of)]
                pairs = (after.p, found.p), (after.memory, found.memory), (expected, losses)
                if not all(same_bits(*map(np.asarray, pair)) for pair in pairs):
                    return False
        return True

    def _compile_in_time(self, seconds: float) -> None:
        """Compile beside the run, once it has run for long enough, so many ``seconds`` more."""
        self._ran += seconds
        if self._ran > COMPILE_AFTER and not self._compiles:
            self._compiles = True
            Thread(target=self._compile_beside, name="compile", daemon=True).start()

    def _compile_beside(self) -> None:
        with _compiling:
            before = sys.getswitchinterval()
            sys.setswitchinterval(TURN)
            try:
                self.compile()
            finally:
                sys.setswitchinterval(before)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter in canonical order, frozen ones too."""
        return self._layout.parameters

    @property
    def index(self) -> Mapping[Parameter, int]:
        """The index of each parameter in that order."""
        return self._layout.index

    def first(self) -> TrainingState:
        """Return the run before its first step."""
        return TrainingState.first(self.experiment)

    def training_state(self, state: State) -> TrainingState:
        """Return the arrays of a state at the start of an update."""
        parameters = self.parameters
        first_memory = self.experiment.training.optimizer.first_memory()
        p = [state.b[key] if isinstance(key, str) else state.w[key] for key in parameters]
        rows = [state.memory.get(key, first_memory) for key in parameters]
        memory = np.array(rows, np.float64).reshape(len(parameters), len(first_memory)).T
        return TrainingState(np.array(p, np.float64), np.ascontiguousarray(memory), state.epoch_sum)

    def batch_values(self, start: TrainingState, examples: Sequence[int]) -> BatchValues:
        """Compute both passes of some examples at given parameters."""
        computer, batch = self._new_computer(), self._batches.of_examples(examples)
        with np.errstate(all="ignore"):
            return computer.values(start.p, batch, computer.needs_exactness(start.p))

    def forward_values(self, p: Array, examples: Sequence[int]) -> BatchValues:
        """Compute z, a and the losses of some examples at the parameters p (P,)."""
        computer, batch = self._new_computer(), self._batches.of_examples(examples)
        with np.errstate(all="ignore"):
            return computer.forward(p, batch, computer.needs_exactness(p))

    def last_values(self, start: TrainingState, update: int) -> BatchValues:
        """Compute the values that the last pass of an update leaves, with its gradients."""
        examples = self.schedule.batch(update)
        if not self.schedule.by_differences:
            return self.batch_values(start, examples)
        computer, batch = self._new_computer(), self._batches.of_examples(examples)
        with np.errstate(all="ignore"):
            exact = computer.needs_exactness(start.p)
            return computer.differences(start.p, batch, exact, 0.0, self._trainable)[0]

    def update(
        self, start: TrainingState, dp: Array, update: int, batch_length: int
    ) -> TrainingState:
        """Do the update at index ``update``, whose batch has the summed gradient dp."""
        with np.errstate(all="ignore"):
            p, memory = self._updates(start.p, start.memory, dp, update, batch_length)
        return TrainingState(p, memory, start.epoch_sum)

    def mean_loss(self, start: TrainingState, examples: Sequence[int]) -> float:
        """Compute the mean loss of some examples, summed in their order."""
        with np.errstate(all="ignore"):
            batch = self._batches.of_examples(examples)
            return self._new_computer().mean_loss(start.p, batch)

    def run(
        self,
        start: TrainingState,
        first: int,
        end: int,
        history: LossHistory,
        *,
        deadline: float | None = None,
        stop_before: StopBefore | None = None,
        last_update: LastUpdate | None = None,
        tests: tuple[StepTest, ...] = (),
    ) -> tuple[TrainingState, int]:
        """Do the updates ``first`` … ``end`` − 1 and record their losses.

        Returns the run at the start of the update reached, and its index: ``end``; or an earlier
        one after ``deadline`` (a time of ``perf_counter``; one update is done at least); or the
        first for which ``stop_before`` is true. ``last_update`` gets values of the last one done.
        With ``tests``, ``stop_before`` need not be asked of updates in which none of them holds.
        With central differences there is no ``stop_before``: the passes are no arrays of one batch.
        """
        assert stop_before is None or not self.schedule.by_differences
        with np.errstate(all="ignore"):
            told = last_update is not None and self.schedule.by_differences
            code = self._compiled if last_update is None else None
            if (self.is_tiny or code) and stop_before is None and not told:
                found = self._run_straight(start, first, end, history, deadline, last_update, code)
                return found[:2]
            if self.is_tiny and tests and (tested := self._tested_code(tests)) is not None:
                return self._run_tested(start, first, end, history, deadline, stop_before, tested)
            return self._run_batches(start, first, end, history, deadline, stop_before, last_update)

    def _run_batches(
        self,
        before: TrainingState,
        update: int,
        end: int,
        history: LossHistory,
        deadline: float | None,
        stop_before: StopBefore | None,
        last_update: LastUpdate | None,
    ) -> tuple[TrainingState, int]:
        computer, training = self._computer, self.experiment.training
        per_epoch = self.schedule.updates_per_epoch
        exact = computer.needs_exactness(before.p)
        now = perf_counter()
        while update < end:
            began = now
            batch = self._batches.of_update(update)
            if self.schedule.by_differences:
                values, batch_sum, epoch_sum = computer.differences(
                    before.p, batch, exact, before.epoch_sum, self._trainable
                )
                after = self._after(before, values.dp, update, batch, epoch_sum)
                if last_update is not None:
                    last_update.values = {name: values.at_end(name) for name in last_update.names}
            elif stop_before is None and last_update is None:
                dp, batch_sum, epoch_sum = computer.gradient(
                    before.p, batch, exact, before.epoch_sum
                )
                after = self._after(before, dp, update, batch, epoch_sum)
            else:
                values = computer.values(before.p, batch, exact)
                batch_sum = summed(values.loss)
                epoch_sum = summed(values.loss, before.epoch_sum)
                after = self._after(before, values.dp, update, batch, epoch_sum)
                if stop_before is not None and stop_before(update, values, before, after):
                    break
                if last_update is not None:
                    last_update.values = {name: values.at_end(name) for name in last_update.names}
            before = after
            if self._decays:
                exact = computer.needs_exactness(before.p)
            history.record("batch", update, training.reduced(batch_sum, batch.n))
            update += 1
            if update % per_epoch == 0:
                loss = epoch_sum / self.schedule.examples
                self._record_epochs(history, before, update // per_epoch - 1, loss)
                before.epoch_sum = 0.0
            now = perf_counter()
            self._compile_in_time(now - began)
            if deadline is not None and now > deadline:
                break
        return before, update

    def _tested_code(self, tests: tuple[StepTest, ...]) -> StraightLine | None:
        """Return the straight-line code with some tests; None where it cannot answer them."""
        if self._tested[0] != tests:
            try:
                self._tested = tests, StraightLine(self.experiment, (), tests)
            except TypeError:
                self._tested = tests, None
        return self._tested[1]

    def _run_tested(
        self,
        before: TrainingState,
        update: int,
        end: int,
        history: LossHistory,
        deadline: float | None,
        stop_before: StopBefore | None,
        code: StraightLine,
    ) -> tuple[TrainingState, int]:
        """Run in straight-line code, and ask ``stop_before`` of updates in which a test holds."""
        met = True
        while met and update < end:
            before, update, met = self._run_straight(
                before, update, end, history, deadline, None, code
            )
            if met:
                before, reached = self._run_batches(
                    before, update, update + 1, history, None, stop_before, None
                )
                if reached == update or (deadline is not None and perf_counter() > deadline):
                    return before, reached
                update = reached
        return before, update

    def _run_straight(
        self,
        before: TrainingState,
        update: int,
        end: int,
        history: LossHistory,
        deadline: float | None,
        last_update: LastUpdate | None,
        code: StraightLine | CompiledTraining | None = None,
    ) -> tuple[TrainingState, int, bool]:
        """Run in straight-line code, many updates in one call; also whether it met a test."""
        names = () if last_update is None else last_update.names
        if code is None and names not in self._codes:
            self._codes[names] = StraightLine(self.experiment, names)
        code = code or self._codes[names]
        per_epoch = self.schedule.updates_per_epoch
        while update < end:
            stop = min(end, update + self._burst)
            if not (self._tests_in_code or isinstance(code, CompiledTraining)):
                # The loss of the test set is taken here, after each epoch.
                stop = min(stop, update + per_epoch - update % per_epoch)
            begun = perf_counter()
            losses: tuple[list[float], list[float], list[float]] = [], [], []
            if isinstance(code, CompiledTraining):
                before = code.train(before, update, stop, self._batches, *losses)
            else:
                batches, t = self._batches.rows_of_updates(update, stop), self.schedule.t(update)
                before, values = code.train(before, t, batches, *losses, self._test_rows)
                if last_update is not None:
                    last_update.values = values
            batch_losses, epoch_losses, test_losses = losses
            history.record("batch", update, *batch_losses)
            history.record("test", update // per_epoch, *test_losses)
            self._record_epochs(history, before, update // per_epoch, *epoch_losses)
            update, now = update + len(batch_losses), perf_counter()
            if update < stop:
                return before, update, True
            self._burst = max(1, int(len(batch_losses) * BURST_SECONDS / (now - begun)))
            self._compile_in_time(now - begun)
            if deadline is not None and now > deadline:
                break
        return before, update, False

    @cached_property
    def _test(self) -> Batch | None:
        examples = self.experiment.test_examples
        return self._batches.of_examples(examples) if examples else None

    @cached_property
    def _test_rows(self) -> tuple[Row, ...]:
        """The test set for straight-line code; none where that would take longer than numpy."""
        if not self._tests_in_code:
            return ()
        rows = self._batches.numbers[[*self.experiment.test_examples]]
        return tuple(map(tuple, rows.tolist()))

    def _after(
        self, before: TrainingState, dp: Array, update: int, batch: Batch, epoch_sum: float
    ) -> TrainingState:
        p, memory = self._updates(before.p, before.memory, dp, update, batch.n)
        return TrainingState(p, memory, epoch_sum)

    def _record_epochs(
        self, history: LossHistory, after: TrainingState, epoch: int, *losses: float
    ) -> None:
        """Record the losses of epochs, from ``epoch`` on; of one where the test set is computed."""
        history.record("epoch", epoch, *losses)
        if losses and self._test is not None and epoch == len(history.test):
            history.record("test", epoch, self._computer.mean_loss(after.p, self._test))

    def _new_computer(self) -> BatchComputer:
        return BatchComputer(self._layout, self.experiment.training.loss, self._self_test)


def _spelled(activation: Activation) -> int:
    """Count the characters of an activation that is an expression."""
    texts = activation.settings if activation.name == EXPRESSION else ()
    return sum(len(str(text)) for _, text in texts)
