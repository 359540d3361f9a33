"""The actions on the panes: to turn to one, scroll it, fill the screen with it, move borders."""

from __future__ import annotations

from typing import Final

from nntui.tui.panes.container import PaneContainer
from nntui.tui.stepping.base import SteppingBase

COLUMNS: Final = 4
"""Columns that a border between columns moves by at a key."""


class LayoutActions(SteppingBase):
    """Turns to panes, and changes their sizes, which the preferences keep."""

    def action_pane(self, direction: int) -> None:
        """Turn to the next of the panes that share a place, and to the lists; or the one before."""
        self.pane_layout.turn(direction)
        self.lay_out()

    def action_present(self) -> None:
        """Show the drawing and the step alone, or all panes again."""
        presenting = self.pane_layout.present()
        self.lay_out()
        key = self.keymap.get("present", "Z").split(",")[0]
        self.say(f"the network and its step alone: {key} brings the others back" * presenting)

    def action_timeline(self) -> None:
        """Give the keyboard to the timeline, or take it back."""
        given = self.focused is not self.timeline
        self.set_focus(self.timeline if given else None)
        if self.pane_layout.bars.message:  # else it would cover the timeline
            self.say("← → travel, ↑ ↓ choose the run, an epoch or an update; esc leaves" * given)

    def action_turn_to(self, pane: str) -> None:
        """Turn to a pane whose tab was clicked."""
        self.open_pane(pane)

    def on_pane_container_turned_to(self, event: PaneContainer.TurnedTo) -> None:
        if not self.pane_layout.is_turned_to(event.pane):
            self.open_pane(event.pane)

    def action_scroll(self, direction: int) -> None:
        """Scroll the pane that was turned to; else a step that is too long; else the table."""
        layout = self.pane_layout
        if layout.turned or layout.maximised:
            name = layout.subject
        elif "step" in layout.seen and self.step_pane.max_scroll_y > 0:
            name = "step"
        else:
            name = layout.current if layout.columns.shared else "neurons"
        pane = self.panes["neurons" if name == "loss" else name]
        pane.scroll_relative(y=direction * max(pane.size.height - 1, 1), animate=False)

    def action_maximise(self) -> None:
        """Fill the screen with the pane turned to, or with the drawing; or show all panes again."""
        self.pane_layout.maximise()
        self._sizes_changed()

    def action_widen(self, direction: int) -> None:
        if self.pane_layout.widen(direction * COLUMNS):
            self._sizes_changed()
        else:
            self.say("there is one column: { and } make a pane lower or higher")

    def action_heighten(self, direction: int) -> None:
        if self.pane_layout.heighten(direction):
            self._sizes_changed()
        else:
            self.say("this pane has all the room there is: z brings the others back")

    def action_reset_sizes(self) -> None:
        self.pane_layout.reset_sizes()
        self._sizes_changed()

    def _sizes_changed(self) -> None:
        self.lay_out()
        self.call_later(self._save_sizes)

    def _save_sizes(self) -> None:
        problem = self.preferences.change(**self.pane_layout.preferred)
        if problem is not None:
            self.say(problem)
