"""How often each block of an update matches, as a screen knows it from the film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Whole: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Matches of one row in the n examples of an update and, last, in the update's own steps.

    ``certain`` (n + 1,) counts them; where ``perhaps`` (n + 1,) is true the block must be stepped
    through to know.
    """

    certain: Whole
    perhaps: npt.NDArray[np.bool_]

    @classmethod
    def none(cls, examples: int) -> Counts:
        """No match at all."""
        return cls(np.zeros(examples + 1, np.int64), np.zeros(examples + 1, np.bool_))

    @classmethod
    def unknown(cls, examples: int) -> Counts:
        """Anything may match."""
        return cls(np.zeros(examples + 1, np.int64), np.ones(examples + 1, np.bool_))

    def uncertain(self) -> Counts:
        """The same, with nothing known but that there is no match where none was counted."""
        return Counts(np.zeros_like(self.certain), self.perhaps | (self.certain > 0))

    @property
    def total(self) -> int | None:
        """All matches of the update; None where that is not known."""
        return None if self.perhaps.any() else int(self.certain.sum())


def add(counts: Counts, true: Any, *, width: int = 1, update: bool = False) -> None:
    """Count the true elements of a mask over the examples, or of one about the update's steps.

    A mask may be one truth value for all. One with a further axis in front has an element for each
    of ``width`` steps; otherwise it stands for so many steps.
    """
    mask = np.asarray(true)
    by_step = mask.ndim > (0 if update else 1)
    found = mask.sum(axis=0) if by_step else mask * width
    if update:
        counts.certain[-1] += int(found)
    else:
        counts.certain[:-1] += found
