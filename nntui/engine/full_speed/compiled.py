"""The kernel that numba compiles: the sums of ``kernels.py``, in the same order, but faster.

It needs the extra ``nntui[fast]``. Importing numba and compiling ``tiles.py`` take seconds, so a
thread does it beside a run that has lasted for a while; the run goes on with the compiled kernel at
its next update.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from threading import Lock
from typing import Final

import numpy as np

from nntui.engine.full_speed.kernels import SHAPES, Connected, adds_in_order
from nntui.model.numerics import Array

OF_TILES: Final = ((4, 7, 9), (7, 4, 300))
"""Tiles of heights that are not among ``SHAPES``; more sources than are taken at a time."""


class Compiled:
    """For any number of examples, and where connections are missing."""

    skips_gaps = True

    def __init__(self) -> None:
        from nntui.engine.full_speed import tiles

        self._add = tiles.add_products
        self._add_connected = tiles.add_connected
        self._add_rows = tiles.add_rows

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        if connected is not None:
            z[...] = w[:, :1]
            self._add_connected(z, w, a, connected, 1)
        elif z.shape[1] == 1:
            z[...] = w[:, :1]
            self._add_rows(z[:, 0], w, np.ascontiguousarray(a[:, 0]), 1)
        else:
            self._add(z, w, a, 1, True)

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        delta = np.ascontiguousarray(delta)
        if connected is not None:
            da[...] = 0.0
            self._add_connected(da, w.T, delta, connected.T, 0)
        elif da.shape[1] == 1:
            self._add(da.reshape(1, -1), delta.T, w, 0, True)
        else:
            self._add(da, w.T, delta, 0, True)

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        self._add(dp, delta, a.T, 0, True)

    def gather_on(self, delta: Array, a: Array, dp: Array) -> None:
        """Like ``gather``, but dp goes on from what it holds."""
        self._add(dp, delta, a.T, 0, False)


_loading: Final = Lock()
_kernel: Compiled | None = None


def kernel() -> Compiled | None:
    """Return the compiled kernel once it is there; None before, and where it cannot be used."""
    return _kernel


def load() -> Compiled | None:
    """Compile the kernel, or read it from the cache; None without numba or if it fails the test."""
    global _kernel
    with _loading:
        if _kernel is None and find_spec("numba") is not None:
            try:
                found = Compiled()
            except Exception:  # numba does not fit this numpy, its cache is damaged or full, …
                logging.getLogger(__name__).debug("numba cannot be used", exc_info=True)
                return None
            if adds_in_order(found, (*SHAPES, *OF_TILES)):
                _kernel = found
    return _kernel
