"""The app: opens documents, and shows the screens."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from nntui.document.load import load
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.sessions import open_session
from nntui.tui.keymap import Keymap, read_keymap
from nntui.tui.keys import displayed
from nntui.tui.recent import remember
from nntui.tui.screens.picker import PickerScreen
from nntui.tui.screens.stepping import SteppingScreen

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


class NntuiApp(App[None]):
    """The terminal application. Without an experiment it opens the picker.

    ``keep_state``: whether sessions are taken up where they were left, and kept for the next time.
    """

    TITLE = "nntui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, experiment: Experiment | None = None, *, keep_state: bool = True) -> None:
        super().__init__()
        self._experiment = experiment
        self._keep_state = keep_state
        self.keys = Keymap()

    def on_mount(self) -> None:
        """Show the run, or a choice of documents."""
        self.keys = read_keymap()
        self.set_keymap(dict(self.keys.changed))
        for complaint in self.keys.complaints:
            self.notify(complaint, title="keys.toml", severity="warning", markup=False)
        # A terminal that is closed hangs up: leave in good order, so that nothing is lost.
        for name in ("SIGHUP", "SIGTERM"):
            with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), self.exit)
        if self._experiment is None:
            self.push_screen(PickerScreen())
        else:
            self.push_screen(self._stepping(self._experiment))

    def post_display_hook(self) -> None:
        """The terminal was painted: a run under way may go on."""
        for screen in self.screen_stack:
            if isinstance(screen, SteppingScreen):
                screen.painted()

    def action_open(self) -> None:
        """Choose another document."""
        self.push_screen(PickerScreen())

    def get_key_display(self, binding: Binding) -> str:
        """A key as the help shows it too."""
        return binding.key_display or displayed(binding.key)

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
            self.switch_screen(self._stepping(experiment))
        else:
            self.push_screen(self._stepping(experiment))

    def _stepping(self, experiment: Experiment) -> SteppingScreen:
        """The screen of a run, as it was left when it is not the first time."""
        debugger: Debugger
        debugger, problems = open_session(experiment, self._keep_state)
        for problem in problems:
            self.notify(problem, title="session", severity="warning", markup=False)
        return SteppingScreen(debugger, keymap=self.keys.changed, keep_state=self._keep_state)


def open_screen(path: str | Path | None = None, *, keep_state: bool = True) -> None:
    """Run the app on a document, or on the picker.

    Raises:
        DocumentError: the document can't be read (before the screen is touched).
    """
    experiment = None
    if path is not None:
        experiment = load(path)
        remember(Path(path))
    NntuiApp(experiment, keep_state=keep_state).run()
