"""The fit: which columns there is room for, and how many cells their numbers get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nntui.tui.widgets.neurons.columns import Column, Table

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
class Fit:
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


def fitted_columns(table: Table, name: int, room: int, layers: int) -> Fit:
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
    return Fit(name, layer, number, columns)


def _counts(table: Table, spare: int) -> Iterator[int]:
    """The numbers of columns that there is room for, the greatest first."""
    for count in range(len(table.columns), 0, -1):
        least = NARROW if count <= table.core else READABLE
        if count * (least + GAP) <= spare:
            yield count
