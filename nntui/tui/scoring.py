"""Scoring: accuracy, the share of examples classified right, counted while the run rests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

    from nntui.tui.frame import Frame

REST: Final = 0.3
"""Seconds without another frame after which a run is taken to rest."""

FEW: Final = 2_000
"""Parameters that are compared one by one; of more, only whether they are the same object."""


class Scoring:
    """Counts for a pane, in a thread of its own, and says when it has counted.

    A count is good for as long as the parameters and the data are the same.
    """

    def __init__(self, pane: Widget, counted: Callable[[], None]) -> None:
        self._pane, self._counted = pane, counted
        self._frame: Frame | None = None
        self._timer: Timer | None = None
        self._of: Frame | None = None
        self._words: tuple[str, ...] = ()
        self._busy = False

    def watch(self, frame: Frame) -> None:
        """Count at this frame, if no other follows soon."""
        self._frame = frame
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not frame.on_the_way and (self._of is None or not _alike(self._of, frame)):
            self._timer = self._pane.set_timer(REST, self._begin)

    def words(self, frame: Frame) -> tuple[str, ...]:
        """The count at a frame, the longest form first; none as long as it was not counted."""
        return self._words if self._of is not None and _alike(self._of, frame) else ()

    @property
    def is_waiting(self) -> bool:
        """Whether there is still something to count."""
        return self._busy or self._timer is not None

    def _begin(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is not None and self._pane.display and not self._busy:
            self._busy = True
            # No partial: Textual writes it down, with every number in its arguments.
            self._pane.run_worker(lambda: self._count(frame), thread=True, group="scoring")

    def _count(self, frame: Frame) -> None:
        words: tuple[str, ...] = ()
        try:
            words = score_of(frame)
        finally:
            self._pane.call_later(self._end, frame, words)

    def _end(self, frame: Frame, words: tuple[str, ...]) -> None:
        self._busy, self._of, self._words = False, frame, words
        if self._frame is not None and self._timer is None and not _alike(frame, self._frame):
            self.watch(self._frame)
        self._counted()


def score_of(frame: Frame) -> tuple[str, ...]:
    """``accuracy 95 % of 40, test 90 % of 10``, and shorter; none where nothing is classified.

    The percentages are rounded down: only where all are right it says 100 %.
    """
    from nntui.engine.evaluate import classifies, right_ones

    experiment, b, w = frame.experiment, frame.snapshot.b, frame.snapshot.w
    if not classifies(experiment):
        return ()
    parts = [("accuracy", experiment.train_examples), ("test", experiment.test_examples)]
    counts = [
        (name, right_ones(experiment, examples, b, w), len(examples))
        for name, examples in parts
        if examples
    ]
    return (
        ", ".join(f"{name} {100 * n // of} % of {of:,}" for name, n, of in counts),
        ", ".join(f"{name} {n:,}/{of:,}" for name, n, of in counts),
    )


def _alike(one: Frame, other: Frame) -> bool:
    """Whether parameters and data are the same; a snapshot keeps what has not changed."""
    a, b = one.snapshot, other.snapshot
    return one.experiment is other.experiment and _same(a.b, b.b) and _same(a.w, b.w)


def _same(one: Mapping[Any, float], other: Mapping[Any, float]) -> bool:
    return one is other or (len(one) == len(other) <= FEW and one == other)
