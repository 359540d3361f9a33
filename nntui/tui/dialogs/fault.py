"""The fault screen: why a document cannot be opened, and the lines at fault."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Footer, Static

from nntui.model.names import escaped
from nntui.text import padded
from nntui.tui.dialogs.question import Closable
from nntui.tui.theme import Colours

if TYPE_CHECKING:
    from nntui.document.errors import DocumentError
    from nntui.document.excerpt import Excerpt
    from nntui.document.files import Stamp

LOW: Final = 20
"""Rows of a terminal below which one line of context is shown before and after."""
CONTEXT: Final = 4
"""Lines of context before and after, at least, in a higher terminal."""
_OTHER_ROWS: Final = 16
"""Rows of everything but the lines of the file."""
WAITING: Final = "Correct the file and save it: it opens as soon as it changes."
MISSING: Final = "It opens as soon as you save it."
_MARK: Final = "▶"
_CUT: Final = "…"
_FRAME: Final = 6
"""Cells of the border, its padding, the scrollbar and a blank before it."""


class FaultScreen(Closable[None]):
    """Shows an error with the lines that it is about.

    ``document`` is to be opened, it is read from ``files``, and ``stamps`` are those of the files
    when the error was found; the app compares them to see when the files change.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "app.open", "open another"),
        Binding("escape", "leave", "back"),
        Binding("q", "app.quit", "quit"),
    ]

    def __init__(
        self,
        document: Path,
        error: DocumentError,
        lines: Excerpt | None,
        stamps: tuple[Stamp, ...],
    ) -> None:
        super().__init__()
        self.document = document
        self.show(error, lines, stamps)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="fault") as box:
            name = escaped(self.document.name, 60)
            box.border_title = Content(f"{name} cannot be opened")
            box.border_subtitle = "waiting for the file to change"
            yield Static(id="fault-sentence", markup=False)
            yield Static(id="fault-lines", markup=False)
            yield Static(id="fault-wait", classes="faint", markup=False)
        yield Footer(show_command_palette=False)

    def on_resize(self, event: Resize) -> None:
        self._draw()

    def show(self, error: DocumentError, lines: Excerpt | None, stamps: tuple[Stamp, ...]) -> None:
        """Show an error: the first, or another after the file has changed."""
        self.error, self._lines, self.stamps = error, lines, stamps
        self.files = files_of(self.document, error)
        self._draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        colours = Colours.of_app(self.app)
        lines, (width, height) = self._lines, self.size
        where = ": ".join(filter(None, (escaped(self.error.file, 300), self.error.place)))
        hint = f"\n{self.error.hint}" if self.error.hint else ""
        sentence = f"{where}\nfound {self.error.found}\nexpected {self.error.expected}{hint}"
        missing = self.stamps[:1] == (None,)
        if missing:
            sentence = f"There is no file {escaped(self.document.name, 300)} yet.{hint}"
        self.query_one("#fault-sentence", Static).update(sentence)
        quoted = self.query_one("#fault-lines", Static)
        quoted.display = lines is not None
        if lines is not None:
            spare = (height - len(lines.marked) - _OTHER_ROWS) // 2
            around = max(spare, CONTEXT) if height >= LOW else 1
            quoted.update(_quoted(lines, colours, width - _FRAME, around))
        self.query_one("#fault-wait", Static).update(MISSING if missing else WAITING)


def files_of(document: Path, error: DocumentError) -> tuple[Path, ...]:
    """Return the document, and the data file if the error is there."""
    other = Path(error.file)
    return (document,) if other == document else (document, other)


def _quoted(lines: Excerpt, colours: Colours, width: int, around: int) -> Text:
    """Write numbered lines with marks before those at fault and below the column.

    ``around``: lines of context on each side. Long lines are cut, on both sides of the column.
    """
    text = Text(no_wrap=True)
    digits = len(str(lines.first + len(lines.lines)))
    room = max(width - digits - 5, 8)
    first = max(lines.marked.start - around - lines.first, 0)
    last = lines.marked.stop + around - lines.first
    for n, line in enumerate(lines.lines[first:last], lines.first + first):
        marked = n in lines.marked
        column = lines.column if n == lines.marked.start else None
        part, at = _part(line, column, room)
        mark, style = (_MARK, colours.stop) if marked else (" ", colours.faint)
        text.append(f"{mark} {n:>{digits}} │ ", style)
        text.append(part + "\n", colours.current_line if marked else "")
        if column is not None:
            text.append(" " * (digits + 5 + at) + "▲\n", colours.stop)
    text.rstrip()
    return text


def _part(line: str, column: int | None, room: int) -> tuple[str, int]:
    """Cut a line to the cells around a column; return it, and the column's cell."""
    split = 0 if column is None else column - 1
    before = _printable(line[max(split - room, 0) : split])
    behind = _printable(line[split:][: room + 1])
    kept = room - min(cell_len(behind), room // 2)
    if split > room or cell_len(before) > kept:
        while cell_len(before) >= kept:
            before = before[1:]
        before = _CUT + before
    text = before + behind
    return padded(text, min(room, cell_len(text))), cell_len(before)


def _printable(text: str) -> str:
    return escaped(text.replace("\t", "    ").rstrip("\r"), sys.maxsize)
