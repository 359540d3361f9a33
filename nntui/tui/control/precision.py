"""Precision: how many digits the panes with formulas write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from nntui.explain.numbers import FIRST, PRECISIONS

if TYPE_CHECKING:
    from nntui.tui.control.stage import Stage


class Writing(Protocol):
    """A pane that writes numbers as precisely as it is told."""

    def write_as(self, precision: int) -> None:
        """Write numbers in one of ``PRECISIONS``."""


class Digits:
    """More digits, or fewer; behind the most come the fewest."""

    def __init__(self, stage: Stage, panes: Iterable[Writing]) -> None:
        self._stage, self._panes = stage, tuple(panes)
        self.chosen = FIRST

    def take_after(self, other: Digits) -> None:
        """Write them as another run's were."""
        self.chosen = other.chosen
        for pane in self._panes:
            pane.write_as(self.chosen)

    def change(self, by: int) -> None:
        """Write numbers more precisely, or less."""
        self.chosen = (self.chosen + by) % len(PRECISIONS)
        for pane in self._panes:
            pane.write_as(self.chosen)
        self._stage.say(f"numbers: {PRECISIONS[self.chosen].words}")
