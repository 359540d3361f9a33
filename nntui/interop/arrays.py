"""Arrays of any library as numpy's: lists, arrays, DataFrames, tensors. float32 widens exactly."""

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
