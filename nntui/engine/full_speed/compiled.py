"""The kernel that numba compiles: the sums of ``kernels.py``, in the same order, but faster.

It needs the extra ``nntui[fast]``. Importing numba and compiling take seconds, so a thread does it
beside a run that has lasted for a while; the run goes on with the compiled kernel at its next
update. Without ``fastmath`` the compiler neither reorders a sum nor fuses a product into it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from threading import Lock, Thread
from typing import Any, Final

import numpy as np

from nntui.engine.full_speed.kernels import Connected, adds_in_order
from nntui.model.numerics import Array

AT_A_TIME: Final = 512
"""Examples whose sums are kept in the processor's cache while products are added to them."""


def add_products(z: Array, w: Array, a: Array, first: int) -> None:
    """Add w[j, i]·a[i] to z[j] for i = ``first``, ``first`` + 1, … in this order.

    z (J, N) and a (I, N) are C-contiguous. Four sources are added in a pass over the examples of
    two neurons, so that each sum is loaded and stored once for four products.
    """
    whole = first + (a.shape[0] - first) // 4 * 4
    for start in range(0, z.shape[1], AT_A_TIME):
        end = min(start + AT_A_TIME, z.shape[1])
        for j in range(0, z.shape[0] - 1, 2):
            z0, z1 = z[j, start:end], z[j + 1, start:end]
            for i in range(first, whole, 4):
                a0, a1 = a[i, start:end], a[i + 1, start:end]
                a2, a3 = a[i + 2, start:end], a[i + 3, start:end]
                w0, w1, w2, w3 = w[j, i], w[j, i + 1], w[j, i + 2], w[j, i + 3]
                v0, v1, v2, v3 = w[j + 1, i], w[j + 1, i + 1], w[j + 1, i + 2], w[j + 1, i + 3]
                for n in range(z0.shape[0]):
                    z0[n] = (((z0[n] + w0 * a0[n]) + w1 * a1[n]) + w2 * a2[n]) + w3 * a3[n]
                    z1[n] = (((z1[n] + v0 * a0[n]) + v1 * a1[n]) + v2 * a2[n]) + v3 * a3[n]
            for i in range(whole, a.shape[0]):
                a0, w0, v0 = a[i, start:end], w[j, i], w[j + 1, i]
                for n in range(z0.shape[0]):
                    z0[n] = z0[n] + w0 * a0[n]
                    z1[n] = z1[n] + v0 * a0[n]
        if z.shape[0] % 2:
            j = z.shape[0] - 1
            z0 = z[j, start:end]
            for i in range(first, a.shape[0]):
                a0, w0 = a[i, start:end], w[j, i]
                for n in range(z0.shape[0]):
                    z0[n] = z0[n] + w0 * a0[n]


def add_connected(z: Array, w: Array, a: Array, connected: Any, first: int) -> None:
    """Like ``add_products``, only where there is a connection."""
    for start in range(0, z.shape[1], AT_A_TIME):
        end = min(start + AT_A_TIME, z.shape[1])
        for j in range(z.shape[0]):
            z0 = z[j, start:end]
            for i in range(first, a.shape[0]):
                if connected[j, i]:
                    a0, w0 = a[i, start:end], w[j, i]
                    for n in range(z0.shape[0]):
                        z0[n] = z0[n] + w0 * a0[n]


def add_rows(z: Array, w: Array, a: Array, first: int) -> None:
    """Like ``add_products`` for a single example: four sums side by side.

    z (J,), w (J, I), a (I,).
    """
    for j in range(0, z.shape[0] - 3, 4):
        z0, z1, z2, z3 = z[j], z[j + 1], z[j + 2], z[j + 3]
        for i in range(first, a.shape[0]):
            z0 = z0 + w[j, i] * a[i]
            z1 = z1 + w[j + 1, i] * a[i]
            z2 = z2 + w[j + 2, i] * a[i]
            z3 = z3 + w[j + 3, i] * a[i]
        z[j], z[j + 1], z[j + 2], z[j + 3] = z0, z1, z2, z3
    for j in range(z.shape[0] // 4 * 4, z.shape[0]):
        for i in range(first, a.shape[0]):
            z[j] = z[j] + w[j, i] * a[i]


class Compiled:
    """For any number of examples, and where connections are missing."""

    skips_gaps = True

    def __init__(self, compiled: Callable[[Callable[..., None], str], Callable[..., None]]) -> None:
        dense = "void(float64[:, ::1], float64[:, :], float64[:, ::1], int64)"
        self._add = compiled(add_products, dense)
        mask = "void(float64[:, ::1], float64[:, :], float64[:, ::1], boolean[:, :], int64)"
        self._add_connected = compiled(add_connected, mask)
        self._add_rows = compiled(
            add_rows, "void(float64[::1], float64[:, ::1], float64[::1], int64)"
        )

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        z[...] = w[:, :1]
        if connected is not None:
            self._add_connected(z, w, a, connected, 1)
        elif z.shape[1] == 1:
            self._add_rows(z[:, 0], w, np.ascontiguousarray(a[:, 0]), 1)
        else:
            self._add(z, w, a, 1)

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        da[...] = 0.0
        delta = np.ascontiguousarray(delta)
        if connected is not None:
            self._add_connected(da, w.T, delta, connected.T, 0)
        elif da.shape[1] == 1:
            self._add(da.reshape(1, -1), delta.T, w, 0)
        else:
            self._add(da, w.T, delta, 0)

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        dp[...] = 0.0
        self.gather_on(delta, a, dp)

    def gather_on(self, delta: Array, a: Array, dp: Array) -> None:
        """Like ``gather``, but dp goes on from what it holds."""
        neurons, sources = dp.shape
        if sources >= neurons:
            self._add(dp, delta, np.ascontiguousarray(a.T), 0)
        else:
            sums = np.ascontiguousarray(dp.T)
            self._add(sums, a, np.ascontiguousarray(delta.T), 0)
            dp[...] = sums.T


_loading: Final = Lock()
_kernel: Compiled | None = None
_asked = False


def kernel() -> Compiled | None:
    """Return the compiled kernel once it is there; None before, and where it cannot be used."""
    return _kernel


def load() -> Compiled | None:
    """Compile the kernel, or read it from the cache; None without numba or if it fails the test."""
    global _kernel
    with _loading:
        if _kernel is None and find_spec("numba") is not None:
            try:
                found = Compiled(_jit)
            except Exception:  # numba does not fit this numpy, its cache is damaged or full, …
                return None
            if adds_in_order(found):
                _kernel = found
    return _kernel


def _jit(function: Callable[..., None], signature: str) -> Callable[..., None]:
    import numba

    jit: Any = numba.njit(signature, cache=True, error_model="numpy")
    return jit(function)  # type: ignore[no-any-return]


def load_beside() -> None:
    """Begin to load it in a thread, once."""
    global _asked
    if not _asked:
        _asked = True
        Thread(target=load, name="compile the kernel", daemon=True).start()
