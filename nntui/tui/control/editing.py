"""Editing: changes of the document, back and forth; each restarts the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nntui.model.names import escaped
from nntui.tui.control.desk import Desk

if TYPE_CHECKING:
    from nntui.model.changes import Change
    from nntui.model.experiment import Experiment
    from nntui.tui.app import NntuiApp

Losing = Callable[["Experiment", list[str]], None]


class Editing:
    """The history of the document, and the run that follows it.

    An edit of the document is not one of the run: what ``set`` and ``=`` change while stepping is
    a branch of the run, and no file hears of it.
    """

    def __init__(self, app: NntuiApp) -> None:
        self._app = app

    def open(self) -> None:
        """Open the editor."""
        desk = self._app.desk
        if desk is None or self._app.screen is not self._app.stepping:
            return
        from nntui.tui.screens.editing import EditorScreen

        screen = EditorScreen(desk, self, self._app.keys.changed)
        self._app.at_rest(lambda: self._app.push_screen(screen, self._left))

    def make(self, change: Change) -> None:
        """Take a change into the history; the run follows when the editor is left."""
        desk = self._desk
        desk.edited = desk.edited.after(change)
        self._app.document_changed()

    def undo(self) -> str:
        """Take the last change back; the sentence that says so."""
        desk, undone = self._desk, self._desk.edited.undoes
        if undone is None:
            return "there is no edit to undo"
        desk.edited = desk.edited.undone()
        return self._followed(f"undone: {undone.sentence}")

    def redo(self) -> str:
        """Make again what was undone; the sentence that says so."""
        desk, redone = self._desk, self._desk.edited.redoes
        if redone is None:
            return "there is no edit to make again"
        desk.edited = desk.edited.redone()
        return self._followed(f"made again: {redone.sentence}")

    def recovered(self, change: Change) -> None:
        """Take up unsaved work that was left."""
        self.make(change)
        self._restart("the unsaved work is here again; ctrl+s saves it")

    def replaced(self, experiment: Experiment, losing: Losing | None = None) -> None:
        """The file holds another experiment now: go on with that.

        With ``losing``, what would not survive is asked about first.
        """
        app, desk = self._app, self._desk

        def act() -> None:
            from nntui.debugger.carrying import carried_over
            from nntui.model.changes import Edited

            assert app.stepping is not None
            debugger, lost = carried_over(app.stepping.debugger, experiment)
            if lost and losing is not None:
                losing(experiment, lost)
                return
            desk.edited, desk.on_disk = Edited.of(experiment), desk.seen[0]
            desk.sessions.clear()
            app.show_run(debugger, f"{desk.name} was read anew: the run starts again", lost)
            app.document_changed()

        app.at_rest(act)

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _desk(self) -> Desk:
        desk = self._app.desk
        assert desk is not None
        return desk

    def _followed(self, said: str) -> str:
        self._app.document_changed()
        if self._app.screen is self._app.stepping:
            self._restart(f"{said}; the run starts again")
        return said

    def _left(self, _: None) -> None:
        """The editor was left: run what was edited."""
        from nntui.debugger.session import original

        stepping, edited = self._app.stepping, self._desk.edited
        if stepping is not None and original(stepping.debugger) is not edited.experiment:
            self._restart("the document was edited: the run starts again")

    def _restart(self, said: str) -> None:
        """Run the experiment as it is edited; breakpoints, watches and bookmarks go along."""
        app, desk = self._app, self._desk

        def act() -> None:
            from nntui.debugger.carrying import carried_over
            from nntui.debugger.session import original, to_plain

            assert app.stepping is not None
            left, experiment = app.stepping.debugger, desk.edited.experiment
            known = {id(version.experiment) for version in desk.edited.versions}
            desk.sessions[id(original(left))] = to_plain(left)
            desk.sessions = {key: kept for key, kept in desk.sessions.items() if key in known}
            before, renaming = desk.sessions.get(id(experiment)), desk.edited.renaming
            debugger, lost = carried_over(left, experiment, before, renaming)
            desk.edited = desk.edited.as_run()
            app.show_run(debugger, said, lost, renaming.now)

        app.at_rest(act)


def lost_words(lost: Sequence[str]) -> list[str]:
    """What was not kept, a line each."""
    return ["not kept:", *(escaped(each, 200) for each in lost)]
