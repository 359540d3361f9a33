"""The sections of the inspector: equations, number columns, the function's graph, the history."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.debugger.snapshot import IncomingProducts, OutgoingProducts, Products
from nntui.draw.curve import Point, curve
from nntui.draw.picture import Picture
from nntui.explain.numbers import (
    PRECISIONS,
    Number,
    bracketed,
    evenly_spread,
    fitted,
    rounded,
    sparkline,
)
from nntui.model.activations import Activation
from nntui.model.errors import counted
from nntui.text import padded, wrapped
from nntui.tui.frame import NOT_YET

if TYPE_CHECKING:
    from nntui.debugger.queries.history import Activity, NeuronHistory

MOST_ROWS: Final = 3
"""Rows of the terms of a sum, at most."""
SHORTEST: Final = 12
"""Cells of a term, about: of more terms than would fit then, some are left out at once."""
GONE: Final = "made before a value was set: its terms are gone"


def sum_lines(
    incoming: IncomingProducts, width: int, number: Number, *, brief: bool = False
) -> list[str]:
    """Write z = b + Σ w·a: symbols, the terms so far, the result; in five rows at most.

    ``brief``: without the terms, in one row where it fits.
    """
    products, j = incoming.products, incoming.j
    z = products.snapshot.z.get(j)
    head = "z = b + Σ w·a" if incoming.sources else "z = b"
    if z is None:
        return [f"{head} = {NOT_YET}"]
    left = len(incoming.sources) - incoming.done
    result = number(z) + (f" so far, {left:,} to come" if left else "")
    if not incoming.exact:
        return [f"{head} = {result}", f"  {GONE}"]
    if not incoming.sources or brief:
        return [f"{head} = {result}"]
    rows = _term_rows(incoming, width - 4, number)
    rows = [("    " if n else "  = ") + row for n, row in enumerate(rows)]
    return [head, *rows, f"  = {result}"]


def slope_lines(products: Products, j: str, width: int, number: Number) -> list[str]:
    """Write a = f(z), the slope f′(z), ∂L/∂a and, which needs it, δ."""
    s = products.snapshot
    activation = s.net.activation[j]
    z, a = s.z.get(j), s.a.get(j)
    slope = None if z is None or a is None else float(activation.derivative(z, a))
    da, delta = s.da.get(j), s.delta.get(j)
    factors = ""
    if delta is not None and da is not None and slope is not None:
        factors = f"{number(da)} · {bracketed(number(slope))} = "
    lines = (
        f"a = {activation.row.formula} = {shown(a, number)}",
        f"f′(z) = {activation.row.derivative_formula} = {shown(slope, number)}",
        return_line(products.outgoing(j), number),
        f"δ = ∂L/∂a · f′(z) = {factors}{shown(delta, number)}",
    )
    return [row for line in lines for row in hanging(line, width)]


def return_line(outgoing: OutgoingProducts, number: Number) -> str:
    """Write ∂L/∂a, as far as it is summed."""
    s = outgoing.products.snapshot
    da = s.da.get(outgoing.i)
    parts = ["∂L/∂a of the loss"] if outgoing.i in s.net.outputs else []
    parts += ["Σ w·δ"] if outgoing.targets else []
    left = 0
    if outgoing.exact and da is not None:
        left = sum(1 for k in outgoing.targets if outgoing.product(k) is None)
    more = f" so far, {left:,} to come" if left else ""
    return f"∂L/∂a = {' + '.join(parts) or 0} = {shown(da, number)}{more}"


def shown(value: float | None, number: Number) -> str:
    """Write a number, or ``NOT_YET``."""
    return NOT_YET if value is None else number(value)


def _term(incoming: IncomingProducts, n: int, number: Number) -> str:
    """Write term ``n`` of z: the bias, then the products w·a."""
    products, j = incoming.products, incoming.j
    if n == 0:
        return number(products.b(j))
    i = incoming.sources[n - 1]
    w, a = number(products.w((i, j))), number(products.snapshot.a[i])
    return f"{bracketed(w)}·{bracketed(a)}"


def _term_rows(incoming: IncomingProducts, width: int, number: Number) -> list[str]:
    """Write the terms of z in a few rows; of many, those in the middle are counted."""
    total = incoming.done + 1
    count = min(total, MOST_ROWS * max(width, 16) // SHORTEST)
    while True:
        last = 0 if count == total else max(count // 3, 1)
        terms = [_term(incoming, n, number) for n in range(count - last)]
        if count < total:
            terms.append(f"… {total - count:,} more …")
            terms += [_term(incoming, n, number) for n in range(total - last, total)]
        rows = wrapped(" + ".join(terms), max(width, 16))
        if len(rows) <= MOST_ROWS or count <= 2:
            return rows
        count -= 1


def hanging(line: str, width: int) -> list[str]:
    """Wrap a line with a hanging indent of two cells."""
    if cell_len(line) <= width:
        return [line]  # as it is: wrapping would close the gaps in it
    indent = line[: len(line) - len(line.lstrip())]
    first, *rest = wrapped(line, max(width - len(indent) - 2, 14))
    return [indent + first, *(f"{indent}  {row}" for row in rest)]


WANTED: Final = (8, 10, 15, 24)
"""Cells of a number in each precision, where there is room."""
_ALIGNED: Final = 10
"""Numbers in so many cells or fewer are cut to one width, so that their points are aligned."""
_LEAST: Final = 6


class NumberColumn(Struct, frozen=True):
    """A column of numbers in ``width`` cells, with a blank before them."""

    width: int
    precision: int

    @classmethod
    def fitting(cls, precision: int, room: int, columns: int) -> NumberColumn:
        return cls(max(min(WANTED[precision], room // columns - 1), _LEAST), precision)

    @staticmethod
    def least(columns: int) -> int:
        """Return the cells that so many columns need."""
        return columns * (_LEAST + 1)

    def heading(self, word: str) -> str:
        return padded(word, self.width + 1, right=True)

    def number(self, value: float | None) -> str:
        """Write a number, or ``NOT_YET``, in the column's cells."""
        if value is None:
            return self.heading(NOT_YET)
        formats = (PRECISIONS[self.precision].number, *map(rounded, range(16, 0, -1)))
        texts = (number(value) for number in formats if self.width > _ALIGNED)
        short = (text for text in texts if len(text) <= self.width)
        return self.heading(next(short, None) or fitted(value, self.width))


# The value that an equation or a sparkline is about, or another one of the neuron within.
_SUBJECT: Final = re.compile(r"(Σ ∂L/∂b|∂L/∂a|f′\(z\)|[zapδb]) +[=▁-█·]")
_OWN: Final = re.compile(r"(?<![\w·′(])(?<!· )(?:∂L/∂a|[zaδb])(?![\w(])|(?<=\()z(?=\))")
_SYMBOLS: Final = {"Σ ∂L/∂b": "db", "∂L/∂a": "da", "δ": "delta"}


def symbol_at(rows: Sequence[str], column: int) -> str | None:
    """Return the symbol of the neuron's value at a column of the last of some rows, if any.

    Of a number or a sparkline it is what its equation is about, which may begin in a row above.
    """
    own = next((m for m in _OWN.finditer(rows[-1]) if m.start() <= column < m.end()), None)
    if own is not None:
        return _SYMBOLS.get(own[0], own[0])
    for n, row in enumerate(reversed(rows)):
        begun = [m for m in _SUBJECT.finditer(row) if n or m.start() <= column]
        if begun:
            found = begun[-1][1]
            return None if "f" in found else _SYMBOLS.get(found, found)
        if not row.startswith("  "):  # no equation goes on here
            return None
    return None


NEAR: Final = 4.0
"""The range on both sides of 0, when z is nearer."""
_INSIDE: Final = 0.85
"""z lies in that part of the range, and not at the edge of the graph."""
_STEPS: Final = (1.0, 2.0, 5.0, 10.0, 20.0)


def graph(
    activation: Activation, z: float | None, a: float | None, width: int, height: int
) -> Picture:
    """Draw the function about 0, at least as far as z, with the tangent at z."""
    point = None
    if z is not None and a is not None:
        point = Point(z, a, float(activation.derivative(z, a)))
    return _curve(activation, reach_of(z), width, height, point)


def reach_of(z: float | None) -> float:
    """Return the range on both sides of 0: a round number, so that the graph rarely changes."""
    if z is None or not math.isfinite(z) or abs(z) <= _INSIDE * NEAR:
        return NEAR
    if abs(z) > 1e12:  # at such a scale the curve shows nothing
        return NEAR
    power = 10.0 ** math.floor(math.log10(abs(z)))
    return next(step * power for step in _STEPS if _INSIDE * step * power > abs(z))


@lru_cache(maxsize=16)
def _curve(
    activation: Activation, reach: float, width: int, height: int, point: Point | None
) -> Picture:
    def value(z: float) -> float:
        try:
            return float(activation.f(z))
        except OverflowError:
            return math.inf

    return curve(value, (-reach, reach), width, height, point)


Line = Callable[[], list[Segment]]
"""A line is written when it is visible: a neuron may have thousands of connections."""


def text(words: str, style: Style | None = None) -> Line:
    """Return a line in one style."""
    return lambda: [Segment(words, style)]


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Put lines beside each other, the left ones in ``width`` cells."""

    def joined(n: int) -> list[Segment]:
        first = left[n]() if n < len(left) else []
        if n >= len(right):
            return first
        kept: list[Segment] = []
        room = width
        for words, style, _ in first:
            kept.append(Segment(padded(words, min(cell_len(words), room)), style))
            room -= cell_len(kept[-1].text)
        return [*kept, Segment(" " * room), *right[n]()]

    return [partial(joined, n) for n in range(max(len(left), len(right)))]


COMPUTING: Final = "computing its history …"
_NUMBER: Final = rounded(4)
_BESIDE_BARS: Final = 28
"""Cells of the words beside the bars."""


def past_lines(history: NeuronHistory, width: int) -> list[str]:
    """Write a sparkline each for a, δ and b, and the neuron's activity over the data."""
    lines: list[str] = []
    if history.moments:
        bars = max(width - _BESIDE_BARS, 8)
        shown = [history.moments[n] for n in evenly_spread(0, len(history.moments) - 1, bars)]
        updates = counted(history.updates, "update")
        some = "" if len(shown) == history.updates else f"{len(shown)} of "
        lines.append(f"history, after {some}{updates}")
        for symbol, words in (("a", "a"), ("delta", "δ"), ("b", "b")):
            numbers = [getattr(moment, symbol) for moment in shown]
            if known := [number for number in numbers if number is not None]:
                reach = f"{_NUMBER(known[0])} → {_NUMBER(known[-1])}"
                lines.append(f"{words} {sparkline(numbers)}  {reach}{_zero_of(known)}")
    else:
        lines.append("History appears after the first update.")
    return [*lines, *_data_lines(history.activity, width)]


def _zero_of(numbers: Sequence[float]) -> str:
    """Say which bar is that of 0, where a sparkline has numbers on both sides of it."""
    finite = [number for number in numbers if math.isfinite(number)]
    if not min(finite, default=0.0) < 0 < max(finite, default=0.0):
        return ""
    return f"  0 is {sparkline([min(finite), 0.0, max(finite)])[1]}"


def _data_lines(found: Activity, width: int) -> list[str]:
    examples = f"all {found.seen:,} examples" if found.seen > 1 else "the example"
    if found.seen < found.examples:
        examples = f"{found.seen:,} of the {found.examples:,} examples"
    spread = f"{_NUMBER(found.least)} … {_NUMBER(found.greatest)}, mean {_NUMBER(found.mean)}"
    if found.active is None:
        said = f"Over {examples}: {spread}."
    elif found.active == found.seen:
        said = f"It can learn from {examples}. Its output: {spread}."
    elif found.active:
        said = (
            f"It can learn from {found.active:,} of {found.seen:,} examples; for the others it is "
            f"flat (slope below 0.01). Its output: {spread}."
        )
    else:
        said = f"Flat (slope below 0.01) for {examples}: it hardly learns. Its output: {spread}."
    return wrapped(said, width)
