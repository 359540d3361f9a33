"""The inspector: a neuron's equations, activation function, connections and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.timer import Timer

from nntui.debugger.snapshot import IncomingProducts, Products
from nntui.debugger.values import has_softmax, probability
from nntui.draw.picture import Span
from nntui.explain.numbers import DEFAULT_PRECISION, PRECISIONS, Number, fitted
from nntui.text import clean, cut, padded, wrapped
from nntui.tui.frame import HERE, Frame, NeuronFocus
from nntui.tui.keys import every_key
from nntui.tui.panes.inspector_sections import (
    COMPUTING,
    WANTED,
    Line,
    NumberColumn,
    beside,
    graph,
    hanging,
    past_lines,
    reach_of,
    return_line,
    shown,
    slope_lines,
    sum_lines,
    symbol_at,
    text,
)
from nntui.tui.panes.pane import LinePane, ValueChosen

if TYPE_CHECKING:
    from nntui.debugger.queries.history import NeuronHistory

NAME_CELLS: Final = 12
"""Cells of a name in the tables of connections, where there is room."""
LEAST_NAME: Final = 5
WIDE: Final = 54
"""Columns from which on the graph stands beside the equations."""
HIGH: Final = 40
"""Rows from which on the graph is larger, and everything else stands beside it."""
LOW: Final = 16
"""Rows below which the terms of a sum are left to the table of connections."""
NO_FOCUS: Final = "Choose a neuron with the arrows or a click."
AT_HAND: Final = " · being computed"
NO_PAST: Final = "Choose {} (an arrow or a click) to see its history."
DELAY: Final = 0.15
"""Seconds from a step to the neuron that it is about, at most."""
DELAY_ON_THE_WAY: Final = 0.5
"""The same while a run is under way."""
KEY_PAUSE: Final = 0.1
"""Seconds without a step after which no key is held down."""
MOST_POSTPONED: Final = 3
"""Times that the neuron is postponed while a key is held down."""
_ACTIONS: Final = {"breakpoint": "break", "watch": "display", "set": "set", "why": "why"}
_GRAPH_ROWS: Final = 8
CONNECTION: Final = "connection"
"""What a click on a part of a row chooses, in its style: a symbol, source and target."""


class InspectorPane(LinePane):
    """Shows the focused neuron, with the values that the passes have really used.

    Without a focus it shows the neuron of the last step, a moment later, so that no key waits.
    """

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(title="Inspector", id="inspector")
        self._keymap = keymap
        self._frame: Frame | None = None
        self._focus = NeuronFocus()
        self._lines: list[Line] = []
        self._history: NeuronHistory | None = None
        self._incoming: IncomingProducts | None = None
        self._is_current = False
        self._width = 0
        self._precision = DEFAULT_PRECISION
        self._newest: Frame | None = None
        self._since, self._postponed = 0.0, 0
        self._follows = False
        self._timer: Timer | None = None

    def show_history(self, history: NeuronHistory | None) -> None:
        """Show a neuron's history; None: a newer one is being computed."""
        before = self._is_current, self._history
        self._is_current, self._history = history is not None, history or self._history
        if (self._is_current, self._history) != before:
            self.changed()

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Show the focused neuron; without one, soon, that of the last step."""
        self._newest = None
        if focus.neuron is None and frame.snapshot.last is not None:
            self._newest, self._since = frame, monotonic()
            if self._timer is None:
                self._timer = self.set_timer(
                    DELAY_ON_THE_WAY if frame.on_the_way else DELAY, self._follow
                )
        else:
            self._set_neuron(frame, focus, follows=False)

    def set_precision(self, precision: int) -> None:
        self._precision = precision
        self.changed()

    def changed(self) -> None:
        """Write the lines for the current width."""
        scrolled = len(self._lines) > self.size.height  # then a scrollbar stands beside them
        self._write(scrolled)
        if (len(self._lines) > self.size.height) != scrolled:
            self._write(not scrolled)
        super().changed()

    def extent(self) -> tuple[int, int]:
        return self._width, len(self._lines)

    def segments(self, row: int) -> list[Segment]:
        return self._lines[row]()

    def on_click(self, event: Click) -> None:
        """Choose the value of an equation, of the history or of a connection."""
        offset, j = self.offset_under(event), self._focus.neuron
        if offset is None or j is None or offset.y >= len(self._lines):
            return
        connection = event.style.meta.get(CONNECTION)
        if connection is not None:
            symbol, *edge = connection
            if symbol in ("a", "delta"):  # of its other end
                self.post_message(ValueChosen(edge[symbol == "delta"], None, symbol))
            else:
                self.post_message(ValueChosen(j, (edge[0], edge[1]), symbol))
            return
        rows = ["".join(part.text for part in row()) for row in self._lines[: offset.y + 1]]
        symbol = symbol_at(rows, offset.x)
        if symbol is not None and "@click" not in event.style.meta:
            self.post_message(ValueChosen(j, None, symbol))

    @property
    def is_waiting(self) -> bool:
        """Whether it is about to show another neuron or history, without a step."""
        computing = self._focus.neuron is not None and not (self._is_current or self._follows)
        return self.display and (self._timer is not None or computing)

    @property
    def _number(self) -> Number:
        return PRECISIONS[self._precision].number

    def _set_neuron(self, frame: Frame, focus: NeuronFocus, *, follows: bool) -> None:
        if focus.neuron != self._focus.neuron:
            self.jump()
        self._frame, self._focus, self._follows = frame, focus, follows
        self.changed()

    def _follow(self) -> None:
        """Show the neuron of the newest step; after a load or a loss, the previous one."""
        self._timer = None
        if monotonic() - self._since < KEY_PAUSE and self._postponed < MOST_POSTPONED:
            self._postponed += 1  # a key is held down: the next one would wait for this
            self._timer = self.set_timer(DELAY, self._follow)
            return
        frame, self._postponed = self._newest, 0
        if frame is not None and frame.snapshot.last is not None and self.display:
            neuron = frame.neuron or self._focus.neuron
            self._set_neuron(frame, NeuronFocus(neuron), follows=True)

    def _write(self, scrolled: bool) -> None:
        self._width = self.size.width - scrolled
        self._lines = self._all_lines(max(self._width, 20))

    def _all_lines(self, width: int) -> list[Line]:
        frame, j = self._frame, self._focus.neuron
        if frame is None or j is None or j not in frame.snapshot.net.layer:
            return [text(f" {row}", self.colours.faint) for row in wrapped(NO_FOCUS, width - 2)]
        products = Products(frame.snapshot, frame.before)
        past = self._past_lines
        is_input = j in frame.snapshot.net.inputs
        if is_input or width < WIDE:
            graph = [] if is_input else self._graph_lines(products, j, width, _GRAPH_ROWS)
            connections = self._connection_tables(products, j, width)
            return [*self._equations(products, j, width), *graph, *past(j, width), *connections]
        high = self.size.height >= HIGH
        right = min(max(width * 2 // 5, 22), 100 if high else 44)
        left = width - right - 1
        equations = self._equations(products, j, left)
        if high:  # everything else stands beside the graph
            rows = min(self.size.height - 4, right // 2)
            told = [*equations, *past(j, left), *self._connection_tables(products, j, left)]
            return beside(told, self._graph_lines(products, j, right, rows), left)
        rows = min(max(len(equations) - 2, _GRAPH_ROWS), right // 3 + 1)
        top = beside(equations, self._graph_lines(products, j, right, rows), left)
        return [*top, *past(j, width), *self._connection_tables(products, j, width)]

    def _equations(self, products: Products, j: str, width: int) -> list[Line]:
        """Return the neuron's title, its equations, and the keys that act upon it."""
        s, number, room = products.snapshot, self._number, width - 2
        if j in s.net.inputs:
            equations = [
                f"a = x = {shown(s.a.get(j), number)}",
                return_line(products.outgoing(j), number),
            ]
        else:
            brief = self.size.height < LOW
            equations = [
                *sum_lines(self._incoming_to(products, j), room, number, brief=brief),
                *slope_lines(products, j, room, number),
                *self._probability_lines(products, j),
                *self._bias_lines(products, j, room),
            ]
        rows = [text(f" {row}") for each in equations for row in hanging(each, room)]
        keys = [] if self._follows else [self._action_keys]
        return [self._neuron_title(products, j, width), *rows, *keys]

    def _probability_lines(self, products: Products, j: str) -> list[str]:
        """Write the softmax of an output, where the loss applies one."""
        if self._frame is None or not has_softmax(self._frame.experiment):
            return []
        if j not in products.snapshot.net.outputs:
            return []
        p = probability(self._frame.experiment, products.snapshot.a, j)
        return [f"p = softmax(a) = {shown(p, self._number)}"]

    def _neuron_title(self, products: Products, j: str, width: int) -> Line:
        net = products.snapshot.net
        kind = "input" if j in net.inputs else str(net.activation[j])
        rest = f" · {kind} · layer {net.layer[j]}{' · output' * (j in net.outputs)}"
        if self._follows and cell_len(f" {clean(j)}{rest}{AT_HAND}") <= width:
            rest += AT_HAND
        name = cut(j, max(width - len(rest) - 1, 6))
        return lambda: [
            Segment(f" {name}", Style(bold=True)), Segment(rest, self.colours.faint)
        ]  # fmt: skip

    def _bias_lines(self, products: Products, j: str, room: int) -> list[str]:
        s = products.snapshot
        frozen = " (frozen)" if j in s.net.frozen else ""
        used, number = products.b(j), self._number
        now = f" → {shown(s.b[j], number)}" if s.b[j] != used else ""
        lines = [
            f"b = {shown(used, number)}{now}{frozen}",
            f"Σ ∂L/∂b = {shown(s.db.get(j), number)}",
        ]
        joined = "   ".join(lines)
        return [joined] if len(joined) <= room else lines

    def _action_keys(self) -> list[Segment]:
        """Return the keys that act upon the neuron, as links."""
        found: list[Segment] = []
        table = every_key()
        for name, word in _ACTIONS.items():
            key = table[name]
            link = Style.from_meta({"@click": f"screen.{key.action}"})
            found += [
                Segment("  " if found else " "),
                Segment(key.display(self._keymap).split(" ")[0], self.colours.mark + link),
                Segment(f" {word}", self.colours.faint + link),
            ]
        return found

    def _graph_lines(self, products: Products, j: str, width: int, rows: int) -> list[Line]:
        """Return the graph of the activation function, with its range and z below it."""
        s = products.snapshot
        z, activation = s.z.get(j), s.net.activation[j]
        picture = graph(activation, z, s.a.get(j), width - 1, rows)
        reach = f"{reach_of(z):g}"
        spare = max(width - 1 - 2 * len(reach) - 1, 0)
        middle = "" if z is None else f"z = {self._number(z)}"
        if z is not None and len(middle) > spare - 2:  # many digits in a narrow pane
            middle = f"z = {fitted(z, max(spare - 6, 6))}"
        axis = f"-{reach}{middle:^{spare}}{reach}"[: width - 1]
        name = activation.name
        titles = (f"{name}, the slope at ●", f"{name}, slope at ●", name)
        known = 0 if s.a.get(j) is not None else 2
        title = next((each for each in titles[known:] if cell_len(each) < width), name)
        inks = {
            "curve": self.colours.role("label.bright", 1.0),
            "curve.axis": self.colours.line,
            "curve.tangent": self.colours.role("label.bright", -1.0),
            "curve.point": self.colours.mark,
        }

        def spans(row: tuple[Span, ...]) -> list[Segment]:
            return [Segment(span.text, inks.get(span.role)) for span in row]

        return [
            text(padded(f"{title:^{width - 1}}", width - 1), self.colours.faint),
            *(partial(spans, row) for row in picture.rows[:rows]),
            text(axis, self.colours.faint),
        ]

    def _incoming_to(self, products: Products, j: str) -> IncomingProducts:
        """Return what came into the neuron, summed once for each frame."""
        known = self._incoming
        if known is None or known.j != j or known.products.snapshot is not products.snapshot:
            known = self._incoming = products.incoming(j)
        return known

    def _past_lines(self, j: str, width: int) -> list[Line]:
        """Return the neuron's history, faint while a newer one is being computed."""
        if self._follows:
            said = NO_PAST.format(clean(j))
            return [text(f" {row}", self.colours.faint) for row in wrapped(said, width - 2)]
        history = self._history
        if history is None or history.neuron != j:
            return [text(f" {COMPUTING}", self.colours.faint)]
        return [
            text(f" {line}", None if self._is_current and n else self.colours.faint)
            for n, line in enumerate(past_lines(history, width - 2))
        ]

    def _connection_tables(self, products: Products, j: str, width: int) -> list[Line]:
        """Return the incoming and the outgoing connections, beside each other if they fit."""
        columns = 4 if products.updating else 3
        whole = NAME_CELLS + 4 + columns * (WANTED[self._precision] + 1)
        paired = width >= 2 * whole + 2
        room = (width // 2 if paired else width) - 3
        name = max(min(NAME_CELLS, room - NumberColumn.least(columns)), LEAST_NAME)
        column = NumberColumn.fitting(self._precision, room - name, columns)
        s, table = products.snapshot, partial(self._table, products, column, name)
        into: list[Line] = []
        if j not in s.net.inputs:
            incoming = self._incoming_to(products, j)
            into = table(
                f"in ({len(incoming.sources):,})",
                ("w", "a", "w·a"),
                [
                    (i, (i, j), s.a.get(i), partial(incoming.product, n))
                    for n, i in enumerate(incoming.sources)
                ],
            )
        outgoing = products.outgoing(j)
        out = table(
            f"out ({len(outgoing.targets):,})",
            ("w", "δ", "w·δ"),
            [(k, (j, k), s.delta.get(k), partial(outgoing.product, k)) for k in outgoing.targets],
        )
        if not outgoing.targets:
            tables = into
        else:
            tables = beside(into, out, width // 2) if into and paired else [*into, *out]
        return [*tables, *self._mean_lines(width)]

    def _mean_lines(self, width: int) -> list[Line]:
        """Say what becomes of the sums of a batch, where the update takes their mean."""
        assert self._frame is not None
        experiment = self._frame.experiment
        size = experiment.training.batch_size or len(experiment.train_examples)
        if experiment.training.reduction != "mean" or size == 1:
            return []
        said = (
            f"Σ: added up over the batch. The update divides it by the batch’s {size:,} examples: "
            "that mean is what PyTorch calls .grad."
        )
        return [text(f" {row}", self.colours.faint) for row in wrapped(said, width - 2)]

    def _table(
        self,
        products: Products,
        column: NumberColumn,
        name: int,
        title: str,
        symbols: tuple[str, ...],
        rows: Sequence[tuple[str, tuple[str, str], float | None, partial[float | None]]],
    ) -> list[Line]:
        """Return a table of connections; a row: the other end, the edge, its value, the product."""
        heading = " " + padded(title, name + 2) + "".join(map(column.heading, symbols))
        if products.updating:
            heading += column.heading("w now")
        return [
            text(heading, self.colours.faint + Style(bold=True)),
            *(partial(self._edge, products, column, name, *row) for row in rows),
        ]

    def _edge(
        self,
        products: Products,
        column: NumberColumn,
        name: int,
        other: str,
        edge: tuple[str, str],
        value: float | None,
        product: partial[float | None],
    ) -> list[Segment]:
        s = products.snapshot
        executing = s.last is not None and s.last.edge == edge
        focused = edge == self._focus.edge
        line = self.colours.chosen if focused else Style()
        style = line + self.colours.mark if executing else line
        frozen = " ✻" if edge in s.net.frozen else ""
        mark = HERE if executing else "›" if focused else " "
        result, used = product(), products.w(edge)
        faint = line + self.colours.faint
        weight = style + Style.from_meta({CONNECTION: ("w", *edge)})
        beside = "a" if edge[1] == self._focus.neuron else "delta"
        found = [
            Segment(mark + padded(other + frozen, name + 2), weight),
            Segment(column.number(used), weight),
            Segment(column.number(value), style + Style.from_meta({CONNECTION: (beside, *edge)})),
            Segment(column.number(result), faint if result is None else style),
        ]
        if products.updating:
            now = s.w[edge]
            found.append(Segment(column.number(now if now != used else None), weight))
        return found
