"""The run at the start of an update, as flat vectors: what full speed reads and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nntui.engine.state import State
from nntui.model.elementary import Array
from nntui.model.wiring import Parameter


@dataclass(slots=True)
class Vectors:
    """The numbers that a run carries from one update to the next.

    ``p`` (P,): every parameter in canonical order, frozen ones too. ``memory`` (K, P): what the
    optimizer remembers, rows in the order of its table row (0 for frozen parameters).
    ``epoch_sum``: the losses met since the epoch began.
    """

    p: Array
    memory: Array
    epoch_sum: float = 0.0

    def copy(self) -> Vectors:
        """An independent copy."""
        return Vectors(self.p.copy(), self.memory.copy(), self.epoch_sum)

    @classmethod
    def of(cls, state: State, parameters: Sequence[Parameter], remembered: int) -> Vectors:
        """The vectors of a state that stands at the start of an update."""
        b, w = state.b, state.w
        values = [b[p] if isinstance(p, str) else w[p] for p in parameters]
        nothing = (0.0,) * remembered
        rows = [state.memory.get(p, nothing) for p in parameters]
        memory = np.array(rows, np.float64).reshape(len(parameters), remembered).T
        return cls(np.array(values, np.float64), np.ascontiguousarray(memory), state.epoch_sum)
