"""Editing: changes of the document, back and forth; each restarts the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nntui.model.names import escaped
from nntui.tui.dialogs.question import OpeningScreen

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.changes import Change, Renaming
    from nntui.model.experiment import Experiment
    from nntui.tui.app import NntuiApp
    from nntui.tui.documents.document import OpenDocument

Losing = Callable[["Experiment", list[str]], None]
Begun = Callable[["Debugger", list[str]], None]
LARGE: Final = 20_000
"""Connections from which a run takes a moment to begin."""


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
        from nntui.tui.editor.screen import EditorScreen

        screen = EditorScreen(desk, self.make, self._app.keys.changed)
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

        def begun(debugger: Debugger, lost: list[str]) -> None:
            from nntui.model.changes import Edited

            if lost and losing is not None:
                losing(experiment, lost)
                return
            desk.edited, desk.on_disk = Edited.of(experiment), desk.seen[0]
            desk.sessions.clear()
            app.show_run(debugger, f"{desk.name} was read anew: the run starts again", lost)
            app.document_changed()

        app.at_rest(lambda: self._begin(experiment, begun))

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _desk(self) -> OpenDocument:
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
            from nntui.debugger.session import original, to_plain

            assert app.stepping is not None
            left, experiment = app.stepping.debugger, desk.edited.experiment
            known = {id(version.experiment) for version in desk.edited.versions}
            desk.sessions[id(original(left))] = to_plain(left)
            desk.sessions = {key: kept for key, kept in desk.sessions.items() if key in known}
            before, renaming = desk.sessions.get(id(experiment)), desk.edited.renaming
            desk.edited = desk.edited.as_run()
            self._begin(
                experiment,
                lambda debugger, lost: app.show_run(debugger, said, lost, renaming.now),
                before,
                renaming,
            )

        app.at_rest(act)

    def _begin(
        self,
        experiment: Experiment,
        begun: Begun,
        before: Mapping[str, Any] | None = None,
        renaming: Renaming | None = None,
    ) -> None:
        """Begin the run of another experiment: a large one's beside the screen, which says so."""
        from nntui.debugger.session import carried_over
        from nntui.model.changes import Renaming

        app, stepping = self._app, self._app.stepping
        assert stepping is not None

        def begin() -> tuple[Debugger, list[str]]:
            return carried_over(stepping.debugger, experiment, before, renaming or Renaming())

        def arrived(debugger: Debugger, lost: list[str]) -> None:
            while len(app.screen_stack) > 2:
                app.pop_screen()
            begun(debugger, lost)

        if experiment.network.wiring().connection_count < LARGE:
            begun(*begin())
        else:
            app.push_screen(OpeningScreen(f"the run of {self._desk.name}", "beginning"))
            app.run_worker(lambda: app.call_later(arrived, *begin()), thread=True)


def lost_words(lost: Sequence[str]) -> list[str]:
    """What was not kept, a line each."""
    return ["not kept:", *(escaped(each, 200) for each in lost)]
