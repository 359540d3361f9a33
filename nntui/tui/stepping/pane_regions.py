"""Which panes a terminal of a size has room for, and the region of each.

They are arranged in one or two columns of slots. A slot belongs to one pane, or several share it
and one of them is seen, or they lie in it side by side. Heights go by what there is to show: a
small network's table is not given half of the screen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from textual.geometry import Region, Size

LISTS: Final = ("breakpoints", "displays", "branches")
WITH_KEYS: Final = ("answers", *LISTS, "check")
"""The panes that take the keyboard when they are turned to."""
PANES: Final = (
    "network", "step", "answers", "neurons", "loss", "inspector", "story", "algorithm", *LISTS,
    "check", "output",
)  # fmt: skip
"""Every pane, in the order that tab goes through them."""
WHEN_FILLED: Final = frozenset((*LISTS, "check", "output", "story"))
"""The panes that appear when they hold something."""

LEAST: Final = Size(60, 16)
"""Columns and rows of the smallest terminal that panes are shown in."""
NARROWEST: Final = 24
"""Columns of a pane, at least."""
LOWEST: Final = 4
"""Rows of a pane, at least: two for its border, two for itself."""

_NETWORK: Final = 9
"""Rows of the drawing, at least, on a terminal of 24 rows."""
_STEP: Final = 12
"""Rows of the step pane: what it does in words, two equations in three lines each, what is next."""
_STEP_LEAST: Final = 7
_LOSS: Final = 8
_TABLE: Final = 3
"""Rows of the table that are no neuron's: the border, and the heading."""
_RIGHT: Final = (40, 72)
"""Columns at the right of the network, at least and at most: a third of the terminal between."""


class Bars(Struct, frozen=True):
    """The rows outside of the panes: the header, the message, the timeline and the footer.

    Without a row of its own the message is shown over the timeline.
    """

    message: int
    footer: int

    @property
    def below(self) -> int:
        """The rows under the panes."""
        return self.message + 1 + self.footer

    @property
    def rows(self) -> int:
        return 1 + self.below


def bars_for(width: int, height: int) -> Bars:
    """Return the bars of a terminal of a size."""
    return Bars(message=int(height >= 28), footer=2 if width >= 120 and height >= 30 else 1)


class Content(Struct, frozen=True):
    """How much there is to show: the number of neurons, and of those in the largest layer."""

    neurons: int
    widest: int


class PaneSlot(Struct, frozen=True):
    """The panes of one slot, the ``rows`` that they need, and their share of what is left.

    ``together``: they are seen all at once, beside each other.
    """

    panes: tuple[str, ...]
    rows: int
    share: int = 0
    together: bool = False

    @property
    def name(self) -> str:
        return self.panes[0]


class PaneColumns(Struct, frozen=True):
    """The slots, column by column; ``right``: the width of the second column."""

    name: str
    columns: tuple[tuple[PaneSlot, ...], ...]
    right: int = 0

    def of(self, panes: Collection[str]) -> PaneColumns:
        """Return the arrangement of some of the panes."""
        columns = (
            tuple(
                replace(slot, panes=kept)
                for slot in column
                if (kept := tuple(pane for pane in slot.panes if pane in panes))
            )
            for column in self.columns
        )
        return replace(self, columns=tuple(columns))

    @property
    def slots(self) -> Iterator[PaneSlot]:
        return (slot for column in self.columns for slot in column)

    @property
    def shared(self) -> tuple[str, ...]:
        """The panes of which one at a time is seen."""
        slots = (slot for slot in self.slots if not slot.together)
        return next((slot.panes for slot in slots if len(slot.panes) > 1), ())

    @property
    def always(self) -> frozenset[str]:
        """The panes that are always seen."""
        shared = self.shared
        return frozenset(pane for slot in self.slots for pane in slot.panes if pane not in shared)


def columns_for(width: int, height: int, content: Content, presenting: bool = False) -> PaneColumns:
    """Return the arrangement of all panes in a terminal of a size.

    ``presenting``: the drawing and the step alone, as large as they can be.
    """
    rows = height - bars_for(width, height).rows
    table = content.neurons + _TABLE
    if presenting:
        step = max(min(rows * 3 // 7, _STEP), _STEP_LEAST)  # symbols, too, on 24 rows
        return PaneColumns("presentation", (_network_over(PaneSlot(_except("network"), step)),))
    if width < 100:
        return _one_column(rows, table)
    if width >= 160 and rows >= 44:
        return _large(width, rows, table)
    return _two_columns(width, rows, table)


def regions(
    columns: PaneColumns, seen: str, area: Size, moved: Mapping[str, int]
) -> dict[str, Region]:
    """Return the region of each pane that is seen.

    Args:
        columns: the arrangement.
        seen: the pane that is seen in the shared slot.
        area: columns and rows for all of them.
        moved: by the name of a slot, the rows that the user gave to it beyond its own, and
            under "columns" the columns that the first column was made wider.
    """
    widths = [area.width]
    if len(columns.columns) > 1:
        wanted = area.width - columns.right + moved.get("columns", 0)
        left = max(min(wanted, area.width - NARROWEST), min(NARROWEST, area.width))
        widths = [left, area.width - left]
    found: dict[str, Region] = {}
    x = 0
    for column, width in zip(columns.columns, widths, strict=True):
        y = 0
        for slot, height in zip(column, heights(column, area.height, moved), strict=True):
            found |= _placed(slot, seen, Region(x, y, width, height))
            y += height
        x += width
    return found


def heights(slots: tuple[PaneSlot, ...], rows: int, moved: Mapping[str, int]) -> list[int]:
    """Return how many of the rows each slot gets; together all of them."""
    found = [slot.rows for slot in slots]
    spare = rows - sum(found)
    if spare >= 0:
        shares = sum(slot.share for slot in slots) or 1
        for n, slot in enumerate(slots):
            found[n] += spare * slot.share // shares
        found[-1] += rows - sum(found)
    else:
        slack = [max(size - LOWEST, 0) for size in found]
        for n, each in enumerate(slack):
            found[n] -= min(each, -spare * each // max(sum(slack), 1))
        _take(found, sum(found) - rows, range(len(found)))
        # Less room than the least: the last ones go.
        _take(found, sum(found) - rows, reversed(range(len(found))), least=0)
    for n, slot in enumerate(slots):
        by = moved.get(slot.name, 0)
        if by > 0:  # at the cost of its neighbours, those below first
            found[n] += _take(found, by, [*range(n + 1, len(found)), *reversed(range(n))])
        elif by < 0 and len(found) > 1:
            found[n + 1 if n + 1 < len(found) else n - 1] += _take(found, -by, [n])
    return found


def _one_column(rows: int, table: int) -> PaneColumns:
    if rows < 32:
        shared = PaneSlot(_except("network"), _step_rows(rows))
        return PaneColumns("one", (_network_over(shared),))
    step = PaneSlot(("step",), _STEP)
    if rows < 44:
        shared = PaneSlot(_except("network", "step"), 10, 1)
        return PaneColumns("one high", (_network_over(step, shared),))
    neurons = PaneSlot(("neurons",), min(table, rows // 4))
    shared = PaneSlot(_except("network", "step", "neurons"), 11, 1)
    return PaneColumns("tower", (_network_over(step, neurons, shared),))


def _two_columns(width: int, rows: int, table: int) -> PaneColumns:
    left = _network_over(PaneSlot(("step",), _step_rows(rows)))
    columns = right_columns(width)
    if rows < 16:
        return PaneColumns("low", (left, (PaneSlot(_except("network", "step"), rows),)), columns)
    # One that scrolls anyhow leaves rows to the plane of the answers.
    neurons = PaneSlot(("neurons",), table if table <= rows * 2 // 5 else rows * 3 // 10)
    if rows < 24:
        shared = PaneSlot(_except("network", "step", "neurons"), 9, 1)
        return PaneColumns("two", (left, (shared, neurons)), columns)
    shared = PaneSlot(_except("network", "step", "neurons", "loss"), 9, 2)
    loss = PaneSlot(("loss",), _LOSS, 1)
    return PaneColumns("two high", (left, (shared, neurons, loss)), columns)


def _large(width: int, rows: int, table: int) -> PaneColumns:
    below = PaneSlot(("step", "neurons"), min(max(table, _STEP + 4), rows * 2 // 5), together=True)
    alone = ("network", *below.panes, "answers", "loss", *LISTS)
    right = (
        PaneSlot(("answers",), 18, 2),
        PaneSlot(LISTS, 6, together=True),  # none while all are empty
        PaneSlot(_except(*alone), 16, 1),
        PaneSlot(("loss",), _LOSS + 4, 1),
    )
    return PaneColumns("large", (_network_over(below), right), right_columns(width))


def _step_rows(rows: int) -> int:
    """Return the rows of the step below the network, of those that there are for both."""
    return min(max(rows - _NETWORK - 2, _STEP_LEAST), _STEP)


def right_columns(width: int) -> int:
    """Return the width of the column at the right of the network."""
    least, most = _RIGHT
    return min(max(width * 36 // 100, least), most)


def _network_over(*others: PaneSlot) -> tuple[PaneSlot, ...]:
    """Put the network above other slots; it gets all rows that they do not need."""
    return (PaneSlot(("network",), _NETWORK, 3), *others)


def _except(*shown: str) -> tuple[str, ...]:
    """Return the panes that share a slot when some have their own."""
    return tuple(pane for pane in PANES if pane not in shown)


def _placed(slot: PaneSlot, seen: str, region: Region) -> Iterator[tuple[str, Region]]:
    count = len(slot.panes)
    if not slot.together or count < 2:
        yield (seen if seen in slot.panes else slot.panes[0]), region
        return
    first = region.width * 3 // 5 if count == 2 else region.width // count
    x = region.x
    for n, pane in enumerate(slot.panes):
        left = region.right - x
        width = left if n == count - 1 else first
        yield pane, Region(x, region.y, width, region.height)
        x += width


def _take(sizes: list[int], rows: int, where: Iterable[int], least: int = LOWEST) -> int:
    """Take rows from slots that have more than the least; return how many could be had."""
    taken = 0
    for n in where:
        part = max(min(sizes[n] - least, rows - taken), 0)
        sizes[n] -= part
        taken += part
    return taken
