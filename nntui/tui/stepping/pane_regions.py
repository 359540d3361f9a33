"""Which panes a terminal of a size has room for, and the region of each.

They are arranged in one or two columns of slots. A slot belongs to one pane, or several share it
and one of them is seen, or they lie in it side by side. Heights go by what there is to show: a
small network's table is not given half of the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from textual.geometry import Region, Size

LISTS: Final = ("breakpoints", "displays", "branches")
PANES: Final = (
    "network", "step", "algorithm", "neurons", "loss", "inspector", *LISTS, "output", "story"
)  # fmt: skip
"""Every pane, in the order that tab goes through them."""

_SHARING: Final = ("step", "neurons", "loss", "algorithm", "inspector", *LISTS, "output", "story")

LEAST: Final = Size(60, 16)
"""Columns and rows of the smallest terminal that panes are shown in."""
BARS: Final = 2
"""Rows of the status line and the footer."""
NARROWEST: Final = 24
"""Columns of a pane, at least."""
LOWEST: Final = 4
"""Rows of a pane, at least: two for its border, two for itself."""

_NETWORK: Final = 6
_STEP: Final = 11
"""Rows of the step pane: two equations in three lines each, and what comes next in two."""
_LOSS: Final = 11
_INSPECTOR: Final = 14


@dataclass(frozen=True, slots=True)
class Content:
    """How much there is to show: the number of neurons, and of those in the largest layer."""

    neurons: int
    widest: int


@dataclass(frozen=True, slots=True)
class PaneSlot:
    """The panes of one slot, the ``rows`` that they need, and their share of what is left.

    ``together``: they are seen all at once, two beside each other.
    """

    panes: tuple[str, ...]
    rows: int
    share: int = 0
    together: bool = False

    @property
    def name(self) -> str:
        return self.panes[0]


@dataclass(frozen=True, slots=True)
class PaneColumns:
    """The slots, column by column; ``left``: the width of the first column in hundredths."""

    name: str
    columns: tuple[tuple[PaneSlot, ...], ...]
    left: int = 50

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
        return frozenset(PANES) - frozenset(self.shared)


def columns_for(width: int, height: int, content: Content) -> PaneColumns:
    """Return the arrangement of the panes in a terminal of a size."""
    rows = height - BARS
    # Two rows for each neuron of the largest layer, and the border.
    network = PaneSlot(("network",), max(2 * content.widest + 3, _NETWORK), 3)
    table = content.neurons + 4  # a row for each, heading, border and an empty one
    if width < 100:
        return _one_column(rows, network, table)
    if width >= 160 and rows >= 46:
        return _large(rows, network, table)
    return _two_columns(rows, network, table)


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
        wanted = area.width * columns.left // 100 + moved.get("columns", 0)
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


def _one_column(rows: int, network: PaneSlot, table: int) -> PaneColumns:
    if rows < 20:
        shared = PaneSlot(_without("network"), rows - _NETWORK, 1)
        return PaneColumns("small", ((PaneSlot(("network",), _NETWORK), shared),))
    if rows < 32:
        shared = PaneSlot(_without("network", "step"), 8, 1)
        return PaneColumns(
            "narrow", ((PaneSlot(("network",), _NETWORK, 1), PaneSlot(("step",), 8), shared),)
        )
    neurons = PaneSlot(("neurons",), min(table, rows // 4))
    shared = PaneSlot(_without("network", "step", "neurons"), 11, 1)
    return PaneColumns(
        "tower", (_below(network, rows, PaneSlot(("step",), _STEP), neurons, shared),)
    )


def _two_columns(rows: int, network: PaneSlot, table: int) -> PaneColumns:
    step = PaneSlot(("step",), _STEP)
    neurons = PaneSlot(("neurons",), min(table, rows // 2))
    if rows < 19:
        shared = PaneSlot(_without("network", "step"), rows, 1)
        return PaneColumns("low", (_below(network, rows, step), (shared,)))
    if rows < 26:
        shared = PaneSlot(_without("network", "step", "neurons"), 9, 1)
        return PaneColumns("wide", (_below(network, rows, step), (neurons, shared)))
    left = _below(network, rows, step, PaneSlot(("algorithm",), 7, 2))
    if rows - neurons.rows < _LOSS + _INSPECTOR:
        shared = PaneSlot(_without("network", "step", "algorithm", "neurons"), 9, 1)
        return PaneColumns("middle", (left, (neurons, shared)))
    loss = PaneSlot(("loss",), _LOSS, 1)
    shared = PaneSlot(_without("network", "step", "algorithm", "neurons", "loss"), _INSPECTOR)
    return PaneColumns("middle", (left, (neurons, loss, shared)))


def _large(rows: int, network: PaneSlot, table: int) -> PaneColumns:
    left = _below(network, rows, PaneSlot(("step",), _STEP + 2), PaneSlot(("algorithm",), 10, 2))
    right = (
        PaneSlot(("neurons",), min(table, rows // 3)),
        PaneSlot(("inspector", "story"), _INSPECTOR + 4),
        PaneSlot(("loss",), _LOSS, 1),
        PaneSlot(("breakpoints", "displays", "branches", "output"), 12, together=True),
    )
    return PaneColumns("large", (left, right), left=52)


def _below(network: PaneSlot, rows: int, *others: PaneSlot) -> tuple[PaneSlot, ...]:
    """Put the network above other slots, which get all rows that they need: it can be scrolled."""
    most = max(rows - sum(slot.rows for slot in others), _NETWORK)
    return (replace(network, rows=min(network.rows, most)), *others)


def _without(*shown: str) -> tuple[str, ...]:
    """Return the panes that share a slot when some have their own."""
    return tuple(pane for pane in _SHARING if pane not in shown)


def _placed(slot: PaneSlot, seen: str, region: Region) -> Iterator[tuple[str, Region]]:
    if not slot.together:
        yield (seen if seen in slot.panes else slot.panes[0]), region
        return
    half = (region.width * 3 // 5, region.height // 2)
    for n, pane in enumerate(slot.panes):
        row, column = divmod(n, 2)
        x, y = column * half[0], row * half[1]
        width = region.width - half[0] if column else half[0]
        height = region.height - half[1] if row else half[1]
        yield pane, Region(region.x + x, region.y + y, width, height)


def _take(sizes: list[int], rows: int, where: Iterable[int], least: int = LOWEST) -> int:
    """Take rows from slots that have more than the least; return how many could be had."""
    taken = 0
    for n in where:
        part = max(min(sizes[n] - least, rows - taken), 0)
        sizes[n] -= part
        taken += part
    return taken
