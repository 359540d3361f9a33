"""Check someone's numbers: which of them is wrong first, and which mistake makes them so."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from nntui.document.errors import FILE_SHOWN
from nntui.model import coercion
from nntui.model.errors import SettingError, counted
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.verify.array_files import AnyArray
from nntui.verify.files import Numbers, read_numbers
from nntui.verify.judge import judge
from nntui.verify.lay_out import Collection, LaidOut, Tolerance, laid_out
from nntui.verify.module_names import array_name, of_layers
from nntui.verify.places import LayerIndex, NumbersError, layers_of
from nntui.verify.right_run import RightRun
from nntui.verify.series import Series
from nntui.verify.trace import check_trace
from nntui.verify.verdict import Verdict, summed


def check_work(
    experiment: Experiment,
    numbers: Mapping[str, Any] | Numbers | str | os.PathLike[str],
    update: int = 0,
    *,
    after: int | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> Verdict:
    """Hold someone's numbers against the run of an experiment.

    Args:
        experiment: what was to be computed, as ``nntui.load`` reads it.
        numbers: arrays (or what has ``__array__``), lists and numbers by name: ``dW1``, ``X``,
            ``dw[x1,h1]``, or as ``Debugger.gradients`` or PyTorch gives them (with ``after``:
            ``Debugger.parameters``); or a file that holds them, by its path, or what
            ``read_numbers`` read.
        update: the index of the update (from 0) whose gradients and activations they are.
        after: after how many updates w and b were taken. None: before or after that update,
            whichever fits; arrays with a leading axis hold those after each update, or epoch.
            Lines of a trace take neither: they name their steps.
        rtol: the relative tolerance; None: 1e-6, 1e-4 for float32 and 6 digits or fewer.
        atol: the absolute one; None: 1e-9 of the largest number of a kind.

    Raises:
        NumbersError: a name, a shape or data that do not fit the experiment; one sentence.
        SettingError: an argument that is of no use, such as an infinite tolerance.
        DocumentError: a file that cannot be read.
    """
    if isinstance(numbers, (str, os.PathLike)):
        return check_file(experiment, numbers, update, after=after, rtol=rtol, atol=atol)
    if not isinstance(experiment, Experiment):
        made = "an Experiment (nntui.load and nntui.Experiment make one)"
        raise SettingError(coercion.described(experiment), made, "experiment")
    tolerance = Tolerance(_tolerated(rtol, "rtol"), _tolerated(atol, "atol"))
    update = _whole(update, "update")
    after = None if after is None else _whole(after, "after")
    run = RightRun(experiment)
    last = run.schedule.updates
    if not 0 <= update < last:
        has = counted(last, "update")
        raise NumbersError(f"there is no update {update + 1}: the run has {has}")
    if after is not None and not 0 <= after <= last:
        raise NumbersError(f"there is no time after {after} updates: the run has {last:,}")
    if not isinstance(numbers, Numbers):
        if not isinstance(numbers, Mapping):
            found = escaped(type(numbers).__name__)
            raise NumbersError(f"found a {found}, expected numbers by name, such as a dict")
        numbers = Numbers({str(name): as_array(str(name), a) for name, a in numbers.items()})
    if numbers.steps:
        if update or after is not None:
            raise NumbersError("lines of a trace name their own steps: leave update and after out")
        return check_trace(run, numbers.steps, tolerance)
    layers = layers_of(run.net, run.layout)
    numbers, taken = _by_layer(numbers, layers, gradients=after is None)
    series, notes = _series(run, numbers, update, after, tolerance)
    notes = (*taken, *notes)
    verdict = _judged(series, run)
    if not verdict.right:
        other, which = Tolerance(), "With the usual rtol and atol"
        if other == tolerance and (half := half_unit(numbers)):
            other = Tolerance(None, half)
            which = f"With atol {half:g}, half a unit of their last decimal,"
        if other != tolerance:
            coarse, _ = _series(run, numbers, update, after, other)
            if next(coarse.differing(), None) is None:
                notes += (f"{which} they all agree.",)
    return replace(verdict, notes=notes)


_OWN: Final = re.compile(r"layer(\d{1,6})\.(weight|bias)")
_TAKEN: Final = 4  # names that are listed


def _by_layer(
    numbers: Numbers, layers: Sequence[LayerIndex], *, gradients: bool
) -> tuple[Numbers, tuple[str, ...]]:
    """Take the names that ``Debugger.gradients`` and ``parameters`` have, and those of PyTorch.

    They are ``gradients``, or else parameters after an update. Returns also what was taken for
    what, if that could be doubted.
    """
    notes: list[str] = []

    def known(values: Mapping[str, AnyArray], *, gradients: bool) -> dict[str, AnyArray]:
        names = {
            name: array_name(int(match[1]), match[2], gradient=gradients)
            for name in values
            if (match := _OWN.fullmatch(name))
        }
        if not names and (names := of_layers(values, layers, gradients=gradients)):
            taken = [f"{name} for {array}" for name, array in names.items()]
            more = ", …" * (len(taken) > _TAKEN)
            notes.append(f"Taken by layer: {', '.join(taken[:_TAKEN])}{more}.")
        return {names.get(name, name): array for name, array in values.items()}

    by_update = {k: known(values, gradients=False) for k, values in numbers.by_update.items()}
    values = known(numbers.values, gradients=gradients)
    return replace(numbers, values=values, by_update=by_update), tuple(notes[:1])


def _tolerated(value: object, name: str) -> float | None:
    number = None if value is None else coercion.real(value)
    if value is not None and (number is None or not 0.0 <= number < math.inf):
        raise SettingError(coercion.described(value), "a finite number of at least 0", name)
    return number


def _whole(value: object, name: str) -> int:
    number = coercion.whole(value)
    if number is None:
        raise SettingError(coercion.described(value), "a whole number", name)
    return number


def half_unit(numbers: Numbers) -> float | None:
    """Return half a unit of the last decimal that numbers were rounded to: of 3 to 5, else None."""
    arrays = [
        *numbers.values.values(),
        *(a for by in numbers.by_update.values() for a in by.values()),
    ]
    floats = [a[np.isfinite(a)] for a in arrays if a.dtype == np.float64]
    if len(floats) == len(arrays) and any(a.any() for a in floats):
        for decimals in (3, 4, 5):
            if all(np.array_equal(np.round(a, decimals), a) for a in floats):
                return float(f"5e-{decimals + 1}")
    return None


def _series(
    run: RightRun, numbers: Numbers, update: int, after: int | None, tolerance: Tolerance
) -> tuple[Series, tuple[str, ...]]:
    """Put numbers into a series; return also how they were read."""
    series = Series(run, tolerance)
    notes: tuple[str, ...] = ()
    if numbers.values:
        moment = laid_out(run, numbers.values, update)
        series.put_arrays(moment.updates)
        _put(series, run, moment, update, after, tolerance)
        notes = moment.notes
    for k, values in numbers.by_update.items():
        _put_after(series, run, k, values)
    if series.by_epoch:
        notes += ("Arrays with a leading axis are read as those after each epoch, not update.",)
    if not series.updates():
        raise NumbersError("there is nothing to compare: X and Y are only the data")
    return series, notes


def _put(
    series: Series,
    run: RightRun,
    moment: LaidOut,
    update: int,
    after: int | None,
    tolerance: Tolerance,
) -> None:
    """Put numbers of an update into a series; w and b may be from before it or from after it."""
    batch, parameters = moment.batch, moment.parameters
    if after is not None and parameters:
        series.put(after, parameters)
        parameters = ()
    if parameters and all(laid.place.kind == "p" for laid in parameters):
        start = Collection(run, update, tolerance)
        for laid in parameters:
            start.put(laid)
        if series.agrees(start.given()):
            batch, parameters = (*batch, *parameters), ()
    if batch or parameters:
        series.put(update + 1, parameters, batch)


def _put_after(series: Series, run: RightRun, k: int, values: Mapping[str, AnyArray]) -> None:
    """Put the numbers of the k-th update, and those after it, into a series."""
    most = run.schedule.updates
    if k > most:
        raise NumbersError(f"there is no update {k:,}: the run has {counted(most, 'update')}")
    found = laid_out(run, values, max(k - 1, 0))
    if k == 0 and found.batch:
        name = found.batch[0].place.name
        raise NumbersError(f"{name}: before the first update (0) there are only w and b")
    if found.updates:
        name = found.updates[0].place.name
        raise NumbersError(f"{name}: found several numbers for update {k}, expected one")
    series.put(k, found.parameters, found.batch)


def _judged(series: Series, run: RightRun) -> Verdict:
    """Judge the first update whose numbers differ; where none do, one of those that agree."""
    updates = [k for k in series.updates() if k]
    if not updates:
        raise NumbersError("there is nothing to compare but the parameters at the start")
    for k in series.differing():
        others = tuple(series.counts(but=k))
        verdict = judge(run, series.given(k), part=bool(others))
        if not verdict.right:
            return replace(verdict, counts=summed((*verdict.counts, *others)), update=k - 1)
    agreeing = [k for k in updates if k not in series.drifts]
    k = next(filter(series.batch, agreeing), agreeing[0])
    verdict = judge(run, series.given(k, around=0))
    counts = summed((*verdict.counts, *series.counts(but=k, around=0)))
    lines = verdict.lines
    if len(updates) > 1:
        numbers = counted(sum(count.compared for count in counts), "number")
        lines = (f"Right: all {numbers} agree with the run, up to update {updates[-1]:,}.",)
        if series.drifts:
            lines += (f"From update {min(series.drifts):,} on they drift away by rounding alone.",)
        lines += verdict.lines[1:]
    return replace(verdict, counts=counts, lines=lines, update=k - 1)


def check_file(
    experiment: Experiment, path: str | os.PathLike[str], update: int = 0, **options: Any
) -> Verdict:
    """Hold the numbers in a file against the run; ``options`` are those of ``check_work``.

    Raises:
        DocumentError, NumbersError: numbers that cannot be read, or do not fit; the file is named.
    """
    numbers = read_numbers(path)
    try:
        return check_work(experiment, numbers, update, **options)
    except NumbersError as error:
        raise NumbersError(f"{escaped(os.fspath(path), FILE_SHOWN)}: {error}") from None


def as_array(name: str, value: Any) -> AnyArray:
    """Make an array of numbers of a value: a number, lists, or anything with ``__array__``.

    Raises:
        NumbersError: it holds anything but numbers, or none.
    """
    array: AnyArray | None = coercion.numbers(value)
    if array is not None and array.size:
        return array
    given = coercion.array(value)
    if array is not None:
        said = "no numbers, expected numbers"
    elif given is not None:
        said = f"an array of {given.dtype}, expected numbers"
    else:
        rows = ", in rows of one length" if isinstance(value, (list, tuple)) else ""
        said = f"{coercion.described(value)}, expected numbers{rows}"
    raise NumbersError(f"{escaped(name)}: found {said}")
