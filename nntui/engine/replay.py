"""The replay of one update with arrays, up to any of its steps, and stepping from there.

What the algorithm does one number at a time is done here a neuron's edges, or many examples, at a
time, in the same order, so that every bit is the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from nntui.engine import algorithm, central_differences
from nntui.engine.parameter_index import ParameterIndex, ParameterSpan
from nntui.engine.schedule import MOVES, Schedule, Steps
from nntui.engine.state import ActiveExperiment, State
from nntui.engine.training_state import TrainingState
from nntui.model.experiment import Experiment
from nntui.model.wiring import Parameter

if TYPE_CHECKING:
    from nntui.engine.full_speed.runner import FullSpeed


class Replay:
    """The run inside an update, after ``offset`` of its steps.

    ``p``, ``dp`` (P,) and ``memory`` (K, P) hold the parameters and theirs, ``z``, ``a``, ``da``
    and ``delta`` (neurons, and in ``a`` a 1) the current example's values.
    """

    def __init__(
        self,
        parameter_index: ParameterIndex,
        schedule: Schedule,
        update: int,
        start: TrainingState,
    ) -> None:
        self.parameter_index, self.schedule, self.update = parameter_index, schedule, update
        self.batch = schedule.batch(update)
        self.offset = 0
        self.p, self.memory = start.p.copy(), start.memory.copy()
        self.dp = np.zeros_like(self.p)
        rows = len(parameter_index.names)
        self.z, self.da, self.delta = np.zeros(rows), np.zeros(rows), np.zeros(rows)
        self.a = np.ones(rows + 1)
        self.loss: float | None = None
        self.batch_sum, self.epoch_sum = 0.0, start.epoch_sum

    @property
    def length(self) -> int:
        """The number of steps of the update."""
        return self.schedule.update_length(self.update)

    def advance(self, offset: int, experiment: Experiment, engine: FullSpeed) -> None:
        """Execute the steps up to an offset, with the experiment in force and its engine."""
        steps = self.schedule.steps_per_example
        with np.errstate(all="ignore"):
            while self.offset < offset:
                place, done = divmod(self.offset, steps)
                whole = min(offset // steps, len(self.batch))
                if place >= len(self.batch):
                    self._update(self.offset - len(self.batch) * steps, offset, engine)
                elif done == 0 and whole > place:
                    self._examples(place, whole, engine)
                else:
                    self._within(place, done, min(offset - place * steps, steps), experiment)

    def set(self, parameter: Parameter, value: float) -> None:
        """Change a parameter."""
        self.p = self.p.copy()
        self.p[self.parameter_index[parameter]] = value

    def copy(self) -> Replay:
        other = copy(self)  # p and memory are never changed in place
        other.dp, other.z, other.a = self.dp.copy(), self.z.copy(), self.a.copy()
        other.da, other.delta = self.da.copy(), self.delta.copy()
        return other

    def finish(self) -> tuple[float, float]:
        """After the last step: return the losses' sums (batch, epoch) and begin the next ones."""
        sums = self.batch_sum, self.epoch_sum
        self.batch_sum = 0.0
        if (self.update + 1) % self.schedule.updates_per_epoch == 0:
            self.epoch_sum = 0.0
        return sums

    def training_state(self) -> TrainingState:
        """Return the arrays of the run at the end of the update."""
        return TrainingState(self.p, self.memory, self.epoch_sum)

    def _examples(self, first: int, last: int, engine: FullSpeed) -> None:
        index = self.parameter_index
        values = engine.batch_values(self.training_state(), self.batch[first:last])
        rows = [values.row[name] for name in index.names]
        if first == 0:
            self.dp = values.dp
        else:
            ones = np.ones((1, last - first))
            a, delta = np.vstack([values.a[rows], ones]), values.delta[rows]
            for n in range(last - first):
                self.dp += delta[index.target, n] * a[index.source, n]
        for loss in values.loss.tolist():
            self._add_loss(loss)
        self.z, self.da = values.z[rows, -1], values.da[rows, -1]
        self.delta, self.a[:-1] = values.delta[rows, -1], values.a[rows, -1]
        self.offset = last * self.schedule.steps_per_example

    def _add_loss(self, loss: float) -> None:
        self.loss = loss
        self.batch_sum = self.batch_sum + loss
        self.epoch_sum = self.epoch_sum + loss

    def _within(self, place: int, done: int, end: int, experiment: Experiment) -> None:
        """Execute the steps ``done`` … ``end`` − 1 of an example, of one pass at most."""
        loss_at, example = self.schedule.loss_at, self.batch[place]
        if done == 0:
            if self.offset == 0:
                self.dp[:] = 0.0
            self.da[:] = 0.0
            self.a[: self.parameter_index.inputs] = experiment.x(example)
            self.loss, end = None, 1
        elif done < loss_at:
            end = min(end, loss_at)
            self._forward(done - 1, end - 1, experiment)
        elif done == loss_at:
            self._compute_loss(example, experiment)
            end = done + 1
        else:
            self._backward(done - loss_at - 1, end - loss_at - 1, experiment)
        self.offset += end - done

    def _compute_loss(self, example: int, experiment: Experiment) -> None:
        loss, y = experiment.training.loss, experiment.y(example)
        outputs = self.a[self.parameter_index.outputs].tolist()
        self._add_loss(float(loss.value(outputs, y)))
        self.da[self.parameter_index.outputs] = loss.gradient(outputs, y)

    def _forward(self, done: int, end: int, experiment: Experiment) -> None:
        activation, spans = experiment.network.wiring().activation, self.parameter_index.spans
        for span, first, last in _between(self.schedule.forward_ends, spans, done, end):
            edges = span.end - span.weights
            p = self.p[span.weights + first : span.weights + min(last, edges)]
            z = self.p[span.bias] if first == 0 else self.z[span.row]
            terms = p * self.a[span.sources[first:last]]
            self.z[span.row] = np.add.accumulate(np.concatenate(([z], terms)))[-1]
            if last > edges:
                self.a[span.row] = activation[span.neuron].f(float(self.z[span.row]))

    def _backward(self, done: int, end: int, experiment: Experiment) -> None:
        activation = experiment.network.wiring().activation
        spans = self.parameter_index.spans[::-1]
        for span, first, last in _between(self.schedule.backward_ends, spans, done, end):
            row = span.row
            if first == 0:
                slope = activation[span.neuron].derivative(float(self.z[row]), float(self.a[row]))
                self.delta[row] = self.da[row] * slope
                self.dp[span.bias] += self.delta[row]
            edges = slice(max(first - 1, 0), last - 1)
            weights = slice(span.weights + edges.start, span.weights + edges.stop)
            sources = span.sources[edges]
            self.dp[weights] += self.delta[row] * self.a[sources]
            self.da[sources] += self.p[weights] * self.delta[row]

    def _update(self, done: int, end: int, engine: FullSpeed) -> None:
        """Execute the update steps up to ``end``: each depends on its own parameter only."""
        end -= self.length - self.schedule.steps_per_update
        after = engine.update(self.training_state(), self.dp, self.update, len(self.batch))
        chosen = self.parameter_index.trainable[done:end]
        self.p, self.memory = self.p.copy(), self.memory.copy()
        self.p[chosen], self.memory[:, chosen] = after.p[chosen], after.memory[:, chosen]
        self.offset += end - done

    def state(self) -> State:
        """Return the state here: a ``resumable`` position, after the update's first step."""
        index, schedule = self.parameter_index, self.schedule
        state = index.state(self.p, self.memory, self.dp)
        done = schedule.steps_per_example
        if self.offset < self.length:
            spot = schedule.spot(self.offset, len(self.batch))
            if spot.place is not None:
                done = self.offset - spot.start or done
        forward, backward = schedule.neurons_done(done)
        computed = [span.row for span in index.spans[:forward]]
        returned = index.spans[::-1][:backward]
        state.z = index.by_name(self.z, computed)
        state.a = index.by_name(self.a, [*range(index.inputs), *computed])
        state.delta = index.by_name(self.delta, [span.row for span in returned])
        if done > schedule.loss_at:
            has_da = np.zeros(len(index.names), np.bool_)
            for rows in (index.outputs, *(span.sources for span in returned)):
                has_da[rows] = True
            state.da = index.by_name(self.da, np.flatnonzero(has_da).tolist())
        state.loss, state.batch_sum, state.epoch_sum = self.loss, self.batch_sum, self.epoch_sum
        return state


def _between(
    ends: tuple[int, ...], spans: tuple[ParameterSpan, ...], done: int, end: int
) -> list[tuple[ParameterSpan, int, int]]:
    """Find the neurons of a pass with steps between two offsets, and each one's first and last."""
    found = []
    n = bisect_right(ends, done)
    while done < end:
        start = ends[n - 1] if n else 0
        last = min(end, ends[n])
        found.append((spans[n], done - start, last - start))
        done, n = last, n + 1
    return found


def steps_from(model: ActiveExperiment, state: State, schedule: Schedule, position: int) -> Steps:
    """Yield the steps of the run from a position (see ``resumable``), where ``state`` holds."""
    return chain.from_iterable(_parts(model, state, schedule, position))


def resumable(schedule: Schedule, position: int) -> int:
    """The last position, up to the one given, from which ``steps_from`` can go on.

    It lies after the first step of an update: until then the last update's values are seen.
    """
    if position == 0:
        return 0
    block = schedule.block(position - 1)
    n = bisect_right(block.neuron_ends, position - block.start)
    return block.start + (block.neuron_ends[n - 1] if n else 0)


def _parts(
    model: ActiveExperiment, state: State, schedule: Schedule, position: int
) -> Iterator[Steps]:
    """Yield the parts of the algorithm that are left; each begins when the one before has ended."""
    if position == schedule.total:
        return
    number = schedule.updates_before(position)
    offset = position - schedule.update_start(number)
    train = central_differences.train if schedule.by_differences else algorithm.train
    if offset == 0:
        yield train(model, state, schedule.batches(number))
        return
    if schedule.by_differences:
        yield from _parts_of_differences(model, state, schedule, number, offset)
        yield train(model, state, schedule.batches(number + 1))
        return
    neurons, batch = model.neurons, schedule.batch(number)
    place, done = divmod(offset, schedule.steps_per_example)
    if place < len(batch) and done:
        forward, backward = schedule.neurons_done(done)
        yield algorithm.forward(model, state, neurons[forward:])
        if done <= schedule.loss_at:
            yield algorithm.loss(model, state, model.targets(batch[place]))
        yield algorithm.backward(model, state, neurons[::-1][backward:])
        place += 1
    for example in batch[place:]:
        yield algorithm.load(model, state, model.x(example))
        yield algorithm.forward(model, state, neurons)
        yield algorithm.loss(model, state, model.targets(example))
        yield algorithm.backward(model, state, neurons[::-1])
    n = bisect_right(schedule.update_ends, offset - len(batch) * schedule.steps_per_example)
    yield algorithm.update(model, state, neurons[n:], schedule.t(number), len(batch))
    yield train(model, state, schedule.batches(number + 1))


def _parts_of_differences(
    model: ActiveExperiment, state: State, schedule: Schedule, number: int, offset: int
) -> Iterator[Steps]:
    """Yield the parts that are left of an update by central differences."""
    neurons, batch = model.neurons, schedule.batch(number)
    spot = schedule.spot(offset, len(batch))
    if spot.place is not None:
        if done := offset - spot.start:
            forward, _ = schedule.neurons_done(done)
            yield algorithm.forward(model, state, neurons[forward:])
            if done <= schedule.loss_at:
                yield central_differences.loss(model, state, model.targets(batch[spot.place]))
        yield central_differences.losses(model, state, batch[spot.place + bool(done) :])
    first = 0  # of the moves that are left
    if spot.move is not None:
        first = spot.move + (spot.place is not None)
    elif spot.place is None:
        first = schedule.moves
    for move in range(first, schedule.moves):
        parameter, kind = divmod(move, len(MOVES))
        yield getattr(central_differences, MOVES[kind])(state, model.trainable[parameter])
        if MOVES[kind] != "difference":
            yield central_differences.losses(model, state, batch)
    done = max(offset - schedule.update_length(number) + schedule.steps_per_update, 0)
    n = bisect_right(schedule.update_ends, done)
    yield algorithm.update(model, state, neurons[n:], schedule.t(number), len(batch))
