"""The actions of the pane Answers: go to an example, and compute another plane."""

from __future__ import annotations

from nntui.debugger.commands.command import Movement
from nntui.tui.panes.answers import AnswersPane
from nntui.tui.stepping.base import SteppingBase, at_rest


class AnswerActions(SteppingBase):
    """Goes to the pass of an example, and has the pane's plane computed."""

    @at_rest
    def on_answers_pane_chosen(self, event: AnswersPane.Chosen) -> None:
        """Go to where an example is loaded: in this update or the next one in which it comes."""
        schedule, position = self.debugger.schedule, self.debugger.position
        load, number = schedule.next_load_of(event.example, position), event.example + 1
        if load is None:
            self.say(f"example {number} is kept for testing: no pass goes through it")
            return
        update = schedule.updates_before(load)
        said = f"example {number} in update {update + 1:,}"
        if update < schedule.updates_before(position):
            said = (
                f"example {number} comes no more: this is its last pass, in update {update + 1:,}"
            )
        self.background.go(
            Movement(self.debugger, load + 1),
            lambda movement: self.show(said if movement.over else "stopped on the way"),
        )

    def on_answers_pane_plane_wanted(self, event: AnswersPane.PlaneWanted) -> None:
        self.answer_source.resize(event.columns, event.rows)
        if event.inputs is not None:
            self.answer_source.choose(event.inputs)
