"""Someone's numbers, laid out in the arrays of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nntui.model.numerics import Array

Mask = npt.NDArray[np.bool_]

FLOAT64 = 2.0**-53
FLOAT32 = 2.0**-24


@dataclass(frozen=True, eq=False)
class GivenArray:
    """Numbers of one kind, in the shape of the run's array of them.

    ``given`` says which cells were given; the others hold nan. Numbers a and b agree when
    |a − b| ≤ atol + rtol·max(|a|, |b|), or both are nan; the tolerances are numbers, or an array of
    the same shape. ``epsilon``: the unit roundoff they were computed or written with: a sum is off
    by a few times that of its terms, however much these cancel.
    """

    values: Array
    given: Mask
    rtol: Array | float = 1e-6
    atol: Array | float = 0.0
    epsilon: float = FLOAT64


@dataclass(frozen=True, eq=False)
class Given:
    """Someone's numbers of an update, and of the parameters after updates.

    ``of_batch`` holds numbers of the update at index ``update``, by kind:

    - ``z``, ``a``, ``da``, ``delta``: (rows, n), a row a neuron (``BatchLayout.row``), a column an
      example in the order of the batch. a and da have the inputs, too; da is ∂L/∂a of an example's
      own loss, unscaled, and so is delta.
    - ``loss``: (n,), of each example. ``batch_loss``: (1,), reduced. ``softmax``: (K, n).
    - ``dp``: (P,) in canonical order: db and dw, summed over the batch and reduced as the training
      says (its mean, or the sum); ``g``: the same with the penalty.
    - ``p``: (P,), the parameters before the update.

    ``after`` are parameters after updates, and ``memory`` what the optimizer remembers then, one
    array for each of its quantities, in the order of its row: (U, P) each, row u for the update at
    index ``first_after`` + u.
    """

    update: int = 0
    of_batch: Mapping[str, GivenArray] = field(default_factory=dict)
    after: GivenArray | None = None
    memory: tuple[GivenArray | None, ...] = ()
    first_after: int = 0

    @property
    def rows(self) -> int:
        """U, the number of updates after which there are numbers."""
        arrays = (self.after, *self.memory)
        return max((len(n.values) for n in arrays if n is not None), default=0)
