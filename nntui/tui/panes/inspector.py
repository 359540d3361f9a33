"""The inspector: a neuron's equations, its function, its connections and its past."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.timer import Timer

from nntui.debugger.snapshot import IncomingProducts, Products
from nntui.draw.picture import Picture
from nntui.explain.numbers import FIRST, PRECISIONS, Number, fitted
from nntui.text import clean, padded, wrapped
from nntui.tui.frame import Frame, NeuronFocus
from nntui.tui.keys import every_key
from nntui.tui.panes.inspector_sections import (
    COMPUTING,
    Cells,
    Line,
    beside,
    graph,
    hanging,
    past_lines,
    reach_of,
    return_line,
    shown,
    slope_lines,
    sum_lines,
    text,
)
from nntui.tui.panes.pane import LinePane

if TYPE_CHECKING:
    from nntui.debugger.queries.history import NeuronHistory

NAME: Final = 12
"""Cells of a name in the tables of connections."""
BESIDE: Final = 54
"""Columns from which on the graph stands beside the equations."""
NO_FOCUS: Final = "the neuron that a step is about, or the one you choose with the arrows"
AT_HAND: Final = " · at hand"
NO_PAST: Final = "choose it with the arrows for its past and more"
SOON: Final = 0.15
"""Seconds from a step to the neuron that it is about, at most."""
QUIET: Final = 0.1
"""Seconds without a step, after which no key is held down."""
MOST_PUT_OFF: Final = 3
"""So many times it is put off while one is."""
SELDOM: Final = 0.5
"""The same while a run is under way."""
_ACTIONS: Final = {"breakpoint": "break", "watch": "watch", "set": "set", "why": "why"}
_GRAPH_ROWS: Final = 8
_HIGH_GRAPH_ROWS: Final = 18
HIGH: Final = 40
"""Rows from which on the graph is larger than the equations beside it."""


class InspectorPane(LinePane):
    """The neuron that has the focus. It shows what the passes have really used and made.

    Without a focus it follows the run: it shows the neuron that the last step was about, a moment
    later, so that no key waits for it.
    """

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__(title="Inspector", id="inspector")
        self._keymap = keymap
        self._frame: Frame | None = None
        self._focus = NeuronFocus()
        self._lines: list[Line] = []
        self._life: NeuronHistory | None = None
        self._come: IncomingProducts | None = None
        self._fresh = False
        self._width = 0
        self._precision = FIRST
        self._newest: Frame | None = None
        self._since, self._put_off = 0.0, 0
        self._follows = False
        self._timer: Timer | None = None

    def tell(self, life: NeuronHistory | None) -> None:
        """Show a neuron's life; None: it is being computed."""
        before = self._fresh, self._life
        self._fresh, self._life = life is not None, life or self._life
        if (self._fresh, self._life) != before:
            self.changed()

    def show(self, frame: Frame, focus: NeuronFocus) -> None:
        """Show the neuron that has the focus; soon, if none has, the one at hand."""
        self._newest = None
        if focus.neuron is None and frame.snapshot.last is not None:
            self._newest, self._since = frame, monotonic()
            if self._timer is None:
                self._timer = self.set_timer(SELDOM if frame.on_the_way else SOON, self._follow)
        else:
            self._take(frame, focus, follows=False)

    def write_as(self, precision: int) -> None:
        """Write numbers in one of ``PRECISIONS``."""
        self._precision = precision
        self.changed()

    def changed(self) -> None:
        """Write the lines for the width that there is."""
        scrolled = len(self._lines) > self.size.height  # then a scrollbar stands beside them
        self._write(scrolled)
        if (len(self._lines) > self.size.height) != scrolled:
            self._write(not scrolled)
        super().changed()

    def extent(self) -> tuple[int, int]:
        """As wide as the pane, as high as there is to say."""
        return self._width, len(self._lines)

    def segments(self, row: int) -> list[Segment]:
        """One line."""
        return self._lines[row]()

    @property
    def is_waiting(self) -> bool:
        """Whether what it shows is to change, without a step: another neuron, or its past."""
        past = self._focus.neuron is not None and not (self._fresh or self._follows)
        return self.display and (self._timer is not None or past)

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _number(self) -> Number:
        return PRECISIONS[self._precision].number

    def _take(self, frame: Frame, focus: NeuronFocus, *, follows: bool) -> None:
        if focus.neuron != self._focus.neuron:
            self.jump()
        self._frame, self._focus, self._follows = frame, focus, follows
        self.changed()

    def _follow(self) -> None:
        """Show the neuron that the newest step was about; after one about none, the one before."""
        self._timer = None
        if monotonic() - self._since < QUIET and self._put_off < MOST_PUT_OFF:
            self._put_off += 1  # a key is held down: every other one would wait for this
            self._timer = self.set_timer(SOON, self._follow)
            return
        frame, self._put_off = self._newest, 0
        last = frame.snapshot.last if frame else None
        if frame is not None and last is not None and self.display:
            about = last.operation[-1] if last.operation[1:] else self._focus.neuron
            self._take(frame, NeuronFocus(about), follows=True)

    def _write(self, scrolled: bool) -> None:
        self._width = self.size.width - scrolled
        self._lines = self._written(max(self._width, 20))

    def _written(self, width: int) -> list[Line]:
        frame, j = self._frame, self._focus.neuron
        if frame is None or j is None or j not in frame.snapshot.net.layer:
            return [text(f" {row}", self.colours.faint) for row in wrapped(NO_FOCUS, width - 2)]
        products = Products(frame.snapshot, frame.before)
        if j in frame.snapshot.net.inputs:
            top = self._facts(products, j, width)
            return [*top, *self._past(j, width), *self._connections(products, j, width)]
        if width < BESIDE:
            top = [*self._facts(products, j, width), *self._graph(products, j, width, _GRAPH_ROWS)]
        else:
            high = self.size.height >= HIGH
            right = min(max(width * 2 // 5, 22), 72 if high else 44)
            facts = self._facts(products, j, width - right - 1)
            if high:
                facts += self._past(j, width - right - 1)
            rows = max(len(facts) - 2, _GRAPH_ROWS, _HIGH_GRAPH_ROWS if high else 0)
            rows = min(rows, right // 3 + 1)
            top = beside(facts, self._graph(products, j, right, rows), width - right - 1)
            if high:
                return [*top, *self._connections(products, j, width)]
        return [*top, *self._past(j, width), *self._connections(products, j, width)]

    def _facts(self, products: Products, j: str, width: int) -> list[Line]:
        """The neuron in words and equations."""
        s, number = products.snapshot, self._number
        room = width - 2
        lines: list[Line] = [self._title(products, j, width)]
        if j in s.net.inputs:
            said = [
                f"a = x = {shown(s.a.get(j), number)}",
                return_line(products.outgoing(j), number),
            ]
        else:
            said = [
                *sum_lines(self._incoming_to(products, j), room, number),
                *slope_lines(products, j, room, number),
                return_line(products.outgoing(j), number),
                *self._bias(products, j, room),
            ]
        lines += [text(f" {row}") for each in said for row in hanging(each, room)]
        return lines if self._follows else [*lines, self._actions]

    def _title(self, products: Products, j: str, width: int) -> Line:
        net = products.snapshot.net
        words = [f"layer {net.layer[j]}"]
        words.insert(0, "input" if j in net.inputs else str(net.activation[j]))
        words += ["output"] if j in net.outputs else []
        rest = " · " + " · ".join(words)
        if self._follows and cell_len(f" {clean(j)}{rest}{AT_HAND}") <= width:
            rest += AT_HAND
        name = padded(clean(j), min(len(clean(j)), max(width - len(rest) - 1, 6)))
        return lambda: [
            Segment(f" {name}", Style(bold=True)), Segment(rest, self.colours.faint)
        ]  # fmt: skip

    def _bias(self, products: Products, j: str, room: int) -> list[str]:
        s = products.snapshot
        frozen = " (frozen)" if j in s.net.frozen else ""
        used, number = products.b(j), self._number
        now = f" → {shown(s.b[j], number)}" if s.b[j] != used else ""
        said = [
            f"b = {shown(used, number)}{now}{frozen}",
            f"Σ ∂L/∂b = {shown(s.db.get(j), number)}",
        ]
        joined = "   ".join(said)
        return [joined] if len(joined) <= room else said

    def _actions(self) -> list[Segment]:
        """The keys that do something with the neuron; a click does the same."""
        found: list[Segment] = [Segment(" ")]
        table = every_key()
        for name, word in _ACTIONS.items():
            key = table[name]
            link = Style.from_meta({"@click": f"screen.{key.action}"})
            shown_key = key.display(self._keymap).split(" ")[0]
            found.append(Segment(shown_key, self.colours.mark + link))
            found.append(Segment(f" {word}", self.colours.faint + link))
            found.append(Segment("  "))
        return found

    def _graph(self, products: Products, j: str, width: int, rows: int) -> list[Line]:
        """The activation function, and below it how far it is drawn and where z is."""
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
        return [
            text(padded(f"{title:^{width - 1}}", width - 1), self.colours.faint),
            *(partial(self._drawn, picture, n) for n in range(rows)),
            text(axis, self.colours.faint),
        ]

    def _drawn(self, picture: Picture, n: int) -> list[Segment]:
        inks = {
            "curve": self.colours.role("label.bright", 1.0),
            "curve.axis": self.colours.line,
            "curve.tangent": self.colours.role("label.bright", -1.0),
            "curve.point": self.colours.mark,
        }
        return [Segment(span.text, inks.get(span.role)) for span in picture.rows[n]]

    def _incoming_to(self, products: Products, j: str) -> IncomingProducts:
        """What has come into the neuron, added up once for each frame."""
        known = self._come
        if known is None or known.j != j or known.products.snapshot is not products.snapshot:
            known = self._come = products.incoming(j)
        return known

    def _past(self, j: str, width: int) -> list[Line]:
        """The neuron's life, faint while a newer one is being computed."""
        if self._follows:
            return [text(f" {row}", self.colours.faint) for row in wrapped(NO_PAST, width - 2)]
        life = self._life if self._life and self._life.neuron == j else None
        if life is None:
            return [text(f" {COMPUTING}", self.colours.faint)]
        lines = past_lines(life, width - 2)
        return [
            text(f" {line}", None if self._fresh and n else self.colours.faint)
            for n, line in enumerate(lines)
        ]

    # ---- connections ---------------------------------------------------------------------------

    def _connections(self, products: Products, j: str, width: int) -> list[Line]:
        """What comes in and what goes out, beside each other where there is room."""
        columns = 4 if products.updating else 3
        whole = NAME + 4 + columns * Cells.wanted(self._precision)
        paired = width >= 2 * whole + 2
        room = (width // 2 if paired else width) - NAME - 3
        cells = Cells.of(self._precision, room, columns)
        coming = [] if j in products.snapshot.net.inputs else self._incoming(products, j, cells)
        going = self._outgoing(products, j, cells)
        if coming and going and paired:
            return beside(coming, going, width // 2)
        return [*coming, *going]

    def _incoming(self, products: Products, j: str, cells: Cells) -> list[Line]:
        incoming, a = self._incoming_to(products, j), products.snapshot.a
        edge = partial(self._edge, products, cells)
        return [
            self._heading(products, cells, f"in ({len(incoming.sources):,})", "w", "a", "w·a"),
            *(
                partial(edge, i, (i, j), a.get(i), partial(incoming.product, n))
                for n, i in enumerate(incoming.sources)
            ),
        ]

    def _outgoing(self, products: Products, j: str, cells: Cells) -> list[Line]:
        outgoing, delta = products.outgoing(j), products.snapshot.delta
        if not outgoing.targets:
            return []
        edge = partial(self._edge, products, cells)
        return [
            self._heading(products, cells, f"out ({len(outgoing.targets):,})", "w", "δ", "w·δ"),
            *(
                partial(edge, k, (j, k), delta.get(k), partial(outgoing.product, k))
                for k in outgoing.targets
            ),
        ]

    def _heading(self, products: Products, cells: Cells, first: str, *others: str) -> Line:
        words = [*others, *(["w now"] if products.updating else [])]
        line = " " + padded(first, NAME + 2)
        line += "".join(cells.heading(word) for word in words)
        return text(line, self.colours.faint + Style(bold=True))

    def _edge(
        self,
        products: Products,
        cells: Cells,
        other: str,
        edge: tuple[str, str],
        value: float | None,
        product: partial[float | None],
    ) -> list[Segment]:
        s = products.snapshot
        executing = s.last is not None and s.last.edge == edge
        chosen = edge == self._focus.edge
        line = self.colours.current_line if chosen else Style()
        style = line + self.colours.mark if executing else line
        frozen = " ✻" if edge in s.net.frozen else ""
        mark = "►" if executing else "›" if chosen else " "
        numbers = "".join(cells.number(each) for each in (products.w(edge), value))
        made = product()
        found = [
            Segment(mark + padded(clean(other) + frozen, NAME + 2), style),
            Segment(numbers, style),
            Segment(cells.number(made), line + self.colours.faint if made is None else style),
        ]
        if products.updating:
            now, used = s.w[edge], products.w(edge)
            found.append(Segment(cells.number(now if now != used else None), style))
        return found
