"""Values that go by where a run stands alone: the counters, and the losses of whole periods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nntui.engine.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Period:
    """A value's steps: ``last(schedule, p)`` wrote it last before position p (which is above 0),
    ``next(schedule, p)`` writes it next, from position p (below the end) on; None: there is none.
    """  # noqa: D205

    last: Callable[[Schedule, int], int | None]
    next: Callable[[Schedule, int], int | None]


def _update_before(schedule: Schedule, position: int) -> int:
    return schedule.update_start(schedule.updates_before(position - 1))


def _update_from(schedule: Schedule, position: int) -> int | None:
    update = schedule.updates_before(position)
    start = schedule.update_start(update)
    return start if start == position else _within(schedule, schedule.update_start(update + 1))


def _example_before(schedule: Schedule, position: int) -> int:
    load = schedule.example_start(position - 1)
    if schedule.position(position - 1).phase != "update":
        return load
    return load + schedule.steps_per_example  # no example is under way since the update began


def _example_from(schedule: Schedule, position: int) -> int | None:
    load = schedule.example_start(position)
    if load == position:
        return load
    end = load + schedule.steps_per_example
    next_update = schedule.update_start(schedule.updates_before(position) + 1)
    last_in_batch = end + schedule.steps_per_update == next_update
    return _within(schedule, next_update if last_in_batch else end)


def _batch_ended_before(schedule: Schedule, position: int) -> int | None:
    finished = schedule.updates_before(position)
    return schedule.update_start(finished) - 1 if finished else None


def _batch_ends_from(schedule: Schedule, position: int) -> int:
    return schedule.update_start(schedule.updates_before(position) + 1) - 1


def _epoch_ended_before(schedule: Schedule, position: int) -> int | None:
    finished = position // schedule.steps_per_epoch
    return finished * schedule.steps_per_epoch - 1 if finished else None


def _epoch_from(schedule: Schedule, position: int) -> int | None:
    return _within(schedule, -(-position // schedule.steps_per_epoch) * schedule.steps_per_epoch)


def _within(schedule: Schedule, step: int) -> int | None:
    return step if step < schedule.total else None


_EPOCH_END: Final = Period(
    _epoch_ended_before, lambda s, p: (p // s.steps_per_epoch + 1) * s.steps_per_epoch - 1
)

PERIODS: Final[dict[str, Period]] = {
    "step": Period(lambda s, p: p - 1, lambda s, p: p),
    "example": Period(_example_before, _example_from),
    "update": Period(_update_before, _update_from),
    "epoch": Period(lambda s, p: (p - 1) // s.steps_per_epoch * s.steps_per_epoch, _epoch_from),
    "batch_loss": Period(_batch_ended_before, _batch_ends_from),
    "epoch_loss": _EPOCH_END,
    "test_loss": _EPOCH_END,
}
