"""The inspector: one neuron with its incoming and outgoing connections, product by product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.segment import Segment
from rich.style import Style

from nntui.debugger.snapshot import Snapshot
from nntui.explain.fitted import fitted
from nntui.model.experiment import Experiment
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.text import padded
from nntui.tui.widgets.neurons.pane import NOT_YET
from nntui.tui.widgets.pane import LinePane

NUMBER: Final = 10
Row = Callable[[], list[Segment]]


class InspectorPane(LinePane):
    """The focused neuron: edges in (w, a, product), edges out (w, δ, product), bias, activation."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="Inspector", id="inspector")
        self._net = experiment.network.wiring()
        self._trainable = self._net.trainable
        self._snapshot: Snapshot | None = None
        self._neuron: str | None = None
        self._edge_chosen: tuple[str, str] | None = None
        self._lines: list[Row] = []

    def show(self, frame: Frame, focus: Focus) -> None:
        """Show the neuron that has the focus."""
        neuron = focus.neuron
        self._net = frame.experiment.network.wiring()  # an edit may have changed an activation
        self._edge_chosen = focus.edge
        if neuron != self._neuron:
            self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self._snapshot, self._neuron = frame.snapshot, neuron
        self._lines = self._written()
        self.changed()

    def extent(self) -> tuple[int, int]:
        """As wide as a row of numbers, as high as there are connections."""
        return 16 + 3 * (NUMBER + 2), len(self._lines)

    def segments(self, row: int) -> list[Segment]:
        """One line."""
        return self._lines[row]()

    # ---- inside --------------------------------------------------------------------------------

    def _written(self) -> list[Row]:
        """Every line, as a function that is called when it is seen: there may be thousands."""
        if self._neuron is None or self._snapshot is None:
            return [lambda: [Segment(" no neuron has the focus: choose one with the arrows")]]
        j = self._neuron
        if j in self._net.inputs:
            lines = [self._title(f"{j}: input")]
        else:
            lines = [
                self._title(f"{j}: {self._net.activation[j]}, layer {self._net.layer[j]}"),
                self._sum(j),
                self._activation(j),
                self._slope(j),
                *self._incoming(j),
            ]
        return [*lines, *self._outgoing(j)]

    def _title(self, text: str) -> Row:
        return lambda: [Segment(f" {text}", Style(bold=True))]

    def _number(self, value: float | None) -> str:
        return padded(NOT_YET if value is None else fitted(value, NUMBER), NUMBER + 2, right=True)

    def _sum(self, j: str) -> Row:
        s = self._snapshot
        assert s is not None
        frozen = "" if j in self._trainable else " (frozen)"
        return lambda: [
            Segment(f" b = {fitted(s.b[j], NUMBER)}{frozen}   z = b + Σ w·a = {_shown(s.z.get(j))}")
        ]

    def _activation(self, j: str) -> Row:
        s, row = self._snapshot, self._net.activation[j].row
        assert s is not None
        return lambda: [Segment(f" a = {row.formula} = {_shown(s.a.get(j))}")]

    def _slope(self, j: str) -> Row:
        s, activation = self._snapshot, self._net.activation[j]
        assert s is not None

        def write() -> list[Segment]:
            z, a = s.z.get(j), s.a.get(j)
            slope = None if z is None or a is None else activation.derivative(z, a)
            da, delta = _shown(s.da.get(j)), _shown(s.delta.get(j))
            return [Segment(f" δ = ∂L/∂a · f′(z) = {da} · {_shown(slope)} = {delta}")]

        return write

    def _incoming(self, j: str) -> list[Row]:
        s = self._snapshot
        assert s is not None
        sources = self._net.sources[j]
        return [
            self._heading(f"in ({len(sources)})", "w", "a", "w·a"),
            *(self._edge(i, s.w[i, j], s.a.get(i), (i, j)) for i in sources),
        ]

    def _outgoing(self, j: str) -> list[Row]:
        s = self._snapshot
        assert s is not None
        targets = self._net.targets[j]
        return [
            self._heading(f"out ({len(targets)})", "w", "δ", "w·δ"),
            *(self._edge(k, s.w[j, k], s.delta.get(k), (j, k)) for k in targets),
        ]

    def _heading(self, *words: str) -> Row:
        first, *others = words
        text = " " + padded(first, 14) + "".join(padded(w, NUMBER + 2, right=True) for w in others)
        return lambda: [Segment(text, self.colours.faint + Style(bold=True))]

    def _edge(self, other: str, w: float, value: float | None, edge: tuple[str, str]) -> Row:
        last = self._snapshot.last if self._snapshot else None
        executing = last is not None and last.edge == edge
        chosen = edge == self._edge_chosen

        def write() -> list[Segment]:
            mark = "►" if executing else "›" if chosen else " "
            product = None if value is None else w * value
            name = padded(other + ("" if edge in self._trainable else " (frozen)"), 14)
            style = self.colours.mark if executing else Style(bold=chosen)
            numbers = "".join(self._number(number) for number in (w, value, product))
            return [Segment(f"{mark}{name}{numbers}", style)]

        return write


def _shown(value: float | None) -> str:
    return NOT_YET if value is None else fitted(value, NUMBER)
