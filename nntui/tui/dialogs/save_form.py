"""The form that asks where something is to be saved."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import Input, Static

from nntui.interop.kinds import is_foreign
from nntui.model.names import escaped
from nntui.samples import samples
from nntui.tui.dialogs.form import FormScreen, field
from nntui.tui.panes.command_line import TextField

# os.path's functions, not Path's: Path.is_dir and the like raise for names that no file can have.


class SaveForm(FormScreen[Path]):
    """Asks for a file whose folder exists, and that is no bundled sample.

    ``confirms``: a file that exists is replaced only when the user presses enter twice.
    """

    def __init__(self, title: str, proposed: Path, *, note: str = "", confirms: bool) -> None:
        super().__init__(title)
        self._proposed, self._note, self._confirms = proposed, note, confirms
        self._warned: Path | None = None

    def compose_fields(self) -> ComposeResult:
        if self._note:
            yield Static(self._note, markup=False)
        path = TextField(str(self._proposed), id="path", compact=True, select_on_focus=False)
        yield field("file", path)
        folder, gone = working_folder(), "the folder you are in is gone: give the whole path"
        note = f"without a folder it goes to {escaped(str(folder), 200)}"
        yield Static(note if folder.is_absolute() else gone, classes="faint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the path, or say why nothing can be saved there."""
        event.stop()
        path, problem = path_of(event.value), path_problem(event.value)
        if problem is None and self._confirms and path != self._warned and os.path.exists(path):
            self._warned = path
            problem = "there is such a file: enter again replaces it"
        if problem is None:
            self.dismiss(path)
        else:
            self.show_error(problem)


def path_of(typed: str) -> Path:
    """Return the path that was typed; ``~`` is the user's home, if it is known."""
    return Path(os.path.expanduser(typed.strip()))


def path_problem(typed: str) -> str | None:
    """Return why no file can be written there, in a sentence; None when one may be."""
    path = path_of(typed)
    if not typed.strip():
        return "a file needs a name"
    if os.path.isdir(path):
        return "this is a folder: a file in it needs a name"
    if not os.path.isdir(path.parent):
        return f"there is no folder {escaped(str(path.parent), 200)}"
    if is_foreign(path):
        return f"no document is called {path.suffix}: the command save writes weights"
    # In a working folder that is gone there is no sample, nor a real path.
    with suppress(OSError):
        if os.path.realpath(path) in map(os.path.realpath, samples().values()):
            return "this is a bundled sample, which stays as it is: choose another place"
    return None


def working_folder() -> Path:
    """Return the working folder; when it is gone, only ``.`` is left of it."""
    try:
        return Path.cwd()
    except OSError:
        return Path()
