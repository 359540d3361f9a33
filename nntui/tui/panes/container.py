"""The panes on the screen: each where the deck puts it; or a sentence when there is no room."""

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

from nntui.text import padded, wrapped
from nntui.tui.panes.pane import LinePane
from nntui.tui.stepping.pane_regions import LEAST

SENTENCE: Final = "too-small"

Regions = Callable[[Size], Mapping[str, Region]]


class PaneContainer(Container):
    """Holds the panes. Where they lie is asked for again whenever a layout is due."""

    class TurnedTo(Message):
        """The person clicked into a pane."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, *panes: Widget, regions: Regions) -> None:
        self._sentence = TooSmall()
        super().__init__(*panes, self._sentence, id="panes")
        self._placed = _Placed(regions)

    def place(self) -> None:
        """Put the panes where they belong, anew."""
        # A widget's own refresh leaves its children as they are arranged; a child's does not.
        self._sentence.refresh(layout=True)

    def on_click(self, event: Click) -> None:
        """Tell which pane it was in."""
        ancestors = [] if event.widget is None else event.widget.ancestors_with_self
        pane = next((node.id for node in ancestors if node.parent is self), None)
        if pane is not None and pane != SENTENCE:
            self.post_message(self.TurnedTo(pane))

    @property
    def layout(self) -> Layout:
        """Each pane where it was put."""
        return self._placed


class _Placed(Layout):
    """Puts each widget into a region that goes by its id; the sentence fills all of it."""

    name = "placed"

    def __init__(self, regions: Regions) -> None:
        self._regions = regions

    def arrange(
        self, parent: Widget, children: Iterable[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Where the children lie."""
        regions = {SENTENCE: Region(0, 0, *size), **self._regions(size)}
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in regions
        ]


class TooSmall(LinePane):
    """Says that the terminal is too small, and what can be done."""

    def __init__(self) -> None:
        super().__init__(title="", id=SENTENCE)

    def extent(self) -> tuple[int, int]:
        """All of the room there is."""
        return self.size.width, self.size.height

    def segments(self, row: int) -> list[Segment]:
        """A line of the sentence, which stands in the middle."""
        width, height = self.size
        terminal = self.app.size
        text = (
            f"nntui needs {LEAST.width}×{LEAST.height}; "
            f"this is {terminal.width}×{terminal.height}; q quits"
        )
        lines = wrapped(text, max(width, 1))
        n = row - max((height - len(lines)) // 2, 0)
        line = lines[n] if 0 <= n < len(lines) else ""
        return [Segment(padded(" " * ((width - len(line)) // 2) + line, width))]
