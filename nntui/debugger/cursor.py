"""To the cursor: the next and the last step about a neuron or a connection, by arithmetic."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.engine.schedule import Schedule
    from nntui.model.wiring import Wiring


def cursor_after(
    schedule: Schedule, net: Wiring, position: int, neurons: tuple[str, ...]
) -> int | None:
    """The position behind the next step about a neuron, or a connection (source, target).

    Those are a neuron's own steps there and back and the update of its bias, an input's load, a
    connection's two steps and the update of its weight. None when no such step is left.
    """
    in_example, in_update = _offsets(schedule, net, neurons)
    update = schedule.updates_before(position)
    while update < schedule.updates:
        start, examples = schedule.update_start(update), schedule.batch_length(update)
        place, done = divmod(max(position - start, 0), schedule.steps_per_example)
        if in_example and place < examples:
            ahead = bisect_left(in_example, done)
            if ahead < len(in_example):
                return start + place * schedule.steps_per_example + in_example[ahead] + 1
            if place + 1 < examples:
                return start + (place + 1) * schedule.steps_per_example + in_example[0] + 1
        step = start + examples * schedule.steps_per_example + (in_update or 0)
        if in_update is not None and step >= position:
            return step + 1
        if not in_example and in_update is None:
            return None
        update += 1
    return None


def cursor_before(
    schedule: Schedule, net: Wiring, position: int, neurons: tuple[str, ...]
) -> int | None:
    """The position behind the last such step before the one that was executed last; or None."""
    in_example, in_update = _offsets(schedule, net, neurons)
    end = position - 1  # the step sought has a lower number
    update = schedule.updates_before(max(end - 1, 0))
    while end > 0 and update >= 0:
        start, examples = schedule.update_start(update), schedule.batch_length(update)
        updating = start + examples * schedule.steps_per_example
        if in_update is not None and updating + in_update < end:
            return updating + in_update + 1
        if in_example:
            place, done = divmod(min(end, updating) - start, schedule.steps_per_example)
            behind = bisect_left(in_example, done)
            if behind:
                return start + place * schedule.steps_per_example + in_example[behind - 1] + 1
            if place:
                return start + (place - 1) * schedule.steps_per_example + in_example[-1] + 1
        elif in_update is None:
            return None
        update -= 1
    return None


def _offsets(
    schedule: Schedule, net: Wiring, neurons: tuple[str, ...]
) -> tuple[tuple[int, ...], int | None]:
    """The offsets of the steps about these neurons: in an example, and among the updates."""
    j, back = neurons[-1], schedule.loss_at + 1
    if j in net.inputs:
        return (0,), None
    n = net.neurons.index(j)
    size = 1 + len(net.sources[j])
    forward = 1 + schedule.forward_ends[n] - size
    backward = back + schedule.backward_ends[len(net.neurons) - 1 - n] - size
    parameter = neurons[0] if len(neurons) == 1 else (neurons[0], neurons[1])
    if len(neurons) == 1:
        in_example = (forward + size - 1, backward)
    else:
        edge = net.sources[j].index(neurons[0])
        in_example = (forward + edge, backward + 1 + edge)
    if parameter not in net.trainable:
        return in_example, None
    first = schedule.update_ends[n - 1] if n else 0
    owned = schedule.trainable[first : schedule.update_ends[n]]
    return in_example, first + owned.index(parameter)
