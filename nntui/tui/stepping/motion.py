"""Motion: the product of a step runs along its connection, unless keys wait."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

from textual.screen import Screen
from textual.timer import Timer

from nntui.tui.frame import Frame
from nntui.tui.panes.network import NetworkPane
from nntui.tui.stepping.pace import FramePace

RUN: Final = 0.15
"""Seconds from one end of a connection to the other."""
EVERY: Final = 0.03
"""Seconds between two places of the bead."""
HURRY: Final = 0.4
"""Seconds without motion after a key that came before the bead had arrived."""


class BeadMotion:
    """Moves the bead of an edge step: forward from source to target, backward the other way.

    A key ends the motion at once. The frame of the step itself is painted with the bead at its
    start, so no key is answered later for it.
    """

    def __init__(
        self,
        screen: Screen[Any],
        pane: NetworkPane,
        pace: FramePace,
        wanted: Callable[[], bool],
    ) -> None:
        self._screen, self._pane, self._pace, self._wanted = screen, pane, pace, wanted
        self._position = 0
        self._begun = self._hurried = -HURRY
        self._forward = True
        self._timer: Timer | None = None

    def begin(self, frame: Frame) -> None:
        """Place the bead for a frame that is about to be shown: one step on, where that starts."""
        snapshot, before = frame.snapshot, self._position
        self._position, last, now = snapshot.position, snapshot.last, perf_counter()
        if self._position == before and self._timer is not None:
            return  # the same step again
        self._cancel()
        carries = last is not None and last.kind in ("forward_edge", "backward_edge")
        single = self._position == before + 1 and not frame.on_the_way
        if not (carries and single and now - self._hurried > HURRY and self._wanted()):
            self._pane.place_bead(None)
            return
        self._begun, self._forward = now, last is not None and last.kind == "forward_edge"
        self._pane.place_bead(0.0 if self._forward else 1.0)
        self._timer = self._screen.set_interval(EVERY, self._move)

    def end(self) -> None:
        """End the motion, for a key; what the key does is painted first."""
        if self._timer is not None:
            self._hurried = perf_counter()
            self._cancel()
            self._screen.call_later(self._arrive)

    def _move(self) -> None:
        part = (perf_counter() - self._begun) / RUN
        if part >= 1 or self._pace.is_behind:
            self._cancel()
            self._arrive()
        else:
            self._pane.move_bead(part if self._forward else 1 - part)

    def _arrive(self) -> None:
        if self._timer is None:
            self._pane.move_bead(None)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
