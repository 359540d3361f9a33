"""Saving the document, and keeping unsaved work from being lost."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from nntui.document.errors import DocumentError
from nntui.document.files import stamp_of
from nntui.document.user_state import (
    StateError,
    flush_recovery,
    forget_recovery,
    recovery_file,
    set_aside,
    write_recovery,
)
from nntui.model.names import escaped
from nntui.tui.app_base import AppBase
from nntui.tui.dialogs.question import Answer, Question
from nntui.tui.editor.history import EditActions
from nntui.tui.user_files import remember

if TYPE_CHECKING:
    from nntui.document.user_state import Recovered
    from nntui.model.experiment import Experiment
    from nntui.tui.documents.document import OpenDocument

Then = Callable[[], Any]
_LEAVE: Final = (Answer("s", "save", "save"), Answer("d", "discard", "discard"))


class SaveActions(EditActions):
    """Save, save as, and what becomes of unsaved work."""

    def action_save(self, then: Then | None = None) -> None:
        """Save to the file that was opened; a sample, or a document without one, asks for one.

        ``then`` is called once all is saved.
        """
        document = self.document
        if document is None:
            return
        if document.path is None or document.bundled:
            self.action_save_as(then)
        elif stamp_of(document.path) != document.on_disk:
            self._ask_to_overwrite(document, document.path, "has changed on disk meanwhile", then)
        elif document.edited.unsaved:
            self._write(document, document.path, then)
        else:
            self.say(f"nothing to save: {document.name} holds all of it")
            if then is not None:
                then()

    def action_save_as(self, then: Then | None = None) -> None:
        from nntui.tui.dialogs.save_form import SaveForm

        document = self.document
        if document is None:
            return
        path = document.path or Path(f"{_file_name(document.edited.experiment.name)}.json")
        path = Path(path.name) if document.bundled else path  # a copy in the working directory
        note = "A bundled sample stays as it is: save your own copy." if document.bundled else ""
        form = SaveForm("Save as", path, note=note, confirms=False)
        self.push_screen(form, partial(self._save_at, document, then))

    def settle_unsaved(self, then: Then) -> None:
        """Call ``then``, which ends the work on the document, once that is saved or discarded."""
        document = self.document
        if document is None or not document.edited.unsaved:
            then()
            return
        undone = document.edited.versions[document.edited.index].sentence
        if document.path is None and not undone:
            text = f"{document.name} was never saved."
        else:
            last = undone or "undone to the oldest"
            text = f"{document.name} has unsaved edits.\nThe last one: {last}"

        def answered(answer: str | None) -> None:
            if answer == "save":
                self.action_save(then)
            elif answer == "discard":
                document.edited = document.edited.as_saved()
                self.recovery.write(document, forget=True)
                then()

        self.push_screen(Question("Unsaved work", text, *_LEAVE), answered)

    def _save_at(self, document: OpenDocument, then: Then | None, path: Path | None) -> None:
        if path is None:
            return
        there, own = os.path.exists(path), document.path
        if there and (own is None or os.path.realpath(path) != os.path.realpath(own)):
            self._ask_to_overwrite(document, path, "is there already", then)
        elif there and stamp_of(path) != document.on_disk:
            self._ask_to_overwrite(document, path, "has changed on disk meanwhile", then)
        else:
            self._write(document, path, then)

    def _ask_to_overwrite(
        self, document: OpenDocument, path: Path, why: str, then: Then | None
    ) -> None:
        def answered(answer: str | None) -> None:
            if answer == "overwrite":
                self._write(document, path, then)
            elif answer == "elsewhere":
                self.action_save_as(then)

        question = Question(
            "Overwrite?", f"{escaped(str(path), 200)} {why}.",
            Answer("o", "overwrite", "overwrite it"), Answer("a", "elsewhere", "save elsewhere"),
        )  # fmt: skip
        self.push_screen(question, answered)

    def _write(self, document: OpenDocument, path: Path, then: Then | None) -> None:
        """Write in a thread: a large document takes a moment."""
        from nntui.tui.documents.document import LARGE

        experiment = document.edited.experiment
        if experiment.network.wiring().connection_count >= LARGE:
            self.say(f"saving {document.name} …")

        def work() -> None:
            from nntui.document.save import save

            try:
                save(experiment, path, overwrite=True)  # the user was asked
            except DocumentError as error:
                self.call_later(self.warn, "not saved", (str(error),))
            else:
                self.call_later(self._written, document, path, experiment, then)

        self.run_worker(work, thread=True)

    def _written(
        self, document: OpenDocument, path: Path, experiment: Experiment, then: Then | None
    ) -> None:
        from nntui.tui.documents.loading import files_of

        self.recovery.write(document, forget=True)
        document.edited = document.edited.as_saved(experiment)
        document.files = files_of(path, experiment)
        document.seen = tuple(map(stamp_of, document.files))
        document.on_disk = document.seen[0]
        remember(path)
        if not self.is_ending:
            self.document_changed()
            self.say(f"saved: {document.name}")
        if then is not None:
            then()

    @cached_property
    def recovery(self) -> Recovery:
        return Recovery(self)

    def document_changed(self) -> None:
        """Show that the document was edited or saved, and keep unsaved work soon."""
        if self.document is not None:
            self.recovery.write_soon(self.document)
        super().document_changed()

    def on_unmount(self) -> None:
        """Keep unsaved work, whatever ended the app."""
        document = self.document
        if document is not None and (document.edited.unsaved or not document.left):
            self.recovery.write(document)

    def offer_recovered(self, document: OpenDocument, recovered: Recovered) -> None:
        from nntui.model.changes.settings import Change

        when = written_at(recovered.when)
        question = Question(
            "Unsaved work was left",
            f"There are edits of {document.name} from {when} that were never saved.",
            Answer("t", "take", "take them up"), Answer("d", "discard", "discard them"),
            otherwise="ask again later",
        )  # fmt: skip

        def answered(answer: str | None) -> None:
            document.left = answer is None
            if answer == "take" and self.document is document:
                self.take_up_recovered(
                    Change(recovered.experiment, "the unsaved work was taken up")
                )
            elif answer == "discard":
                self.recovery.write(document, forget=True)

        self.push_screen(question, answered)


def written_at(seconds: float) -> str:
    """Return when unsaved work was written, which is in seconds since 1970, for a question."""
    from datetime import datetime

    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


def _file_name(name: str) -> str:
    """Propose the name of a file for a document's name: letters, digits and hyphens."""
    words = "-".join(re.findall(r"[A-Za-z0-9]+", name))[:40]
    return words.lower() or "network"


class Recovery:
    """Keeps unsaved work in the user's state directory until it is saved.

    Only where the app keeps its state.
    """

    def __init__(self, app: AppBase) -> None:
        self._app = app
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, "recovery")
        self._disk = ThreadPoolExecutor(1, "disk")
        self._flush: Future[None] | None = None
        self._due = self._complained = False

    def write_soon(self, document: OpenDocument) -> None:
        """Write unsaved work, or delete it, in a thread: at once, or after what it writes now.

        Not in one of Textual's, which begin when the app has time: what follows a change keeps it
        busy.
        """

        def write() -> None:
            self._due = False
            try:
                self.write(document)
            except Exception as error:
                problem = f"unsaved work is not kept: {type(error).__name__}: {error}"
                self._app.call_later(self._app.warn, "recovery", (problem,))

        if self._app.keep_state and not self._due:
            self._due = True
            self._thread.submit(write)

    def write(self, document: OpenDocument, *, forget: bool = False) -> None:
        """Write unsaved work, or delete it when there is none (in any thread).

        ``forget``: it was saved or discarded.
        """
        with self._lock:
            if not self._app.keep_state:
                return
            if document.left:  # unsaved work from before, which was offered and not answered for
                document.left = False
                said = set_aside(recovery_file(document.path))
                self._app.call_later(self._app.warn, "the unsaved work from before", (said,))
            if forget or not document.edited.unsaved:
                forget_recovery(document.path)
                return
            with self._said_once():
                write_recovery(document.path, document.edited.experiment)
            if self._flush is not None:
                self._flush.cancel()  # one that has not begun: the next does for both
            self._flush = self._disk.submit(self._wait_for_the_disk, document.path)

    def _wait_for_the_disk(self, path: Path | None) -> None:
        """Not in the thread that writes: what is edited meanwhile is written meanwhile."""
        with self._said_once():
            flush_recovery(path)

    @contextmanager
    def _said_once(self) -> Iterator[None]:
        try:
            yield
        except StateError as error:
            if not self._complained:
                self._complained = True
                self._app.call_later(self._app.warn, "recovery", (str(error),))
