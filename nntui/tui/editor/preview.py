"""The editor's drawing of the network: biases in the boxes, weights on the lines."""

from __future__ import annotations

from functools import partial
from heapq import nlargest
from typing import Final

from rich.segment import Segment
from textual.geometry import Region

from nntui.draw.layers import Draft, Edge, draft
from nntui.draw.layout import Content, lay_out
from nntui.draw.paint import paint
from nntui.draw.picture import EdgeLook, EdgeState, NodeLook, Picture, Reading
from nntui.draw.plan import FilledHeatMaps, Layout, fill_heat_maps
from nntui.explain.numbers import fitted
from nntui.model.experiment import Experiment
from nntui.model.network import Network
from nntui.tui.panes.pane import LinePane

MOST_BRIGHT: Final = 60
"""Connections of the selected neuron that are brought out: the strongest."""


class Preview(LinePane):
    """Draws an experiment's network, with the selected neuron or connection brought out."""

    def __init__(self) -> None:
        super().__init__(title="Network: b in the boxes, w on the lines", id="preview")
        self._network: Network | None = None
        self._names: tuple[str, ...] = ()
        self._draft: Draft | None = None
        self._layout: Layout | None = None
        self._heat = FilledHeatMaps((), ())
        self._picture: Picture | None = None

    def show(self, experiment: Experiment, names: tuple[str, ...]) -> None:
        """Draw an experiment's network; ``names``: the selected neuron, or source and target."""
        network = experiment.network
        if network is self._network and names == self._names:
            return
        net, before = network.wiring(), self._network.wiring() if self._network else None
        if before is None or (net.layer, net.sources) != (before.layer, before.sources):
            self._draft = self._layout = None
        elif self._layout is not None and network is not self._network:  # only numbers differ
            self._heat = fill_heat_maps(self._layout, partial(map, network.weight))
        self._network, self._names = network, names
        self._draw()

    def resized(self) -> None:
        self._layout = None
        self._draw()

    def extent(self) -> tuple[int, int]:
        return (self._picture.width, self._picture.height) if self._picture else (0, 0)

    def segments(self, row: int) -> list[Segment]:
        assert self._picture is not None
        role = self.colours.role
        return [Segment(span.text, role(span.role, span.value)) for span in self._picture.rows[row]]

    def _draw(self) -> None:
        network = self._network
        if network is None or not (self.size.width and self.size.height and self.display):
            return
        if self._layout is None:
            if self._draft is None:
                net = network.wiring()
                self._draft = draft(net.layer, net.sources, net.targets)
            size = self.scrollable_content_region.size
            width, height = max(size.width, 1), max(size.height, 1)
            contents = {name: Content(_caption(network, name), symbol=1) for name in network}
            self._layout = lay_out(self._draft, width, height, contents=contents)
            self._heat = fill_heat_maps(self._layout, partial(map, network.weight))
        plan = self._layout
        nodes: dict[str, NodeLook] = {}
        for name in {*(box.names[0] for box in plan.boxes), *self._names}:
            bias = network.neuron(name).bias
            number = "" if bias is None else fitted(bias, plan.value_width, sign=True)
            nodes[name] = NodeLook(
                number,
                mark="focus" if name in self._names else "plain",
                caption=_caption(network, name),
                readings=() if bias is None else (Reading("b", number),),
            )
        edges: dict[Edge, EdgeLook] = {}
        for edge in dict.fromkeys((*plan.edges, *self._heat.lines, *self._selected(plan, network))):
            weight = network.weight(edge)
            edges[edge] = EdgeLook(weight, fitted(weight, 5, sign=True), self._state(edge))
        self._picture = paint(plan, nodes, edges, heat=self._heat)
        self.changed()
        self.refresh()
        if plan.overflow and self._names:
            boxes = [plan.homes[name] for name in self._names]
            regions = [Region(b.x, b.y, b.width, b.height) for b in boxes]
            self.reveal_region(Region.from_union(regions))

    def _selected(self, plan: Layout, network: Network) -> tuple[Edge, ...]:
        """Return the selected connection, or the strongest visible ones of the selected neuron."""
        if len(self._names) != 1:
            return self._names and (self._names[:2],)  # type: ignore[return-value]
        (name,), net = self._names, network.wiring()
        around = [(i, name) for i in net.sources.get(name, ()) if not plan.homes[i].folded]
        around += [(name, j) for j in net.targets.get(name, ()) if not plan.homes[j].folded]
        return tuple(nlargest(MOST_BRIGHT, around, key=lambda edge: abs(network.weight(edge))))

    def _state(self, edge: Edge) -> EdgeState:
        if len(self._names) == 1:
            return "bright" if self._names[0] in edge else "plain"
        return "focus" if edge == self._names else "plain"


def _caption(network: Network, name: str) -> str:
    activation = network.neuron(name).activation
    return "" if activation is None else activation.name
