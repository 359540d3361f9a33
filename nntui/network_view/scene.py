"""A scene: the looks of every neuron and of the connections that a layout wants."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from heapq import nlargest
from typing import Final

from nntui.debugger.snapshot import Snapshot
from nntui.draw.layers import Draft, draft_neighbours
from nntui.draw.picture import EdgeLook, EdgeState, Mark, NodeLook
from nntui.draw.plan import size_of
from nntui.explain.numbers import fitted
from nntui.model.wiring import Wiring
from nntui.network_view.views import Edge, Emphasis, Moment, View


def wave(snapshot: Snapshot, edge: Edge, rank: Mapping[str, int]) -> EdgeState:
    """``done`` or ``pending`` inside a pass, ``plain`` outside; ``rank`` is the canonical order.

    The loss stands between the passes: the forward one is done with, the backward one not begun.
    An update goes through them as the forward pass does, each neuron's bias before its weights.
    """
    last = snapshot.last
    phase = last.position.phase if last else ""
    if last is None:
        return "plain"
    if phase == "loss":
        return "done"
    if last.kind == "load":
        return "pending"
    there = rank[edge[1]], rank[edge[0]]
    target = rank[last.operation[-1]]
    source = rank[last.edge[0]] if last.edge else None
    if phase != "backward":
        own = len(rank) if phase == "forward" else -1  # its activation comes last, its bias first
        reached = target, own if source is None else source
        return "done" if there <= reached else "pending"
    behind = there[0] > target or (there[0] == target and source is not None and there[1] <= source)
    return "done" if behind else "pending"


# ---- travelling ----------------------------------------------------------------------------------


def travelling(moment: Moment) -> float | None:
    """The number that the last step carried over a connection; None when it carried none.

    Forward that is w·a, which flows into z of the target; backward w·δ, which flows into ∂L/∂a of
    the source.
    """
    snapshot = moment.snapshot
    last = snapshot.last
    if last is None or last.edge is None:
        return None
    i, j = last.edge
    other = {"forward": snapshot.a.get(i), "backward": snapshot.delta.get(j)}
    factor = other.get(last.position.phase)
    return None if factor is None else snapshot.w[i, j] * factor


def said(moment: Moment) -> str:
    """The same in words, such as ``w·a = +0.2500 → h1``; empty when nothing travels."""
    carried, last = travelling(moment), moment.snapshot.last
    if carried is None or last is None or last.edge is None:
        return ""
    i, j = last.edge
    if last.position.phase == "forward":
        return f"w·a = {fitted(carried, 8, sign=True)} → {j}"
    return f"{i} ← {fitted(carried, 8, sign=True)} = w·δ"


# ---- scene ---------------------------------------------------------------------------------------


VALUE: int = 6
"""Cells of a number in a box."""
LABEL: int = 5
"""Cells of a number on a line."""
_FORWARD: Final[Mapping[str, bool | None]] = {"backward": False, "update": None}
"""Which way a pass goes; in an update nothing travels."""
MOST_BRIGHT: Final = 60
"""So many of a neuron's connections on one side are brought out."""


class Scene:
    """Gives looks to a network: the same network at any moment, in any view."""

    def __init__(self, net: Wiring) -> None:
        self._net = net
        self.names = (*net.inputs, *net.neurons)
        self._rank = {j: n for n, j in enumerate(self.names)}

    def neurons(
        self,
        moment: Moment,
        view: View,
        emphasis: Emphasis,
        wanted: Iterable[str] | None = None,
        cells: int = VALUE,
    ) -> dict[str, NodeLook]:
        """How neurons look: the wanted ones, by default all, and those that something is about.

        ``cells``: so many their numbers have.
        """
        last = moment.snapshot.last
        current = last.neuron if last else None
        numbers = {name: view.neuron(moment, name) for name in self.names}
        about = (*(last.operation[1:] if last else ()), emphasis.neuron)
        names = self.names if wanted is None else {*wanted, *(n for n in about if n is not None)}
        tone = _absolute if view.absolute else _beside(numbers.values())

        def mark(name: str) -> Mark:
            if name == current:
                return "current"
            if name == emphasis.neuron:
                return "focus"
            dimmed = emphasis.neurons is not None and name not in emphasis.neurons
            return "dim" if dimmed else "plain"

        return {
            name: NodeLook(
                "" if number is None else fitted(number, cells, sign=True),
                None if number is None else tone(number),
                mark(name),
                name in emphasis.neuron_stops,
            )
            for name, number in ((name, numbers[name]) for name in names)
        }

    def edges(
        self,
        moment: Moment,
        view: View,
        emphasis: Emphasis,
        wanted: Iterable[Edge],
        shown: Collection[str] | None = None,
    ) -> dict[Edge, EdgeLook]:
        """How the wanted connections look, and those that are brought out or executing.

        ``shown``: the neurons with a box of their own, by default all. A neuron with very many
        connections has only those to them brought out, and the strongest of the others.
        """
        last = moment.snapshot.last
        current = last.edge if last else None
        forward = _FORWARD.get(last.position.phase if last else "", True)
        carried = travelling(moment)
        looks: dict[Edge, EdgeLook] = {}
        stand_ins: set[Edge] = set()
        out = self._brought_out(moment, view, emphasis, shown, stand_ins)
        for edge in dict.fromkeys((*wanted, *out, *((current,) if current else ()))):
            number = view.edge(moment, edge)
            passing = wave(moment.snapshot, edge, self._rank)
            state = self._state(emphasis, edge, current, passing)
            said = carried if edge == current and carried is not None else number
            if passing == "pending" and not said:
                said = None  # a gradient that nothing has flowed into yet
            if state == "bright" and edge in stand_ins:
                said = None  # the one line into a fold has no one number
            looks[edge] = EdgeLook(
                0.0 if number is None else number,
                "" if said is None else fitted(said, LABEL, sign=True),
                state,
                forward,
                edge in emphasis.edge_stops,
                at_source=edge[1] == emphasis.neuron,
                ahead=passing == "pending",
            )
        return looks

    # ---- inside --------------------------------------------------------------------------------

    def _brought_out(
        self,
        moment: Moment,
        view: View,
        emphasis: Emphasis,
        shown: Collection[str] | None,
        stand_ins: set[Edge],
    ) -> Iterator[Edge]:
        """The connections to bring out; into ``stand_ins`` go those that stand for many others."""
        neuron, net = emphasis.neuron, self._net
        if neuron is not None:

            def few(ends: Mapping[str, Edge]) -> Iterable[Edge]:
                if shown is None or len(ends) <= MOST_BRIGHT:
                    return ends.values()

                def size(edge: Edge) -> float:
                    return size_of(view.edge(moment, edge) or 0.0)

                seen = [edge for end, edge in ends.items() if end in shown]
                rest = (edge for end, edge in ends.items() if end not in shown)
                stand_in = nlargest(1, rest, key=size)
                stand_ins.update(stand_in)
                return (*nlargest(MOST_BRIGHT, seen, key=size), *stand_in)

            yield from few({i: (i, neuron) for i in net.sources.get(neuron, ())})
            yield from few({j: (neuron, j) for j in net.targets.get(neuron, ())})
        yield from emphasis.edge_stops
        if emphasis.edge is not None:
            yield emphasis.edge

    def _state(
        self, emphasis: Emphasis, edge: Edge, current: Edge | None, passing: EdgeState
    ) -> EdgeState:
        if edge == current:
            return "current"
        if edge == emphasis.edge:
            return "focus"
        if emphasis.edges is not None:
            return "bright" if edge in emphasis.edges else "dim"
        if emphasis.neuron is not None and emphasis.edge is None:
            return "bright" if emphasis.neuron in edge else "dim"
        return passing


def strongest(
    net: Wiring, weights: Mapping[Edge, float], neuron: str, direction: str
) -> str | None:
    """The neuron at the other end of the strongest connection to the left, or to the right."""
    if direction == "left":
        ends = [(i, (i, neuron)) for i in net.sources.get(neuron, ())]
    else:
        ends = [(j, (neuron, j)) for j in net.targets.get(neuron, ())]
    if not ends:
        return None
    return max(ends, key=lambda end: size_of(weights[end[1]]))[0]


def _absolute(number: float) -> float:
    return max(-1.0, min(1.0, number)) + 0.0 if math.isfinite(number) else math.nan


def _beside(numbers: Iterable[float | None]) -> Callable[[float], float]:
    """Shades in proportion to the greatest of some numbers."""
    sizes = (abs(number) for number in numbers if number is not None)
    greatest = max((size for size in sizes if math.isfinite(size)), default=0.0)

    def tone(number: float) -> float:
        if not math.isfinite(number):
            return math.nan
        return number / greatest + 0.0 if greatest else 0.0  # of −0 the sign says nothing

    return tone


# ---- drafting ------------------------------------------------------------------------------------


def draft_wiring(net: Wiring) -> Draft:
    """What every layout of a network has in common."""
    return draft_neighbours(net.layer, net.sources, net.targets)
