"""Filters: count a breakpoint's matches in an update from its trace, without stepping.

A filter may say "perhaps" and so have a block stepped through, but it never misses a match. There
is one for each breakpoint, the counterpart of its detector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np

from nntui.debugger.breakpoints.breakpoint import Place
from nntui.debugger.breakpoints.detectors import ChangeDetector, Detector, PlaceDetector
from nntui.debugger.breakpoints.sites import SiteIndex
from nntui.debugger.breakpoints.traced import reads_parameters_alone
from nntui.debugger.breakpoints.update_trace import (
    MatchCounts,
    Reader,
    UnknownValue,
    UpdateTrace,
    add,
    example_reader,
    update_reader,
)
from nntui.debugger.expressions import Expression
from nntui.model.names import value_name
from nntui.model.numerics import Array


def _changed(values: Array, blank: Any, level: Any, known: Any) -> Any:
    old, new = values[:-1], values[1:]
    same = (old == new) | ((old != old) & (new != new))
    return ~blank[1:] & (blank[:-1] | ~same)


def _becomes_true(values: Array, blank: Any, level: Any, known: Any) -> Any:
    true = ~blank & (values == 1.0)
    return true[1:] & ~true[:-1]


def _crosses(values: Array, blank: Any, level: Any, known: Any) -> Any:
    """Each value is compared with the last one before it that was not blank."""
    filled, given = values.copy(), ~blank
    filled[0], given[0] = known[0], not known[1]
    last = np.maximum.accumulate(np.where(given, np.arange(given.size), -1))[:-1]
    old, new = filled[last], values[1:]
    across = ((old < level) & (level <= new)) | ((old > level) & (level >= new))
    return ~blank[1:] & (last >= 0) & across


SEQUENCES: Final[dict[str, Callable[..., Any]]] = {
    "changed": _changed,
    "crosses": _crosses,
    "becomes true": _becomes_true,
}


def count_nonfinite(trace: UpdateTrace) -> MatchCounts:
    """Count the steps that write a value that is not finite, having read only finite ones."""
    counts = MatchCounts.none(trace.length)
    passes = trace.passes
    arrays = (passes.z, passes.a, passes.da, passes.delta, passes.loss, passes.dp, trace.after.p)
    if all(np.isfinite(array).all() for array in arrays):
        return counts
    with np.errstate(all="ignore"):
        for find in (_forward, _loss, _backward):
            for match in find(trace):
                add(counts, match)
        add(counts, np.array(list(_update(trace)), np.int64).sum(), update=True)
    return counts


def _forward(trace: UpdateTrace) -> Iterator[Any]:
    net = trace.index.net
    for j in net.neurons:
        z: Any = trace.parameter(j)
        if np.isfinite(z) and not np.isfinite(trace.of("z", j)).all():
            for i in net.sources[j]:
                w, a = trace.parameter((i, j)), trace.of("a", i)
                summed = z + w * a
                yield _finite(z, w, a) & ~np.isfinite(summed)
                z = summed
        yield np.isfinite(trace.of("z", j)) & ~np.isfinite(trace.of("a", j))


def _loss(trace: UpdateTrace) -> Iterator[Any]:
    outputs = trace.index.net.outputs
    read = _finite(*(trace.of("a", k) for k in outputs), *(trace.target(k) for k in outputs))
    yield read & ~_finite(trace.passes.loss, *trace.slopes.values())


def _backward(trace: UpdateTrace) -> Iterator[Any]:
    index, net = trace.index, trace.index.net
    for j in net.neurons:
        delta, alive = trace.of("delta", j), j in net.outputs or net.targets[j]
        before, after = trace.sums(j)
        da = trace.of("da", j) if alive else 0.0
        yield _finite(da, trace.of("z", j), before) & ~_finite(delta, after)
        for i in net.sources[j]:
            w, a = trace.parameter((i, j)), trace.of("a", i)
            read = _finite(delta, a, w)
            before, after = trace.sums((i, j))
            if not np.any(read) or np.all(_finite(after, trace.of("da", i))):
                continue
            step = index.offsets.backward_edge(i, j)
            old, new = (
                example_reader(index, value_name("da", i), o)(trace) for o in (step - 1, step)
            )
            yield read & _finite(before, 0.0 if old is None else old) & ~_finite(after, new)


def _update(trace: UpdateTrace) -> Iterator[Any]:
    dp = trace.passes.dp
    for parameter in trace.index.offsets.update:
        old, new = trace.parameter(parameter), trace.parameter(parameter, updated=True)
        yield _finite(old, dp[trace.timeline.parameter_index[parameter]]) & ~np.isfinite(new)


def _finite(*numbers: Any) -> Any:
    """Where all of them are finite."""
    found: Any = True
    for number in numbers:
        found = np.logical_and(found, np.isfinite(number))
    return found


Readers = Mapping[str, Reader]
_MOST_READERS: Final = 100_000
"""Values times steps at which they are read, up to which an update is computed in advance."""
UpdateFilter = Callable[[UpdateTrace], MatchCounts]

_AT_A_TIME: Final = 1_000_000
"""Steps for which a condition about the step's number is computed at a time, at most."""


def filter_of(detector: Detector, index: SiteIndex) -> UpdateFilter:
    """Make the filter that goes with a detector."""
    condition = detector.point.condition
    point = detector.point
    read = [e.names for e in (condition, getattr(point, "expression", None)) if e is not None]
    steps = len(detector.sites.example) + len(detector.sites.update)
    if steps * sum(map(len, read)) > _MOST_READERS:  # such as norm(dw) of a large network
        return lambda trace: MatchCounts.unknown(trace.length)
    if isinstance(detector, ChangeDetector):
        return ChangeFilter(detector, index)
    if not isinstance(detector, PlaceDetector):
        return lambda trace: _unless_conditional(count_nonfinite(trace), condition)
    if detector.point.place is not None:
        return PlaceFilter(detector.point.place, condition, index)
    return AnywhereFilter(condition, index)


class PlaceFilter:
    """The steps of a place at which a condition is true; where it reads a blank it is not."""

    def __init__(self, place: Place, condition: Expression | None, index: SiteIndex) -> None:
        self._place, self._condition, self._index = place, condition, index
        sites, names = index.sites_of_place(place), condition.names if condition else ()
        self._sites = [
            *((False, _readers(example_reader, index, names, o)) for o in sites.example),
            *((True, _readers(update_reader, index, names, o)) for o in sites.update),
        ]

    def __call__(self, trace: UpdateTrace) -> MatchCounts:
        counts = MatchCounts.none(trace.length)
        chosen = self._chosen(trace)
        if chosen is not None and not chosen.any():
            return counts
        true: Any = True
        try:
            for update, readers in self._sites:
                if self._condition:
                    true, _ = self._condition.masks(_lookup(readers, trace))
                add(counts, true, update=update)
        except UnknownValue:
            counts.perhaps[:] = True
        if chosen is not None:
            counts.certain[:] *= chosen
            counts.perhaps[:] &= chosen
        return counts

    def _chosen(self, trace: UpdateTrace) -> Any:
        """A mask of the blocks that are meant, examples and the update's own; None: all."""
        place, index = self._place, self._index
        if place.kind == "example" and place.index is not None:
            return np.append(np.array(trace.examples) == place.index, False)
        if place.kind not in ("step", "update", "epoch"):
            return None
        chosen = np.zeros(trace.length + 1, np.bool_)
        if (only := index.only_place(place, trace.update)) >= 0:
            chosen[only] = index.admits(place, index.block_at(trace.update, only))
        return chosen


class AnywhereFilter:
    """All steps at which a condition is true; between steps that change what it reads it stays."""

    def __init__(self, condition: Expression | None, index: SiteIndex) -> None:
        self._condition = condition
        names = condition.names if condition else frozenset()
        self._reads_step = "step" in names
        sites = index.sites_of_values(names - {"step"})
        self._stretches = [
            (update, width, readers)
            for update, reader, offsets, steps in (
                (False, example_reader, sites.example, index.example_steps),
                (True, update_reader, sites.update, index.update_steps),
            )
            for width, readers in _stretches(reader, index, names, offsets, steps)
        ]

    def __call__(self, trace: UpdateTrace) -> MatchCounts:
        counts = MatchCounts.none(trace.length)
        most = max(_AT_A_TIME // trace.length, 1)
        try:
            for update, width, readers in self._stretches:
                portion = most if self._reads_step else width
                for first in range(0, width, portion):
                    steps = min(portion, width - first)
                    true = self._true(trace, readers, first, steps, update=update)
                    add(counts, true, width=steps, update=update)
        except UnknownValue:
            return MatchCounts.unknown(trace.length)
        return counts

    def _true(
        self, trace: UpdateTrace, readers: Readers, first: int, steps: int, *, update: bool
    ) -> Any:
        """Where the condition is true in some steps of a stretch, ``first`` of them before."""
        if self._condition is None:
            return True

        def lookup(name: str) -> Any:
            found = readers[name](trace)
            if name != "step":
                return found
            following = np.arange(first, first + steps, dtype=np.float64)
            return found + (following if update else following[:, np.newaxis])

        true, _ = self._condition.masks(lookup)
        return true


class ChangeFilter:
    """A watchpoint's events from one step that may change its expression to the next."""

    def __init__(self, detector: ChangeDetector, index: SiteIndex) -> None:
        self._detector, point = detector, detector.point
        assert point.expression is not None
        self._expression, self._event = point.expression, SEQUENCES[point.event]
        self._level, self._condition = point.level, point.condition
        self._reads_step = "step" in point.expression.names
        sites, names = detector.sites, point.expression.names
        if not self._reads_step:
            self._example = [_readers(example_reader, index, names, o) for o in sites.example]
            self._update = [_readers(update_reader, index, names, o) for o in sites.update]
        self._before = None
        if reads_parameters_alone(detector):  # what is in front of an update is seen in it
            self._before = _readers(example_reader, index, names, 0)
        self._next, self._lost = -1, False
        self._last = (np.nan, True)
        self._known = (np.nan, True)

    def __call__(self, trace: UpdateTrace) -> MatchCounts:
        """Count; the value before the update is remembered, or that of the detector."""
        if self._reads_step or self._lost:
            return MatchCounts.unknown(trace.length)
        try:
            values, blank = self._sequence(trace)
        except UnknownValue:
            self._lost = True  # nor is it known what the next update begins with
            return MatchCounts.unknown(trace.length)
        matches = self._event(values, blank, self._level, self._known)
        self._next = trace.update + 1
        self._last = values[-1], blank[-1]
        if not blank.all():
            self._known = values[~blank][-1], False
        sites = len(self._example)
        inside = trace.length * sites
        counts = MatchCounts.none(trace.length)
        if sites:
            counts.certain[:-1] = matches[:inside].reshape(trace.length, sites).sum(axis=1)
        counts.certain[-1] = matches[inside:].sum()
        return _unless_conditional(counts, self._condition)

    def forget(self) -> None:
        """Forget the value before the next update: the run was moved."""
        self._next, self._lost = -1, False

    def _sequence(self, trace: UpdateTrace) -> tuple[Array, Any]:
        """The expression before the update's first step, then after each of its sites."""
        if self._before is not None:
            value, blank = self._at(trace, self._before)
            self._last = self._known = float(value), bool(blank)
        elif trace.update != self._next:
            self._last = _number(self._detector.previous)
            self._known = self._last
            if self._detector.point.event == "crosses":
                self._known = _number(self._detector.known)
        sites, inside = len(self._example), trace.length * len(self._example)
        values = np.empty(1 + inside + len(self._update))
        blank = np.empty(values.shape, np.bool_)
        values[0], blank[0] = self._last
        for site, readers in enumerate(self._example):
            at = slice(1 + site, 1 + inside, sites)  # of each example
            values[at], blank[at] = self._at(trace, readers)
        for n, readers in enumerate(self._update, 1 + inside):
            values[n], blank[n] = self._at(trace, readers)
        return values, blank

    def _at(self, trace: UpdateTrace, readers: Readers) -> tuple[Any, Any]:
        """The expression's numbers and where it is blank; a truth value counts as 1 or 0."""
        if self._expression.is_condition:
            true, false = self._expression.masks(_lookup(readers, trace))
            return true, np.logical_not(np.logical_or(true, false))
        found = self._expression.numbers(_lookup(readers, trace))
        return (np.nan, True) if found is None else (found, False)


def _lookup(readers: Readers, trace: UpdateTrace) -> Callable[[str], Any]:
    return lambda name: readers[name](trace)


def _readers(reader: Callable[..., Reader], index: SiteIndex, names: Any, offset: int) -> Readers:
    return {name: reader(index, name, offset) for name in names}


def _stretches(
    reader: Callable[..., Reader], index: SiteIndex, names: Any, sites: Any, steps: int
) -> Iterator[tuple[int, Readers]]:
    """The stretches from one site to the next, in which nothing changes: width and readers."""
    starts = sorted({0, *sites}) if steps else []
    for start, end in pairwise([*starts, steps]):
        yield end - start, _readers(reader, index, names, start)


def _number(found: float | bool | None) -> tuple[float, bool]:
    return (np.nan, True) if found is None else (float(found), False)


def _unless_conditional(counts: MatchCounts, condition: Expression | None) -> MatchCounts:
    """The counts of a watchpoint; whether its condition holds is left to the detector."""
    return counts if condition is None else counts.uncertain()
