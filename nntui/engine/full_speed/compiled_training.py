"""Training of small networks as a whole, compiled by numba: many updates in one call.

Calling numpy, or a compiled function, takes longer than the arithmetic of a small network. The code
is a trace of the algorithm, as that of ``straight_line.py`` is, and of the optimizer's rule.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from textwrap import indent
from typing import Any, Final

import numpy as np

from nntui.engine.full_speed.batch import Batches
from nntui.engine.full_speed.loops import KEPT, compiled, written_loops
from nntui.engine.full_speed.parameter_updates import ParameterUpdates
from nntui.engine.full_speed.straight_line import Assignment, TracedExample
from nntui.engine.schedule import Schedule
from nntui.engine.training_state import TrainingState
from nntui.model.experiment import Experiment
from nntui.model.numerics import Array

MOST_ASSIGNMENTS: Final = 800
"""Longer code takes more than a few seconds to compile."""

_PASSES: Final = """\
def loop(p, examples, order, first, end, sums):
    {read}
    {code}
    {left}
"""
_UPDATE: Final = """\
def loop(u, known, p, dp, memory, masks):
    {known}
    {code}
"""


class CompiledTraining:
    """What ``StraightLine`` is, for small networks and any number of examples.

    Raises:
        ValueError: the code would be too long.
    """

    def __init__(
        self, experiment: Experiment, schedule: Schedule, updates: ParameterUpdates
    ) -> None:
        self._schedule, self._reduced = schedule, experiment.training.reduced
        self._tested = np.array(experiment.test_examples, np.int64)
        traced = TracedExample(experiment)
        losses = traced.named("s", 2)
        after = [*traced.sums, *(total + traced.state.loss for total in losses)]
        assignments = traced.tape.needed(after)
        if len(assignments) > MOST_ASSIGNMENTS:
            raise ValueError("the code would be too long")
        numbers, p, sums = (
            [each.name for each in group]
            for group in ((*traced.x, *traced.y), traced.p, (*traced.g, *losses))
        )
        passes = test = _compiled_passes(assignments, numbers, p, sums)
        if len(self._tested):  # by the forward pass alone
            test = _compiled_passes(traced.tape.needed(after[-1:]), numbers, p, sums[-1:])
        self._scalars, update = _compiled_update(updates)
        self._masks = updates.masks
        self._train = _compiled_training(passes, test, update)

    def train(
        self,
        start: TrainingState,
        first: int,
        end: int,
        batches: Batches,
        batch_losses: list[float],
        epoch_losses: list[float],
        test_losses: list[float],
    ) -> TrainingState:
        """Do the updates ``first`` … ``end`` − 1; append the losses."""
        schedule, after = self._schedule, start.copy()
        index = np.arange(first, end, dtype=np.int64) % schedule.updates_per_epoch
        lengths = np.minimum(schedule.batch_size, schedule.examples - index * schedule.batch_size)
        epoch_ends = index == schedule.updates_per_epoch - 1
        sums = np.zeros(len(start.p) + 2)
        sums[-1] = start.epoch_sum
        batch_sums, epoch_sums, test_sums = np.zeros((3, end - first))
        self._train(
            after.p,
            after.memory,
            self._masks,
            batches.numbers,
            batches.order(first, int(lengths.sum())),
            np.cumsum(lengths),
            epoch_ends,
            self._known(first, lengths),
            sums,
            batch_sums,
            epoch_sums,
            self._tested,
            test_sums,
        )
        batch_losses += self._reduced(batch_sums, lengths).tolist()
        epoch_losses += (epoch_sums[epoch_ends] / schedule.examples).tolist()
        if len(self._tested):
            test_losses += (test_sums[epoch_ends] / len(self._tested)).tolist()
        after.epoch_sum = sums.item(-1)
        return after

    def _known(self, first: int, lengths: Any) -> Array:
        """What the rule of the optimizer computes from each update's batch length and t alone."""
        t = self._schedule.t(first)
        rows = [self._scalars(n, t + k) for k, n in enumerate(lengths.tolist())]
        return np.array(rows, np.float64)


def compile_training(
    experiment: Experiment,
    schedule: Schedule,
    updates: ParameterUpdates,
    computes_alike: Callable[[CompiledTraining], bool],
) -> CompiledTraining | None:
    """Compile an experiment's training; None where it is too long, numba fails, or a test does."""
    try:
        code = CompiledTraining(experiment, schedule, updates)
        return code if computes_alike(code) else None
    except Exception:  # it does not know a function, …
        logging.getLogger(__name__).debug("training is not compiled", exc_info=True)
        return None


def _compiled_passes(
    assignments: list[Assignment], numbers: list[str], p: list[str], sums: list[str]
) -> Callable[..., None]:
    """Compile what adds a batch's gradients and losses to sums (P + 2,)."""
    from numba import types

    loops = written_loops(
        assignments,
        {name: f"examples[order[np.uint64(first) + i], {n}]" for n, name in enumerate(numbers)},
        "end - first",
        sums=sums,
    )
    read = [f"{name} = p[{n}]" for n, name in enumerate(p)]
    read += [f"{name} = sums[{n}]" for n, name in enumerate(sums)]
    code = _PASSES.format(
        read="; ".join(read),
        code=indent(loops.code, "    ").strip(),
        left="; ".join(f"sums[{n}] = {name}" for n, name in enumerate(sums)),
    )
    f8, i8 = types.float64, types.int64
    return compiled(code, (f8[::1], f8[:, ::1], i8[::1], i8, i8, f8[::1]), loops.functions)


def _compiled_update(updates: ParameterUpdates) -> tuple[Callable[..., Any], Callable[..., None]]:
    """Compile what does an update u in place; also what computes its row of ``known``."""
    from numba import types

    scalars, wanted, assignments, results = updates.traced()
    rows = updates.memory_rows
    places = ["p[i]", *(f"memory[{row}, i]" for row in range(rows))]
    arrays = [places[0], "dp[i]", *places[1:]]
    arrays += [f"masks[{n}, i]" for n in range(len(updates.masks))]
    loops = written_loops(
        assignments,
        {f"x{k}": place for k, place in enumerate(arrays)},
        "p.size",
        results=dict(zip(places, results, strict=False)),  # memory may stay as it is
    )
    if loops.functions:
        raise ValueError("the rule would read what it has overwritten")
    code = _UPDATE.format(
        known="; ".join(f"{name} = known[u, {n}]" for n, name in enumerate(wanted)) or "pass",
        code=indent(loops.code, "    ").strip(),
    )
    f8 = types.float64
    matrix = f8[:, ::1]
    arguments = (types.int64, matrix, f8[::1], f8[::1], matrix, types.boolean[:, ::1])
    return scalars, compiled(code, arguments)


@lru_cache(KEPT)
def _compiled_training(
    passes: Callable[..., None], test: Callable[..., None], update: Callable[..., None]
) -> Callable[..., None]:
    import numba

    def train(
        p: Array,
        memory: Array,
        masks: Any,
        examples: Array,
        order: Any,
        ends: Any,
        epoch_ends: Any,
        known: Array,
        sums: Array,
        batch_sums: Array,
        epoch_sums: Array,
        tested: Any,
        test_sums: Array,
    ) -> None:
        """Do an update for each batch: the examples in ``order`` up to the next of ``ends``.

        sums (P + 2,): of the gradients, of the batch's losses, of the epoch's. ``test_sums`` are
        of the losses of the examples ``tested`` after each epoch.
        """
        first = 0
        for u in range(ends.size):
            sums[:-1] = 0.0
            passes(p, examples, order, first, ends[u], sums)
            update(u, known, p, sums, memory, masks)
            batch_sums[u], epoch_sums[u] = sums[-2], sums[-1]
            if epoch_ends[u]:
                sums[-1] = 0.0
                if tested.size:
                    test(p, examples, tested, 0, tested.size, test_sums[u : u + 1])
            first = ends[u]

    f8, i8, b1 = numba.types.float64, numba.types.int64, numba.types.boolean
    vector, matrix = f8[::1], f8[:, ::1]
    signature = numba.types.void(
        vector, matrix, b1[:, ::1], matrix, i8[::1], i8[::1], b1[::1], matrix, *[vector] * 3,
        i8[::1], vector,
    )  # fmt: skip
    # A call takes milliseconds, and the screen's thread need not wait for its end.
    jit: Any = numba.njit(signature, error_model="numpy", nogil=True)
    return jit(train)  # type: ignore[no-any-return]
