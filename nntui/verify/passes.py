"""Both passes over a batch in numpy, with hooks at which a mistake varies them.

Without a change they compute what the run computes, up to rounding (sums are not in its order).
Arrays lie as in ``BatchLayout``: a row a neuron, a column an example. In a layer there are J
neurons, I sources, n examples; K outputs in all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nntui.engine.full_speed.batch_layout import BatchLayout, Layer, Rows, WeightBlock, rows_of
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.numerics import Array
from nntui.verify.given import Mask

MatrixStep: TypeAlias = "Callable[[Block, Array], Array]"
"""Updates a layer's parameters by g: both (J, 1 + I), biases first."""
_ONE_THREAD: Final = 1 << 18
"""Multiplications that BLAS does in one thread."""
Part = Literal["all", "outputs", "hidden"]
"""Which neurons of a layer: in a graph, one layer may hold outputs and hidden neurons."""


class Block(Struct, frozen=True):
    """A layer (numbered from 1, after the inputs): where its neurons and parameters lie."""

    layer: int
    rows: slice
    sources: Rows
    weights: WeightBlock
    activations: tuple[tuple[Activation, Rows], ...]  # rows of the layer's own arrays
    source_is_input: Mask
    is_output: Mask

    def matrix(self, p: Array) -> Array:
        """Arrange parameters (P,) as (J, 1 + I), biases first; 0 where there is no connection."""
        weights = self.weights
        if weights.cells is None:
            return p[weights.parameters].reshape(weights.shape)
        matrix = np.zeros(weights.shape)
        matrix.ravel()[weights.cells] = p[weights.parameters]
        return matrix

    def put(self, b: Array, w: Array, p: Array) -> None:
        """Write biases (J,) and weights (J, I) into p (P,)."""
        own, cells = p[self.weights.parameters], self.weights.cells
        if cells is None:
            matrix = own.reshape(self.weights.shape)
            matrix[:, 0], matrix[:, 1:] = b, w
        else:
            own[...] = np.column_stack((b, w)).ravel()[cells]

    @property
    def connected(self) -> Array:
        """1 where there is a weight, else 0: (J, I)."""
        connected = self.weights.connected
        if connected is None:
            return np.ones((self.weights.shape[0], self.weights.shape[1] - 1))
        return connected[:, 1:].astype(np.float64)

    def apply(
        self, function: Callable[[Activation, Array, Array], Array], z: Array, a: Array
    ) -> Array:
        """Apply a function of (activation, z, a) to each neuron's row of z and a."""
        if len(self.activations) == 1:
            return np.broadcast_to(function(self.activations[0][0], z, a), z.shape)
        values = np.empty_like(z)
        for f, rows in self.activations:
            values[rows] = function(f, z[rows], a[rows])
        return values


class LossPass(Struct, frozen=True):
    """What comes from the loss: the outputs and their targets, (K, n) each."""

    passes: Passes
    a: Array
    y: Array


class LayerPass:
    """A layer on the way back: what the hooks look at, each number once it is computed.

    ``w`` (J, I), ``b`` (J,); ``z``, ``a``, ``da``, ``slope``, ``delta`` (J, n); ``inflow`` (I, n):
    the activations of its sources; ``dw`` (J, I), ``db`` (J,); ``gw``, ``gb``: with penalty.
    ``deltas`` (rows, n): δ of all layers behind it.
    """

    da: Array
    slope: Array
    delta: Array
    dw: Array
    db: Array
    gb: Array
    gw: Array

    def __init__(
        self,
        forward: Forward,
        block: Block,
        deltas: Array,
        changes: Sequence[Change] = (),
        step: MatrixStep | None = None,
    ) -> None:
        self._changes, self._step = changes, step
        self.deltas = deltas
        self.forward, self.block, self.layer = forward, block, block.layer
        self.passes, self.n = forward.passes, forward.n
        matrix = forward.matrices[block.layer - 1]
        self.b, self.w = matrix[:, 0], matrix[:, 1:]
        self.z, self.a = forward.z[block.rows], forward.a[block.rows]
        self.inflow = rows_of(forward.a, block.sources)

    @property
    def training(self) -> Training:
        """The settings of the training."""
        return self.passes.training

    def varied(self, name: str, right: Array) -> Array:
        """Give the value of a hook, as the changes make it."""
        for change in self._changes:
            right = change.vary(name, self, right)
        return right

    @property
    def w_after(self) -> Array:
        """The weights after an update by g, (J, I)."""
        if self._step is None:
            return self.w
        return self._step(self.block, np.column_stack((self.gb, self.gw)))[:, 1:]

    @property
    def source_z(self) -> Array:
        """The z of the sources, (I, n); of an input its x."""
        z = rows_of(self.forward.z, self.block.sources)
        return np.where(self.block.source_is_input[:, None], self.inflow, z)


Hook: TypeAlias = Callable[[LayerPass, Array], Array]
LossHook: TypeAlias = Callable[[LossPass, Array], Array]


class Hooks(Struct, frozen=True):
    """What is varied on the way back. Each takes the right value and gives the mistaken one.

    ``loss``: that of each example (n,). ``error``: ∂L/∂a of the outputs (K, n). ``slope``: f′(z)
    (J, n). ``delta``: δ (J, n). ``factor``: what ∂L/∂w and ∂L/∂b have in place of δ (J, n).
    ``inflow``: what it is multiplied by in ∂L/∂w (I, n). ``weight_shares``, ``bias_shares``: how
    much each example counts (n,). ``dw`` (J, I), ``db`` (J,): the reduced gradients. ``penalty``
    (J, I), ``bias_penalty`` (J,): what is added to them. ``passed``: what goes back over the
    weights in place of δ (J, n). ``weights``: what that is multiplied by (J, I).
    """

    loss: LossHook | None = None
    error: LossHook | None = None
    slope: Hook | None = None
    delta: Hook | None = None
    factor: Hook | None = None
    inflow: Hook | None = None
    weight_shares: Hook | None = None
    bias_shares: Hook | None = None
    dw: Hook | None = None
    db: Hook | None = None
    penalty: Hook | None = None
    bias_penalty: Hook | None = None
    passed: Hook | None = None
    weights: Hook | None = None


_HAVE_A_ROW_A_NEURON: Final = frozenset(
    {"slope", "delta", "factor", "dw", "db", "penalty", "bias_penalty", "passed", "weights"}
)


class NetworkHooks(Struct, frozen=True):
    """What is another network: layers, by number, with another activation; none has biases."""

    activations: Mapping[int, Activation] = {}
    no_biases: bool = False


class Change(Struct, frozen=True):
    """Hooks at some layers; None: at all of them. ``part``: at which neurons there."""

    hooks: Hooks
    layers: frozenset[int] | None = None
    part: Part = "all"

    def is_at(self, layer: int) -> bool:
        """Whether it changes anything at a layer."""
        return self.layers is None or layer in self.layers

    @property
    def goes_back(self) -> bool:
        """Whether it changes what goes back to the layers before, not the gradient alone."""
        hooks = self.hooks
        return any((hooks.slope, hooks.delta, hooks.passed, hooks.weights))

    def vary(self, name: str, at: LayerPass, right: Array) -> Array:
        """Give the value of a hook at a layer."""
        hook: Hook | None = getattr(self.hooks, name)
        if hook is None or not self.is_at(at.layer):
            return right
        value = hook(at, right)
        chosen = at.block.is_output
        if self.part == "all" or name not in _HAVE_A_ROW_A_NEURON or (chosen == chosen[0]).all():
            return value
        if self.part == "hidden":
            chosen = ~chosen
        return np.where(chosen if value.ndim == 1 else chosen[:, None], value, right)


@dataclass(eq=False)
class Forward:
    """The forward pass of a batch at parameters p: z, a (rows, n), x (inputs, n), y (K, n)."""

    passes: Passes
    p: Array
    x: Array
    y: Array
    z: Array
    a: Array
    matrices: list[Array]

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.y[0])

    @cached_property
    def outputs(self) -> Array:
        """The activations of the outputs, (K, n)."""
        return self.a[self.passes.layout.output_rows]

    @cached_property
    def loss(self) -> Array:
        """The loss of each example, (n,)."""
        return loss_value(self.passes.training.loss, self.outputs, self.y)

    @cached_property
    def error(self) -> Array:
        """∂L/∂a of the outputs, (K, n)."""
        return loss_gradient(self.passes.training.loss, self.outputs, self.y)

    @cached_property
    def right(self) -> BatchPass:
        """The backward pass without a change."""
        return self.passes.backward(self)

    @cached_property
    def slopes(self) -> list[Array]:
        """f′(z) of each layer after the inputs, (J, n) each."""
        return [
            block.apply(slope, self.z[block.rows], self.a[block.rows])
            for block in self.passes.blocks
        ]


@dataclass(eq=False)
class BatchPass:
    """The values of a batch, named as in ``BatchValues``.

    ``dp`` (P,): the gradient, reduced as the training says, without penalty; ``g`` (P,): with it.
    ``sent_back``: what each layer has sent back to its sources, (I, n) by layer.
    """

    forward: Forward
    loss: Array
    da: Array
    delta: Array
    dp: Array
    g: Array
    sent_back: Mapping[int, Array] = field(default_factory=dict)


class Passes:
    """Both passes of an experiment's network over any examples, at any parameters.

    Without ``saliency`` the da of the inputs is left out.
    """

    def __init__(self, experiment: Experiment, *, saliency: bool = True) -> None:
        self.saliency, self.no_biases = saliency, False
        net = experiment.network.wiring()
        self.experiment, self.training, self.net = experiment, experiment.training, net
        self.layout = BatchLayout(net)
        is_output = np.zeros(self.layout.height, np.bool_)
        is_output[self.layout.output_rows] = True
        is_input = np.zeros(self.layout.height, np.bool_)
        is_input[self.layout.layers[0].rows] = True
        self.blocks = [
            _block(n, layer, is_input, is_output)
            for n, layer in enumerate(self.layout.layers[1:], 1)
        ]
        self._x = np.array(experiment.data.inputs, np.float64)
        self._y = np.array([experiment.y(n) for n in range(len(experiment.data))], np.float64)

    def altered(self, hooks: NetworkHooks) -> Passes:
        """Make the passes of another network."""
        other = copy(self)
        other.no_biases = self.no_biases or hooks.no_biases
        other.blocks = [
            replace(block, activations=((hooks.activations[block.layer], slice(None)),))
            if block.layer in hooks.activations
            else block
            for block in self.blocks
        ]
        return other

    def forward(self, p: Array, examples: Sequence[int]) -> Forward:
        """Compute the forward pass of some examples."""
        layout, chosen = self.layout, np.asarray(examples, np.intp)
        z, a = np.zeros((2, layout.height, len(chosen)))
        a[list(layout.ones)] = 1.0
        a[layout.layers[0].rows] = self._x[chosen].T
        matrices = [block.matrix(p) for block in self.blocks]
        for block, matrix in zip(self.blocks, matrices, strict=True):
            flow = product(matrix[:, 1:], rows_of(a, block.sources))
            if not self.no_biases:
                flow = flow + matrix[:, :1]
            z[block.rows], a[block.rows] = flow, block.apply(value, flow, flow)
        return Forward(self, p, self._x[chosen].T, self._y[chosen].T, z, a, matrices)

    def backward(
        self, forward: Forward, changes: Sequence[Change] = (), step: MatrixStep | None = None
    ) -> BatchPass:
        """Compute the backward pass, with changes, the gradients reduced and with penalty.

        ``step`` is needed by changes that look at a layer's weights after the update.
        """
        layout, n = self.layout, forward.n
        da, delta = np.zeros((2, layout.height, n))
        dp, g = np.zeros((2, layout.size))
        sent_back: dict[int, Array] = {}
        loss, error = forward.loss, forward.error
        at_loss = LossPass(self, forward.outputs, forward.y)
        for change in changes:
            if change.hooks.loss is not None:
                loss = change.hooks.loss(at_loss, loss)
            if change.hooks.error is not None:
                error = change.hooks.error(at_loss, error)
        da[layout.output_rows] = error
        # As long as nothing that has come back is changed, a layer is as in the right pass.
        right = forward.right if changes and error is forward.error else None
        for block in reversed(self.blocks):
            own, parameters = block.rows, block.weights.parameters
            here = [change for change in changes if change.is_at(block.layer)]
            at: LayerPass | None = None
            if right is not None and not here:
                delta[own] = right.delta[own]
                dp[parameters], g[parameters] = right.dp[parameters], right.g[parameters]
            else:
                at = self._layer(forward, block, here, step, da[own], delta)
                delta[own] = at.delta
                block.put(at.db, at.dw, dp)
                block.put(at.gb, at.gw, g)
                if any(change.goes_back for change in here):
                    right = None
            if not self.saliency and block.source_is_input.all():
                continue
            if right is not None or at is None:
                assert right is not None
                sent = right.sent_back[block.layer]
            else:
                sent = product(at.varied("weights", at.w).T, at.varied("passed", at.delta))
            sent_back[block.layer] = sent
            da[block.sources] += sent
        return BatchPass(forward, loss, da, delta, dp, g, sent_back)

    def _layer(
        self,
        forward: Forward,
        block: Block,
        changes: Sequence[Change],
        step: MatrixStep | None,
        da: Array,
        deltas: Array,
    ) -> LayerPass:
        """Compute δ and the gradients of a layer."""
        at = LayerPass(forward, block, deltas, changes, step)
        at.da = da
        at.slope = at.varied("slope", forward.slopes[block.layer - 1])
        at.delta = at.varied("delta", at.da * at.slope)
        shares = np.full(at.n, float(self.training.reduced(1.0, at.n)))
        factor, inflow = at.varied("factor", at.delta), at.varied("inflow", at.inflow)
        counted = factor * at.varied("weight_shares", shares)
        at.dw = at.varied("dw", product(counted, inflow.T))
        at.db = at.varied("db", factor @ at.varied("bias_shares", shares))
        penalty = self.training.regularized(np.zeros_like(at.w), at.w)
        at.gw = at.dw + at.varied("penalty", penalty)
        at.gb = at.db + at.varied("bias_penalty", np.zeros_like(at.b))
        return at


def loss_value(loss: Loss, a: Array, y: Array) -> Array:
    """Compute the loss of each example, (n,), of outputs (K, n)."""
    value = loss.value(list(a), list(y))
    return np.broadcast_to(np.asarray(value, np.float64), a.shape[1:])


def loss_gradient(loss: Loss, a: Array, y: Array) -> Array:
    """Compute ∂L/∂a of outputs (K, n)."""
    slopes = loss.gradient(list(a), list(y))
    return np.array([np.broadcast_to(np.asarray(s, np.float64), a.shape[1:]) for s in slopes])


def product(left: Array, right: Array) -> Array:
    """Multiply matrices, large ones in parts.

    A large product is spread over threads, which on a busy machine takes a hundred times as long.
    """
    rows = max(1, _ONE_THREAD // max(1, right.size))
    if len(left) <= rows:
        return left @ right
    parts = [left[n : n + rows] @ right for n in range(0, len(left), rows)]
    return np.concatenate(parts)


def slope(f: Activation, z: Array, a: Array) -> Array:
    """f′ at z and a."""
    return np.broadcast_to(np.asarray(f.derivative(z, a), np.float64), z.shape)


def value(f: Activation, z: Array, a: Array) -> Array:
    """F at z."""
    return np.asarray(f.f(z), np.float64)


def _block(n: int, layer: Layer, is_input: Mask, is_output: Mask) -> Block:
    weights, start = layer.incoming, layer.rows.start
    read = weights.rows
    sources: Rows = slice(read.start + 1, read.stop) if isinstance(read, slice) else read[1:]
    activations: tuple[tuple[Activation, Rows], ...] = tuple(
        (f, slice(r.start - start, r.stop - start) if isinstance(r, slice) else r - start)
        for f, r in layer.activations
    )
    return Block(
        n, layer.rows, sources, weights, activations, is_input[sources], is_output[layer.rows]
    )
