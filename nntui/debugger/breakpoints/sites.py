"""Which steps of an example, and of an update, must be tested for a breakpoint.

All examples have the same steps, and so have all updates: an *offset* counts from the first step of
such a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from nntui.debugger.breakpoints.breakpoint import Place
from nntui.engine.schedule import MOVES, Schedule
from nntui.model.names import MEMORY, SETTINGS, parse_value_name
from nntui.model.wiring import Parameter, Wiring, parameter_key

Steps = Sequence[int]
"""Offsets in rising order."""


class Sites(Struct, frozen=True):
    """Offsets of steps in an example's block, and in an update's.

    ``moves``: which of an update's steps about a parameter that is moved, a block each.
    """

    example: Steps = ()
    update: Steps = ()
    moves: Steps = ()

    def of(self, block: Block) -> Steps:
        if block.move is not None:
            return (0,) if block.move in self.moves else ()
        return self.update if block.example is None else self.example

    def __bool__(self) -> bool:
        return bool(self.example or self.update or self.moves)


class Block(Struct, frozen=True):
    """The steps ``start`` … ``end`` − 1 of an example, or of an update's parameters.

    ``place`` is the example's place in its batch (the batch's length for the update's block); with
    central differences the block's in its update. ``move``: it is the only step of a block.
    """

    start: int
    end: int
    epoch: int
    update: int
    example: int | None
    place: int
    move: int | None = None


PERIOD_LOSSES: Final = frozenset({"batch_loss", "epoch_loss", "test_loss"})
# They get a new value at the end alone: of an update, or of its passes (batch_loss).
AT_UPDATE_END: Final = PERIOD_LOSSES | {"accuracy"}


class SiteIndex:
    """The blocks of a run, and the steps in them that belong to a place or change a value."""

    def __init__(self, net: Wiring, schedule: Schedule) -> None:
        self.net, self.schedule = net, schedule
        self.offsets = schedule.offsets
        self.example_steps = schedule.steps_per_example
        self.update_steps = schedule.steps_per_update
        self.every = Sites(
            range(self.example_steps), range(self.update_steps), range(schedule.moves)
        )

    def block(self, step: int) -> Block:
        """The block that a step belongs to."""
        at, schedule = self.schedule.position(step), self.schedule
        if not schedule.by_differences:
            return self.block_at(at.update, at.place)
        start = schedule.update_start(at.update)
        spot = schedule.spot(step - start, schedule.batch_length(at.update))
        length, move = self.example_steps, None
        if spot.place is None:
            move = spot.move
            length = self.update_steps if move is None else 1
        first = start + spot.start
        return Block(first, first + length, at.epoch, at.update, at.example, spot.number, move)

    def block_at(self, update: int, place: int | None) -> Block:
        """The block of the example at a place of an update's batch; None: of its parameters."""
        schedule = self.schedule
        length, start = schedule.batch_length(update), schedule.update_start(update)
        if place is None or place >= length:
            first, example, place = start + length * self.example_steps, None, length
            end = first + self.update_steps
        else:
            first = start + place * self.example_steps
            end = first + self.example_steps
            example = schedule.position(first).example
        epoch = update // schedule.updates_per_epoch
        return Block(first, end, epoch, update, example, place)

    def only_place(self, place: Place, update: int) -> int:
        """The place in an update of the only block in which a step, update or epoch may count."""
        schedule, last = self.schedule, self.schedule.update_length(update) - 1
        within = last if place.end else 0
        if place.kind == "step":
            within = min((place.index or 0) - schedule.update_start(update), last)
        return schedule.spot(within, schedule.batch_length(update)).number if within >= 0 else -1

    def step_of(self, place: Place) -> int:
        """The index of the only step of a step, or of the first or last of a period's number."""
        index = place.index or 0
        if place.kind == "step":
            return index
        if place.kind == "epoch":
            per_epoch = self.schedule.updates_per_epoch
            index = index * per_epoch + (per_epoch - 1 if place.end else 0)
        return self.schedule.update_start(index + place.end) - place.end

    def sites_of_place(self, place: Place | None) -> Sites:
        """The offsets of a place's steps; ``admits`` says in which blocks."""
        if place is None:
            return self.every
        chosen: Sequence[Parameter]
        updated, back = self.offsets.update, not self.schedule.by_differences
        match place.kind:
            case "edge":
                i, j = place.neurons
                chosen = [(i, j)]
                forward = [self.offsets.forward_edge(i, j)]
                backward = [self.offsets.backward_edge(i, j)] if back else []
            case "neuron" | "layer":
                layer, neurons = self.net.layer, self.net.neurons
                of_place = place.neurons or [j for j in neurons if layer[j] == place.number]
                chosen = of_place
                forward = [self.offsets.forward_neuron(j) for j in of_place]
                backward = [self.offsets.backward_neuron(j) for j in of_place if back]
            case "phase" if place.phase == "difference":
                return Sites(moves=range(0, self.schedule.moves, len(MOVES)))
            case "phase" if place.phase == "backward" and not back:
                return Sites()
            case "phase" if place.phase == "update":
                return Sites((), (0,) if self.update_steps else ())
            case "phase":
                loss = self.offsets.loss
                return Sites(({"forward": 0, "loss": loss}.get(place.phase or "", loss + 1),))
            case "line":
                return self._line(place.line)
            case "step":
                step = place.index or 0
                if step >= self.schedule.total:
                    return Sites()
                block = self.block(step)
                offset = (step - block.start,)
                if block.move is not None:
                    return Sites(moves=(block.move,))
                return Sites((), offset) if block.example is None else Sites(offset)
            case "update" | "epoch" if place.end and self.update_steps:
                return Sites((), (self.update_steps - 1,))
            case _ if place.end:
                return Sites((self.example_steps - 1,))
            case _:
                return Sites((0,))
        match place.direction:
            case "update":
                steps = (updated[p] for p in chosen if p in updated)
                return Sites((), tuple(sorted(steps)))
            case "forward":
                return Sites(tuple(sorted(forward)))
            case "backward":
                return Sites(tuple(sorted(backward)))
        return Sites((*sorted(forward), *sorted(backward)))

    def _line(self, line: str | None) -> Sites:
        """Every step that a line of the algorithm executes."""
        offsets, net = self.offsets, self.net
        match line:
            case "update_bias" | "update_weight":
                kind = str if line == "update_bias" else tuple
                return Sites((), tuple(n for p, n in offsets.update.items() if isinstance(p, kind)))
            case "move_up" | "move_down" | "difference":
                first = MOVES.index(line)
                return Sites(moves=range(first, self.schedule.moves, len(MOVES)))
            case "backward_edge" | "backward_neuron" if self.schedule.by_differences:
                return Sites()
            case "forward_edge":
                found = [n for j in net.neurons for n in offsets.forward_edges(j)]
            case "backward_edge":
                found = [offsets.backward_edge(i, j) for j in net.neurons for i in net.sources[j]]
            case "forward_neuron":
                found = [offsets.forward_neuron(j) for j in net.neurons]
            case "backward_neuron":
                found = [offsets.backward_neuron(j) for j in net.neurons]
            case _:
                found = [offsets.loss if line == "loss" else 0]
        return Sites(tuple(sorted(found)))

    def admits(self, place: Place | None, block: Block) -> bool:
        """Whether a place's steps in a block count: the right example, update or epoch."""
        if place is None:
            return True
        index = place.index
        match place.kind:
            case "step":
                return block.start <= (index or 0) < block.end
            case "example":
                return index in (None, block.example)
            case "update" | "epoch" if block.place != self.only_place(place, block.update):
                return False
            case "update":
                return index in (None, block.update)
            case "epoch":
                per_epoch = self.schedule.updates_per_epoch
                only = per_epoch - 1 if place.end else 0
                return block.update % per_epoch == only and index in (None, block.epoch)
        return True

    def sites_of_values(self, names: Iterable[str]) -> Sites:
        """The offsets of all steps that may change one of some values, or blank it."""
        example, update, moves = set[int](), set[int](), set[int]()
        by_differences = self.schedule.by_differences
        moved = self.offsets.move if by_differences else {}
        for name in names:
            symbol, neurons = parse_value_name(name)
            if symbol == "step":
                return self.every
            if symbol in SETTINGS:
                continue  # edits change them, no step
            if symbol in ("b", "w", *MEMORY):
                offset = self.offsets.update.get(parameter_key(neurons))
                update.update(() if offset is None else (offset,))
                if symbol not in MEMORY and (parameter := parameter_key(neurons)) in moved:
                    moves.update(moved[parameter] + n for n in range(len(MOVES)))
            elif symbol == "batch_loss":
                example.add(self.example_steps - 1)  # of the batch's last example
            elif symbol == "g" and by_differences:
                example.add(0)
                moves.add(self.schedule.moves - 1)
            elif symbol == "g":
                example.update((0, self.example_steps - 1))
            elif symbol not in AT_UPDATE_END:
                example.update((0, *self.offsets.writing(symbol, neurons)))  # 0: the load blanks
                if symbol == "example" and self.update_steps:
                    update.add(0)
                    moves.update(range(self.schedule.moves))
                if symbol in ("db", "dw") and (parameter := parameter_key(neurons)) in moved:
                    moves.add(moved[parameter] + len(MOVES) - 1)
            elif self.update_steps:
                update.add(self.update_steps - 1)
            else:  # with nothing to train, a batch ends with an example's block
                example.add(self.example_steps - 1)
        return Sites(tuple(sorted(example)), tuple(sorted(update)), tuple(sorted(moves)))
