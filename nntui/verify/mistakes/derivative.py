"""The mistakes that people make in the derivative that δ has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from nntui.model.activations import Activation
from nntui.model.numerics import Array
from nntui.verify.mistakes.mistake import Mistake, Way, constant
from nntui.verify.passes import Hook, Hooks, LayerPass, Passes, slope, value

_DELTA: Final = "δ[{j}] = ∂L/∂a[{j}] · {f}′(z[{j}])"


def _slope_of_a(at: LayerPass, right: Array) -> Array:
    """Take f′ at a."""
    return at.block.apply(lambda f, z, a: slope(f, a, value(f, a, a)), at.z, at.a)


def _formula_on_z(at: LayerPass, right: Array) -> Array:
    """Put z into the formula of f′ in a."""
    return at.block.apply(lambda f, z, a: slope(f, z, z), at.z, at.a)


def _activation_again(at: LayerPass, right: Array) -> Array:
    """Take f(a)."""
    return at.block.apply(value, at.a, at.a)


def _others_slopes(passes: Passes) -> Iterator[Way]:
    """f′ of each other activation of the network, with the neuron's own a or with that of f."""
    found = list(dict.fromkeys(f for block in passes.blocks for f, _ in block.activations))
    for own in (True, False) if len(found) > 1 else ():
        for g in found:
            yield Way(
                Hooks(slope=_slope_of(g, own)), "layers", f"{g.called}, another layer's activation"
            )
        if len(found) == 2:
            yield Way(Hooks(slope=_other_slope(found, own)), "layers", "the other activation")
        for step, word in (
            (1, "the next layer's activation"),
            (-1, "the activation of the layer before"),
        ):
            yield Way(Hooks(slope=_neighbours_slope(step, own)), "everywhere", word)


def _slope_of(g: Activation, own: bool) -> Hook:
    """Give every neuron f′ of one activation."""
    return lambda at, right: slope(g, at.z, at.a if own else value(g, at.z, at.z))


def _other_slope(found: list[Activation], own: bool) -> Hook:
    """Give each neuron f′ of the other of two activations."""

    def of_other(f: Activation, z: Array, a: Array) -> Array:
        g = found[f == found[0]]
        return slope(g, z, a if own else value(g, z, z))

    return lambda at, right: at.block.apply(of_other, at.z, at.a)


def _neighbours_slope(step: int, own: bool) -> Hook:
    """Give each layer f′ of the layer behind it or before it, where there is one."""

    def hook(at: LayerPass, right: Array) -> Array:
        n = at.layer + step
        if not 1 <= n <= len(at.passes.blocks):
            return right
        f = at.passes.blocks[n - 1].activations[0][0]
        return slope(f, at.z, at.a if own else value(f, at.z, at.z))

    return hook


def _slope_at(other_z: Callable[[LayerPass], Array]) -> Hook:
    """Take f′ at another z, where there is one for each neuron."""

    def hook(at: LayerPass, right: Array) -> Array:
        z = other_z(at)
        if z.shape != right.shape:
            return right
        return at.block.apply(lambda f, z, _: slope(f, z, value(f, z, z)), z, z)

    return hook


def _z_behind(at: LayerPass) -> Array:
    blocks = at.passes.blocks
    return at.forward.z[blocks[at.layer].rows] if at.layer < len(blocks) else at.z[:0]


def _slope_of_target(at: LayerPass, right: Array) -> Array:
    """Put the target into the formula of f′ in a."""
    t = np.zeros((at.passes.layout.height, at.n))
    t[at.passes.layout.output_rows] = at.forward.y
    return at.block.apply(slope, at.z, t[at.block.rows])


DERIVATIVE_MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake(
        "no_output_derivative",
        "δ of the output layer lacks {f}′(z)",
        "δ of an output is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}]", _DELTA),
        (Way(Hooks(slope=constant(1.0)), "outputs"),),
    ),
    Mistake(
        "no_derivative",
        "δ of {layer} lacks {f}′(z)",
        "δ of a hidden neuron is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}]", _DELTA),
        (Way(Hooks(slope=constant(1.0)), "hidden"),),
    ),
    Mistake(
        "derivative_twice",
        "δ of {layer} has {f}′(z) twice",
        "δ is ∂L/∂a times {f}′(z), once",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}′(z[{j}]) · {f}′(z[{j}])", _DELTA),
        (Way(Hooks(slope=lambda at, s: s * s), "layers"),),
    ),
    Mistake(
        "derivative_of_a",
        "δ of {layer} has {f}′(a), the derivative at a",
        "the derivative is taken at z: {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}′(a[{j}])", _DELTA),
        (Way(Hooks(slope=_slope_of_a), "layers"),),
    ),
    Mistake(
        "derivative_elsewhere",
        "δ of {layer} has {f}′ {word}",
        "the derivative is taken at the neuron's own z: {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}′ {word}", _DELTA),
        (
            Way(Hooks(slope=_slope_at(lambda at: at.z - at.b[:, None])), "layers", "at z − b"),
            Way(Hooks(slope=_slope_of_target), "outputs", "of the target, with t for a"),
            Way(Hooks(slope=_slope_at(lambda at: at.source_z)), "layers", "at z of its sources"),
            Way(Hooks(slope=_slope_at(_z_behind)), "layers", "at z of the layer behind"),
        ),
        rare=True,
    ),
    Mistake(
        "derivative_on_z",
        "δ of {layer} has the derivative's formula in a, with z put in",
        "a formula such as a·(1 − a) or 1 − a² takes a, not z",
        ("δ[{j}] = ∂L/∂a[{j}] · {f_on_z}", "δ[{j}] = ∂L/∂a[{j}] · {f_in_a}"),
        (Way(Hooks(slope=_formula_on_z), "layers"),),
    ),
    Mistake(
        "activation_for_derivative",
        "δ of {layer} has the activation itself in place of {f}′(z)",
        "δ is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] · {f}(z[{j}])", _DELTA),
        (
            Way(Hooks(slope=lambda at, s: at.a), "layers"),
            Way(Hooks(slope=_activation_again), "layers"),
        ),
    ),
    Mistake(
        "divided_by_a",
        "δ of {layer} is divided by the neuron's own activation, in place of times {f}′(z)",
        "δ is ∂L/∂a times the derivative {f}′(z)",
        ("δ[{j}] = ∂L/∂a[{j}] / a[{j}]", _DELTA),
        (Way(Hooks(slope=lambda at, s: 1.0 / at.a), "layers"),),
    ),
    Mistake(
        "other_layers_derivative",
        "δ of {layer} has the derivative of {word}",
        "each layer has the derivative of its own activation",
        ("δ[{j}] = ∂L/∂a[{j}] · g′(z[{j}]), g of another layer", _DELTA),
        _others_slopes,
    ),
)
