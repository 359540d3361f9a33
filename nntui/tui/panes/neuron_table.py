"""The columns of both tables: what a frame holds of a neuron, or of a connection."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from nntui.debugger.snapshot import is_passed_back
from nntui.model.names import escaped, value_name
from nntui.model.wiring import Wiring
from nntui.tui.frame import Frame

Key = str | tuple[str, str]
"""What a row is about: a neuron by its name, a connection by (source, target)."""
Number = Callable[[Frame, Key], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its number in a row (None: blank), and which of them are shown first.

    ``symbol``: what its values are called where a step writes them; ``words``: what a filter may
    call it; ``rank``: the least important columns, those of the highest rank, are left out first.
    ``of_inputs``: inputs have one, too. ``compares``: it needs the parameters of before the update.
    """

    heading: str
    number: Number
    symbol: str = ""
    words: tuple[str, ...] = ()
    rank: int = 0
    of_inputs: bool = False
    compares: bool = False

    def is_written(self, frame: Frame, key: Key) -> bool:
        """Whether the last step wrote the value of a row."""
        last = frame.snapshot.last
        if last is None or not self.symbol:
            return False
        return value_name(self.symbol, *_names(key)) in last.writes


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, what its rows are, and its columns from left to right."""

    title: str
    noun: str
    """What a row is."""
    rows: Callable[[Wiring], tuple[Key, ...]]
    label: Callable[[Key], str]
    owner: Callable[[Key], str]
    """The neuron whose layer a row belongs to."""
    heading: str
    """Of the first column."""
    group: str
    """What stands above the rows of a layer."""
    core: int
    """So many of the most important columns are shown with few digits rather than left out."""
    columns: tuple[Column, ...]
    about: Callable[[Wiring, str], tuple[Key, ...]] | None = None
    """The rows that are about one neuron, in a table that has no others."""


def _names(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _kept(symbol: str) -> Number:
    """What the snapshot has under that symbol."""

    def number(frame: Frame, key: Key) -> float | None:
        found: float | None = getattr(frame.snapshot, symbol).get(key)
        return found

    return number


def _slope(frame: Frame, key: Key) -> float | None:
    """f′(z), once there is an activation."""
    s = frame.snapshot
    assert isinstance(key, str)
    if key not in s.a or key not in s.z:
        return None
    return float(s.net.activation[key].derivative(s.z[key], s.a[key]))


def _gradient(frame: Frame, key: Key) -> float | None:
    """∂L/∂w of the example shown: δ·a, once the backward pass has been through."""
    s = frame.snapshot
    assert isinstance(key, tuple)
    i, j = key
    return s.delta[j] * s.a[i] if is_passed_back(s, i, j) else None


def _change(frame: Frame, key: Key) -> float | None:
    """By how much the last update changed a parameter; blank where it has not come to it yet."""
    before, s = frame.before, frame.snapshot
    if before is None:
        return None
    match s.next_operation:
        case ("update", *names):
            following = names[0] if len(names) == 1 else (names[0], names[1])
            if before.index[following] <= before.index[key]:
                return None
    return (s.b[key] if isinstance(key, str) else s.w[key]) - before[key]


def _signal(frame: Frame, key: Key) -> float | None:
    """What the connection's source gives."""
    return frame.snapshot.a.get(key[0])


NEURONS: Final = Table(
    title="Neurons",
    noun="neuron",
    rows=lambda net: (*net.inputs, *net.neurons),
    label=str,
    owner=str,
    heading="neuron",
    group="layer {}",
    core=6,
    columns=(
        Column("z", _kept("z"), "z", ("z",), rank=1),
        Column("a", _kept("a"), "a", ("a",), rank=0, of_inputs=True),
        Column("f′(z)", _slope, "", ("f′", "slope"), rank=6),
        Column("∂L/∂a", _kept("da"), "da", ("da", "∂L/∂a"), rank=4, of_inputs=True),
        Column("δ", _kept("delta"), "delta", ("delta", "δ"), rank=2),
        Column("b", _kept("b"), "b", ("b",), rank=3),
        Column("∂L/∂b", _kept("db"), "db", ("db", "∂L/∂b"), rank=5),
        Column("Δb", _change, "b", ("Δb", "change"), rank=7, compares=True),
    ),
)
CONNECTIONS: Final = Table(
    title="Connections",
    noun="connection",
    rows=lambda net: tuple((i, j) for j in net.neurons for i in net.sources[j]),
    label=" → ".join,
    owner=lambda key: key[1],
    heading="edge",
    group="into layer {}",
    core=4,
    columns=(
        Column("w", _kept("w"), "w", ("w",), rank=0),
        Column("a", _signal, "", ("a",), rank=4),
        Column("∂L/∂w", _gradient, "dw", ("g", "∂L/∂w"), rank=1),
        Column("Σ ∂L/∂w", _kept("dw"), "dw", ("dw", "Σ"), rank=2),
        Column("Δw", _change, "w", ("Δw", "change"), rank=3, compares=True),
    ),
)
OF_ONE: Final = replace(
    CONNECTIONS,
    title="Connections of",
    about=lambda net, j: (
        *((i, j) for i in net.sources.get(j, ())), *((j, k) for k in net.targets.get(j, ()))
    ),
)  # fmt: skip
"""Those of one neuron: where there are thousands, no others are looked at together."""

TABLES: Final = (NEURONS, CONNECTIONS, OF_ONE)
"""In the order in which a key goes through them."""


# ---- choice --------------------------------------------------------------------------------------


_OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, "≥": operator.ge, "<=": operator.le, "≤": operator.le,
    "!=": operator.ne, "≠": operator.ne, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
LONGEST: Final = 200
"""Characters of a filter, at most: looking for comparisons in a text takes its length squared."""
_LAYER: Final = re.compile(r"layer\s+(\d+)", re.IGNORECASE)
_COMPARISON: Final = re.compile(r"([^\s<>=≤≥!≠]+)\s*(>=|<=|!=|==|[<>=≤≥≠])\s*(\S+)")


@dataclass(frozen=True, slots=True)
class RowCondition:
    """A condition on the number of a column; a blank fulfils none."""

    column: Column
    sign: str
    bound: float

    def holds(self, frame: Frame, key: Key, inputs: frozenset[str]) -> bool:
        """Whether a row fulfils it."""
        if key in inputs and not self.column.of_inputs:
            return False
        number = self.column.number(frame, key)
        return number is not None and _OPERATORS[self.sign](number, self.bound)


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows must fulfil all of it: parts of their names, a layer, conditions on their numbers."""

    text: str = ""
    parts: tuple[str, ...] = ()
    layer: int | None = None
    comparisons: tuple[RowCondition, ...] = ()

    @classmethod
    def of(cls, text: str, table: Table) -> Filter:
        """The filter that a text means, such as ``h``, ``layer 2``, ``a > 0`` or all of them.

        Raises:
            ValueError: it is very long, or it compares something that is no column, or with
                something else than a number; in a sentence.
        """
        if len(text) > LONGEST:
            raise ValueError(f"a filter of {len(text):,} characters (at most {LONGEST})")
        comparisons = tuple(_comparison(match, table) for match in _COMPARISON.finditer(text))
        rest = _COMPARISON.sub(" ", text)
        layer = _LAYER.search(rest)
        parts = _LAYER.sub(" ", rest).replace("->", "→").casefold().split()
        return cls(
            " ".join(text.split()), tuple(parts), int(layer[1]) if layer else None, comparisons
        )

    def names(self, table: Table, net: Wiring, key: Key) -> bool:
        """Whether a row is of the layer, and has the parts in its name."""
        if self.layer is not None and net.layer[table.owner(key)] != self.layer:
            return False
        if not self.parts:
            return True
        label = table.label(key).casefold()
        joined = label.replace(" ", "")
        return all(part in label or part in joined for part in self.parts)


@dataclass(frozen=True, slots=True)
class Choice:
    """By which column the rows are in order (None: as they are computed), and which of them.

    ``backwards``: from the end, or, by a column, from the least to the greatest.
    """

    column: Column | None = None
    backwards: bool = False
    filter: Filter = Filter()

    def by(self, column: Column | None) -> Choice:
        """In the order of a column; the other way round when that is the order already."""
        turned = not self.backwards if column is self.column else False
        return replace(self, column=column, backwards=turned)

    @property
    def arrow(self) -> str:
        """The sign beside the heading of the column."""
        return "▲" if self.backwards == (self.column is not None) else "▼"


def next_column(choice: Choice, shown: tuple[Column, ...]) -> Column | None:
    """The column behind the one that the rows are in order by; behind the last, none."""
    order: tuple[Column | None, ...] = (None, *shown)
    here = order.index(choice.column) if choice.column in order else 0
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
        raise ValueError(f"found “{escaped(number)}” behind {sign}, expected a number") from None
    return RowCondition(column, "=" if sign == "==" else sign, bound)


# ---- fit -----------------------------------------------------------------------------------------


NARROW: Final = 6
"""Cells of a number, at least."""
READABLE: Final = 8
"""Cells that numbers get before a less important column is shown."""
WIDE: Final = 12
"""Cells of a number, at most."""
GAP: Final = 2
"""Cells before a number: air, and the mark of what was just written."""
MARKS: Final = 2
"""Cells of the marks about a name: of the focus, of a breakpoint."""


@dataclass(frozen=True, slots=True)
class ColumnWidths:
    """The cells of a name, of a layer's number (0: not shown) and of a number; the columns."""

    name: int
    layer: int
    number: int
    columns: tuple[Column, ...]

    @property
    def width(self) -> int:
        """The cells of a row."""
        return self._start + len(self.columns) * (self.number + GAP)

    def column_at(self, x: int) -> Column | None:
        """The column that a cell belongs to; None: the name or the layer."""
        n = (x - self._start) // (self.number + GAP)
        return self.columns[n] if x >= self._start and n < len(self.columns) else None

    @property
    def _start(self) -> int:
        return MARKS + self.name + self.layer


def fitted_columns(table: Table, name: int, room: int, layers: int) -> ColumnWidths:
    """What fits into ``room`` cells beside names of ``name`` cells.

    ``layers``: so many there are, when each row is to tell its own (0: there are headings).
    """
    name = max(min(name, max(room // 4, 8)), 6)
    layer = 1 + len(str(layers - 1)) if layers else 0
    spare = room - MARKS - name - layer
    count = next(_counts(table, spare), 1)
    chosen = sorted(table.columns, key=lambda column: column.rank)[:count]
    columns = tuple(column for column in table.columns if column in chosen)
    number = max(min(spare // count - GAP, WIDE), NARROW)
    return ColumnWidths(name, layer, number, columns)


def _counts(table: Table, spare: int) -> Iterator[int]:
    """The numbers of columns that there is room for, the greatest first."""
    for count in range(len(table.columns), 0, -1):
        least = NARROW if count <= table.core else READABLE
        if count * (least + GAP) <= spare:
            yield count


# ---- listing -------------------------------------------------------------------------------------


AT_EACH_STEP: Final = 2_000
"""Rows that are put in order anew at each step; more of them are at each pass."""
FEW: Final = 4
"""Rows of a layer, on average, below which a heading above them takes too much of the room."""

Item = int | Key
"""A layer's heading, by its number; else a row."""


class TableRows:
    """What stands where. It is made anew only when it may be another."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.items: Sequence[Item] = ()
        self.total = self.shown = self.layers = 0
        self.grouped = True
        self._net: Wiring | None = None
        self._about: str | None = None
        self._all: tuple[Key, ...] = ()
        self._inputs: frozenset[str] = frozenset()
        self._choice: Choice | None = None
        self._named: tuple[Key, ...] = ()
        self._pass: object = None
        self._place: Mapping[Item, int] | None = None

    def take(self, frame: Frame, choice: Choice, room: int, about: str = "") -> None:
        """Stand as a person wants it, for the numbers of a frame, on ``room`` rows of a screen.

        ``about``: the neuron of a table that is about one.
        """
        net = frame.snapshot.net
        whose = about if self.table.about else None
        anew = net is not self._net or whose != self._about
        other = anew or choice != self._choice
        if anew:
            self._net, self._about = net, whose
            self._all = self.table.about(net, about) if self.table.about else self.table.rows(net)
            self._inputs, self.total = frozenset(net.inputs), len(self._all)
            self.layers = 1 + max(net.layer.values(), default=0)
        if other:
            keep = choice.filter
            self._named = self._all
            if keep.text:
                self._named = tuple(key for key in self._all if keep.names(self.table, net, key))
            self._choice = choice
        grouped = choice.column is None and self._has_room_for_headings(room)
        other = other or grouped != self.grouped
        self.grouped = grouped
        moving = choice.column is not None or choice.filter.comparisons
        under_way = _pass(frame)
        often = len(self._named) <= AT_EACH_STEP
        if other or (moving and (often or under_way != self._pass)):
            self._pass = under_way
            self.items = tuple(self._stood(frame, choice, net))
            self._place = None

    def place(self, key: Key) -> int | None:
        """Where a row stands; None when it is filtered out."""
        if self._place is None:
            self._place = {item: n for n, item in enumerate(self.items)}
        return self._place.get(key)

    # ---- inside --------------------------------------------------------------------------------

    def _stood(self, frame: Frame, choice: Choice, net: Wiring) -> Iterator[Item]:
        keys: Sequence[Key] = self._named
        for condition in choice.filter.comparisons:
            keys = [key for key in keys if condition.holds(frame, key, self._inputs)]
        self.shown = len(keys)
        if choice.column is not None:
            yield from self._in_order(frame, keys, choice.column, ascending=choice.backwards)
            return
        layer = None
        for key in reversed(keys) if choice.backwards else keys:
            if self.grouped and net.layer[self.table.owner(key)] != layer:
                layer = net.layer[self.table.owner(key)]
                yield layer
            yield key

    def _has_room_for_headings(self, room: int) -> bool:
        """Whether all rows are seen with headings; or else so many scroll that few are headings."""
        rows = len(self._named)
        return rows + self.layers <= room or (rows > room and rows >= FEW * self.layers)

    def _in_order(
        self, frame: Frame, keys: Sequence[Key], column: Column, *, ascending: bool
    ) -> Iterator[Key]:
        """By their numbers, what is blank last, and before that what is none (NaN)."""
        numbers: list[tuple[float, Key]] = []
        nan: list[Key] = []
        blank: list[Key] = []
        for key in keys:
            none = key in self._inputs and not column.of_inputs
            number = None if none else column.number(frame, key)
            if number is None:
                blank.append(key)
            elif math.isnan(number):
                nan.append(key)
            else:
                numbers.append((number, key))
        numbers.sort(key=lambda pair: pair[0], reverse=not ascending)
        yield from (key for _, key in numbers)
        yield from nan
        yield from blank


def _pass(frame: Frame) -> object:
    """What is another when another pass is under way."""
    last = frame.snapshot.last
    return last and (last.position.update, last.position.place, last.position.phase)
