"""Seeded random streams that give the same numbers on every machine and every numpy.

``RandomState`` over MT19937 is frozen by numpy's own policy (NEP 19): its streams never change.
``SeedSequence`` mixes the seed with what the stream is for, so that no two uses share numbers and
the order of epoch e is a function of (seed, e) alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

_PURPOSES: Final = {"initializer": 1, "shuffle": 2, "generator": 3, "split": 4}

Stream = np.random.RandomState


def stream(purpose: str, seed: int, *key: int) -> Stream:
    """A fresh random stream for a purpose, a seed and further numbers (all at least 0)."""
    return Stream(np.random.MT19937(np.random.SeedSequence((_PURPOSES[purpose], seed, *key))))
