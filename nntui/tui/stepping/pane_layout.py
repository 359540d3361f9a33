"""The layout of the panes: which are seen, which was turned to, and how large they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from textual.geometry import Region, Size

from nntui.tui.stepping.pane_regions import (
    LEAST,
    NARROWEST,
    PANES,
    WHEN_FILLED,
    WITH_KEYS,
    Bars,
    Content,
    PaneColumns,
    bars_for,
    columns_for,
    regions,
)
from nntui.tui.user_files import Preferences


class PaneLayout:
    """Turns through the panes; fills the screen with one of them; moves their borders.

    ``panes`` are those that there are; of them, those of ``WHEN_FILLED`` have a place only while
    they hold something, or were turned to. ``current`` is the pane that was turned to, and
    ``turned`` whether one was. ``presenting``: the drawing and the step are alone.
    """

    def __init__(self, panes: Collection[str], content: Content, preferences: Preferences) -> None:
        self._panes = tuple(pane for pane in PANES if pane in panes)
        self._content = content
        self.size = Size(80, 24)
        """The terminal’s, for which the panes are arranged."""
        self._filled: frozenset[str] = frozenset()
        self.presenting = False
        self.turned = False
        self.current = self._shared = "step"
        # The sizes that the user chose before.
        self._moved = {name: dict(moved) for name, moved in preferences.sizes.items()}
        renamed = {"watches": "displays"}  # as earlier versions called the list
        maximised = {name: renamed.get(pane, pane) for name, pane in preferences.maximised.items()}
        self._maximised = {name: pane for name, pane in maximised.items() if pane in self._panes}
        self._arrange()
        self._keep_seen()

    @property
    def preferred(self) -> dict[str, Any]:
        """The borders that were moved, and the panes that fill the screen, as ``Preferences``."""
        moved = {name: dict(moved) for name, moved in self._moved.items() if moved}
        return {"sizes": moved, "maximised": dict(self._maximised)}

    def fit(self, width: int, height: int) -> None:
        """Arrange the panes for a terminal of another size; what was seen stays so."""
        self.size = Size(width, height)
        self._arrange()
        self._keep_seen()

    def fill(self, filled: frozenset[str]) -> bool:
        """Note which panes of ``WHEN_FILLED`` hold something; return whether that is news."""
        if filled == self._filled:
            return False
        self._filled = filled
        return True

    def present(self) -> bool:
        """Show the drawing and the step alone, or all panes again; return which."""
        self.presenting = not self.presenting
        self._arrange()
        self.close()
        return self.presenting

    @property
    def bars(self) -> Bars:
        return bars_for(*self.size)

    @property
    def area(self) -> Size:
        """The columns and rows for all panes."""
        return Size(self.size.width, self.size.height - self.bars.rows)

    @property
    def too_small(self) -> bool:
        return self.size.width < LEAST.width or self.size.height < LEAST.height

    @property
    def maximised(self) -> str | None:
        return self._maximised.get(self.columns.name)

    @property
    def seen(self) -> frozenset[str]:
        if self.too_small:
            return frozenset()
        if self.maximised is not None:
            return frozenset((self.maximised,))
        return self.columns.always | {self._shared} if self.columns.shared else self.columns.always

    @property
    def subject(self) -> str:
        """The pane that is meant when none is named: the one turned to, else the drawing."""
        return self.maximised or (self.current if self.turned else "network")

    def is_turned_to(self, pane: str) -> bool:
        return self.turned and self.current == pane

    def tabs(self, pane: str) -> tuple[str, ...]:
        """Return the panes that share a pane's slot now, itself too; empty when none do."""
        if self.maximised is not None:
            return self._order
        quiet = self.presenting and not self.turned
        return self.columns.shared if pane in self.columns.shared and not quiet else ()

    def regions(self, area: Size) -> dict[str, Region]:
        if self.too_small:
            return {}
        if self.maximised is not None:
            return {self.maximised: Region(0, 0, *area)}
        return regions(self.columns, self._shared, area, self._moved.get(self.columns.name, {}))

    def open(self, pane: str) -> None:
        self.current, self.turned = pane, True
        self._arrange()
        if pane in self.columns.shared:
            self._shared = pane
        if self.maximised is not None:
            self._maximised[self.columns.name] = pane

    def turn(self, direction: int) -> None:
        if not self.turned and self.maximised is None and self.current in WITH_KEYS:
            self.open(self.current)  # it is seen, but has not the keyboard
            return
        order = self._order
        here = order.index(self.current if self.current in order else self._first)
        self.open(order[(here + direction) % len(order)])

    def close(self) -> None:
        """Turn to no pane; the shared slot shows its first."""
        self.current, self.turned = self._first, False
        self._arrange()
        if self.columns.shared:
            self._shared = self.current

    def maximise(self) -> None:
        """Fill the screen with the pane that was turned to; or show all of them again."""
        if self._maximised.pop(self.columns.name, None) is None:
            pane = self.subject
            self._maximised[self.columns.name] = pane
            self.current = pane

    def restore(self) -> bool:
        """Show all panes again; return whether one filled the screen."""
        pane = self._maximised.pop(self.columns.name, None)
        self._keep_seen()
        return pane is not None

    def widen(self, by: int) -> bool:
        """Move the border between the columns; return whether there is one."""
        if len(self.columns.columns) < 2 or self.maximised is not None:
            return False
        self._change("columns", by)
        return True

    def heighten(self, by: int) -> bool:
        """Give the pane turned to more rows, or fewer; return whether that can be done."""
        if self.maximised is not None:
            return False
        slots = (slot for slot in self.columns.slots if self.subject in slot.panes)
        self._change(next(slots).name, by)
        return True

    def reset_sizes(self) -> None:
        self._moved.pop(self.columns.name, None)
        self._maximised.pop(self.columns.name, None)
        self._keep_seen()

    @property
    def _order(self) -> tuple[str, ...]:
        """What tab goes through: the panes of the shared slot, and the lists."""
        if self.maximised is not None or not self.columns.shared:
            return self._there
        shared = self.columns.shared
        return (
            *shared,
            *(each for each in WITH_KEYS if each not in shared and each in self._there),
        )

    @property
    def _there(self) -> tuple[str, ...]:
        """The panes that have a place now."""
        opened = {*self._maximised.values(), *((self.current,) if self.turned else ())}
        empty = WHEN_FILLED - self._filled - opened
        return tuple(pane for pane in self._panes if pane not in empty)

    @property
    def _first(self) -> str:
        """The pane that is seen when none was turned to."""
        return (self.columns.shared or self._there)[0]

    def _arrange(self) -> None:
        found = columns_for(*self.size, self._content, self.presenting)
        self.columns: PaneColumns = found.of(self._there)

    def _keep_seen(self) -> None:
        if not self.turned:
            self.close()
        elif self.current in self.columns.shared:
            self._shared = self.current
        elif self.columns.shared and self._shared not in self.columns.shared:
            self._shared = self.columns.shared[0]

    def _change(self, name: str, by: int) -> None:
        """Move a border, unless that changes nothing: a key held down must not pile up."""
        moved = self._moved.setdefault(self.columns.name, {})
        before = regions(self.columns, self._shared, self.area, moved)
        wanted = moved.get(name, 0) + by
        if name == "columns":  # no further than the border goes: it comes back at once
            right = self.columns.right
            least = NARROWEST - (self.size.width - right)
            wanted = min(max(wanted, least), right - NARROWEST)
        after = moved | {name: wanted}
        if regions(self.columns, self._shared, self.area, after) != before:
            self._moved[self.columns.name] = {key: rows for key, rows in after.items() if rows}
