"""The self-test: does numpy add and compute here as the listing does?

Some builds of numpy fuse a product and a sum into one rounding (on ARM, say), and another build
could add in blocks, or compute an array's elements otherwise than a float. Then full speed takes
a slower path that is right anywhere. The test takes a few milliseconds, once in a process.
"""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Final, NamedTuple

import numpy as np

from nntui.engine.full_speed.kernels import Einsum, Kernel
from nntui.model import elementary
from nntui.model.elementary import Array

FUNCTIONS: Final = ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos")

# neurons, sources (the ones included), examples
SHAPES: Final = ((1, 1, 2), (1, 9, 3), (3, 1, 17), (2, 5, 2), (5, 3, 33), (9, 8, 20))


class Trust(NamedTuple):
    """What may be used here: the einsum kernel; the model's functions on whole arrays."""

    einsum: bool
    functions: bool


@cache
def trust() -> Trust:
    """What the self-test has found, the first time it is asked."""
    with np.errstate(all="ignore"):
        return Trust(adds_in_order(Einsum()), computes_alike())


def adds_in_order(kernel: Kernel) -> bool:
    """Whether a kernel's sums have the bits of sums taken one product after another."""
    return all(_adds_in_order(kernel, *shape) for shape in SHAPES)


def computes_alike() -> bool:
    """Whether each elementary function gives an array's elements what it gives them as floats."""
    x = _numbers(Random(1), 3, 13)
    for name in FUNCTIONS:
        function = getattr(elementary, name)
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
    product = []
    for row in left.tolist():
        product.append([_sum_of_products(row, column) for column in columns])
    return product


def _sum_of_products(row: list[float], column: list[float]) -> float:
    total = 0.0
    for x, y in zip(row, column, strict=True):
        total = total + x * y
    return total


def _numbers(chance: Random, *shape: int) -> Array:
    """Numbers of many sizes, so that any other order of adding them shows."""
    count = int(np.prod(shape))
    numbers = [chance.gauss(0.0, 1.0) * 10.0 ** chance.randint(-3, 2) for _ in range(count)]
    return np.array(numbers).reshape(shape)
