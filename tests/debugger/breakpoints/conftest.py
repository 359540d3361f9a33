"""Stops by the book: every step tested on its own, nothing skipped, nothing shared."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Breakpoint, Place
from nntui.debugger.debugger import Debugger
from nntui.engine.run import Run
from nntui.engine.timeline import Timeline
from nntui.model.experiment import Experiment


@dataclass
class Book:
    """A run stepped through once: ``values[p]`` at each position, ``steps[s]`` as it was seen.

    Of the values, those with the names that rows read: another one is a KeyError.
    """

    values: list[dict[str, float | None]]
    steps: list[Any]
    layers: dict[str, int]

    @classmethod
    def of(cls, debugger: Debugger, names: Iterable[str]) -> "Book":
        debugger.seek(0)
        read, steps = sorted(names), []
        values = [{name: debugger.value(name) for name in read}]
        while not debugger.at_end:
            steps.append(debugger.step())
            values.append({name: debugger.value(name) for name in read})
        debugger.seek(0)
        return cls(values, steps, dict(debugger.experiment.network.wiring().layer))

    def matches(self, row: AnyBreakpoint, s: int) -> bool:
        """Whether step number s is one that the row waits for."""
        if (
            row.condition is not None
            and row.condition.value(self.values[s + 1].__getitem__) is not True
        ):
            return False
        if isinstance(row, Breakpoint):
            return row.place is None or self._at(row.place, s)
        return self._happens(row, s)

    def _at(self, place: Place, s: int) -> bool:
        step, before = self.steps[s], self.steps[s - 1] if s else None
        kind, *neurons = step.operation
        way = "update" if kind == "update" else kind.split("_")[0]
        wanted = [place.direction] if place.direction else ["forward", "backward"]
        at = step.position
        match place.kind:
            case "edge":
                return tuple(neurons) == place.neurons and way in wanted
            case "neuron":
                return tuple(neurons) == place.neurons and way in wanted
            case "layer":
                return (
                    len(neurons) == 1 and self.layers[neurons[0]] == place.number and way in wanted
                )
            case "phase":
                begins = before is None or (before.position.phase, before.position.example) != (
                    at.phase, at.example,
                ) or kind == "load"  # fmt: skip
                if at.phase == "update" and before.position.update == at.update:
                    begins = before.position.phase != "update"
                return at.phase == place.phase and begins
            case "line":
                whose = "bias" if len(neurons) == 1 else "weight"
                return place.line == (f"update_{whose}" if kind == "update" else kind)
            case "step":
                return s + 1 == place.number
            case "example" if not place.end:
                return kind == "load" and place.number in (None, at.number("example"))
        other = s + 1 if place.end else s - 1
        beside = self.steps[other].position if 0 <= other < len(self.steps) else None
        match place.kind:
            case "example":
                lasts = beside and (beside.example, beside.epoch) == (at.example, at.epoch)
                begins = beside and beside.phase == "forward" and beside.index == 0
                return at.example is not None and place.number in (None, at.number("example")) and (
                    not lasts or begins
                )  # fmt: skip
            case "update":
                alone = beside is None or beside.update != at.update
                return alone and place.number in (None, at.number("update"))
            case "epoch":
                alone = beside is None or beside.epoch != at.epoch
                return alone and place.number in (None, at.number("epoch"))
        raise AssertionError(place)

    def _happens(self, row: AnyBreakpoint, s: int) -> bool:
        if row.event == "nonfinite":
            step = self.steps[s]
            finite = all(map(math.isfinite, step.reads.values()))
            return finite and not all(map(math.isfinite, step.writes.values()))
        old = row.expression.value(self.values[s].__getitem__)
        new = row.expression.value(self.values[s + 1].__getitem__)
        match row.event:
            case "changed":
                if new is None:
                    return False
                return old is None or (old != new and not (old != old and new != new))
            case "becomes true":
                return new is True and old is not True
            case "crosses":
                if new is None:
                    return False
                for p in range(s, -1, -1):
                    old = row.expression.value(self.values[p].__getitem__)
                    if old is not None:
                        return old < row.level <= new or old > row.level >= new
                return False
        raise AssertionError(row)


@dataclass
class Counter:
    """What became of each match counted so far: stop, silent or ignored."""

    ignore: int
    marks: list[str] = field(default_factory=list)
    since: int = 0
    deleted: bool = False

    @property
    def hits(self) -> int:
        return len(self.marks)

    def count(self, every: int) -> str:
        if self.ignore:
            self.ignore -= 1
            self.marks.append("ignored")
        else:
            self.since = (self.since + 1) % every
            self.marks.append("silent" if self.since else "stop")
        return self.marks[-1]

    def take_back(self, every: int) -> None:
        if not self.marks:
            return
        if self.marks.pop() == "ignored":
            self.ignore += 1
        else:
            self.since = (self.since - 1) % every


@dataclass
class OneByOne:
    """Continues and reverse-continues over a book, by the rules of the help."""

    book: Book
    rows: list[AnyBreakpoint]
    position: int = 0
    counters: dict[int, Counter] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    counted_at: int = 0

    def __post_init__(self) -> None:
        for row in self.rows:
            self.counters[row.number] = Counter(ignore=row.ignore)

    def go(self, direction: int) -> tuple[int, str, list[int]]:
        self.messages = []
        found = self._forward() if direction > 0 else self._backward()
        end = (len(self.book.steps), "end", []) if direction > 0 else (0, "start", [])
        self.position, kind, numbers = found or end
        self.counted_at = self.position
        return self.position, kind, numbers

    def _live(self) -> list[tuple[AnyBreakpoint, Counter]]:
        pairs = ((row, self.counters[row.number]) for row in self.rows if row.enabled)
        return [(row, counter) for row, counter in pairs if not counter.deleted]

    def _forward(self) -> tuple[int, str, list[int]] | None:
        for s in range(self.position, len(self.book.steps)):
            stopping = []
            for row, counter in self._live():
                if not self.book.matches(row, s) or counter.count(row.every) != "stop":
                    continue
                if row.log is not None:
                    self.messages.append(row.log.written(self.book.values[s + 1].__getitem__))
                else:
                    stopping.append(row)
            if stopping:
                return self._stopped(s + 1, stopping)
        return None

    def _backward(self) -> tuple[int, str, list[int]] | None:
        for row, counter in self._live():
            moved = self.counted_at != self.position
            if not self._always(row, counter) and (moved or not counter.marks):
                counter.ignore += counter.marks.count("ignored")
                counter.marks, counter.since = [], 0
                for s in range(self.position):
                    if row.log is None and self.book.matches(row, s):
                        counter.count(row.every)
        for s in range(self.position - 1, -1, -1):
            met = [(row, counter) for row, counter in self._live() if self.book.matches(row, s)]
            stopping = [row for row, counter in met if self._stops(row, counter)]
            behind = [row for row in stopping if isinstance(row, Breakpoint)]
            if behind and s + 1 < self.position:
                return self._stopped(s + 1, behind)
            for row, counter in met:
                counter.take_back(row.every)
            if before := [row for row in stopping if not isinstance(row, Breakpoint)]:
                return self._stopped(s, before)
        return None

    def _always(self, row: AnyBreakpoint, counter: Counter) -> bool:
        passed = counter.ignore or "ignored" in counter.marks or row.every > 1
        return not passed or row.log is not None

    def _stops(self, row: AnyBreakpoint, counter: Counter) -> bool:
        if row.log is not None:
            return False
        return self._always(row, counter) or counter.marks[-1:] == ["stop"]

    def _stopped(self, position: int, rows: list[AnyBreakpoint]) -> tuple[int, str, list[int]]:
        for row in rows:
            self.counters[row.number].deleted = row.temporary
        return position, "stop", [row.number for row in rows]


def edited_debugger(experiment: Experiment, edits: Any) -> Debugger:
    debugger = Debugger(experiment)
    debugger.training_run = Run(Timeline(experiment, edits))
    return debugger


def names_read_by(rows: Iterable[AnyBreakpoint]) -> set[str]:
    """The names of all values that rows read: in conditions, watched, in messages."""
    expressions: list[Any] = []
    for row in rows:
        expressions += [row.condition, getattr(row, "expression", None)]
        expressions += row.log.parts if row.log else ()
    return {name for each in expressions for name in getattr(each, "names", ())}


@pytest.fixture(scope="session")
def one_by_one() -> Callable[..., OneByOne]:
    """Rows continued over a run that a debugger steps through once."""
    return lambda debugger, rows: OneByOne(Book.of(debugger, names_read_by(rows)), list(rows))


@pytest.fixture(scope="session")
def with_edits() -> Callable[[Experiment, Any], Debugger]:
    """A debugger on a timeline with edits."""
    return edited_debugger
