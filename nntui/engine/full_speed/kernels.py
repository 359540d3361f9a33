"""Kernels: sums of products over whole blocks, each sum strictly from left to right.

The algorithm adds one product after another, and so does each kernel here; a matrix product would
not (it adds in blocks, and fuses). All matrices are C-contiguous unless said otherwise:

- ``forward(w, a, z)``: z[j] = w[j,0]·a[0] + w[j,1]·a[1] + … for every example (a[0] are ones).
- ``backward(w, delta, da)``: da[i] = 0 + w[0,i]·delta[0] + w[1,i]·delta[1] + …; the rows of
  ``delta`` may run backwards.
- ``gather(delta, a, dp)``: dp[j,i] = 0 + delta[j]·a[i] of the first example + of the second + ….

``connected`` says which cells of w are connections (None: all). Kernels with ``skips_gaps`` use it;
to the others a missing connection is one of weight 0, which is right while all is finite.
``compiled.py`` has one more kernel, which numba compiles.

Functions of the model are applied to whole arrays, or number by number: a self-test finds out
whether this machine's numpy gives an array's elements, and einsum's sums, the right bits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from operator import mul
from random import Random
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from nntui.engine.full_speed.batch_layout import Rows
from nntui.engine.full_speed.elementwise import CHUNK, compile_formula, ready
from nntui.model import numerics
from nntui.model.activations import Activation
from nntui.model.losses import Loss
from nntui.model.numerics import Array, ordered_sum

Connected = Any


class Kernel(Protocol):
    """The three sums of a training step."""

    skips_gaps: bool
    """Whether only connections are added, for any number of examples and any sign of 0."""

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None: ...

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None: ...

    def gather(self, delta: Array, a: Array, dp: Array) -> None: ...

    def gather_on(self, delta: Array, a: Array, dp: Array) -> None:
        """Like ``gather``, but dp goes on from what it holds, as if its examples came first."""


class _Numpy:
    """What the kernels made of numpy's functions have in common."""

    skips_gaps = False

    def gather_on(self, delta: Array, a: Array, dp: Array) -> None:
        for j in range(delta.shape[0]):
            terms = np.concatenate((dp[j, :, np.newaxis], delta[j] * a), axis=1)
            dp[j] = np.add.accumulate(terms, axis=1)[:, -1]


class Einsum(_Numpy):
    """For two examples or more: numpy's einsum, whose innermost loop is then over no sum.

    Which loop is innermost follows from the memory layout: it must be the examples' in forward
    and backward, and the longer one of neurons' and sources' in gather. An axis of length 1 does
    not count, hence the limits. A sum starts at 0.0 here, so a bias of −0.0 to which only −0.0 is
    added becomes 0.0.
    """

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        np.einsum("ji,ib->jb", w, a, out=z)

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        np.einsum("ji,jb->ib", w, delta, out=da)

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        neurons, sources = dp.shape
        if neurons == sources == 1:
            dp[...] = np.add.accumulate(delta * a, axis=1)[:, -1] + 0.0
        elif sources >= neurons:
            np.einsum("jb,bi->ji", delta, np.ascontiguousarray(a.T), out=dp)
        else:
            dp[...] = np.einsum("ib,bj->ij", a, np.ascontiguousarray(delta.T)).T


class OneExample(_Numpy):
    """For a single example: numpy's running sums, which go from left to right by definition."""

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        z[:, 0] = np.add.accumulate(w * a[:, 0], axis=1)[:, -1]

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        da[:, 0] = np.add.accumulate(w * delta, axis=0)[-1] + 0.0

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        np.multiply(delta, a[:, 0], out=dp)
        dp += 0.0  # the sum starts at 0.0: −0.0 becomes 0.0


class Exact(_Numpy):
    """For everything: one product after another, for all examples at once, on any machine."""

    skips_gaps = True

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        z[...] = w[:, :1]
        for i in range(1, w.shape[1]):
            j = slice(None) if connected is None else np.flatnonzero(connected[:, i])
            z[j] = z[j] + w[j, i : i + 1] * a[i]

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        da[...] = 0.0
        for j in range(w.shape[0]):
            i = slice(None) if connected is None else np.flatnonzero(connected[j])
            da[i] = da[i] + w[j, i, np.newaxis] * delta[j]

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        for j in range(delta.shape[0]):
            dp[j] = np.add.accumulate(delta[j] * a, axis=1)[:, -1] + 0.0


class OnArrays:
    """Whole arrays at once, where numpy gives an array's element the bits that it gives a float.

    ``compiled``: in one pass over memory, where a formula is compiled.
    """

    def __init__(self, compiled: bool = False) -> None:
        self._compiled = compiled

    def activate(self, f: Activation, rows: Rows, z: Array, a: Array) -> None:
        """Compute a ← f(z) in the given rows."""
        if self._in_one_pass(("activate", f), rows, (z,), a):
            return
        for s in _chunks(rows, z.shape[1]):
            a[s] = f.f(z[s])

    def slope(self, f: Activation, rows: Rows, z: Array, a: Array, da: Array, d: Array) -> None:
        """Compute delta ← da·f′(z) in the given rows."""
        if self._in_one_pass(("slope", f), rows, (da, z, a), d):
            return
        for s in _chunks(rows, z.shape[1]):
            d[s] = da[s] * f.derivative(z[s], a[s])

    def _in_one_pass(
        self, key: Hashable, rows: Rows, arrays: Sequence[Array], result: Array
    ) -> bool:
        """Apply a formula to neighbouring rows, if it is compiled."""
        formula = ready(key) if self._compiled else None
        if formula is None or not isinstance(rows, slice):
            return False
        formula((), [array[rows].reshape(-1) for array in arrays], [result[rows].reshape(-1)])
        return True

    def losses(self, loss: Loss, outputs: list[Array], y: list[Array]) -> Array:
        """Return the loss of each example (n,), from a row of each output and of its targets."""
        if self._compiled and (formula := ready(("loss", loss, loss.summed, len(y)))):
            found = np.empty(len(y[0]))
            formula((), [*outputs, *y], [found])
            return found
        losses: Array = loss.value(outputs, y)
        return losses

    def losses_and_slopes(
        self, loss: Loss, outputs: list[Array], y: list[Array]
    ) -> tuple[Array, list[Array]]:
        """Return the losses, and ∂L/∂a of each output, a row (n,) each."""
        if self._compiled and (formula := ready(("losses, slopes", loss, loss.summed, len(y)))):
            losses, *slopes = np.empty((1 + len(y), len(y[0])))
            formula((), [*outputs, *y], [losses, *slopes])
            return losses, slopes
        return self.losses(loss, outputs, y), loss.gradient(outputs, y)


class OnFloats(OnArrays):
    """Every number by itself, as the algorithm does it: right on any machine."""

    def activate(self, f: Activation, rows: Rows, z: Array, a: Array) -> None:
        a[rows] = _each(f.f, z[rows])

    def slope(self, f: Activation, rows: Rows, z: Array, a: Array, da: Array, d: Array) -> None:
        d[rows] = da[rows] * _each(f.derivative, z[rows], a[rows])

    def losses(self, loss: Loss, outputs: list[Array], y: list[Array]) -> Array:
        return np.array([loss.value(*pair) for pair in _by_example(outputs, y)])

    def losses_and_slopes(
        self, loss: Loss, outputs: list[Array], y: list[Array]
    ) -> tuple[Array, list[Array]]:
        slopes = np.array([loss.gradient(*pair) for pair in _by_example(outputs, y)])
        return self.losses(loss, outputs, y), list(slopes.T)


def compile_activation(f: Activation) -> None:
    """Compile what ``OnArrays`` does with an activation function, for its next call on."""
    compile_formula(("activate", f), lambda arrays, _: [f.f(*arrays)], "d")
    compile_formula(("slope", f), lambda arrays, _: [arrays[0] * f.derivative(*arrays[1:])], "ddd")


def compile_loss(loss: Loss, outputs: int) -> None:
    """Compile what ``OnArrays`` does with a loss, for its next call on."""
    kinds = "dd" * outputs
    compile_formula(
        ("loss", loss, loss.summed, outputs),
        lambda x, _: [loss.value(x[:outputs], x[outputs:])],
        kinds,
    )
    compile_formula(
        ("losses, slopes", loss, loss.summed, outputs),
        lambda x, _: [
            loss.value(x[:outputs], x[outputs:]),
            *loss.gradient(x[:outputs], x[outputs:]),
        ],
        kinds,
    )


def _chunks(rows: Rows, n: int) -> Any:
    """Cut neighbouring rows into pieces of about ``CHUNK`` numbers."""
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


FUNCTIONS: Final = ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos")

# neurons, sources (the ones included), examples
SHAPES: Final = ((1, 1, 2), (1, 9, 3), (3, 1, 17), (2, 5, 2), (5, 3, 33), (9, 8, 20), (17, 9, 12))


class SelfTest(NamedTuple):
    """What may be used here: the einsum kernel; the model's functions on whole arrays; a
    compiled kernel, once there is one (which is tested when it is loaded).
    """  # noqa: D205

    einsum: bool
    functions: bool
    compiled: bool = True


@cache
def self_test() -> SelfTest:
    """Test this machine's numpy, once."""
    with np.errstate(all="ignore"):
        return SelfTest(adds_in_order(Einsum()), computes_alike())


def adds_in_order(kernel: Kernel, shapes: Iterable[tuple[int, int, int]] = SHAPES) -> bool:
    """Whether a kernel's sums have the bits of sums taken one product after another."""
    return all(_adds_in_order(kernel, *shape) for shape in shapes)


def computes_alike() -> bool:
    """Whether each elementary function gives an array's elements what it gives them as floats."""
    x = _numbers(Random(1), 3, 13)
    for name in FUNCTIONS:
        function = getattr(numerics, name)
        for part in (x, abs(x), x[:, :1], x[:, 1:8], x[:, ::2]):
            of_floats = np.array([function(number) for number in part.ravel().tolist()])
            if not np.array_equal(function(part).ravel(), of_floats, equal_nan=True):
                return False
    return True


def _adds_in_order(kernel: Kernel, neurons: int, sources: int, examples: int) -> bool:
    chance = Random(neurons)
    w, a = _numbers(chance, neurons, sources), _numbers(chance, sources, examples)
    a[0] = 1.0
    delta = _numbers(chance, neurons, examples)
    z, da, dp = np.empty_like(delta), np.empty_like(a), np.empty_like(w)
    kernel.forward(w, a, z)
    kernel.backward(w, delta[::-1], da)
    kernel.gather(delta, a, dp)
    found = (z.tolist(), da.tolist(), dp.tolist())
    return found == (_in_order(w, a), _in_order(w.T, delta[::-1]), _in_order(delta, a.T))


def _in_order(left: Array, right: Array) -> list[list[float]]:
    """The matrix product, each sum from left to right."""
    columns = right.T.tolist()
    return [[ordered_sum(map(mul, row, column)) for column in columns] for row in left.tolist()]


def _numbers(chance: Random, *shape: int) -> Array:
    """Numbers of many sizes, so that any other order of adding them shows."""
    count = int(np.prod(shape))
    numbers = [chance.gauss(0.0, 1.0) * 10.0 ** chance.randint(-3, 2) for _ in range(count)]
    return np.array(numbers).reshape(shape)
