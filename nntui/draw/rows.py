"""Heights: in which row each entry of each column stands."""

from __future__ import annotations

from collections.abc import Sequence

from nntui.draw.columns import Entry


def spread(entries: Sequence[Entry], height: int, box_height: int) -> list[int]:
    """Return the top row of each entry: boxes evenly over `height`, lanes between them.

    The entries must fit, as `columns.fold` makes them.
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
        if len(lanes) > free:
            return _pack(sizes, height)
        for place, i in enumerate(lanes):
            tops[i] = above + (2 * place + 1) * free // (2 * len(lanes))
        start = stop + 1
    return tops


def _pack(sizes: Sequence[int], height: int) -> list[int]:
    """Return tops with the spare rows shared out evenly, when lanes need more than lies between."""
    spare = height - sum(sizes)
    tops, used = [], 0
    for i, size in enumerate(sizes):
        tops.append(used + (2 * i + 1) * spare // (2 * len(sizes)))
        used += size
    return tops
