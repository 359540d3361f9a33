"""The fault screen: why a document cannot be opened, the lines at fault, and waiting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from nntui.model.names import escaped
from nntui.tui.colours import Colours

if TYPE_CHECKING:
    from nntui.document.errors import DocumentError
    from nntui.document.excerpt import Excerpt
    from nntui.document.stamp import Stamp

WIDEST: Final = 400
"""Characters of a line that are shown."""
WAITING: Final = "Put it right and save it: it is opened as soon as the file changes."
_MARK: Final = "▶"


class FaultScreen(Screen[None]):
    """Shows an error with the lines that it is about.

    ``document`` is what is to be opened, ``files`` are what it is read from, and ``stamps`` how
    they were when the error was found: those who watch the files compare.
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
        self._take(error, lines, stamps)

    def compose(self) -> ComposeResult:
        """The sentence, the lines, and what there is to do."""
        with VerticalScroll(id="fault") as box:
            name = escaped(self.document.name, 60)
            box.border_title = Content(f"{name} cannot be opened")
            box.border_subtitle = "waiting for the file to change"
            yield Static(id="fault-sentence", markup=False)
            yield Static(id="fault-lines", markup=False)
            yield Static(WAITING, classes="faint", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()

    def show(self, error: DocumentError, lines: Excerpt | None, stamps: tuple[Stamp, ...]) -> None:
        """The file has changed, but it is not right yet."""
        self._take(error, lines, stamps)
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way back only when something lies beneath."""
        return len(self.app.screen_stack) > 2 if action == "leave" else True

    def action_leave(self) -> None:
        """Back to what lies beneath."""
        self.dismiss(None)

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        if self.is_mounted:
            self._draw()

    # ---- inside --------------------------------------------------------------------------------

    def _take(self, error: DocumentError, lines: Excerpt | None, stamps: tuple[Stamp, ...]) -> None:
        self.error, self._lines, self.stamps = error, lines, stamps
        self.files = files_of(self.document, error)

    def _draw(self) -> None:
        colours = Colours.of(self.app.current_theme, self.app.theme_variables)
        self.query_one("#fault-sentence", Static).update(_sentence(self.error))
        text = Text() if self._lines is None else _quoted(self._lines, colours)
        self.query_one("#fault-lines", Static).update(text)


def files_of(document: Path, error: DocumentError) -> tuple[Path, ...]:
    """The document, and the file of data that is at fault if it is that."""
    other = Path(error.file)
    return (document,) if other == document else (document, other)


def _sentence(error: DocumentError) -> str:
    """Place, what was found and what was expected, a line each."""
    where = ": ".join(filter(None, (escaped(error.file, 300), error.place)))
    hint = f"\n{error.hint}" if error.hint else ""
    return f"{where}\nfound {error.found}\nexpected {error.expected}{hint}"


def _quoted(lines: Excerpt, colours: Colours) -> Text:
    """The lines with their numbers; a mark before those at fault, and below the column."""
    text = Text(no_wrap=True)
    digits = len(str(lines.first + len(lines.lines)))
    for n, line in enumerate(lines.lines, lines.first):
        marked = n in lines.marked
        shown = escaped(line.replace("\t", "    ").rstrip("\r"), WIDEST)
        text.append(
            f"{_MARK if marked else ' '} {n:>{digits}} │ ",
            colours.stop if marked else colours.faint,
        )
        text.append(shown + "\n", colours.current_line if marked else "")
        if marked and n == lines.marked.start and lines.column is not None:
            before = line[: lines.column - 1].replace("\t", "    ")
            if len(before) < WIDEST:
                text.append(" " * (digits + 5 + len(before)) + "▲\n", colours.stop)
    text.rstrip()
    return text
