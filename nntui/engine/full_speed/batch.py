"""Both passes for a whole batch of examples, with the bits of the listing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nntui.engine.full_speed.arrangement import Arrangement, Block, Level
from nntui.engine.full_speed.functions import Functions
from nntui.engine.full_speed.kernels import Einsum, Exact, Kernel, OneExample, gather_on
from nntui.engine.full_speed.values import Values, rows_of
from nntui.model.elementary import Array
from nntui.model.losses import Loss

EXACT: Final = Exact()
EINSUM: Final = Einsum()
ONE_EXAMPLE: Final = OneExample()


@dataclass(frozen=True, slots=True)
class _Matrix:
    """A block with the memory that its matrix is laid out in."""

    block: Block
    memory: Array

    @classmethod
    def of_block(cls, block: Block) -> _Matrix:
        return cls(block, np.zeros(block.shape))

    def of(self, p: Array) -> Array:
        """The matrix for the parameters p."""
        block = self.block
        if block.cells is not None:
            self.memory.ravel()[block.cells] = p[block.parameters]
        elif isinstance(block.parameters, slice):
            return p[block.parameters].reshape(block.shape)
        else:
            np.take(p, block.parameters, out=self.memory.ravel(), mode="clip")
        return self.memory


class BatchEngine:
    """Computes the values and gradients of batches.

    ``exact`` leaves out the kernels that need numpy's einsum to add in order. The inputs of the
    examples stand in ``values.a``, their targets in the rows of ``y``, one an output.
    """

    def __init__(
        self, arrangement: Arrangement, loss: Loss, functions: Functions, exact: bool = False
    ) -> None:
        self._arrangement, self._loss, self._functions = arrangement, loss, functions
        self._exact = exact
        levels = arrangement.levels[1:]
        self._into = [_Matrix.of_block(level.incoming) for level in levels]
        self._out_of: dict[Level, _Matrix] = {}
        self._biases = np.flatnonzero(~arrangement.is_weight)

    def needs_exactness(self, p: Array) -> bool:
        """Whether only the exact kernel is right for these parameters: a bias is −0.0.

        None comes up by itself, as p − x never is −0.0 unless p was; but decay may make one.
        """
        biases = p[self._biases]
        return bool((np.signbit(biases) & (biases == 0.0)).any())

    def kernel(self, n: int, exact: bool = False) -> Kernel:
        """The fastest kernel for n examples that is right here."""
        if exact or self._exact:
            return EXACT
        return EINSUM if n > 1 else ONE_EXAMPLE

    def forward(self, p: Array, values: Values, y: list[Array], kernel: Kernel) -> None:
        """Fill in z, a and the losses."""
        self._forward(p, values, kernel)
        if self._in_doubt(values, kernel):
            self._forward(p, values, EXACT)
        values.loss = self._functions.losses(self._loss, values.outputs, y)

    def run(
        self, p: Array, values: Values, y: list[Array], kernel: Kernel, saliency: bool = False
    ) -> None:
        """Fill in everything; da of the inputs only where their ``saliency`` is wanted."""
        self._forward(p, values, kernel)
        self._backward(p, values, y, kernel, saliency)
        if self._in_doubt(values, kernel, saliency):
            self._forward(p, values, EXACT)
            self._backward(p, values, y, EXACT, saliency)
        values.loss = self._functions.losses(self._loss, values.outputs, y)

    def gather(self, values: Values, dp: Array, kernel: Kernel) -> None:
        """Sum the gradients of the examples into dp (P,)."""
        for level, matrix in zip(self._arrangement.levels[1:], self._into, strict=True):
            block = matrix.block
            a, delta = rows_of(values.a, block.rows), values.delta[level.rows]
            if block.cells is None:
                kernel.gather(delta, a, dp[block.parameters].reshape(block.shape))
            else:
                sums = np.empty(block.shape)
                kernel.gather(delta, a, sums)
                np.take(sums.ravel(), block.cells, out=dp[block.parameters], mode="clip")

    def gather_on(self, values: Values, dp: Array) -> None:
        """Like ``gather``, but dp goes on from what it holds, as if its examples came first."""
        for level, matrix in zip(self._arrangement.levels[1:], self._into, strict=True):
            block = matrix.block
            sums = np.zeros(block.shape)
            cells = slice(None) if block.cells is None else block.cells
            sums.ravel()[cells] = dp[block.parameters]
            gather_on(values.delta[level.rows], rows_of(values.a, block.rows), sums)
            dp[block.parameters] = sums.ravel()[cells]

    def _in_doubt(self, values: Values, kernel: Kernel, saliency: bool = False) -> bool:
        """Whether 0·inf may have come in where there is no connection."""
        arrangement = self._arrangement
        gaps = arrangement.has_gaps or (saliency and arrangement.has_gaps_behind_inputs)
        return gaps and kernel is not EXACT and not values.all_finite()

    def _forward(self, p: Array, values: Values, kernel: Kernel) -> None:
        z, a, activate = values.z, values.a, self._functions.activate
        for level, matrix in zip(self._arrangement.levels[1:], self._into, strict=True):
            block = matrix.block
            inflow = rows_of(a, block.rows)
            kernel.forward(matrix.of(p), inflow, z[level.rows], block.connected)
            for f, rows in level.activations:
                activate(f, rows, z, a)

    def _backward(
        self, p: Array, values: Values, y: list[Array], kernel: Kernel, saliency: bool
    ) -> None:
        z, a, da, delta = values.z, values.a, values.da, values.delta
        slopes = self._functions.loss_slopes(self._loss, values.outputs, y)
        levels = self._arrangement.levels
        for level in reversed(levels if saliency else levels[1:]):
            self._flow_back(p, values, level, kernel)
            for output in level.outputs:
                da[output.row] = slopes[output.k]
                for target, parameter in output.targets:
                    da[output.row] += p[parameter] * delta[target]
            for f, rows in level.activations:
                self._functions.slope(f, rows, z, a, da, delta)

    def _flow_back(self, p: Array, values: Values, level: Level, kernel: Kernel) -> None:
        block, da = level.outgoing, values.da[level.rows]
        if block is None:
            da[...] = 0.0
            return
        if level not in self._out_of:
            self._out_of[level] = _Matrix.of_block(block)
        backflow = rows_of(values.delta, block.rows)
        kernel.backward(self._out_of[level].of(p), backflow, da, block.connected)
