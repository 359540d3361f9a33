"""Look at past steps and values of a run without moving it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from msgspec import Struct

from nntui.debugger.queries.writes import Writes
from nntui.debugger.step import Step, moved_by
from nntui.debugger.values import value_of
from nntui.engine.difference_replay import DifferenceReplay
from nntui.engine.observe import reads, writes
from nntui.engine.replay import Replay
from nntui.engine.state import State
from nntui.model.wiring import parameter_key

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.model.experiment import Experiment

_BEHIND: Final = (16_384, 1_024, 64)
"""So many steps before a step copies of the replay are kept on the way to it."""
_KEPT: Final = 12
"""Copies kept, at most."""


class Replays:
    """Replays updates of a run's timeline. The run itself does not move."""

    def __init__(self, run: Run) -> None:
        self._run, self._timeline, self._schedule = run, run.timeline, run.schedule
        self._current: Replay | None = None
        self._copies: deque[Replay] = deque(maxlen=_KEPT)

    def before(self, step: int) -> Replay:
        """Replay up to a step, with the edits made there."""
        update = self._schedule.updates_before(step)
        start = self._schedule.update_start(update)
        within = [c for c in self._copies if c.update == update and c.offset <= step - start]
        copy = max(within, key=lambda each: each.offset, default=None)
        least = copy.offset if copy else 0
        replay = self._current
        if replay is None or replay.update != update or not least <= replay.offset <= step - start:
            if copy:
                replay = copy.copy()
            else:
                replay = self._timeline.replay(update, self._run.start(update), start)
        self._current = None  # an interrupt must not leave a replay that is half advanced
        example = self._schedule.block(step).start
        # Copies are kept at its example's start, and close before the step.
        first = max(start + replay.offset + 1, example)
        for place in sorted({example, *(step - behind for behind in _BEHIND)}):
            if first <= place < step:
                self._timeline.advance(replay, place)
                self._copies.append(replay.copy())
        self._timeline.advance(replay, step)
        self._current = replay
        return replay

    def over(self, step: int) -> Replay:
        """Replay a step, too, but not the edits made behind it."""
        replay, timeline = self.before(step), self._timeline
        self._current = None
        replay.advance(replay.offset + 1, timeline.experiment_at(step), timeline.engine(step))
        if timeline.next_edit(step) != step + 1:
            self._current = replay
        return replay


# ---- a replay as a state -------------------------------------------------------------------------


class ArrayView(Struct, frozen=True):
    """An array's numbers by name; ``blank`` is a name that has none yet."""

    array: Any
    index: Mapping[Any, int]
    blank: str | None = None

    def __getitem__(self, name: Any) -> float:
        return float(self.array[self.index[name]])

    def get(self, name: Any, default: float) -> float:
        return default if name == self.blank else self[name]


def state_of(replay: Replay, beginning: str | None = None) -> State:
    """View a replay as the state before its next step or after its last one.

    ``beginning`` is the neuron whose sum the next step begins: its z is blank. (A blank da
    counts as 0, and is 0 in the replay.)
    """
    index, row = replay.parameter_index.index, replay.parameter_index.row
    p, dp = ArrayView(replay.p, index), ArrayView(replay.dp, index)
    state = SimpleNamespace(
        b=p, w=p, db=dp, dw=dp, loss=replay.loss,
        z=ArrayView(replay.z, row, beginning),
        **{name: ArrayView(getattr(replay, name), row) for name in ("a", "da", "delta")},
    )  # fmt: skip
    return cast(State, state)


REMEMBERED: Final = 512
"""Steps kept once they were computed."""


class Past:
    """Computes any step of a run's timeline, by a replay of the update that it is in."""

    def __init__(self, run: Run) -> None:
        self._run = run.copy()
        self._timeline = self._run.timeline
        self._steps: OrderedDict[int, Step] = OrderedDict()
        self._replays = Replays(self._run)
        self.writes = Writes(self._timeline)
        self.net = self.writes.net
        self.schedule = self.writes.schedule

    def step(self, number: int) -> Step:
        """Compute a step as it was executed."""
        if number in self._steps:
            self._steps.move_to_end(number)
            return self._steps[number]
        step = self._steps[number] = self._observed(number)
        if len(self._steps) > REMEMBERED:
            self._steps.popitem(last=False)
        return step

    def value(self, name: str, position: int) -> float | None:
        """Compute a value at a position; None where it is blank."""
        self._run.seek(position)
        return value_of(self._run, name)

    def experiment_at(self, position: int) -> Experiment:
        """The experiment in force at a position."""
        return self._timeline.experiment_at(position)

    def _observed(self, number: int) -> Step:
        """Replay a step, noting what it reads and writes."""
        experiment, replay = self._timeline.experiment_at(number), self._replays.before(number)
        position = self.schedule.position(number)
        operation = self.schedule.operation_at(position)
        memory: tuple[float, ...] = ()
        if position.phase == "update":
            at = self._timeline.parameter_index[parameter_key(operation[1:])]
            memory = tuple(replay.memory[:, at].tolist())
        beginning = None  # the neuron whose sum the step begins
        if operation[0] in ("forward_edge", "forward_neuron"):
            edges = self.writes.offsets.forward_edges(operation[-1])
            if number - self.schedule.example_start(number) == edges.start:
                beginning = operation[-1]
        before = state_of(replay, beginning)
        read = reads(operation, experiment, before, position.example)
        moved = moved_by(operation, replay, read) if isinstance(replay, DifferenceReplay) else ()
        replay = self._replays.over(number)
        wrote = writes(operation, experiment, state_of(replay), position.example)
        length = self.schedule.batch_length(position.update)
        return Step(
            experiment, operation, read, wrote, position.update, length, memory, moved,
            position=position,
        )  # fmt: skip
