"""Saving: the document is written where a person wants it, and unsaved work is never lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from nntui.document.files import stamp_of
from nntui.tui.dialogs.question import Answer, Question

if TYPE_CHECKING:
    from textual.timer import Timer

    from nntui.model.experiment import Experiment
    from nntui.tui.app import NntuiApp
    from nntui.tui.documents.document import OpenDocument

SOON: Final = 0.4
"""Seconds from an edit until it is safe from a killed terminal."""

Then = Callable[[], Any]
_LEAVE: Final = (Answer("s", "save", "save"), Answer("d", "discard", "discard"))


class Saving:
    """Save, save as, and what becomes of unsaved work."""

    def __init__(self, app: NntuiApp) -> None:
        self._app = app
        self._lock = Lock()
        self._timer: Timer | None = None
        self._complained = False

    # ---- saving --------------------------------------------------------------------------------

    def save(self, then: Then | None = None) -> None:
        """Save in the file that was opened; a sample, or a document without one, asks for one."""
        desk = self._app.desk
        if desk is None:
            return
        if desk.document is None or desk.bundled:
            self.save_as(then)
        elif not desk.edited.unsaved and stamp_of(desk.document) == desk.on_disk:
            self._app.say(f"nothing to save: {desk.name} holds all of it")
            self._continue(then)
        elif stamp_of(desk.document) != desk.on_disk:
            self._ask_to_overwrite(desk, desk.document, "has changed on disk meanwhile", then)
        else:
            self._write(desk, desk.document, then)

    def save_as(self, then: Then | None = None) -> None:
        """Ask for a file, and save there."""
        from nntui.tui.dialogs.save_form import SaveForm

        desk = self._app.desk
        if desk is not None:
            note = "A bundled sample stays as it is: save your own copy." if desk.bundled else ""
            form = SaveForm("Save as", _proposed(desk), note=note, confirms=False)
            self._app.push_screen(form, partial(self._placed, desk, then))

    def settle(self, then: Then) -> None:
        """Do something that ends the work on the document, once it is saved or discarded."""
        desk = self._app.desk
        if desk is None or not desk.edited.unsaved:
            then()
            return
        undone = desk.edited.versions[desk.edited.index].sentence
        text = f"{desk.name} has unsaved edits.\nThe last one: {undone or 'undone to the oldest'}"

        def answered(answer: str | None) -> None:
            if answer == "save":
                self.save(then)
            elif answer == "discard":
                desk.edited = desk.edited.as_saved()
                self._forget(desk)
                then()

        self._app.push_screen(Question("Unsaved work", text, *_LEAVE), answered)

    # ---- recovery ------------------------------------------------------------------------------

    def edited(self) -> None:
        """The document was changed: write it down soon."""
        if self._timer is not None:
            self._timer.stop()
        if self._wanted:
            self._timer = self._app.set_timer(SOON, self._beside_the_screen)

    def leave(self) -> None:
        """The app ends, perhaps without having been asked to: keep what is unsaved."""
        desk = self._app.desk
        if desk is not None and self._wanted and desk.edited.unsaved:
            self._write_down(desk)

    def offer(self, desk: OpenDocument, recovered: Any) -> None:
        """Offer unsaved work that was left."""
        from datetime import datetime

        from nntui.model.changes import Change

        when = datetime.fromtimestamp(recovered.when).strftime("%Y-%m-%d %H:%M")
        question = Question(
            "Unsaved work was left",
            f"There are edits of {desk.name} from {when} that were never saved.",
            Answer("t", "take", "take them up"), Answer("d", "discard", "discard them"),
            otherwise="ask again later",
        )  # fmt: skip

        def answered(answer: str | None) -> None:
            desk.left = answer is None
            if answer == "take" and self._app.desk is desk:
                change = Change(recovered.experiment, "the unsaved work was taken up")
                self._app.editing.recovered(change)
            elif answer == "discard":
                self._forget(desk)

        self._app.push_screen(question, answered)

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _wanted(self) -> bool:
        desk = self._app.desk
        return self._app.keep_state and desk is not None and desk.document is not None

    def _placed(self, desk: OpenDocument, then: Then | None, place: Path | None) -> None:
        if place is None:
            return
        there, own = os.path.exists(place), desk.document
        if there and (own is None or os.path.realpath(place) != os.path.realpath(own)):
            self._ask_to_overwrite(desk, place, "is there already", then)
        elif there and stamp_of(place) != desk.on_disk:
            self._ask_to_overwrite(desk, place, "has changed on disk meanwhile", then)
        else:
            self._write(desk, place, then)

    def _ask_to_overwrite(
        self, desk: OpenDocument, place: Path, why: str, then: Then | None
    ) -> None:
        from nntui.model.names import escaped

        def answered(answer: str | None) -> None:
            if answer == "overwrite":
                self._write(desk, place, then)
            elif answer == "elsewhere":
                self.save_as(then)

        name = escaped(str(place), 200)
        question = Question(
            "Overwrite?", f"{name} {why}.",
            Answer("o", "overwrite", "overwrite it"), Answer("a", "elsewhere", "save elsewhere"),
        )  # fmt: skip
        self._app.push_screen(question, answered)

    def _write(self, desk: OpenDocument, place: Path, then: Then | None) -> None:
        """Write in a thread: a large document takes a moment."""
        experiment = desk.edited.experiment

        def work() -> None:
            from nntui.document.errors import DocumentError
            from nntui.document.save import save

            try:
                save(experiment, place)
            except DocumentError as error:
                self._app.call_later(self._app.warn, "not saved", (str(error),))
            else:
                self._app.call_later(self._written, desk, place, experiment, then)

        self._app.run_worker(work, thread=True)

    def _written(
        self, desk: OpenDocument, place: Path, experiment: Experiment, then: Then | None
    ) -> None:
        from dataclasses import replace

        from nntui.tui.documents.loading import files_of
        from nntui.tui.user_files import remember

        self._forget(desk)
        desk.edited = replace(desk.edited, saved=experiment)
        desk.files = files_of(place, experiment)
        desk.seen = tuple(map(stamp_of, desk.files))
        desk.on_disk = desk.seen[0]
        remember(place)
        self._app.document_changed()
        self._app.say(f"saved: {desk.name}")
        self._continue(then)

    def _continue(self, then: Then | None) -> None:
        if then is not None:
            then()

    def _beside_the_screen(self) -> None:
        desk = self._app.desk
        if desk is not None:
            # No partial: Textual writes it down, with every number in its arguments.
            self._app.run_worker(lambda: self._write_down(desk), thread=True)

    def _write_down(self, desk: OpenDocument) -> None:
        """Write unsaved work down, or delete it when there is none (in any thread)."""
        from nntui.document.user_state import StateError, forget_recovery, write_recovery

        with self._lock:
            if desk.document is None:
                return
            self._keep_what_was_left(desk)
            if not desk.edited.unsaved:
                forget_recovery(desk.document)
                return
            try:
                write_recovery(desk.document, desk.edited.experiment)
            except StateError as error:
                if not self._complained:
                    self._complained = True
                    self._app.call_later(self._app.warn, "recovery", (str(error),))

    def _keep_what_was_left(self, desk: OpenDocument) -> None:
        """Unsaved work from before that nobody has answered for makes room, but is not lost."""
        from nntui.document.user_state import recovery_file, set_aside

        if desk.left and desk.document is not None:
            desk.left = False
            said = set_aside(recovery_file(desk.document))
            self._app.call_later(self._app.warn, "the unsaved work from before", (said,))

    def _forget(self, desk: OpenDocument) -> None:
        from nntui.document.user_state import forget_recovery

        with self._lock:
            if self._wanted and desk.document is not None:
                self._keep_what_was_left(desk)
                forget_recovery(desk.document)


def _proposed(desk: OpenDocument) -> Path:
    """The file that is proposed: the document's own; a sample's copy where the person is."""
    if desk.document is None:
        return Path("network.json")
    return Path(desk.document.name) if desk.bundled else desk.document
