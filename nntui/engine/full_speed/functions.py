"""How activations and losses are applied to a batch: to whole arrays, or number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np

from nntui.engine.full_speed.arrangement import Rows
from nntui.model.activations import Activation
from nntui.model.elementary import Array
from nntui.model.losses import Loss

CHUNK: Final = 8192
"""About how many numbers are computed at a time, so that what is between fits into the cache."""


class Functions(Protocol):
    """The three places where a function of the model is applied."""

    def activate(self, f: Activation, rows: Rows, z: Array, a: Array) -> None:
        """In the given rows: a ← f(z)."""

    def slope(self, f: Activation, rows: Rows, z: Array, a: Array, da: Array, d: Array) -> None:
        """In the given rows: delta ← da·f′(z)."""

    def losses(self, loss: Loss, outputs: list[Array], y: list[Array]) -> Array:
        """The loss of each example (n,), from a row of each output and of its targets."""

    def loss_slopes(self, loss: Loss, outputs: list[Array], y: list[Array]) -> list[Array]:
        """∂L/∂a of each output, a row (n,) each."""


class OnArrays:
    """For where numpy's functions give an array's element the bits that they give a float."""

    def activate(self, f: Activation, rows: Rows, z: Array, a: Array) -> None:
        """In the given rows: a ← f(z)."""
        for s in _chunks(rows, z.shape[1]):
            a[s] = f.f(z[s])

    def slope(self, f: Activation, rows: Rows, z: Array, a: Array, da: Array, d: Array) -> None:
        """In the given rows: delta ← da·f′(z)."""
        for s in _chunks(rows, z.shape[1]):
            d[s] = da[s] * f.derivative(z[s], a[s])

    def losses(self, loss: Loss, outputs: list[Array], y: list[Array]) -> Array:
        """The loss of each example (n,)."""
        found: Array = loss.value(outputs, y)
        return found

    def loss_slopes(self, loss: Loss, outputs: list[Array], y: list[Array]) -> list[Array]:
        """∂L/∂a of each output, a row (n,) each."""
        return loss.gradient(outputs, y)


class OnFloats:
    """For anywhere: every number by itself, as the listing does it."""

    def activate(self, f: Activation, rows: Rows, z: Array, a: Array) -> None:
        """In the given rows: a ← f(z)."""
        a[rows] = _each(f.f, z[rows])

    def slope(self, f: Activation, rows: Rows, z: Array, a: Array, da: Array, d: Array) -> None:
        """In the given rows: delta ← da·f′(z)."""
        d[rows] = da[rows] * _each(f.derivative, z[rows], a[rows])

    def losses(self, loss: Loss, outputs: list[Array], y: list[Array]) -> Array:
        """The loss of each example (n,)."""
        return np.array([loss.value(*pair) for pair in _by_example(outputs, y)])

    def loss_slopes(self, loss: Loss, outputs: list[Array], y: list[Array]) -> list[Array]:
        """∂L/∂a of each output, a row (n,) each."""
        return list(np.array([loss.gradient(*pair) for pair in _by_example(outputs, y)]).T)


def _chunks(rows: Rows, n: int) -> Any:
    """A stretch of rows in pieces of about ``CHUNK`` numbers."""
    if not isinstance(rows, slice) or (rows.stop - rows.start) * n <= CHUNK:
        return (rows,)
    height = max(1, CHUNK // n)
    starts = range(rows.start, rows.stop, height)
    return [slice(start, min(start + height, rows.stop)) for start in starts]


def _each(function: Callable[..., float], *arrays: Array) -> Array:
    numbers = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    return np.array([function(*operands) for operands in numbers]).reshape(arrays[0].shape)


def _by_example(outputs: list[Array], y: list[Array]) -> Any:
    a, targets = np.array(outputs).T.tolist(), np.array(y).T.tolist()
    return zip(a, targets, strict=True)
