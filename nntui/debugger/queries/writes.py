"""Find the last and the next write of a value, by arithmetic on the schedule: nothing is replayed.

A value stands from one write to the next. Most writes are steps; the others are edits, the load
that sets the gradients of a batch to 0, the load that shows an example's data, and the load that
blanks the values of the example before.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from nntui.debugger.step import MOVEMENTS
from nntui.debugger.values import never_known
from nntui.engine.schedule import MOVES
from nntui.model.names import MEMORY, SETTINGS, parse_value_name, value_name
from nntui.model.wiring import check_value, parameter_key

if TYPE_CHECKING:
    from nntui.engine.edits import Edit
    from nntui.engine.run import Run
    from nntui.engine.schedule import Schedule
    from nntui.engine.timeline import Timeline

Origin = Literal["step", "edit", "zeroed", "blanked", "data", "start"]
"""A step, an edit, a batch's first load (sets 0), a load (blanks), a load (shows data), or none.

``start``: before the first step parameters and data are as in the document, gradients 0, all else
is blank.
"""


_AT_START: Final[dict[str, str]] = {
    "b": "as in the document: nothing has written it yet",
    "w": "as in the document: nothing has written it yet",
    "db": "0: no batch has begun",
    "dw": "0: no batch has begun",
    "x": "the data of the first example",
    "t": "the data of the first example",
    "accuracy": "with the parameters of the document",
    **dict.fromkeys(MEMORY, "0 before the first update"),
    **dict.fromkeys(SETTINGS, "as in the document"),
}


class Write(Struct, frozen=True):
    """A write of a value. ``position`` is the first at which the value written stands.

    ``step`` is the index of the step that wrote it (``position`` − 1), with its ``operation``;
    None for an edit and for the start. In its text the step's number, from 1, is the position.
    """

    name: str
    origin: Origin
    position: int
    step: int | None = None
    operation: tuple[str, ...] | None = None
    example: int | None = None
    edit: Edit | None = None

    @property
    def written_by(self) -> int:
        """The index of the step that wrote it; for a write by a step only."""
        assert self.step is not None
        return self.step

    @property
    def blank(self) -> bool:
        """Whether it leaves the value blank."""
        unknown = self.name.partition("[")[0] not in _AT_START
        return self.origin == "blanked" or (self.origin == "start" and unknown)

    @property
    def text(self) -> str:
        """The write as a phrase: ``step 18, example 1: forward_edge x1 → h1``."""
        match self.origin:
            case "step":
                assert self.operation is not None
                kind, *neurons = self.operation
                example = "" if self.example is None else f", example {self.example + 1}"
                return f"step {self.position:,}{example}: {kind} {' → '.join(neurons)}".rstrip()
            case "edit":
                assert self.edit is not None
                return f"set by hand at position {self.position:,}: {self.edit.text}"
            case "zeroed":
                return f"0 since a new batch began with the load at step {self.position:,}"
            case "blanked" if self.operation and self.operation[0] == "update":
                return f"blank since the update began at step {self.position:,}"
            case "blanked" if self.operation and self.operation[0] in MOVES:
                return f"blank since step {self.position:,}: {self.operation[0]}"
            case "blanked":
                return f"blank since the load at step {self.position:,}"
            case "data":
                assert self.example is not None
                return f"the data of example {self.example + 1}, loaded at step {self.position:,}"
            case "start":
                return _AT_START.get(
                    self.name.partition("[")[0], "blank: nothing has written it yet"
                )


def blank_reason(run: Run, name: str) -> str:
    """Say why a value is blank at a run's position: never known, or still to be written."""
    if reason := never_known(run.experiment, name):
        return reason
    after = Writes(run.timeline).next(name, run.position)
    return f"{after.text} writes {name}" if after else f"nothing writes {name} after this"


_BLANKED: Final = frozenset({"z", "a", "da", "delta", "loss", "p"})
_COUNTERS: Final = ("step", "example", "update", "epoch")  # written as one of these begins
_MEANS: Final = {"epoch_loss": "epoch", "test_loss": "epoch", "accuracy": "update"}
"""Written by the last step of an update or epoch."""


class Writes:
    """The writes of a timeline: of an experiment with edits at some of its positions.

    A name that names no value of the network is a ValueNameError.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.experiment, self.edits = timeline.first, timeline.edits
        self.schedule, self.net = timeline.schedule, timeline.parameter_index.net
        self.offsets = self.schedule.offsets

    def last(self, name: str, position: int) -> Write:
        """Find the write that a value stands by at a position."""
        name, symbol, neurons = self.named(name)
        found = self._last(name, symbol, neurons, position)
        edit = None
        if symbol in ("x", "t"):
            edit = self.data_edit(name, self.schedule.example_shown(position), position)
        else:
            for each in self.edits:
                if each.target == name and each.position <= position:
                    edit = each
        if edit is not None and edit.position >= found.position:
            return Write(name, "edit", edit.position, edit=edit)
        return found

    def next(self, name: str, position: int) -> Write | None:
        """Find the first write after a position, blanking aside; None without one."""
        name, symbol, neurons = self.named(name)
        found = self._next(name, symbol, neurons, position)
        last = found.position if found else self.schedule.total
        for edited in sorted(edit.position for edit in self.edits):
            if position < edited <= last:
                write = self.last(name, edited)
                if write.origin == "edit" and write.position == edited:
                    return write
        return found

    def named(self, name: str) -> tuple[str, str, tuple[str, ...]]:
        """Split a value name: its canonical form, its symbol and its neurons."""
        symbol, neurons = parse_value_name(name)
        check_value(self.net, symbol, neurons)
        return value_name(symbol, *neurons), symbol, neurons

    def data_edit(self, name: str, example: int, position: int) -> Edit | None:
        """Find the last edit, until a position, of a number of an example: ``x[i]`` or ``t[k]``."""
        # Where the target is a class, every output's target changes with it.
        target = self.experiment.data.targets[example]
        whole = name.startswith("t[") and self.experiment.y(example) is not target
        for edit in reversed(self.edits):
            concerned = edit.target == name or (whole and edit.target.startswith("t["))
            shown = self.schedule.example_shown(edit.position) if concerned else None
            if shown == example and edit.position <= position:
                return edit
        return None

    def is_frozen(self, neurons: tuple[str, ...]) -> bool:
        """Whether updates leave a parameter alone."""
        return parameter_key(neurons) in self.net.frozen

    def _last(self, name: str, symbol: str, neurons: tuple[str, ...], position: int) -> Write:
        start = Write(name, "start", 0)
        if position == 0:
            return start
        schedule = self.schedule
        if symbol in SETTINGS:
            return start
        if symbol == "g":
            update = schedule.updates_before(position - 1)
            known = schedule.gradients_end(update)
            if position >= known:
                return self._by_step(name, known - 1)
            return self._by_step(name, schedule.update_start(update), "blanked")
        if symbol in ("b", "w", *MEMORY):
            step = self.written_before(symbol, neurons, position)
            return start if step is None else self._by_step(name, step)
        if symbol in _COUNTERS:
            step = _period_before(schedule, symbol, position)
            if symbol == "example" and schedule.position(position - 1).example is None:
                return self._by_step(name, step + schedule.steps_per_example, "blanked")
            return self._by_step(name, step)
        if symbol == "batch_loss":
            done = schedule.passes_before(position)
            return self._by_step(name, schedule.passes_end(done - 1) - 1) if done else start
        if symbol in _MEANS:
            end = position
            if position < schedule.total:
                end = MOVEMENTS[_MEANS[symbol]].before(schedule, position + 1)
            return self._by_step(name, end - 1) if end and self._has(symbol) else start
        if symbol in ("db", "dw") and schedule.by_differences:
            update = schedule.updates_before(position - 1)
            step = self._difference_step(neurons, update)
            if step is not None and step < position:
                return self._by_step(name, step)
            return self._by_step(name, schedule.update_start(update), "zeroed")
        load = schedule.example_start(position - 1)
        if symbol in ("x", "t"):
            return self._by_step(name, load, "data")
        offsets = self.offsets.writing(symbol, neurons)
        done = bisect_left(offsets, position - load)
        if done:
            return self._by_step(name, load + offsets[done - 1])
        if symbol in _BLANKED:
            return self._by_step(name, load, "blanked")
        if schedule.position(load).place == 0:
            return self._by_step(name, load, "zeroed")
        return self._by_step(name, load - schedule.steps_per_example + offsets[-1])

    def _next(
        self, name: str, symbol: str, neurons: tuple[str, ...], position: int
    ) -> Write | None:
        schedule = self.schedule
        if position >= schedule.total or symbol in SETTINGS:
            return None
        if symbol == "g":
            update = schedule.updates_before(position)
            if schedule.gradients_end(update) <= position:
                update += 1
            last = update == schedule.updates
            return None if last else self._by_step(name, schedule.gradients_end(update) - 1)
        if symbol in ("b", "w", *MEMORY):
            step = self._written_from(symbol, neurons, position)
            return None if step is None else self._by_step(name, step)
        if symbol in _COUNTERS:
            step = _period_after(schedule, symbol, position - 1) if position else 0
            return self._by_step(name, step) if step < schedule.total else None
        if symbol == "batch_loss":
            done = schedule.passes_before(position)
            if done == schedule.updates:
                return None
            return self._by_step(name, schedule.passes_end(done) - 1)
        if symbol in _MEANS:
            end = MOVEMENTS[_MEANS[symbol]].after(schedule, position)
            return self._by_step(name, end - 1) if self._has(symbol) else None
        if symbol in ("db", "dw") and schedule.by_differences:
            return self._next_difference(name, neurons, position)
        offsets = self.offsets.writing(symbol, neurons)
        load = schedule.example_start(position)
        while load < schedule.total:
            if position <= load and symbol in ("x", "t"):
                return self._by_step(name, load, "data")
            if position <= load and symbol in ("db", "dw") and schedule.position(load).place == 0:
                return self._by_step(name, load, "zeroed")
            ahead = bisect_left(offsets, position - load)
            if ahead < len(offsets):
                return self._by_step(name, load + offsets[ahead])
            if not offsets and symbol not in ("x", "t"):
                return None
            load = schedule.next_example_start(load)
        return None

    def written_before(self, symbol: str, neurons: tuple[str, ...], position: int) -> int | None:
        """The last step that writes a parameter or its memory before a position (above 0)."""
        update = self.schedule.updates_before(position - 1)
        for each in (update, update - 1):
            if each >= 0:
                steps = [n for n in self._steps_writing(symbol, neurons, each) if n < position]
                if steps:
                    return steps[-1]
        return None

    def _written_from(self, symbol: str, neurons: tuple[str, ...], position: int) -> int | None:
        """The first step that writes a parameter or its memory at or after a position."""
        first = self.schedule.updates_before(position)
        updates = range(first, min(first + 2, self.schedule.updates))
        steps = (n for each in updates for n in self._steps_writing(symbol, neurons, each))
        return next((step for step in steps if step >= position), None)

    def _steps_writing(self, symbol: str, neurons: tuple[str, ...], update: int) -> list[int]:
        """The steps of an update that change a parameter or its memory; none when it is frozen."""
        schedule, parameter = self.schedule, parameter_key(neurons)
        offset = self.offsets.update.get(parameter)
        if offset is None:
            return []
        last = schedule.step(update, None, "update", offset)
        if not schedule.by_differences or symbol in MEMORY:
            return [last]
        move = self.offsets.move[parameter]
        return [*(schedule.move_step(update, move + n) for n in range(len(MOVES))), last]

    def _difference_step(self, neurons: tuple[str, ...], update: int) -> int | None:
        """The step of an update that measures a gradient; None when its parameter is frozen."""
        move = self.offsets.move.get(parameter_key(neurons))
        return None if move is None else self.schedule.move_step(update, move + len(MOVES) - 1)

    def _next_difference(self, name: str, neurons: tuple[str, ...], position: int) -> Write | None:
        """The next write of a gradient by central differences: its step, or the first load."""
        schedule = self.schedule
        update = schedule.updates_before(position)
        for each in range(update, min(update + 2, schedule.updates)):
            start, step = schedule.update_start(each), self._difference_step(neurons, each)
            if position <= start:
                return self._by_step(name, start, "zeroed")
            if step is not None and position <= step:
                return self._by_step(name, step)
        return None

    def _has(self, symbol: str) -> bool:
        return symbol != "test_loss" or bool(self.experiment.test_examples)

    def _by_step(self, name: str, step: int, origin: Origin = "step") -> Write:
        position = self.schedule.position(step)
        operation = self.schedule.operation_at(position)
        return Write(name, origin, step + 1, step, operation, position.example)


def _period_before(schedule: Schedule, symbol: str, position: int) -> int:
    """Return the last step before a position with which a step, example, update … began."""
    if symbol == "example":
        return schedule.example_start(position - 1)
    return MOVEMENTS[symbol].before(schedule, position)


def _period_after(schedule: Schedule, symbol: str, position: int) -> int:
    """Return the next step behind a position with which a step, example, update … begins."""
    if symbol == "example":
        return schedule.next_example_start(position)
    return MOVEMENTS[symbol].after(schedule, position)
