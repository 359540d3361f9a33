"""Numbers after one update after the other, held against the run: where they part first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np

from nntui.engine.training_state import TrainingState
from nntui.explain.numbers import rounded
from nntui.model.errors import counted
from nntui.model.numerics import Array
from nntui.verify.comparison import ROUNDINGS, Comparison
from nntui.verify.given import FLOAT32, Given, Mask
from nntui.verify.lay_out import Collection, Tolerance
from nntui.verify.passes import Passes
from nntui.verify.places import NumbersError
from nntui.verify.right_run import RightRun
from nntui.verify.rounding import rounding_sizes
from nntui.verify.shapes import Laid
from nntui.verify.verdict import KindCount

_AROUND: Final = 3
"""Updates before and behind the first that differs which the search is given, too."""

_BUMP: Final = 1e-6
"""By how much of its rounding's size the gradient is moved to see what that does to an update."""


class Series:
    """Numbers by the number k of updates after which they were taken (0: at the start).

    ``by_epoch``: arrays with an axis of updates turned out to have a row for each epoch.
    ``drifts``: those k whose numbers differ from the run by the roundings of their past alone, as
    far as ``differing`` has come.
    """

    def __init__(self, run: RightRun, tolerance: Tolerance) -> None:
        self._run, self._tolerance = run, tolerance
        self._parameters: dict[int, list[Laid]] = {}
        self._batch: dict[int, list[Laid]] = {}
        self._arrays: list[Laid] = []  # with an axis of updates, whose first row is that of
        self._first, self._stride = 1, 1
        self.drifts: set[int] = set()

    def put(self, k: int, parameters: Sequence[Laid], batch: Sequence[Laid] = ()) -> None:
        """Add parameters after k updates, and numbers of the batch of the k-th."""
        self._parameters.setdefault(k, []).extend(parameters)
        self._batch.setdefault(k, []).extend(batch)

    def put_arrays(self, arrays: Sequence[Laid]) -> None:
        """Add arrays with an axis of updates; their first row may be from before the first one.

        Where the first that is not agrees with the end of an epoch, they have a row for each epoch.

        Raises:
            NumbersError: arrays of different lengths, or longer than the run.
        """
        if not arrays:
            return
        name, count = arrays[0].place.name, len(arrays[0].values)
        for other in arrays:
            if len(other.values) != count:
                found = f"{other.place.name}: found {counted(len(other.values), 'update')}"
                raise NumbersError(f"{found}, expected {count:,}, as {name} has")
        self._arrays, self._first = list(arrays), self._first_row(arrays)
        epoch, row = self._run.schedule.updates_per_epoch, 1 - self._first
        if row < count and not self._is_after(1, row) and self._is_after(epoch, row):
            self._stride = epoch
        most, last = self._run.schedule.updates, (count + self._first - 1) * self._stride
        if last > most:
            found = f"{name}: found {counted(last, 'update')}"
            raise NumbersError(f"{found}, expected at most {most:,}, as the run has")

    def _first_row(self, arrays: Sequence[Laid]) -> int:
        start = self._run.start(0).p
        alike = [
            np.allclose(laid.values[0].ravel(), start[laid.place.cells.ravel()], 1e-5, 0.0)
            for laid in arrays
            if laid.place.kind == "p"
        ]
        return 0 if alike and all(alike) else 1

    @property
    def by_epoch(self) -> bool:
        return self._stride > 1

    def _is_after(self, k: int, row: int) -> bool:
        """Whether a row of the arrays agrees with the run after k updates."""
        collection = Collection(self._run, k - 1, self._tolerance, k)
        for laid in self._arrays:
            collection.put_after(k, replace(laid, values=laid.values[row]))
        return self.agrees(collection.given())

    @property
    def _rows(self) -> int:
        return len(self._arrays[0].values) if self._arrays else 0

    def _row(self, k: int) -> int | None:
        """Return the row of the arrays that is from after k updates."""
        n, rest = divmod(k, self._stride)
        return n - self._first if not rest and 0 <= n - self._first < self._rows else None

    def updates(self) -> list[int]:
        """List the numbers k, rising."""
        rows = range(self._first, self._first + self._rows)
        return sorted({*self._parameters, *(n * self._stride for n in rows)})

    def parameters(self, k: int) -> list[Laid]:
        """Return the parameters after k updates."""
        found, row = list(self._parameters.get(k, ())), self._row(k)
        if row is not None:
            found += [replace(a, values=a.values[row], updates=False) for a in self._arrays]
        return found

    def batch(self, k: int) -> list[Laid]:
        """Return the numbers of the batch of the k-th update."""
        return self._batch.get(k, [])

    def given(self, k: int, around: int = _AROUND) -> Given:
        """Put the numbers of the k-th update into arrays, with parameters after some around it."""
        around_k = range(max(k - around, 1), k + around + 1)
        near = [n for n in around_k if n in self._parameters or self._row(n) is not None] or [k]
        first, length = near[0], near[-1] - near[0] + 1
        collection = Collection(self._run, k - 1, self._tolerance, first, length)
        for laid in self.batch(k):
            collection.put(laid)
        for n in near:
            for laid in self.parameters(n):
                collection.put_after(n, laid)
        return collection.given()

    def differing(self) -> Iterator[int]:
        """Yield each k whose numbers differ from the run.

        Numbers that only drifted apart by rounding do not count: their update is the right one.

        Raises:
            NumbersError: the parameters at the start are not those of the document.
        """
        for k in self.updates():
            if k == 0:
                self._check_start()
            elif not self.agrees(self.given(k, around=0)):
                if self._drifted(k):
                    self.drifts.add(k)
                else:
                    yield k

    def _check_start(self) -> None:
        collection = Collection(self._run, 0, self._tolerance)
        for laid in self.parameters(0):
            collection.put(laid)
        comparison, agree, expected = self.compared(collection.given())
        for first in comparison.differences(agree, expected)[:1]:
            number = rounded(6)
            raise NumbersError(
                f"before the first update {first.name} is {number(first.found)}, the document has "
                f"{number(first.expected)} there: begin with its parameters"
            )

    def _drifted(self, k: int) -> bool:
        """Whether parameters that differ came from those before by the right update.

        A run amplifies roundings: in float32 it may be far from the right one after many updates.
        """
        run = self._run
        if k < 2 or self.batch(k):
            return False
        before, now = (self.given(n, around=0).after for n in (k - 1, k))
        if before is None or now is None or not before.given.all():
            return False
        epsilon = max(before.epsilon, now.epsilon)
        if epsilon == FLOAT32:
            epsilon *= 8.0  # six digits are fewer than those of a float32
        state = TrainingState(before.values[0], run.start(k - 1).memory)
        with np.errstate(all="ignore"):
            right, off = self._updated(state, k - 1, epsilon)
            near = np.abs(now.values[0] - right) <= ROUNDINGS * epsilon * off
        return bool(near[now.given[0]].all())

    def _updated(self, state: TrainingState, update: int, epsilon: float) -> tuple[Array, Array]:
        """Do an update; also say what rounding does to each parameter, in units of epsilon."""
        run, optimizer = self._run, self._run.experiment.training.optimizer
        batch = self._passes.backward(self._passes.forward(state.p, run.schedule.batch(update)))
        t = run.schedule.t(update)
        bump, memory = _BUMP * rounding_sizes(batch, epsilon)["g"], tuple(state.memory)
        right, above, below = (
            optimizer.update(state.p, g, memory, t, run.layout.is_weight)[0]
            for g in (batch.g, batch.g + bump, batch.g - bump)
        )
        frozen = [run.layout.index[parameter] for parameter in run.net.frozen]
        right[frozen] = state.p[frozen]
        return right, np.abs(above - below) / (2.0 * _BUMP) + np.abs(state.p)

    def counts(self, but: int, around: int = _AROUND) -> Iterator[KindCount]:
        """Count the numbers that agree, those that went into ``given(but, around)`` left out."""
        for k in self.updates():
            if k in (0, but):
                continue
            numbers = self.given(k, around=0)
            if abs(k - but) <= around:
                numbers = replace(numbers, after=None, memory=())
            comparison, agree, _ = self.compared(numbers)
            yield from comparison.counts(agree | (k in self.drifts))

    def compared(self, numbers: Given) -> tuple[Comparison, Mask, Array]:
        """Hold numbers against the run; return also which agree, and what is right.

        Gradients may have the penalty or not: as they agree better.
        """
        passes, schedule = self._passes, self._run.schedule
        found: list[tuple[Comparison, Mask, Array]] = []
        with np.errstate(all="ignore"):
            right = self._run.simulated(passes, numbers)
            for with_penalty in (True, False) if "dp" in numbers.of_batch else (True,):
                comparison = Comparison(passes, schedule, numbers, with_penalty=with_penalty)
                expected = comparison.expected(right, numbers.first_after)
                found.append((comparison, comparison.agrees(expected), expected))
        return max(found, key=lambda each: np.count_nonzero(each[1]))

    def agrees(self, numbers: Given) -> bool:
        """Whether all numbers agree with the run."""
        return bool(self.compared(numbers)[1].all())

    @cached_property
    def _passes(self) -> Passes:
        return Passes(self._run.experiment)
