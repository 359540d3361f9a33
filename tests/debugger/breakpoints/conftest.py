"""Stops by the book: every step tested on its own, nothing skipped, nothing shared."""

import math
from collections.abc import Callable
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
    """A run stepped through once: ``values[p]`` at each position, ``steps[s]`` as it was seen."""

    values: list[dict[str, float | None]]
    steps: list[Any]
    layers: dict[str, int]

    @classmethod
    def of(cls, debugger: Debugger) -> "Book":
        debugger.seek(0)
        values, steps = [debugger.snapshot().values], []
        while not debugger.at_end:
            steps.append(debugger.step())
            values.append(debugger.snapshot().values)
        debugger.seek(0)
        return cls(values, steps, dict(debugger.experiment.network.wiring().layer))

    def matches(self, row: AnyBreakpoint, s: int) -> str | None:
        """``match`` or ``failure`` when step number s is one that the row waits for."""
        after = self.values[s + 1].get
        condition = None if row.condition is None else row.condition.value(after)
        if isinstance(row, Breakpoint):
            if row.place is not None and not self._at(row.place, s):
                return None
            if row.condition is None:
                return "match"
            if condition is None and row.place is not None:
                return "failure"
            return "match" if condition else None
        if row.condition is not None and condition is not True:
            return None
        return "match" if self._happens(row, s) else None

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
            case "example":
                return kind == "load" and place.number in (None, at.example)
            case "update":
                begins = before is None or before.position.update != at.update
                return begins and place.number in (None, at.update)
            case "epoch":
                begins = before is None or before.position.epoch != at.epoch
                return begins and place.number in (None, at.epoch)
        raise AssertionError(place)

    def _happens(self, row: AnyBreakpoint, s: int) -> bool:
        if row.event == "nonfinite":
            step = self.steps[s]
            finite = all(map(math.isfinite, step.reads.values()))
            return finite and not all(map(math.isfinite, step.writes.values()))
        old = row.expression.value(self.values[s].get)
        new = row.expression.value(self.values[s + 1].get)
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
                    old = row.expression.value(self.values[p].get)
                    if old is not None:
                        return old < row.level <= new or old > row.level >= new
                return False
        raise AssertionError(row)


@dataclass
class Counter:
    hits: int = 0
    passed: int = 0
    ignore: int = 0
    deleted: bool = False


@dataclass
class OneByOne:
    """Continues and reverse-continues over a book, by the rules of the help."""

    book: Book
    rows: list[AnyBreakpoint]
    position: int = 0
    counters: dict[int, Counter] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for row in self.rows:
            self.counters[row.number] = Counter(ignore=row.ignore)

    def go(self, direction: int) -> tuple[int, str, list[int]]:
        self.messages = []
        total = len(self.book.steps)
        steps = range(self.position, total) if direction > 0 else range(self.position - 2, -1, -1)
        for s in steps:
            kinds, numbers = set(), []
            for row in self.rows:
                if (found := self._meets(row, s, direction)) is not None:
                    kinds.add(found)
                    numbers.append(row.number)
            if numbers:
                self.position = s + 1
                return s + 1, "failure" if "failure" in kinds else "stop", numbers
        self.position = total if direction > 0 else 0
        return self.position, "end" if direction > 0 else "start", []

    def _meets(self, row: AnyBreakpoint, s: int, direction: int) -> str | None:
        counter = self.counters[row.number]
        if not row.enabled or counter.deleted or (row.log is not None and direction < 0):
            return None
        found = self.book.matches(row, s)
        if found is None or found == "failure":
            return found
        counter.hits += 1
        if counter.ignore:
            counter.ignore -= 1
            return None
        counter.passed += 1
        if counter.passed % row.every:
            return None
        if row.log is not None:
            self.messages.append(row.log.written(self.book.values[s + 1].get))
            return None
        counter.deleted = row.temporary
        return "stop"


def edited_debugger(experiment: Experiment, edits: Any) -> Debugger:
    debugger = Debugger(experiment)
    debugger.run = Run(Timeline(experiment, edits))
    return debugger


@pytest.fixture(scope="session")
def one_by_one() -> Callable[..., OneByOne]:
    """Rows continued over a run that a debugger steps through once."""
    return lambda debugger, rows: OneByOne(Book.of(debugger), list(rows))


@pytest.fixture(scope="session")
def with_edits() -> Callable[[Experiment, Any], Debugger]:
    """A debugger on a timeline with edits."""
    return edited_debugger
