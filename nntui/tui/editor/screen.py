"""The editor's screen: lists of what the document holds, and a drawing of its network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.widgets import Static

from nntui.model.changes.settings import Change
from nntui.model.errors import NntuiError
from nntui.model.fit import warnings
from nntui.tui.dialogs.help import EDITING, HelpScreen
from nntui.tui.dialogs.question import Closable
from nntui.tui.documents.document import OpenDocument
from nntui.tui.editor.forms import EditForm, Form, located, new_connection_form
from nntui.tui.editor.preview import Preview
from nntui.tui.editor.sections import SECTIONS, EditorRows, Section
from nntui.tui.keys import EDITOR, bindings
from nntui.tui.theme import Colours

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment

BESIDE: Final = 110
"""Columns from which the drawing stands beside the list; below, it stands above it."""
ABOVE: Final = 20
"""Rows from which there is room for the drawing above the list."""


class EditorScreen(Closable[None]):
    """Edits the open document; ``make`` takes each change into its history at once."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(EDITOR)

    def __init__(
        self, document: OpenDocument, make: Callable[[Change], None], keymap: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._document, self._make, self._keymap = document, make, keymap
        self._tab = next(iter(SECTIONS))
        self._message = "the run starts again when you leave an edited document"
        self._warned: tuple[str, ...] = ()
        self._written: dict[str, Text] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="editor-title", markup=False)
        with Container(id="editor"):
            yield Preview()
            with Vertical(id="editor-lists"):
                yield Static(id="editor-tabs", markup=False)
                yield EditorRows()
        yield Static(id="editor-message", markup=False)
        yield Static(id="editor-keys", markup=False)

    def on_mount(self) -> None:
        self.rows.focus()
        self.refresh_document()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width >= BESIDE, "beside")
        self.set_class(event.size.width < BESIDE and event.size.height < ABOVE, "no-preview")
        self._draw()

    def on_editor_rows_selected(self, event: EditorRows.Selected) -> None:
        self._draw()
        if event.activated:
            self.action_change()

    @property
    def rows(self) -> EditorRows:
        return self.query_one(EditorRows)

    def refresh_document(self) -> None:
        """Show the document after a change, or after it was saved."""
        edited = self._document.edited
        mark = " ● edited" if edited.unsaved else ""
        origin = edited.experiment.data.origin if self._tab == "data" else ""
        said = origin and f" · data from {origin}"
        self._write("title", Text(f" Edit {self._document.name}{mark}{said}"))
        self.rows.show(self._section, edited.experiment)
        self._draw()

    def say(self, message: str) -> None:
        """Show a message above the keys."""
        self._message = message
        self._draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._draw()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self._keymap, EDITING))

    def action_section(self, direction: int) -> None:
        names = list(SECTIONS)
        self._tab = names[(names.index(self._tab) + direction) % len(names)]
        self.refresh_document()

    def action_row(self, by: int) -> None:
        self.rows.move(by)

    def action_page(self, direction: int) -> None:
        self.rows.move(direction * max(self.rows.size.height - 2, 1))

    def action_change(self) -> None:
        if self.rows.entry is not None:
            self._open(self._section.change(self._experiment, self.rows.entry))

    def action_add(self) -> None:
        if self._section.add is None:
            self.say("the settings are all there: enter changes one")
        else:
            self._open(self._section.add(self._experiment, self.rows.entry), added=True)

    def action_connect(self) -> None:
        """Connect two neurons, by default from the selected one."""
        self._open(new_connection_form(self._experiment, next(iter(self.rows.neurons), None)))

    def action_delete(self) -> None:
        self._try(self._section.delete, "a setting cannot be deleted: enter changes it")

    def action_train(self) -> None:
        """Make the selected parameter trained, or untrained."""
        self._try(self._section.train, "only a neuron or a connection is trained")

    @property
    def _section(self) -> Section:
        return SECTIONS[self._tab]

    @property
    def _experiment(self) -> Experiment:
        return self._document.edited.experiment

    def _open(self, form: Form, *, added: bool = False) -> None:
        """Open a form; ``added``: the new entry is selected, else the list stays where it was."""

        def take(change: Change | None) -> None:
            if change is not None:
                self._take(change)
                if added and self._tab in ("neurons", "data"):  # it is the last there
                    self.rows.select(self.rows.row_count - 1)
                    self._draw()

        self.app.push_screen(EditForm(form), take)

    def _try(self, change: Callable[[Experiment, Any], Change] | None, otherwise: str) -> None:
        """Make a change of the selected row; ``otherwise``: what is said where there is none."""
        if change is None:
            self.say(otherwise)
        elif self.rows.entry is None:
            self.say("there is nothing in this list")
        else:
            try:
                self._take(change(self._experiment, self.rows.entry))
            except NntuiError as error:
                self.say(located(error)[0])

    def _take(self, change: Change) -> None:
        """Take a change into the history, and show what it did and a new warning, if any."""
        self._message = change.sentence
        found = tuple(warnings(change.experiment))
        news = [warning for warning in found if warning not in self._warned]
        self._warned = found
        if news:
            self._message += f"; but {news[0]}"
        self._make(change)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        colours = Colours.of_app(self.app)
        self.query_one(Preview).show(self._experiment, self.rows.neurons)
        tabs = Text(no_wrap=True, overflow="ellipsis")
        for name, section in SECTIONS.items():
            count = section.count(self._experiment)
            label = f" {section.title} " if count is None else f" {section.title} {count:,} "
            tabs.append(label, "bold reverse" if name == self._tab else colours.faint)
            tabs.append(" ")
        self._write("tabs", tabs)
        self._write("message", Text(self._message))
        self._write("keys", self._keys(colours))

    def _keys(self, colours: Colours) -> Text:
        """Return the keys of the section, in as many rows as those of any: nothing jumps."""
        width = self.size.width
        every = [_keys(each, self._keymap, colours, width) for each in SECTIONS.values()]
        text = _keys(self._section, self._keymap, colours, width)
        rows = max(each.plain.count("\n") for each in every) - text.plain.count("\n")
        return text.append("\n" * rows)

    def _write(self, name: str, text: Text) -> None:
        """Update a Static, and lay the screen out anew only if the text may need other rows."""
        before = self._written.get(name)
        if before is None or text != before:
            lines = (text.plain, "" if before is None else before.plain)
            high = any("\n" in each or cell_len(each) > self.size.width - 2 for each in lines)
            self._written[name] = text
            self.query_one(f"#editor-{name}", Static).update(text, layout=high or before is None)


def _keys(section: Section, keymap: Mapping[str, str], colours: Colours, width: int) -> Text:
    """Return the keys that do something in a section, wrapped to the width."""
    text, used = Text(no_wrap=True), 0
    for key in EDITOR:
        if not key.footer or not section.offers(key.name):
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
