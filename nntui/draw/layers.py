"""The layers of a drawing: which neurons stand in which column, in which order and rows.

A draft is made once for a network: its columns, and the order inside each with few crossings
(``draft``, ``arrange``). A layout of a certain height folds the neurons that have no room
(``fold``), spreads the others over its rows (``spread``), and straightens the lanes in which
connections pass through the columns that they skip (``settle``).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from msgspec import Struct

Edge = tuple[str, str]
"""The names of a connection's source and target."""


class Lane(NamedTuple):
    """Where the connections from `source` that skip a column pass through it.

    They share one lane, and part only in front of the column where the first one ends.
    """

    source: str
    column: int


Item = str | Lane
"""What takes up room in a column: a neuron by its name, or a lane."""

Order = list[list[Item]]
Links = Sequence[Sequence[tuple[Item, Item]]]


class Draft(Struct, frozen=True, eq=False):
    """The columns of a network and the order inside each, made once for layouts of any size.

    `columns` has the neurons of each column as they were given, `order` what stands in it from top
    to bottom. `detours` are, for each gap, the links from or to a lane. `incoming` says from where
    connections lead to a neuron, `outgoing` where they lead from it.
    """

    columns: list[list[str]]
    order: list[list[Item]]
    detours: list[list[tuple[Item, Item]]]
    incoming: Mapping[str, Collection[str]]
    outgoing: Mapping[str, Collection[str]]


def draft(
    layer: Mapping[str, int],
    sources: Mapping[str, Collection[str]],
    targets: Mapping[str, Collection[str]],
) -> Draft:
    """Make the draft of a network that is given by its neurons' layers and neighbours.

    Every connection must lead to a later layer. Neurons of a layer are drawn in the order given
    unless another one has fewer crossings; inputs and outputs always are.
    """
    by_layer: dict[int, list[str]] = {}
    for name, n in layer.items():
        by_layer.setdefault(n, []).append(name)
    columns = [names for _, names in sorted(by_layer.items())]
    outgoing = {source: targets[source] for source in layer if source in targets}
    column_of = {name: i for i, names in enumerate(columns) for name in names}
    skipping = list(_skipping(outgoing, column_of))
    links = links_of(skipping, column_of)
    direct = sum(map(len, outgoing.values())) - len(skipping)
    search = direct + sum(map(len, links)) <= MOST_LINKS
    detours = [
        [link for link in gap if isinstance(link[0], Lane) or isinstance(link[1], Lane)]
        for gap in links
    ]
    if search:  # only then do those from one column to the next matter
        links = links_of(((i, j) for i, ends in outgoing.items() for j in ends), column_of)
    return Draft(columns, arrange(columns, links, search=search), detours, sources, outgoing)


def _skipping(
    outgoing: Mapping[str, Collection[str]], column_of: Mapping[str, int]
) -> Iterator[Edge]:
    """Yield the connections that lead past a column."""
    before: Collection[str] = ()
    furthest = 0
    for source, ends in outgoing.items():
        if ends is not before:  # in a fully connected layer, all lead to the same neurons
            before, furthest = ends, max(map(column_of.__getitem__, ends), default=0)
        beside = column_of[source] + 1
        if furthest > beside:
            yield from ((source, target) for target in ends if column_of[target] > beside)


def links_of(edges: Iterable[Edge], column_of: dict[str, int]) -> list[list[tuple[Item, Item]]]:
    """Return, for each gap between two columns, the pairs of items that a line joins across it."""
    gaps: list[dict[tuple[Item, Item], None]] = [
        {} for _ in range(max(column_of.values(), default=0))
    ]
    for source, target in edges:
        here: Item = source
        for column in range(column_of[source] + 1, column_of[target]):
            lane = Lane(source, column)
            gaps[column - 1][here, lane] = None
            here = lane
        gaps[column_of[target] - 1][here, target] = None
    return [list(gap) for gap in gaps]


MOST_LINKS: Final = 2500
"""With more lines than this crossings are not searched for: it would take too long."""

_SWEEPS: Final = 6
_ROUNDS: Final = 12


def arrange(columns: Sequence[Sequence[str]], links: Links, *, search: bool) -> Order:
    """Put the neurons and lanes of each column into the order in which to draw them.

    Neurons keep the order of `columns` unless another one has fewer crossings; in the first and the
    last column (inputs and outputs) they always do. Without `search` they keep it everywhere, and
    `links` need only those from and to lanes.
    """
    lanes: list[list[Item]] = [[] for _ in columns]
    for column, gap in enumerate(links):
        lanes[column + 1] += dict.fromkeys(end for _, end in gap if isinstance(end, Lane))
    below: Order = [[*names, *more] for names, more in zip(columns, lanes, strict=True)]
    if not search:
        return below
    lines = _Crossings(links)
    above: Order = [[*more, *names] for names, more in zip(columns, lanes, strict=True)]
    among = lines.insert_lanes(columns, lanes)
    starts = [among, below, above] if any(lanes) else [below]
    kept = min((lines.exchange(start, free=False) for start in starts), key=lines.crossings)
    if not (fewest := lines.crossings(kept)):
        return kept
    swept = lines.exchange(lines.sweep(kept), free=True)
    return swept if lines.crossings(swept) < fewest else kept


def _places(items: Sequence[Item]) -> dict[Item, int]:
    return {item: place for place, item in enumerate(items)}


class _Crossings:
    """The lines between columns, and how many of them cross in a given order."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.before: dict[Item, list[Item]] = {}
        self.after: dict[Item, list[Item]] = {}
        for gap in links:
            for start, end in gap:
                self.after.setdefault(start, []).append(end)
                self.before.setdefault(end, []).append(start)

    def crossings(self, order: Order) -> int:
        total = 0
        for gap, left, right in zip(self.links, order, order[1:], strict=False):
            if len(gap) < 2:
                continue
            start_at, end_at = _places(left), _places(right)
            ends: list[int] = []
            for _, end in sorted((start_at[start], end_at[end]) for start, end in gap):
                total += len(ends) - bisect_right(ends, end)
                insort(ends, end)
        return total

    def insert_lanes(
        self, columns: Sequence[Sequence[str]], lanes: Sequence[Sequence[Item]]
    ) -> Order:
        """Insert each lane into its column at the relative height of what it comes from."""
        order: Order = []
        height: dict[Item, float] = {}
        for names, more in zip(columns, lanes, strict=True):
            keyed: list[tuple[float, Item]] = [
                ((place + 0.5) / len(names), name) for place, name in enumerate(names)
            ]
            for lane in more:
                origin = [height[item] for item in self.before[lane]]
                keyed.append((sum(origin) / len(origin), lane))
            keyed.sort(key=lambda pair: pair[0])
            order.append([item for _, item in keyed])
            height.update((item, (i + 0.5) / len(keyed)) for i, (_, item) in enumerate(keyed))
        return order

    def sweep(self, order: Order) -> Order:
        """Sort columns again and again by where their lines come from; return the best order."""
        order = [list(items) for items in order]
        best, fewest = [list(items) for items in order], self.crossings(order)
        inner = range(1, len(order) - 1)
        for turn in range(_SWEEPS):
            sides, other, columns = (
                (self.before, -1, inner) if turn % 2 == 0 else (self.after, 1, reversed(inner))
            )
            for column in columns:
                at = _places(order[column + other])
                now = _places(order[column])
                height: dict[Item, float] = {}
                for item in order[column]:
                    ends = sides.get(item, ())
                    mean = sum(at[end] for end in ends) / len(ends) if ends else 0.0
                    scale = len(order[column + other]) / len(order[column])
                    height[item] = mean if ends else now[item] * scale
                order[column].sort(key=height.__getitem__)
            count = self.crossings(order)
            if count < fewest:
                best, fewest = [list(items) for items in order], count
        return best

    def exchange(self, order: Order, *, free: bool) -> Order:
        """Exchange neighbours as long as that removes crossings.

        Two neurons are exchanged only if `free`, and never in the first or the last column.
        """
        order = [list(items) for items in order]
        for _ in range(_ROUNDS):
            improved = False
            for column, items in enumerate(order):
                if len(items) < 2:
                    continue
                left = _places(order[column - 1]) if column else {}
                right = _places(order[column + 1]) if column + 1 < len(order) else {}
                movable = free and 0 < column < len(order) - 1
                for i in range(len(items) - 1):
                    upper, lower = items[i], items[i + 1]
                    if not movable and isinstance(upper, str) and isinstance(lower, str):
                        continue
                    gain = sum(
                        (at[one] > at[two]) - (at[one] < at[two])
                        for ends, at in ((self.before, left), (self.after, right))
                        for one in ends.get(upper, ())
                        for two in ends.get(lower, ())
                    )
                    if gain > 0:
                        items[i], items[i + 1] = lower, upper
                        improved = True
            if not improved:
                break
        return order


class ColumnEntry(Struct, frozen=True):
    """What stands in one place of a column: a neuron, a fold of several, or lanes side by side."""

    kind: Literal["neuron", "fold", "lane"]
    names: tuple[str, ...]


def fold(
    items: list[Item], height: int, box_height: int, *, whole: bool = False
) -> list[ColumnEntry]:
    """Decide what stands in a column of `height` rows, top to bottom.

    Neurons that do not fit become one fold between the first ones and the last, or the `whole`
    layer does; lanes that do not fit are merged, and where not even one fits, they are left out.
    """
    names = [item for item in items if isinstance(item, str)]
    lanes = len(items) - len(names)
    kept_lanes = min(lanes, max(height - len(names) * box_height, height // 4))
    room = height - kept_lanes
    if whole and len(names) > 1:
        first, last = 0, 0
    elif len(names) * box_height <= room:
        first, last = len(names), 0
    else:
        # The fold takes a row itself; with two rows the first neuron is worth more than the last.
        first, last = max(min(room - 1, 1), room - 2), min(1, max(0, room - 2))
    hidden = tuple(names[first : len(names) - last])
    entries: list[ColumnEntry] = []
    place_of: dict[int, int] = {}  # of a merged lane in `entries`
    neuron = lane = 0
    for item in items:
        if isinstance(item, Lane):
            if kept_lanes:
                place = place_of.setdefault(lane * kept_lanes // lanes, len(entries))
                merged = entries[place].names if place < len(entries) else ()
                entries[place : place + 1] = [ColumnEntry("lane", (*merged, item.source))]
            lane += 1
            continue
        if neuron < first or neuron >= len(names) - last:
            entries.append(ColumnEntry("neuron", (item,)))
        elif neuron == first:
            entries.append(ColumnEntry("fold", hidden))
        neuron += 1
    return entries


def spread(entries: Sequence[ColumnEntry], height: int, box_height: int) -> list[int]:
    """Choose the top row of each entry: boxes evenly over `height`, lanes between them.

    The entries must fit, as `fold` makes them.
    """
    sizes = [1 if entry.kind == "lane" else box_height for entry in entries]
    boxes = [i for i, entry in enumerate(entries) if entry.kind != "lane"]
    tops = [0] * len(entries)
    for place, i in enumerate(boxes):
        tops[i] = max(0, ((2 * place + 1) * height - len(boxes) * box_height) // (2 * len(boxes)))
    start = 0
    for stop in [*boxes, len(entries)]:
        lanes = range(start, stop)
        above = tops[start - 1] + box_height if start else 0
        free = (tops[stop] if stop < len(entries) else height) - above
        if len(lanes) > free:  # so they share the spare rows with the boxes
            spare, used = height - sum(sizes), accumulate(sizes[:-1], initial=0)
            return [top + (2 * i + 1) * spare // (2 * len(sizes)) for i, top in enumerate(used)]
        for place, i in enumerate(lanes):
            tops[i] = above + (2 * place + 1) * free // (2 * len(lanes))
        start = stop + 1
    return tops


_PASSES: Final = 4


def settle(
    entries: list[list[ColumnEntry]],
    tops: list[list[int]],
    links: Links,
    height: int,
    box_heights: Sequence[int],
) -> dict[Lane, int]:
    """Move the lanes in `tops` to where their lines bend least, and return the row of each.

    `box_heights`: the rows of the boxes in each column.
    """
    spot: dict[Item, tuple[int, int]] = {}
    for column, places in enumerate(entries):
        for i, entry in enumerate(places):
            for name in entry.names:
                spot[Lane(name, column) if entry.kind == "lane" else name] = (column, i)
    ends: dict[tuple[int, int], tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    for gap in links:
        for start, end in gap:
            here, there = spot.get(start), spot.get(end)
            if here and there:
                if isinstance(start, Lane):
                    ends.setdefault(here, ([], []))[1].append(there)
                if isinstance(end, Lane):
                    ends.setdefault(there, ([], []))[0].append(here)

    def middle(column: int, i: int) -> int:
        lane = entries[column][i].kind == "lane"
        return tops[column][i] + (0 if lane else (box_heights[column] - 1) // 2)

    def pull(column: int, i: int) -> float | None:
        """Return the row between the ends of the lane's lines, as things stand."""
        sides = [
            sum(middle(c, j) for c, j in side) / len(side)
            for side in ends.get((column, i), ([], []))
            if side
        ]
        return sum(sides) / len(sides) if sides else None

    for turn in range(_PASSES):
        sweep = range(len(entries)) if turn % 2 == 0 else reversed(range(len(entries)))
        for column in sweep:
            for i, entry in enumerate(entries[column]):
                wish = pull(column, i) if entry.kind == "lane" else None
                if wish is not None:
                    low, high = _freedom(
                        entries[column], tops[column], i, height, box_heights[column]
                    )
                    tops[column][i] = min(max(round(wish), low), high)
    return {
        Lane(name, column): tops[column][i]
        for column, places in enumerate(entries)
        for i, entry in enumerate(places)
        if entry.kind == "lane"
        for name in entry.names
    }


def _freedom(
    entries: Sequence[ColumnEntry], rows: Sequence[int], i: int, height: int, box_height: int
) -> tuple[int, int]:
    """Return the first and last row to which the lane at `i` can move past no other entry."""
    low, high = 0, height - 1
    box_above = i > 0 and entries[i - 1].kind != "lane"
    box_below = i + 1 < len(entries) and entries[i + 1].kind != "lane"
    if i > 0:
        low = rows[i - 1] + (box_height if box_above else 1)
    if i + 1 < len(entries):
        high = rows[i + 1] - 1
    # A blank row between lane and box, where there is room for one.
    if low + box_above <= high - box_below:
        return low + box_above, high - box_below
    return low, high
