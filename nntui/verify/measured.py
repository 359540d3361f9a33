"""Mistakes that are measured: parameters after each update tell its batch, or its learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import comb
from typing import Final

import numpy as np

from nntui.engine.full_speed import TrainingState
from nntui.model.numerics import Array
from nntui.verify.given import Given
from nntui.verify.mistakes.mistake import Way
from nntui.verify.mistakes.table import MISTAKES, Candidate
from nntui.verify.updates import Simulation, UpdateHooks, Variation

_MOST_BATCHES: Final = 200
"""How many batches are tried for an update."""
_SHOWN: Final = 4
"""Learning rates that are named."""

Measure = Callable[[TrainingState, int, Array], TrainingState]
"""Does the update at an index in the way that comes nearest to parameters (P,), nan: unknown."""


def measured(simulation: Simulation, given: Given) -> Iterator[Candidate]:
    """Yield what parameters after updates tell of the batch and the learning rate of each."""
    schedule = simulation.schedule
    if given.after is None or simulation.first > given.first_after:
        return
    if schedule.updates_per_epoch > 1 and (batches := _other_batches(simulation, given)):
        yield _candidate("other_order", batches, "in another order")
    rates = _other_rates(simulation, given)
    shown = [f"{rate:.4g}" for rate in list(rates.values())[:_SHOWN]]
    more = ", …" * (len(rates) > len(shown))
    hooks = UpdateHooks(rate=lambda update: rates[update])
    yield _candidate("other_rates", hooks, f"{', '.join(shown)}{more}")


def _candidate(name: str, hooks: UpdateHooks, word: str) -> Candidate:
    mistake = next(m for m in MISTAKES if m.name == name)
    return Candidate(
        mistake, Way(hooks, word=word), Variation(updates=(hooks,)), None, "the update"
    )


def _follow(simulation: Simulation, given: Given, measure: Measure) -> None:
    """Go through the updates, those before the first given one being right."""
    state, schedule = simulation.start, simulation.schedule
    assert given.after is not None
    values = np.where(given.after.given, given.after.values, np.nan)
    for update in range(simulation.first, simulation.end):
        if update < given.first_after:
            state = simulation.updated(state, schedule.batch(update), update)
        else:
            state = measure(state, update, values[update - given.first_after])


def _other_batches(simulation: Simulation, given: Given) -> UpdateHooks | None:
    """Find for each update the examples that come nearest; None: there are too many to try."""
    schedule = simulation.schedule
    examples = sorted({e for u in range(schedule.updates_per_epoch) for e in schedule.batch(u)})
    if comb(len(examples), schedule.batch_size) > _MOST_BATCHES:
        return None
    found: dict[int, Sequence[int]] = {}

    def measure(state: TrainingState, update: int, values: Array) -> TrainingState:
        tried = [
            (batch, simulation.updated(state, batch, update))
            for batch in combinations(examples, schedule.batch_length(update))
        ]
        off = [np.nanmax(np.abs(new.p - values), initial=0.0) for _, new in tried]
        found[update], nearest = tried[int(np.argmin(off))]
        return nearest

    _follow(simulation, given, measure)
    return UpdateHooks(batch=lambda schedule, update: found.get(update, schedule.batch(update)))


def _other_rates(simulation: Simulation, given: Given) -> dict[int, float]:
    """Find for each update the learning rate of its longest step."""
    schedule, rate = simulation.schedule, simulation.passes.training.optimizer.learning_rate
    found = dict.fromkeys(range(simulation.first, given.first_after), rate)

    def measure(state: TrainingState, update: int, values: Array) -> TrainingState:
        new = simulation.updated(state, schedule.batch(update), update)
        step, mine = new.p - state.p, values - state.p
        longest = int(np.argmax(np.where(np.isfinite(mine * step), np.abs(step), 0.0)))
        factor = mine[longest] / step[longest]
        found[update] = rate * float(factor) if np.isfinite(factor) else rate
        return TrainingState(state.p + factor * step, new.memory)

    with np.errstate(all="ignore"):
        _follow(simulation, given, measure)
    return found
