"""The container of the panes: each in its region, or a sentence when the terminal is too small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from textual.containers import Container
from textual.events import Click
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.stepping.pane_regions import LEAST

TOO_SMALL: Final = "too-small"

Regions = Callable[[Size], Mapping[str, Region]]
"""The region of each visible pane by its id, given the size of the container."""


class PaneContainer(Container):
    """Holds the panes; ``regions`` is called whenever Textual arranges them."""

    @dataclass
    class TurnedTo(Message):
        """The user clicked into a pane."""

        pane: str

    def __init__(self, *panes: Widget, regions: Regions) -> None:
        self._too_small = TooSmall(id=TOO_SMALL)
        super().__init__(*panes, self._too_small, id="panes")
        self._regions = RegionLayout(regions)

    def place(self) -> None:
        # A widget's own refresh leaves its children as they are arranged; a child's does not.
        self._too_small.refresh(layout=True)

    def on_click(self, event: Click) -> None:
        ancestors = [] if event.widget is None else event.widget.ancestors_with_self
        pane = next((node.id for node in ancestors if node.parent is self), None)
        if pane is not None and pane != TOO_SMALL:
            self.post_message(self.TurnedTo(pane))

    @property
    def layout(self) -> Layout:
        return self._regions


class RegionLayout(Layout):
    """Places each widget in the region of its id; the sentence fills the container."""

    name = "regions"

    def __init__(self, regions: Regions) -> None:
        self._regions = regions

    def arrange(
        self, parent: Widget, children: Iterable[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        regions = {TOO_SMALL: Region(0, 0, *size), **self._regions(size)}
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in regions
        ]


class TooSmall(Static):
    """Says that the terminal is too small."""

    def render(self) -> str:
        width, height = self.app.size
        return f"nntui needs {LEAST.width}×{LEAST.height}; this is {width}×{height}; q quits"
