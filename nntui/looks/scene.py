"""A scene: the looks of every neuron and of the connections that a layout wants."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from nntui.draw import EdgeLook, NodeLook
from nntui.draw.looks import EdgeState, Mark
from nntui.explain.fitted import fitted
from nntui.looks.moment import Edge, Emphasis, Moment
from nntui.looks.travelling import travelling
from nntui.looks.views import View
from nntui.looks.wave import wave
from nntui.model.wiring import Wiring

VALUE: int = 6
"""Cells of a number in a box."""
LABEL: int = 5
"""Cells of a number on a line."""


class Scene:
    """Gives looks to a network: the same network at any moment, in any view."""

    def __init__(self, net: Wiring) -> None:
        self._net = net
        self.names = (*net.inputs, *net.neurons)
        self._rank = {j: n for n, j in enumerate(self.names)}

    def neurons(
        self, moment: Moment, view: View, emphasis: Emphasis, wanted: Iterable[str] | None = None
    ) -> dict[str, NodeLook]:
        """How neurons look: the wanted ones, by default all, and those that something is about."""
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
                "" if number is None else fitted(number, VALUE, sign=True),
                None if number is None else tone(number),
                mark(name),
                name in emphasis.neuron_stops,
            )
            for name, number in ((name, numbers[name]) for name in names)
        }

    def edges(
        self, moment: Moment, view: View, emphasis: Emphasis, wanted: Iterable[Edge]
    ) -> dict[Edge, EdgeLook]:
        """How the wanted connections look, and those that are brought out or executing."""
        last = moment.snapshot.last
        current = last.edge if last else None
        forward = last is None or last.position.phase != "backward"
        carried = travelling(moment)
        looks: dict[Edge, EdgeLook] = {}
        for edge in dict.fromkeys((*wanted, *self._brought_out(emphasis, current))):
            number = view.edge(moment, edge)
            state = self._state(moment, emphasis, edge, current)
            shown = carried if edge == current and carried is not None else number
            if state == "pending" and not shown:
                shown = None  # a gradient that nothing has flowed into yet
            looks[edge] = EdgeLook(
                0.0 if number is None else number,
                "" if shown is None else fitted(shown, LABEL, sign=True),
                state,
                forward,
                edge in emphasis.edge_stops,
                at_source=edge[1] == emphasis.neuron,
            )
        return looks

    # ---- inside --------------------------------------------------------------------------------

    def _brought_out(self, emphasis: Emphasis, current: Edge | None) -> Iterator[Edge]:
        neuron, net = emphasis.neuron, self._net
        if neuron is not None:
            yield from ((i, neuron) for i in net.sources.get(neuron, ()))
            yield from ((neuron, j) for j in net.targets.get(neuron, ()))
        if current is not None:
            yield current
        yield from emphasis.edge_stops

    def _state(
        self, moment: Moment, emphasis: Emphasis, edge: Edge, current: Edge | None
    ) -> EdgeState:
        if edge == current:
            return "current"
        if edge == emphasis.edge:
            return "focus"
        if emphasis.edges is not None:
            return "bright" if edge in emphasis.edges else "dim"
        if emphasis.neuron is not None and emphasis.edge is None:
            return "bright" if emphasis.neuron in edge else "dim"
        return wave(moment.snapshot, edge, self._rank)


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
    return max(ends, key=lambda end: _size(weights[end[1]]))[0]


def _size(weight: float) -> float:
    return math.inf if math.isnan(weight) else abs(weight)


def _absolute(number: float) -> float | None:
    return max(-1.0, min(1.0, number)) if math.isfinite(number) else None


def _beside(numbers: Iterable[float | None]) -> Callable[[float], float | None]:
    """Shades in proportion to the greatest of some numbers."""
    sizes = (abs(number) for number in numbers if number is not None)
    greatest = max((size for size in sizes if math.isfinite(size)), default=0.0)

    def tone(number: float) -> float | None:
        if not math.isfinite(number):
            return None
        return number / greatest if greatest else 0.0

    return tone
