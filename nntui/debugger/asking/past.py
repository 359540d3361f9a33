"""The past of a run, looked at without moving it."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nntui.debugger.asking.replays import Replays
from nntui.debugger.asking.views import state_of
from nntui.debugger.asking.writes import writes_of
from nntui.debugger.step import Step
from nntui.debugger.values import value_of
from nntui.engine.observe import Scene, reads, writes
from nntui.explain.facts import Facts
from nntui.model.names import parameter_name, parse_value_name
from nntui.model.wiring import Parameter

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

REMEMBERED: Final = 512
"""Steps that are kept once they were looked at."""


class Past:
    """Looks at any step of a debugger's line of time, by a replay of the update that it is in."""

    def __init__(self, debugger: Debugger) -> None:
        self._run = debugger.run.twin()
        self._timeline = self._run.timeline
        self._steps: OrderedDict[int, Step] = OrderedDict()
        self._replays = Replays(self._run)
        self.writes = writes_of(debugger)
        self.net = self.writes.net
        self.schedule = self.writes.schedule

    def step(self, number: int) -> Step:
        """A step, as it was executed."""
        if number in self._steps:
            self._steps.move_to_end(number)
            return self._steps[number]
        step = self._steps[number] = self._observed(number)
        if len(self._steps) > REMEMBERED:
            self._steps.popitem(last=False)
        return step

    def value(self, name: str, position: int) -> float | None:
        """A value as it was at a position; None where it was blank."""
        self._run.seek(position)
        return value_of(self._run, name)

    def memory(self, name: str, quantity: str, step: int) -> float:
        """What the optimizer remembered of the parameter of that name, after the update's step."""
        replay = self._replays.over(step)
        row = self._timeline.experiment_at(step).training.optimizer.row
        at = self._timeline.layout.index[_key(name)]
        return float(replay.memory[row.memory.index(quantity), at])

    @cached_property
    def first(self) -> dict[str, float]:
        """The parameters of the document, by name."""
        network = self.writes.experiment.network
        named = {parameter_name(j): b for j, b in network.biases.items()}
        return named | {parameter_name(edge): w for edge, w in network.weights.items()}

    # ---- inside --------------------------------------------------------------------------------

    def _observed(self, number: int) -> Step:
        """Replay a step, watching what it reads and writes."""
        experiment, replay = self._timeline.experiment_at(number), self._replays.before(number)
        position, operation = self.schedule.position(number), self.schedule.operation(number)
        memory: tuple[float, ...] = ()
        if position.phase == "update":
            key = operation[1] if len(operation) == 2 else (operation[1], operation[2])
            memory = tuple(replay.memory[:, self._timeline.layout.index[key]].tolist())
        beginning = self._beginning(number, operation)
        read = reads(operation, Scene(experiment, state_of(replay, beginning), position.example))
        replay = self._replays.over(number)
        wrote = writes(operation, Scene(experiment, state_of(replay), position.example))
        length = self.schedule.batch_length(position.update)
        facts = Facts(experiment, operation, read, wrote, position.update, length, memory)
        return Step(position, facts)

    def _beginning(self, number: int, operation: tuple[str, ...]) -> str | None:
        """The neuron whose sum a step begins."""
        if operation[0] not in ("forward_edge", "forward_neuron"):
            return None
        j = operation[-1]
        edges = self.writes.offsets.forward_edges(j)
        return j if number - self.schedule.example_start(number) == edges.start else None


def _key(name: str) -> Parameter:
    _, neurons = parse_value_name(name)
    return neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
