"""Whether a breakpoint can ever stop. One that cannot is refused when it is set.

Which values are blank after a step depends on its kind, and counters have known bounds: so a
condition may be known never to hold at a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from msgspec.structs import replace

from nntui.debugger.breakpoints.breakpoint import (
    DIRECTIONS,
    AnyBreakpoint,
    Breakpoint,
    BreakpointError,
    Place,
    Watchpoint,
)
from nntui.debugger.breakpoints.sites import PERIOD_LOSSES, SiteIndex, Sites
from nntui.debugger.breakpoints.update_trace import is_blank
from nntui.debugger.expressions import Expression
from nntui.debugger.values import has_softmax, setting_values
from nntui.engine.schedule import MOVES
from nntui.explain.numbers import exact
from nntui.model.expressions.functions import COMPARISONS
from nntui.model.expressions.tree import (
    Blank,
    Call,
    Comparison,
    Constant,
    Logic,
    Node,
    Not,
    Value,
)
from nntui.model.names import MEMORY, SETTINGS, escaped, parse_value_name

if TYPE_CHECKING:
    from nntui.engine.run import Run
    from nntui.engine.schedule import Schedule
    from nntui.model.experiment import Experiment

Range: TypeAlias = tuple[float, float]
"""The least and the greatest number that something may be."""
Outcomes: TypeAlias = set[bool | None]
"""The truth values that something may have; None: blank."""

_ANY: Final[Range] = (-np.inf, np.inf)
_ELSEWHERE: Final = frozenset({"backward", "backward_neuron", "backward_edge", *MOVES})
"""Phases and lines that one way of finding the gradient has, and the other has not."""


class Reachability:
    """What can be known of a run's steps without computing them."""

    def __init__(self, experiment: Experiment, schedule: Schedule, *, edited: bool = False) -> None:
        self._experiment, self._schedule, self._edited = experiment, schedule, edited
        self._index = SiteIndex(experiment.network.wiring(), schedule)
        examples = experiment.train_examples
        self._ranges: Mapping[str, Range] = {
            "step": (1, schedule.total),
            "update": (1, schedule.updates),
            "epoch": (1, schedule.epochs),
            "example": (min(examples) + 1, max(examples) + 1),
        }

    @classmethod
    def of(cls, run: Run) -> Reachability:
        """Know a run; its edits are changes that no step makes."""
        return cls(run.experiment, run.schedule, edited=bool(run.timeline.edits))

    def check(self, point: AnyBreakpoint) -> None:
        """Refuse a breakpoint or watchpoint that no step of the run can match.

        Raises:
            BreakpointError: it is one; says what to write instead.
        """
        if isinstance(point, Breakpoint):
            if point.place is not None:
                self.check_place(point.place)
            if point.condition is not None:
                self.check_condition(point.condition, point.place)
            return
        sites = self._index.every
        if point.expression is not None:
            self._check_watched(point, point.expression)
            sites = self._index.sites_of_values(point.expression.names)
        if point.condition is not None and not self._edited:
            self._check_truth(point.condition, None, sites)

    def note(self, point: AnyBreakpoint) -> str | None:
        """Say where a condition is asked, if it can hold in one of two passes alone."""
        if not isinstance(point, Breakpoint) or point.condition is None or point.place is None:
            return None
        place, condition = point.place, point.condition
        if place.kind not in ("neuron", "edge", "layer") or place.direction is not None:
            return None
        ways = [replace(place, direction=direction) for direction in ("forward", "backward")]
        here = [way for way in ways if self._may_hold(condition, way)]
        if len(here) != 1:
            return None
        (other,) = (way for way in ways if way not in here)
        return f"  asked at {here[0].text} alone: at {other.text} it cannot hold"

    def check_place(self, place: Place) -> None:
        """Refuse a place that no step of the run belongs to.

        Raises:
            BreakpointError: it is one.
        """
        number = place.number
        if place.kind in self._ranges and number is not None:
            first, last = self._ranges[place.kind]
            if place.kind == "example" and place.index in self._experiment.test_examples:
                raise BreakpointError(f"example {number} is in the test set: no step is about it")
            if not first <= number <= last:
                raise BreakpointError(
                    f"there is no {place.kind} {number:,}: they go from {first:,.0f} to {last:,.0f}"
                )
        sites = self._index.sites_of_place(place)
        if not sites:
            frozen = "update" in (place.direction, place.phase) or place.line is not None
            why = "what it updates is frozen (trainable: false)" if frozen else "no step is there"
            gradient = self._experiment.training.gradient
            if {place.direction, place.phase, place.line} & _ELSEWHERE:
                why = f"the gradient is found by {gradient.replace('_', ' ')}"
            raise BreakpointError(f"{escaped(place.text)} never comes: {why}")

    def check_condition(self, condition: Expression, place: Place | None) -> None:
        """Refuse a condition that never holds after the steps of a place (None: of any).

        Raises:
            BreakpointError: it is one.
        """
        self._check_truth(condition, place, self._sites(condition, place))

    def _sites(self, condition: Expression, place: Place | None) -> Sites:
        if place is not None:
            return self._index.sites_of_place(place)
        changes = self._index.sites_of_values(condition.names)
        updates = {0, *changes.update} if self._index.update_steps else ()
        return Sites(sorted({0, *changes.example}), sorted(updates), changes.moves)

    def _check_watched(self, point: Watchpoint, expression: Expression) -> None:
        text, level = escaped(expression.text), point.level
        if not expression.names:
            raise BreakpointError(f"{text} never changes: it reads no value of the run")
        sites = self._index.sites_of_values(expression.names)
        if self._edited:
            return
        if not sites:
            raise BreakpointError(f"{text} never changes: no step of this run writes what it reads")
        if expression.is_condition:
            self._check_truth(expression, None, sites, becomes=point.event == "becomes true")
            return
        patterns = self._blank_names(expression, None, sites)
        found = [_number(expression.tree, blank, self._ranges) for blank in patterns]
        known = [each for each in found if each is not None]
        if not known:
            raise BreakpointError(f"{text} never changes: {self._stays_blank(expression)}")
        if level is not None and not any(
            low < high and low <= level <= high for low, high in known
        ):
            low, high = known[0]
            raise BreakpointError(
                f"{text} never crosses {exact(level)}: it goes from {low:g} to {high:g}"
            )

    def _check_truth(
        self, condition: Expression, place: Place | None, sites: Sites, *, becomes: bool = True
    ) -> None:
        """Refuse a condition that is true nowhere (``becomes``), or that is blank everywhere."""
        outcomes: Outcomes = set()
        for blank in self._blank_names(condition, place, sites):
            outcomes |= _outcomes(condition.tree, blank, self._ranges_at(place))
            if True in outcomes or (not becomes and False in outcomes):
                return
        text = escaped(condition.text, 500)  # in whole: it is to be typed again
        if None not in outcomes:
            bounds = [
                f"{name} is {low:.0f} there"
                if low == high
                else f"{name} goes from {low:.0f} to {high:.0f}"
                for name, (low, high) in self._ranges_at(place).items()
                if name in condition.names
            ]
            raise BreakpointError(": ".join([f"{text} is never true", *bounds[:1]]))
        if place is None or self._always_blank(condition):
            raise BreakpointError(f"{text} is never true: {self._stays_blank(condition)}")
        names = ", ".join(sorted(self._blank_everywhere(condition, place, sites)))
        lead = f"{names or 'what it reads'} is blank at {escaped(place.text)}"
        for other in self._others(place, condition.names):
            if self._may_hold(condition, other):
                raise BreakpointError(f"{lead}: write break {other.text} if {text}")
        raise BreakpointError(f"{lead}, so {text} is never true")

    def _may_hold(self, condition: Expression, place: Place) -> bool:
        sites = self._index.sites_of_place(place)
        ranges = self._ranges_at(place)
        patterns = self._blank_names(condition, place, sites)
        return any(True in _outcomes(condition.tree, blank, ranges) for blank in patterns)

    def _others(self, place: Place, names: Iterable[str]) -> Iterator[Place]:
        """Other places at which to ask, the nearest first."""
        if place.kind in ("neuron", "edge", "layer"):
            yield from (replace(place, direction=direction) for direction in DIRECTIONS)
        if place.kind in ("example", "update", "epoch"):
            yield replace(place, end=True)
        yield Place("phase", phase="loss")
        for name in sorted(names):
            symbol, neurons = parse_value_name(name)
            if neurons and neurons[-1] not in self._index.net.inputs:
                kind = "edge" if len(neurons) == 2 else "neuron"
                backward = symbol in ("da", "delta", "db", "dw")
                yield Place(kind, neurons, direction="backward" if backward else "forward")
        yield from (Place(period, end=True) for period in ("example", "update", "epoch"))

    def _stays_blank(self, expression: Expression) -> str:
        if "test_loss" in expression.names and not self._experiment.test_examples:
            return "test_loss stays blank, as there is no test set (data.test_fraction)"
        blank = self._blank_everywhere(expression, None, self._index.every)
        return f"{escaped(', '.join(sorted(blank)) or 'what it reads')} stays blank"

    def _always_blank(self, condition: Expression) -> bool:
        patterns = self._blank_names(condition, None, self._sites(condition, None))
        return all(_outcomes(condition.tree, blank, self._ranges) == {None} for blank in patterns)

    def _blank_everywhere(
        self, expression: Expression, place: Place | None, sites: Sites
    ) -> frozenset[str]:
        return frozenset.intersection(*self._blank_names(expression, place, sites))

    def _blank_names(
        self, expression: Expression, place: Place | None, sites: Sites
    ) -> Iterator[frozenset[str]]:
        """The names that are blank after each of some steps; each set once."""
        seen = set()
        never = {name for name in expression.names if self._never_known(name, place)}
        last = (self._index.example_steps - 1,)  # what an example leaves stands after a move
        for update, offsets in (
            (False, sites.example), (False, last if sites.moves else ()), (True, sites.update),
        ):  # fmt: skip
            for offset in offsets:
                blank = never.union(
                    name
                    for name in expression.names - never
                    if is_blank(self._index, name, offset, update=update)
                )
                if blank not in seen:
                    seen.add(frozenset(blank))
                    yield frozenset(blank)

    def _never_known(self, name: str, place: Place | None) -> bool:
        """Whether a value is blank even at the last step of a place, or everywhere."""
        if name not in PERIOD_LOSSES:
            return not self._edited and self._is_absent(parse_value_name(name)[0])
        if name == "test_loss" and not self._experiment.test_examples:
            return True
        schedule, position = self._schedule, self._schedule.total
        if place is not None and place.kind in ("step", "update", "epoch"):
            number = self._ranges[place.kind][1] if place.number is None else place.number
            position = self._index.step_of(replace(place, number=int(number))) + 1
        if name == "batch_loss":
            return position < schedule.batch_length(0) * schedule.steps_per_example
        return position < schedule.steps_per_epoch

    def _is_absent(self, symbol: str) -> bool:
        """Whether it belongs to another optimizer or loss."""
        if symbol in MEMORY:
            return symbol not in self._experiment.training.optimizer.row.memory
        if symbol in SETTINGS:
            return symbol not in setting_values(self._experiment)
        return symbol == "p" and not has_softmax(self._experiment)

    def _ranges_at(self, place: Place | None) -> Mapping[str, Range]:
        if place is None or place.kind not in self._ranges or place.number is None:
            return self._ranges
        return {**self._ranges, place.kind: (place.number, place.number)}


def _number(node: Node, blank: frozenset[str], ranges: Mapping[str, Range]) -> Range | None:
    """The range of a number, where some values are blank; None: it is blank."""
    if isinstance(node, Value) and node.name in ranges and node.name not in blank:
        return ranges[node.name]
    read = False

    def lookup(name: str) -> float | None:
        nonlocal read
        read = True
        return None if name in blank else 1.0

    with np.errstate(all="ignore"):
        try:
            number = float(node.value(lookup))
        except Blank:
            return None
    return _ANY if read else (number, number)


def _outcomes(node: Node, blank: frozenset[str], ranges: Mapping[str, Range]) -> Outcomes:
    """The truth values that a condition may have where some values are blank."""

    def outcomes(node: Node) -> Outcomes:
        match node:
            case Constant(constant=constant):
                return {bool(constant)}
            case Not(of=of):
                return {None if each is None else not each for each in outcomes(of)}
            case Logic(operator=operator, operands=operands):
                return _in_turn((outcomes(each) for each in operands), decisive=operator == "or")
            case Comparison(terms=terms, operators=operators):
                numbers = [_number(term, blank, ranges) for term in terms]
                pairs = zip(operators, numbers, numbers[1:], strict=False)
                return _in_turn((_compared(*pair) for pair in pairs), decisive=False)
            case Call(function="isblank", operands=(of,)):
                return {True} if _number(of, blank, ranges) is None else {True, False}
        return {None} if _number(node, blank, ranges) is None else {True, False}

    return outcomes(node)


def _in_turn(parts: Iterable[Outcomes], *, decisive: bool) -> Outcomes:
    """What ``and`` (decisive: false) or ``or`` makes of truth values, from left to right."""
    found, other = set[bool | None](), not decisive
    for part in parts:
        found |= part - {other}
        if other not in part:
            return found
    return found | {other}


def _compared(sign: str, left: Range | None, right: Range | None) -> Outcomes:
    if left is None or right is None:
        return {None}
    if left == _ANY or right == _ANY:
        return {True, False}
    holds: Callable[[float, float], bool] = COMPARISONS[sign]
    if sign in ("==", "!="):
        meet = max(left[0], right[0]) <= min(left[1], right[1])
        one = left[0] == left[1] and right[0] == right[1]
        if one:
            return {bool(holds(left[0], right[0]))}
        return {True, False} if meet else {sign == "!="}
    ends = {bool(holds(a, b)) for a in left for b in right}
    return set(ends)
