"""The form that asks where a document is to be saved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from nntui.model.names import escaped
from nntui.samples import samples
from nntui.tui.places import fault_in_place, place_of
from nntui.tui.widgets.text_field import TextField


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
