"""The editor: the document's neurons, connections, training and data, and the drawing of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from nntui.model.changes import Change
from nntui.model.errors import NntuiError
from nntui.tui.dialogs.help import EDITING, HelpScreen
from nntui.tui.documents.document import OpenDocument
from nntui.tui.editor.forms import EditForm, Form, complaint, new_connection
from nntui.tui.editor.preview import Preview
from nntui.tui.editor.sections import SECTIONS, EditorRows, Section, names_of
from nntui.tui.keys import EDITOR, editor_bindings
from nntui.tui.theme import Colours

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment
    from nntui.tui.editor.history import Editing

BESIDE: Final = 110
"""Columns from which the drawing stands beside the list; below, it stands above it."""
ABOVE: Final = 20
"""Rows from which there is room for the drawing above the list."""


class EditorScreen(Screen[None]):
    """Edits the document on the desk; every change goes into its history at once."""

    BINDINGS: ClassVar[list[BindingType]] = editor_bindings()

    def __init__(self, desk: OpenDocument, editing: Editing, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._desk, self._editing, self._keymap = desk, editing, keymap
        self._tab = next(iter(SECTIONS))
        self._said = "the run starts again when you leave an edited document"
        self._warned: tuple[str, ...] = ()
        self._written: dict[str, Text] = {}

    def compose(self) -> ComposeResult:
        """The drawing, the tabs, the list, what was said, the keys."""
        yield Static(id="editor-title", markup=False)
        with Container(id="editor"):
            yield Preview()
            with Vertical(id="editor-lists"):
                yield Static(id="editor-tabs", markup=False)
                yield EditorRows()
        yield Static(id="editor-said", markup=False)
        yield Static(id="editor-keys", markup=False)

    def on_mount(self) -> None:
        """Show the document; the keyboard is in the list."""
        self.rows.focus()
        self.refresh_document()

    def on_resize(self, event: Resize) -> None:
        """The drawing has its place beside the list, above it, or none."""
        self.set_class(event.size.width >= BESIDE, "beside")
        self.set_class(event.size.width < BESIDE and event.size.height < ABOVE, "no-preview")
        self._draw()

    def on_editor_rows_chosen(self, event: EditorRows.Chosen) -> None:
        """Another row is chosen."""
        self._draw()
        if event.enter:
            self.action_change()

    @property
    def rows(self) -> EditorRows:
        """The list."""
        return self.query_one(EditorRows)

    # ---- what is shown -------------------------------------------------------------------------

    def refresh_document(self) -> None:
        """The document is another now, or is saved."""
        desk, edited = self._desk, self._desk.edited
        mark = " ● edited" if edited.unsaved else ""
        self._write("title", Text(f" Edit {desk.name}{mark}"))
        self.rows.show(self._section, edited.experiment)
        self._draw()

    def say(self, message: str) -> None:
        """Say what was done."""
        self._said = message
        self._draw()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        if self.is_mounted:
            self._draw()

    # ---- keys ----------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Go back to the run, which starts again with what was edited."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show the help."""
        self.app.push_screen(HelpScreen(self._keymap, EDITING))

    def action_section(self, direction: int) -> None:
        """Turn to another section."""
        names = list(SECTIONS)
        self._tab = names[(names.index(self._tab) + direction) % len(names)]
        self.refresh_document()

    def action_row(self, by: int) -> None:
        """Choose a row further up or down."""
        self.rows.move(by)

    def action_page(self, direction: int) -> None:
        """Choose a row a page further up or down."""
        self.rows.move(direction * max(self.rows.size.height - 2, 1))

    def action_change(self) -> None:
        """Change the chosen entry in a form."""
        if self.rows.chosen is not None:
            self._open(self._section.change(self._experiment, self.rows.chosen))

    def action_add(self) -> None:
        """Add an entry to the section."""
        if self._section.add is None:
            self.say("the settings are all there: enter changes one")
        else:
            self._open(self._section.add(self._experiment, self.rows.chosen))

    def action_connect(self) -> None:
        """Connect two neurons, the chosen one with another."""
        names = names_of(self.rows.chosen)
        self._open(new_connection(self._experiment, names[0] if names else None))

    def action_delete(self) -> None:
        """Delete the chosen entry."""
        self._try(self._section.delete)

    def action_train(self) -> None:
        """Let updates touch the chosen parameter, or keep them off it."""
        self._try(self._section.train)

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _section(self) -> Section:
        return SECTIONS[self._tab]

    @property
    def _experiment(self) -> Experiment:
        return self._desk.edited.experiment

    def _open(self, form: Form) -> None:
        def answered(change: Change | None) -> None:
            if change is not None:
                self._made(change)
                if form.new and self._tab in ("neurons", "data"):
                    self.rows.choose_last()
                    self._draw()

        self.app.push_screen(EditForm(form), answered)

    def _try(self, change: Callable[[Experiment, Any], Change]) -> None:
        if self.rows.chosen is None:
            self.say("there is nothing in this list")
            return
        try:
            made = change(self._experiment, self.rows.chosen)
        except NntuiError as error:
            self.say(complaint(error)[0])
        else:
            self._made(made)

    def _made(self, change: Change) -> None:
        """Take a change up, and say what it did and what is odd about the network now."""
        self._said = change.sentence
        warnings = tuple(change.experiment.network.check())
        news = [warning for warning in warnings if warning not in self._warned]
        self._warned = warnings
        if news:
            self._said = f"{self._said}; but {news[0]}"
        self._editing.make(change)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        colours = Colours.of(self.app.current_theme, self.app.theme_variables)
        self.query_one(Preview).show(self._experiment, names_of(self.rows.chosen))
        self._write("tabs", self._tabs(colours))
        self._write("said", Text(self._said))
        self._write("keys", _keys(self._section, self._keymap, colours, self.size.width))

    def _write(self, name: str, text: Text) -> None:
        """Write a text in its place, and lay the screen out anew only if it may be higher now."""
        before = self._written.get(name)
        if before is None or text != before:
            lines = (text.plain, "" if before is None else before.plain)
            high = any("\n" in each or cell_len(each) > self.size.width - 2 for each in lines)
            self._written[name] = text
            self.query_one(f"#editor-{name}", Static).update(text, layout=high or before is None)

    def _tabs(self, colours: Colours) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        for name, section in SECTIONS.items():
            count = section.count(self._experiment)
            label = f" {section.title} " if count is None else f" {section.title} {count:,} "
            text.append(label, "bold reverse" if name == self._tab else colours.faint)
            text.append(" ")
        return text


def _keys(section: Section, keymap: Mapping[str, str], colours: Colours, width: int) -> Text:
    """The keys that do something in a section, as many in a line as there is room for."""
    text, used = Text(no_wrap=True), 0
    for key in EDITOR:
        if not key.footer or not section.takes(key.name):
            continue
        shown = key.display(keymap)
        cells = cell_len(f" {shown} {key.footer} ")
        if used + cells > width:
            text.append("\n")
            used = 0
        used += cells
        text.append(f" {shown} ", colours.mark)
        text.append(f"{key.footer} ")
    return text
