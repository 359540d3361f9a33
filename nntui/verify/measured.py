"""Mistakes that the numbers tell: where gradients are clipped, what updates are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations
from math import comb
from typing import Final

import numpy as np

from nntui.engine.training_state import TrainingState
from nntui.model.numerics import Array
from nntui.verify.comparison import Comparison
from nntui.verify.given import Given
from nntui.verify.lay_out import ROUGH_RTOL
from nntui.verify.mistakes.gradient import clipped
from nntui.verify.mistakes.loss import of_targets_in_order
from nntui.verify.mistakes.mistake import Way
from nntui.verify.mistakes.table import MISTAKES, Candidate
from nntui.verify.passes import Change, Hooks
from nntui.verify.updates import Simulation, UpdateHooks, Variation

_MOST_BATCHES: Final = 200
"""How many batches are tried for an update."""
_MOST_SHUFFLED: Final = 5
"""Examples whose targets are tried in every order: 120."""
_SHOWN: Final = 4
"""Learning rates that are named."""

Measure = Callable[[TrainingState, int, Array], TrainingState]
"""Does the update at an index in the way that comes nearest to parameters (P,), nan: unknown."""


def measured(simulation: Simulation, given: Given, comparison: Comparison) -> Iterator[Candidate]:
    """Yield the mistakes that may have made the numbers, as these tell."""
    yield from _clippings(comparison)
    yield from _shuffled_targets(comparison.examples)
    if given.after is not None and simulation.first <= given.first_after:
        yield from _of_updates(simulation, given)


def _candidate(name: str, way: Way) -> Candidate:
    mistake = next(m for m in MISTAKES if m.name == name)
    if isinstance(way.hooks, UpdateHooks):
        return Candidate(mistake, way, Variation(updates=(way.hooks,)), None, "the update")
    assert isinstance(way.hooks, Hooks)
    return Candidate(mistake, way, Variation((Change(way.hooks),)), None, "every layer")


def _clippings(comparison: Comparison) -> Iterator[Candidate]:
    """Gradients clipped at the largest number, or each array at the greatest length, they have."""
    cells = comparison.of_kinds("dp", "g") & np.isfinite(comparison.found)
    sizes, groups = np.abs(comparison.found[cells]), 3 * comparison.place + comparison.part
    if _is_shared(sizes):
        most = float(sizes.max())
        hooks = clipped(lambda g: np.clip(g, -most, most))
        yield _candidate("gradient_clipped", Way(hooks, word=f"each number to ±{most:.6g}"))
    lengths = np.sqrt(np.bincount(groups[cells], sizes**2))
    if _is_shared(lengths[lengths > 0.0]):
        length = float(lengths.max())
        hooks = clipped(lambda g: g * length / max(length, float(np.linalg.norm(g))))
        yield _candidate(
            "gradient_clipped", Way(hooks, word=f"each array to the length {length:.6g}")
        )


def _is_shared(sizes: Array) -> bool:
    """Whether several have the largest size, and they are not all there is."""
    largest = sizes >= sizes.max(initial=0.0) * (1.0 - ROUGH_RTOL)
    return bool(largest.sum() >= 2 and len(sizes) > 2)


def _shuffled_targets(examples: int) -> Iterator[Candidate]:
    """Each order in which a few examples may have one another's targets."""
    for order in permutations(range(examples)) if examples <= _MOST_SHUFFLED else ():
        for way in of_targets_in_order(order):
            yield _candidate("other_targets", way)


def _of_updates(simulation: Simulation, given: Given) -> Iterator[Candidate]:
    """The batch, and the learning rate, that parameters after each update come nearest to."""
    if batches := _other_batches(simulation, given):
        yield _candidate("other_order", Way(batches, word="in another order"))
    rates = _other_rates(simulation, given)
    shown = [f"{rate:.4g}" for rate in list(rates.values())[:_SHOWN]]
    more = ", …" * (len(rates) > len(shown))
    hooks = UpdateHooks(rate=lambda update: rates[update])
    yield _candidate("other_rates", Way(hooks, word=f"{', '.join(shown)}{more}"))


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
    """Find for each update the examples that come nearest; None: too many to try, or no choice."""
    schedule = simulation.schedule
    examples = sorted({e for u in range(schedule.updates_per_epoch) for e in schedule.batch(u)})
    if not 1 < comb(len(examples), schedule.batch_size) <= _MOST_BATCHES:
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
