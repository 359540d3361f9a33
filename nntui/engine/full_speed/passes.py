"""What both passes of a batch give: every neuron's values, every parameter's gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nntui.engine.full_speed.arrangement import Arrangement
from nntui.engine.full_speed.values import Values
from nntui.model.elementary import Array


@dataclass(frozen=True, slots=True)
class Passes:
    """Both passes of n examples at fixed parameters; columns are examples in batch order.

    ``row`` says which row of z, a, da and delta a neuron has. z and delta of an input mean
    nothing, and so does the da of a neuron that nothing is passed back to. ``loss`` (n,).
    """

    z: Array
    a: Array
    da: Array
    delta: Array
    loss: Array
    _arrangement: Arrangement = field(repr=False)
    _dp: Array = field(repr=False)

    @classmethod
    def of(cls, values: Values, arrangement: Arrangement, dp: Array) -> Passes:
        """The passes that a batch's values stand for."""
        return cls(values.z, values.a, values.da, values.delta, values.loss, arrangement, dp)

    @property
    def row(self) -> Mapping[str, int]:
        """The row of each neuron."""
        return self._arrangement.row

    def dp(self) -> Array:
        """The gradient of each parameter (P,), summed over the examples from left to right."""
        return self._dp

    def dp_after_each(self, index: Sequence[int]) -> Array:
        """The running sums (len(index), n) of the gradients of some parameters, by their index."""
        chosen = np.asarray(index, np.intp)
        with np.errstate(all="ignore"):
            terms = np.take(self.delta, self._arrangement.target_row[chosen], axis=0)
            terms = terms * np.take(self.a, self._arrangement.source_row[chosen], axis=0)
            return np.add.accumulate(terms, axis=1) + 0.0
