"""A pane of lines: scrolls, renders only what is seen, and keeps what it rendered."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.events import Enter, Leave, Resize
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from nntui.tui.theme import Colours

if TYPE_CHECKING:
    from textual.widget import Widget

    _Base = Widget
else:
    _Base = object

NAMES: Final = {
    "network": "Network", "step": "Step", "algorithm": "Algorithm", "neurons": "Neurons",
    "loss": "Loss", "inspector": "Inspector", "breakpoints": "Breakpoints", "watches": "Watches",
    "branches": "Branches", "output": "Output",
}  # fmt: skip
"""The panes by their widgets’ ids."""
SEPARATORS: Final = (" │ ", "│")

_HERE: Final = Style(bold=True, reverse=True)
_THERE: Final = Style(dim=True)


class Titled(_Base):
    """A pane with a title of its own words, and with tabs when others share its place."""

    _title_words = ""
    _title_tabs: tuple[str, ...] = ()
    _title_room = 0

    def entitle(self, words: str) -> None:
        """Call the pane something else."""
        if words != self._title_words:
            self._title_words = words
            self._write_title()

    def share(self, tabs: Sequence[str], room: int) -> None:
        """Name the panes that share the place, this one too; ``room``: the cells for all that."""
        if (tuple(tabs), room) != (self._title_tabs, self._title_room):
            self._title_tabs, self._title_room = tuple(tabs), room
            self._write_title()

    def _write_title(self) -> None:
        if len(self._title_tabs) < 2:
            self.border_title = Content(self._title_words)
        else:
            assert self.id is not None
            title = tab_line(self.id, self._title_words, self._title_tabs, self._title_room)
            self.border_title = title


def tab_line(pane: str, words: str, tabs: tuple[str, ...], room: int) -> Content:
    """The tabs in a line: all of them, or as many about the pane as there are cells for."""
    names = [words if tab == pane else NAMES[tab] for tab in tabs]
    here = tabs.index(pane)
    first, last = 0, len(tabs)
    separator = SEPARATORS[-1]
    for each in SEPARATORS:
        if _length(names, each) <= room:
            separator = each
            break
    else:
        first, last = _window([cell_len(name) for name in names], here, room - 2)
    parts: list[Content] = [Content.styled("‹", _THERE)] if first else []
    for n in range(first, last):
        if n > first:
            parts.append(Content.styled(separator, _THERE))
        link = Style.from_meta({"@click": f"screen.turn_to('{tabs[n]}')"})
        spaced = f" {names[n]} " if n == here and separator == SEPARATORS[0] else names[n]
        parts.append(Content.styled(spaced, link + (_HERE if n == here else _THERE)))
    parts += [Content.styled("›", _THERE)] if last < len(tabs) else []
    return Content("").join(parts)


def _length(names: list[str], separator: str) -> int:
    wide = separator == SEPARATORS[0]
    return sum(map(cell_len, names)) + len(separator) * (len(names) - 1) + 2 * wide


def _window(lengths: list[int], here: int, room: int) -> tuple[int, int]:
    """The tabs about one of them that there are cells for: from the first to behind the last."""
    first, last, used = here, here + 1, lengths[here]
    while True:
        after = last < len(lengths) and used + lengths[last] + 1 <= room
        before = first > 0 and used + lengths[first - 1] + 1 <= room
        if not (after or before):
            return first, last
        if after and (not before or last - here <= here - first):
            used += lengths[last] + 1
            last += 1
        else:
            first -= 1
            used += lengths[first] + 1


# ---- pane ----------------------------------------------------------------------------------------


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
