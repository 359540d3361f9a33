"""The views of a network: which numbers its boxes and lines show. One table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from heapq import nlargest
from operator import is_not
from typing import Final

from msgspec import Struct

from nntui.debugger.snapshot import Snapshot
from nntui.debugger.values import ParametersBefore
from nntui.draw.picture import Span
from nntui.draw.plan import FilledHeatMaps, Layout, Numbers, fill_heat_maps, size_of
from nntui.engine.state import LazyNumbers
from nntui.explain.numbers import fitted
from nntui.model.wiring import Wiring
from nntui.text import cells, cut, padded

Edge = tuple[str, str]


class Moment(Struct, frozen=True):
    """A snapshot, and the parameters before the last update (None: unknown, or there was none)."""

    snapshot: Snapshot
    before: ParametersBefore | None = None


class Emphasis(Struct, frozen=True):
    """What is highlighted: the focused neuron or edge, paths, and breakpoints.

    ``neurons`` and ``edges`` are those on the paths (None: there are none); all else is dimmed.
    """

    neuron: str | None = None
    edge: Edge | None = None
    neurons: frozenset[str] | None = None
    edges: frozenset[Edge] | None = None
    neuron_stops: frozenset[str] = frozenset()
    edge_stops: frozenset[Edge] = frozenset()


class View(Struct, frozen=True):
    """A view: what the boxes and lines show, in words and as functions (None: no number yet).

    ``absolute``: a box's shade is its number itself, cut to −1..1; else it is in proportion to the
    greatest.
    """

    name: str
    boxes: str
    lines: str
    neuron: Callable[[Moment, str], float | None]
    edge: Callable[[Moment, Edge], float | None]
    absolute: bool = False


def change(moment: Moment, parameter: str | Edge) -> float | None:
    """Return what the last update changed; None where one under way has not come by yet."""
    snapshot, before = moment.snapshot, moment.before
    now = snapshot.b.get(parameter) if isinstance(parameter, str) else snapshot.w[parameter]
    if before is None or now is None:
        return None
    if snapshot.last is not None and snapshot.last.kind == "update":
        match snapshot.next_operation:
            case ("update", j) if before.index[parameter] >= before.index[j]:
                return None
            case ("update", i, j) if before.index[parameter] >= before.index[i, j]:
                return None
    return now - before[parameter]


VIEWS: Final[Mapping[str, View]] = {
    view.name: view
    for view in (
        View(
            "activations", "a", "w",
            lambda moment, j: moment.snapshot.a.get(j),
            lambda moment, edge: moment.snapshot.w[edge],
            absolute=True,
        ),
        View(
            "weights", "b", "w",
            lambda moment, j: moment.snapshot.b.get(j),
            lambda moment, edge: moment.snapshot.w[edge],
        ),
        View(
            "gradients", "δ", "∂L/∂w",
            lambda moment, j: moment.snapshot.delta.get(j),  # an input has none
            lambda moment, edge: moment.snapshot.dw[edge],
        ),
        View("change", "Δb", "Δw", change, change),
    )
}  # fmt: skip
"""By name, in the order of the key for the next view."""

_BY_PHASE: Final = {"backward": "gradients", "update": "change"}
_BY_KIND: Final = {"difference": "gradients"}


def view_at(moment: Moment, pinned: str | None) -> View:
    """Return the pinned view, or else the one that suits the phase under way.

    Behind the end of a run that is what was learned, not what its last update changed.
    """
    last = moment.snapshot.last
    phase = last.position.phase if last else ""
    fitting = _BY_PHASE.get(phase) or _BY_KIND.get(last.kind if last else "", "activations")
    fitting = "weights" if moment.snapshot.at_end else fitting
    return VIEWS[pinned or fitting]


def next_view(pinned: str | None, direction: int) -> str | None:
    """Return the view after (or before) the pinned one; None, which follows the run, is one."""
    order: list[str | None] = [None, *VIEWS]
    return order[(order.index(pinned) + direction) % len(order)]


class HeatMapCache:
    """Fills in the heat maps of a layout, again only when their numbers have changed.

    A snapshot shares the tables that its step did not write with the snapshot before it.
    """

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._window: range | None = None
        self._heat = FilledHeatMaps((), ())

    def __call__(
        self, layout: Layout, moment: Moment, view: View, window: range | None = None
    ) -> FilledHeatMaps:
        """Return the maps in a view; with a ``window`` only its rows."""
        if not layout.heat_maps:
            return FilledHeatMaps((), ())
        snapshot = moment.snapshot
        table = {"w": snapshot.w, "∂L/∂w": snapshot.dw}.get(view.lines)
        before = None if moment.before is None or table is not None else moment.before.p
        of = (layout, view.name, snapshot.w if table is None else table, before)
        if window != self._window or len(self._of) != len(of) or any(map(is_not, self._of, of)):
            number = partial(view.edge, moment) if table is None else table.__getitem__
            numbers: Numbers = partial(map, number)
            if isinstance(table, LazyNumbers):
                numbers = table.many
            self._of, self._window = of, window
            self._heat = fill_heat_maps(layout, numbers, window)
        return self._heat


WIDTH: Final = 21
"""Cells of a row."""
_NUMBER: Final = 7
_NAME: Final = WIDTH - _NUMBER - 4
_RULE: Final = "│ "

Row = tuple[Span, ...]


def edge_list(net: Wiring, moment: Moment, view: View, neuron: str, height: int) -> list[Row]:
    """List the connections to a neuron, then those from it, the strongest first.

    Each half gets the rows that it needs, as far as there are any, and a heading with the number
    of its connections.
    """
    into = [((i, neuron), i) for i in net.sources.get(neuron, ())]
    out = [((neuron, j), j) for j in net.targets.get(neuron, ())]
    least = height // 2
    rows_in = min(len(into) + 1, max(least, height - len(out) - 1)) if into else 0
    rows = [
        *_half(f"into {neuron}", into, moment, view, rows_in),
        *_half(f"out of {neuron}", out, moment, view, height - rows_in),
    ][:height]
    blank = Span(padded(_RULE, WIDTH), "fold")
    return [*rows, *[(blank,)] * (height - len(rows))]


def _half(
    title: str, ends: list[tuple[Edge, str]], moment: Moment, view: View, height: int
) -> Iterable[Row]:
    if not ends or height < 2:
        return
    count = f"· {len(ends)}"
    room = WIDTH - len(_RULE) - len(count) - 2
    heading = cut(title, room)
    yield (
        Span(_RULE, "fold"),
        Span(padded(heading, room) + " ", "blank"),
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
            Span(padded(name, _NAME) + gap, "blank"),
            Span(text + " ", "label.done", shade) if number else Span(text + " ", "fold"),
        )
