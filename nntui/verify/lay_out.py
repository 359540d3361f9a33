"""Lay someone's numbers out in the arrays of the run, in the way in which they fit best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nntui.explain.numbers import rounded
from nntui.model.numerics import Array
from nntui.verify.array_files import AnyArray
from nntui.verify.given import FLOAT32, FLOAT64, Given, GivenArray
from nntui.verify.places import NumbersError, Places
from nntui.verify.right_run import RightRun
from nntui.verify.shapes import Laid, Reading, Shapes, readings

RTOL: Final = 1e-6
ROUGH_RTOL: Final = 1e-4
"""Of numbers in float32, or with 6 digits or fewer."""
ATOL: Final = 1e-9
"""Of the largest number of a kind."""

_SHOWN: Final = 6  # numbers of an example
_DATA: Final = 1_000_000  # what a number of the data counts when a way to read is chosen
_BY_CHANCE: Final = 0.02  # what part of numbers may agree by chance


@dataclass(frozen=True)
class Tolerance:
    """The tolerances asked for; None: the usual ones."""

    rtol: float | None = None
    atol: float | None = None


class Sheet:
    """Collects numbers of one kind in an array of the run, blank at first."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._values = np.full(shape, np.nan)
        self._given = np.zeros(shape, np.bool_)
        self._rough = np.zeros(shape, np.bool_)

    def put(self, laid: Laid, at: Any) -> None:
        """Write the numbers of a name to some cells, by any index of numpy.

        Raises:
            NumbersError: some of them were given already.
        """
        if self._given[at].any():
            raise NumbersError(f"{laid.place.name} is given twice: by this name and by another")
        self._values[at] = laid.values.reshape(self._values[at].shape)
        self._given[at], self._rough[at] = True, laid.rough

    def array(self, tolerance: Tolerance) -> GivenArray:
        """Return what was collected, with its tolerances."""
        finite = np.abs(self._values[np.isfinite(self._values)])
        atol = ATOL * float(finite.max(initial=0.0)) if tolerance.atol is None else tolerance.atol
        rtol = np.where(self._rough, ROUGH_RTOL, RTOL) if tolerance.rtol is None else tolerance.rtol
        # Who asks for more digits than a float32 has wants them, however the numbers were made.
        allows = tolerance.rtol is None or tolerance.rtol >= FLOAT32
        epsilon = FLOAT32 if self._rough.any() and allows else FLOAT64
        return GivenArray(self._values, self._given, rtol, atol, epsilon)


class Collection:
    """Collects the numbers of an update, and parameters after ``length`` updates from ``first`` on.

    ``first`` is a number of updates done: 1 is after the first.
    """

    def __init__(
        self, run: RightRun, update: int, tolerance: Tolerance, first: int = 1, length: int = 1
    ) -> None:
        self._run, self._update, self._tolerance = run, update, tolerance
        self._first, self._length = first, length
        self._batch: dict[str, Sheet] = {}
        self._after: dict[str, Sheet] = {}

    def put(self, laid: Laid, example: int | None = None) -> None:
        """Write numbers of the batch; or of the example at an index in it."""
        kind, cells = laid.place.kind, laid.place.cells.ravel()
        if kind not in self._batch:
            self._batch[kind] = Sheet(_shape(self._run, kind, self._update))
        if kind in ("loss", "batch_loss"):
            at: Any = ... if example is None else example
        else:
            at = cells if example is None else (cells, example)
        self._batch[kind].put(laid, at)

    def put_after(self, updates: int, laid: Laid) -> None:
        """Write parameters, or what the optimizer remembers, after so many updates."""
        kind = laid.place.kind
        if kind not in self._after:
            self._after[kind] = Sheet((self._length, self._run.layout.size))
        self._after[kind].put(laid, (updates - self._first, laid.place.cells.ravel()))

    def given(self) -> Given:
        """Return what was collected."""
        batch, after = (
            {kind: sheet.array(self._tolerance) for kind, sheet in sheets.items()}
            for sheets in (self._batch, self._after)
        )
        quantities = self._run.experiment.training.optimizer.row.memory
        memory = tuple(after.get(name) for name in quantities)
        memory = memory if any(array is not None for array in memory) else ()
        return Given(self._update, batch, after.get("p"), memory, self._first - 1)


def _shape(run: RightRun, kind: str, update: int) -> tuple[int, ...]:
    n = run.schedule.batch_length(update)
    match kind:
        case "z" | "a" | "da" | "delta":
            return run.layout.height, n
        case "softmax":
            return len(run.net.outputs), n
        case "loss":
            return (n,)
        case "batch_loss":
            return (1,)
    return (run.layout.size,)


@dataclass(frozen=True)
class LaidOut:
    """Arrays by name, with their places and in the way in which they fit best.

    ``batch``: numbers of a batch. ``parameters``: w and b, and what the optimizer remembers, of one
    moment. ``updates``: the same with an axis of updates. ``notes``: how they were read.
    """

    batch: tuple[Laid, ...] = ()
    parameters: tuple[Laid, ...] = ()
    updates: tuple[Laid, ...] = ()
    notes: tuple[str, ...] = ()


def laid_out(run: RightRun, values: Mapping[str, AnyArray], update: int) -> LaidOut:
    """Find the places of arrays, as numbers of the update at an index.

    Raises:
        NumbersError: a name, a shape, or data that are not those of the run.
    """
    found = list(readings(Shapes(run, Places(run), update).items(values)))
    numbers = run.of_batch(update)
    scores = [_score(run, reading, numbers) if len(found) > 1 else 0 for reading in found]
    chance = _BY_CHANCE * sum(laid.values.size for laid in found[0].laid)
    at = scores.index(max(scores)) if max(scores) > scores[0] + chance else 0
    reading, score = found[at], scores.pop(at)
    groups: dict[str, list[Laid]] = {"batch": [], "parameters": [], "updates": []}
    for laid in reading.laid:
        place = laid.place
        if place.kind in ("x", "t"):
            _check_data(run, laid, numbers[place.kind], update)
        elif place.of_updates:
            groups["updates" if laid.updates else "parameters"].append(laid)
        else:
            groups["batch"].append(laid)
    notes = _notes(reading, tied=score <= max(scores, default=0) + chance)
    return LaidOut(**{name: tuple(group) for name, group in groups.items()}, notes=notes)


def _score(run: RightRun, reading: Reading, numbers: Mapping[str, Array]) -> int:
    """Count how many numbers agree with the run when arrays are read in one way."""
    total = 0
    for laid in reading.laid:
        cells, kind = laid.place.cells, laid.place.kind
        if laid.updates or kind not in numbers or kind == "loss":
            values = laid.values[0] if laid.updates else laid.values
            expected = [run.start(1).p[cells], run.start(0).p[cells]] if kind == "p" else []
        else:
            values, expected = laid.values, [numbers[kind][cells]]
            expected += [run.start(1).p[cells]] if kind == "p" else []
            expected += [numbers["g"][cells]] if kind == "dp" else []
        agree = [np.isclose(values, right, ROUGH_RTOL, 0.0, equal_nan=True) for right in expected]
        count = max((int(np.sum(each)) for each in agree), default=0)
        total += count * (_DATA if kind in ("x", "t") else 1)
    return total


def _notes(reading: Reading, *, tied: bool) -> tuple[str, ...]:
    if not reading.open:
        return ()
    outwards = "(out, in)" if reading.turned[0] else "(in, out)"
    examples = "examples in rows" if reading.turned[1] else "examples in columns"
    weights = [name for name in reading.open if "W" in name.upper()]
    others = [name for name in reading.open if name not in weights]
    ways = [f"{', '.join(weights)}: {outwards}"] * bool(weights)
    ways += [f"{', '.join(others)}: {examples}"] * bool(others)
    fit = "which fits no better than the other way" if tied else "which fits best"
    return (f"Square arrays, read as {'; '.join(ways)}, {fit}.",)


def _check_data(run: RightRun, laid: Laid, right: Array, update: int) -> None:
    """Make sure that inputs or targets are those of the batch: (rows, n), or one row (n,).

    Raises:
        NumbersError: names the first example that differs.
    """
    expected = np.atleast_2d(right[laid.place.cells])
    found = laid.values.reshape(expected.shape)
    tolerance = ROUGH_RTOL if laid.rough else RTOL
    alike = np.all(np.isclose(found, expected, tolerance, 0.0), axis=0)
    if alike.all():
        return
    place = int(np.argmin(alike))
    number = run.schedule.batch(update)[place] + 1
    hint = ""
    if len(alike) > 1 and np.allclose(_sorted(found), _sorted(expected), tolerance, 0.0):
        hint = " (the same examples in another order)"
    raise NumbersError(
        f"{laid.place.name}: example {place + 1} of the batch of update {update + 1} is "
        f"{_vector(found[:, place])}, the document has {_vector(expected[:, place])} there (row "
        f"{number} of its data){hint}"
    )


def _sorted(columns: Array) -> Array:
    return columns[:, np.lexsort(columns)]


def _vector(numbers: Array) -> str:
    shown = ", ".join(map(rounded(6), numbers[:_SHOWN].tolist()))
    more = ", …" * (len(numbers) > _SHOWN)
    return f"({shown}{more})" if len(numbers) > 1 else shown
