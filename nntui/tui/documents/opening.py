"""Opening documents, and reading the open one again when its files change."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nntui.document.errors import DocumentError
from nntui.document.files import Stamp, stamps_of
from nntui.model.errors import NntuiError
from nntui.model.names import escaped
from nntui.tui.dialogs.question import Answer, OpeningScreen, Question
from nntui.tui.documents.saving import SaveActions, written_at

if TYPE_CHECKING:
    from textual.screen import Screen

    from nntui.debugger.debugger import Debugger
    from nntui.document.excerpt import Excerpt
    from nntui.interop.sketch import IncompleteError
    from nntui.model.changes.settings import Change
    from nntui.model.experiment import Experiment
    from nntui.tui.dialogs.fault import FaultScreen
    from nntui.tui.dialogs.picker import PickerScreen
    from nntui.tui.documents.document import OpenDocument
    from nntui.tui.documents.loading import Opened

EVERY: Final = 1.0
"""Seconds between two looks at whether the files are still the same."""
_COMPARING: Final = "comparing files"
_MOST_LOST: Final = 6
"""Lines that say what would be lost."""

Stamps = tuple[Stamp, ...]
Found = Callable[[], Any]
"""What is to be done with what was read, in the screen's thread."""


class OpenActions(SaveActions):
    """Opens documents in a thread, and watches the files of the one that is open."""

    reading: object | None = None
    """The newest reading in a thread that is under way; what an older one finds comes too late."""

    def on_mount(self) -> None:  # (Textual calls that of each class)
        self.set_interval(EVERY, self._look_at_files)

    def action_open(self) -> None:
        self.show_picker()
        self.offer_new_left()

    def show_picker(self) -> None:
        from nntui.tui.dialogs.picker import PickerScreen

        self.push_screen(PickerScreen())

    def on_picker_screen_picked(self, event: PickerScreen.Picked) -> None:
        self.settle_unsaved(partial(self.open_document, event.path))

    def action_open_sample(self, name: str) -> None:
        from nntui.samples import samples

        self.settle_unsaved(partial(self.open_document, samples()[name]))

    def action_new(self) -> None:
        """Ask for layers and data, and run the network at once."""
        from nntui.tui.editor.new_form import NewForm, new_form

        def answered(change: Change | None) -> None:
            if change is not None:
                self.settle_unsaved(partial(self.show_new, change.experiment))

        if not isinstance(self.screen, NewForm):
            self.push_screen(NewForm(new_form()), answered)

    def show_new(self, experiment: Experiment) -> None:
        """Run an experiment that no file holds yet; saving asks for one."""
        from nntui.debugger.debugger import Debugger
        from nntui.tui.documents.loading import Opened

        def show() -> None:
            self._show_unsaved(Opened(Debugger(experiment), ()), "a new network")

        self.once_at_rest(show)

    def _show_unsaved(self, found: Opened, what: str) -> None:
        from nntui.debugger.session import original
        from nntui.model.changes.history import Edited
        from nntui.tui.documents.document import OpenDocument

        self.document = OpenDocument(Edited.new(original(found.debugger)))
        self.warn("session", found.problems)
        self.show_stepping(found)
        self.document_changed()
        key = self.keys.display("save")
        self.call_after_refresh(self.say, f"{what}; {key} saves it")

    def offer_new_left(self) -> None:
        """Offer a new network that was never saved when its process ended, if there is one."""
        from nntui.document.user_state import new_left_unsaved

        left = new_left_unsaved() if self.keep_state else None
        if left is None:
            return

        def answered(answer: str | None) -> None:
            if answer == "take":
                self.settle_unsaved(self._take_up_new)
            elif answer == "discard":
                left.unlink(missing_ok=True)

        when = written_at(left.stat().st_mtime)
        text = f"A new network from {when} was never saved: no file holds it."
        answers = Answer("t", "take", "take it up"), Answer("d", "discard", "discard it")
        question = Question("Unsaved work was left", text, *answers, otherwise="ask again later")
        self.push_screen(question, answered)

    def _take_up_new(self) -> None:
        """Go on with the new network that was left (from a thread: it may be large)."""
        from nntui.document.user_state import StateError, read_recovery

        def work() -> Found:
            try:
                recovered = read_recovery(None)
            except StateError as error:
                return partial(failed, str(error))
            if recovered is None:
                return partial(failed, "it is not there any more")
            from nntui.tui.documents.loading import taken_up

            found = taken_up(recovered.experiment, self.keep_state)
            return partial(self._show_unsaved, found, "the new network is here again")

        def failed(why: str) -> None:
            self.pop_screen()
            self.warn("unsaved work", [why])

        def take_up() -> None:
            self.push_screen(OpeningScreen("the new network", "taking up"))
            self._read_in_thread(work, lambda: True)

        self.once_at_rest(take_up)

    def open_document(self, path: Path) -> None:
        def open_at_rest() -> None:
            save = None if self.stepping is None else self.stepping.autosave.take()
            screen = OpeningScreen(path.name)
            self.push_screen(screen)
            self.call_after_refresh(self._read, path, screen, save)

        self.once_at_rest(open_at_rest)

    def show_opened(self, found: Opened) -> None:
        """Show a run; say why it is not at its start, unless that was asked for."""
        from nntui.debugger.session import original
        from nntui.document.user_state import new_left_unsaved
        from nntui.model.changes.history import Edited
        from nntui.tui.documents.document import OpenDocument

        edited, on_disk = Edited.of(original(found.debugger)), (*found.stamps, None)[0]
        left = found.recovered is not None
        document = OpenDocument(edited, found.files, found.stamps, on_disk, left)
        self.document = document
        at, self.at = self.at, None
        self.warn("session", found.problems)
        self.show_stepping(found)
        if (position := found.debugger.position) not in (0, at):
            self.call_after_refresh(self._say_resumed, found.debugger, position)
        if found.recovered is not None:
            self.offer_recovered(document, found.recovered)
        elif self.keep_state and new_left_unsaved() is not None:
            key = self.keys.display("open")
            self.notify(f"A new network was never saved: {key} offers it.", title="unsaved work")

    def _say_resumed(self, debugger: Debugger, position: int) -> None:
        """Say why a run does not open at its start, unless a key has moved it already."""
        from nntui.debugger.session import original

        if debugger.position != position:
            return
        own = original(debugger).debugger or {}
        why = "the document opens here" if own.get("position") == debugger.position else ""
        back = self.keys.display("restart")
        self.say(f"{why or 'as you left it'}; {back} goes back to the start")

    def _read(
        self, path: Path, screen: Screen[Any], save: Callable[[], object] | None = None
    ) -> None:
        """Read a document; then show it, or what is wrong with it, if ``screen`` still waits.

        ``save`` writes the session of the one that is left: it may be the same document.
        """
        keep_state, at = self.keep_state, self.at

        def work() -> Found:
            if save is not None:
                save()
            before = stamps_of((path,))
            try:
                # Imported here: this, and not the document, is what most of the time goes into.
                from nntui.tui.documents.loading import opened

                found = opened(path, keep_state, at)
            except DocumentError as error:
                return partial(self._failed, path, *_explained(path, error, before))
            except NntuiError as error:
                return partial(self._not_opened, path, error)
            return partial(self.show_opened, found)

        self._read_in_thread(work, lambda: screen in self.screen_stack)

    def _not_opened(self, path: Path, error: NntuiError) -> None:
        """Ask for what a model's file does not say, or say why it cannot be opened."""
        from nntui.interop.sketch import IncompleteError

        alone = len(self.screen_stack) <= 2  # no picker and no run below
        if alone and not (isinstance(error, IncompleteError) and self.wait):
            self.exit(error)
            return
        self.pop_screen()
        if alone:
            self.show_picker()
        if isinstance(error, IncompleteError):
            self.ask_for_rest(error)
        else:
            self.warn(f"{escaped(path.name, 60)} cannot be opened", (str(error),))

    def ask_for_rest(self, error: IncompleteError) -> None:
        """Ask for activations, loss and data where a file has weights alone; then run the model."""
        from nntui.tui.editor.model_form import ModelForm, model_form

        def answered(change: Change | None) -> None:
            if change is not None:
                self.push_screen(OpeningScreen(os.path.basename(error.file)))
                self._read_in_thread(partial(work, change), lambda: True)

        def work(change: Change) -> Found:
            from nntui.tui.documents.loading import taken_up
            from nntui.tui.user_files import remember

            remember(Path(error.file))
            found = taken_up(change.experiment, self.keep_state, self.at)
            return partial(self._show_completed, found, change.sentence)

        self.push_screen(ModelForm(model_form(error)), answered)

    def _show_completed(self, found: Opened, what: str) -> None:
        self.show_opened(found)
        if not found.debugger.position:
            key = self.keys.display("save")
            self.call_after_refresh(self.say, f"{what}; {key} saves all of it as a document")

    def _failed(
        self, path: Path, error: DocumentError, lines: Excerpt | None, stamps: Stamps
    ) -> None:
        """Show what is wrong and wait, or leave when nobody would see it."""
        if not self.wait and len(self.screen_stack) <= 2 and self.stepping is None:
            self.exit(error)  # from the picker, or over a run, the user is there
            return
        fault = as_fault(self.screen)
        if fault is not None and fault.document == path:
            fault.show(error, lines, stamps)
            return
        from nntui.tui.dialogs.fault import FaultScreen

        screen = FaultScreen(path, error, lines, stamps)
        if isinstance(self.screen, OpeningScreen):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def _look_at_files(self) -> None:
        """Compare the files in a thread: a disk may take its time."""
        comparing = any(
            worker.group == _COMPARING and not worker.is_finished for worker in self.workers
        )
        if not self.screen_stack or comparing or self.reading is not None:
            return
        files, _ = self._watched(self.screen)
        if files:  # not a coroutine: an app that ends would never await it
            compare: Found = partial(self._compare, self.screen, files)
            self.run_worker(compare, group=_COMPARING)

    def _watched(self, screen: Screen[Any]) -> tuple[tuple[Path, ...], Stamps]:
        """Return the files that a screen shows, and how they were when last looked at."""
        document = self.document
        if document is not None and screen is self.stepping:
            return document.files, document.seen
        if fault := as_fault(screen):
            return fault.files, fault.stamps
        return (), ()  # a form or a question is not interrupted: they are compared when it is gone

    async def _compare(self, screen: Screen[Any], files: tuple[Path, ...]) -> None:
        stamps = await asyncio.to_thread(stamps_of, files)
        watched, seen = self._watched(screen)
        covered = not self.screen_stack or self.screen is not screen
        if covered or watched != files or stamps == seen:
            return
        fault = as_fault(screen)
        # One program writes a file anew, another puts a new one in its place: it will be there.
        if fault is None and None in stamps:
            return
        if fault:
            fault.stamps = stamps
        document, path = self.document, files[0]
        if document is not None and document.path == path:
            self._read_again(document, stamps)
        elif fault:
            self._read(path, fault)

    def _read_again(self, document: OpenDocument, stamps: Stamps) -> None:
        path, saved, seen = document.files[0], document.edited.saved, document.seen

        def work() -> Found:
            from nntui.document.load import load

            try:
                experiment = load(path)
                same = experiment == saved
            except DocumentError as error:
                explained = _explained(path, error, stamps)

                def failed() -> None:
                    """Show that it cannot be read; back at the run, that is not shown again."""
                    document.seen = stamps_of(document.files)
                    self._failed(path, *explained)

                return failed
            return partial(self._changed, document, experiment, same, stamps)

        # Not if it was saved meanwhile, or another one opened.
        self._read_in_thread(work, lambda: self.document is document and document.seen is seen)

    def _changed(
        self, document: OpenDocument, experiment: Experiment, same: bool, stamps: Stamps
    ) -> None:
        """Go on with the document, which has changed on disk and can be read."""
        from nntui.tui.documents.loading import files_of

        def ask(text: str, read: str, keep: str) -> None:
            def answered(answer: str | None) -> None:
                if answer == "read" and self.document is document:
                    self.replace_experiment(experiment)

            answers = Answer("r", "read", read), Answer("k", "keep", keep)
            question = Question(f"{document.name} has changed on disk", text, *answers)
            self.push_screen(question, answered)

        def losing(lost: list[str]) -> None:
            more = [f"and {len(lost) - _MOST_LOST} more"] if len(lost) > _MOST_LOST else []
            text = "\n".join(["To read the file anew is to lose", "", *lost[:_MOST_LOST], *more])
            ask(text, "read the file", "go on with this run")

        if as_fault(self.screen):
            self.pop_screen()
        files = files_of(document.files[0], experiment)
        document.seen = stamps[:1] + stamps_of(files[1:])
        document.files = files
        if same:
            document.on_disk = document.seen[0]
        elif document.edited.unsaved:
            text = "There are unsaved edits here. To read the file anew is to lose them."
            ask(text, "read the file, lose the edits", "keep the edits")
        else:
            self.replace_experiment(experiment, losing)

    def _read_in_thread(self, work: Callable[[], Found], wanted: Callable[[], bool]) -> None:
        """Do ``work`` in a thread; call what it returns in the app's, if it is wanted by then."""
        asked = self.reading = object()

        def read() -> None:
            try:
                found = work()
            finally:
                gc.enable()  # ``nntui FILE`` starts without
            self.call_later(there, found)

        def there(found: Found) -> None:
            if self.reading is asked:
                self.reading = None
                if wanted() and not self.is_ending:
                    found()

        self.run_worker(read, thread=True)


def as_fault(screen: Screen[Any]) -> FaultScreen | None:
    """Return a screen if it shows why a document cannot be opened, else None."""
    from nntui.tui.dialogs.fault import FaultScreen

    return screen if isinstance(screen, FaultScreen) else None


def _explained(
    path: Path, error: DocumentError, before: Stamps
) -> tuple[DocumentError, Excerpt | None, Stamps]:
    """Return an error, the lines that it is about, and how the files were before they were read."""
    from nntui.document.excerpt import excerpt
    from nntui.tui.dialogs.fault import files_of

    others = files_of(path, error)[1:]
    return error, excerpt(error), before[:1] + stamps_of(others)
