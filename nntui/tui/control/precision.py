"""Precision: how many digits the step pane writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.tui.precision import FIRST, PRECISIONS

if TYPE_CHECKING:
    from nntui.tui.control.stage import Stage
    from nntui.tui.widgets.step import StepPane


class Digits:
    """More digits, or fewer; behind the most come the fewest."""

    def __init__(self, stage: Stage, pane: StepPane) -> None:
        self._stage, self._pane = stage, pane
        self._chosen = FIRST

    def change(self, by: int) -> None:
        """Write numbers more precisely, or less."""
        self._chosen = (self._chosen + by) % len(PRECISIONS)
        self._pane.write_as(self._chosen)
        self._stage.say(f"numbers: {PRECISIONS[self._chosen].words}")
