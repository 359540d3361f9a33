"""The neurons pane: a table with a row for each neuron, or for each connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from nntui.debugger.values import has_softmax
from nntui.explain.numbers import ColumnFormat
from nntui.model.errors import counted
from nntui.model.names import escaped
from nntui.text import cells, cut, padded
from nntui.tui.frame import DIFFERS, HERE, NOT_YET, STOP, WRITTEN, Frame, NeuronFocus
from nntui.tui.panes.neuron_table import (
    CONNECTIONS_OF_ONE,
    GAP,
    LAYER,
    NEURONS,
    TABLES,
    Column,
    ColumnWidths,
    Filter,
    RowKey,
    Table,
    TableQuery,
    TableRows,
    fitted_columns,
    row_differs,
)
from nntui.tui.panes.pane import LinePane, ValueChosen

_MOST_FILTER_CELLS: Final = 24
_MOST_NAME_CELLS: Final = 16
_LEAST_SOURCE: Final = 3
"""Cells of the source in the name of a connection, at least."""
MOST_FORMATTED: Final = 100
"""Rows whose numbers a column's format suits; of more rows the visible ones."""


class NeuronsPane(LinePane):
    """Shows one of ``TABLES``, sorted and filtered as the user has it.

    Only the visible rows are written, so there may be any number of them. The heading does not
    scroll.
    """

    @dataclass
    class Sorted(Message):
        """The user clicked on a heading: the rows have another order, in words."""

        words: str
        heading: str

    def __init__(self) -> None:
        super().__init__(title=NEURONS.title, id="neurons")
        self._all_rows = {table.title: TableRows(table) for table in TABLES}
        self._queries = dict.fromkeys(self._all_rows, TableQuery())
        self._table: Table = NEURONS
        self._frame: Frame | None = None
        self._focus = NeuronFocus()
        self._name_cells = 0
        self._measured_net: object = None
        self._widths = ColumnWidths(6, 0, dict.fromkeys(NEURONS.columns, 6))
        self._formats: dict[Column, ColumnFormat] = {}
        self._heading: list[Segment] = []

    @property
    def compares(self) -> bool:
        """Whether a column is shown that needs the parameters before the last update."""
        return any(column.compares for column in self._widths.columns)

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Show a frame; scroll to a focus that moved, or to what a step wrote."""
        moved = (focus.neuron, focus.edge) != (self._focus.neuron, self._focus.edge)
        stepped = self._frame is None or frame.snapshot is not self._frame.snapshot
        self._frame, self._focus = frame, focus
        self.changed()
        if moved or stepped:  # else the rows stay where the user scrolled them
            self._scroll_to_row(self._focused() if moved else self._just_written())

    def changed(self) -> None:
        """Sort, fit the columns into the width, and repaint what differs."""
        if self._frame is None:
            return
        net = self._frame.snapshot.net
        if net is not self._measured_net:
            self._measured_net = net
            self._name_cells = max(map(cells, (*net.inputs, *net.neurons)), default=1)
        self._table_rows.update(
            self._frame, self._query, self.size.height - 1, self._about(self._frame)
        )
        names = self._name_cells
        if self._table is not NEURONS:
            names = max(2 * names + cells(" → "), cells(self._table.heading))
        self._widths = fitted_columns(
            self._table,
            names,
            self._room,
            layers=0 if self._table_rows.grouped else self._table_rows.layers,
            softmax=has_softmax(self._frame.experiment),
            updating=self._frame.updating,
            ended=self._frame.snapshot.at_end,
        )
        self._formats = self._column_formats(self._frame)
        title, sought = self._table.title, self.filter_text
        if self._table is CONNECTIONS_OF_ONE:
            title = f"{title} {cut(self._about(self._frame), _MOST_NAME_CELLS)}"
        if sought:
            title = f"{title} & {cut(sought, _MOST_FILTER_CELLS)}: {self._table_rows.shown:,}"
        self.set_title(title)
        before, self._heading = self._heading, self._column_headings()
        super().changed()
        if before != self._heading:
            self.refresh_line(self.scroll_offset.y)

    def extent(self) -> tuple[int, int]:
        return self._widths.width, len(self._table_rows.items) + 1

    def render_line(self, y: int) -> Strip:
        """Return the strip of a line; the heading is always the first."""
        if y > 0 or self._frame is None:
            return super().render_line(y)
        left, width = self.scroll_offset.x, self.size.width
        strip = Strip(Segment.apply_style(self._heading, self.colours.plain))
        return strip.extend_cell_length(left + width, self.colours.plain).crop(left, left + width)

    def segments(self, row: int) -> list[Segment]:
        if row == 0:
            return self._heading
        item = self._table_rows.items[row - 1]
        if not isinstance(item, int):
            return self._row(item)
        words = f" {self._table.layer_heading.format(item)} "
        room = max(self._room, self._widths.width)
        line, rest = self.colours.line, "─" * (room - len(words) - 2)
        return [Segment("──", line), Segment(words, self.colours.faint), Segment(rest, line)]

    def next_table(self) -> str:
        """Show the next table; return what its rows are."""
        self._table = TABLES[(TABLES.index(self._table) + 1) % len(TABLES)]
        self.jump()
        self.changed()
        self._scroll_to_row(self._focused() or self._just_written())
        if self._table is CONNECTIONS_OF_ONE and self._frame is not None:
            return f"{self._table.noun} of {escaped(self._about(self._frame))}"
        return self._table.noun

    def sort(self) -> str:
        """Sort by the next column; return the order in words."""
        seen = self._widths.columns if self.size.width else self._table.columns  # just opened
        return self._sort_by(self._query.next_column(seen))

    def reverse(self) -> str:
        """Reverse the order of the rows; return it in words."""
        return self._sort_by(self._query.column)

    def filter(self, text: str) -> str:
        """Show the rows that match a filter (empty: all); return their number in words.

        Raises:
            ValueError: as ``Filter.parse`` does.
        """
        keep = Filter.parse(text, self._table)
        self._run(replace(self._query, filter=keep))
        shown, total = self._table_rows.shown, self._table_rows.total
        return f"{shown:,} of {counted(total, self._table.noun)}" if keep.text else ""

    @property
    def sorted_by(self) -> str:
        """The heading of the column that the rows are sorted by; "" in the order of computing."""
        return self._query.column.heading if self._query.column is not None else ""

    @property
    def filter_text(self) -> str:
        """The current filter, as it was typed."""
        return self._query.filter.text

    def on_click(self, event: Click) -> None:
        """Choose the value of a cell, or what a row is about; or, on a heading, sort by it."""
        offset = self.offset_under(event)
        if offset is None or self._frame is None:
            return
        column = self._widths.column_at(offset.x)
        if offset.y == self.scroll_offset.y:
            first = "layer" if self._widths.is_layer(offset.x) else self._table.heading
            heading = first if column is None else column.heading
            self.post_message(self.Sorted(self._sort_by(column), heading))
        elif offset.y <= len(self._table_rows.items):
            item = self._table_rows.items[offset.y - 1]
            if not isinstance(item, int):
                self.post_message(_chosen(item, column))

    @property
    def _table_rows(self) -> TableRows:
        return self._all_rows[self._table.title]

    @property
    def _room(self) -> int:
        """The cells of a row beside the scrollbar, if there is one."""
        return self.size.width - (len(self._table_rows.items) + 1 > self.size.height)

    @property
    def _query(self) -> TableQuery:
        return self._queries[self._table.title]

    def _run(self, query: TableQuery) -> None:
        self._queries[self._table.title] = query
        self.jump()
        self.changed()
        self._scroll_to_row(self._focused())

    def _sort_by(self, column: Column | None) -> str:
        self._run(self._query.sorted_by(column))
        if column is None:
            return f"in the order of computing{', from the end' * self._query.reverse}"
        heading = f"|{column.heading}|" if column.by_size else column.heading
        return f"by {heading}, the {'least' if self._query.reverse else 'greatest'} first"

    def _about(self, frame: Frame) -> str:
        """Return the neuron of a table of one: the focused one, else that of the last step."""
        net, focused = frame.snapshot.net, self._focus.neuron
        if focused is not None and focused in net.layer:
            return focused
        return frame.neuron or net.neurons[0]

    def _column_headings(self) -> list[Segment]:
        """Return the headings, an arrow at the one that the rows are sorted by."""
        query, widths, style = self._query, self._widths, self.colours.faint + Style(bold=True)
        arrow = f" {query.arrow}" if query.column is None and query.reverse else ""
        first = "  " + padded(self._table.heading + arrow, widths.name)
        layer = LAYER if widths.layer > len(LAYER) else LAYER[0].upper()
        found = [Segment(first, style), Segment(padded(layer, widths.layer, right=True), style)]
        for column, number in widths.numbers.items():
            sorts = column is query.column
            heading = f"{column.heading}{query.arrow * sorts}"
            room = number + GAP - 2 - cells(heading)
            scale = self._formats[column].scale(room)
            text = padded(f" {heading} {scale}".rstrip(), number + GAP, right=True)
            found.append(Segment(text, Style(bold=True) if sorts else style))
        return found

    def _row(self, key: RowKey) -> list[Segment]:
        assert self._frame is not None
        frame, widths = self._frame, self._widths
        focus, marks = self._focus, frame.marks
        chosen = key == (focus.edge if isinstance(key, tuple) else focus.neuron)
        line = self.colours.chosen if chosen else Style()
        stopped = key in (marks.neurons if isinstance(key, str) else marks.edges)
        executing = (
            isinstance(key, tuple) and frame.snapshot.last and frame.snapshot.last.edge == key
        )
        name = line + self.colours.mark if executing else line
        sign = STOP if stopped else DIFFERS if row_differs(self._table, frame, key) else " "
        found = [
            Segment(HERE if executing else "›" if chosen else " ", name),
            Segment(sign, line + self.colours.stop),
            Segment(padded(self._label(key), widths.name), name),
        ]
        if widths.layer:
            layer = str(frame.snapshot.net.layer[self._table.owner(key)])
            found.append(
                Segment(padded(layer, widths.layer, right=True), line + self.colours.faint)
            )
        for column in widths.columns:
            found += self._cell(frame, key, column, line)
        return found

    def _label(self, key: RowKey) -> str:
        """Return a row's name; of a connection whose name is too long the source gives way."""
        label = self._table.label(key)
        if isinstance(key, str) or cells(label) <= self._widths.name:
            return label
        source, target = key
        room = max(self._widths.name - cells(label) + cells(source), _LEAST_SOURCE)
        return self._table.label((cut(source, room), target))

    def _is_chosen(self, key: RowKey, column: Column) -> bool:
        """Whether a cell shows the value that was chosen: in the first column that does."""
        focus, cell = self._focus, _chosen(key, column)
        if focus.quantity != cell.quantity:
            return False
        first = next(each for each in self._widths.columns if each.asks == column.asks)
        return first is column and (focus.edge or focus.neuron) == (cell.edge or cell.neuron)

    def _cell(self, frame: Frame, key: RowKey, column: Column, line: Style) -> list[Segment]:
        width = self._widths.numbers[column]
        if key in frame.snapshot.x and not column.of_inputs:
            return [Segment(" " * (width + GAP), line)]
        number, column_format = column.number(frame, key), self._formats[column]
        text = column_format.at_units(NOT_YET) if number is None else column_format.write(number)
        style = line + self.colours.faint if number is None else line
        written = number is not None and column.is_written(frame, key)
        is_chosen = self._focus.quantity is not None and self._is_chosen(key, column)
        differs = number is not None and column.differs(frame, key)
        if not (written or is_chosen or differs):
            return [Segment(" " * GAP + text, style)]
        if is_chosen:
            style += Style(underline=True, bold=True)
        body, blanks = text.strip(), " " * (GAP + len(text) - len(text.lstrip()))
        sign = ""
        if written:
            sign, style = WRITTEN, style + self.colours.flash
        if differs:
            sign = DIFFERS
        blanks = blanks[len(sign) :]
        tail = " " * (width + GAP - len(blanks) - len(sign) - len(body))
        return [
            Segment(blanks, line),
            Segment(sign, style + self.colours.stop if differs else style),
            Segment(body, style),
            Segment(tail, line),
        ]

    def _column_formats(self, frame: Frame) -> dict[Column, ColumnFormat]:
        """Choose the format of each column by the numbers of all rows, or the visible of many."""
        items, top = self._table_rows.items, self.scroll_offset.y
        if len(items) > MOST_FORMATTED:
            items = items[top : top + self.size.height]
        keys = [key for key in items if not isinstance(key, int)]
        inputs = frame.snapshot.x
        return {
            column: ColumnFormat.of(
                (
                    column.number(frame, key)
                    for key in keys
                    if column.of_inputs or key not in inputs
                ),
                width,
            )
            for column, width in self._widths.numbers.items()
        }

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Write the numbers that became visible in the format that suits them."""
        super().watch_scroll_y(old_value, new_value)
        frame, many = self._frame, len(self._table_rows.items) > MOST_FORMATTED
        if many and frame is not None and self._column_formats(frame) != self._formats:
            self.changed()

    def _scroll_to_row(self, key: RowKey | None) -> None:
        """Scroll to a row, and to its layer's heading when that is just above."""
        place = None if key is None else self._table_rows.place(key)
        if place is not None:
            above = place and isinstance(self._table_rows.items[place - 1], int)
            self.reveal(place - bool(above), 2 + bool(above))  # the first row is the heading's

    def _focused(self) -> RowKey | None:
        focus = self._focus
        if self._table is NEURONS:
            return focus.neuron
        if focus.edge is not None or focus.neuron is None or self._frame is None:
            return focus.edge
        if self._table is CONNECTIONS_OF_ONE:
            return self._just_written()
        sources = self._frame.snapshot.net.sources.get(focus.neuron)
        return (sources[0], focus.neuron) if sources else None

    def _just_written(self) -> RowKey | None:
        last = self._frame.snapshot.last if self._frame else None
        if last is None or last.kind in ("load", "loss"):
            return None
        if self._table is not NEURONS:
            return last.edge
        return last.source if last.kind == "backward_edge" else last.operation[-1]


def _chosen(key: RowKey, column: Column | None) -> ValueChosen:
    """Return what a cell stands for: a value, or without a column what the row is about."""
    quantity = column.asks if column is not None else ""
    if isinstance(key, str):
        return ValueChosen(key, None, quantity or None)
    if quantity == "a":  # a neuron's, in a table of edges
        return ValueChosen(key[0], None, quantity)
    return ValueChosen(key[1], key, quantity or None)
