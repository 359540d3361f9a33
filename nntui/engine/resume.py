"""The listing taken up again in the middle of an update, between two neurons' steps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain

from nntui.engine.listing import Steps, backward, compare, forward, load, train, update
from nntui.engine.regime import Regime
from nntui.engine.schedule import Schedule
from nntui.engine.state import State


def resumed(now: Regime, state: State, schedule: Schedule, position: int) -> Steps:
    """The steps of the whole run from a position on, whose state is given."""
    return chain.from_iterable(_parts(now, state, schedule, position))


def boundary(schedule: Schedule, position: int) -> int:
    """The last position, up to the one given, where the listing can be taken up again.

    It lies behind the first step of an update, so that what was left of the last one is shown.
    """
    if position == 0:
        return 0
    block = schedule.block(position - 1)
    n = bisect_right(block.neuron_ends, position - block.start)
    return block.start + (block.neuron_ends[n - 1] if n else 0)


def _parts(now: Regime, state: State, schedule: Schedule, position: int) -> Iterator[Steps]:
    if position == schedule.total:
        return
    number = schedule.updates_before(position)
    offset = position - schedule.update_start(number)
    if offset == 0:
        yield train(now, state, number)
        return
    neurons, batch = now.net.neurons, schedule.batch(number)
    place, done = divmod(offset, schedule.steps_per_example)
    if place < len(batch) and done:
        n = bisect_right(schedule.forward_ends, done - 1)
        yield forward(now, state, neurons[n:])
        if done <= schedule.loss_at:
            yield compare(now, state, batch[place])
        n = bisect_right(schedule.backward_ends, done - schedule.loss_at - 1)
        yield backward(now, state, neurons[::-1][n:])
        place += 1
    for example in batch[place:]:
        yield load(now, state, example)
        yield forward(now, state, neurons)
        yield compare(now, state, example)
        yield backward(now, state, neurons[::-1])
    n = bisect_right(schedule.update_ends, offset - len(batch) * schedule.steps_per_example)
    yield update(now, state, neurons[n:], number, len(batch))
    yield train(now, state, number + 1)
