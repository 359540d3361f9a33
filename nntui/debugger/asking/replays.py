"""Replays to look at a run's past with: quick to go on, and quick to go back a little.

Who asks why goes back step by step. So a replay leaves copies of itself on its way, the nearer
to where it was to go the denser, and the next one sets out from the last copy before its place.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nntui.engine.replay import Replay
    from nntui.engine.run import Run

_BEHIND: Final = (16_384, 1_024, 64)
"""So many steps before its place a copy is left, where it sets out from further away."""
_KEPT: Final = 12
"""Copies, at most."""


class Replays:
    """Replays of the updates of a run's line of time. The run itself does not move."""

    def __init__(self, run: Run) -> None:
        self._run, self._timeline, self._schedule = run, run.timeline, run.schedule
        self._current: Replay | None = None
        self._copies: deque[Replay] = deque(maxlen=_KEPT)

    def before(self, step: int) -> Replay:
        """A replay in front of a step, the edits made there included."""
        update = self._schedule.updates_before(step)
        start = self._schedule.update_start(update)
        replay = self._current
        copy = self._nearest(update, step - start)
        if (
            replay is None
            or replay.update != update
            or not ((copy.offset if copy else 0) <= replay.offset <= step - start)
        ):
            replay = (
                copy.copy()
                if copy
                else self._timeline.replay(update, self._run.start(update), start)
            )
        self._current = None  # whatever interrupts this leaves nothing half done behind
        for place in self._places(replay, start, step):
            self._timeline.go_on(replay, place)
            self._copies.append(replay.copy())
        self._timeline.go_on(replay, step)
        self._current = replay
        return replay

    def over(self, step: int) -> Replay:
        """The replay behind a step, in front of which it stands; without the edits made there."""
        replay, timeline = self.before(step), self._timeline
        self._current = None
        replay.advance(replay.offset + 1, timeline.experiment_at(step), timeline.engine(step))
        if timeline.next_edit(step) != step + 1:
            self._current = replay
        return replay

    def _nearest(self, update: int, offset: int) -> Replay | None:
        """The copy that stands last before a place of an update."""
        there = [each for each in self._copies if each.update == update and each.offset <= offset]
        return max(there, key=lambda each: each.offset, default=None)

    def _places(self, replay: Replay, start: int, step: int) -> list[int]:
        """Where to leave copies on the way to a step: at its example's start, and close before."""
        here = start + replay.offset
        example = (
            start
            + min((step - start) // self._schedule.steps_per_example, len(replay.batch))
            * self._schedule.steps_per_example
        )
        places = [example, *(step - behind for behind in _BEHIND)]
        return sorted({place for place in places if max(here, example - 1) < place < step})
