"""The app: opens documents, and shows the screens."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from nntui.document.load import load
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.tui.recent import remember
from nntui.tui.screens.picker import PickerScreen
from nntui.tui.screens.stepping import SteppingScreen


class NntuiApp(App[None]):
    """The terminal application. Without an experiment it opens the picker."""

    TITLE = "nntui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, experiment: Experiment | None = None) -> None:
        super().__init__()
        self._experiment = experiment

    def on_mount(self) -> None:
        """Show the run, or a choice of documents."""
        if self._experiment is None:
            self.push_screen(PickerScreen())
        else:
            self.push_screen(SteppingScreen(self._experiment))

    def action_open(self) -> None:
        """Choose another document."""
        self.push_screen(PickerScreen())

    def on_picker_screen_picked(self, event: PickerScreen.Picked) -> None:
        """Open the chosen document in place of the one before; or say what is wrong with it."""
        try:
            experiment = load(event.path)
        except NntuiError as error:
            if isinstance(self.screen, PickerScreen):
                self.screen.say(str(error))
            return
        remember(event.path)
        self.pop_screen()
        if isinstance(self.screen, SteppingScreen):
            self.switch_screen(SteppingScreen(experiment))
        else:
            self.push_screen(SteppingScreen(experiment))


def open_screen(path: str | Path | None = None) -> None:
    """Run the app on a document, or on the picker.

    Raises:
        DocumentError: the document can't be read (before the screen is touched).
    """
    experiment = None
    if path is not None:
        experiment = load(path)
        remember(Path(path))
    NntuiApp(experiment).run()
