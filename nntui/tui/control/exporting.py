"""Exporting: a picture of the screen, and the pass that is seen, each into a file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nntui.document.errors import DocumentError
from nntui.document.files import write_text
from nntui.model.names import escaped
from nntui.tui.places import working_folder

if TYPE_CHECKING:
    from nntui.tui.control.stage import Stage

_NO_NAME: Final = re.compile(r"[^\w-]+")
MOST: Final = 1_000
"""Files of one name, at most, before a person must find another."""


class Exporting:
    """Asks for a place, and writes there."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def picture(self) -> None:
        """Save what is on the screen as an SVG."""
        self._ask("a picture of the screen", "svg", self._stage.app.export_screenshot())

    def passage(self) -> None:
        """Save the pass that is under way as Markdown."""
        from nntui.debugger.queries.transcript import passage

        self._ask("the pass", "md", passage(self._stage.debugger))

    def _ask(self, what: str, ending: str, content: str) -> None:
        from nntui.tui.screens.place_form import PlaceForm

        debugger = self._stage.debugger
        place = free_place(debugger.experiment.name, debugger.position, ending)

        def answered(chosen: Path | None) -> None:
            if chosen is not None:
                self._write(what, chosen, content)

        self._stage.open_over(PlaceForm(f"Save {what}", place), answered)

    def _write(self, what: str, place: Path, content: str) -> None:
        app = self._stage.app
        try:
            write_text(place, content)
        except DocumentError as error:
            app.notify(str(error), title="not saved", severity="error", markup=False)
        else:
            app.notify(escaped(str(place), 300), title=f"saved {what}", markup=False)


def free_place(name: str, step: int, ending: str) -> Path:
    """A file in the current directory that is not there yet, named after document and step."""
    stem = f"{_NO_NAME.sub('-', name).strip('-').lower()[:60] or 'nntui'}-step-{step}"
    names = (f"{stem}.{ending}", *(f"{stem}-{n}.{ending}" for n in range(2, MOST)))
    here = working_folder()
    free = (name for name in names if not os.path.lexists(here / name))
    return here / next(free, stem)
