"""A trace made elsewhere, held against the run step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Final, TypeAlias

import numpy as np

from nntui.debugger.stepper import Stepper
from nntui.explain.numbers import DEFAULT_PRECISION, told_apart
from nntui.model.errors import counted
from nntui.model.names import ValueNameError, escaped, parse_value_name, value_name
from nntui.verify.given import Given
from nntui.verify.judge import judge
from nntui.verify.lay_out import ATOL, ROUGH_RTOL, RTOL, Collection, Tolerance
from nntui.verify.places import NumbersError, Places
from nntui.verify.right_run import RightRun
from nntui.verify.shapes import Laid, is_rough
from nntui.verify.verdict import MOST_DIFFERENCES, Difference, KindCount, Verdict

Steps: TypeAlias = Sequence[tuple[int, Mapping[str, float]]]
"""Steps by their number from 1, each with the values that it wrote, by name."""

_OF_EXAMPLE: Final = frozenset({"z", "a", "da", "delta", "loss"})


def check_trace(run: RightRun, steps: Steps, tolerance: Tolerance) -> Verdict:
    """Hold what steps wrote against the run; the update of the first that differs is judged.

    Raises:
        NumbersError: a step that the run does not have, or that does not write such a value.
    """
    ordered = sorted(steps, key=lambda step: step[0])
    rough = is_rough(np.array([value for _, writes in steps for value in writes.values()]))
    counts, differences = _compared(run, ordered, rough, tolerance)
    if not differences:
        total = sum(count.agree for count in counts)
        of = f"{counted(total, 'number')} of {counted(len(steps), 'step')}"
        return Verdict("right", (f"Right: all {of} agree with the run.",), counts)
    first = differences[0]
    update = run.schedule.position(first.step - 1).update
    verdict = judge(run, _given(run, ordered, update, rough, tolerance), part=True)
    if verdict.right:  # only numbers on the way differ, such as a sum that is not whole yet
        found, expected = told_apart(first.found, first.expected, DEFAULT_PRECISION)
        said = f"{found}, expected {expected}"
        look = f"Look: nntui FILE --at {first.step}"
        lines = (f"{first.name} differs first, on the way: found {said}.", look)
        verdict = Verdict("unknown", lines, counts)
    return replace(verdict, counts=counts, differences=differences, update=update)


def _compared(
    run: RightRun, steps: Steps, rough: bool, tolerance: Tolerance
) -> tuple[tuple[KindCount, ...], tuple[Difference, ...]]:
    stepper, total = Stepper(run.experiment), run.schedule.total
    rtol = (ROUGH_RTOL if rough else RTOL) if tolerance.rtol is None else tolerance.rtol
    largest: dict[str, float] = {}
    for _, writes in steps:
        for name, value in writes.items():
            if abs(value) < np.inf:
                symbol = name.partition("[")[0]
                largest[symbol] = max(abs(value), largest.get(symbol, 0.0))
    counts: dict[str, list[int]] = {}
    differences: list[Difference] = []
    for number, writes in steps:
        if number > total:
            raise NumbersError(f"there is no step {number:,}: the run has {total:,}")
        stepper.seek(number - 1)
        right = stepper.step().writes
        for name, found in writes.items():
            symbol, *_ = name.partition("[")
            expected = right.get(name) if name in right else right.get(_canonical(name))
            if expected is None:
                raise NumbersError(
                    f"step {number:,} does not write {escaped(name)}: it writes {', '.join(right)}"
                )
            atol = tolerance.atol
            atol = ATOL * largest.get(symbol, 0.0) if atol is None else atol
            most = atol + rtol * max(abs(found), abs(expected))
            agree = found == expected or abs(found - expected) <= most < np.inf
            agree = agree or (isnan(found) and isnan(expected))
            count = counts.setdefault(symbol, [0, 0])
            count[0] += agree
            count[1] += 1
            if not agree and len(differences) < MOST_DIFFERENCES:
                differences.append(Difference(_canonical(name), number, expected, found))
    found_counts = (KindCount(kind, agree, all_) for kind, (agree, all_) in counts.items())
    return tuple(found_counts), tuple(differences)


def _canonical(name: str) -> str:
    try:
        symbol, neurons = parse_value_name(name)
    except ValueNameError as error:
        raise NumbersError(str(error)) from None
    return value_name(symbol, *neurons)


def _given(run: RightRun, steps: Steps, update: int, rough: bool, tolerance: Tolerance) -> Given:
    """Take from a trace what an update computed, each number from the step that completes it."""
    schedule, places, n = run.schedule, Places(run), run.schedule.batch_length(update)
    start, end = schedule.update_start(update), schedule.update_start(update + 1)
    collection = Collection(run, update, tolerance, update + 1)
    done: set[tuple[str, int]] = set()
    for number, writes in steps:
        if not start < number <= end:
            continue
        spot = schedule.spot(number - 1 - start, n)
        example, offset = n if spot.place is None else spot.place, number - 1 - start - spot.start
        for name, value in writes.items():
            symbol, neurons = parse_value_name(name)
            if (name, example) in done:
                continue  # the step stands in the trace twice
            if spot.move is not None:  # of central differences only the slopes count
                if symbol in ("db", "dw"):
                    reduced = np.array(run.experiment.training.reduced(value, n))
                    collection.put(Laid(places[name], reduced, updates=False, rough=rough))
            elif example >= n:
                laid = Laid(places[name], np.array(value), updates=False, rough=rough)
                collection.put_after(update + 1, laid)
            elif offset != max(schedule.offsets.writing(symbol, neurons), default=None):
                continue
            elif symbol in _OF_EXAMPLE:
                laid = Laid(places[name], np.array(value), updates=False, rough=rough)
                collection.put(laid, example)
            elif example == n - 1:
                reduced = np.array(run.experiment.training.reduced(value, n))
                collection.put(Laid(places[name], reduced, updates=False, rough=rough))
            done.add((name, example))
    return collection.given()
