"""The values of a batch: one matrix each for z, a, da and delta."""

from __future__ import annotations

import numpy as np

from nntui.engine.full_speed.arrangement import Arrangement, Rows
from nntui.model.elementary import Array


class Values:
    """z, a, da and delta of a batch of n examples, (rows, n) each; a's rows of ones hold 1.

    ``outputs`` are the rows of a that the loss looks at, ``loss`` (n,) is what it says.
    """

    __slots__ = ("a", "da", "delta", "loss", "n", "outputs", "z")

    def __init__(self, arrangement: Arrangement, n: int) -> None:
        self.n = n
        self.z, self.a, self.da, self.delta = np.zeros((4, arrangement.height, n))
        self.a[list(arrangement.ones)] = 1.0
        self.outputs = [self.a[row] for row in arrangement.output_rows]
        self.loss: Array = np.zeros(n)

    def all_finite(self) -> bool:
        """Whether there is no inf and no nan; huge numbers may pass for such."""
        parts = (self.z, self.a, self.da, self.delta)
        return all(np.isfinite(np.vdot(part, part)) for part in parts)


def rows_of(values: Array, rows: Rows) -> Array:
    """The given rows; a view of them where that is possible."""
    return values[rows] if isinstance(rows, slice) else np.take(values, rows, axis=0)
