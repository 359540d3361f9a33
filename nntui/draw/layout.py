"""Lay out a network: once per network and size, for every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from nntui.draw.canvas import Cell, Leg, stairs
from nntui.draw.layers import ColumnEntry, Draft, Edge, fold, settle, spread
from nntui.draw.plan import Box, HeatMap, Layout, heat_maps_of
from nntui.text import cells

_AS_IT_FITS: Final[Mapping[int, bool]] = {}

MOST_LABELLED: Final = 40
"""Between columns with more lines than this, only those in the spotlight get a label."""


def lay_out(
    draft: Draft,
    width: int,
    height: int,
    *,
    value_width: int = 6,
    label_width: int = 5,
    folds: Mapping[int, bool] = _AS_IT_FITS,
) -> Layout:
    """Lay a network out in `width` × `height` cells.

    Neurons without room fold into one row. When the width is scarce, values get fewer cells (the
    layout says how many); when that does not do, the layout is wider and says `overflow`.

    Args:
        draft: the network, see ``layers.draft``.
        width: cells.
        height: cells.
        value_width: cells for a neuron's value.
        label_width: cells for a weight; 0: only the executing connection has one.
        folds: by column (from 0), whether to fold it whole (True), or to show it whole and make
            the layout as high as that takes (False).
    """
    width, height = max(1, width), max(1, height)
    value_width, label_width = max(1, value_width), max(0, label_width)
    columns, order = draft.columns, draft.order
    asked = height
    unfolded = (c for c, folded in folds.items() if not folded and c < len(order))
    height = max([height, *(len(order[c]) for c in unfolded)])
    fit = fit_columns(
        columns,
        width,
        value_width=value_width,
        label_width=label_width,
        stackable=all(
            sum(2 if isinstance(item, str) else 1 for item in items) <= height for items in order
        ),
    )
    entries = [
        fold(items, height, fit.box_height, whole=folds.get(column, False))
        for column, items in enumerate(order)
    ]
    tops = [spread(column, height, fit.box_height) for column in entries]
    lanes = settle(entries, tops, draft.detours, height, fit.box_height)
    placed = _boxes(entries, tops, fit)
    boxes = tuple(box for column in placed for box in column)
    home = {name: box for box in boxes for name in box.names}
    heat_maps = heat_maps_of(placed, draft.incoming)
    made = Layout(
        width=max(width, fit.width),
        height=height,
        overflow=fit.width > width or height > asked,
        value_width=fit.value_width,
        label_width=label_width,
        boxes=boxes,
        edges=_drawn(draft.outgoing, home, heat_maps),
        columns=placed,
        slots={},
        homes=home,
        lanes=lanes,
        heat_maps=heat_maps,
    )
    return replace(made, slots=_slots(made))


def _boxes(
    entries: Sequence[Sequence[ColumnEntry]], tops: Sequence[Sequence[int]], fit: WidthFit
) -> tuple[tuple[Box, ...], ...]:
    return tuple(
        tuple(
            Box(
                names=entry.names,
                folded=entry.kind == "fold",
                column=column,
                x=fit.lefts[column],
                y=top,
                width=fit.box_widths[column],
                height=fit.box_height,
                name_width=fit.name_widths[column],
            )
            for entry, top in zip(entries[column], tops[column], strict=True)
            if entry.kind != "lane"
        )
        for column in range(len(entries))
    )


def _drawn(
    outgoing: Mapping[str, Collection[str]],
    homes: Mapping[str, Box],
    heat_maps: Mapping[int, HeatMap],
) -> tuple[Edge, ...]:
    """Return the connections between boxes of their own, without those that are in a heat map."""
    own = {name: box.column for name, box in homes.items() if not box.folded}
    between = ((i, j) for i, ends in outgoing.items() if i in own for j in ends if j in own)
    return tuple((i, j) for i, j in between if not (own[j] in heat_maps and own[i] == own[j] - 1))


def _slots(made: Layout) -> dict[Edge, Cell]:
    """Return places for the labels of connections, near their targets: as many as have room."""
    ending: dict[int, dict[Edge, Leg]] = {}
    passing: dict[int, set[Leg]] = {}  # these have their label elsewhere
    for source, target in made.edges:
        *others, last = made.legs(source, target)
        ending.setdefault(made.gap_before(target), {})[source, target] = last
        for leg in others:
            passing.setdefault(leg.x0, set()).add(leg)
    slots: dict[Edge, Cell] = {}
    width = made.label_width
    for start, legs in ending.items():
        if not width or len(legs) > MOST_LABELLED:
            continue
        crowd = crowd_of([*legs.values(), *passing.get(start, ())])
        place = partial(best_slot, crowd=crowd, start=start, max_cost=_MAX_COST)
        taken: set[Cell] = set()
        # The line with the least choice goes first, or the others would take its only place.
        easy = {edge: place(leg, width, ()) for edge, leg in legs.items()}
        for edge, leg in sorted(legs.items(), key=lambda pair: easy[pair[0]] is not None):
            slot = place(leg, width, taken)
            if slot is not None:
                slots[edge] = slot
                taken.update(cover(slot, width))
    return slots


BRIEF: Final = 4
"""Cells of a value in a drawing that would otherwise be too wide."""

NAME_LIMIT: Final = 12
"""The most cells that a name gets."""

_WIDEST_GAP: Final = 40
"""Between columns further apart than this the eye loses a line."""


@dataclass(frozen=True, slots=True)
class WidthFit:
    """One way to fill a width: the widths of boxes and where each column starts.

    A box is `box_height` rows high: name and value side by side in 1, or one above the other in 2.
    """

    box_height: int
    name_widths: tuple[int, ...]
    box_widths: tuple[int, ...]
    lefts: tuple[int, ...]
    width: int
    value_width: int


# What is given up, step by step, when the width gets scarce: (longest name, rows of a box, cells
# between columns beyond the label, cells of a value at most). Before a label loses its place, the
# drawing gets wider instead.
_ALL: Final = 99
_CONCESSIONS: Final[tuple[tuple[int, int, int, int], ...]] = (
    (NAME_LIMIT, 1, 5, _ALL),
    (NAME_LIMIT, 2, 5, _ALL),
    (8, 1, 4, _ALL),
    (8, 2, 4, _ALL),
    (5, 1, 3, _ALL),
    (5, 2, 3, _ALL),
    (3, 2, 2, _ALL),
    (5, 2, 2, BRIEF),
    (5, 1, 0, BRIEF),
)
_TOO_WIDE: Final[tuple[tuple[int, int, int, int], ...]] = ((8, 2, 3, _ALL), (8, 1, 3, _ALL))


def fit_columns(
    columns: Sequence[Sequence[str]],
    width: int,
    *,
    value_width: int,
    label_width: int,
    stackable: bool,
) -> WidthFit:
    """Return the first fit in at most `width` cells, or a wider one when there is none.

    `stackable` says that boxes of two rows fit in height.
    """
    natural = [max(map(cells, names), default=1) for names in columns]

    def attempt(limit: int, box_height: int, beyond: int, most: int) -> WidthFit:
        value = min(value_width, most)
        names = tuple(max(1, min(limit, name)) for name in natural)
        inner = (name + 1 + value if box_height == 1 else max(name, value) for name in names)
        boxes = tuple(cells + 2 for cells in inner)
        gaps = max(0, len(boxes) - 1)
        spare = max((label_width + beyond) * gaps, min(width - sum(boxes), _WIDEST_GAP * gaps))
        total = sum(boxes) + spare
        lefts, used = [], max(0, width - total) // 2
        for i, box in enumerate(boxes):
            lefts.append(used)
            used += box + (spare * (i + 1) // gaps - spare * i // gaps if gaps else 0)
        return WidthFit(box_height, names, boxes, tuple(lefts), total, value)

    for concession in _CONCESSIONS:
        if concession[1] == 1 or stackable:
            fit = attempt(*concession)
            if fit.width <= width:
                return fit
    return next(attempt(*choice) for choice in _TOO_WIDE if choice[1] == 1 or stackable)


# What it costs to cover a cell of another line: in the middle of the label, or at its rim.
_MIDDLE: Final = 4.0
_RIM: Final = 1.5
# What each cell of distance from the target costs, each cell beside the label's own line, and each
# corner of that line that it hides.
_DISTANCE: Final = 0.15
_BESIDE: Final = 0.5
_CORNER: Final = 0.5
# A label that would cost more is left out.
_MAX_COST: Final = 8.0


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
    far: bool = False,
) -> Cell | None:
    """Return where on `leg` a label of `width` cells fits best: its first cell, or None.

    It stands near the leg's end, or near its start when that is the `far` one.
    `crowd` counts the lines, this one included, in each cell. The gap begins at `start`: a leg from
    further away comes from behind boxes. Its first and last cell stay free for an arrowhead.
    """
    own = stairs(leg, False)
    best, least = None, max_cost
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
