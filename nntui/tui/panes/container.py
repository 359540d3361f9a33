"""The container of the panes: each in its region, or a sentence when the terminal is too small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from rich.segment import Segment
from textual.containers import Container
from textual.events import Click
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from nntui.text import wrapped
from nntui.tui.panes.pane import LinePane
from nntui.tui.stepping.pane_regions import LEAST

TOO_SMALL: Final = "too-small"

Regions = Callable[[Size], Mapping[str, Region]]
"""The region of each visible pane by its id, given the size of the container."""


class PaneContainer(Container):
    """Holds the panes; ``regions`` is called whenever Textual arranges them."""

    class TurnedTo(Message):
        """The user clicked into a pane."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, *panes: Widget, regions: Regions) -> None:
        self._too_small = TooSmall()
        super().__init__(*panes, self._too_small, id="panes")
        self._regions = RegionLayout(regions)

    def place(self) -> None:
        """Arrange the panes anew."""
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


class TooSmall(LinePane):
    """Says that the terminal is too small."""

    def __init__(self) -> None:
        super().__init__(title="", id=TOO_SMALL)

    def extent(self) -> tuple[int, int]:
        return self.size.width, self.size.height

    def segments(self, row: int) -> list[Segment]:
        """Return a row of the centred sentence."""
        width, height = self.size
        terminal = self.app.size
        text = (
            f"nntui needs {LEAST.width}×{LEAST.height}; "
            f"this is {terminal.width}×{terminal.height}; q quits"
        )
        lines = wrapped(text, max(width, 1))
        n = row - max((height - len(lines)) // 2, 0)
        line = lines[n] if 0 <= n < len(lines) else ""
        return [Segment(f"{line:^{width}}")]
