"""The update of all parameters at once, by the optimizer's one definition."""

from __future__ import annotations

from operator import is_
from typing import Final

import numpy as np
import numpy.typing as npt

from nntui.engine.full_speed.arrangement import Arrangement
from nntui.model.elementary import Array
from nntui.model.training import Training
from nntui.model.wiring import Wiring

CHUNK: Final = 8192
"""Parameters updated at a time, so that what is between fits into the processor's cache."""


class Updates:
    """Applies a batch's gradient to the parameters, as the listing's update steps do."""

    def __init__(self, arrangement: Arrangement, net: Wiring, training: Training) -> None:
        self._training = training
        self._is_weight = arrangement.is_weight
        self._frozen: npt.NDArray[np.bool_] | None = None
        if len(net.trainable) < arrangement.size:
            self._frozen = np.array([p not in net.trainable for p in arrangement.parameters])

    def __call__(
        self, p: Array, memory: Array, dp: Array, update: int, batch_length: int
    ) -> tuple[Array, Array]:
        """The parameters and the memory after update number ``update`` (from 0)."""
        if len(p) <= CHUNK:
            return self._updated(slice(None), p, memory, dp, update, batch_length)
        new_p, new_memory = np.empty_like(p), np.empty_like(memory)
        for start in range(0, len(p), CHUNK):
            s = slice(start, start + CHUNK)
            new_p[s], new_memory[:, s] = self._updated(
                s, p[s], memory[:, s], dp[s], update, batch_length
            )
        return new_p, new_memory

    def _updated(
        self, s: slice, p: Array, memory: Array, dp: Array, update: int, batch_length: int
    ) -> tuple[Array, Array]:
        training = self._training
        g = training.gradient(dp, batch_length)
        if training.l1 or training.l2:
            g = np.where(self._is_weight[s], training.regularized(g, p), g)
        rows = tuple(memory)
        new, remembered = training.optimizer.update(p, g, rows, update + 1)
        new_memory = memory if all(map(is_, rows, remembered)) else np.array(remembered)
        if self._frozen is not None:
            new = np.where(self._frozen[s], p, new)
            new_memory = np.where(self._frozen[s], memory, new_memory)
        return new, new_memory
