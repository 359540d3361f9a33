"""The life of a neuron: its values over the updates so far, and what it does with the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from nntui.engine.full_speed import Vectors
    from nntui.engine.timeline import Timeline

MOMENTS: Final = 60
"""Updates that are looked at, at most."""
ACTIVE: Final = 0.01
"""A neuron is active where its slope is at least this: there it learns."""
SECONDS: Final = 0.4
"""For about so long the updates are looked through, and as long the data."""
BURST: Final = 0.01
"""Seconds of computing between two looks at whether it is still wanted."""
MOST_NUMBERS: Final = 1 << 20
"""How many activations of the whole network are computed over the data, at most."""
TOGETHER: Final = 64
"""Examples that are computed at once."""
# Every eighth moment first, then those between: what is left out when time runs out is spread.
_STRIDES: Final = (8, 4, 2, 1)

Going = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Moment:
    """A neuron at the end of an update, the last of ``updates``: a and δ are of its last example.

    δ and b of an input, and what a value that was set meanwhile has made unknown, are None.
    """

    updates: int
    a: float | None
    delta: float | None
    b: float | None


@dataclass(frozen=True, slots=True)
class Activity:
    """A neuron over ``seen`` of the ``examples`` there are, with the parameters of one moment.

    ``active``: where its slope is at least ``ACTIVE`` (None for an input, which has none); the
    least, mean and greatest activation.
    """

    seen: int
    examples: int
    active: int | None
    least: float
    mean: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Life:
    """A neuron over the ``updates`` that were finished, and over the data at their end."""

    neuron: str
    updates: int
    moments: tuple[Moment, ...]
    activity: Activity


def life_of(
    line: Timeline, updates: int, j: str, going: Going, seconds: float | None = SECONDS
) -> Life | None:
    """The life of neuron j up to where so many updates are finished.

    As much of it as about ``seconds`` allow (None: all that is ever looked at); None when
    ``going`` says no before. The line must belong to the caller's thread (``Timeline.apart``).
    """
    look = _Look(line, j, going)
    vectors = look.reach(updates, None)
    if vectors is None:
        return None
    activity = look.activity(updates, vectors, seconds)
    moments = None if activity is None else look.moments(updates, seconds)
    if activity is None or moments is None:
        return None
    return Life(j, updates, moments, activity)


class _Look:
    """Looks at a neuron at the ends of updates."""

    def __init__(self, line: Timeline, j: str, going: Going) -> None:
        self._line, self._j, self._going = line, j, going
        self._near: tuple[int, Vectors] = line.checkpoints.before(0)
        self._is_input = j in line.layout.net.inputs

    def reach(self, update: int, deadline: float | None) -> Vectors | None:
        """The run at the start of an update; None when time ran out, or it is not wanted."""
        known = self._line.checkpoints.before(update)
        at, vectors = self._near if known[0] <= self._near[0] <= update else known
        while at < update:
            now = perf_counter()
            if not self._going() or (deadline is not None and now >= deadline):
                return None
            vectors, at = self._line.run(vectors, at, update, deadline=now + BURST)
        self._near = at, vectors
        return vectors

    def moments(self, updates: int, seconds: float | None) -> tuple[Moment, ...] | None:
        """The neuron at the end of as many updates as time allows, spread over the run."""
        deadline = None if seconds is None else perf_counter() + seconds
        bars = min(updates, MOMENTS)
        even = [1 + round(n * (updates - 1) / max(bars - 1, 1)) for n in range(bars)]
        ends = even if seconds is None else self._nearby(even)
        found: dict[int, Moment] = {}
        for stride in _STRIDES:
            for end in ends[::stride]:
                if end not in found and (moment := self._moment(end, deadline)) is not None:
                    found[end] = moment
                if not self._going():
                    return None
        return tuple(found[end] for end in sorted(found))

    def activity(self, updates: int, vectors: Vectors, seconds: float | None) -> Activity | None:
        """The neuron over the data, with the parameters that there are after so many updates."""
        line = self._line
        position = line.schedule.update_start(updates)
        engine, examples = line.engine(position), line.experiment_at(position).train_examples
        most = max(MOST_NUMBERS // len(line.layout.names), 1)
        every = max(-(-len(examples) // most), 1)
        chosen = examples[::every]
        deadline = None if seconds is None else perf_counter() + seconds
        z: list[float] = []
        a: list[float] = []
        for start in range(0, len(chosen), TOGETHER):
            if not self._going():
                return None
            if start and deadline is not None and perf_counter() >= deadline:
                break
            passes = engine.passes(vectors, chosen[start : start + TOGETHER])
            row = passes.row[self._j]
            z += passes.z[row].tolist()
            a += passes.a[row].tolist()
        active = None
        if not self._is_input:
            activation = line.experiment_at(position).network.wiring().activation[self._j]
            with np.errstate(all="ignore"):
                slopes = np.abs(activation.derivative(np.array(z), np.array(a)))
            active = int(np.count_nonzero(np.broadcast_to(slopes, len(z)) >= ACTIVE))
        return Activity(len(a), len(examples), active, min(a), sum(a) / len(a), max(a))

    # ---- inside --------------------------------------------------------------------------------

    def _nearby(self, even: list[int]) -> list[int]:
        """The ends, each moved to one whose beginning is known, where one lies in between."""
        found = []
        for before, end in pairwise([0, *even]):
            known, _ = self._line.checkpoints.before(end - 1)
            found.append(known + 1 if known + 1 > before else end)
        return found

    def _moment(self, end: int, deadline: float | None) -> Moment | None:
        """The neuron when ``end`` updates are finished; None when time ran out."""
        before = self.reach(end - 1, deadline)
        after = None if before is None else self.reach(end, deadline)
        if before is None or after is None:
            return None
        line, j = self._line, self._j
        b = None if self._is_input else float(after.p[line.layout.index[j]])
        start = line.schedule.update_start(end - 1)
        edit = line.next_edit(start)
        if edit is not None and edit < line.schedule.update_start(end):
            return Moment(end, None, None, b)
        last = line.schedule.batch(end - 1)[-1]
        passes = line.engine(start).passes(before, (last,))
        row = passes.row[j]
        delta = None if self._is_input else float(passes.delta[row, 0])
        return Moment(end, float(passes.a[row, 0]), delta, b)
