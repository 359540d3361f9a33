"""A layout: where boxes, lines, labels and heat maps stand. It holds for every step."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import islice, pairwise
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from nntui.draw.canvas import Cell, Leg
from nntui.draw.layers import Edge, Lane

Direction = Literal["left", "right", "up", "down"]


class Box(Struct, frozen=True):
    """The place of one neuron, or of several that share a fold or an image.

    From 3 rows on a box has a frame. `name_width`: the most cells of a name. `symbol_width`: the
    cells of the symbols before its numbers; 0: they have none, and nothing stands beside them.
    `caption`: whether there is room for one on the frame. `thumbnail`: the columns and rows of a
    map beside the numbers, or `below` them; None: there is no room for one. `pad`: the blanks on
    either side of what is in the frame, and between a symbol and its number. `image`: the columns
    and rows of the neurons in an image; None: it is none.
    """

    names: tuple[str, ...]
    folded: bool
    column: int
    x: int
    y: int
    width: int
    height: int
    name_width: int
    symbol_width: int = 0
    caption: bool = False
    thumbnail: tuple[int, int] | None = None
    below: bool = False
    pad: int = 0
    image: tuple[int, int] | None = None

    @property
    def middle(self) -> int:
        """The row at which lines meet the box."""
        return self.y + (self.height - 1) // 2

    @property
    def framed(self) -> bool:
        return self.height >= FRAMED

    @property
    def inside(self) -> int:
        """The rows within the frame."""
        return self.height - 2 if self.framed else 1

    @property
    def numbers(self) -> int:
        """The rows for numbers."""
        return self.inside - (self.thumbnail[1] if self.thumbnail and self.below else 0)


FRAMED: Final = 3
"""A box of so many rows has a frame."""


class Window(NamedTuple):
    """The part of a drawing that is seen: columns of boxes, and the rows of its cells.

    The gap behind each of the columns belongs to it.
    """

    columns: range
    rows: range


class Layout(Struct, frozen=True):
    """Where neurons and lines stand, in cells.

    `width` and `height` are the size of the drawing: the size asked for, or larger when `overflow`.
    `boxes` has every box column by column, top to bottom. `edges` are the connections with a box of
    their own at either end: the ones that a painting needs looks for, without those that a heat map
    shows. `ports` has the rows in which their lines leave the one box and meet the other, where
    they have rows of their own. `heat_maps` has the maps, by the column behind each, `homes` the
    box of each neuron: its own, or the fold that it is in.

    Raises:
        KeyError: a method was asked about a neuron that there is not.
    """

    width: int
    height: int
    overflow: bool
    value_width: int
    label_width: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    columns: tuple[tuple[Box, ...], ...]
    slots: Mapping[Edge, Cell]
    homes: Mapping[str, Box]
    lanes: Mapping[Lane, int]
    ports: Mapping[Edge, tuple[int, int]] = {}
    heat_maps: Mapping[int, HeatMap] = {}

    @property
    def folds(self) -> tuple[Box, ...]:
        """The boxes that stand for several neurons."""
        return tuple(box for box in self.boxes if box.folded)

    def window(self, across: range, down: range) -> Window:
        """Return the part of the drawing that has these cells, whole columns of boxes."""
        starts = [boxes[0].x for boxes in self.columns]
        first = max(bisect_right(starts, across.start) - 1, 0)
        return Window(range(first, max(bisect_left(starts, across.stop), first + 1)), down)

    def cells_of(self, columns: range) -> range:
        """Return the cells that columns of boxes take, each with the gap behind it."""
        start = self.columns[columns.start][0].x if columns.start else 0
        stop = columns.stop
        return range(start, self.columns[stop][0].x if stop < len(self.columns) else self.width)

    def boxes_in(self, window: Window | None) -> Sequence[Box]:
        """Return the boxes of which a window (None: the whole drawing) shows at least a part."""
        if window is None:
            return self.boxes
        first, stop = window.rows.start, window.rows.stop
        boxes = (box for column in window.columns for box in self.columns[column])
        return [box for box in boxes if box.y < stop and box.y + box.height > first]

    def edges_in(self, columns: range) -> tuple[list[Edge], list[Edge]]:
        """Return the edges whose lines are seen in columns of boxes, and the others."""
        seen: list[Edge] = []
        unseen: list[Edge] = []
        for edge in self.edges:
            start, end = self.homes[edge[0]].column, self.homes[edge[1]].column
            (seen if start < columns.stop and end > columns.start else unseen).append(edge)
        return seen, unseen

    def legs(self, source: str, target: str) -> tuple[Leg, ...]:
        """Return the straight pieces of a connection's line, from source to target."""
        start, end = self.homes[source], self.homes[target]
        leaving, meeting = self.ports.get((source, target), (start.middle, end.middle))
        x, y = start.x + start.width, leaving
        legs = []
        for column in range(start.column + 1, end.column):
            row = self.lanes.get(Lane(source, column))
            if row is None:
                # No lane had room: the line runs on behind the boxes.
                continue
            beside = self.columns[column][0]
            legs.append(Leg(x, y, beside.x - 1, row))
            legs.append(Leg(beside.x, row, beside.x + beside.width - 1, row))
            x, y = beside.x + beside.width, row
        tail = self.tail(target)
        legs.append(Leg(x, y, end.x - 1 if tail is None else tail.x0 - 1, meeting))
        return tuple(legs)

    def tail(self, target: str) -> Leg | None:
        """Return the leg from a heat map, where lines end, to the target's box, if there is one."""
        box = self.homes[target]
        heat = self.heat_maps.get(box.column)
        if heat is None or heat.alone or box.folded:
            return None
        return Leg(heat.x, box.middle, box.x - 1, box.middle)

    def gap_before(self, name: str) -> int:
        """Return the first cell column of the gap in front of a neuron's box."""
        column = self.homes[name].column
        beside = self.columns[column - 1][0] if column else None
        return beside.x + beside.width if beside else 0

    def neighbour(self, name: str, direction: Direction) -> str | None:
        """Return the neuron next to `name` in the drawing, or None at its rim.

        Up and down go through the whole column, also through the neurons of a fold; left and right
        go to the nearest row of the next column, to a fold only when there is nothing else.
        """
        box = self.homes[name]
        if direction in ("up", "down"):
            names = [each for place in self.columns[box.column] for each in place.names]
            place = names.index(name) + (1 if direction == "down" else -1)
            return names[place] if 0 <= place < len(names) else None
        column = box.column + (1 if direction == "right" else -1)
        if not 0 <= column < len(self.columns):
            return None
        nearest = min(
            self.columns[column], key=lambda other: (other.folded, abs(other.middle - box.middle))
        )
        return nearest.names[0]


MOST_LINES: Final = 60
"""Across one gap only so many lines are drawn: with more, braille turns to mush."""

_APART: Final = 20
"""A gap of so many cells has room for a map beside lines; a narrower one is all map."""
_MARGIN: Final = 1

LINES_BESIDE: Final = 12
"""Beside a map, which shows all of them, so many of the strongest connections are lines."""
MOST_CANDIDATES: Final = 5000
"""Among more than so many the strongest are not looked for: that would take too long."""

Numbers = Callable[[Iterable["Edge"]], Iterable[float | None]]
"""The numbers of connections that a map shows, in their order; None: there is none yet."""

# From which strength on: the character of a positive cell and that of a negative one.
_LEVELS: Final = ((0.6, "╋", "━"), (0.2, "+", "-"), (0.0, "·", "·"))


class HeatMap(Struct, frozen=True):
    """The map of one gap.

    Each row belongs to a target, beside whose box it stands: its sources from left to right, in the
    order in which they are drawn from top to bottom, `each` so many columns wide; where they are
    many, neighbours share a cell, which shows their mean. `rows` has each row's place and the
    connections of each of its cells. `alone`: the gap is too narrow for lines beside it; else
    `beside` has those that may be drawn. `ends` are the first and the last of the sources;
    a title above has `room` in columns.
    """

    x: int
    each: int
    alone: bool
    room: range
    ends: tuple[str, str]
    rows: tuple[tuple[int, tuple[tuple[Edge, ...], ...]], ...]
    beside: tuple[Edge, ...]


class Shade(NamedTuple):
    """A cell of a map, filled in: `mark` repeated `width` times from (x, y) on."""

    column: int
    x: int
    y: int
    width: int
    mark: str
    negative: bool
    strength: float


class FilledHeatMaps(Struct, frozen=True):
    """The maps at one step, and the strongest connections, which are drawn beside them.

    `scales`: by the column behind a map, the number of its strongest cells.
    """

    shades: tuple[Shade, ...]
    lines: tuple[Edge, ...]
    scales: Mapping[int, float] = {}


def is_crowded(
    starts: Container[str], ends: Sequence[str], sources: Mapping[str, Collection[str]]
) -> bool:
    """Whether more connections lead from `starts` to `ends` than there can be lines."""
    if sum([len(sources.get(name, ())) for name in ends]) <= MOST_LINES:
        return False
    crossing = (1 for name in ends for source in sources.get(name, ()) if source in starts)
    return sum(islice(crossing, MOST_LINES + 1)) > MOST_LINES


def heat_maps_of(
    columns: Sequence[Sequence[Box]], sources: Mapping[str, Collection[str]]
) -> dict[int, HeatMap]:
    """Return the maps of a drawing, by the column in front of which each stands.

    `sources` has the neurons from which connections lead to a neuron.
    """
    heat_maps: dict[int, HeatMap] = {}
    for column, (left, right) in enumerate(pairwise(columns), 1):
        order = [name for box in left for name in box.names]
        here = set(order)
        ends = [name for box in right for name in box.names]
        if not is_crowded(here, ends, sources):
            continue
        start, end = left[0].x + left[0].width, right[0].x
        alone = end - start < _APART
        room = end - start - 2 * _MARGIN if alone else (end - start) // 2
        each = max(1, min(3, room // len(order)))
        cells = min(room // each, len(order))
        if cells < 1:
            continue
        width = cells * each
        own = {name for box in left if not box.folded for name in box.names}
        spare = (end - start - width) // 2
        x = start + spare if alone else end - _MARGIN - width
        bins = [
            order[n * len(order) // cells : (n + 1) * len(order) // cells] for n in range(cells)
        ]
        targets = [(box.middle, box.names[0]) for box in right if not box.folded]
        rows = tuple(
            (y, tuple(tuple((i, j) for i in names if i in ending) for names in bins))
            for y, j in targets
            for ending in [set(sources.get(j, ()))]
        )
        near = [] if alone else targets
        beside = [(i, j) for _, j in near for i in sources.get(j, ()) if i in own]
        few = len(beside) <= MOST_CANDIDATES
        heat_maps[column] = HeatMap(
            x,
            each,
            alone,
            range(start + 1, end - 1),
            (order[0], order[-1]),
            rows,
            tuple(beside) if few else (),
        )
    return heat_maps


def fill_heat_maps(layout: Layout, numbers: Numbers, window: range | None = None) -> FilledHeatMaps:
    """Fill in the maps of a layout, and choose the strongest lines to draw beside them.

    `numbers` is called with many edges at a time, and returns their numbers in their order. With a
    `window`, only the maps' rows inside are filled in.
    """

    def mean(edges: Sequence[Edge], found: Iterator[float | None]) -> float | None:
        there = [number for number in islice(found, len(edges)) if number is not None]
        return sum(there) / len(there) if there else None

    shades: list[Shade] = []
    lines: list[Edge] = []
    scales: dict[int, float] = {}
    for column, heat in layout.heat_maps.items():
        seen = [(y, cells) for y, cells in heat.rows if window is None or y in window]
        found = iter(numbers([edge for _, cells in seen for edges in cells for edge in edges]))
        rows = [(y, [mean(edges, found) for edges in cells]) for y, cells in seen]
        sizes = (abs(number) for _, row in rows for number in row if number is not None)
        scales[column] = scale = max((size for size in sizes if math.isfinite(size)), default=0.0)
        shades += (
            Shade(column, heat.x + n * heat.each, y, heat.each, *_shade(number, scale))
            for y, row in rows
            for n, number in enumerate(row)
            if number is not None
        )
        of_lines = {
            edge: -1.0 if number is None else size_of(number)
            for edge, number in zip(heat.beside, numbers(heat.beside), strict=True)
        }
        lines += nlargest(LINES_BESIDE, of_lines, key=of_lines.__getitem__)
    return FilledHeatMaps(tuple(shades), tuple(lines), scales)


def _shade(number: float, scale: float) -> tuple[str, bool, float]:
    strength = strength_of(number, scale)
    _, positive, negative = next(level for level in _LEVELS if strength >= level[0])
    return negative if number < 0 else positive, number < 0, strength


def size_of(number: float) -> float:
    """Return the absolute value of a number; nan counts as infinite."""
    return math.inf if math.isnan(number) else abs(number)


WEAK: Final = 0.01
"""The least shade of a negative number, so that it keeps its hue: −0 equals 0 in every cache."""


def strength_of(weight: float, scale: float) -> float:
    """Return how strong a weight is, 0 to 1; `scale` is the |weight| with strength 1."""
    if not math.isfinite(weight):
        return 1.0
    # Two decimals are more than an eye can tell, and let neighbouring cells share a span.
    return round(min(1.0, abs(weight) / scale), 2) if scale > 0 else 0.0
