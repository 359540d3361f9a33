"""Choose which connections a drawing shows, and how prominently."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from heapq import nlargest
from typing import Final, NamedTuple

from msgspec.structs import replace

from nntui.draw.canvas import Leg
from nntui.draw.layers import Edge
from nntui.draw.picture import EdgeLook, EdgeState
from nntui.draw.plan import MOST_LINES, Layout, size_of, strength_of

WHOLE_LINES: Final = 24
"""Across one gap so many of the strongest are drawn whole, the others as a trace of dots."""

CROWDED: Final = 1.5
"""With more lines for each row of the drawing than this, fewer are drawn whole."""

_SPOTLIGHT: Final = ("bright", "focus", "current")
_ORDER: Final[Mapping[EdgeState, int]] = {
    "dim": 0,
    "plain": 1,
    "pending": 1,
    "done": 1,
    "bright": 2,
    "focus": 3,
    "current": 4,
}


class VisibleLine(NamedTuple):
    """A connection to draw, `dots` wide. A `trace` is a line with few dots and without a label."""

    edge: Edge
    look: EdgeLook
    legs: tuple[Leg, ...]
    strength: float
    dots: int
    trace: bool

    @property
    def negative(self) -> bool:
        return self.look.weight < 0

    @property
    def spotlit(self) -> bool:
        """Whether the connection is drawn and labelled however many others there are."""
        return self.look.state in _SPOTLIGHT


_Pair = tuple[Edge, EdgeLook]


def select(
    layout: Layout,
    edges: Mapping[Edge, EdgeLook],
    scale: float | None,
    at_hand: Container[str] = frozenset(),
) -> list[VisibleLine]:
    """Return the lines in the order in which to draw them: the last one lies on top.

    Where not all can be drawn whole, those into the neurons `at_hand` are, then the strongest.

    Raises:
        KeyError: a connection of a neuron that the layout does not know.
    """
    if scale is None:
        sizes = (abs(look.weight) for look in edges.values())
        scale = max((size for size in sizes if math.isfinite(size)), default=0.0)
    spans: dict[tuple[int, int], list[_Pair]] = {}
    spotlit: list[_Pair] = []
    rays: dict[tuple[Leg, ...], list[_Pair]] = {}
    lit = [0] * max(0, len(layout.columns) - 1)
    for edge, look in edges.items():
        source, target = layout.homes[edge[0]], layout.homes[edge[1]]
        folded = source.folded or target.folded
        if look.state == "bright" and folded and not look.stop:
            rays.setdefault(layout.legs(*edge), []).append((edge, look))
        elif look.state in _SPOTLIGHT:
            spotlit.append((edge, look))
            for gap in range(source.column, target.column):
                lit[gap] += 1
        elif not folded:
            spans.setdefault((source.column, target.column), []).append((edge, look))
    for (edge, look), *others in rays.values():
        # One line for many connections has no weight to print.
        spotlit.append((edge, replace(look, label="") if others else look))
    whole, faint = _strongest(spans, lit, layout.height, at_hand)
    traces = {edge for edge, _ in faint}
    across = Counter(
        gap
        for edge, _ in (*faint, *whole, *spotlit)
        for gap in range(layout.homes[edge[0]].column, layout.homes[edge[1]].column)
    )
    most = 3 if max(across.values(), default=0) < CROWDED * layout.height else 2
    lines = [
        VisibleLine(edge, look, layout.legs(*edge), strength, dots, edge in traces)
        for edge, look in (*faint, *whole, *spotlit)
        for strength in (strength_of(look.weight, scale),)
        for dots in (1 if edge in traces else width_of(strength, most),)
    ]
    return sorted(lines, key=lambda line: (_ORDER[line.look.state], _size((line.edge, line.look))))


def width_of(strength: float, most: int = 3) -> int:
    """Return how many dots wide a line of a strength from 0 to 1 is, 1 to `most`."""
    return min(1 + int(strength * most), most)


def _strongest(
    spans: Mapping[tuple[int, int], Collection[_Pair]],
    lit: Sequence[int],
    height: int,
    at_hand: Container[str],
) -> tuple[list[_Pair], list[_Pair]]:
    """Return the connections to draw whole and those to draw as traces.

    `spans` has the connections by the columns of their two ends, `lit` says how many more lines
    cross each gap. A line counts in every gap that it crosses.
    """

    def weight(pair: _Pair) -> tuple[bool, float]:
        return pair[0][1] in at_hand, _size(pair)

    candidates = [
        (span, pair)
        for span, pairs in spans.items()
        for pair in nlargest(MOST_LINES, pairs, key=weight)
    ]
    candidates.sort(key=lambda candidate: weight(candidate[1]), reverse=True)
    crowd, all_of = list(lit), list(lit)
    for (start, end), pairs in spans.items():
        for gap in range(start, end):
            all_of[gap] += len(pairs)
    limits = [max(2, height // 2) if n >= CROWDED * height else WHOLE_LINES for n in all_of]
    whole: list[_Pair] = []
    faint: list[_Pair] = []
    for (start, end), pair in candidates:
        gaps = range(start, end)
        if max(crowd[start:end]) < MOST_LINES:
            (whole if all(crowd[gap] < limits[gap] for gap in gaps) else faint).append(pair)
            for gap in gaps:
                crowd[gap] += 1
    return whole, faint


def _size(pair: _Pair) -> float:
    return size_of(pair[1].weight)
