"""Choose the looks of the neurons and connections that a layout wants, at a moment of a run."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import nlargest
from typing import Final

from msgspec.structs import replace

from nntui.debugger.snapshot import Snapshot
from nntui.draw.layout import Content
from nntui.draw.picture import EdgeLook, EdgeState, Mark, NodeLook
from nntui.draw.plan import Layout, size_of
from nntui.explain.numbers import bracketed, fitted, rounded
from nntui.model.experiment import Experiment
from nntui.model.wiring import Wiring
from nntui.network_view.readings import NOT_YET, BoxReader
from nntui.network_view.thumbnails import Thumbnails
from nntui.network_view.views import Edge, Emphasis, Moment, View
from nntui.text import padded

VALUE: Final = 6
"""Cells of a number in a box."""
LABEL: Final = 5
"""Cells of a number on a line."""
_FORWARD: Final[Mapping[str, bool | None]] = {
    "backward": False, "difference": None, "update": None
}  # fmt: skip
"""Which way a pass goes; an update goes neither way."""
_factor: Final = rounded(3)
MOST_BRIGHT: Final = 60
"""A neuron's connections on one side that are highlighted, at most."""


class Scene:
    """Chooses how the neurons and connections of a network look, at any moment, in any view."""

    def __init__(self, experiment: Experiment) -> None:
        self._net = net = experiment.network.wiring()
        self._boxes = BoxReader(experiment)
        self.names = (*net.inputs, *net.neurons)
        self._rank = {j: n for n, j in enumerate(self.names)}

    def contents(self, *, thumbnails: bool = False) -> dict[str, Content]:
        """Say what the boxes are to hold; ``thumbnails``: those behind the inputs a map."""
        return self._boxes.contents(thumbnails=thumbnails)

    def neurons(
        self,
        moment: Moment,
        view: View,
        emphasis: Emphasis,
        wanted: Iterable[str] | None = None,
        layout: Layout | None = None,
        thumbnails: Thumbnails | None = None,
    ) -> dict[str, NodeLook]:
        """Choose how neurons look: the wanted ones (by default all), the current and focused ones.

        ``layout`` says how much room their boxes have, by default that for one number;
        ``thumbnails`` paints the maps in them.
        """
        last = moment.snapshot.last
        current = last.neuron if last else None
        about = (*(last.operation[1:] if last else ()), emphasis.neuron)
        names = self.names if wanted is None else {*wanted, *(n for n in about if n is not None)}
        greatest = self.box_reach(moment, view)
        width = VALUE if layout is None else layout.value_width
        verdicts = self._boxes.verdicts(moment.snapshot)

        def tone(number: float) -> float:
            if not math.isfinite(number):
                return math.nan
            # Of −0 the sign says nothing.
            return (max(-1.0, min(1.0, number)) if view.absolute else number / greatest) + 0.0

        def mark(name: str) -> Mark:
            if name == current:
                return "current"
            if name == emphasis.neuron:
                return "focus"
            dimmed = emphasis.neurons is not None and name not in emphasis.neurons
            return "dim" if dimmed else "plain"

        looks: dict[str, NodeLook] = {}
        for name in names:
            number = view.neuron(moment, name)
            blank = "" if name in moment.snapshot.x else NOT_YET
            box = None if layout is None else layout.homes[name]
            a = moment.snapshot.a.get(name)
            if number is None and a is not None and box is not None and not box.framed:
                written = padded(fitted(a, width - 1, sign=True), width - 1, right=True)
                blank = f"a{written}" if width >= VALUE else blank
            look = NodeLook(
                blank if number is None else fitted(number, width, sign=True),
                None if number is None else tone(number),
                mark(name),
                name in emphasis.neuron_stops,
                right=verdicts.get(name),
            )
            if box is not None and box.framed and box.image is None:
                look = self._boxes.filled(look, name, moment, view, box.numbers, width)
                if box.thumbnail and thumbnails is not None:
                    look = replace(look, thumbnail=thumbnails(name, *box.thumbnail))
            looks[name] = look
        return looks

    def box_reach(self, moment: Moment, view: View) -> float:
        """Return the number whose shade is the strongest in a view's boxes."""
        if view.absolute:
            return 1.0
        numbers = (view.neuron(moment, name) for name in self.names)
        sizes = (abs(number) for number in numbers if number is not None)
        return max((size for size in sizes if math.isfinite(size)), default=0.0) or 1.0

    def edges(
        self,
        moment: Moment,
        view: View,
        emphasis: Emphasis,
        wanted: Iterable[Edge],
        shown: Collection[str] | None = None,
        bead: float | None = None,
    ) -> dict[Edge, EdgeLook]:
        """Choose how connections look: the wanted, the highlighted and the executing one.

        ``shown``: the neurons with a box of their own, by default all. Of a neuron with very many
        connections only those to them are highlighted, and the strongest of the others. ``bead``:
        where on its connection the product that travels is, from 0 to 1; None: it has arrived.
        """
        last = moment.snapshot.last
        current = last.edge if last else None
        forward = _FORWARD.get(last.position.phase if last else "", True)
        products = product_texts(moment)
        arrived = 0.0 if forward is False else 1.0
        looks: dict[Edge, EdgeLook] = {}
        stand_ins: set[Edge] = set()
        out = self._highlighted(moment, view, emphasis, shown, stand_ins)
        for edge in dict.fromkeys((*wanted, *out, *((current,) if current else ()))):
            number = view.edge(moment, edge)
            passing = pass_progress(moment.snapshot, edge, self._rank)
            state = self._state(emphasis, edge, current, passing)
            said = number
            if passing == "pending" and not said:
                said = None  # a gradient that nothing was added to yet
            if state == "bright" and edge in stand_ins:
                said = None  # a line for many connections has no number of its own
            looks[edge] = EdgeLook(
                0.0 if number is None else number,
                "" if said is None else fitted(said, LABEL, sign=True),
                state,
                forward,
                edge in emphasis.edge_stops,
                ahead=passing == "pending",
                bead=(arrived if bead is None else bead) if edge == current and products else None,
                product=products if edge == current else (),
            )
        return looks

    def _highlighted(
        self,
        moment: Moment,
        view: View,
        emphasis: Emphasis,
        shown: Collection[str] | None,
        stand_ins: set[Edge],
    ) -> Iterator[Edge]:
        """Yield the connections to highlight; those that stand for many go into ``stand_ins``."""
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
    """Find the neuron at the other end of the strongest connection to the left or right."""
    left = direction == "left"

    def size(other: str) -> float:
        return size_of(weights[(other, neuron) if left else (neuron, other)])

    return max((net.sources if left else net.targets).get(neuron, ()), key=size, default=None)


def pass_progress(snapshot: Snapshot, edge: Edge, rank: Mapping[str, int]) -> EdgeState:
    """Say whether the pass has been through a connection; ``rank`` is the canonical order.

    ``done`` or ``pending`` inside a pass, ``plain`` outside. The loss is between the passes: the
    forward one is done, the backward one not begun. An update goes through the connections as the
    forward pass does, each neuron's bias before its weights.
    """
    last = snapshot.last
    phase = last.position.phase if last else ""
    if last is None:
        return "plain"
    if phase in ("loss", "difference"):
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


def product_of(moment: Moment) -> float | None:
    """Compute the product that the last step added; None when it was no step of a connection.

    Forward that is w·a, added to z of the target; backward w·δ, added to ∂L/∂a of the source.
    """
    snapshot = moment.snapshot
    last = snapshot.last
    if last is None or last.edge is None:
        return None
    i, j = last.edge
    other = {"forward": snapshot.a.get(i), "backward": snapshot.delta.get(j)}
    factor = other.get(last.position.phase)
    return None if factor is None else snapshot.w[i, j] * factor


def product_texts(moment: Moment) -> tuple[str, ...]:
    """Write that product, the longest wording first; none when there is no product.

    Such as ``w·a = +0.5 · +1 = +0.5``, ``w·a = +0.5`` and ``+0.5``.
    """
    snapshot, last = moment.snapshot, moment.snapshot.last
    carried = product_of(moment)
    if carried is None or last is None or last.edge is None:
        return ()
    i, j = last.edge
    forward = last.position.phase == "forward"
    symbol, factor = ("w·a", snapshot.a[i]) if forward else ("w·δ", snapshot.delta[j])
    # A sum does not know −0 from 0.
    w, other, product = map(_factor, (snapshot.w[i, j], factor, carried + 0.0))
    sign = "+" if carried > 0 else ""
    product = f"{sign}{product}"
    whole = f"{symbol} = {w} · {bracketed(other)} = {product}"
    return whole, f"{symbol} = {product}", product


def product_text(moment: Moment) -> str:
    """Write that product, and where it arrives; empty when there is none."""
    texts, last = product_texts(moment), moment.snapshot.last
    if not texts or last is None or last.edge is None:
        return ""
    return f"{texts[0]} ▸ {last.edge[last.position.phase == 'forward']}"
