"""The order in which someone gave the examples of a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from nntui.model.numerics import Array
from nntui.verify.given import Given, GivenArray, Mask
from nntui.verify.updates import Simulated

ORDERED: Final = "The examples stand in another order than in the batch"
_BY_EXAMPLE: Final = ("z", "a", "loss")
"""Kinds of the forward pass with a column an example; what is given for all is looked at."""
_ALL_BY_EXAMPLE: Final = ("z", "a", "da", "delta", "loss", "softmax")


def example_order(given: Given, right: Simulated) -> list[int] | None:
    """Find which example of the batch each given one is, if they are the same in another order."""
    assert right.batch is not None
    for kind in _BY_EXAMPLE:
        numbers = given.of_batch.get(kind)
        if numbers is None:
            continue
        of = right.batch if kind == "loss" else right.batch.forward
        expected: Array = np.atleast_2d(getattr(of, kind))
        found, mask = np.atleast_2d(numbers.values), np.atleast_2d(numbers.given)
        if mask.shape != expected.shape or not (mask == mask[:, :1]).all():
            continue
        own = mask[:, 0]
        order: list[int] = []
        for example in range(found.shape[1]):
            column = found[own, example][:, None]
            same = np.flatnonzero(_agree(column, expected[own], numbers).all(axis=0))
            left = [n for n in same.tolist() if n not in order]
            if not left:
                return None
            order.append(example if example in left else left[0])
        return order if order != sorted(order) else None
    return None


def in_order(given: Given, order: list[int]) -> Given:
    """Bring the examples of given numbers into the order of the batch."""
    places = np.argsort(order)

    def moved(numbers: GivenArray) -> GivenArray:
        def columns(tolerance: Array | float) -> Array | float:
            is_array = isinstance(tolerance, np.ndarray) and tolerance.shape == numbers.values.shape
            return tolerance[..., places] if is_array else tolerance  # type: ignore[index]

        return replace(
            numbers,
            values=numbers.values[..., places],
            given=numbers.given[..., places],
            rtol=columns(numbers.rtol),
            atol=columns(numbers.atol),
        )

    return replace(
        given,
        of_batch={k: moved(n) if k in _ALL_BY_EXAMPLE else n for k, n in given.of_batch.items()},
    )


def _agree(found: Array, expected: Array, numbers: GivenArray) -> Mask:
    size = np.maximum(np.abs(found), np.abs(expected))
    return np.asarray(
        np.abs(found - expected) <= np.max(numbers.atol) + np.max(numbers.rtol) * size
    )
