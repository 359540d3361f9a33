"""Edits of the document, back and forth; each restarts the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from nntui.model.names import escaped
from nntui.tui.app_base import AppBase
from nntui.tui.dialogs.question import OpeningScreen

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.changes.history import Edited
    from nntui.model.changes.settings import Change
    from nntui.model.changes.structure import Renaming
    from nntui.model.experiment import Experiment

Losing = Callable[[list[str]], None]
Begun = Callable[["Debugger", list[str]], None]


class EditActions(AppBase):
    """The history of the document, and the run that follows it.

    An edit of the document is not one of the run: what ``set`` and ``=`` change while stepping is
    a branch of the run, which is never saved in the document.
    """

    def action_edit(self) -> None:
        """Open the editor."""
        document = self.document
        if document is None or self.screen is not self.stepping:
            return
        from nntui.tui.editor.screen import EditorScreen

        def left(_: None) -> None:
            from nntui.debugger.session import original

            if self.stepping and original(self.stepping.debugger) is not document.edited.experiment:
                self._restart("the document was edited: the run starts again")

        screen = EditorScreen(document, self.make_change, self.keys.changed)
        self.once_at_rest(lambda: self.push_screen(screen, left))

    def make_change(self, change: Change) -> None:
        """Add a change to the history; the run follows when the editor is left."""
        assert self.document is not None
        self.document.edited = self.document.edited.after(change)
        self.document_changed()

    def action_undo(self) -> None:
        """Undo the last edit of the document."""
        assert self.document is not None
        edited = self.document.edited
        self._move(edited.undoes, edited.undone, "undone", "there is no edit to undo")

    def action_redo(self) -> None:
        """Make the edit again that was undone last."""
        assert self.document is not None
        edited = self.document.edited
        self._move(edited.redoes, edited.redone, "made again", "there is no edit to make again")

    def take_up_recovered(self, change: Change) -> None:
        """Take up unsaved work that was left."""
        self.make_change(change)
        self._restart("the unsaved work is here again; ctrl+s saves it")

    def replace_experiment(self, experiment: Experiment, losing: Losing | None = None) -> None:
        """Go on with another experiment, which the file holds now.

        With ``losing``, what would not survive is asked about first.
        """
        document = self.document
        assert document is not None

        def begun(debugger: Debugger, lost: list[str]) -> None:
            from nntui.model.changes.history import Edited

            if lost and losing is not None:
                losing(lost)
                return
            document.edited, document.on_disk = Edited.of(experiment), document.seen[0]
            document.sessions.clear()
            self.show_run(f"{document.name} was read anew: the run starts again", debugger, lost)
            self.document_changed()

        self.once_at_rest(lambda: self._begin(experiment, begun))

    def show_run(
        self, said: str, debugger: Debugger, lost: list[str], renamed: Callable[[str], str] = str
    ) -> None:
        """Show the run of the document as it is now, and say why it is another.

        It is shown as the one before was; ``renamed`` gives the name here of a neuron there.
        """
        from nntui.tui.documents.loading import Opened

        before = self.stepping
        self.show_stepping(Opened(debugger, ()))
        if before is not None and self.stepping is not None:
            self.stepping.copy_view_from(before, renamed)
        if lost:
            self.warn("the run starts again", ["not kept:", *(escaped(each, 200) for each in lost)])
        self.call_after_refresh(self.say, said)

    def _move(self, change: Change | None, to: Callable[[], Edited], done: str, none: str) -> None:
        """Go back or on by a change; the run follows, unless the editor is open."""
        assert self.document is not None
        if change is None:
            self.say(none)
            return
        said = f"{done}: {change.sentence}"
        self.document.edited = to()
        self.document_changed()
        if self.screen is self.stepping:
            self._restart(f"{said}; the run starts again")
        self.say(said)

    def _restart(self, said: str) -> None:
        """Run the experiment as it is edited; breakpoints, displays and bookmarks go along."""
        document = self.document
        assert document is not None

        def act() -> None:
            from nntui.debugger.session import original, to_plain

            assert self.stepping is not None
            left, experiment = self.stepping.debugger, document.edited.experiment
            known = {id(version.experiment) for version in document.edited.versions}
            sessions = {**document.sessions, id(original(left)): to_plain(left)}
            document.sessions = {key: kept for key, kept in sessions.items() if key in known}
            before, renaming = document.sessions.get(id(experiment)), document.edited.renaming
            document.edited = document.edited.as_run()
            show = partial(self.show_run, said, renamed=renaming.now)
            self._begin(experiment, show, before, renaming)

        self.once_at_rest(act)

    def _begin(
        self,
        experiment: Experiment,
        begun: Begun,
        before: Mapping[str, Any] | None = None,
        renaming: Renaming | None = None,
    ) -> None:
        """Begin the run of another experiment: a large one's in a thread, behind a screen."""
        from nntui.debugger.session import carried_over
        from nntui.model.changes.structure import Renaming
        from nntui.tui.documents.document import LARGE

        stepping, document = self.stepping, self.document
        assert stepping is not None
        assert document is not None

        def begin() -> tuple[Debugger, list[str]]:
            return carried_over(stepping.debugger, experiment, before, renaming or Renaming())

        def arrived(debugger: Debugger, lost: list[str]) -> None:
            while len(self.screen_stack) > 2:
                self.pop_screen()
            begun(debugger, lost)

        if experiment.network.wiring().connection_count < LARGE:
            begun(*begin())
        else:
            self.push_screen(OpeningScreen(f"the run of {document.name}", "beginning"))
            self.run_worker(lambda: self.call_later(arrived, *begin()), thread=True)
