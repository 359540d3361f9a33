"""The next step of a place, or the one before: by arithmetic, nothing is executed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from nntui.debugger.stops.layout import Block, Layout
from nntui.debugger.stops.place import Place
from nntui.engine.schedule import Schedule
from nntui.model.wiring import Wiring


def step_of_place(
    net: Wiring, schedule: Schedule, place: Place, position: int, direction: int
) -> int | None:
    """The number of the first step of a place from a position on; None when none follows.

    With direction −1: of the last one before the step that was executed last.
    """
    layout = Layout(net, schedule)
    sites = layout.sites_of_place(place)
    if place.number is not None and place.kind in ("update", "epoch"):
        only = _start_of(schedule, place.kind, place.number)
        there = only is not None and (only >= position if direction > 0 else only < position - 1)
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


def _start_of(schedule: Schedule, kind: str, number: int) -> int | None:
    """The first step of an update or epoch; None when the run has none of that number."""
    if number >= (schedule.updates if kind == "update" else schedule.epochs):
        return None
    return schedule.update_start(
        number if kind == "update" else number * schedule.updates_per_epoch
    )


def _blocks(layout: Layout, schedule: Schedule, position: int, direction: int) -> Iterator[Block]:
    """The blocks from a position's on, for as long as it takes to meet every kind of them."""
    step = position if direction > 0 else position - 2
    # Every example comes once in an epoch, though in another order.
    left = 2 * (schedule.examples + schedule.updates_per_epoch)
    while left and 0 <= step < schedule.total:
        block = layout.block(step)
        yield block
        step = block.end if direction > 0 else block.start - 1
        left -= 1
