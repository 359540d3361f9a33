"""The comparison of the algorithm, or a mutant of it, with the oracle."""

from __future__ import annotations

import math
from collections import deque
from itertools import islice
from typing import Any

from nntui.engine.schedule import Schedule
from nntui.engine.state import State
from nntui.model.experiment import Experiment
from support.oracle import Oracle
from support.stepped import steps_of

OVERFLOW = 1e100


def worst_error(experiment: Experiment, mutant: Any = None) -> float:
    """The greatest difference of a gradient from the oracle's, relative to the greatest in sight.

    Compared after each batch: db and dw with the sum over its examples, and after its last example
    the gradient with respect to that example's inputs.
    """
    oracle, schedule, state = Oracle(experiment), Schedule(experiment), State.first(experiment)
    steps = steps_of(experiment, state, mutant)
    worst = 0.0
    for _, batch in schedule.batches():
        parameters: dict[Any, float] = {**state.b, **state.w}
        scale = 0.0
        for _ in batch:
            deque(islice(steps, schedule.steps_per_example), maxlen=0)
            scale = max(scale, _carried(state))
        gradients = [oracle.gradient(parameters, example)[1] for example in batch]
        # Once a run has overflowed, the two may meet infinity in different terms.
        if not all(abs(g) < OVERFLOW for gradient in gradients for g in gradient.values()):
            break
        expected = {key: sum(g[key] for g in gradients) for key in parameters}
        saliency = {key: g for key, g in gradients[-1].items() if key[0] == "x" and key[1:]}
        found: dict[Any, float] = {**state.db, **state.dw}
        for key in oracle.keys:
            if key not in found:
                expected[key] = saliency[key]
                found[key] = state.da.get(key[1], 0.0)
        # Terms that cancel leave a small sum with the rounding of the large ones.
        scale = max(scale, *(abs(g) for gradient in gradients for g in gradient.values()))
        error = max(_difference(found[key], expected[key]) for key in expected)
        worst = max(worst, error / scale if scale else error)
        deque(islice(steps, schedule.steps_per_update), maxlen=0)
    return worst


def _carried(state: State) -> float:
    """The greatest ∂L/∂a, times the greatest a.

    A slope such as tanh's 1 − a² is off by the rounding of its 1: when every neuron is saturated,
    all gradients are tiny, but their rounding is that of what they were multiplied from.
    """
    carried = max(map(abs, state.da.values()), default=0.0)
    carried *= max(1.0, *map(abs, state.a.values()))
    return carried if math.isfinite(carried) else 0.0


def _difference(found: float, expected: float) -> float:
    if math.isfinite(found) and math.isfinite(expected):
        return abs(found - expected)
    same = found == expected or (math.isnan(found) and math.isnan(expected))
    return 0.0 if same else math.inf
