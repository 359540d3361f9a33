"""Places of a run in words: where ``goto`` leads, and where a place is met next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from nntui.debugger.breakpoints.breakpoint import Place
from nntui.debugger.breakpoints.sites import Block, SiteIndex
from nntui.debugger.commands.text import CommandError, split, whole
from nntui.engine.schedule import Schedule
from nntui.model.names import did_you_mean, escaped, near_or_all
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper

# word: (the position behind its number n, how many there are)
_NUMBERED: Final[dict[str, tuple[Callable[[Schedule, int], int], Callable[[Schedule], int]]]] = {
    "step": (lambda schedule, n: n, lambda schedule: schedule.total),
    "update": (lambda schedule, n: schedule.update_start(n), lambda schedule: schedule.updates),
    "epoch": (lambda schedule, n: n * schedule.steps_per_epoch, lambda schedule: schedule.epochs),
}
_NAMED: Final = (*_NUMBERED, "example")


def position_of(stepper: Stepper, text: str, bookmarks: Sequence[str] = ()) -> int:
    """Find the position that ``goto`` means: ``end``, ``epoch 3``, ``epoch 3 end``, ``12``, ``-5``.

    ``bookmarks`` are the names that might have been meant instead.

    Raises:
        NntuiError: there is no such place.
    """
    found = split(text)
    if len(found) == 1 and found[0] in _NAMED:
        raise CommandError(f"goto {found[0]} needs a number, as in goto {found[0]} 1")
    end = len(found) == 3 and found[2] == "end" and found[0] != "step"
    if (len(found) == 2 or end) and found[0] in _NUMBERED:
        behind, count = _NUMBERED[found[0]]
        n, last = whole(found[1], f"the number of the {found[0]}"), count(stepper.schedule)
        if not 1 <= n <= last:
            raise CommandError(f"there is no {found[0]} {n:,}: they go from 1 to {last:,}")
        to_end = end or found[0] == "step"
        return behind(stepper.schedule, n if to_end else n - 1)
    if len(found) == 2 and found[0] == "example":
        return _example(stepper, text)
    return _position(stepper, text, bookmarks)


def _example(stepper: Stepper, text: str) -> int:
    """The position just after the load of an example, in the epoch at hand."""
    place = _checked_place(stepper, text)
    assert place.index is not None
    schedule = stepper.schedule
    epoch = schedule.position(max(stepper.position - 1, 0)).epoch
    return schedule.load_of(place.index, epoch) + 1


def _position(stepper: Stepper, word: str, bookmarks: Sequence[str]) -> int:
    """Parse a position, absolute or relative."""
    if word == "start":
        return 0
    if word == "end":
        return stepper.total
    if not word.lstrip("+-")[:1].isdigit():
        if word in stepper.experiment.network:
            raise CommandError(f"{escaped(word)} is a neuron: until goes to its next step")
        hint = (
            did_you_mean(word, [*bookmarks, "start", "end"])
            or near_or_all(word, bookmarks)
            or "try a step number, example 3 or a bookmark"
        )
        raise CommandError(f"there is no bookmark “{escaped(word)}”; {hint}")
    number = whole(word, "a position")
    position = stepper.position + number if word[0] in "+-" else number
    if not 0 <= position <= stepper.total:
        raise CommandError(
            f"there is no position {position:,}: they go from 0 to {stepper.total:,}"
        )
    return position


def _checked_place(stepper: Stepper, text: str) -> Place:
    """Parse a place that the run meets somewhere."""
    from nntui.debugger.breakpoints.parse import parse_place
    from nntui.debugger.breakpoints.reachability import Reachability

    place = parse_place(text, stepper.experiment.network)
    Reachability.of(stepper.training_run).check_place(place)
    return place


def position_behind(stepper: Stepper, text: str, direction: int = 1) -> int:
    """Find the position just after the next step of a place; with direction −1 of the one before.

    Raises:
        NntuiError: there is no such place, or it is not met any more.
    """
    place, net = _checked_place(stepper, text), stepper.experiment.network.wiring()
    step = step_of_place(net, stepper.schedule, place, stepper.position, direction)
    if step is None:
        way = "after" if direction > 0 else "before"
        raise CommandError(f"{escaped(place.text, 200)} is not met {way} this")
    return step + 1


def step_of_place(
    net: Wiring, schedule: Schedule, place: Place, position: int, direction: int
) -> int | None:
    """Find the first step of a place from a position on, by number; None without one.

    With direction −1: the last one before the step that was executed last.
    """
    layout = SiteIndex(net, schedule)
    sites = layout.sites_of_place(place)
    if place.number is not None and place.kind in ("step", "update", "epoch"):
        only = layout.step_of(place)
        there = position <= only < schedule.total if direction > 0 else only < position - 1
        return only if there else None
    for block in _blocks(layout, schedule, position, direction):
        if not layout.admits(place, block):
            continue
        offsets = sites.of(block)
        if direction > 0:
            n = bisect_left(offsets, position - block.start)
            if n < len(offsets):
                return block.start + offsets[n]
        else:
            n = bisect_left(offsets, position - 1 - block.start)
            if n:
                return block.start + offsets[n - 1]
    return None


def _blocks(
    layout: SiteIndex, schedule: Schedule, position: int, direction: int
) -> Iterator[Block]:
    """The blocks from a position on, for as long as it takes to meet every example."""
    step = position if direction > 0 else position - 2
    # Every example comes once in an epoch, though in another order.
    left = 2 * (schedule.examples + schedule.updates_per_epoch)
    while left and 0 <= step < schedule.total:
        block = layout.block(step)
        yield block
        step = block.end if direction > 0 else block.start - 1
        left -= 1
