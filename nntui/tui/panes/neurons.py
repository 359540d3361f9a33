"""The neurons pane: a row a neuron, or a connection; · where blank, ▸ where just written."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from nntui.explain.numbers import fitted
from nntui.model.errors import counted
from nntui.model.names import escaped
from nntui.text import cells, clean, cut, padded
from nntui.tui.frame import STOP, Frame, NeuronFocus
from nntui.tui.panes.neuron_table import (
    GAP,
    NEURONS,
    OF_ONE,
    TABLES,
    Choice,
    Column,
    ColumnWidths,
    Filter,
    Key,
    Table,
    TableRows,
    fitted_columns,
    next_column,
)
from nntui.tui.panes.pane import LinePane

NOT_YET: Final = "·"
"""Stands where a value is not computed yet, so that it differs from 0."""
WRITTEN: Final = "▸"
"""Stands before a value that the last step wrote."""
EXECUTING: Final = "►"
"""Stands before the connection that the last step was about."""
_FILTER_CELLS: Final = 24
_NAME_CELLS: Final = 16


class NeuronsPane(LinePane):
    """Every neuron, or every connection, in the order and the selection that a person chose.

    Only the rows that are seen are written, so there may be any number of them. The heading stays
    where it is when they scroll.
    """

    class Chosen(Message):
        """The person clicked on a row: a neuron's, or a connection's."""

        def __init__(self, neuron: str, edge: tuple[str, str] | None) -> None:
            super().__init__()
            self.neuron, self.edge = neuron, edge

    def __init__(self) -> None:
        super().__init__(title=NEURONS.title, id="neurons")
        self._listings = {table.title: TableRows(table) for table in TABLES}
        self._choices = dict.fromkeys(self._listings, Choice())
        self._table: Table = NEURONS
        self._frame: Frame | None = None
        self._focus = NeuronFocus()
        self._widest = 0
        self._measured: object = None
        self._fit = ColumnWidths(6, 0, 6, NEURONS.columns)
        self._heading: list[Segment] = []

    @property
    def compares(self) -> bool:
        """Whether a column is seen that needs the parameters of before the last update."""
        return any(column.compares for column in self._fit.columns)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Show a frame; what has the focus, or else what was just written, is kept in sight."""
        moved = (focus.neuron, focus.edge) != (self._focus.neuron, self._focus.edge)
        stepped = self._frame is None or frame.snapshot is not self._frame.snapshot
        self._frame, self._focus = frame, focus
        self.changed()
        if moved or stepped:  # else the rows stay where a person left them
            self._follow(self._focused() if moved else self._just_written())

    def changed(self) -> None:
        """Stand in order, fit into the width that there is, and draw anew what differs."""
        if self._frame is None:
            return
        self._measure(self._frame)
        self._listing.take(
            self._frame, self._choice, self.size.height - 1, self._about(self._frame)
        )
        self._fit = fitted_columns(
            self._table,
            self._widest if self._table is NEURONS else 2 * self._widest + cells(" → "),
            self._room,
            layers=0 if self._listing.grouped else self._listing.layers,
        )
        self.set_title(self._title())
        before, self._heading = self._heading, self._headed()
        super().changed()
        if before != self._heading:
            self.refresh_line(self.scroll_offset.y)

    def extent(self) -> tuple[int, int]:
        """As wide as the columns, a heading and a row for each item."""
        return self._fit.width, len(self._listing.items) + 1

    def render_line(self, y: int) -> Strip:
        """The strip of one row on screen; the heading covers the first of them."""
        if y > 0 or self._frame is None:
            return super().render_line(y)
        left, width = self.scroll_offset.x, self.size.width
        strip = Strip(Segment.apply_style(self._heading, self.colours.plain))
        return strip.extend_cell_length(left + width, self.colours.plain).crop(left, left + width)

    def segments(self, row: int) -> list[Segment]:
        """One layer's heading, or one row."""
        if row == 0:
            return self._heading
        item = self._listing.items[row - 1]
        return self._layer(item) if isinstance(item, int) else self._row(item)

    # ---- what a person chooses -----------------------------------------------------------------

    def turn_over(self) -> str:
        """Show the next table; what its rows are then."""
        self._table = TABLES[(TABLES.index(self._table) + 1) % len(TABLES)]
        self.jump()
        self.changed()
        self._follow(self._focused() or self._just_written())
        if self._table is OF_ONE and self._frame is not None:
            return f"{self._table.noun} of {escaped(self._about(self._frame))}"
        return self._table.noun

    def sort(self) -> str:
        """Put the rows in order by the next column; what they are in order by then."""
        return self._sorted(next_column(self._choice, self._fit.columns))

    def reverse(self) -> str:
        """Turn their order round; what they are in order by then."""
        return self._sorted(self._choice.column)

    def filter(self, text: str) -> str:
        """Show those rows alone that a text means (empty: all of them); how many those are.

        Raises:
            ValueError: the text compares something that cannot be compared; in a sentence.
        """
        keep = Filter.of(text, self._table)
        self._choose(Choice(self._choice.column, self._choice.backwards, keep))
        shown, total = self._listing.shown, self._listing.total
        return f"{shown:,} of {counted(total, self._table.noun)}" if keep.text else ""

    @property
    def filtered(self) -> str:
        """The filter in force, as it was typed."""
        return self._choice.filter.text

    def on_click(self, event: Click) -> None:
        """Choose the row; or, on a heading, put the rows in its order."""
        spot = event.get_content_offset(self)
        if spot is None or self._frame is None:
            return
        if spot.y == 0:
            self._sorted(self._fit.column_at(spot.x + self.scroll_offset.x))
            return
        row = spot.y + self.scroll_offset.y - 1
        if row < len(self._listing.items):
            item = self._listing.items[row]
            if isinstance(item, str):
                self.post_message(self.Chosen(item, None))
            elif isinstance(item, tuple):
                self.post_message(self.Chosen(item[1], item))

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _listing(self) -> TableRows:
        return self._listings[self._table.title]

    @property
    def _room(self) -> int:
        """The cells of a row, beside the scrollbar if there is one."""
        return self.size.width - (len(self._listing.items) + 1 > self.size.height)

    @property
    def _choice(self) -> Choice:
        return self._choices[self._table.title]

    def _choose(self, choice: Choice) -> None:
        self._choices[self._table.title] = choice
        self.jump()
        self.changed()
        self._follow(self._focused())

    def _sorted(self, column: Column | None) -> str:
        self._choose(self._choice.by(column))
        if column is None:
            return f"in the order of computing{', from the end' * self._choice.backwards}"
        return f"by {column.heading}, the {'least' if self._choice.backwards else 'greatest'} first"

    def _title(self) -> str:
        title, text = self._table.title, self.filtered
        if self._table is OF_ONE and self._frame is not None:
            title = f"{title} {cut(clean(self._about(self._frame)), _NAME_CELLS)}"
        if not text:
            return title
        return f"{title} & {cut(text, _FILTER_CELLS)}: {self._listing.shown:,}"

    def _measure(self, frame: Frame) -> None:
        """How many cells the names take."""
        net = frame.snapshot.net
        if net is not self._measured:
            self._measured = net
            self._widest = max(map(cells, (*net.inputs, *net.neurons)), default=1)

    def _about(self, frame: Frame) -> str:
        """The neuron that a table of one is about: that of the focus, else of the last step."""
        net, last = frame.snapshot.net, frame.snapshot.last
        if self._focus.neuron in net.layer:
            return str(self._focus.neuron)
        return last.operation[-1] if last and last.operation[1:] else net.neurons[0]

    def _headed(self) -> list[Segment]:
        """The heading of the columns, an arrow at the one that the rows are in order by."""
        choice, fit, style = self._choice, self._fit, self.colours.faint + Style(bold=True)
        chosen = self.colours.mark
        arrow = f" {choice.arrow}" if choice.column is None and choice.backwards else ""
        first = "  " + padded(self._table.heading + arrow, fit.name)
        found = [Segment(first, style), Segment(padded("L", fit.layer, right=True), style)]
        for column in fit.columns:
            here = column is choice.column
            word = column.heading + choice.arrow * here
            text = padded(" " + word, fit.number + GAP, right=True)
            found.append(Segment(text, chosen if here else style))
        return found

    def _layer(self, layer: int) -> list[Segment]:
        """The quiet line above the rows of a layer."""
        words = f" {self._table.group.format(layer)} "
        room = max(self._room, self._fit.width)
        return [Segment("──" + words + "─" * (room - len(words) - 2), self.colours.line)]

    def _row(self, key: Key) -> list[Segment]:
        assert self._frame is not None
        frame, fit = self._frame, self._fit
        focus, marks = self._focus, frame.marks
        chosen = key == (focus.neuron if isinstance(key, str) else focus.edge)
        line = self.colours.current_line if chosen else Style()
        stopped = key in (marks.neurons if isinstance(key, str) else marks.edges)
        executing = (
            isinstance(key, tuple) and frame.snapshot.last and frame.snapshot.last.edge == key
        )
        name = line + self.colours.mark if executing else line
        found = [
            Segment(EXECUTING if executing else "›" if chosen else " ", name),
            Segment(STOP if stopped else " ", line + self.colours.stop),
            Segment(padded(clean(self._table.label(key)), fit.name), name),
        ]
        if fit.layer:
            layer = str(frame.snapshot.net.layer[self._table.owner(key)])
            found.append(Segment(padded(layer, fit.layer, right=True), line + self.colours.faint))
        for column in fit.columns:
            found += self._cell(frame, key, column, line)
        return found

    def _cell(self, frame: Frame, key: Key, column: Column, line: Style) -> list[Segment]:
        if key in frame.snapshot.x and not column.of_inputs:
            return [Segment(" " * (self._fit.number + GAP), line)]
        width, number = self._fit.number, column.number(frame, key)
        if number is None:
            text = padded(NOT_YET, width + GAP, right=True)
            return [Segment(text, line + self.colours.faint)]
        text = fitted(number, width)
        if not column.is_written(frame, key):
            return [Segment(padded(text, width + GAP, right=True), line)]
        blanks = " " * (width + GAP - 1 - len(text))
        return [Segment(blanks, line), Segment(WRITTEN + text, line + self.colours.flash)]

    def _follow(self, key: Key | None) -> None:
        """Keep a row in sight, and its layer's heading when that is just above."""
        place = None if key is None else self._listing.place(key)
        if place is not None:
            above = place and isinstance(self._listing.items[place - 1], int)
            self.reveal(place - bool(above), 2 + bool(above))  # the first row is the heading's

    def _focused(self) -> Key | None:
        """The row of what has the focus."""
        focus = self._focus
        if self._table is NEURONS:
            return focus.neuron
        if focus.edge is not None or focus.neuron is None or self._frame is None:
            return focus.edge
        if self._table is OF_ONE:
            return self._just_written()
        sources = self._frame.snapshot.net.sources.get(focus.neuron)
        return (sources[0], focus.neuron) if sources else None

    def _just_written(self) -> Key | None:
        """The row that the last step was about."""
        last = self._frame.snapshot.last if self._frame else None
        if last is None or last.kind in ("load", "loss"):
            return None
        if self._table is not NEURONS:
            return last.edge
        return last.source if last.kind == "backward_edge" else last.operation[-1]
