"""The order inside each column: few crossing lines, and the given order when it is as good.

Barycentre sweeps (Sugiyama, Tagawa, Toda 1981) followed by exchanges of neighbours.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from typing import Final

from nntui.draw.columns import Item, Lane

Order = list[list[Item]]
Links = Sequence[Sequence[tuple[Item, Item]]]

MOST_LINKS: Final = 2500
"""Above so many lines nobody sees a crossing, and searching would take too long."""

_SWEEPS: Final = 6
_ROUNDS: Final = 12


def arrange(columns: Sequence[Sequence[str]], links: Links, *, tangled: bool = False) -> Order:
    """Return neurons and lanes of each column in the order in which to draw them.

    Neurons keep the order of `columns` unless another one has fewer crossings; in the first and the
    last column (inputs and outputs) they always do. `tangled`: there are too many lines to search;
    then `links` need only those from and to lanes.
    """
    lanes: list[list[Item]] = [[] for _ in columns]
    for column, gap in enumerate(links):
        lanes[column + 1] += dict.fromkeys(end for _, end in gap if isinstance(end, Lane))
    below: Order = [[*names, *more] for names, more in zip(columns, lanes, strict=True)]
    if tangled:
        return below
    tangle = _Tangle(links)
    above: Order = [[*more, *names] for names, more in zip(columns, lanes, strict=True)]
    among = tangle.slip_in(columns, lanes)
    starts = [among, below, above] if any(lanes) else [below]
    kept = min((tangle.exchange(start, free=False) for start in starts), key=tangle.crossings)
    swept = tangle.exchange(tangle.sweep(kept), free=True)
    return swept if tangle.crossings(swept) < tangle.crossings(kept) else kept


def _places(items: Sequence[Item]) -> dict[Item, int]:
    return {item: place for place, item in enumerate(items)}


class _Tangle:
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
        """Return the number of pairs of lines that cross."""
        total = 0
        for gap, left, right in zip(self.links, order, order[1:], strict=False):
            start_at, end_at = _places(left), _places(right)
            ends: list[int] = []
            for _, end in sorted((start_at[start], end_at[end]) for start, end in gap):
                total += len(ends) - bisect_right(ends, end)
                insort(ends, end)
        return total

    def slip_in(self, columns: Sequence[Sequence[str]], lanes: Sequence[Sequence[Item]]) -> Order:
        """Return the given order with each lane as high as what it comes from, relatively."""
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
        """Return the best order met while sorting columns by where their lines come from."""
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
        """Return `order` after exchanging neighbours as long as that removes crossings.

        Two neurons are exchanged only if `free`, and never in the first or the last column.
        """
        order = [list(items) for items in order]
        for _ in range(_ROUNDS):
            improved = False
            for column, items in enumerate(order):
                left = _places(order[column - 1]) if column else {}
                right = _places(order[column + 1]) if column + 1 < len(order) else {}
                movable = free and 0 < column < len(order) - 1
                for i in range(len(items) - 1):
                    upper, lower = items[i], items[i + 1]
                    if not movable and isinstance(upper, str) and isinstance(lower, str):
                        continue
                    if self._gain(upper, lower, left, right) > 0:
                        items[i], items[i + 1] = lower, upper
                        improved = True
            if not improved:
                break
        return order

    def _gain(self, upper: Item, lower: Item, left: dict[Item, int], right: dict[Item, int]) -> int:
        gain = 0
        for ends, at in ((self.before, left), (self.after, right)):
            for one in ends.get(upper, ()):
                for two in ends.get(lower, ()):
                    gain += (at[one] > at[two]) - (at[one] < at[two])
        return gain
