"""The app: it starts with a document or a choice of documents, and hands keys to its screens.

What is imported here stands between the command and the first paint. All that reads, computes or
draws a network comes after it, in a thread: see ``nntui.tui.documents.loading``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.errors import NoWidget
from textual.events import Event, InputEvent, Key, MouseEvent, MouseMove, Paste
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

from nntui.tui.dialogs.question import OpeningScreen, Question
from nntui.tui.documents.opening import OpenActions, as_fault
from nntui.tui.keymap import read_keymap
from nntui.tui.theme import DARK, FOCUS, OWN, Colours

if TYPE_CHECKING:
    from textual.driver import Driver

    from nntui.interop.sketch import IncompleteError
    from nntui.model.experiment import Experiment

MOST_TYPED_AHEAD: Final = 1_000
"""Keys that are kept until a screen is there to answer them."""
PATIENCE: Final = 1.0
"""Seconds that a key waits, at most, for widgets to act on the one before."""


def _palette() -> type[Provider]:
    from nntui.tui.command_palette import Everything

    return Everything


class NntuiApp(OpenActions):
    """The terminal application, on an experiment, or on a document that it opens, or the picker.

    ``new``: an experiment that no file holds yet, or True for the form that asks for one.
    ``incomplete``: a model that was opened, and whose file does not say everything.
    Its result is why the document could not be opened, if so.
    """

    TITLE = "nntui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", show=False, id="suspend")
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}

    def __init__(
        self,
        experiment: Experiment | None = None,
        *,
        document: Path | None = None,
        new: Experiment | bool = False,
        incomplete: IncompleteError | None = None,
        keep_state: bool = True,
        wait: bool = True,
        present: bool = False,
        at: int | None = None,
    ) -> None:
        super().__init__(keep_state=keep_state, wait=wait, present=present, at=at)
        self.crash: Exception | None = None
        """The unexpected error that ends the app."""
        self._first_experiment, self._first_document, self._new = experiment, document, new
        self._incomplete = incomplete
        self._waiting: deque[InputEvent | Paste] = deque()
        """Keys, clicks and pastes that are not answered yet."""
        self._typed_ahead = False
        """Whether those were typed before the screen that answers them was painted."""
        self._not_before = 0.0
        """Until when, at most, those wait for widgets to act on the one before."""
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
        if self._first_experiment is not None:
            from nntui.tui.documents.loading import taken_up

            self.show_opened(taken_up(self._first_experiment, self.keep_state, self.at))
        elif self._first_document is not None:
            self.open_document(self._first_document)
        elif self._incomplete is not None:
            self.show_picker()
            self.ask_for_rest(self._incomplete)
        elif isinstance(self._new, bool):
            self.show_picker()
            if self._new:
                self.action_new()
            self.offer_new_left()
        else:
            self.show_new(self._new)

    def get_css_variables(self) -> dict[str, str]:
        """Add the colours of rules and of the focus to those of the theme."""
        variables = super().get_css_variables()
        colours = Colours.of(self.current_theme, variables)
        return {**variables, "rule": colours.rule.hex, "focus": FOCUS[colours.dark].hex}

    def refresh_css(self, animate: bool = True) -> None:
        """Style all widgets anew; before there is a screen, only remember the colours.

        Textual would parse the style sheet for the theme set at first, and once more with the first
        screen.
        """
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    async def on_event(self, event: Event) -> None:
        """Answer keys, clicks and pastes one after the other, or hand another event on.

        Textual sends each to its widget at once, while those before are still on their way. Of
        keys that arrive together the second enter would act on a form that the first has closed,
        and the letters of a command would act as keys.
        """
        if not isinstance(event, InputEvent | Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._opens:
            # What escape leaves is a run that is behind; without one it waits as the others do.
            cancelling = ("q", "ctrl+c", "escape") if self.stepping else ("q", "ctrl+c")
            if not isinstance(event, Key) or event.key in cancelling:
                self._waiting.clear()
                self._typed_ahead = False
                await super().on_event(event)
                return
            self._typed_ahead = True
        if not self._typed_ahead or len(self._waiting) < MOST_TYPED_AHEAD:
            self._waiting.append(event)
        if not self._typed_ahead and monotonic() >= self._not_before:
            await self._answer_waiting()

    @property
    def _opens(self) -> bool:
        """Whether what will answer keys is not there yet."""
        return len(self.screen_stack) < 2 or isinstance(self.screen, OpeningScreen)

    async def _answer_typed_ahead(self) -> None:
        if self._opens or not self._typed_ahead:
            return
        self._typed_ahead = False
        if isinstance(self.screen, Question) or as_fault(self.screen) is not None:
            self._waiting.clear()  # they are no answer to what nobody has seen yet
        await self._answer_waiting()

    async def _answer_waiting(self) -> None:
        """Answer the events that wait, until a widget must act on one before the next."""
        self._not_before = 0.0
        while self._waiting and not self.is_ending:
            if self._opens:
                self._typed_ahead = True
                return
            screen, stepping = self.screen, self.stepping
            if not screen.is_mounted:  # what the event is for is not known yet
                self._not_before = monotonic() + PATIENCE
                self._after_widgets([screen, self])
                return
            event = self._waiting.popleft()
            at_once = screen is stepping and not isinstance(self.focused, Input)
            if isinstance(event, Key) and stepping is not None and at_once:
                self.app_focus = True
                if not await self._check_bindings(event.key, priority=True):
                    stepping.before_key(event.key)
                    await self._check_bindings(event.key)
                continue
            target = self._target(event)
            await super().on_event(event)
            if not isinstance(event, MouseMove):
                self._not_before = monotonic() + PATIENCE
                # What a widget makes of it bubbles to the screen, which may hand it to another one.
                pumps: list[MessagePump] = [*target.ancestors_with_self]
                if screen is not stepping:
                    pumps += [*screen.walk_children(reverse=True), screen, self]
                self._after_widgets(pumps)
                return

    def _after_widgets(self, pumps: list[MessagePump]) -> None:
        """Go on when each of the pumps has answered what waits for it, the first one first."""
        while pumps:
            if pumps.pop(0).call_later(self._after_widgets, pumps):
                return
        # What a screen gave when it was left goes to the one below.
        if not self.is_ending and not self.screen.call_later(self.call_later, self._answer_waiting):
            self.call_later(self._answer_waiting)

    def _target(self, event: InputEvent | Paste) -> Widget:
        """Return the widget that acts on an event first."""
        if isinstance(event, MouseEvent):
            with suppress(NoWidget):
                return self.get_widget_at(event.x, event.y)[0]
        return self.focused or self.screen

    def post_display_hook(self) -> None:
        """Let a movement in the background go on, and answer keys: the terminal was painted."""
        if self.stepping is not None:
            self.stepping.background.painted()
        if self._typed_ahead and not self._opens:
            self.call_later(self._answer_typed_ahead)

    def get_driver_class(self) -> type[Driver]:
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":  # Windows, or one that the environment names
            return found
        from nntui.tui.driver import TerminalDriver

        return TerminalDriver

    def action_command_palette(self) -> None:
        from nntui.tui.command_palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def get_key_display(self, binding: Binding) -> str:
        from nntui.tui.keys import displayed

        return binding.key_display or displayed(binding.key)

    async def action_quit(self) -> None:
        """Leave, once unsaved work is saved or discarded."""
        fault = as_fault(self.screen) if self.stepping is None else None
        self.settle_unsaved(partial(self.exit, fault.error if fault else None))

    def action_suspend_process(self) -> None:
        """Stop, with what has started nntui, until the shell goes on with them (``fg``)."""
        if self.is_headless or sys.platform == "win32" or os.getpgrp() == os.getsid(0):
            # A process that no shell waits for would leave a dead terminal.
            self.notify("no shell has started nntui here that could bring it back", title="ctrl+z")
        else:
            os.killpg(0, signal.SIGTSTP)

    def keep_unsaved(self) -> None:
        """Keep unsaved edits and the session, in any thread, when the screen is stuck."""
        if self.document is not None and self.unsaved:
            self.recovery.write(self.document)
        if self.stepping is not None:
            self.stepping.autosave.finish()

    def _handle_exception(self, error: Exception) -> None:
        """End the app as Textual does, and leave it to the caller to say why."""
        self.crash = self.crash or error
        super()._handle_exception(error)
        self._exit_renderables.clear()
