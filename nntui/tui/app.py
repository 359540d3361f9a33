"""The app: opens documents, and shows the screens.

What is imported here stands between the command and the first paint. All that reads, computes or
draws a network comes after it, in a thread: see ``nntui.tui.opening``.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider

from nntui.model.errors import NntuiError
from nntui.tui.keymap import Keymap, read_keymap
from nntui.tui.keys import displayed
from nntui.tui.preferences import PreferencesFile
from nntui.tui.screens.opening import OpeningScreen
from nntui.tui.themes import OWN, first_theme

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment
    from nntui.tui.opening import Opened
    from nntui.tui.screens.picker import PickerScreen
    from nntui.tui.screens.stepping import SteppingScreen


def _everything() -> type[Provider]:
    """What the command palette offers."""
    from nntui.tui.palette import Everything

    return Everything


class NntuiApp(App[NntuiError]):
    """The terminal application, on an experiment, or on a document that it opens, or the picker.

    ``keep_state``: whether sessions are taken up where they were left, and kept for the next time.
    Its result is why the document could not be opened, if so.
    """

    TITLE = "nntui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_everything}

    def __init__(
        self,
        experiment: Experiment | None = None,
        *,
        document: Path | None = None,
        keep_state: bool = True,
    ) -> None:
        super().__init__()
        self._experiment, self._document = experiment, document
        self._keep_state = keep_state
        self._stepping: SteppingScreen | None = None
        self.keys = Keymap()
        self.preferences = PreferencesFile(kept=keep_state)
        for theme in OWN:
            self.register_theme(theme)
        first = first_theme(self.preferences.now.theme, self.available_themes)
        if first is not None:
            self.theme = first
        if self.preferences.now.still:
            self.animation_level = "none"

    def on_mount(self) -> None:
        """Show the run, or a choice of documents."""
        self.keys = read_keymap()
        self.set_keymap(dict(self.keys.changed))
        self._warn("keys.toml", self.keys.complaints)
        self._warn("preferences", self.preferences.complaints)
        # A terminal that is closed hangs up: leave in good order, so that nothing is lost.
        for name in ("SIGHUP", "SIGTERM"):
            with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), self.exit)
        if self._experiment is not None:
            from nntui.tui.opening import taken_up

            self._show(taken_up(self._experiment, self._keep_state))
        elif self._document is not None:
            self.push_screen(OpeningScreen(self._document.name))
            self.call_after_refresh(self._open, self._document)
        else:
            self.action_open()

    def post_display_hook(self) -> None:
        """The terminal was painted: a run under way may go on."""
        if self._stepping is not None:
            self._stepping.painted()

    def action_open(self) -> None:
        """Choose another document."""
        from nntui.tui.screens.picker import PickerScreen

        self.push_screen(PickerScreen())

    @property
    def stepping(self) -> SteppingScreen | None:
        """The screen of the run that is open, if one is."""
        return self._stepping

    def open_sample(self, name: str) -> None:
        """Open a bundled sample in place of what is open."""
        from nntui.bundled import samples
        from nntui.tui.opening import opened

        self._show(opened(samples()[name], self._keep_state))

    def prefer_theme(self, name: str) -> None:
        """Wear a theme, now and the next time."""
        self.theme = name
        self._prefer(theme=name)
        self.notify(f"{name}, from now on", title="theme", markup=False)

    def toggle_motion(self) -> None:
        """Animate nothing, now and the next time; or do so again."""
        still = not self.preferences.now.still
        self.animation_level = "none" if still else "full"
        self._prefer(still=still)
        self.notify("nothing is animated" if still else "animated where it helps", title="motion")

    def _prefer(self, **changes: Any) -> None:
        problem = self.preferences.change(**changes)
        if problem is not None:
            self._warn("preferences", (problem,))

    def get_key_display(self, binding: Binding) -> str:
        """A key as the help shows it too."""
        return binding.key_display or displayed(binding.key)

    def on_picker_screen_picked(self, event: PickerScreen.Picked) -> None:
        """Open the chosen document in place of the one before; or say what is wrong with it."""
        from nntui.tui.opening import opened

        try:
            found = opened(event.path, self._keep_state)
        except NntuiError as error:
            event.picker.say(str(error))
            return
        self.pop_screen()
        self._show(found)

    def _open(self, document: Path) -> None:
        """Open a document in a thread, behind the opening screen."""

        def work() -> None:
            try:
                # Imported here: this, and not the document, is what most of the time goes into.
                from nntui.tui.opening import opened

                found = opened(document, self._keep_state)
            except NntuiError as error:
                self.call_later(self.exit, error)
            else:
                self.call_later(self._show, found)

        self.run_worker(work, thread=True)

    def _warn(self, title: str, problems: tuple[str, ...]) -> None:
        """Say all of them at once: one box for each would cover a small screen."""
        if problems:
            said = "\n".join(problems)
            self.notify(said, title=title, severity="warning", timeout=10, markup=False)

    def _show(self, found: Opened) -> None:
        """Show a run in place of the one before, or of the opening screen."""
        self._warn("session", found.problems)
        self._stepping = found.screen(
            keymap=self.keys.changed, preferences=self.preferences, keep_state=self._keep_state
        )
        if len(self.screen_stack) > 1:
            self.switch_screen(self._stepping)
        else:
            self.push_screen(self._stepping)
        # The tour is for who looks round; who comes with a document of their own has work to do.
        if found.sample and self._keep_state and not self.preferences.now.tour_seen:
            self.call_after_refresh(self._stepping.action_tour)


def open_screen(path: str | Path | None = None, *, keep_state: bool = True) -> None:
    """Run the app on a document, or on the picker.

    Raises:
        DocumentError: the document can't be read.
    """
    document = None if path is None else Path(path)
    failure = NntuiApp(document=document, keep_state=keep_state).run()
    if failure is not None:
        raise failure
