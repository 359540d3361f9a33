"""The form that asks where a document is to be saved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from nntui.model.names import escaped
from nntui.samples import samples
from nntui.tui.panes.command_line import TextField

# Path.is_dir and the like raise for a name that no file can have: os.path's do not.


def working_folder() -> Path:
    """The working folder; when it is gone, only ``.`` is left of it."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def place_of(typed: str) -> Path:
    """The file that is meant; ``~`` is the person's home, if it is known."""
    return Path(os.path.expanduser(typed.strip()))


def fault_in_place(typed: str) -> str | None:
    """Why no file can be written there, in a sentence; None when one may be."""
    place = place_of(typed)
    if not typed.strip():
        return "a file needs a name"
    if not typed.isprintable():
        return "no file can have this name"
    if os.path.isdir(place):
        return "this is a folder: a file in it needs a name"
    if not os.path.isdir(place.parent):
        return f"there is no folder {escaped(str(place.parent), 200)}"
    return None


# ---- save form -----------------------------------------------------------------------------------


class SaveForm(ModalScreen["Path | None"]):
    """Gives a path whose folder exists, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "do not save")]

    def __init__(self, proposed: Path, *, bundled: bool) -> None:
        super().__init__()
        self._proposed, self._bundled = proposed, bundled

    def compose(self) -> ComposeResult:
        """One field."""
        with VerticalScroll(id="form") as box:
            box.border_title = "Save as"
            box.border_subtitle = "enter save · esc leave"
            if self._bundled:
                yield Static("A bundled sample stays as it is: save your own copy.", markup=False)
            with Horizontal(classes="field"):
                yield Label("file")
                yield TextField(
                    str(self._proposed), compact=True, select_on_focus=False, id="place"
                )
            yield Static(_here(), classes="faint", markup=False)
            yield Static("", id="form-error", markup=False)

    def on_mount(self) -> None:
        """The name can be typed at once."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the path, or say why nothing can be saved there."""
        place = place_of(event.value)
        fault = fault_in_place(event.value) or _fault(place)
        if fault:
            self.query_one("#form-error", Static).update(fault)
        else:
            self.dismiss(place)

    def action_cancel(self) -> None:
        """Save nothing."""
        self.dismiss(None)


def _here() -> str:
    try:
        return f"without a folder it goes to {escaped(os.getcwd(), 200)}"
    except OSError:
        return "the folder you are in is gone: give the whole path"


def _fault(place: Path) -> str | None:
    here = os.path.realpath(place)
    if any(here == os.path.realpath(sample) for sample in samples().values()):
        return "this is a bundled sample, which stays as it is: choose another place"
    return None


# ---- place form ----------------------------------------------------------------------------------


class PlaceForm(ModalScreen["Path | None"]):
    """Gives the file to write, or None. One that is there is replaced only when asked for twice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]

    def __init__(self, title: str, place: Path) -> None:
        super().__init__()
        self._title, self._place = title, place
        self._warned: Path | None = None

    def compose(self) -> ComposeResult:
        """A line to type in, and one for what is wrong with it."""
        with Vertical(id="form") as box:
            box.border_title = self._title
            box.border_subtitle = "enter save · esc leave"
            yield TextField(str(self._place), id="place", compact=True, select_on_focus=False)
            yield Static("", id="form-error", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the place, unless something stands in the way."""
        event.stop()
        place = place_of(event.value)
        fault = fault_in_place(event.value) or self._replacing(place)
        if fault is None:
            self.dismiss(place)
        else:
            self.query_one("#form-error", Static).update(fault)

    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _replacing(self, place: Path) -> str | None:
        """What is said before a file is replaced, the first time."""
        if not os.path.exists(place) or place == self._warned:
            return None
        self._warned = place
        return "there is such a file: enter again replaces it"
