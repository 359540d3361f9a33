"""The schedule: which step comes when. The sequence is static, so this is arithmetic alone.

An example takes S = 2 + 2·E + 2·M steps (load, forward, loss, backward; E connections, M computing
neurons), an update those of its batch's examples and one for each parameter that is not frozen.

With central differences an example takes S = 2 + E + M steps, as nothing goes back. Behind its
batch each of the T parameters that are not frozen is moved up, moved down and its difference taken:
three steps, with the N examples of the batch between them, twice.
"""

from __future__ import annotations

import collections
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct

from nntui.model.experiment import Experiment
from nntui.model.wiring import Parameter, Wiring

Phase = Literal["forward", "loss", "backward", "difference", "update"]
MOVES: Final = ("move_up", "move_down", "difference")
"""The kinds of steps about the parameter that is moved, in their order."""
Counter = Literal["epoch", "update", "example", "step"]
COUNTERS: Final[tuple[Counter, ...]] = ("epoch", "update", "example", "step")

Operation: TypeAlias = tuple[str, ...]
"""The kind of a step, then the neuron or the connection's two neurons that it is about."""

Steps: TypeAlias = Iterator[Operation]


class Position(Struct, frozen=True):
    """Where a step is in the run, as indices: all from 0, as Python's; ``number`` counts from 1.

    ``update`` counts over the whole run; ``example`` is the index in the data set and ``place``
    that in the batch (both None in update steps); ``index`` counts within the phase. With central
    differences, ``move`` is the last step that moved a parameter for this pass: ``MOVES`` of the
    first trainable one, of the second …; None where no parameter is moved.
    """

    step: int
    epoch: int
    update: int
    example: int | None
    phase: Phase
    index: int
    place: int | None
    move: int | None = None

    def number(self, counter: Counter) -> int | None:
        """Return the number of the step, epoch, update or example, as users count: from 1."""
        index: int | None = getattr(self, counter)
        return None if index is None else index + 1


class StepBlock(Struct, frozen=True):
    """The steps of an example, or the update steps of a batch, or one that moves a parameter.

    ``start`` is the number of the first; ``neuron_ends`` and ``pass_ends`` are the offsets after
    the last step of each neuron and of each phase in it.
    """

    start: int
    neuron_ends: tuple[int, ...]
    pass_ends: tuple[int, ...]


class Spot(NamedTuple):
    """A block of an update: its number within the update, and the offset of its first step.

    ``place`` is that of its example in the batch; ``move`` as in ``Position``. Without an example
    it is the step ``move`` itself; without both, the block of the update steps.
    """

    number: int
    start: int
    place: int | None
    move: int | None = None


class Schedule:
    """The steps of an experiment's whole run, by number.

    ``forward_ends``, ``backward_ends`` and ``update_ends`` are the offsets, within each of these
    passes (the load left out), after the last step of each neuron in the order of the pass.
    ``earlier_updates`` are those of the runs that this one goes on from.
    """

    def __init__(self, experiment: Experiment) -> None:
        net, training = experiment.network.wiring(), experiment.training
        self._net, resumed = net, experiment.resumed
        self.earlier_updates = resumed.updates
        self.order = lru_cache(maxsize=4)(
            lambda epoch: training.order(experiment.train_examples, resumed.epochs + epoch)
        )
        self.examples = len(experiment.train_examples)
        self.epochs = training.epochs
        self.batch_size = min(training.batch_size or self.examples, self.examples)
        self.updates_per_epoch = -(-self.examples // self.batch_size)

        self.by_differences = training.gradient == "central_differences"
        sizes = [1 + len(net.sources[j]) for j in net.neurons]
        forward = len(net.neurons) + net.connection_count
        self.forward_ends = tuple(accumulate(sizes))
        self.backward_ends = () if self.by_differences else tuple(accumulate(reversed(sizes)))
        self._reversed = tuple(reversed(net.neurons))
        self.loss_at = 1 + forward
        backward = 0 if self.by_differences else forward
        self.steps_per_example = 2 + forward + backward
        self._example_neuron_ends = (
            1,
            *(1 + end for end in self.forward_ends),
            self.loss_at + 1,
            *(self.loss_at + 1 + end for end in self.backward_ends),
        )
        ends = (self.loss_at, self.loss_at + 1, self.steps_per_example)
        self._example_pass_ends = tuple(dict.fromkeys(ends))

        frozen = collections.Counter(p if isinstance(p, str) else p[1] for p in net.frozen)
        owned = [size - frozen[j] for size, j in zip(sizes, net.neurons, strict=True)]
        self.update_ends = tuple(accumulate(owned))
        self._update_neuron_ends = tuple(dict.fromkeys(end for end in self.update_ends if end))
        self.steps_per_update = sum(owned)
        self.moves = len(MOVES) * self.steps_per_update if self.by_differences else 0
        self._full_batch = self._length(self.batch_size)
        self._last_batch = self.examples - (self.updates_per_epoch - 1) * self.batch_size
        full = self.updates_per_epoch - 1
        self.steps_per_epoch = full * self._full_batch + self._length(self._last_batch)
        self.updates = self.updates_per_epoch * self.epochs
        self.total = self.steps_per_epoch * self.epochs

    @property
    def passes_per_update(self) -> int:
        """How often each example of a batch goes through the network."""
        return 1 + (2 * self.steps_per_update if self.by_differences else 0)

    def _length(self, examples: int) -> int:
        """Count the steps of an update with so many examples."""
        passes = self.passes_per_update * examples * self.steps_per_example
        return passes + self.moves + self.steps_per_update

    @cached_property
    def trainable(self) -> tuple[Parameter, ...]:
        """The parameters in the order of their update steps."""
        frozen = self._net.frozen
        parameters = self._net.parameters
        return tuple(p for p in parameters if p not in frozen) if frozen else parameters

    def position(self, step: int) -> Position:
        """Return the position of a step.

        Raises:
            IndexError: no step has that number.
        """
        epoch, batch, length, offset = self._locate(step)
        update = epoch * self.updates_per_epoch + batch
        spot = self.spot(offset, length)
        place, move, index = spot.place, spot.move, offset - spot.start
        if place is None:
            if move is None:
                return Position(step, epoch, update, None, "update", index, None)
            return Position(step, epoch, update, None, "difference", move, None, move)
        example = self.order(epoch)[batch * self.batch_size + place]
        if index < self.loss_at:
            return Position(step, epoch, update, example, "forward", index, place, move)
        if index == self.loss_at:
            return Position(step, epoch, update, example, "loss", 0, place, move)
        index -= self.loss_at + 1
        return Position(step, epoch, update, example, "backward", index, place)

    def positions(self, step: int) -> Iterator[Position]:
        """Yield the positions of a step and of all after it, sooner than one by one."""
        lengths: dict[Phase, int] = {
            "forward": self.loss_at,
            "backward": self.steps_per_example - self.loss_at - 1,
            "update": self.steps_per_update,
        }
        while step < self.total:
            at = self.position(step)
            yield at
            for index in range(at.index + 1, lengths.get(at.phase, 1)):
                step += 1
                yield Position(
                    step, at.epoch, at.update, at.example, at.phase, index, at.place, at.move
                )
            step += 1

    def spot(self, offset: int, length: int) -> Spot:
        """Return the block at an offset of an update with so many examples."""
        steps = self.steps_per_example
        passes, behind = length * steps, offset - length * steps
        if behind < 0:
            place = offset // steps
            return Spot(place, place * steps, place)
        section = 2 * passes + len(MOVES)
        parameter, rest = divmod(behind, section)
        if len(MOVES) * parameter >= self.moves:
            number = length + self.moves // len(MOVES) * (2 * length + len(MOVES))
            return Spot(number, passes + self.moves // len(MOVES) * section, None)
        start, number = offset - rest, length + parameter * (2 * length + len(MOVES))
        direction, rest = divmod(rest, passes + 1)  # up, down, or the difference behind both
        move = len(MOVES) * parameter + direction
        start, number = start + direction * (passes + 1), number + direction * (length + 1)
        if rest == 0:
            return Spot(number, start, None, move)
        place = (rest - 1) // steps
        return Spot(number + 1 + place, start + 1 + place * steps, place, move)

    def move_of(self, spot: Spot | Position) -> Operation:
        """Return what the step ``move`` does: its kind, then the neurons of its parameter."""
        assert spot.move is not None
        parameter, kind = divmod(spot.move, len(MOVES))
        return (MOVES[kind], *_neurons(self.trainable[parameter]))

    def check(self, position: int) -> None:
        """Make sure that the run has a position: 0 to the total, both included.

        Raises:
            IndexError: it has not.
        """
        if not 0 <= position <= self.total:
            raise IndexError(f"there is no position {position}: the run has {self.total} steps")

    def step(self, update: int, place: int | None, phase: Phase, index: int) -> int:
        """Return the number of the step at a position without ``move``."""
        start = self.update_start(update)
        if place is None:
            return self.gradients_end(update) + index
        offset = {"forward": 0, "loss": self.loss_at, "backward": self.loss_at + 1}[phase]
        return start + place * self.steps_per_example + offset + index

    def operation(self, step: int) -> Operation:
        """Return what a step does: its kind, then the neuron or the connection's ends.

        Raises:
            IndexError: no step has that number.
        """
        return self.operation_at(self.position(step))

    def operation_at(self, position: Position) -> Operation:
        """Return what the step at a position does."""
        index = position.index
        match position.phase:
            case "loss":
                return ("loss",)
            case "difference":
                return self.move_of(position)
            case "update":
                return ("update", *_neurons(self.trainable[index]))
            case "forward":
                if index == 0:
                    return ("load",)
                n = bisect_right(self.forward_ends, index - 1)
                j = self._net.neurons[n]
                edge = index - 1 - (self.forward_ends[n - 1] if n else 0)
                sources = self._net.sources[j]
                if edge == len(sources):
                    return ("forward_neuron", j)
                return ("forward_edge", sources[edge], j)
            case "backward":
                n = bisect_right(self.backward_ends, index)
                j = self._reversed[n]
                edge = index - (self.backward_ends[n - 1] if n else 0)
                if edge == 0:
                    return ("backward_neuron", j)
                return ("backward_edge", self._net.sources[j][edge - 1], j)

    def update_start(self, update: int) -> int:
        """Return the number of an update's first step; for the update after the last, the total."""
        epoch, batch = divmod(update, self.updates_per_epoch)
        return epoch * self.steps_per_epoch + batch * self._full_batch

    def passes_end(self, update: int) -> int:
        """Return the position at which the passes of an update's batch are done."""
        return self.update_start(update) + self.batch_length(update) * self.steps_per_example

    def gradients_end(self, update: int) -> int:
        """Return the position at which the gradients of an update's batch are known."""
        return self.update_start(update) + self.update_length(update) - self.steps_per_update

    def move_step(self, update: int, move: int) -> int:
        """Return the number of the step that moves a parameter in an update."""
        passes = self.batch_length(update) * self.steps_per_example
        parameter, direction = divmod(move, len(MOVES))
        section = parameter * (2 * passes + len(MOVES))
        return self.passes_end(update) + section + direction * (passes + 1)

    def update_length(self, update: int) -> int:
        """Count the steps of an update."""
        return self._length(self.batch_length(update))

    def passes_before(self, position: int) -> int:
        """Count the updates whose batch's passes are done at a position."""
        update = self.updates_before(position)
        return update + (update < self.updates and position >= self.passes_end(update))

    def batch_length(self, update: int) -> int:
        """Count the examples of an update's batch: the last of an epoch may be smaller."""
        last = (update + 1) % self.updates_per_epoch == 0
        return self._last_batch if last else self.batch_size

    def batch(self, update: int) -> tuple[int, ...]:
        """Return the examples of an update's batch, in their order."""
        epoch, batch = divmod(update, self.updates_per_epoch)
        first = batch * self.batch_size
        return self.order(epoch)[first : first + self.batch_length(update)]

    def batches(self, first: int = 0) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield every batch from that of update ``first`` on, with its number t, from 1."""
        for update in range(first, self.updates):
            yield self.t(update), self.batch(update)

    def t(self, update: int) -> int:
        """Return the number of an update for the optimizer: from 1, earlier runs included."""
        return self.earlier_updates + update + 1

    def updates_before(self, position: int) -> int:
        """Count the updates that are finished when ``position`` steps are executed."""
        if position == self.total:
            return self.updates
        epoch, batch, _, _ = self._locate(position)
        return epoch * self.updates_per_epoch + batch

    def block(self, step: int) -> StepBlock:
        """Return the block that a step belongs to.

        Raises:
            IndexError: no step has that number.
        """
        _, _, length, offset = self._locate(step)
        spot = self.spot(offset, length)
        start = step - (offset - spot.start)
        if spot.place is not None:
            return StepBlock(start, self._example_neuron_ends, self._example_pass_ends)
        if spot.move is not None:
            return StepBlock(start, (1,), (1,))
        return StepBlock(start, self._update_neuron_ends, (self.steps_per_update,))

    def neurons_done(self, done: int) -> tuple[int, int]:
        """Count the neurons through each pass, forward and backward, after ``done`` steps."""
        return (
            bisect_right(self.forward_ends, done - 1),
            bisect_right(self.backward_ends, done - self.loss_at - 1),
        )

    def example_start(self, step: int) -> int:
        """Return the number of the ``load`` step at or before a step."""
        _, _, length, offset = self._locate(step)
        spot = self.spot(offset, length)
        while spot.place is None:
            spot = self.spot(spot.start - 1, length)
        return step - offset + spot.start

    def next_example_start(self, step: int) -> int:
        """Return the number of the next example's ``load`` step; for the last, the total.

        After the last example of a batch it comes after the update steps.
        """
        _, _, length, offset = self._locate(step)
        end = self.example_start(step) + self.steps_per_example
        next_update = self.update_start(self.updates_before(step) + 1)
        while end < next_update - self.steps_per_update:
            if self.spot(end - step + offset, length).place is not None:
                return end
            end += 1
        return next_update

    def load_of(self, example: int, epoch: int) -> int:
        """Return the step that loads an example of the training set in an epoch."""
        batch, place = divmod(self.order(epoch).index(example), self.batch_size)
        update = epoch * self.updates_per_epoch + batch
        return self.update_start(update) + place * self.steps_per_example

    def next_load_of(self, example: int, position: int) -> int | None:
        """Return the step that loads an example: in the update at a position, or the next one.

        Where it comes no more it is the last one before; None: it is never trained on.
        """
        if example not in self.order(0):
            return None
        update = self.updates_before(position)
        epoch = min(update // self.updates_per_epoch, self.epochs - 1)
        load = self.load_of(example, epoch)
        if load < self.update_start(update) and epoch + 1 < self.epochs:
            return self.load_of(example, epoch + 1)
        return load

    def example_shown(self, position: int) -> int:
        """Return the example whose data are shown: the last one loaded, at position 0 the first."""
        example = self.position(self.example_start(position - 1) if position else 0).example
        assert example is not None
        return example

    @cached_property
    def offsets(self) -> StepOffsets:
        """The offsets of the steps about each neuron and connection."""
        return StepOffsets(self._net, self)

    def _locate(self, step: int) -> tuple[int, int, int, int]:
        """(epoch, batch within it, that batch's length, offset of the step within the batch)."""
        if not 0 <= step < self.total:
            raise IndexError(f"step {step} is outside the run of {self.total} steps")
        epoch, rest = divmod(step, self.steps_per_epoch)
        batch = rest // self._full_batch
        return epoch, batch, self.batch_length(batch), rest - batch * self._full_batch


class StepOffsets:
    """The offsets of steps from their block's first one, the same in each example and update.

    ``loss`` is that of an example's loss step.
    """

    def __init__(self, net: Wiring, schedule: Schedule) -> None:
        self._net, self._schedule = net, schedule
        self.loss = schedule.loss_at
        # The forward pass follows the load, the backward pass the loss.
        self._forward_end = dict(zip(net.neurons, schedule.forward_ends, strict=True))
        backward_ends = schedule.backward_ends
        self._backward_end = dict(zip(reversed(net.neurons), backward_ends, strict=False))

    @cached_property
    def update(self) -> dict[Parameter, int]:
        """That of each trainable parameter's step in an update."""
        return {parameter: n for n, parameter in enumerate(self._schedule.trainable)}

    @cached_property
    def move(self) -> dict[Parameter, int]:
        """The number of the first step that moves each trainable parameter, in an update."""
        return {p: len(MOVES) * n for n, p in enumerate(self._schedule.trainable)}

    def writing(self, symbol: str, neurons: tuple[str, ...]) -> Sequence[int]:
        """The steps of an example that write a value, in rising order."""
        if self._schedule.by_differences and symbol in ("da", "delta", "db", "dw"):
            return ()
        match symbol, neurons:
            case "loss", ():
                return (self.loss,)
            case "z", (j,):
                # Where nothing flows in, z is the bias alone, seen once the neuron is done.
                return self.forward_edges(j) or (self.forward_neuron(j),)
            case "a", (j,):
                return (0,) if j in self._net.inputs else (self.forward_neuron(j),)
            case "da", (i,):
                by_loss = [self.loss] if i in self._net.outputs else []
                return by_loss + self.backward_edges_to(i)
            case "p", _:  # once the last output is done
                return (max(map(self.forward_neuron, self._net.outputs)),)
            case (("delta" | "db"), (j,)):
                return (self.backward_neuron(j),)
            case "dw", (i, j):
                return (self.backward_edge(i, j),)
        return ()

    def forward_edge(self, i: str, j: str) -> int:
        """The step that adds w[i,j]·a[i] to z[j]."""
        return self.forward_edges(j).start + self._net.sources[j].index(i)

    def forward_edges(self, j: str) -> range:
        """The steps that sum up z[j], in the order of its sources."""
        end = self.forward_neuron(j)
        return range(end - len(self._net.sources[j]), end)

    def forward_neuron(self, j: str) -> int:
        """The step that computes a[j]."""
        return self._forward_end[j]

    def backward_neuron(self, j: str) -> int:
        """The step that computes delta[j]."""
        return self.loss + self._backward_end[j] - len(self._net.sources[j])

    def backward_edge(self, i: str, j: str) -> int:
        """The step that takes delta[j] back over w[i,j]."""
        return self.backward_neuron(j) + 1 + self._net.sources[j].index(i)

    def backward_edges_to(self, i: str) -> list[int]:
        """The steps that add to da[i], one a target of i, in the order of the backward pass."""
        return sorted(self.backward_edge(i, j) for j in self._net.targets[i])


def _neurons(parameter: Parameter) -> tuple[str, ...]:
    return (parameter,) if isinstance(parameter, str) else parameter


def end_after(ends: tuple[int, ...], offset: int) -> int:
    """Return the first end after ``offset`` (which is below the last end)."""
    return ends[bisect_right(ends, offset)]


def end_before(ends: tuple[int, ...], offset: int) -> int:
    """Return the last end before ``offset``, or 0."""
    n = bisect_left(ends, offset)
    return ends[n - 1] if n else 0
