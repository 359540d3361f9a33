"""The choice: how a person looks at a table: which rows, by what they are in order."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from nntui.model.names import escaped
from nntui.model.wiring import Wiring
from nntui.tui.frame import Frame
from nntui.tui.widgets.neurons.columns import Column, Key, Table

_OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, "≥": operator.ge, "<=": operator.le, "≤": operator.le,
    "!=": operator.ne, "≠": operator.ne, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
LONGEST: Final = 200
"""Characters of a filter, at most: looking for comparisons in a text takes its length squared."""
_LAYER: Final = re.compile(r"layer\s+(\d+)", re.IGNORECASE)
_COMPARISON: Final = re.compile(r"([^\s<>=≤≥!≠]+)\s*(>=|<=|!=|==|[<>=≤≥≠])\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Comparison:
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
    comparisons: tuple[Comparison, ...] = ()

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


def _comparison(match: re.Match[str], table: Table) -> Comparison:
    word, sign, number = match.groups()
    column = next((each for each in table.columns if word in (*each.words, each.heading)), None)
    if column is None:
        known = ", ".join(each.words[0] for each in table.columns)
        raise ValueError(f"no column is called “{escaped(word)}”: there are {known}")
    try:
        bound = float(number.replace("−", "-"))
    except ValueError:
        raise ValueError(f"found “{escaped(number)}” behind {sign}, expected a number") from None
    return Comparison(column, "=" if sign == "==" else sign, bound)
