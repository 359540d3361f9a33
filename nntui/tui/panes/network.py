"""The network pane: a drawing of the network with the numbers of one view."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual.content import Content
from textual.events import Click, Leave, MouseEvent, MouseMove
from textual.geometry import Region, Size

from nntui.debugger.snapshot import Snapshot
from nntui.debugger.values import has_softmax
from nntui.draw.layers import Edge, draft
from nntui.draw.layout import is_too_deep, lay_out
from nntui.draw.paint import BEAD, paint
from nntui.draw.picture import Picture, Span
from nntui.draw.plan import Direction, Layout, Window
from nntui.explain.numbers import fitted, rounded
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.network_view.scene import LABEL, Scene, product_text, strongest
from nntui.network_view.thumbnails import PLANE, InputImage, Thumbnails, image_size
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
from nntui.tui.panes.pane import LinePane, ValueChosen
from nntui.tui.panes.scrollbar import use_line_scrollbars

if TYPE_CHECKING:
    from nntui.engine.surface import Answers, Surfaces

LISTED_BESIDE: Final = 68
"""Columns of a large drawing from which on a list of a neuron's connections stands beside it."""
_SYMBOLS: Final = {
    "a": "a", "b": "b", "δ": "delta", "Δb": "b", "w": "w", "∂L/∂w": "dw", "Δw": "w", "z": "z",
    "says": "a", "∂L/∂a": "da",
}  # fmt: skip
"""By what a view shows, the value that a click asks about."""
ZOOMS: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Sizes of the drawing in multiples of the pane's; below 1 the lines are too short for numbers."""


_scale: Final = rounded(2)


class NetworkPane(LinePane):
    """Draws the network after a step, with the current connection marked."""

    wants_answers = True

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="Network", id="network")
        use_line_scrollbars()
        self._net = experiment.network.wiring()
        self._draft = draft(self._net.layer, self._net.sources, self._net.targets)
        self._experiment = experiment
        self._scene = Scene(experiment)
        self._image = image_size(len(self._net.inputs))
        self._surfaces: Surfaces | None = None
        self._thumbnails: Thumbnails | None = None
        self._bead: float | None = None
        self._captions: tuple[object, ...] = ()
        self._heat_maps, self._input_image = HeatMapCache(), InputImage()
        self._layout: Layout | None = None
        self._laid_out_for = Size(0, 0)
        self._picture: Picture | None = None
        self._shown: tuple[Frame, NeuronFocus] | None = None
        self._last_focus: str | None = None
        self._window: Window | None = None
        """The part that is painted; None: all of it."""
        self._edge_list: list[tuple[Span, ...]] = []
        self._hovered: str | None = None
        self._folds: dict[int, bool] = {}
        self._zoom = ZOOMS.index(1.0)
        self.pinned: str | None = None
        """The name of the pinned view; None: the view goes with the current phase."""

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        self._shown = (frame, focus)
        if self.size.width and self.size.height:
            self._draw()

    def show_answers(self, answers: Answers) -> None:
        """Show in the boxes what each neuron answers over the plane of inputs."""
        if answers.surfaces is self._surfaces:
            return
        had_plane, self._surfaces = self._has_plane, answers.surfaces
        if self._has_plane != had_plane:
            self._layout = None  # the boxes may have a map now
        self._thumbnails = None
        if self._surfaces is not None:
            self._thumbnails = Thumbnails(
                self._experiment, self._surfaces, colour=not self.app.no_color
            )
        if self._shown is not None and self.size.width and self.size.height:
            self._draw()

    def place_bead(self, along: float | None) -> None:
        """Let the next frame have the bead there: see ``move_bead``."""
        self._bead = along

    def move_bead(self, along: float | None) -> None:
        """Draw the product that travels elsewhere on its connection: 0 is the source, 1 the target.

        None: where it arrived, as after every step.
        """
        if along != self._bead:
            self._bead = along
            if self._shown is not None and self._layout is not None:
                self._paint()

    def copy_view_from(self, other: NetworkPane) -> None:
        """Take over the view and the zoom of another network."""
        self.pinned, self._zoom = other.pinned, other._zoom
        self._layout = None

    def turn(self, direction: int) -> View | None:
        """Pin the next view, or the previous one; return it, None when none is pinned any more."""
        self.pinned = next_view(self.pinned, direction)
        return None if self.pinned is None else VIEWS[self.pinned]

    def fold(self, neuron: str) -> bool:
        """Fold the layer of a neuron, or unfold it; return whether it is folded now."""
        plan = self._laid_out()
        column = plan.homes[neuron].column
        self._folds[column] = not any(box.folded for box in plan.columns[column])
        self._lay_out()
        return self._folds[column]

    def fold_all(self) -> bool:
        """Fold all layers, or unfold all when one is folded; return whether they are folded now."""
        plan = self._laid_out()
        fold = not plan.folds
        self._folds = dict.fromkeys(range(len(plan.columns)), fold)
        self._lay_out()
        return fold

    def zoom(self, by: int) -> float:
        """Draw larger or smaller; return the size as a multiple of the pane's."""
        self._zoom = min(max(self._zoom + by, 0), len(ZOOMS) - 1)
        self._lay_out()
        return ZOOMS[self._zoom]

    def fit(self) -> None:
        """Draw so that it fits: without zoom, with the layers folded that have no room."""
        self._zoom, self._folds = ZOOMS.index(1.0), {}
        self._lay_out()

    def neighbour(self, neuron: str | None, direction: Direction) -> str | None:
        """Return the neuron next to another: along its strongest connection, or above or below."""
        if neuron is None:
            return self._scene.names[0]
        if direction in ("left", "right") and self._shown is not None:
            along = strongest(self._net, self._shown[0].snapshot.w, neuron, direction)
            if along is not None:
                return along
        return self._laid_out().neighbour(neuron, direction)

    def resized(self) -> None:
        if self.content_size != self._laid_out_for:
            self._lay_out()
        else:  # a scroll bar of the drawing's own has come or gone
            super().resized()

    def on_click(self, event: Click) -> None:
        """Choose a neuron, or a connection by its line or label, with the number drawn there."""
        found = self.under(event)
        if isinstance(found, str):
            quantity = self._quantity_at(event) or self._quantity_shown(found)
            self.post_message(ValueChosen(found, None, quantity))
        elif found is not None:
            self.post_message(ValueChosen(found[1], found, self._quantity_shown(found)))

    def on_mouse_move(self, event: MouseMove) -> None:
        """Show the numbers of the neuron under the mouse as a tooltip."""
        neuron = self._neuron_under(event)
        if neuron != self._hovered:
            self._hovered = neuron
            self.tooltip = None if neuron is None else self._numbers(neuron)

    def on_leave(self, event: Leave) -> None:
        self._hovered = self.tooltip = None

    def extent(self) -> tuple[int, int]:
        if self._picture is None:
            return 0, 0
        return self._picture.width + (WIDTH if self._edge_list else 0), self._picture.height

    def segments(self, row: int) -> list[Segment]:
        role = self.colours.role
        return [
            Segment(span.text, role(span.role, span.value, span.below)) for span in self.source(row)
        ]

    def source(self, row: int) -> tuple[Span, ...]:
        """Return the spans of a row: most stay the same from step to step."""
        assert self._picture is not None
        seen = row - (0 if self._window is None else self._window.rows.start)
        listed = self._edge_list[seen] if 0 <= seen < len(self._edge_list) else ()
        return self._picture.rows[row] + listed

    @property
    def _has_plane(self) -> bool:
        """Whether the boxes are to have room for maps: of two inputs, at once, before they come."""
        return len(self._net.inputs) <= PLANE or self._surfaces is not None

    def _lay_out(self) -> None:
        self._layout = None
        if self._shown is not None:
            self._draw()

    def _laid_out(self) -> Layout:
        if self._layout is None:
            # For the whole pane: scroll bars come and go with the drawing itself. One that lies
            # below a drawing that is too wide only takes a row from it, and so the other way round.
            self._laid_out_for = size = self.content_size
            zoom = max(ZOOMS[self._zoom], 1.0)
            label = LABEL if ZOOMS[self._zoom] >= 1.0 else 0
            fitted_to = partial(
                lay_out,
                self._draft,
                folds=self._folds,
                label_width=label,
                contents=self._scene.contents(thumbnails=self._has_plane),
                image=self._image,
            )
            width, height = max(int(size.width * zoom), 1), max(int(size.height * zoom), 1)
            # Known beforehand: a thousand layers take as long as all else until they are seen.
            deep = zoom == 1.0 and not self._folds and is_too_deep(self._draft, width, label)
            plan = fitted_to(width, max(height - deep, 1))
            below, beside = plan.width > size.width, plan.height > size.height
            if zoom == 1.0 and below != beside and not deep:
                width, height = max(width - beside, 1), max(height - below, 1)
                plan = fitted_to(width, height)
            if plan.heat_maps and not plan.overflow and size.width - WIDTH >= LISTED_BESIDE:
                plan = fitted_to(width - WIDTH, height)
            self._layout = plan
        return self._layout

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_x(old_value, new_value)
        self._paint_uncovered()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._paint_uncovered()

    def _paint_uncovered(self) -> None:
        """Paint what became visible: of a drawing larger than the pane only that is painted."""
        if self._window is not None and self._window != self._visible(self._laid_out()):
            self._paint()

    def _visible(self, plan: Layout) -> Window | None:
        """Return the visible part of a drawing larger than the pane; None: all of it."""
        (width, height), (left, top) = self.content_size, self.scroll_offset
        if plan.width <= width and plan.height <= height:
            return None
        return plan.window(range(left, left + width), range(top, top + height))

    def _draw(self) -> None:
        assert self._shown is not None
        (frame, focus), painted = self._shown, self._picture
        is_new, plan = self._layout is None, self._laid_out()
        if is_new:
            self._paint()  # it cannot be scrolled before its size is known
        if plan.overflow or ZOOMS[self._zoom] > 1.0:
            self._scroll_to_step(plan, frame.snapshot, focus.neuron)
        if self._picture is painted:  # scrolling has painted what it uncovered
            self._paint()

    def _paint(self) -> None:
        assert self._shown is not None
        frame, focus = self._shown
        plan, moment = self._laid_out(), Moment(frame.snapshot, frame.before)
        passing = "weights" if frame.passing else None
        view, cone = view_at(moment, self.pinned or passing), focus.cone
        emphasis = Emphasis(
            focus.neuron,
            focus.edge,
            None if cone is None else frozenset(cone.cone),
            None if cone is None else frozenset(cone.edges),
            frame.marks.neurons,
            frame.marks.edges,
        )
        self._window = window = self._visible(plan)
        heat = self._heat_maps(plan, moment, view, None if window is None else window.rows)
        shown = {box.names[0] for box in plan.boxes_in(window) if not box.folded}
        seen, unseen = (plan.edges, ()) if window is None else plan.edges_in(window.columns)
        scene, wanted = self._scene, (*seen, *heat.lines)
        nodes = scene.neurons(moment, view, emphasis, shown, plan, self._thumbnails)
        edges = scene.edges(moment, view, emphasis, wanted, shown, self._bead)
        sizes = [abs(look.weight) for look in edges.values()]
        sizes += (abs(view.edge(moment, edge) or 0.0) for edge in unseen)
        scale = max(filter(math.isfinite, sizes), default=0.0)
        first = plan.homes[self._net.inputs[0]]
        self._input_image.add_to(nodes, first, moment, view, colour=not self.app.no_color)
        self._picture = paint(plan, nodes, edges, scale=scale, heat=heat, window=window)
        self.set_first_column(self._picture.left)
        self._edge_list = []
        if plan.heat_maps and plan.width <= self.content_size.width - WIDTH:
            neuron = focus.neuron or frame.neuron or self._net.outputs[0]
            self._edge_list = edge_list(self._net, moment, view, neuron, self.content_size.height)
        self._caption(view, moment, 0.0 if plan.heat_maps else scale)
        self.changed()

    def _write_title(self) -> None:
        super()._write_title()
        self._captions = ()  # the view is to be written over it

    def _caption(self, view: View, moment: Moment, widest: float) -> None:
        """Write the view on the upper border; the product that travels and scales on the lower one.

        ``widest``: the number of the widest line; 0: there is none.
        """
        pinned = "" if self.pinned is None else ", pinned"
        name = f"Network · {view.name}{pinned}"
        titles = (
            f"{name}: {view.boxes} in the boxes, {view.lines} on the lines",
            f"{name}: {view.boxes} in boxes, {view.lines} on lines",
            f"{name}: {view.boxes} and {view.lines}",
        )
        room = self.size.width - 4
        title = next((each for each in titles if len(each) <= room), name)
        captions = Text(title), self._subtitle(view, moment, widest, room)
        written = tuple((text.plain, text.style) for text in captions)
        if written != self._captions:
            above, below = captions
            if written[:1] != self._captions[:1]:
                self.write_border(title=Content.from_rich_text(above))
            if written[1:] != self._captions[1:]:
                self.write_border(subtitle=Content.from_rich_text(below))
            self._captions = written

    def _subtitle(self, view: View, moment: Moment, widest: float, room: int) -> Text:
        """Write the product that travels, and beside it what the colours and widths stand for."""
        scales = [f"boxes ±{_scale(self._scene.box_reach(moment, view))}"]
        if widest:
            scales.insert(0, f"lines ±{_scale(widest)}")
        product = escaped(product_text(moment), 60)
        scale = " · ".join(scales)
        if not product:
            colour = "" if self.app.no_color else "colour = sign · "
            legend = f"{colour}width = size · {scale}"
            return Text(legend if cell_len(legend) <= room else scale)
        whole = Text(f"{BEAD} {product}", style=self.colours.mark)
        if whole.cell_len + cell_len(scale) + 3 <= room:
            whole.append(f"   {scale}", style=self.colours.faint)
        return whole

    def _scroll_to_step(self, plan: Layout, snapshot: Snapshot, focus: str | None) -> None:
        """Scroll a drawing larger than the pane to a focus that moved, or to the last step."""
        last = snapshot.last
        names = last.operation[1:] if last else ()
        if last is not None and not names:
            names = self._net.outputs if last.kind == "loss" else self._net.inputs
        if focus is not None and focus != self._last_focus:
            names = (focus,)
        self._last_focus = focus
        boxes = [plan.homes[name] for name in names]
        if boxes:
            places = [Region(b.x, b.y, b.width, b.height) for b in boxes]
            region = Region.from_union(places)
            if region.height > self.size.height or region.width > self.size.width:
                region = places[-1]
            self.reveal_region(region)

    def under(self, event: MouseEvent) -> str | Edge | None:
        """Return the neuron, or else the connection, at or next to the mouse; None: neither."""
        offset = self.offset_under(event)
        if self._picture is None or offset is None:
            return None
        return self._picture.at(*offset) or self._picture.edge_at(*offset)

    def _neuron_under(self, event: MouseEvent) -> str | None:
        under = self.under(event)
        return under if isinstance(under, str) else None

    def _quantity_at(self, event: MouseEvent) -> str | None:
        """Return the symbol of the number in the row of a neuron's box that is clicked on."""
        offset = self.offset_under(event)
        if offset is None or self._picture is None:
            return None
        symbol = self._picture.symbol_at(*offset)
        if symbol == "says" and has_softmax(self._experiment):
            return "p"
        return _SYMBOLS.get(symbol or "")

    def _quantity_shown(self, what: str | Edge) -> str | None:
        """Return the symbol of the number of a neuron or an edge in a pinned view; else None."""
        if self.pinned is None:
            return None
        view = VIEWS[self.pinned]
        if isinstance(what, str) and what in self._net.inputs:
            return "da" if view.boxes == "δ" else "a"
        return _SYMBOLS[view.boxes if isinstance(what, str) else view.lines]

    def _numbers(self, neuron: str) -> Text:
        """Return a neuron's name and numbers in a line."""
        assert self._shown is not None
        snapshot = self._shown[0].snapshot
        values: dict[str, Mapping[str, float]] = {
            "z": snapshot.z, "a": snapshot.a, "∂L/∂a": snapshot.da, "δ": snapshot.delta,
            "b": snapshot.b, "∂L/∂b": snapshot.db,
        }  # fmt: skip
        numbers = [
            f"{symbol} {fitted(known[neuron], 8)}"
            for symbol, known in values.items()
            if neuron in known
        ]
        return Text("  ".join([escaped(neuron), *numbers]))
