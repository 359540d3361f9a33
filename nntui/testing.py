"""Hold a backpropagation of one's own against nntui's, in a test.

::

    def test_my_backpropagation():
        nntui.testing.assert_gradients(experiment, my_gradients)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nntui.debugger.debugger import Debugger
from nntui.model.coercion import array, described, shape_of
from nntui.model.errors import NntuiError
from nntui.model.names import did_you_mean, escaped, parameter_name
from nntui.verify.check_work import check_work
from nntui.verify.verdict import FILE_AT

if TYPE_CHECKING:
    from nntui.model.experiment import Experiment
    from nntui.model.numerics import Array

_MOST_SHOWN: Final = 8
"""Lines about wrong gradients, at most."""

Gradients = Callable[[dict[str, Any], "Array", "Array"], Any]


def assert_gradients(
    experiment: Experiment,
    my_function: Gradients,
    rtol: float = 1e-9,
    atol: float | None = None,
    *,
    penalty: bool = False,
) -> None:
    """Assert that a function computes the gradients of an experiment's first update.

    Args:
        experiment: the network with its first parameters, the data and the loss.
        my_function: is called with the parameters, as ``Debugger.parameters`` gives them, with the
            inputs X (N, inputs) and the targets Y (N, outputs) of the first batch. It returns the
            gradients by the same names (all or some), or all of them in the same order: their mean
            over the examples, or their sum, as the reduction of the training is.
        rtol: how much a number may be off, relative to the greater one.
        atol: and how much absolutely; None: ``rtol`` of the largest number of its array.
        penalty: whether the gradient of l1 and l2 is in them.

    Raises:
        AssertionError: says which number is wrong, what was expected, and by which mistake of a
            backpropagation it would come out so, if one is found.
    """
    debugger = Debugger(experiment)
    parameters = debugger.parameters()
    examples = debugger.schedule.batch(0)
    x = np.array([experiment.x(n) for n in examples])
    y = np.array([experiment.y(n) for n in examples])
    given = _by_name(my_function(debugger.parameters(), x, y), list(parameters))
    debugger.seek(debugger.schedule.gradients_end(0))
    mean = experiment.training.reduction == "mean"
    gradients = debugger.gradients(mean=mean, penalty=penalty).values()
    expected = dict(zip(parameters, gradients, strict=True))
    faults = [
        fault
        for name, value in given.items()
        if (fault := _fault(experiment, name, value, expected[name], rtol, atol))
    ]
    if faults:
        more = [f"… and {len(faults) - _MOST_SHOWN} more"] if len(faults) > _MOST_SHOWN else []
        lines = [*faults[:_MOST_SHOWN], *more, *judged(experiment, given)]
        raise AssertionError("\n".join(lines))


def judged(experiment: Experiment, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Say in a few lines which mistake makes such gradients, as ``nntui check --against`` does."""
    numbers = {f"d{name}" if "[" in name else name: value for name, value in given.items()}
    try:
        verdict = check_work(experiment, numbers)
    except NntuiError:  # shapes that do not fit: the faults say so
        return ()
    lines = () if verdict.right else verdict.lines
    return tuple(FILE_AT.sub(r"debugger.goto(\1)", line) for line in lines)


def _by_name(given: Any, names: list[str]) -> dict[str, Any]:
    """Return the gradients by name, whether they were given so or in order."""
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                hint = did_you_mean(str(name), names) or f"there are {', '.join(names[:8])}"
                raise AssertionError(f"there is no parameter “{escaped(str(name))}”; {hint}")
        if given:
            return dict(given)
    elif isinstance(given, (list, tuple)) and len(given) == len(names):
        return dict(zip(names, given, strict=True))
    raise AssertionError(
        f"found {described(given)}, expected the gradients by name, or a list of {len(names)}: "
        f"{', '.join(names[:8])}{', …' if len(names) > 8 else ''}"
    )


def _fault(
    experiment: Experiment, name: str, given: Any, right: Any, rtol: float, atol: float | None
) -> str:
    """Say what is wrong with the gradient of a parameter, or an array of them; empty: nothing."""
    expected = np.asarray(right)
    found = array(given)
    if found is None:
        try:
            found = np.array(given)
        except ValueError:  # rows of different lengths
            found = np.array(None)
    if found.dtype.kind not in "fiu":
        return f"{name}: found {described(given)}, expected numbers"
    if found.shape != expected.shape and (found.size != expected.size or 1 not in found.shape):
        hint = " (transpose it)" if found.T.shape == expected.shape else ""
        shapes = [shape_of(each) or "a number" for each in (found, expected)]
        return f"{name}: found {shapes[0]}, expected {shapes[1]}{hint}"
    found = found.reshape(expected.shape).astype(np.float64)
    within = rtol * np.max(np.abs(expected), initial=0.0) if atol is None else atol
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(found), np.abs(expected))
        near = (found == expected) | (np.abs(found - expected) <= within + rtol * size)
    wrong = np.argwhere(~(near | (np.isnan(found) & np.isnan(expected))))
    if not len(wrong):
        return ""
    at = tuple(map(int, wrong[0]))
    if at:
        name = f"{name}[{', '.join(map(str, at))}] ({_value_name(experiment, name, at)})"
    more = f", and {len(wrong) - 1} more of {expected.size}" if len(wrong) > 1 else ""
    return f"{name}: found {float(found[at])!r}, expected {float(expected[at])!r}{more}"


def _value_name(experiment: Experiment, name: str, at: tuple[int, ...]) -> str:
    """Name the value at an index of a layer's array: ``dw[x2,h1]``."""
    columns = experiment.network.wiring().columns
    layer, _, kind = name.removeprefix("layer").partition(".")
    before, own = columns[int(layer) - 1], columns[int(layer)]
    return parameter_name(own[at[0]] if kind == "bias" else (before[at[1]], own[at[0]]), "d")
