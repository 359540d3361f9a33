"""What the parts of the app share: the open document, the stepping screen, messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.app import App
from textual.filter import LineFilter

from nntui.model.errors import NntuiError
from nntui.tui.keymap import Keymap
from nntui.tui.theme import HARMLESS
from nntui.tui.user_files import PreferencesFile

if TYPE_CHECKING:
    from textual.await_complete import AwaitComplete

    from nntui.tui.documents.document import OpenDocument
    from nntui.tui.documents.loading import Opened
    from nntui.tui.stepping.screen import SteppingScreen

MOST_SAID: Final = 8
"""Lines of a toast that warns."""


class AppBase(App[NntuiError]):
    """The state that opening, saving and editing share.

    ``document`` is the open document, and ``stepping`` the screen of its run. ``keep_state``:
    sessions are taken up where they were left, and saved for the next time. ``wait``: a document
    that cannot be opened is shown until it can be. ``present``: the first run that is shown is
    presented; ``at``: it begins after so many steps.
    """

    def __init__(self, *, keep_state: bool, wait: bool, present: bool, at: int | None) -> None:
        super().__init__()
        self.keep_state, self.wait, self.present, self.at = keep_state, wait, present, at
        self.document: OpenDocument | None = None
        self.stepping: SteppingScreen | None = None
        self.keys = Keymap()
        self.preferences = PreferencesFile(kept=keep_state)

    @property
    def traffic(self) -> tuple[int, bool]:
        """Bytes sent to the terminal, and whether it has still to take some; 0 if not counted."""
        return getattr(self._driver, "traffic", (0, False))

    @property
    def is_ending(self) -> bool:
        """Whether the app was left, or ends for another reason: its widgets are taken away then."""
        return self._exit or not self.is_running

    def get_line_filters(self) -> Sequence[LineFilter]:
        return *super().get_line_filters(), HARMLESS

    def show_stepping(self, found: Opened) -> None:
        """Show a run in place of whatever is shown."""
        before = self.stepping
        self.stepping = screen = found.screen(
            keymap=self.keys.changed, preferences=self.preferences, keep_state=self.keep_state
        )
        if before is not None:
            screen.command_line.history = before.command_line.history
        presenting = self.present if before is None else before.pane_layout.presenting
        screen.pane_layout.presenting = presenting
        self._name_document()
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self._paint_once(screen, self.switch_screen(screen))
        else:
            self.push_screen(screen)
        screen.header.mark_edited(self.unsaved)
        # The tour is for users who look round; one with a document of their own has work to do.
        new = found.sample and self.keep_state and not self.preferences.now.tour_seen
        if new and not presenting:
            self.call_after_refresh(screen.action_tour)

    def _paint_once(self, screen: SteppingScreen, switching: AwaitComplete) -> None:
        """Paint a screen that has taken another's place; Textual would by then four times."""

        async def switched() -> None:
            with self.batch_update():
                await switching
                settled = asyncio.Event()  # the app lays out again what it has awaited itself
                if self.call_later(settled.set):
                    await settled.wait()
            self.screen.refresh()  # a question may stand above by now
            screen.paint_changes()

        self.run_worker(switched(), group="switching")

    @property
    def unsaved(self) -> bool:
        return self.document is not None and self.document.edited.unsaved

    def document_changed(self) -> None:
        """Say, wherever it is shown, that the document was edited or saved."""
        from nntui.tui.editor.screen import EditorScreen

        if self.stepping is not None:
            self.stepping.header.mark_edited(self.unsaved)
            self._name_document()
        # One that is not mounted yet shows the document when it is.
        if isinstance(self.screen, EditorScreen) and self.screen.is_mounted:
            self.screen.refresh_document()

    def _name_document(self) -> None:
        """Let the session be found again by the document, while that holds what runs."""
        from nntui.debugger.session import original

        document, stepping = self.document, self.stepping
        if document is not None and stepping is not None:
            holds = document.edited.saved is original(stepping.debugger)
            path = document.path if holds else None
            if path is not None and path != stepping.autosave.document:
                stepping.autosave.changed()
            stepping.autosave.document = path

    def once_at_rest(self, action: Callable[[], Any]) -> None:
        """Call something that needs the debugger: when the run, if there is one, has stopped."""
        if self.stepping is None:
            action()
        else:
            self.stepping.once_at_rest(action)

    def say(self, message: str) -> None:
        """Show a message in the status line of what is shown."""
        if self.screen is not self.stepping:
            from nntui.tui.editor.screen import EditorScreen

            if isinstance(self.screen, EditorScreen):
                self.screen.say(message)
                return
        if self.stepping is not None:
            self.stepping.say(message)

    def warn(self, title: str, problems: Sequence[str]) -> None:
        """Show the first of some problems in one toast: one for each would cover a small screen."""
        if problems:
            said = list(problems[:MOST_SAID])
            if len(problems) > MOST_SAID:
                said.append(f"… and {len(problems) - MOST_SAID:,} more")
            self.notify("\n".join(said), title=title, severity="warning", timeout=10, markup=False)

    def prefer_theme(self, name: str) -> None:
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
            self.warn("preferences", (problem,))
