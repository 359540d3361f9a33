"""Where the labels of connections stand: on their lines, in places that hold for every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Final

from nntui.draw.canvas import Cell, Leg, path
from nntui.draw.layers import Edge
from nntui.draw.plan import Layout

MOST_LABELLED: Final = 40
"""Between columns with more lines than this, only those in the spotlight get a label."""

STAGGERED: Final = (0.34, 0.6)
"""How far along their lines the labels of neighbours stand."""

# What it costs to cover a cell of another line: in the middle of the label, or at its rim.
_MIDDLE: Final = 4.0
_RIM: Final = 1.5
# What each cell of distance from the place that is wished for costs, and each cell beside the
# label's own line.
_DISTANCE: Final = 0.15
_BESIDE: Final = 0.3
# A label that would cost more is left out.
_MAX_COST: Final = 8.0


class LabelSlots(Mapping[Edge, Cell]):
    """Places for the labels of connections: as many as have room.

    Those between two columns are found when one of them is asked for: of a drawing larger than its
    pane few are seen.
    """

    def __init__(self, made: Layout) -> None:
        self._made = made
        self._found: dict[int, dict[Edge, Cell]] = {}

    def __getitem__(self, edge: Edge) -> Cell:
        return self._ending_behind(self._made.gap_before(edge[1]))[edge]

    def __iter__(self) -> Iterator[Edge]:
        for start in self._lines[0]:
            yield from self._ending_behind(start)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def _lines(self) -> tuple[dict[int, dict[Edge, Leg]], dict[int, set[Leg]]]:
        """The lines in each gap between columns: those that end there, and those that pass."""
        ending: dict[int, dict[Edge, Leg]] = {}
        passing: dict[int, set[Leg]] = {}  # these have their label elsewhere
        for source, target in self._made.edges:
            *others, last = self._made.legs(source, target)
            ending.setdefault(self._made.gap_before(target), {})[source, target] = last
            for leg in others:
                passing.setdefault(leg.x0, set()).add(leg)
        return ending, passing

    def _ending_behind(self, start: int) -> dict[Edge, Cell]:
        """The places in the gap that begins at a cell."""
        if start not in self._found:
            ending, passing = self._lines
            legs, width = ending.get(start, {}), self._made.label_width
            self._found[start] = {}
            if width and len(legs) <= MOST_LABELLED:
                self._found[start] = _slots(legs, passing.get(start, set()), start, width)
        return self._found[start]


def _slots(
    legs: Mapping[Edge, Leg], passing: Iterable[Leg], start: int, width: int
) -> dict[Edge, Cell]:
    """Place the labels of the lines that end in a gap."""
    crowd = crowd_of([*legs.values(), *passing])
    place = partial(best_slot, crowd=crowd, start=start, max_cost=_MAX_COST)
    slots: dict[Edge, Cell] = {}
    taken: set[Cell] = set()
    order = sorted(legs, key=lambda edge: (legs[edge].y1, legs[edge].y0))
    wishes = {edge: STAGGERED[n % len(STAGGERED)] for n, edge in enumerate(order)}
    # The line with the least choice goes first, or the others would take its only place.
    easy = {edge: place(leg, width, (), along=wishes[edge]) for edge, leg in legs.items()}
    for edge, leg in sorted(legs.items(), key=lambda pair: easy[pair[0]] is not None):
        slot = place(leg, width, taken, along=wishes[edge])
        if slot is not None:
            slots[edge] = slot
            taken.update(cover(slot, width))
    return slots


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
    max_cost: float = float("inf"),
    along: float = STAGGERED[0],
) -> Cell | None:
    """Return where on `leg` a label of `width` cells fits best: its first cell, or None.

    It is to stand at `along`, 0 the start of the leg and 1 its end. `crowd` counts the lines, this
    one included, in each cell. The gap begins at `start`: a leg from further away comes from behind
    boxes. Its first and last cell stay free for an arrowhead.
    """
    own = set(path(leg))
    begin = max(leg.x0, start)
    wished = begin + along * (leg.x1 - begin)
    best, least = None, max_cost
    half = width // 2
    for x, y in path(leg):
        left = x - half
        if left <= begin or left + width > leg.x1:
            continue
        cost = abs(x - wished) * _DISTANCE
        for i in range(width):
            cell = (left + i, y)
            cost += 0 if cell in own else _BESIDE
            others = crowd.get(cell, 0) - (cell in own)
            if others > 0:
                cost += others * (_MIDDLE if abs(i - half) <= 1 else _RIM)
        if cost < least and not any(cell in taken for cell in cover((left, y), width)):
            best, least = (left, y), cost
    return best


def crowd_of(legs: Iterable[Leg]) -> Counter[Cell]:
    """Return how many of the lines run through each cell."""
    return Counter(cell for leg in legs for cell in path(leg))
