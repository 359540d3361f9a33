"""Kernels: sums of products over whole blocks, each sum strictly from left to right.

The listing adds one product after another, and so does each kernel here; a matrix product would
not (it adds in blocks, and fuses). All matrices are C-contiguous unless said otherwise:

- ``forward(w, a, z)``: z[j] = w[j,0]·a[0] + w[j,1]·a[1] + … for every example (a[0] are ones).
- ``backward(w, delta, da)``: da[i] = 0 + w[0,i]·delta[0] + w[1,i]·delta[1] + …; the rows of
  ``delta`` may run backwards.
- ``gather(delta, a, dp)``: dp[j,i] = 0 + delta[j]·a[i] of the first example + of the second + ….

``connected`` says which cells of w are connections (None: all). Only the exact kernel looks at
it; the others take a missing connection for one of weight 0, which is right while all is finite.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nntui.model.elementary import Array

Connected = Any


class Kernel(Protocol):
    """The three sums of a training step."""

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        """Sum what flows into each neuron."""

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        """Sum what flows back to each neuron."""

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        """Sum each parameter's gradient over the examples."""


class Einsum:
    """For two examples or more: numpy's einsum, whose innermost loop then runs over no sum.

    Which loop is innermost follows from the memory layout: it must be the examples' in forward
    and backward, and the longer one of neurons' and sources' in gather. An axis of length 1 does
    not count, hence the limits. A sum starts at 0.0 here, so a bias of −0.0 that meets nothing
    but −0.0 comes out as 0.0.
    """

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        """Sum what flows into each neuron."""
        np.einsum("ji,ib->jb", w, a, out=z)

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        """Sum what flows back to each neuron."""
        np.einsum("ji,jb->ib", w, delta, out=da)

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        """Sum each parameter's gradient over the examples."""
        neurons, sources = dp.shape
        if neurons == sources == 1:
            dp[...] = np.add.accumulate(delta * a, axis=1)[:, -1] + 0.0
        elif sources >= neurons:
            np.einsum("jb,bi->ji", delta, np.ascontiguousarray(a.T), out=dp)
        else:
            dp[...] = np.einsum("ib,bj->ij", a, np.ascontiguousarray(delta.T)).T


class OneExample:
    """For a single example: numpy's running sums, which go from left to right by definition."""

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        """Sum what flows into each neuron."""
        z[:, 0] = np.add.accumulate(w * a[:, 0], axis=1)[:, -1]

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        """Sum what flows back to each neuron."""
        da[:, 0] = np.add.accumulate(w * delta, axis=0)[-1] + 0.0

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        """Each parameter's gradient."""
        np.multiply(delta, a[:, 0], out=dp)
        dp += 0.0  # the sum starts at 0.0: −0.0 becomes 0.0


class Exact:
    """For everything: one product after another, for all examples at once, on any machine."""

    def forward(self, w: Array, a: Array, z: Array, connected: Connected = None) -> None:
        """Sum what flows into each neuron."""
        z[...] = w[:, :1]
        for i in range(1, w.shape[1]):
            j = slice(None) if connected is None else np.flatnonzero(connected[:, i])
            z[j] = z[j] + w[j, i : i + 1] * a[i]

    def backward(self, w: Array, delta: Array, da: Array, connected: Connected = None) -> None:
        """Sum what flows back to each neuron."""
        da[...] = 0.0
        for j in range(w.shape[0]):
            i = slice(None) if connected is None else np.flatnonzero(connected[j])
            da[i] = da[i] + w[j, i, np.newaxis] * delta[j]

    def gather(self, delta: Array, a: Array, dp: Array) -> None:
        """Sum each parameter's gradient over the examples."""
        for j in range(delta.shape[0]):
            dp[j] = np.add.accumulate(delta[j] * a, axis=1)[:, -1] + 0.0


def gather_on(delta: Array, a: Array, dp: Array) -> None:
    """Like ``gather``, but dp goes on from what it holds, as if its examples came first."""
    for j in range(delta.shape[0]):
        terms = np.concatenate((dp[j, :, np.newaxis], delta[j] * a), axis=1)
        dp[j] = np.add.accumulate(terms, axis=1)[:, -1]
