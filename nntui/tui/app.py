"""The app: opens documents, and shows the screens.

What is imported here stands between the command and the first paint. All that reads, computes or
draws a network comes after it, in a thread: see ``nntui.tui.documents.loading``.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Event, Key
from textual.widgets import Input

from nntui.model.errors import NntuiError
from nntui.tui.dialogs.fault import FaultScreen
from nntui.tui.documents.opening import Filing
from nntui.tui.documents.saving import Saving
from nntui.tui.editor.history import Editing, lost_words
from nntui.tui.keys import Keymap, displayed, read_keymap
from nntui.tui.theme import OWN, first_theme
from nntui.tui.user_files import PreferencesFile

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.experiment import Experiment
    from nntui.tui.dialogs.picker import PickerScreen
    from nntui.tui.documents.document import OpenDocument
    from nntui.tui.documents.loading import Opened
    from nntui.tui.stepping.screen import SteppingScreen

MOST_SAID: Final = 8
"""Lines of a toast that warns."""


def _everything() -> type[Provider]:
    """What the command palette offers."""
    from nntui.tui.command_palette import Everything

    return Everything


class NntuiApp(App[NntuiError]):
    """The terminal application, on an experiment, or on a document that it opens, or the picker.

    ``keep_state``: whether sessions are taken up where they were left, and kept for the next time.
    ``wait``: whether a document that cannot be opened is shown until it can be. Its result is why
    the document could not be opened, if so.
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
        wait: bool = True,
    ) -> None:
        super().__init__()
        self._experiment, self._document = experiment, document
        self.keep_state = keep_state
        self.stepping: SteppingScreen | None = None
        self.desk: OpenDocument | None = None
        self.editing, self.saving = Editing(self), Saving(self)
        self.filing = Filing(self, wait=wait)
        self.keys = Keymap()
        self.preferences = PreferencesFile(kept=keep_state)
        for theme in OWN:
            self.register_theme(theme)
        first = first_theme(self.preferences.now.theme, self.available_themes)
        if first is not None:
            self.theme = first
        if self.preferences.now.still:
            self.animation_level = "none"

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
        self.filing.start()
        if self._experiment is not None:
            from nntui.tui.documents.loading import taken_up

            self.show_opened(taken_up(self._experiment, self.keep_state))
        elif self._document is not None:
            self.filing.open(self._document)
        else:
            self.action_open()

    def on_unmount(self) -> None:
        """Whatever ended the app: unsaved work is kept."""
        self.saving.leave()

    def post_display_hook(self) -> None:
        """The terminal was painted: a run under way may go on."""
        if self.stepping is not None:
            self.stepping.background.painted()

    # ---- actions -------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Choose another document."""
        from nntui.tui.dialogs.picker import PickerScreen

        self.push_screen(PickerScreen())

    def open_sample(self, name: str) -> None:
        """Open a bundled sample in place of what is open."""
        from nntui.samples import samples

        self.saving.settle(partial(self.filing.open, samples()[name]))

    async def action_quit(self) -> None:
        """Leave, unless a person wants to do something about unsaved work first."""
        self.saving.settle(partial(self.exit, self._failure()))

    def action_edit(self) -> None:
        """Edit the document."""
        self.editing.open()

    def action_save(self) -> None:
        """Save the document."""
        self.saving.save()

    def action_save_as(self) -> None:
        """Save the document elsewhere."""
        self.saving.save_as()

    def action_undo(self) -> None:
        """Take back the last edit of the document."""
        self.say(self.editing.undo())

    def action_redo(self) -> None:
        """Make again what was undone."""
        self.say(self.editing.redo())

    def on_picker_screen_picked(self, event: PickerScreen.Picked) -> None:
        """Open the chosen document in place of the one before."""
        self.saving.settle(partial(self.filing.open, event.path))

    # ---- preferences ---------------------------------------------------------------------------

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
            self.warn("preferences", (problem,))

    # ---- what is shown -------------------------------------------------------------------------

    def get_key_display(self, binding: Binding) -> str:
        """A key as the help shows it too."""
        return binding.key_display or displayed(binding.key)

    def show_opened(self, found: Opened) -> None:
        """Show a document that was opened, in place of the one before."""
        from nntui.tui.documents.document import OpenDocument

        self.desk = desk = OpenDocument.of(found)
        self.warn("session", found.problems)
        self._show(found)
        if found.recovered is not None:
            self.saving.offer(desk, found.recovered)

    def show_run(
        self,
        debugger: Debugger,
        said: str,
        lost: Sequence[str],
        renamed: Callable[[str], str] = str,
    ) -> None:
        """Show the run of the document as it is now, and say why it is another.

        It is shown as the one before was; ``renamed`` gives the name here of a neuron there.
        """
        from nntui.tui.documents.loading import Opened

        before = self.stepping
        self._show(Opened(debugger, ()))
        if before is not None and self.stepping is not None:
            self.stepping.copy_view_from(before, renamed)
        if lost:
            self.warn("the run starts again", lost_words(lost))
        self.call_after_refresh(self.say, said)

    def document_changed(self) -> None:
        """The document was edited or saved: say so wherever it is shown."""
        from nntui.tui.editor.screen import EditorScreen

        self.saving.edited()
        if self.stepping is not None:
            self.stepping.mark_edited(self._unsaved)
        if isinstance(self.screen, EditorScreen):
            self.screen.refresh_document()

    def at_rest(self, action: Callable[[], Any]) -> None:
        """Do something that needs the debugger: a run under way is stopped first."""
        if self.stepping is not None:
            self.stepping.once_at_rest(action)

    def say(self, message: str) -> None:
        """Say something in the status line of what is shown."""
        from nntui.tui.editor.screen import EditorScreen

        if isinstance(self.screen, EditorScreen):
            self.screen.say(message)
        elif self.stepping is not None:
            self.stepping.say(message)

    def warn(self, title: str, problems: Sequence[str]) -> None:
        """Say them at once, the first of many: a box for each would cover a small screen."""
        if problems:
            said = list(problems[:MOST_SAID])
            if len(problems) > MOST_SAID:
                said.append(f"… and {len(problems) - MOST_SAID:,} more")
            self.notify("\n".join(said), title=title, severity="warning", timeout=10, markup=False)

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _unsaved(self) -> bool:
        return self.desk is not None and self.desk.edited.unsaved

    def _failure(self) -> NntuiError | None:
        """Why nothing could be opened, when that is all there is to show."""
        only = self.screen if self.stepping is None else None
        return only.error if isinstance(only, FaultScreen) else None

    def _show(self, found: Opened) -> None:
        """Show a run in place of whatever is shown."""
        self.stepping = screen = found.screen(
            keymap=self.keys.changed, preferences=self.preferences, keep_state=self.keep_state
        )
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        screen.mark_edited(self._unsaved)
        # The tour is for who looks round; who comes with a document of their own has work to do.
        if found.sample and self.keep_state and not self.preferences.now.tour_seen:
            self.call_after_refresh(screen.action_tour)


def open_screen(
    path: str | Path | None = None, *, keep_state: bool = True, wait: bool = True
) -> None:
    """Run the app on a document, or on the picker.

    Raises:
        DocumentError: the document can't be read: at once, or (``wait``) when the person has seen
            why, and has left without putting it right.
    """
    document = None if path is None else Path(path)
    failure = NntuiApp(document=document, keep_state=keep_state, wait=wait).run()
    if failure is not None:
        raise failure
