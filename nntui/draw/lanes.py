"""Lanes: each moved to the row in which its lines bend least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from nntui.draw.columns import Entry, Item, Lane

_PASSES: Final = 4


def settle(
    entries: list[list[Entry]],
    tops: list[list[int]],
    links: Sequence[Sequence[tuple[Item, Item]]],
    height: int,
    box_height: int,
) -> dict[Lane, int]:
    """Straighten the lanes in `tops` and return the row of each."""
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

    def pull(column: int, i: int) -> float | None:
        sides = [
            sum(tops[c][j] for c, j in side) / len(side)
            for side in ends.get((column, i), ([], []))
            if side
        ]
        return sum(sides) / len(sides) if sides else None

    _straighten(entries, tops, height, box_height, pull)
    return {
        Lane(name, column): tops[column][i]
        for column, places in enumerate(entries)
        for i, entry in enumerate(places)
        if entry.kind == "lane"
        for name in entry.names
    }


def _straighten(
    columns: Sequence[Sequence[Entry]],
    tops: list[list[int]],
    height: int,
    box_height: int,
    pull: Callable[[int, int], float | None],
) -> None:
    """Move the lanes in `tops` to where their lines bend least, keeping the order of each column.

    `pull(column, i)` returns the row between the ends of the lane's lines, as things stand.
    """
    for turn in range(_PASSES):
        sweep = range(len(columns)) if turn % 2 == 0 else reversed(range(len(columns)))
        for column in sweep:
            for i, entry in enumerate(columns[column]):
                wish = pull(column, i) if entry.kind == "lane" else None
                if wish is not None:
                    low, high = _freedom(columns[column], tops[column], i, height, box_height)
                    tops[column][i] = min(max(round(wish), low), high)


def _freedom(
    entries: Sequence[Entry], rows: Sequence[int], i: int, height: int, box_height: int
) -> tuple[int, int]:
    """Return the first and the last row to which the lane at `i` can move past nothing."""
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
