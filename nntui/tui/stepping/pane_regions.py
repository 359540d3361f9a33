"""Which panes a terminal of a size has room for, and the region of each.

They are arranged in one column or two of places. A place belongs to one pane, or several share it
and one of them is seen, or they lie in it side by side. Heights go by what there is to show: a
small network's table is not given half of the screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from textual.geometry import Region, Size

LISTS: Final = ("breakpoints", "displays", "branches")
PANES: Final = ("network", "step", "algorithm", "neurons", "loss", "inspector", *LISTS, "output")
"""Every pane, in the order that tab goes through them."""

_SHARING: Final = ("step", "neurons", "loss", "algorithm", "inspector", *LISTS, "output")

LEAST: Final = Size(60, 16)
"""Columns and rows of a terminal below which there is a sentence instead of panes."""
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
    """How much there is to show: the neurons, and how many the fullest layer has."""

    neurons: int
    widest: int


@dataclass(frozen=True, slots=True)
class PaneSlot:
    """Panes in one place; ``rows`` that they are best shown in, and their share of what is left.

    ``together``: they are seen all at once, two beside each other.
    """

    panes: tuple[str, ...]
    rows: int
    share: int = 0
    together: bool = False

    @property
    def name(self) -> str:
        """Its name in the preferences."""
        return self.panes[0]


@dataclass(frozen=True, slots=True)
class PaneColumns:
    """The places of a size, column by column; ``left``: how many hundredths the first takes."""

    name: str
    columns: tuple[tuple[PaneSlot, ...], ...]
    left: int = 50

    @property
    def places(self) -> Iterator[PaneSlot]:
        return (place for column in self.columns for place in column)

    @property
    def shared(self) -> tuple[str, ...]:
        """The panes of which one at a time is seen."""
        places = (place for place in self.places if not place.together)
        return next((place.panes for place in places if len(place.panes) > 1), ())

    @property
    def always(self) -> frozenset[str]:
        """The panes that are always seen."""
        return frozenset(PANES) - frozenset(self.shared)


def too_small(width: int, height: int) -> bool:
    """Return whether a terminal has no room for panes."""
    return width < LEAST.width or height < LEAST.height


def columns_for(width: int, height: int, content: Content) -> PaneColumns:
    """Return the arrangement of the panes in a terminal of a size."""
    rows = height - BARS
    network = PaneSlot(("network",), max(_network(content), _NETWORK), 3)
    if width < 100:
        return _one_column(rows, network, content)
    if width >= 160 and rows >= 46:
        return _large(rows, network, content)
    return _two_columns(rows, network, content)


def regions(
    columns: PaneColumns, seen: str, area: Size, moved: Mapping[str, int]
) -> dict[str, Region]:
    """Return the region of each pane that is seen.

    Args:
        columns: the arrangement.
        seen: the pane that is seen in the shared place.
        area: columns and rows for all of them.
        moved: by the name of a place, the rows that the user gave to it beyond its own, and
            under "columns" the columns that the first column was made wider.
    """
    found: dict[str, Region] = {}
    x = 0
    for column, width in zip(columns.columns, _widths(columns, area.width, moved), strict=True):
        y = 0
        for place, height in zip(column, heights(column, area.height, moved), strict=True):
            found |= _placed(place, seen, Region(x, y, width, height))
            y += height
        x += width
    return found


def heights(places: tuple[PaneSlot, ...], rows: int, moved: Mapping[str, int]) -> list[int]:
    """Return how many of the rows each place gets; together all of them."""
    found = [place.rows for place in places]
    spare = rows - sum(found)
    if spare >= 0:
        shares = sum(place.share for place in places) or 1
        for n, place in enumerate(places):
            found[n] += spare * place.share // shares
        found[-1] += rows - sum(found)
    else:
        _take(found, -spare, range(len(found)))
    for n, place in enumerate(places):
        _move(found, n, moved.get(place.name, 0))
    return found


# ---- the arrangements --------------------------------------------------------------------------


def _one_column(rows: int, network: PaneSlot, content: Content) -> PaneColumns:
    if rows < 20:
        shared = PaneSlot(_without("network"), rows - _NETWORK, 1)
        return PaneColumns("small", ((PaneSlot(("network",), _NETWORK), shared),))
    if rows < 32:
        shared = PaneSlot(_without("network", "step"), 8, 1)
        return PaneColumns(
            "narrow", ((PaneSlot(("network",), _NETWORK, 1), PaneSlot(("step",), 8), shared),)
        )
    neurons = PaneSlot(("neurons",), min(_table(content), rows // 4))
    shared = PaneSlot(_without("network", "step", "neurons"), 11, 1)
    return PaneColumns(
        "tower", (_below(network, rows, PaneSlot(("step",), _STEP), neurons, shared),)
    )


def _two_columns(rows: int, network: PaneSlot, content: Content) -> PaneColumns:
    step, neurons = (
        PaneSlot(("step",), _STEP),
        PaneSlot(("neurons",), min(_table(content), rows // 2)),
    )
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


def _large(rows: int, network: PaneSlot, content: Content) -> PaneColumns:
    left = _below(network, rows, PaneSlot(("step",), _STEP + 2), PaneSlot(("algorithm",), 10, 2))
    right = (
        PaneSlot(("neurons",), min(_table(content), rows // 3)),
        PaneSlot(("inspector",), _INSPECTOR + 4),
        PaneSlot(("loss",), _LOSS, 1),
        PaneSlot(("breakpoints", "displays", "branches", "output"), 12, together=True),
    )
    return PaneColumns("large", (left, right), left=52)


def _below(network: PaneSlot, rows: int, *others: PaneSlot) -> tuple[PaneSlot, ...]:
    """The network above others: a tall one can be scrolled, so theirs are the rows they need."""
    most = max(rows - sum(place.rows for place in others), _NETWORK)
    return (replace(network, rows=min(network.rows, most)), *others)


def _without(*shown: str) -> tuple[str, ...]:
    """The panes that share a place when some have their own."""
    return tuple(pane for pane in _SHARING if pane not in shown)


def _table(content: Content) -> int:
    """Rows of the neurons’ table: one for each, its heading, its border and one to breathe."""
    return content.neurons + 4


def _network(content: Content) -> int:
    """Rows of the drawing: a neuron's box and the air below it, and the border."""
    return 2 * content.widest + 3


# ---- widths and heights ------------------------------------------------------------------------


def _widths(columns: PaneColumns, width: int, moved: Mapping[str, int]) -> tuple[int, ...]:
    if len(columns.columns) == 1:
        return (width,)
    wanted = width * columns.left // 100 + moved.get("columns", 0)
    left = max(min(wanted, width - NARROWEST), min(NARROWEST, width))
    return left, width - left


def _placed(place: PaneSlot, seen: str, region: Region) -> Iterator[tuple[str, Region]]:
    if not place.together:
        yield (seen if seen in place.panes else place.panes[0]), region
        return
    half = (region.width * 3 // 5, region.height // 2)
    for n, pane in enumerate(place.panes):
        row, column = divmod(n, 2)
        x, y = column * half[0], row * half[1]
        width = region.width - half[0] if column else half[0]
        height = region.height - half[1] if row else half[1]
        yield pane, Region(region.x + x, region.y + y, width, height)


def _move(sizes: list[int], n: int, by: int) -> None:
    """Make a place larger at the cost of its neighbours, those below first; or smaller."""
    if by > 0:
        others = [*range(n + 1, len(sizes)), *reversed(range(n))]
        sizes[n] += _take(sizes, by, others)
    elif by < 0 and len(sizes) > 1:
        given = _take(sizes, -by, [n])
        sizes[n + 1 if n + 1 < len(sizes) else n - 1] += given


def _take(sizes: list[int], rows: int, where: list[int] | range) -> int:
    """Take rows from places, as far as they have more than the least; how many could be had.

    From several at once in proportion to what they have to spare.
    """
    taken = 0
    if isinstance(where, range):
        slack = [max(size - LOWEST, 0) for size in sizes]
        total = sum(slack)
        for n in where:
            part = min(slack[n], rows * slack[n] // total if total else 0)
            sizes[n] -= part
            taken += part
    for n in where:
        part = max(min(sizes[n] - LOWEST, rows - taken), 0)
        sizes[n] -= part
        taken += part
    if taken < rows and isinstance(where, range):  # less room than the least: the last ones go
        for n in reversed(where):
            part = min(sizes[n], rows - taken)
            sizes[n] -= part
            taken += part
    return taken
