"""The edge list: a neuron's strongest connections in words, for where lines can't show them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from heapq import nlargest
from typing import Final

from nntui.draw import Span
from nntui.draw.strength import size_of
from nntui.explain.fitted import fitted
from nntui.looks.moment import Edge, Moment
from nntui.looks.views import View
from nntui.model.wiring import Wiring
from nntui.text import cells, cut, fit

WIDTH: Final = 21
"""Cells of a row."""
_NUMBER: Final = 7
_NAME: Final = WIDTH - _NUMBER - 4
_RULE: Final = "│ "

Row = tuple[Span, ...]


def edge_list(net: Wiring, moment: Moment, view: View, neuron: str, height: int) -> list[Row]:
    """The rows of the list: what leads to the neuron, then where it leads, the strongest first.

    Both halves get the rows that they need, as far as there are any; a heading says how many
    connections there are.
    """
    into = [((i, neuron), i) for i in net.sources.get(neuron, ())]
    out = [((neuron, j), j) for j in net.targets.get(neuron, ())]
    least = height // 2
    rows_in = min(len(into) + 1, max(least, height - len(out) - 1)) if into else 0
    rows = [
        *_half(f"→ {neuron}", into, moment, view, rows_in),
        *_half(f"{neuron} →", out, moment, view, height - rows_in),
    ][:height]
    blank = Span(fit(_RULE, WIDTH), "fold")
    return [*rows, *[(blank,)] * (height - len(rows))]


def _half(
    title: str, ends: list[tuple[Edge, str]], moment: Moment, view: View, height: int
) -> Iterable[Row]:
    if not ends or height < 2:
        return
    count = f"{len(ends)}"
    room = WIDTH - len(_RULE) - len(count) - 2
    heading = cut(title, room)
    yield (
        Span(_RULE, "fold"),
        Span(fit(heading, room) + " ", "blank"),
        Span(count + " ", "fold"),
    )
    numbered = [(name, view.edge(moment, edge)) for edge, name in ends]
    found = [(name, number) for name, number in numbered if number is not None]
    strongest = nlargest(height - 1, found, key=lambda pair: size_of(pair[1]))
    scale = max((abs(n) for _, n in strongest if math.isfinite(n)), default=0.0)
    for name, number in strongest:
        shade = round(max(-1.0, min(1.0, number / scale)), 2) if scale else 0.0
        text = fitted(number, _NUMBER, sign=True)
        gap = " " * (_NUMBER - cells(text) + 1)
        yield (
            Span(_RULE, "fold"),
            Span(fit(name, _NAME) + gap, "blank"),
            Span(text + " ", "label.done", shade) if number else Span(text + " ", "fold"),
        )
