"""Lines of the inspector: written when they are seen, put beside and below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.text import padded

Line = Callable[[], list[Segment]]
"""A line is written when it is seen: a neuron may have thousands of connections."""


def text(words: str, style: Style | None = None) -> Line:
    """A line of one kind."""
    return lambda: [Segment(words, style)]


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two columns, the left one ``width`` cells wide; the shorter one ends in blanks."""
    return [partial(_joined, left, right, width, n) for n in range(max(len(left), len(right)))]


def _joined(left: Sequence[Line], right: Sequence[Line], width: int, n: int) -> list[Segment]:
    first = left[n]() if n < len(left) else []
    if n >= len(right):
        return first
    kept: list[Segment] = []
    room = width
    for segment in first:
        words = segment.text
        if cell_len(words) > room:
            words = padded(words, room)
        kept.append(Segment(words, segment.style))
        room -= cell_len(words)
    return [*kept, Segment(" " * room), *right[n]()]
