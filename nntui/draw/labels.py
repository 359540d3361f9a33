"""Places for the weights: on their lines, where they cover little and each other never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Final

from nntui.draw.canvas import Cell
from nntui.draw.columns import Edge
from nntui.draw.lines import Leg, stairs

# What it costs to cover a cell of another line: in the middle of the label, or at its rim.
_MIDDLE: Final = 4.0
_RIM: Final = 1.5
# What each cell of distance from the target costs, each cell beside the label's own line, and each
# corner of that line that it hides.
_DISTANCE: Final = 0.15
_BESIDE: Final = 0.5
_CORNER: Final = 0.5
# A label that would be dearer stays away.
DEAREST: Final = 8.0


def cover(slot: Cell, width: int) -> list[Cell]:
    """Return the cells of a label at `slot` and the one that must stay free at either side."""
    x, y = slot
    return [(cell, y) for cell in range(x - 1, x + width + 1)]


def best_slot(
    leg: Leg,
    width: int,
    taken: Container[Cell],
    crowd: Mapping[Cell, int],
    *,
    start: int,
    dearest: float = float("inf"),
    far: bool = False,
) -> Cell | None:
    """Return where on `leg` a label of `width` cells fits best: its first cell, or None.

    It stands near the leg's end, or near its start when that is the `far` one.
    `crowd` counts the lines, this one included, in each cell. The gap begins at `start`: a leg from
    further away comes from behind boxes. Its first and last cell stay free for an arrowhead.
    """
    own = stairs(leg, False)
    best, least = None, dearest
    half = width // 2
    for x, y in own:
        left = x - half
        if left <= max(leg.x0, start) or left + width > leg.x1:
            continue
        cost = (left - leg.x0 if far else leg.x1 - left - width) * _DISTANCE
        for i in range(width):
            cell = (left + i, y)
            cost += 0 if cell in own else _BESIDE
            cost += _CORNER * ((left + i, y - 1) in own or (left + i, y + 1) in own)
            others = crowd.get(cell, 0) - (cell in own)
            if others > 0:
                cost += others * (_MIDDLE if abs(i - half) <= 1 else _RIM)
        if cost < least and not any(cell in taken for cell in cover((left, y), width)):
            best, least = (left, y), cost
    return best


def crowd_of(legs: Iterable[Leg]) -> Counter[Cell]:
    """Return how many of the lines run through each cell."""
    return Counter(cell for leg in legs for cell in stairs(leg, False))


def slots_in_gap(
    legs: Mapping[Edge, Leg], passing: list[Leg], width: int, start: int
) -> dict[Edge, Cell]:
    """Return places for the labels of the lines that end in one gap, as many as have room.

    `passing` are the lines that also run through the gap but have their label elsewhere; `start` is
    its first cell column.
    """
    crowd = crowd_of([*legs.values(), *passing])
    taken: set[Cell] = set()
    slots: dict[Edge, Cell] = {}
    # The line with the least choice goes first, or the others would take its only place.
    easy = {
        key: best_slot(leg, width, (), crowd, start=start, dearest=DEAREST)
        for key, leg in legs.items()
    }
    for key, leg in sorted(legs.items(), key=lambda pair: easy[pair[0]] is not None):
        slot = best_slot(leg, width, taken, crowd, start=start, dearest=DEAREST)
        if slot is not None:
            slots[key] = slot
            taken.update(cover(slot, width))
    return slots
