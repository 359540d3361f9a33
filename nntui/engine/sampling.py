"""Samples of a long series that keep its peaks, without going through it every time."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Final

import numpy as np

BLOCK: Final = 1024
"""Entries whose least and greatest are found once and then remembered."""
_AT_A_TIME: Final = 1024


class Extremes:
    """Where the least and the greatest finite entry of each full block of a series stand."""

    def __init__(self) -> None:
        self._places: array[int] = array("q")  # least, greatest of each block; −1: none is finite

    def sampled(
        self, values: array[float], length: int, most: int, first: int = 0
    ) -> tuple[list[int], list[float]]:
        """At most about ``most`` points of the entries ``first`` … ``length``: (places, values).

        The stretch is cut into equal buckets, of each the least and the greatest are given. A
        bucket in which nothing is finite becomes a single nan.
        """
        first = min(first, length)
        bucket = max(1, -(-2 * (length - first) // max(most, 2)))
        if bucket < BLOCK:
            return _points(values, list(_buckets(range(first, length), bucket)))
        self._grow(values)
        per_bucket = -(-bucket // BLOCK)
        head, tail = -(-first // BLOCK), length // BLOCK
        places: list[list[int]] = []
        for blocks in _buckets(range(head, tail), per_bucket):
            known = self._places[2 * blocks.start : 2 * blocks.stop]
            places.append([n for n in known if n >= 0] or [-1 - blocks.start * BLOCK])
        edges = [list(range(first, head * BLOCK)), list(range(tail * BLOCK, length))]
        before, behind = ([edge] if edge else [] for edge in edges)
        return _points(values, [*before, *places, *behind])

    def _grow(self, values: array[float]) -> None:
        known, full = len(self._places) // 2, len(values) // BLOCK
        for first in range(known, full, _AT_A_TIME):
            end = min(first + _AT_A_TIME, full)
            blocks = np.array(values[first * BLOCK : end * BLOCK]).reshape(-1, BLOCK)
            finite = np.isfinite(blocks)
            starts = np.arange(first, end) * BLOCK
            least = starts + np.where(finite, blocks, math.inf).argmin(axis=1)
            greatest = starts + np.where(finite, blocks, -math.inf).argmax(axis=1)
            pairs = np.where(finite.any(axis=1)[:, None], np.stack([least, greatest], 1), -1)
            self._places.extend(pairs.ravel().tolist())


def _buckets(entries: range, size: int) -> Sequence[range]:
    return [entries[start : start + size] for start in range(0, len(entries), size)]


def _points(
    values: array[float], buckets: Sequence[Sequence[int]]
) -> tuple[list[int], list[float]]:
    """The extremes of each bucket's candidates; a negative one says where nothing is finite."""
    xs: list[int] = []
    ys: list[float] = []
    for bucket in buckets:
        finite = [n for n in bucket if n >= 0 and math.isfinite(values[n])]
        if not finite:
            xs.append(bucket[0] if bucket[0] >= 0 else -1 - bucket[0])
            ys.append(math.nan)
            continue
        extremes = {min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)}
        for n in sorted(extremes):
            xs.append(n)
            ys.append(values[n])
    return xs, ys
