"""The neurons pane: a row a neuron, with its activation and gradients; · where blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message

from nntui.debugger.snapshot import Snapshot
from nntui.explain.fitted import fitted
from nntui.model.experiment import Experiment
from nntui.model.names import value_name
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.marks import STOP
from nntui.tui.text import padded
from nntui.tui.widgets.pane import LinePane

NOT_YET: Final = "·"
"""Stands where a value is not computed yet, so that it differs from 0."""
WRITTEN: Final = "▸"
"""Stands before a value that the last step wrote."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the symbol of its values, and whether inputs have one too."""

    heading: str
    symbol: str
    inputs: bool = False


COLUMNS: Final = (
    Column("z", "z"),
    Column("a", "a", inputs=True),
    Column("∂L/∂a", "da", inputs=True),
    Column("δ", "delta"),
    Column("b", "b"),
    Column("∂L/∂b", "db"),
)


class NeuronsPane(LinePane):
    """Every neuron in canonical order: layer, z, a, ∂L/∂a, δ, b, ∂L/∂b."""

    class Chosen(Message):
        """The person clicked on a row."""

        def __init__(self, neuron: str) -> None:
            super().__init__()
            self.neuron = neuron

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="Neurons", id="neurons")
        net = experiment.network.wiring()
        self._names = (*net.inputs, *net.neurons)
        self._layer = net.layer
        self._inputs = frozenset(net.inputs)
        self._snapshot: Snapshot | None = None
        self._focus: str | None = None
        self._stops: frozenset[str] = frozenset()

    def show(self, frame: Frame, focus: Focus) -> None:
        """Show a frame; the neuron that has the focus is kept in sight."""
        moved = focus.neuron != self._focus
        self._snapshot, self._focus = frame.snapshot, focus.neuron
        self._stops = frame.marks.neurons
        self.changed()
        followed = focus.neuron if moved else self._just_written()
        if followed is not None:
            self.reveal(self._names.index(followed) + 1)

    def on_click(self, event: Click) -> None:
        """Choose the neuron of the row."""
        spot = event.get_content_offset(self)
        row = -1 if spot is None else spot.y + self.scroll_offset.y - 1
        if 0 <= row < len(self._names):
            self.post_message(self.Chosen(self._names[row]))

    def extent(self) -> tuple[int, int]:
        """As wide as the columns, a heading and a row for each neuron."""
        name, number = self._widths()
        return 1 + name + 3 + len(COLUMNS) * (number + 2), len(self._names) + 1

    def segments(self, row: int) -> list[Segment]:
        """The heading, or one neuron."""
        name_width, width = self._widths()
        if row == 0:
            head = " " + padded("neuron", name_width) + padded("L", 3, right=True)
            cells = "".join("  " + padded(c.heading, width, right=True) for c in COLUMNS)
            return [Segment(head + cells, self.colours.faint + Style(bold=True))]
        name = self._names[row - 1]
        chosen = name == self._focus
        line = self.colours.current_line if chosen else Style()
        mark = "›" if chosen else " "
        stop = STOP if name in self._stops else " "
        found = [
            Segment(mark + padded(name, name_width), line),
            Segment(stop, line + self.colours.stop),
            Segment(padded(str(self._layer[name]), 2, right=True), line + self.colours.faint),
        ]
        found += [self._cell(name, column, width, line) for column in COLUMNS]
        return found

    def _cell(self, name: str, column: Column, width: int, line: Style) -> Segment:
        assert self._snapshot is not None
        if name in self._inputs and not column.inputs:
            return Segment(" " * (width + 2), line)
        values: Mapping[str, float] = getattr(self._snapshot, column.symbol)
        value = values.get(name)
        if value is None:
            return Segment("  " + padded(NOT_YET, width, right=True), line + self.colours.faint)
        last = self._snapshot.last
        if last is not None and value_name(column.symbol, name) in last.writes:
            text = padded(WRITTEN + fitted(value, width), width + 1, right=True)
            return Segment(" " + text, line + self.colours.mark)
        text = padded(fitted(value, width), width, right=True)
        return Segment("  " + text, line)

    def _widths(self) -> tuple[int, int]:
        """The cells of a name and of a number, by the room that there is."""
        name = max(6, min(12, max(len(n) for n in self._names)))
        room = self.scrollable_content_region.width - 1 - name - 3
        return name, max(6, min(10, room // len(COLUMNS) - 2))

    def _just_written(self) -> str | None:
        """The neuron that the last step was about, to keep it in sight."""
        last = self._snapshot.last if self._snapshot else None
        if last is None or last.kind in ("load", "loss"):
            return None
        return last.source if last.kind == "backward_edge" else last.operation[-1]
