"""The movements through a run: each to the next of its stops, or back to the one before.

The sequence of steps is static, so a movement is arithmetic on the position: the number of steps
executed so far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nntui.engine.schedule import Block, Schedule, end_after, end_before


@dataclass(frozen=True, slots=True)
class Movement:
    """``after(schedule, p)`` is its first stop behind position p (which is not the end),
    ``before`` its last stop in front of p (which is not the start).
    """  # noqa: D205

    after: Callable[[Schedule, int], int]
    before: Callable[[Schedule, int], int]


def _within_block(ends: Callable[[Block], tuple[int, ...]]) -> Movement:
    def after(schedule: Schedule, position: int) -> int:
        block = schedule.block(position)
        return block.start + end_after(ends(block), position - block.start)

    def before(schedule: Schedule, position: int) -> int:
        block = schedule.block(position - 1)
        return block.start + end_before(ends(block), position - block.start)

    return Movement(after, before)


def _example_after(schedule: Schedule, position: int) -> int:
    start = schedule.example_start(position)
    end = start + schedule.steps_per_example
    update = schedule.updates_before(position)
    last_in_batch = end == schedule.update_start(update + 1) - schedule.steps_per_update
    return end + schedule.steps_per_update if last_in_batch else end


def _update_before(schedule: Schedule, position: int) -> int:
    return schedule.update_start(schedule.updates_before(position - 1))


def _epoch_before(schedule: Schedule, position: int) -> int:
    return (position - 1) // schedule.steps_per_epoch * schedule.steps_per_epoch


MOVEMENTS: Final[dict[str, Movement]] = {
    "step": Movement(lambda s, p: p + 1, lambda s, p: p - 1),
    "neuron": _within_block(lambda block: block.neuron_ends),
    "pass": _within_block(lambda block: block.pass_ends),
    "example": Movement(_example_after, lambda s, p: s.example_start(p - 1)),
    "update": Movement(lambda s, p: s.update_start(s.updates_before(p) + 1), _update_before),
    "epoch": Movement(lambda s, p: (p // s.steps_per_epoch + 1) * s.steps_per_epoch, _epoch_before),
    "run": Movement(lambda s, p: s.total, lambda s, p: 0),
}


def destination(schedule: Schedule, position: int, movement: str, count: int = 1) -> int:
    """Where ``count`` movements lead, back when count is negative; no further than either end.

    Raises:
        KeyError: there is no movement of that name.
    """
    move = MOVEMENTS[movement]
    if movement == "step":
        return min(max(position + count, 0), schedule.total)
    for _ in range(abs(count)):
        if position == (schedule.total if count > 0 else 0):
            break
        position = move.after(schedule, position) if count > 0 else move.before(schedule, position)
    return position
