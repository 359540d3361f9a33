"""The update of all parameters at once, as arrays, by the optimizer's one rule."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

import numpy as np
import numpy.typing as npt

from nntui.engine.full_speed import elementwise
from nntui.engine.full_speed.batch_layout import BatchLayout
from nntui.engine.full_speed.elementwise import CHUNK, TracedFormula, traced
from nntui.engine.schedule import Schedule
from nntui.model.experiment import Training
from nntui.model.numerics import Array
from nntui.model.wiring import Wiring


class ParameterUpdates:
    """Applies a batch's gradient to the parameters, as the algorithm's update steps do.

    ``compiled``: in one pass over memory, once the rule is compiled. ``memory_rows``: how many
    numbers it remembers of each parameter; ``masks`` (n, P): the masks that it needs.
    """

    def __init__(
        self,
        layout: BatchLayout,
        net: Wiring,
        training: Training,
        schedule: Schedule,
        compiled: bool,
    ) -> None:
        self._training, self._schedule, self._compiled = training, schedule, compiled
        self.memory_rows = len(training.optimizer.row.memory)
        self._penalized = bool(training.l1 or training.l2)
        self._spares_biases = not dict(training.optimizer.settings).get("decay_biases", True)
        masks = [layout.is_weight] if self._penalized or self._spares_biases else []
        self.frozen: npt.NDArray[np.bool_] | None = None
        if net.frozen:
            self.frozen = np.array([p in net.frozen for p in layout.parameters])
            masks.append(self.frozen)
        self.masks = np.array(masks, np.bool_).reshape(len(masks), layout.size)
        rule = (training.optimizer, training.reduction, training.l1, training.l2)
        self._key = ("update", *rule, self.frozen is not None)
        nothing = [np.empty(0)] * (2 + self.memory_rows) + [mask[:0] for mask in self.masks]
        self._remembers = len(self._rule(nothing, (1, 1))) > 1

    def compile(self) -> None:
        """Compile the rule, for the next update on."""
        kinds = "d" * (2 + self.memory_rows) + "?" * len(self.masks)
        elementwise.compile_formula(self._key, self._rule, kinds, (3, 7))

    def __call__(
        self, p: Array, memory: Array, dp: Array, update: int, batch_length: int
    ) -> tuple[Array, Array]:
        """Return the parameters and the memory after the update at an index (from 0)."""
        numbers = (batch_length, self._schedule.t(update))
        arrays = [p, dp, *memory, *self.masks]
        new_p = np.empty_like(p)
        new_memory = np.empty_like(memory) if self._remembers else memory
        results = [new_p, *new_memory] if self._remembers else [new_p]
        if self._compiled and (in_one_pass := elementwise.ready(self._key)) is not None:
            in_one_pass(numbers, arrays, results)
            return new_p, new_memory
        for start in range(0, len(p), CHUNK):
            s = slice(start, start + CHUNK)
            chunks = self._rule([array[s] for array in arrays], numbers)
            for result, chunk in zip(results, chunks, strict=True):
                result[s] = chunk
        return new_p, new_memory

    def traced(self) -> TracedFormula:
        """Trace the rule, which takes p, dp, the memory's rows and the masks."""
        return traced(self._rule, 2 + self.memory_rows + len(self.masks), 2)

    def _rule(self, arrays: Sequence[Any], numbers: Sequence[Any]) -> list[Any]:
        """Compute the new parameters, and what is remembered of them where that changes.

        arrays: p, dp, the memory's rows, the masks that are needed. numbers: batch length, t.
        """
        p, dp, *others = arrays
        batch_length, t = numbers
        memory, masks = tuple(others[: self.memory_rows]), others[self.memory_rows :]
        training = self._training
        g = training.reduced(dp, batch_length)
        if self._penalized:
            g = np.where(masks[0], training.regularized(g, p), g)
        is_weight = masks[0] if self._spares_biases else True
        new, remembered = training.optimizer.update(p, g, memory, t, is_weight)
        unchanged = all(map(is_, memory, remembered))
        olds, news = ([p], [new]) if unchanged else ([p, *memory], [new, *remembered])
        if self.frozen is None:
            return news
        return [np.where(masks[-1], *pair) for pair in zip(olds, news, strict=True)]
