"""An executed step, and the movements along a run that are longer than one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

from nntui.engine.observe import reads, writes
from nntui.engine.schedule import (
    Operation,
    Position,
    Schedule,
    StepBlock,
    end_after,
    end_before,
)
from nntui.explain.formulas import EquationLine, StepRecord, formula, moved_parameter, sentence
from nntui.explain.numbers import Number, exact
from nntui.model.names import escaped, parameter_name
from nntui.model.wiring import parameter_key

if TYPE_CHECKING:
    from nntui.engine.run import Run


class Step(StepRecord, frozen=True, kw_only=True):
    """One executed step: its position in the run, what it read and what it wrote."""

    position: Position

    def __repr__(self) -> str:
        number, position = self.position.number, self.position
        where = f"epoch {number('epoch')}, update {number('update')}, {position.phase}"
        return f"<Step {number('step')} ({where}): {escaped(self.text, 160)}>"

    @property
    def kind(self) -> str:
        """load, forward_edge, forward_neuron, loss, backward_neuron, backward_edge or update.

        With central differences move_up, move_down and difference, too.
        """
        return self.operation[0]

    @property
    def edge(self) -> tuple[str, str] | None:
        """The connection of an edge step, or of one about a weight."""
        _, *neurons = self.operation
        return (neurons[0], neurons[1]) if len(neurons) == 2 else None

    @property
    def source(self) -> str | None:
        """The connection's source, on edge steps."""
        return self._neurons.get("source")

    @property
    def target(self) -> str | None:
        """The connection's target, on edge steps."""
        return self._neurons.get("target")

    @property
    def neuron(self) -> str | None:
        """The neuron, on neuron steps."""
        return self._neurons.get("neuron")

    @property
    def parameter(self) -> str | None:
        """The parameter's value name, on update steps and those that move a parameter."""
        return self._neurons.get("parameter")

    @property
    def _neurons(self) -> dict[str, str]:
        match self.operation:
            case (("update" | "move_up" | "move_down" | "difference"), *neurons):
                return {"parameter": parameter_name(parameter_key(neurons))}
            case (_, i, j):
                return {"source": i, "target": j}
            case (_, j):
                return {"neuron": j}
        return {}

    @property
    def moved_parameter(self) -> str | None:
        """The parameter that is moved in this pass, and which way: ``w[x1,h1] + h``."""
        move = self.position.move
        return None if move is None else moved_parameter(self.experiment, move)

    @property
    def text(self) -> str:
        """The step as one line of exact numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
        return sentence(self)

    @property
    def plain(self) -> dict[str, Any]:
        """The step as plain JSON values: a line of a trace."""
        numbers = {"reads": dict(self.reads), "writes": dict(self.writes)}
        return self.about | numbers | {"text": self.text}

    @property
    def about(self) -> dict[str, Any]:
        """Where the step is and what it is about: the beginning of a line of a trace."""
        position, moved = self.position, self.moved_parameter
        return {
            "step": position.step + 1,
            "epoch": position.epoch + 1,
            "update": position.update + 1,
            "example": position.number("example"),
            "phase": position.phase,
            "kind": self.kind,
            **({} if moved is None else {"moved": moved}),
            **self._neurons,
        }

    def lines(self, number: Number = exact) -> tuple[EquationLine, ...]:
        """The step's equations in symbols and numbers, with the value names of traces."""
        return formula(self, number)


def observed(run: Run, position: Position | None = None) -> Step:
    """Execute a run's next step, at that position, noting what it reads and writes."""
    schedule, experiment, state = run.schedule, run.experiment, run.state
    if position is None:
        position = schedule.position(run.position)
    operation, update, example = schedule.operation_at(position), position.update, position.example
    memory = state.memory[parameter_key(operation[1:])] if position.phase == "update" else ()
    read = reads(operation, experiment, state, example)
    moved = moved_by(operation, state, read) if position.phase == "difference" else ()
    found: list[Mapping[str, float]] = []
    executed = run.advance(1, lambda: found.append(writes(operation, experiment, state, example)))
    assert executed == operation, f"the listing ran {executed}, the schedule said {operation}"
    length = schedule.batch_length(update)
    return Step(
        experiment, operation, read, found[0], update, length, memory, moved, position=position
    )


def observed_steps(run: Run, count: int) -> Iterator[Step]:
    """Execute so many further steps, some at a time: a processor is faster at one kind of work."""
    positions = islice(run.schedule.positions(run.position), count)
    while some := [observed(run, position) for position in islice(positions, _AT_A_TIME)]:
        yield from some


_AT_A_TIME: Final = 100


def moved_by(operation: Operation, losses: Moved, reads: Mapping[str, float]) -> tuple[float, ...]:
    """Return what a step that is about to move a parameter goes by (see ``StepRecord``)."""
    match operation[0]:
        case "move_up":
            return tuple(reads.values())
        case "move_down":
            assert losses.origin is not None
            return losses.origin, losses.total
        case "difference":
            assert losses.origin is not None
            return losses.origin, losses.total_up, losses.total
    return ()


class Moved(Protocol):
    """A state or a replay: what the moved parameter was, and the losses since."""

    origin: float | None
    total: float
    total_up: float


class StepUnit(Struct, frozen=True):
    """``after(schedule, p)`` is its first stop behind position p (which is not the end),
    ``before`` its last stop in front of p (which is not the start). ``stops(schedule)`` says how
    many there are in every example, at every step that moves a parameter, and how many more in
    every update. The stops stand so many steps, the ``offset``, after the beginnings of examples
    and updates.
    """  # noqa: D205

    after: Callable[[Schedule, int], int]
    before: Callable[[Schedule, int], int]
    stops: Callable[[Schedule], tuple[int, int, int]]
    offset: int = 0


def _within_block(ends: Callable[[StepBlock], tuple[int, ...]]) -> StepUnit:
    def after(schedule: Schedule, position: int) -> int:
        block = schedule.block(position)
        return block.start + end_after(ends(block), position - block.start)

    def before(schedule: Schedule, position: int) -> int:
        block = schedule.block(position - 1)
        return block.start + end_before(ends(block), position - block.start)

    def stops(schedule: Schedule) -> tuple[int, int, int]:
        last = schedule.block(schedule.update_start(1) - 1)
        of_update = len(ends(last)) if schedule.steps_per_update else 0
        return len(ends(schedule.block(0))), 1, of_update

    return StepUnit(after, before, stops)


def _example_after(schedule: Schedule, position: int) -> int:
    """Return the next position at which an example was just loaded; without one, the end."""
    load = schedule.example_start(position)
    if position > load:
        load = schedule.next_example_start(position)
    return min(load + 1, schedule.total)


def _example_before(schedule: Schedule, position: int) -> int:
    """Return the last position at which an example was just loaded; without one, the start."""
    load = schedule.example_start(position - 1)
    if position > load + 1:
        return load + 1
    return schedule.example_start(load - 1) + 1 if load else 0


MOVEMENTS: Final[dict[str, StepUnit]] = {
    "step": StepUnit(
        lambda s, p: p + 1,
        lambda s, p: p - 1,
        lambda s: (s.steps_per_example, 1, s.steps_per_update),
    ),
    "neuron": _within_block(lambda block: block.neuron_ends),
    "pass": _within_block(lambda block: block.pass_ends),
    "example": StepUnit(_example_after, _example_before, lambda s: (1, 0, 0), offset=1),
    "update": StepUnit(
        lambda s, p: s.update_start(s.updates_before(p) + 1),
        lambda s, p: s.update_start(s.updates_before(p - 1)),
        lambda s: (0, 0, 1),
    ),
    "epoch": StepUnit(
        lambda s, p: (p // s.steps_per_epoch + 1) * s.steps_per_epoch,
        lambda s, p: (p - 1) // s.steps_per_epoch * s.steps_per_epoch,
        lambda s: (0, 0, 0),
    ),
    "run": StepUnit(lambda s, p: s.total, lambda s, p: 0, lambda s: (0, 0, 0)),
}


def destination(schedule: Schedule, position: int, movement: str, count: int = 1) -> int:
    """Where ``count`` movements lead, back when count is negative; no further than either end.

    Raises:
        KeyError: there is no movement of that name.
    """
    move = MOVEMENTS[movement]
    if movement == "step":
        return min(max(position + count, 0), schedule.total)
    sign, left = (1, count) if count > 0 else (-1, -count)
    end = schedule.total if sign > 0 else 0
    while left and position != end:
        for steps, stops, available in _leaps(schedule, move, position, sign) if left > 1 else ():
            room = (end - position) // steps if sign > 0 else available
            if leaps := min(left // stops, available, room):
                position += sign * leaps * steps
                left -= leaps * stops
                break
        else:
            ahead = move.after if sign > 0 else move.before
            position, left = ahead(schedule, position), left - 1
    return position


def _leaps(
    schedule: Schedule, move: StepUnit, position: int, sign: int
) -> Iterator[tuple[int, int, int]]:
    """The whole epochs, updates and examples that begin at a position, in the direction of sign.

    Each as (its steps, the movement's stops in it, how many alike lie there in a row), so that a
    count of a million millions is arithmetic as well.
    """
    by_example, by_move, by_update = move.stops(schedule)
    passes, in_update = schedule.passes_per_update, schedule.moves * by_move + by_update
    # The step that would be passed first, if the stops stood at the beginnings.
    edge = position - move.offset if sign > 0 else position - move.offset - 1
    if edge < 0:
        return
    epoch, within = divmod(edge, schedule.steps_per_epoch)
    if within == (0 if sign > 0 else schedule.steps_per_epoch - 1):
        stops = passes * schedule.examples * by_example + schedule.updates_per_epoch * in_update
        if move is not MOVEMENTS["run"]:
            yield schedule.steps_per_epoch, stops or 1, _ahead(epoch, schedule.epochs, sign)
    update = schedule.updates_before(edge)
    start, length = schedule.update_start(update), schedule.batch_length(update)
    steps = schedule.update_length(update)
    stops = passes * length * by_example + in_update
    if stops and edge == (start if sign > 0 else start + steps - 1):
        full = schedule.examples // schedule.batch_size
        alike = _ahead(update % schedule.updates_per_epoch, full, sign)
        yield steps, stops, alike if length == schedule.batch_size else 0
    place, inside = divmod(edge - start, schedule.steps_per_example)
    if (
        by_example
        and place < length
        and inside == (0 if sign > 0 else schedule.steps_per_example - 1)
    ):
        # Behind the last example of a batch a movement may end elsewhere: one at a time there.
        yield schedule.steps_per_example, by_example, _ahead(place, length - (sign > 0), sign)


def _ahead(index: int, count: int, sign: int) -> int:
    """How many of ``count`` units there are from number ``index`` on, itself included."""
    return count - index if sign > 0 else index + 1
