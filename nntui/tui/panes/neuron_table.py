"""The tables of neurons and of connections: their columns, sorting and filtering, widths, rows."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nntui.debugger.snapshot import is_passed_back
from nntui.debugger.values import probability
from nntui.model.names import escaped, value_name
from nntui.model.wiring import Wiring
from nntui.network_view.views import Moment, change
from nntui.text import cells
from nntui.tui.frame import Frame

RowKey = str | tuple[str, str]
"""A row: a neuron by its name, a connection by (source, target)."""
CellNumber = Callable[[Frame, RowKey], float | None]


class Column(Struct, frozen=True):
    """A column: its heading, and its number in a row (None: blank).

    ``symbol``: the symbol of its values in ``Step.writes``; ``words``: its names in a filter;
    ``asks``: the symbol of the value that a click on a cell chooses; ``rank``: the columns of the
    highest rank are left out first, during an update by ``update_rank``, behind the end of the run
    by ``end_rank``; ``by_size``: it is sorted without regard to the sign; ``of_inputs``: inputs
    have a number too; ``compares``: it needs the parameters before the last update; ``of_softmax``:
    it is there where the loss applies a softmax.
    """

    heading: str
    number: CellNumber
    symbol: str = ""
    words: tuple[str, ...] = ()
    asks: str = ""
    rank: int = 0
    update_rank: int | None = None
    end_rank: int | None = None
    by_size: bool = False
    of_inputs: bool = False
    compares: bool = False
    of_softmax: bool = False

    def differs(self, frame: Frame, key: RowKey) -> bool:
        """Whether someone's number differs from the value of a row."""
        if not frame.differs or not self.symbol or self.compares:
            return False
        names = (key,) if isinstance(key, str) else key
        return value_name(self.symbol, *names) in frame.differs

    def is_written(self, frame: Frame, key: RowKey) -> bool:
        """Whether the last step wrote the value of a row."""
        last = frame.snapshot.last
        if last is None or not self.symbol:
            return False
        names = (key,) if isinstance(key, str) else key
        return value_name(self.symbol, *names) in last.writes


class Table(Struct, frozen=True):
    """A table: what its rows are, and its columns from left to right."""

    title: str
    noun: str
    """What a row is about."""
    rows: Callable[[Wiring], tuple[RowKey, ...]]
    label: Callable[[RowKey], str]
    name_share: int
    """A name takes no more than that part of the width, half (2) or a quarter (4)."""
    owner: Callable[[RowKey], str]
    """The neuron whose layer a row belongs to."""
    heading: str
    """The heading of the first column."""
    layer_heading: str
    """The heading of the rows of a layer, with {} for its number."""
    core: int
    """So many columns of the lowest ranks are shown with few digits rather than left out."""
    columns: tuple[Column, ...]
    about: Callable[[Wiring, str], tuple[RowKey, ...]] | None = None
    """The rows about one neuron, where the table has no others."""


def _value(symbol: str) -> CellNumber:
    """Return a function that reads the value with that symbol from the snapshot."""
    return lambda frame, key: getattr(frame.snapshot, symbol).get(key)


def _probability(frame: Frame, key: RowKey) -> float | None:
    assert isinstance(key, str)
    outputs = frame.snapshot.net.outputs
    return probability(frame.experiment, frame.snapshot.a, key) if key in outputs else None


def _slope(frame: Frame, key: RowKey) -> float | None:
    s = frame.snapshot
    assert isinstance(key, str)
    known = key in s.a and key in s.z
    return float(s.net.activation[key].derivative(s.z[key], s.a[key])) if known else None


def _gradient(frame: Frame, key: RowKey) -> float | None:
    """Return ∂L/∂w of the current example: δ·a, once the backward pass has reached it."""
    s = frame.snapshot
    assert isinstance(key, tuple)
    i, j = key
    return s.delta[j] * s.a[i] if is_passed_back(s, i, j) else None


def _change(frame: Frame, key: RowKey) -> float | None:
    return change(Moment(frame.snapshot, frame.before), key)


NEURONS: Final = Table(
    title="Neurons",
    noun="neuron",
    rows=lambda net: (*net.inputs, *net.neurons),
    label=str,
    name_share=4,
    owner=str,
    heading="neuron",
    layer_heading="layer {}",
    core=6,
    columns=(
        Column("z", _value("z"), "z", ("z",), "z", rank=2),
        Column("a", _value("a"), "a", ("a",), "a", rank=0, of_inputs=True),
        Column("p", _probability, "", ("p",), "p", rank=4, of_softmax=True),
        Column("f′(z)", _slope, "", ("f′", "slope"), rank=7),
        Column(
            "∂L/∂a", _value("da"), "da", ("da", "∂L/∂a"), "da", rank=5, by_size=True, of_inputs=True
        ),
        Column(
            "δ", _value("delta"), "delta", ("delta", "δ"), "delta", rank=1, update_rank=3,
            end_rank=3, by_size=True,
        ),
        Column("b", _value("b"), "b", ("b",), "b", rank=3, end_rank=1),
        Column("∂L/∂b", _value("db"), "db", ("db", "∂L/∂b"), "db", rank=6, by_size=True),
        Column(
            "Δb", _change, "b", ("Δb", "change"), "b", rank=8, update_rank=1, by_size=True,
            compares=True,
        ),
    ),
)  # fmt: skip
CONNECTIONS: Final = Table(
    title="Connections",
    noun="connection",
    rows=lambda net: tuple((i, j) for j in net.neurons for i in net.sources[j]),
    label=" → ".join,
    name_share=2,
    owner=lambda key: key[1],
    heading="connection",
    layer_heading="into layer {}",
    core=4,
    columns=(
        Column("w", _value("w"), "w", ("w",), "w", rank=0),
        Column("a", lambda frame, key: frame.snapshot.a.get(key[0]), "", ("a",), "a", rank=4),
        Column("∂L/∂w", _gradient, "dw", ("g", "∂L/∂w"), "dw", rank=1, by_size=True),
        Column("Σ ∂L/∂w", _value("dw"), "dw", ("dw", "Σ"), "dw", rank=3, by_size=True),
        Column(
            "Δw",
            _change,
            "w",
            ("Δw", "change"),
            "w",
            rank=2,
            update_rank=0,
            by_size=True,
            compares=True,
        ),
    ),
)
CONNECTIONS_OF_ONE: Final = replace(
    CONNECTIONS,
    title="Connections of",
    about=lambda net, j: (
        *((i, j) for i in net.sources.get(j, ())), *((j, k) for k in net.targets.get(j, ()))
    ),
)  # fmt: skip
"""The connections of one neuron: all of them are too many in a large network."""


def row_differs(table: Table, frame: Frame, key: RowKey) -> bool:
    """Whether someone's numbers differ from those of a row, in columns that are not seen, too."""
    return any(column.differs(frame, key) for column in table.columns)


TABLES: Final = (NEURONS, CONNECTIONS, CONNECTIONS_OF_ONE)
"""The tables in the order in which a key shows them."""


_OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, "≥": operator.ge, "<=": operator.le, "≤": operator.le,
    "!=": operator.ne, "≠": operator.ne, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
MOST_FILTER: Final = 200
"""Characters of a filter: finding the comparisons in a text takes time with its length squared."""
_LAYER: Final = re.compile(r"layer\s+(\d+)", re.IGNORECASE)
_COMPARISON: Final = re.compile(r"([^\s<>=≤≥!≠]+)\s*(>=|<=|!=|==|[<>=≤≥≠])\s*(\S+)")


class RowCondition(Struct, frozen=True):
    """A condition on the number of a column, which a blank never fulfils."""

    column: Column
    sign: str
    bound: float

    def holds(self, frame: Frame, key: RowKey) -> bool:
        number = self.column.number(frame, key)
        return number is not None and _OPERATORS[self.sign](number, self.bound)


class Filter(Struct, frozen=True):
    """What rows must fulfil: parts of their names, a layer, conditions on their numbers."""

    text: str = ""
    parts: tuple[str, ...] = ()
    layer: int | None = None
    comparisons: tuple[RowCondition, ...] = ()

    @classmethod
    def parse(cls, text: str, table: Table) -> Filter:
        """Parse a filter such as ``h``, ``layer 2``, ``a > 0`` or all of them.

        Raises:
            ValueError: it is very long, it compares what is no column, or with what is no number.
        """
        if len(text) > MOST_FILTER:
            raise ValueError(f"a filter of {len(text):,} characters (at most {MOST_FILTER})")
        comparisons = tuple(_comparison(match, table) for match in _COMPARISON.finditer(text))
        rest = _COMPARISON.sub(" ", text)
        layer = _LAYER.search(rest)
        parts = _LAYER.sub(" ", rest).replace("->", "→").casefold().split()
        return cls(
            " ".join(text.split()), tuple(parts), int(layer[1]) if layer else None, comparisons
        )

    def matches_name(self, table: Table, net: Wiring, key: RowKey) -> bool:
        """Return whether a row is of the layer, and has the parts in its name."""
        if self.layer is not None and net.layer[table.owner(key)] != self.layer:
            return False
        if not self.parts:
            return True
        label = table.label(key).casefold()
        joined = label.replace(" ", "")
        return all(part in label or part in joined for part in self.parts)


class TableQuery(Struct, frozen=True):
    """The column that the rows are sorted by (None: the order of computing), and their filter.

    ``reverse``: in reverse order of computing; by a column, the least first, not the greatest.
    """

    column: Column | None = None
    reverse: bool = False
    filter: Filter = Filter()

    def sorted_by(self, column: Column | None) -> TableQuery:
        """Return the query sorted by a column; reversed when it is sorted by it already."""
        reverse = not self.reverse if column is self.column else False
        return replace(self, column=column, reverse=reverse)

    @property
    def arrow(self) -> str:
        """The sign of the direction beside the heading."""
        return "▲" if self.reverse == (self.column is not None) else "▼"

    def next_column(self, shown: tuple[Column, ...]) -> Column | None:
        """Return the column after the one that the rows are sorted by; None after the last."""
        order: tuple[Column | None, ...] = (None, *shown)
        here = order.index(self.column) if self.column in order else 0
        return order[(here + 1) % len(order)]


def _comparison(match: re.Match[str], table: Table) -> RowCondition:
    word, sign, number = match.groups()
    column = next((each for each in table.columns if word in (*each.words, each.heading)), None)
    if column is None:
        known = ", ".join(each.words[0] for each in table.columns)
        raise ValueError(f"no column is called “{escaped(word)}”: there are {known}")
    try:
        bound = float(number.replace("−", "-"))
    except ValueError:
        raise ValueError(f"found “{escaped(number)}” after {sign}, expected a number") from None
    return RowCondition(column, "=" if sign == "==" else sign, bound)


LEAST_NUMBER: Final = 6
"""Cells of a number, at least."""
READABLE: Final = 8
"""Cells that numbers get before a column beyond the core is shown."""
FOUR_DECIMALS: Final = 7
"""Cells that they get before “layer” is written out."""
MOST_NUMBER: Final = 10
"""Cells of a number, at most."""
SHORT_HEADING: Final = 2
"""Cells of a heading beside which ×10⁻³ is written out, else e-3."""
GAP: Final = 2
"""Cells before a number: a blank, and the mark of what was just written."""
MARKS: Final = 2
"""Cells of the marks before a name: of the focus, of a breakpoint."""


class ColumnWidths(Struct, frozen=True):
    """The cells of a name, of a layer's number (0: none), and of the numbers of each column."""

    name: int
    layer: int
    numbers: Mapping[Column, int]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(self.numbers)

    @property
    def width(self) -> int:
        return self._start + sum(self.numbers.values()) + GAP * len(self.numbers)

    def column_at(self, x: int) -> Column | None:
        """Return the column at cell ``x`` of a row; None: the name or the layer."""
        end = self._start
        for column, number in self.numbers.items():
            end += number + GAP
            if end > x >= self._start:
                return column
        return None

    def is_layer(self, x: int) -> bool:
        """Whether the layer's number stands at cell ``x`` of a row."""
        return MARKS + self.name <= x < self._start

    @property
    def _start(self) -> int:
        return MARKS + self.name + self.layer


def fitted_columns(
    table: Table,
    name: int,
    room: int,
    layers: int,
    softmax: bool = False,
    *,
    updating: bool = False,
    ended: bool = False,
) -> ColumnWidths:
    """Choose the columns that fit into ``room`` cells beside names of ``name`` cells.

    ``layers``: the number of layers where each row shows its own (0: layers have headings).
    ``softmax``: the loss applies one to the outputs. ``updating``: an update is made; ``ended``: it
    was the last one of the run.
    """

    def rank(column: Column) -> int:
        own = column.end_rank if ended else column.update_rank if updating else None
        return column.rank if own is None else own

    all_columns = [column for column in table.columns if softmax or not column.of_softmax]
    name = max(min(name, max(room // table.name_share, 8)), 6)
    layer = 1 + len(str(layers - 1)) if layers else 0
    spare = room - MARKS - name - layer
    chosen = sorted(all_columns, key=rank)
    while len(chosen) > 1:
        least = LEAST_NUMBER if len(chosen) <= table.core else READABLE
        if sum(GAP + max(_least_cells(column), least) for column in chosen) <= spare:
            break
        chosen.pop()
    left = spare - sum(GAP + _least_cells(column) for column in chosen)
    widened = 1 + len(LAYER) - layer if layers else 0
    more, beside_word = left // len(chosen), (left - widened) // len(chosen)
    if beside_word >= 0 and min(map(_least_cells, chosen)) + beside_word >= FOUR_DECIMALS:
        layer, more = layer + widened, beside_word
    return ColumnWidths(
        name,
        layer,
        {
            column: min(_least_cells(column) + max(more, 0), MOST_NUMBER)
            for column in table.columns
            if column in chosen
        },
    )


def _least_cells(column: Column) -> int:
    """Return the cells of a column's numbers below which its heading has no room for a scale."""
    heading = cells(column.heading)
    scale = cells(" ×10⁻³" if heading <= SHORT_HEADING else " e-3")
    return max(heading + scale + 1 - GAP, LEAST_NUMBER)


AT_EACH_STEP: Final = 2_000
"""Rows that are sorted and filtered at each step; more of them only when another pass begins."""
LAYER: Final = "layer"
"""The heading of the numbers of layers, where there is room for it."""
LEAST_IN_LAYER: Final = 4
"""Rows of a layer, on average, from which on a heading is worth its row."""

Item = int | RowKey
"""The heading of a layer, by its number, or a row."""


class TableRows:
    """The rows of a table, sorted and filtered; computed only when they may have changed."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.items: Sequence[Item] = ()
        self.total = self.shown = self.layers = 0
        self.grouped = True
        self._net: Wiring | None = None
        self._about: str | None = None
        self._all: tuple[RowKey, ...] = ()
        self._query: TableQuery | None = None
        self._named: tuple[RowKey, ...] = ()
        self._pass: object = None
        self._places: Mapping[Item, int] | None = None

    def update(self, frame: Frame, query: TableQuery, height: int, about: str) -> None:
        """Sort and filter by the numbers of a frame, for ``height`` rows on the screen.

        ``about``: the neuron of a table that is about one.
        """
        net = frame.snapshot.net
        whose = about if self.table.about else None
        new_rows = net is not self._net or whose != self._about
        outdated = new_rows or query != self._query
        if new_rows:
            self._net, self._about = net, whose
            self._all = self.table.about(net, about) if self.table.about else self.table.rows(net)
            self.total = len(self._all)
            self.layers = 1 + max(net.layer.values(), default=0)
        if outdated:
            self._query, self._named = query, self._all
            if query.filter.text:
                match = query.filter.matches_name
                self._named = tuple(key for key in self._all if match(self.table, net, key))
        # All rows fit with headings, or so many scroll that few are headings.
        rows = len(self._named)
        roomy = rows + self.layers <= height or rows >= max(
            height + 1, LEAST_IN_LAYER * self.layers
        )
        grouped = query.column is None and roomy
        outdated = outdated or grouped != self.grouped
        self.grouped = grouped
        if query.column is not None or query.filter.comparisons:  # it depends on the numbers
            last = frame.snapshot.last
            current_pass = last and (
                last.position.update, last.position.place, last.position.move, last.position.phase
            )  # fmt: skip
            at_each_step = len(self._named) <= AT_EACH_STEP
            outdated = outdated or at_each_step or current_pass != self._pass
            self._pass = current_pass
        if outdated:
            self.items = tuple(self._ordered(frame, query, net))
            self._places = None

    def place(self, key: RowKey) -> int | None:
        """Return the index of a row among the items; None when it is filtered out."""
        if self._places is None:
            self._places = {item: n for n, item in enumerate(self.items)}
        return self._places.get(key)

    def _ordered(self, frame: Frame, query: TableQuery, net: Wiring) -> Iterator[Item]:
        keys: Sequence[RowKey] = self._named
        for condition in query.filter.comparisons:
            keys = [key for key in keys if condition.holds(frame, key)]
        self.shown = len(keys)
        if query.column is not None:
            yield from _sorted(frame, keys, query.column, ascending=query.reverse)
            return
        layer = None
        for key in reversed(keys) if query.reverse else keys:
            if self.grouped and net.layer[self.table.owner(key)] != layer:
                layer = net.layer[self.table.owner(key)]
                yield layer
            yield key


def _sorted(
    frame: Frame, keys: Sequence[RowKey], column: Column, *, ascending: bool
) -> Iterator[RowKey]:
    """Yield rows by their numbers, or the sizes of these, then those with NaN, then blank ones."""
    numbers = {key: number for key in keys if (number := column.number(frame, key)) is not None}
    if column.by_size:
        numbers = {key: abs(number) for key, number in numbers.items()}
    known = (key for key, number in numbers.items() if not math.isnan(number))
    yield from sorted(known, key=numbers.__getitem__, reverse=not ascending)
    yield from (key for key, number in numbers.items() if math.isnan(number))
    yield from (key for key in keys if key not in numbers)
