"""The network pane: neurons in boxes with their activations, connections with their weights."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.segment import Segment
from textual.events import Click, Resize
from textual.geometry import Region
from textual.message import Message

from nntui.debugger.snapshot import Snapshot
from nntui.draw import Direction, EdgeLook, Layout, NodeLook, Picture, layout, paint
from nntui.draw.looks import EdgeState, Mark
from nntui.model.experiment import Experiment
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.numbers import fitted
from nntui.tui.widgets.pane import LinePane

Edge = tuple[str, str]


class NetworkPane(LinePane):
    """Draws the network as it is after a step, with the executing edge marked."""

    class Chosen(Message):
        """The person clicked on a neuron."""

        def __init__(self, neuron: str) -> None:
            super().__init__()
            self.neuron = neuron

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="Network", id="network")
        self._net = experiment.network.wiring()
        self._graph = experiment.network.graph()
        self._rank = {j: n for n, j in enumerate((*self._net.inputs, *self._net.neurons))}
        self._layout: Layout | None = None
        self._picture: Picture | None = None
        self._shown: tuple[Frame, Focus] | None = None
        self._followed: str | None = None

    def show(self, frame: Frame, focus: Focus) -> None:
        """Draw a frame; what has the focus is brought out."""
        self._shown = (frame, focus)
        if self.size.width and self.size.height:
            self._draw()

    def neighbour(self, neuron: str | None, direction: Direction) -> str | None:
        """The neuron beside another one in the drawing; from nowhere, the first one."""
        if neuron is None:
            return next(iter(self._rank))
        return self._laid_out().neighbour(neuron, direction)

    def on_resize(self, event: Resize) -> None:
        """Lay the network out for the new size."""
        self._layout = None
        if self._shown is not None:
            self._draw()

    def on_click(self, event: Click) -> None:
        """Choose the neuron under the pointer."""
        if self._picture is not None:
            spot = event.get_content_offset(self)
            left, top = self.scroll_offset
            neuron = self._picture.at(spot.x + left, spot.y + top) if spot is not None else None
            if neuron is not None:
                self.post_message(self.Chosen(neuron))

    def extent(self) -> tuple[int, int]:
        """The size of the drawing."""
        return (self._picture.width, self._picture.height) if self._picture else (0, 0)

    def segments(self, row: int) -> list[Segment]:
        """One row of the drawing in colour."""
        assert self._picture is not None
        role = self.colours.role
        return [Segment(span.text, role(span.role, span.value)) for span in self._picture.rows[row]]

    # ---- inside --------------------------------------------------------------------------------

    def _laid_out(self) -> Layout:
        if self._layout is None:
            size = self.scrollable_content_region.size
            self._layout = layout(self._graph, max(size.width, 1), max(size.height, 1))
        return self._layout

    def _draw(self) -> None:
        assert self._shown is not None
        frame, focus = self._shown
        plan = self._laid_out()
        nodes = dict(self._neurons(frame, focus))
        edges = dict(self._connections(plan, frame, focus))
        self._picture = paint(plan, nodes, edges)
        self.changed()
        if plan.overflow:
            self._follow(plan, frame.snapshot, focus.neuron)

    def _follow(self, plan: Layout, snapshot: Snapshot, focus: str | None) -> None:
        """Scroll a drawing that is wider than the pane to where something happens."""
        last = snapshot.last
        names = last.operation[1:] if last else ()
        if last is not None and not names:
            names = self._net.outputs if last.kind == "loss" else self._net.inputs
        if focus is not None and focus != self._followed:
            names = (focus,)
        self._followed = focus
        boxes = [plan.box(name) for name in names]
        if boxes:
            region = Region.from_union([Region(b.x, b.y, b.width, b.height) for b in boxes])
            self.scroll_to_region(region, animate=False, force=True, immediate=True)

    def _neurons(self, frame: Frame, focus: Focus) -> Iterator[tuple[str, NodeLook]]:
        snapshot, stops = frame.snapshot, frame.marks.neurons
        current = snapshot.last.neuron if snapshot.last else None
        cone = None if focus.cone is None else frozenset(focus.cone.cone)
        for name in self._rank:
            a = snapshot.a.get(name)
            mark: Mark = "plain"
            if name == current:
                mark = "current"
            elif name == focus.neuron:
                mark = "focus"
            elif cone is not None and name not in cone:
                mark = "dim"
            tone = None if a is None or not math.isfinite(a) else max(-1.0, min(1.0, a))
            value = "" if a is None else fitted(a, 6, sign=True)
            yield name, NodeLook(value, tone, mark, name in stops)

    def _connections(
        self, plan: Layout, frame: Frame, focus: Focus
    ) -> Iterator[tuple[Edge, EdgeLook]]:
        snapshot, stops = frame.snapshot, frame.marks.edges
        last, neuron = snapshot.last, focus.neuron
        current = last.edge if last else None
        forward = last is None or last.position.phase != "backward"
        wanted = dict.fromkeys(plan.edges)
        if neuron is not None:
            wanted |= dict.fromkeys((i, neuron) for i in self._net.sources.get(neuron, ()))
            wanted |= dict.fromkeys((neuron, j) for j in self._net.targets.get(neuron, ()))
        if current is not None:
            wanted[current] = None
        wanted |= dict.fromkeys(stops)
        cone = None if focus.cone is None else frozenset(focus.cone.edges)
        for edge in wanted:
            w = snapshot.w[edge]
            state: EdgeState = "plain"
            if edge == current:
                state = "current"
            elif edge == focus.edge:
                state = "focus"
            elif cone is not None:
                state = "bright" if edge in cone else "dim"
            elif neuron in edge and focus.edge is None:
                state = "bright"
            elif self._is_done(edge, snapshot):
                state = "done"
            yield edge, EdgeLook(w, fitted(w, 5, sign=True), state, forward, edge in stops)

    def _is_done(self, edge: Edge, snapshot: Snapshot) -> bool:
        """Whether the pass that is under way has been through a connection."""
        last = snapshot.last
        if (
            last is None
            or last.position.phase not in ("forward", "backward")
            or last.kind == "load"
        ):
            return False
        there = self._place(edge[1], edge[0])
        here = self._place(last.operation[-1], last.edge[0] if last.edge else None)
        if last.position.phase == "forward":
            return there <= here
        (target, source), (this_target, this_source) = there, here
        return target > this_target or (
            target == this_target and last.edge is not None and source <= this_source
        )

    def _place(self, target: str, source: str | None) -> tuple[int, int]:
        behind_all = len(self._rank)
        return self._rank[target], behind_all if source is None else self._rank[source]
