"""The bases of the panes: rows of text, rendered when visible and cached; a title with tabs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Self

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.events import Click, Enter, Leave, MouseEvent
from textual.filter import LineFilter
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from nntui.tui.theme import MINUS, Colours

if TYPE_CHECKING:
    from textual.widget import Widget

    from nntui.engine.surface import Answers

    _Base = Widget
else:
    _Base = object

NAMES: Final = {
    "network": "Network", "step": "Step", "algorithm": "Algorithm", "neurons": "Neurons",
    "loss": "Loss", "inspector": "Inspector", "breakpoints": "Breakpoints", "displays": "Displays",
    "branches": "Branches", "output": "Output", "answers": "Answers", "story": "Story",
    "check": "Check",
}  # fmt: skip
"""The titles of the panes by their widgets’ ids."""

_CURRENT_TAB: Final = Style(bold=True, underline=True)
_OTHER_TAB: Final = Style(dim=True)


@dataclass
class ValueChosen(Message):
    """The user clicked on a neuron or an edge, or on one value of it, or on a value of the run.

    ``neuron``: of an edge the end that gets the focus with it; None: the value is no neuron's, as
    the loss. ``quantity``: the value's symbol, such as ``delta``; None: the neuron or edge itself.
    """

    neuron: str | None
    edge: tuple[str, str] | None = None
    quantity: str | None = None


class TitledPane(_Base):
    """A widget with a title on its border: its own, or tabs when other panes share its place."""

    wants_answers = False
    """Whether the pane shows what the network answers, and so takes ``show_answers``."""
    _titles: tuple[str, ...] = ("",)
    title_shown = ""
    """The form of the title that is shown."""
    _tabs: tuple[str, ...] = ()
    _tabs_room = 0
    _written_border: str | None = None
    """The title or the subtitle, while it is being written."""

    def show_answers(self, answers: Answers) -> None:
        """Show what the network answers: a moment after the frame, as it is computed apart."""

    def set_title(self, *forms: str) -> None:
        """Set the title: its forms, of which the longest that fits beside all tabs is shown."""
        if forms != self._titles:
            self._titles = forms
            self._write_title()

    def set_tabs(self, panes: Sequence[str], room: int) -> None:
        """Show tabs for the panes that share the place, this one too, in ``room`` cells."""
        if (tuple(panes), room) != (self._tabs, self._tabs_room):
            self._tabs, self._tabs_room = tuple(panes), room
            self._write_title()

    def _write_title(self) -> None:
        if len(self._tabs) < 2:
            self.title_shown = next(
                (form for form in self._titles if cell_len(form) <= self._tabs_room),
                self._titles[-1],
            )
            self.write_border(title=Content(self.title_shown))
        else:
            assert self.id is not None
            self.title_shown, tabs = tab_line(self.id, self._titles, self._tabs, self._tabs_room)
            self.write_border(title=tabs)

    def write_border(self, **titles: Content) -> None:
        """Write the ``title`` on the upper border or the ``subtitle`` on the lower one.

        Only that border is painted again; of itself, Textual paints the whole pane.
        """
        for name, content in titles.items():
            self._written_border = name
            setattr(self, f"border_{name}", content)
        self._written_border = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        if self._written_border is not None and self.outer_size:
            (width, height), (x, y) = self.outer_size, self.content_offset
            row = 0 if self._written_border == "title" else height - 1
            regions = (Region(-x, row - y, width, 1),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class LinePane(TitledPane, ScrollView, can_focus=False):
    """The base of the panes that show rows of text.

    A subclass gives ``segments`` of a row and ``_lines`` (or ``extent``, columns and rows of its
    content), and calls ``changed`` when they differ. Rows are cached until then; nothing else
    clears the cache but a resize and another theme.
    """

    shows_code = False
    """Whether the rows are code, whose numbers are written as they are typed."""

    # Textual lays the whole screen out anew when a widget's content becomes longer (30 ms). These
    # have the size that the screen gives them: only their scrollbars may have to come or go.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, title: str, id: str) -> None:
        super().__init__(id=id)
        self.set_title(title)
        self._rows: dict[int, tuple[Hashable | None, Strip]] = {}
        """The rows as they were rendered, with what they were made of."""
        self._colours: Colours | None = None
        self._under_mouse = False
        self._written_for = Size(0, 0)
        """The size that the rows were last written for."""
        self._lines: Sequence[Any] = ()
        """What the rows are written from, unless a pane has an extent of its own."""
        self._first_column = 0

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return filters if self.shows_code else (*filters, MINUS)

    def extent(self) -> tuple[int, int]:
        """Return the columns and rows of the content."""
        return self.scrollable_content_region.width, len(self._lines)

    @abstractmethod
    def segments(self, row: int) -> list[Segment]:
        """Return the text of one row."""

    def source(self, row: int) -> Hashable | None:
        """Return what a row is made of: an equal source spares rendering (None: render always)."""
        return None

    @property
    def colours(self) -> Colours:
        if self._colours is None:
            self._colours = Colours.of_app(self.app)
        return self._colours

    def set_first_column(self, column: int) -> None:
        """Let the rows begin at a column: of what is far wider than the pane, a part is written."""
        if column != self._first_column:
            self._first_column = column
            self._rows.clear()

    def changed(self) -> None:
        """Repaint the rows that differ from what was painted."""
        before, self._rows = self._rows, {}
        self._written_for = self.scrollable_content_region.size
        size = Size(*self.extent())
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)
            self.refresh(layout=self.styles.auto_dimensions)
            return
        (left, top), seen = self.scroll_offset, self.size
        left -= self._first_column
        width = max(size.width, seen.width)
        dirty: list[Region] = []
        for row in range(top, min(top + seen.height, size.height)):
            source, strip = before.get(row, (None, None))
            if strip is not None and source is not None and source == self.source(row):
                self._rows[row] = source, strip
            elif strip is None:
                dirty.append(Region(0, row - top, width, 1))
            elif strip != self._strip(row):
                first, end = _differing(strip, self._strip(row), width)
                dirty.append(Region(first - left, row - top, end - first, 1))
        if dirty:  # all at once: each refresh is costly, and without regions it repaints everything
            self.refresh(*dirty)

    def reveal(self, row: int, height: int = 1) -> None:
        """Scroll vertically until rows ``row`` … ``row + height - 1`` are visible."""
        self.reveal_region(Region(0, row, 1, height), x_axis=False)

    def reveal_region(self, region: Region, *, x_axis: bool = True) -> None:
        self.scroll_to_region(region, animate=False, force=True, immediate=True, x_axis=x_axis)

    def jump(self, row: int = 0) -> None:
        self.scroll_to(0, row, animate=False, force=True, immediate=True)

    def offset_under(self, event: MouseEvent) -> Offset | None:
        """Return the column and row of the content under the mouse; None outside of it."""
        offset = event.get_content_offset(self)
        return None if offset is None else offset + self.scroll_offset

    def resized(self) -> None:
        """Write the rows for another size."""
        self.changed()

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Write the rows before the paint; Textual's ``Resize`` comes after it, or not at all."""
        found = super()._size_updated(size, virtual_size, container_size, layout)
        if self._written_for != self.scrollable_content_region.size:
            self._rows.clear()
            self.resized()
        return found

    def notify_style_update(self) -> None:
        before, self._colours = self._colours, None
        self._rows.clear()
        super().notify_style_update()
        if before is not None and before != self.colours:  # rows may be written in those of before
            self.changed()

    def render_line(self, y: int) -> Strip:
        """Return the strip of line ``y`` of the visible part."""
        (left, top), width, first = self.scroll_offset, self.size.width, self._first_column
        row, left = top + y, left - first
        if not 0 <= row < self.virtual_size.height:
            return Strip.blank(width, self.colours.plain)
        strip = self._strip(row).extend_cell_length(left + width, self.colours.plain)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(row)) is not None:
            length, (start, end) = strip.cell_length, span
            start, end = max(start - first, 0), length if end < 0 else min(end - first, length)
            style = self.screen.get_component_rich_style("screen--selection")
            selected = strip.crop(start, end).apply_style(style)
            strip = Strip.join([strip.crop(0, start), selected, strip.crop(end, length)])
        strip = strip.crop(left, left + width)
        return strip.apply_offsets(left + first, row) if self._under_mouse else strip

    # ---- selecting text with the mouse ---------------------------------------------------------
    # Textual finds the text under the mouse by offsets in every segment's style, which take long
    # to make: only the pane under the mouse has them.

    def on_enter(self, event: Enter) -> None:
        self._set_under_mouse(True)

    def on_leave(self, event: Leave) -> None:
        self._set_under_mouse(False)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, and what separates it from that of the next pane."""
        rows = range(self.extent()[1])
        if selection.end is not None:
            rows = rows[: selection.end.y + 1]
        first, indent = 0 if selection.start is None else selection.start.y, self._first_column
        lines = [
            (" " * indent + self._strip(row).text).rstrip() if row >= first else "" for row in rows
        ]
        return (selection.extract("\n".join(lines)), "\n") if first < len(lines) else None

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def _set_under_mouse(self, under_mouse: bool) -> None:
        if under_mouse != self._under_mouse:
            self._under_mouse = under_mouse
            self.refresh()

    def _strip(self, row: int) -> Strip:
        if row not in self._rows:
            whole = self.colours.whole
            painted = [Segment(text, whole(style)) for text, style, _ in self.segments(row)]
            self._rows[row] = self.source(row), Strip(Segment.simplify(painted))
        return self._rows[row][1]


class RowsPane(LinePane, can_focus=True):
    """The base of the panes in which a row is selected: with the keys of the pane, or with a click.

    A subclass gives ``row_count`` and ``row_selected`` too, and ``above`` where other rows stand
    above those that can be selected.
    """

    selected = 0
    """The index of the selected row."""

    @property
    def above(self) -> int:
        """The number of rows above the first that can be selected."""
        return 0

    @property
    @abstractmethod
    def row_count(self) -> int:
        """The number of rows that can be selected."""

    @abstractmethod
    def row_selected(self, *, activated: bool) -> None:
        """Act upon a row that the user selected; ``activated``: by a double click."""

    def select(self, row: int) -> None:
        """Select a row (the nearest one that exists), and scroll to it."""
        self.selected = min(max(row, 0), max(self.row_count - 1, 0))
        self.changed()
        self.reveal(self.selected + self.above)

    def move(self, by: int) -> None:
        """Select a row further down, or up, for the user."""
        self.select(self.selected + by)
        self.row_selected(activated=False)

    def on_click(self, event: Click) -> None:
        offset = self.offset_under(event)
        if offset is not None and 0 <= (row := offset.y - self.above) < self.row_count:
            activated = row == self.selected and event.chain > 1
            self.select(row)
            self.row_selected(activated=activated)


def _differing(old: Strip, new: Strip, width: int) -> tuple[int, int]:
    """Return the columns in which two strips differ: the first, and the one behind the last."""
    first = _cells_alike(old, new)
    if old.cell_length != new.cell_length:
        return first, width
    return first, new.cell_length - _cells_alike(reversed(list(old)), reversed(list(new)))


def _cells_alike(one: Iterable[Segment], other: Iterable[Segment]) -> int:
    """Count the cells of the segments with which both begin."""
    cells = 0
    for segment, beside in zip(one, other, strict=False):
        if segment != beside:
            break
        cells += segment.cell_length
    return cells


def tab_line(
    pane: str, titles: Sequence[str], tabs: tuple[str, ...], room: int
) -> tuple[str, Content]:
    """Return the title of ``pane`` and the tabs in a line.

    All of them fit into ``room``, with the first of the titles for which they do; or there are as
    many about ``pane`` as fit.
    """
    names, here = [NAMES[tab] for tab in tabs], tabs.index(pane)
    first, last = 0, len(tabs)
    for title, separator in product(titles, (" │ ", "│")):
        names[here] = title
        if sum(map(cell_len, names)) + len(separator) * (len(names) - 1) <= room:
            break
    else:
        names[here] = title = titles[-1]
        first, last = _visible_tabs([cell_len(name) for name in names], here, room - 2)
    parts: list[Content] = [Content.styled("‹", _OTHER_TAB)] if first else []
    for n in range(first, last):
        if n > first:
            parts.append(Content.styled(separator, _OTHER_TAB))
        link = Style.from_meta({"@click": f"screen.turn_to('{tabs[n]}')"})
        parts.append(Content.styled(names[n], link + (_CURRENT_TAB if n == here else _OTHER_TAB)))
    parts += [Content.styled("›", _OTHER_TAB)] if last < len(tabs) else []
    return title, Content("").join(parts)


def _visible_tabs(widths: list[int], here: int, room: int) -> tuple[int, int]:
    """Return the range of tabs about ``here`` that fit: the first, and the one after the last."""
    first, last, used = here, here + 1, widths[here]
    while True:
        after = last < len(widths) and used + widths[last] + 1 <= room
        before = first > 0 and used + widths[first - 1] + 1 <= room
        if not (after or before):
            return first, last
        if after and (not before or last - here <= here - first):
            used += widths[last] + 1
            last += 1
        else:
            first -= 1
            used += widths[first] + 1
