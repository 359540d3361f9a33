"""The drawing of the network as it is edited: biases in the boxes, weights on the lines."""

from __future__ import annotations

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Region

from nntui.draw import EdgeLook, Layout, NodeLook, Picture, layout, paint
from nntui.draw.looks import EdgeState
from nntui.explain.fitted import fitted
from nntui.model.experiment import Experiment
from nntui.tui.widgets.pane import LinePane


class Preview(LinePane):
    """Draws an experiment's network at rest; what the chosen row is about is brought out."""

    def __init__(self) -> None:
        super().__init__(title="Network", id="preview")
        self._experiment: Experiment | None = None
        self._names: tuple[str, ...] = ()
        self._biases: dict[str, float | None] = {}
        self._weights: dict[tuple[str, str], float] = {}
        self._layout: Layout | None = None
        self._picture: Picture | None = None

    def show(self, experiment: Experiment, names: tuple[str, ...]) -> None:
        """Draw an experiment."""
        if experiment is not self._experiment:
            self._layout = None
            network = experiment.network
            self._biases = {neuron.name: neuron.bias for neuron in network.neurons}
            self._weights = network.weights
        elif names == self._names:
            return
        self._experiment, self._names = experiment, names
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Lay it out for the new size."""
        self._layout = None
        self._rows.clear()
        self._draw()

    def extent(self) -> tuple[int, int]:
        """The size of the drawing."""
        return (self._picture.width, self._picture.height) if self._picture else (0, 0)

    def segments(self, row: int) -> list[Segment]:
        """One row of the drawing in colour."""
        assert self._picture is not None
        role = self.colours.role
        return [Segment(span.text, role(span.role, span.value)) for span in self._picture.rows[row]]

    def _draw(self) -> None:
        if self._experiment is None or not (self.size.width and self.size.height and self.display):
            return
        if self._layout is None:
            size = self.scrollable_content_region.size
            self._layout = layout(
                self._experiment.network.graph(), max(size.width, 1), max(size.height, 1)
            )
        plan = self._layout
        nodes = {
            name: NodeLook(
                "" if bias is None else fitted(bias, plan.value_width, sign=True),
                None,
                "focus" if name in self._names else "plain",
            )
            for name, bias in self._biases.items()
        }
        weights = self._weights
        edges = {
            edge: EdgeLook(weights[edge], fitted(weights[edge], 5, sign=True), self._state(edge))
            for edge in plan.edges
        }
        self._picture = paint(plan, nodes, edges)
        self.changed()
        self.refresh()
        if plan.overflow and self._names:
            boxes = [plan.box(name) for name in self._names]
            region = Region.from_union([Region(b.x, b.y, b.width, b.height) for b in boxes])
            self.scroll_to_region(region, animate=False, force=True, immediate=True)

    def _state(self, edge: tuple[str, str]) -> EdgeState:
        """The chosen connection is brought out, or those of the chosen neuron."""
        if len(self._names) == 1:
            return "bright" if self._names[0] in edge else "plain"
        return "bright" if edge == self._names else "plain"
