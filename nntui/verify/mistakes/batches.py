"""The mistakes that people make from batch to batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nntui.engine.schedule import Schedule
from nntui.verify.mistakes.mistake import Mistake, Way
from nntui.verify.updates import UpdateHooks, step_times

_STEP: Final = "w = w − η · g"


def _in_document_order(schedule: Schedule, update: int) -> Sequence[int]:
    examples = sorted(e for u in range(schedule.updates_per_epoch) for e in schedule.batch(u))
    return _part(schedule, update, examples)


def _backwards(schedule: Schedule, update: int) -> Sequence[int]:
    return _part(schedule, update, _epoch(schedule, update)[::-1])


def _batches_backwards(schedule: Schedule, update: int) -> Sequence[int]:
    epoch, batch = divmod(update, schedule.updates_per_epoch)
    return schedule.batch((epoch + 1) * schedule.updates_per_epoch - 1 - batch)


def _first_epochs_order(schedule: Schedule, update: int) -> Sequence[int]:
    return schedule.batch(update % schedule.updates_per_epoch)


def _last_batch_dropped(schedule: Schedule, update: int) -> Sequence[int]:
    full = len(_epoch(schedule, update)) // schedule.batch_size
    epoch, batch = divmod(update, max(full, 1))
    return schedule.batch(min(epoch * schedule.updates_per_epoch + batch, schedule.updates - 1))


def _epoch(schedule: Schedule, update: int) -> list[int]:
    first = update - update % schedule.updates_per_epoch
    return [e for u in range(first, first + schedule.updates_per_epoch) for e in schedule.batch(u)]


def _part(schedule: Schedule, update: int, examples: Sequence[int]) -> Sequence[int]:
    start = update % schedule.updates_per_epoch * schedule.batch_size
    return examples[start : start + schedule.batch_size]


_ORDERS: Final = {
    "in the order of the document": _in_document_order,
    "backwards": _backwards,
    "with the batches backwards": _batches_backwards,
    "in the order of the first epoch": _first_epochs_order,
    "without the last, smaller batch": _last_batch_dropped,
}

BATCH_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "not_zeroed",
        "the gradients pile up: they are not set to 0 before the next batch",
        "each update has the gradient of its own batch only",
        ("g = g before + ∂L/∂w", "g = ∂L/∂w"),
        (Way(UpdateHooks(not_zeroed="dp")), Way(UpdateHooks(not_zeroed="g"))),
    ),
    Mistake(
        "other_order",
        "the examples come {word}",
        "they come in the order of the document, or as its seed shuffles them",
        ("batch = other examples", "batch = the examples of this update"),
        tuple(Way(UpdateHooks(batch=order), word=word) for word, order in _ORDERS.items()),
    ),
    Mistake(
        "first_parameters",
        "the gradients are those at the first parameters: no forward pass follows an update",
        "each update begins with the forward pass at the parameters of now",
        ("g = ∂L/∂w at the start", "g = ∂L/∂w at w"),
        (Way(UpdateHooks(at_start=True)),),
    ),
    Mistake(
        "update_after_each_example",
        "there is an update after each example, not after the batch",
        "the gradients of the batch are put together, then comes one update",
        ("w = w − η · ∂L/∂w of each example", _STEP),
        (Way(UpdateHooks(each_example=True)),),
    ),
    Mistake(
        "learning_rate_sign",
        "the update goes up the gradient: its sign is wrong",
        "the update goes against the gradient",
        ("w = w + η · g", _STEP),
        (Way(step_times(lambda n: -1.0)),),
    ),
    Mistake(
        "learning_rate_over_n",
        "the step is divided by N = {N} once more",
        "the step is the learning rate times the reduced gradient",
        ("w = w − η/N · g", _STEP),
        (Way(step_times(lambda n: 1.0 / n)),),
    ),
    Mistake(
        "other_rates",
        "the learning rate is another one from update to update: {word}",
        "the learning rate is the same in every update",
        ("η = {word}", "η of the document"),
        (),  # it is measured
    ),
)
