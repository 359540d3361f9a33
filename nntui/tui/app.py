"""The app: it starts with a document or a choice of documents, and hands keys to its screens.

What is imported here stands between the command and the first paint. All that reads, computes or
draws a network comes after it, in a thread: see ``nntui.tui.documents.loading``.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Event, Key
from textual.widgets import Input

from nntui.tui.documents.opening import OpenActions, as_fault
from nntui.tui.keys import displayed, read_keymap
from nntui.tui.theme import DARK, OWN

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment


def _palette() -> type[Provider]:
    from nntui.tui.command_palette import Everything

    return Everything


class NntuiApp(OpenActions):
    """The terminal application, on an experiment, or on a document that it opens, or the picker.

    Its result is why the document could not be opened, if so.
    """

    TITLE = "nntui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = []
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}

    def __init__(
        self,
        experiment: Experiment | None = None,
        *,
        document: Path | None = None,
        keep_state: bool = True,
        wait: bool = True,
    ) -> None:
        super().__init__(keep_state=keep_state, wait=wait)
        self._first_experiment, self._first_document = experiment, document
        for theme in OWN:
            self.register_theme(theme)
        if self.preferences.now.theme in self.available_themes:
            self.theme = self.preferences.now.theme
        elif not os.environ.get("TEXTUAL_THEME"):
            self.theme = DARK.name
        if self.preferences.now.still:
            self.animation_level = "none"

    def on_mount(self) -> None:
        """Show the run, or a choice of documents."""
        self.keys = read_keymap()
        self.set_keymap(dict(self.keys.changed))
        self.warn("keys.toml", self.keys.complaints)
        self.warn("preferences", self.preferences.complaints)
        # A terminal that is closed hangs up: leave in good order, so that nothing is lost.
        for name in ("SIGHUP", "SIGTERM"):
            with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), self.exit)
        if self._first_experiment is not None:
            from nntui.tui.documents.loading import taken_up

            self.show_opened(taken_up(self._first_experiment, self.keep_state))
        elif self._first_document is not None:
            self.open_document(self._first_document)
        else:
            self.action_open()

    async def on_event(self, event: Event) -> None:
        """Answer a key of the stepping screen at once, or hand an event on.

        Textual lets the screen have a key first, and the keys behind it are on their way there
        before this one is answered. So what it opens to be typed into would miss the first of
        them, and the letters of a command typed in one go would act as keys.
        """
        screen = self.stepping
        if (
            not isinstance(event, Key)
            or event.is_forwarded
            or screen is None
            or self.screen is not screen
            or isinstance(self.focused, Input)
        ):
            await super().on_event(event)
            return
        self.app_focus = True
        if not await self._check_bindings(event.key, priority=True):
            screen.before_key(event.key)
            await self._check_bindings(event.key)

    def post_display_hook(self) -> None:
        """Let a movement in the background go on: the terminal was painted."""
        if self.stepping is not None:
            self.stepping.background.painted()

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or displayed(binding.key)

    async def action_quit(self) -> None:
        """Leave, once unsaved work is saved or discarded."""
        fault = as_fault(self.screen) if self.stepping is None else None
        self.settle_unsaved(partial(self.exit, fault.error if fault else None))


def open_screen(
    path: str | Path | None = None, *, keep_state: bool = True, wait: bool = True
) -> None:
    """Run the app on a document, or on the picker.

    Raises:
        DocumentError: the document can't be read: at once, or (``wait``) when the user has seen
            why, and has left without putting it right.
    """
    document = None if path is None else Path(path)
    failure = NntuiApp(document=document, keep_state=keep_state, wait=wait).run()
    if failure is not None:
        raise failure
