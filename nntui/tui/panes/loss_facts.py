"""What the loss pane says beside the losses, found in a thread while the run rests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from textual.timer import Timer
from textual.widget import Widget

from nntui.debugger.branches import MAIN
from nntui.engine.schedule import Schedule
from nntui.tui.frame import Frame

if TYPE_CHECKING:
    from nntui.engine.full_speed.runner import FullSpeed
    from nntui.model.experiment import Experiment
    from nntui.model.numerics import Array

REST: Final = 0.3
"""Seconds without another frame after which a run is taken to rest."""
FEW: Final = 2_000
"""Parameters that are compared one by one; of more, only whether they are the same object."""
MOST_BARS: Final = 30
"""Examples whose losses are shown, at most."""

EngineOf = Callable[["Experiment"], "FullSpeed"]
"""Gives full speed for an experiment, in any thread."""


class _Facts(Struct, frozen=True):
    """What was found at a frame: ``why`` the loss stands still, in words, and ``met``."""

    frame: Frame
    why: tuple[str, ...] = ()
    met: tuple[tuple[int, float], ...] = ()


class LossFacts:
    """Finds health and the losses of the first batch; calls ``found`` afterwards.

    They hold as long as the parameters, the data and the losses are the same.
    """

    def __init__(
        self, pane: Widget, schedule: Schedule, engine_of: EngineOf, found: Callable[[], None]
    ) -> None:
        self._pane, self._schedule, self._found = pane, schedule, found
        self._engine_of = engine_of
        self._frame: Frame | None = None
        self._facts: _Facts | None = None
        self._timer: Timer | None = None
        self._busy = False

    def find_soon(self, frame: Frame) -> None:
        """Find them at this frame, if no other follows within ``REST`` seconds."""
        self._frame = frame
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not (frame.on_the_way or self._holds(frame)):
            self._timer = self._pane.set_timer(REST, self._begin)

    def why(self, frame: Frame) -> tuple[str, ...]:
        """Return why the loss stands still or jumps, the longest form first; () for nothing."""
        facts = self._facts
        return facts.why if facts and _same_losses(facts.frame, frame) else ()

    def met(self, frame: Frame) -> tuple[tuple[int, float], ...]:
        """Return (example, loss) of those met in the first batch; until they are found, one."""
        examples = examples_met(frame, self._schedule)
        if not examples:
            return ()
        facts = self._facts
        if facts and tuple(n for n, _ in facts.met) == examples and self._holds(frame):
            return facts.met
        loss, last = frame.snapshot.loss, frame.snapshot.last
        if loss is None or last is None or last.position.phase == "update":
            return ()
        return ((examples[-1], loss),)

    @property
    def is_waiting(self) -> bool:
        """Whether something is being found, or is due."""
        return self._busy or self._timer is not None

    def _holds(self, frame: Frame) -> bool:
        facts = self._facts
        return (
            facts is not None
            and _same_parameters(facts.frame, frame)
            and _same_losses(facts.frame, frame)
            and tuple(n for n, _ in facts.met) == examples_met(frame, self._schedule)
        )

    def _begin(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is not None and self._pane.display and not self._busy:
            self._busy = True
            # No partial: Textual logs its repr, with every number in its arguments.
            self._pane.run_worker(lambda: self._find(frame), thread=True, group="loss")

    def _find(self, frame: Frame) -> None:
        facts = _Facts(frame)
        try:
            facts = self._facts_of(frame)
        finally:
            self._pane.call_later(self._end, facts)

    def _facts_of(self, frame: Frame) -> _Facts:
        """Compute them (in the thread)."""
        from nntui.debugger.queries.health import health_of
        from nntui.engine.parameter_index import flat_parameters
        from nntui.engine.training_state import TrainingState

        experiment, snapshot = frame.experiment, frame.snapshot
        engine = self._engine_of(experiment)
        p = flat_parameters(snapshot.net, snapshot.b, snapshot.w)
        health = health_of(engine, p, frame.curves[-1].losses)
        why = tuple(dict.fromkeys(filter(None, (health.sentence, health.brief))))
        met: tuple[tuple[int, float], ...] = ()
        if examples := examples_met(frame, self._schedule):
            at: Any = p
            if frame.before is not None:  # in the update: the passes had other parameters
                at = _before(experiment, frame.before)
            state = TrainingState(at, p.reshape(1, -1)[:0])
            losses = engine.batch_values(state, examples).loss
            met = tuple(zip(examples, losses.tolist(), strict=True))
        return _Facts(frame, why, met)

    def _end(self, facts: _Facts) -> None:
        self._busy, self._facts = False, facts
        if self._frame is not None and self._timer is None and not self._holds(self._frame):
            self.find_soon(self._frame)
        self._found()


def examples_met(frame: Frame, schedule: Schedule) -> tuple[int, ...]:
    """Return the examples whose loss was computed, while the run is in its first batch.

    Of another branch than main only that of the moment: what it has set may have come in between.
    """
    position = frame.snapshot.position
    first_batch = 0 < position < schedule.update_start(1)
    if not first_batch or frame.curves[-1].losses.known.updates:
        return ()
    met = (position - schedule.loss_at - 1) // schedule.steps_per_example + 1
    examples = schedule.batch(0)[: max(met, 0)][-MOST_BARS:]
    return examples if frame.curves[-1].name == MAIN else examples[-1:]


def _before(experiment: Experiment, before: Any) -> Array:
    import numpy as np

    return np.array([before[key] for key in experiment.network.wiring().parameters])


def _same_parameters(one: Frame, other: Frame) -> bool:
    """Whether parameters and data are the same; a snapshot keeps what is equal."""
    a, b = one.snapshot, other.snapshot
    return one.experiment is other.experiment and _equal(a.b, b.b) and _equal(a.w, b.w)


def _same_losses(one: Frame, other: Frame) -> bool:
    a, b = one.curves[-1], other.curves[-1]
    return a.name == b.name and a.losses.epochs == b.losses.epochs


def _equal(one: Mapping[Any, float], other: Mapping[Any, float]) -> bool:
    return one is other or (len(one) == len(other) <= FEW and one == other)
