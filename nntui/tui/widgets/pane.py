"""A pane of lines: scrolls, renders only what is seen, and keeps what it rendered."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import NamedTuple

from rich.segment import Segment
from textual.events import Enter, Leave, Resize
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from nntui.tui.colours import Colours
from nntui.tui.widgets.titles import Titled


class _Row(NamedTuple):
    """A row as it was rendered, and what it was made of."""

    source: Hashable | None
    strip: Strip


class LinePane(Titled, ScrollView, can_focus=False):
    """The base of the panes that show rows of text.

    A subclass gives ``extent`` (columns and rows of its content) and ``segments`` of a row, and
    calls ``changed`` when they are others. Rows are kept until then: this is the one place where
    the cache is cleared.
    """

    # Textual lays the whole screen out anew when a widget's content becomes longer (30 ms). These
    # have the size that the screen gives them: only their scrollbars may have to come or go.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, title: str, id: str) -> None:
        super().__init__(id=id)
        self.entitle(title)
        self._rows: dict[int, _Row] = {}
        self._colours: Colours | None = None
        self._pointed_at = False

    @abstractmethod
    def extent(self) -> tuple[int, int]:
        """How many columns and rows the content takes."""

    @abstractmethod
    def segments(self, row: int) -> list[Segment]:
        """The text of one row."""

    def source(self, row: int) -> Hashable | None:
        """What a row is made of, where comparing that spares rendering it; None: nothing does."""
        return None

    @property
    def colours(self) -> Colours:
        """The colours of the theme in use."""
        if self._colours is None:
            self._colours = Colours.of(self.app.current_theme, self.app.theme_variables)
        return self._colours

    def changed(self) -> None:
        """The content is another: draw anew the rows that differ."""
        before, self._rows = self._rows, {}
        size = Size(*self.extent())
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)
            self.refresh(layout=self.styles.auto_dimensions)
            return
        top = self.scroll_offset.y
        width = max(size.width, self.size.width)
        dirty: list[Region] = []
        for row in range(top, min(top + self.size.height, size.height)):
            was = before.get(row)
            if was is not None and was.source is not None and was.source == self.source(row):
                self._rows[row] = was
            elif was is None or was.strip != self._strip(row):
                dirty.append(Region(0, row - top, width, 1))
        if dirty:  # all at once: a refresh is dear, and without regions it means everything
            self.refresh(*dirty)

    def reveal(self, row: int, height: int = 1) -> None:
        """Scroll so that rows ``row`` … ``row + height`` are seen."""
        self.scroll_to_region(
            Region(0, row, 1, height), animate=False, force=True, immediate=True, x_axis=False
        )

    def on_resize(self, event: Resize) -> None:
        """Another size is another content."""
        self._rows.clear()
        self.changed()
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        self._colours = None
        self._rows.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """The strip of one row on screen."""
        left, top = self.scroll_offset
        row = top + y
        width = self.size.width
        if not 0 <= row < self.extent()[1]:
            return Strip.blank(width, self.colours.plain)
        strip = self._strip(row).extend_cell_length(left + width, self.colours.plain)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(row)) is not None:
            strip = self._with_selected(strip, *span)
        strip = strip.crop(left, left + width)
        return strip.apply_offsets(left, row) if self._pointed_at else strip

    # ---- text that is chosen with the mouse ----------------------------------------------------
    # Textual finds the place of the mouse by marks on every piece of text, which take long to
    # make: only the pane under the mouse bears them.

    def on_enter(self, event: Enter) -> None:
        """The mouse is over the pane: text may be chosen."""
        self._point(True)

    def on_leave(self, event: Leave) -> None:
        """The mouse is elsewhere."""
        self._point(False)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that is chosen, and what parts it from that of another pane."""
        rows = range(self.extent()[1])
        if selection.end is not None:
            rows = rows[: selection.end.y + 1]
        first = 0 if selection.start is None else selection.start.y
        lines = [self._strip(row).text.rstrip() if row >= first else "" for row in rows]
        return (selection.extract("\n".join(lines)), "\n") if first < len(lines) else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is chosen now."""
        self.refresh()

    def _point(self, pointed_at: bool) -> None:
        if pointed_at != self._pointed_at:
            self._pointed_at = pointed_at
            self.refresh()

    def _with_selected(self, strip: Strip, start: int, end: int) -> Strip:
        length = strip.cell_length
        end = length if end < 0 else min(end, length)
        chosen = strip.crop(start, end).apply_style(
            self.screen.get_component_rich_style("screen--selection")
        )
        return Strip.join([strip.crop(0, start), chosen, strip.crop(end, length)])

    def _strip(self, row: int) -> Strip:
        """A row, rendered once."""
        if row not in self._rows:
            whole = self.colours.whole
            painted = [Segment(text, whole(style)) for text, style, _ in self.segments(row)]
            self._rows[row] = _Row(self.source(row), Strip(Segment.simplify(painted)))
        return self._rows[row].strip
