"""Filing: documents are opened, looked after on the disk, and read again when they change there."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nntui.document.errors import DocumentError
from nntui.document.files import Stamp, stamps_of
from nntui.tui.dialogs.fault import FaultScreen
from nntui.tui.dialogs.question import Answer, OpeningScreen, Question

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.worker import Worker

    from nntui.document.excerpt import Excerpt
    from nntui.model.experiment import Experiment
    from nntui.tui.app import NntuiApp
    from nntui.tui.documents.document import OpenDocument

EVERY: Final = 1.0
"""Seconds between two looks at whether the files are still the same."""
_SHOWN: Final = 6

Stamps = tuple[Stamp, ...]
Found = Callable[[], Any]
"""What is to be done with what was read, in the screen's thread."""


class Filing:
    """Opens documents in a thread, and watches the files of the one that is open."""

    def __init__(self, app: NntuiApp, *, wait: bool) -> None:
        self._app, self._wait = app, wait
        self._looking: Worker[None] | None = None
        self._asked: object | None = None
        """The reading under way: what an older one finds comes too late."""

    def start(self) -> None:
        """Look after the files from now on."""
        self._app.set_interval(EVERY, self.look)

    @property
    def is_reading(self) -> bool:
        """Whether a document is being read."""
        return self._asked is not None

    def open(self, document: Path) -> None:
        """Open a document in place of what is shown."""
        stepping = self._app.stepping
        if stepping is None:
            self._open(document)
        else:
            stepping.once_at_rest(partial(self._open, document))

    # ---- opening -------------------------------------------------------------------------------

    def _open(self, document: Path) -> None:
        stepping = self._app.stepping
        keep = None if stepping is None else stepping.autosave.take()
        screen = OpeningScreen(document.name)
        self._app.push_screen(screen)
        self._app.call_after_refresh(self._read, document, screen, keep)

    def _read(
        self, document: Path, screen: Screen[Any], keep: Callable[[], object] | None = None
    ) -> None:
        """Read a document; then show it, or what is wrong with it, if ``screen`` still waits.

        ``keep`` writes down what is left: it may be the same document that is opened again.
        """
        keep_state = self._app.keep_state

        def work() -> Found:
            if keep is not None:
                keep()
            before = stamps_of((document,))
            try:
                # Imported here: this, and not the document, is what most of the time goes into.
                from nntui.tui.documents.loading import opened

                found = opened(document, keep_state)
            except DocumentError as error:
                return partial(self._failed, document, *_explained(document, error, before))
            return partial(self._app.show_opened, found)

        self._beside(work, lambda: screen in self._app.screen_stack)

    def _beside(self, work: Callable[[], Found], wanted: Callable[[], bool]) -> None:
        """Read in a thread; do with it what there is to do, if it is wanted by then."""
        asked = self._asked = object()

        def read() -> None:
            try:
                found = work()
            finally:
                gc.enable()  # ``nntui FILE`` starts without
            self._app.call_later(there, found)

        def there(found: Found) -> None:
            if self._asked is asked:
                self._asked = None
                if wanted():
                    found()

        self._app.run_worker(read, thread=True)

    def _failed(
        self, document: Path, error: DocumentError, lines: Excerpt | None, stamps: Stamps
    ) -> None:
        """Show what is wrong and wait, or leave when nobody would see it."""
        app = self._app
        if not self._wait and len(app.screen_stack) <= 2 and app.stepping is None:
            app.exit(error)  # from the picker, or over a run, somebody is there
            return
        if isinstance(app.screen, FaultScreen) and app.screen.document == document:
            app.screen.show(error, lines, stamps)
            return
        screen = FaultScreen(document, error, lines, stamps)
        if isinstance(app.screen, OpeningScreen):
            app.switch_screen(screen)
        else:
            app.push_screen(screen)

    # ---- the disk ------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the files, beside the screen: a disk may take its time."""
        looking = self._looking is not None and not self._looking.is_finished
        screen = self._shown
        if screen is None or looking or self.is_reading:
            return
        files, _ = self._watched(screen)
        if files:
            self._looking = self._app.run_worker(self._compare(screen, files))

    @property
    def _shown(self) -> Screen[Any] | None:
        """The screen that is shown; None when the app is being left."""
        screens = self._app.screen_stack
        return screens[-1] if screens else None

    def _watched(self, screen: Screen[Any]) -> tuple[tuple[Path, ...], Stamps]:
        """The files that a screen shows something of, and how they were when last looked at."""
        desk = self._app.desk
        if isinstance(screen, FaultScreen):
            return screen.files, screen.stamps
        # A form or a question is not interrupted: it is looked again when it is gone.
        return (desk.files, desk.seen) if desk and screen is self._app.stepping else ((), ())

    async def _compare(self, screen: Screen[Any], files: tuple[Path, ...]) -> None:
        stamps = await asyncio.to_thread(stamps_of, files)
        watched, seen = self._watched(screen)
        fault = screen if isinstance(screen, FaultScreen) else None
        if self._shown is not screen or watched != files or stamps == seen:
            return
        # One program writes a file anew, another puts a new one in its place: it will be there.
        if fault is None and None in stamps:
            return
        if fault:
            fault.stamps = stamps
        desk, document = self._app.desk, files[0]
        if desk is not None and desk.document == document:
            self._read_again(desk, stamps)
        elif fault:
            self._read(document, fault)

    def _read_again(self, desk: OpenDocument, stamps: Stamps) -> None:
        document, saved, seen = desk.files[0], desk.edited.saved, desk.seen

        def work() -> Found:
            from nntui.document.load import load

            try:
                experiment = load(document)
                same = experiment == saved
            except DocumentError as error:
                return partial(self._broken, desk, *_explained(document, error, stamps))
            return partial(self._changed, desk, experiment, same, stamps)

        # Not if it was saved meanwhile, or another one opened.
        self._beside(work, lambda: self._app.desk is desk and desk.seen is seen)

    def _broken(
        self, desk: OpenDocument, error: DocumentError, lines: Excerpt | None, stamps: Stamps
    ) -> None:
        """The document that is open cannot be read any more; the run goes on beneath."""
        desk.seen = stamps_of(desk.files)  # to go back to the run is not to be told again
        self._failed(desk.files[0], error, lines, stamps)

    def _changed(
        self, desk: OpenDocument, experiment: Experiment, same: bool, stamps: Stamps
    ) -> None:
        """The document has changed on disk and can be read."""
        app = self._app
        if isinstance(app.screen, FaultScreen):
            app.pop_screen()
        from nntui.tui.documents.loading import files_of

        unsaved = desk.edited.unsaved
        files = files_of(desk.files[0], experiment)
        desk.seen = stamps[:1] + stamps_of(files[1:])
        desk.files = files
        if same:
            desk.on_disk = desk.seen[0]
        elif unsaved:
            question = Question(
                f"{desk.name} has changed on disk",
                "There are unsaved edits here. To read the file anew is to lose them.",
                Answer("r", "read", "read the file, lose the edits"),
                Answer("k", "keep", "keep the edits"),
            )
            app.push_screen(question, partial(self._answered, desk, experiment))
        else:
            app.editing.replaced(experiment, self._ask_to_lose)

    def _answered(self, desk: OpenDocument, experiment: Experiment, answer: str | None) -> None:
        if answer == "read" and self._app.desk is desk:
            self._app.editing.replaced(experiment)

    def _ask_to_lose(self, experiment: Experiment, lost: list[str]) -> None:
        """Breakpoints and the like would be lost: that is for the person to decide."""
        desk = self._app.desk
        assert desk is not None
        more = [f"and {len(lost) - _SHOWN} more"] if len(lost) > _SHOWN else []
        text = "\n".join(["To read the file anew is to lose", "", *lost[:_SHOWN], *more])
        question = Question(
            f"{desk.name} has changed on disk", text,
            Answer("r", "read", "read the file"), Answer("k", "keep", "go on with this run"),
        )  # fmt: skip
        self._app.push_screen(question, partial(self._answered, desk, experiment))


def _explained(
    document: Path, error: DocumentError, before: Stamps
) -> tuple[DocumentError, Excerpt | None, Stamps]:
    """An error with the lines that it is about, and how the files were before they were read."""
    from nntui.document.excerpt import excerpt
    from nntui.tui.dialogs.fault import files_of

    others = files_of(document, error)[1:]
    return error, excerpt(error), before[:1] + stamps_of(others)
