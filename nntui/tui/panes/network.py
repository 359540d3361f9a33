"""The network pane: neurons in boxes with their numbers, connections with theirs, in one view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from rich.text import Text
from textual.events import Click, Leave, MouseMove, Resize
from textual.geometry import Offset, Region
from textual.message import Message

from nntui.debugger.snapshot import Snapshot
from nntui.draw.layout import lay_out
from nntui.draw.paint import paint
from nntui.draw.picture import Picture, Span
from nntui.draw.plan import Direction, Layout
from nntui.explain.numbers import fitted
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.network_view.scene import LABEL, Scene, draft_wiring, said, strongest
from nntui.network_view.views import (
    VIEWS,
    WIDTH,
    Emphasis,
    HeatMapCache,
    Moment,
    View,
    edge_list,
    next_view,
    view_at,
)
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.panes.pane import LinePane

LISTED_BESIDE: Final = 68
"""Beside a large network so many columns wide there is a list of a neuron's connections."""
ZOOMS: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""How many times the pane's width and height the drawing may take; below 1 the lines are so short
that they wear no numbers."""


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
        self._draft = draft_wiring(self._net)
        self._scene = Scene(self._net)
        self._heating = HeatMapCache()
        self._layout: Layout | None = None
        self._picture: Picture | None = None
        self._shown: tuple[Frame, NeuronFocus] | None = None
        self._followed: str | None = None
        self._window: range | None = None
        self._listed: list[tuple[Span, ...]] = []
        self._hovered: str | None = None
        self._folds: dict[int, bool] = {}
        self._zoom = ZOOMS.index(1.0)
        self.pinned: str | None = None
        """The view that is kept; None: the one that suits the phase under way."""

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Draw a frame; what has the focus is brought out."""
        self._shown = (frame, focus)
        if self.size.width and self.size.height:
            self._draw()

    # ---- what the person makes of it -----------------------------------------------------------

    def copy_view_from(self, other: NetworkPane) -> None:
        """Take over the view and the zoom of another network."""
        self.pinned, self._zoom = other.pinned, other._zoom
        self._layout = None

    def turn(self, direction: int) -> View | None:
        """Pin the next view, or the one before; None: it follows the run from now on."""
        self.pinned = next_view(self.pinned, direction)
        return None if self.pinned is None else VIEWS[self.pinned]

    def fold(self, neuron: str) -> bool:
        """Fold the layer of a neuron, or unfold it; whether it is folded now."""
        column = self._laid_out().box(neuron).column
        folded = any(box.folded for box in self._laid_out().columns[column])
        self._folds[column] = not folded
        self._renew()
        return not folded

    def fold_all(self) -> bool:
        """Fold every layer, or unfold all of them when one is folded; whether they are now."""
        columns = range(len(self._laid_out().columns))
        folded = bool(self._laid_out().folds)
        self._folds = dict.fromkeys(columns, not folded)
        self._renew()
        return not folded

    def zoom(self, by: int) -> float:
        """Draw it larger or smaller; how many times the size that fits."""
        self._zoom = min(max(self._zoom + by, 0), len(ZOOMS) - 1)
        self._renew()
        return ZOOMS[self._zoom]

    def fit(self) -> None:
        """Draw it so that it fits: no zoom, layers folded where there is no room."""
        self._zoom, self._folds = ZOOMS.index(1.0), {}
        self._renew()

    def neighbour(self, neuron: str | None, direction: Direction) -> str | None:
        """The neuron beside another one: along its strongest connection, or above and below."""
        if neuron is None:
            return self._scene.names[0]
        if direction in ("left", "right") and self._shown is not None:
            weights = self._shown[0].snapshot.w
            along = strongest(self._net, weights, neuron, direction)
            if along is not None:
                return along
        return self._laid_out().neighbour(neuron, direction)

    # ---- events --------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        """Lay the network out for the new size."""
        self._renew()

    def on_click(self, event: Click) -> None:
        """Choose the neuron under the pointer."""
        neuron = self._under(event.get_content_offset(self))
        if neuron is not None:
            self.post_message(self.Chosen(neuron))

    def on_mouse_move(self, event: MouseMove) -> None:
        """Tell about the neuron under the pointer."""
        neuron = self._under(event.get_content_offset(self))
        if neuron != self._hovered:
            self._hovered = neuron
            self.tooltip = None if neuron is None else self._told(neuron)

    def on_leave(self, event: Leave) -> None:
        """The pointer is elsewhere."""
        self._hovered = self.tooltip = None

    # ---- lines ---------------------------------------------------------------------------------

    def extent(self) -> tuple[int, int]:
        """The size of the drawing."""
        if self._picture is None:
            return 0, 0
        return self._picture.width + (WIDTH if self._listed else 0), self._picture.height

    def segments(self, row: int) -> list[Segment]:
        """One row of the drawing in colour."""
        role = self.colours.role
        return [Segment(span.text, role(span.role, span.value)) for span in self.source(row)]

    def source(self, row: int) -> tuple[Span, ...]:
        """The spans of a row: most stay the same from step to step."""
        assert self._picture is not None
        spans = self._picture.rows[row]
        if self._listed:
            seen = row - (0 if self._window is None else self._window.start)
            spans += self._listed[seen] if 0 <= seen < len(self._listed) else ()
        return spans

    # ---- inside --------------------------------------------------------------------------------

    def _renew(self) -> None:
        self._layout = None
        if self._shown is not None:
            self._draw()

    def _laid_out(self) -> Layout:
        if self._layout is None:
            # For the whole pane: scroll bars come and go with the drawing itself. One that lies
            # below a drawing that is too wide only takes a row from it, and so the other way round.
            size, zoom = self.content_size, max(ZOOMS[self._zoom], 1.0)
            label = LABEL if ZOOMS[self._zoom] >= 1.0 else 0
            width, height = max(int(size.width * zoom), 1), max(int(size.height * zoom), 1)
            plan = lay_out(self._draft, width, height, folds=self._folds, label_width=label)
            below, beside = plan.width > size.width, plan.height > size.height
            if zoom == 1.0 and below != beside:
                width, height = max(width - beside, 1), max(height - below, 1)
                plan = lay_out(self._draft, width, height, folds=self._folds, label_width=label)
            if plan.heat_maps and not plan.overflow and size.width - WIDTH >= LISTED_BESIDE:
                plan = lay_out(
                    self._draft, width - WIDTH, height, folds=self._folds, label_width=label
                )
            self._layout = plan
        return self._layout

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Only what is seen was painted: paint what is seen now."""
        super().watch_scroll_y(old_value, new_value)
        if self._window is not None and self._window != self._seen(self._laid_out()):
            self._paint()

    def _seen(self, plan: Layout) -> range | None:
        """The rows of a high drawing that are seen; None: all of it."""
        if plan.height <= self.content_size.height:
            return None
        top = self.scroll_offset.y
        return range(top, top + self.content_size.height)

    def _draw(self) -> None:
        assert self._shown is not None
        plan = self._laid_out()
        self._paint()
        if plan.overflow or ZOOMS[self._zoom] > 1.0:
            frame, focus = self._shown
            self._follow(plan, frame.snapshot, focus.neuron)

    def _paint(self) -> None:
        assert self._shown is not None
        frame, focus = self._shown
        plan, moment = self._laid_out(), Moment(frame.snapshot, frame.before)
        view, emphasis = view_at(moment, self.pinned), emphasis_of(frame, focus)
        self._window = window = self._seen(plan)
        heat = self._heating(plan, moment, view, window)
        shown = {
            box.names[0]
            for box in plan.boxes
            if not box.folded and (window is None or box.y in window)
        }
        nodes = self._scene.neurons(moment, view, emphasis, shown, plan.value_width)
        edges = self._scene.edges(moment, view, emphasis, (*plan.edges, *heat.lines), shown)
        self._picture = paint(plan, nodes, edges, heat=heat, window=window)
        self._listed = self._list(plan, moment, view, focus.neuron)
        self._caption(view, moment)
        self.changed()

    def _list(
        self, plan: Layout, moment: Moment, view: View, neuron: str | None
    ) -> list[tuple[Span, ...]]:
        """The connections of the focused neuron, or the one at hand, if there is room for them."""
        size, last = self.content_size, moment.snapshot.last
        if not plan.heat_maps or plan.width > size.width - WIDTH:
            return []
        about = neuron or (last.operation[-1] if last and last.operation[1:] else None)
        return edge_list(self._net, moment, view, about or self._net.outputs[0], size.height)

    def _caption(self, view: View, moment: Moment) -> None:
        """Name the view at the upper border, and what travels at the lower one."""
        pinned = "" if self.pinned is None else ", pinned"
        name = f"Network · {view.name}{pinned}"
        titles = (
            f"{name}: {view.boxes} in the boxes, {view.lines} on the lines",
            f"{name}: {view.boxes} in boxes, {view.lines} on lines",
            f"{name}: {view.boxes} and {view.lines}",
        )
        room = self.size.width - 4
        title = next((each for each in titles if len(each) <= room), name)
        captions = Text(title), Text(escaped(said(moment), 60))
        if (str(self.border_title), str(self.border_subtitle)) != tuple(map(str, captions)):
            self.border_title, self.border_subtitle = captions

    def _follow(self, plan: Layout, snapshot: Snapshot, focus: str | None) -> None:
        """Scroll a drawing that is larger than the pane to where something happens."""
        last = snapshot.last
        names = last.operation[1:] if last else ()
        if last is not None and not names:
            names = self._net.outputs if last.kind == "loss" else self._net.inputs
        if focus is not None and focus != self._followed:
            names = (focus,)
        self._followed = focus
        boxes = [plan.box(name) for name in names]
        if boxes:
            places = [Region(b.x, b.y, b.width, b.height) for b in boxes]
            region = Region.from_union(places)
            if region.height > self.size.height or region.width > self.size.width:
                region = places[-1]
            self.reveal_region(region)

    def _under(self, spot: Offset | None) -> str | None:
        if self._picture is None or spot is None:
            return None
        left, top = self.scroll_offset
        return self._picture.at(spot.x + left, spot.y + top)

    def _told(self, neuron: str) -> Text:
        """A neuron's numbers in a line."""
        assert self._shown is not None
        snapshot = self._shown[0].snapshot
        values: dict[str, Mapping[str, float]] = {
            "z": snapshot.z, "a": snapshot.a, "∂L/∂a": snapshot.da, "δ": snapshot.delta,
            "b": snapshot.b, "∂L/∂b": snapshot.db,
        }  # fmt: skip
        told = [
            f"{symbol} {fitted(found[neuron], 8)}"
            for symbol, found in values.items()
            if neuron in found
        ]
        return Text("  ".join([escaped(neuron), *told]))


def emphasis_of(frame: Frame, focus: NeuronFocus) -> Emphasis:
    """What the focus and the breakpoints bring out."""
    cone, marks = focus.cone, frame.marks
    return Emphasis(
        focus.neuron,
        focus.edge,
        None if cone is None else frozenset(cone.cone),
        None if cone is None else frozenset(cone.edges),
        marks.neurons,
        marks.edges,
    )
