"""Arrays of any library as numpy's (float32 widens exactly); answers held against others."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntui.interop.errors import ConversionError
from nntui.model.coercion import numbers
from nntui.model.dataset import Dataset, Target
from nntui.model.losses import Loss
from nntui.model.names import escaped
from nntui.model.numerics import Array


def array_of(values: Any, what: str) -> Array:
    """Convert numbers to float64, whatever holds them; ``what`` names them in the sentence.

    Raises:
        ConversionError: they are no numbers, or rows of different lengths.
    """
    found = numbers(values)
    if found is None:
        kind = escaped(type(values).__name__)
        raise ConversionError(f"{what}: found {kind}, expected numbers in rows")
    array: Array = found.astype(np.float64, copy=False)
    return array


def rows_of(X: Any, what: str = "X") -> Array:  # noqa: N803 (the field's name)
    """Convert examples to rows (N, inputs): all that belongs to an example is one row.

    Raises:
        ConversionError: they are no numbers, or none.
    """
    array = array_of(X, what)
    if array.ndim == 0 or not len(array):
        raise ConversionError(f"{what}: found no rows, expected at least one example")
    return array.reshape(len(array), -1)


def dataset_of(X: Any, y: Any, loss: Loss, outputs: int) -> Dataset:  # noqa: N803
    """Make a data set of arrays: targets are rows, or class indices for a loss over classes.

    Raises:
        ConversionError: they are no numbers.
        SettingError: rows that do not fit each other.
    """
    inputs, targets = rows_of(X), array_of(y, "y")
    wanted: list[Any]
    if loss.row.classes and targets.ndim == 1 and outputs > 1:
        wanted = [_class(target) for target in targets]
    else:
        wanted = [tuple(row) for row in rows_of(targets, "y").tolist()]
    return Dataset.of([tuple(row) for row in inputs.tolist()], wanted)


def _class(target: float) -> Target:
    if not float(target).is_integer():
        raise ConversionError(f"y: found {target:g}, expected class indices, which are whole")
    return int(target)


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as numpy does: ``(3, 4)``."""
    return str(tuple(map(int, shape)))


def normalized(a: Array, *, log: bool = False) -> Array:
    """Apply softmax, or its logarithm, to rows."""
    a = a - a.max(axis=1, keepdims=True)
    logs: Array = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return logs if log else np.exp(logs)


def compare_answers(found: Array, expected: Array, tolerance: float) -> None:
    """Make sure that layers (found) compute what a model does (expected).

    Raises:
        ConversionError: says where they differ most.
    """
    if found.shape != expected.shape:
        raise ConversionError(
            f"the model answers with the shape {shape_text(expected.shape)}, its layers with "
            f"{shape_text(found.shape)}"
        )
    finite = np.isfinite(expected) & np.isfinite(found)
    if not finite.any():
        return  # a weight that is no number is named where the network is built
    bound = tolerance * max(float(np.abs(expected[finite]).max()), 1.0)
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        wrong = np.argwhere(finite & (np.abs(found - expected) > bound))
    if len(wrong):
        n, k = wrong[0]
        raise ConversionError(
            f"the model answers {expected[n, k]:.6g} where its layers give {found[n, k]:.6g}: it "
            "does something that nntui does not see"
        )
