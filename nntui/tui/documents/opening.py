"""Opening documents, and reading the open one again when its files change."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from nntui.document.errors import DocumentError
from nntui.document.files import Stamp, stamps_of
from nntui.tui.dialogs.question import Answer, OpeningScreen, Question
from nntui.tui.documents.saving import SaveActions

if TYPE_CHECKING:
    from textual.screen import Screen

    from nntui.document.excerpt import Excerpt
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

    @cached_property
    def reader(self) -> Reader:
        """Reads a document in a thread."""
        return Reader(self)

    def action_open(self) -> None:
        """Choose another document."""
        from nntui.tui.dialogs.picker import PickerScreen

        self.push_screen(PickerScreen())

    def on_picker_screen_picked(self, event: PickerScreen.Picked) -> None:
        self.settle_unsaved(partial(self.open_document, event.path))

    def action_open_sample(self, name: str) -> None:
        """Open a bundled sample in place of what is open."""
        from nntui.samples import samples

        self.settle_unsaved(partial(self.open_document, samples()[name]))

    def open_document(self, path: Path) -> None:
        """Open a document in place of what is shown."""
        if self.stepping is None:
            self._open(path)
        else:
            self.once_at_rest(partial(self._open, path))

    def show_opened(self, found: Opened) -> None:
        """Show a document that was opened, in place of the one before."""
        from nntui.tui.documents.document import OpenDocument

        self.document = document = OpenDocument.of(found)
        self.warn("session", found.problems)
        self.show_stepping(found)
        if found.recovered is not None:
            self.offer_recovered(document, found.recovered)

    def _open(self, path: Path) -> None:
        save = None if self.stepping is None else self.stepping.autosave.take()
        screen = OpeningScreen(path.name)
        self.push_screen(screen)
        self.call_after_refresh(self._read, path, screen, save)

    def _read(
        self, path: Path, screen: Screen[Any], save: Callable[[], object] | None = None
    ) -> None:
        """Read a document; then show it, or what is wrong with it, if ``screen`` still waits.

        ``save`` writes the session of the one that is left: it may be the same document.
        """
        keep_state = self.keep_state

        def work() -> Found:
            if save is not None:
                save()
            before = stamps_of((path,))
            try:
                # Imported here: this, and not the document, is what most of the time goes into.
                from nntui.tui.documents.loading import opened

                found = opened(path, keep_state)
            except DocumentError as error:
                return partial(self._failed, path, *_explained(path, error, before))
            return partial(self.show_opened, found)

        self.reader.read(work, lambda: screen in self.screen_stack)

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

    # ---- the files on disk ---------------------------------------------------------------------

    def watch_files(self) -> None:
        """Look every second whether the files have changed."""
        self.set_interval(EVERY, self._look_at_files)

    def _look_at_files(self) -> None:
        """Compare the files in a thread: a disk may take its time."""
        screen = self._shown_screen
        comparing = any(
            worker.group == _COMPARING and not worker.is_finished for worker in self.workers
        )
        if screen is None or comparing or self.reader.is_reading:
            return
        files, _ = self._watched(screen)
        if files:
            self.run_worker(self._compare(screen, files), group=_COMPARING)

    @property
    def _shown_screen(self) -> Screen[Any] | None:
        """The screen that is shown; None when the app is being left."""
        return self.screen_stack[-1] if self.screen_stack else None

    def _watched(self, screen: Screen[Any]) -> tuple[tuple[Path, ...], Stamps]:
        """Return the files that a screen shows, and how they were when last looked at."""
        document = self.document
        if fault := as_fault(screen):
            return fault.files, fault.stamps
        # A form or a question is not interrupted: the files are compared when it is gone.
        shown = document is not None and screen is self.stepping
        return (document.files, document.seen) if document and shown else ((), ())

    async def _compare(self, screen: Screen[Any], files: tuple[Path, ...]) -> None:
        stamps = await asyncio.to_thread(stamps_of, files)
        watched, seen = self._watched(screen)
        fault = as_fault(screen)
        if self._shown_screen is not screen or watched != files or stamps == seen:
            return
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
                return partial(self._broken, document, *_explained(path, error, stamps))
            return partial(self._changed, document, experiment, same, stamps)

        # Not if it was saved meanwhile, or another one opened.
        self.reader.read(work, lambda: self.document is document and document.seen is seen)

    def _broken(
        self, document: OpenDocument, error: DocumentError, lines: Excerpt | None, stamps: Stamps
    ) -> None:
        """Show that the open document cannot be read any more; the run goes on beneath."""
        document.seen = stamps_of(document.files)  # once back at the run, it is not shown again
        self._failed(document.files[0], error, lines, stamps)

    def _changed(
        self, document: OpenDocument, experiment: Experiment, same: bool, stamps: Stamps
    ) -> None:
        """Go on with the document, which has changed on disk and can be read."""
        from nntui.tui.documents.loading import files_of

        if as_fault(self.screen):
            self.pop_screen()
        unsaved = document.edited.unsaved
        files = files_of(document.files[0], experiment)
        document.seen = stamps[:1] + stamps_of(files[1:])
        document.files = files
        if same:
            document.on_disk = document.seen[0]
        elif unsaved:
            question = Question(
                f"{document.name} has changed on disk",
                "There are unsaved edits here. To read the file anew is to lose them.",
                Answer("r", "read", "read the file, lose the edits"),
                Answer("k", "keep", "keep the edits"),
            )
            self.push_screen(question, partial(self._read_or_keep, document, experiment))
        else:
            self.replace_experiment(experiment, partial(self._ask_to_lose, document))

    def _ask_to_lose(self, document: OpenDocument, experiment: Experiment, lost: list[str]) -> None:
        """Ask before breakpoints and the like are lost."""
        more = [f"and {len(lost) - _MOST_LOST} more"] if len(lost) > _MOST_LOST else []
        text = "\n".join(["To read the file anew is to lose", "", *lost[:_MOST_LOST], *more])
        question = Question(
            f"{document.name} has changed on disk", text,
            Answer("r", "read", "read the file"), Answer("k", "keep", "go on with this run"),
        )  # fmt: skip
        self.push_screen(question, partial(self._read_or_keep, document, experiment))

    def _read_or_keep(
        self, document: OpenDocument, experiment: Experiment, answer: str | None
    ) -> None:
        if answer == "read" and self.document is document:
            self.replace_experiment(experiment)


class Reader:
    """Reads one document at a time, in a thread: what an older reading finds comes too late."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._newest: object | None = None

    @property
    def is_reading(self) -> bool:
        return self._newest is not None

    def read(self, work: Callable[[], Found], wanted: Callable[[], bool]) -> None:
        """Do ``work`` in a thread; call what it returns in the app's, if it is wanted by then."""
        asked = self._newest = object()

        def read() -> None:
            try:
                found = work()
            finally:
                gc.enable()  # ``nntui FILE`` starts without
            self._app.call_later(there, found)

        def there(found: Found) -> None:
            if self._newest is asked:
                self._newest = None
                if wanted():
                    found()

        self._app.run_worker(read, thread=True)


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
