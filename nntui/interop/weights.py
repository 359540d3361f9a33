"""Arrays with names, as files of weights have them → the layers of a model.

Two ways of naming are known: ``W1 b1 W2 b2 …`` (also ``weights_0``, ``coefs_0``; or unnamed, in
turns), whose matrices lie either way, and PyTorch's ``0.weight 0.bias …``, which lie (out, in).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations
from typing import Final

from nntui.interop.chain import Layer, check_size
from nntui.interop.errors import ConversionError
from nntui.interop.numpy import layers_of_arrays
from nntui.model.layers import Order
from nntui.model.names import escaped
from nntui.verify.array_files import AnyArray

_WEIGHT: Final = re.compile(r"(?:w|weights?|theta|coefs?|kernel)[._]?(\d{1,9})_?", re.IGNORECASE)
_BIAS: Final = re.compile(r"(?:b|bias(?:es)?|intercepts?)[._]?(\d{1,9})_?", re.IGNORECASE)
_UNNAMED: Final = re.compile(r"arr_(\d{1,9})")
_MOST_TRIED: Final = 6
"""Layers whose order is looked for by their shapes, at most."""

EXPECTED: Final = "W1 b1 W2 b2 …, or as in PyTorch 0.weight 0.bias 2.weight …"


def layers_named(
    arrays: Mapping[str, AnyArray],
    order: Order | None = None,
    wanted: Sequence[str] = (),
    inputs: int | None = None,
) -> list[Layer]:
    """Find the layers among arrays by their names; their activations are not known.

    Args:
        arrays: what a file has; other arrays than those of layers are passed over.
        order: how matrices lie, where their shapes do not say.
        wanted: the names of the layers in their order, where the names do not say.
        inputs: the numbers of an example, if that is known.

    Raises:
        ConversionError: no weights, or layers that do not fit each other.
    """
    if any(name.endswith(".weight") or name == "weight" for name in arrays):
        return _of_modules(arrays, wanted)
    weights = _numbered(_WEIGHT, arrays) or _numbered(_UNNAMED, arrays, every=2)
    biases = _numbered(_BIAS, arrays) or _numbered(_UNNAMED, arrays, every=2, start=1)
    if not weights:
        found = escaped(", ".join(list(arrays)[:12]), 100) or "none"
        raise ConversionError(f"found the arrays {found}, expected {EXPECTED}")
    numbers = list(weights)
    given = _beside(weights, biases)
    return layers_of_arrays(
        _few([arrays[weights[n]] for n in numbers]),
        [arrays[given[n]] if n in given else None for n in numbers],
        inputs=inputs,
        order=order,
        names=[escaped(weights[n]) for n in numbers],
    )


def _beside(weights: Mapping[int, str], biases: Mapping[int, str]) -> dict[int, str]:
    """Give biases the numbers of their weights: the same ones, or all one more or one less.

    Raises:
        ConversionError: neither fits.
    """
    for shift in (0, 1, -1):
        moved = {n - shift: name for n, name in biases.items()}
        if moved.keys() <= weights.keys() and (not shift or len(moved) == len(weights)):
            return moved
    found, beside = (escaped(", ".join(each.values()), 100) for each in (biases, weights))
    expected = "expected a bias for each of the weights, or biases with the numbers of theirs"
    raise ConversionError(f"found the biases {found} beside the weights {beside}, {expected}")


def _few(matrices: list[AnyArray]) -> list[AnyArray]:
    """Refuse more weights than a network may have, before they are widened to float64."""
    check_size(0, sum(matrix.size for matrix in matrices))
    return matrices


def _numbered(
    pattern: re.Pattern[str], arrays: Mapping[str, AnyArray], every: int = 1, start: int = 0
) -> dict[int, str]:
    """Find arrays by the number in their name: number → name, in order.

    Raises:
        ConversionError: two of them have the same number.
    """
    found: dict[int, str] = {}
    for name in arrays:
        if match := pattern.fullmatch(name):
            other = found.setdefault(int(match[1]), name)
            if other != name:
                both = f"{escaped(other)} and {escaped(name)}"
                raise ConversionError(f"found {both}, expected one array of number {match[1]}")
    return {n: found[n] for n in sorted(found) if n % every == start % every}


def _of_modules(arrays: Mapping[str, AnyArray], wanted: Sequence[str]) -> list[Layer]:
    """Find the linear modules of a state dict of PyTorch."""
    modules: dict[str, dict[str, AnyArray]] = {}
    for name, array in arrays.items():
        module, _, parameter = name.rpartition(".")
        modules.setdefault(module, {})[parameter] = array
    for module, parameters in modules.items():
        strange = set(parameters) - {"weight", "bias"}
        weight = parameters.get("weight")
        if strange or weight is None or weight.ndim != 2:
            found = escaped(", ".join(f"{module}.{p}".lstrip(".") for p in parameters), 100)
            raise ConversionError(
                f"found {found}: no linear layer (a matrix “weight”, and perhaps a “bias”), and "
                "nntui knows no other"
            )
    ordered = _ordered(modules, wanted)
    return layers_of_arrays(
        _few([modules[module]["weight"] for module in ordered]),
        [modules[module].get("bias") for module in ordered],
        order="out, in",
        names=[escaped(f"{module}.weight".lstrip(".")) for module in ordered],
    )


def _ordered(modules: Mapping[str, dict[str, AnyArray]], wanted: Sequence[str]) -> list[str]:
    """Bring modules into the order in which they are run: by their numbers, or their shapes.

    Raises:
        ConversionError: neither tells it.
    """
    if wanted:
        unknown = [name for name in wanted if name not in modules]
        if unknown or len(wanted) != len(modules):
            known = escaped(", ".join(sorted(modules)), 100)
            raise ConversionError(f"the layers are called {known}: name each once, in their order")
        return list(wanted)
    names = sorted(modules, key=_natural)
    skeletons = {re.sub(r"\d+", "#", name) for name in names}
    if len(skeletons) == 1:
        return names
    shapes = {name: parameters["weight"].shape for name, parameters in modules.items()}
    fitting = []
    if len(names) <= _MOST_TRIED:
        fitting = [
            each
            for each in permutations(names)
            if all(shapes[b][1] == shapes[a][0] for a, b in pairwise(each))
        ]
    if len(fitting) != 1:
        known = escaped(",".join(names), 100)
        raise ConversionError(
            "the file does not say in which order its layers are run: say it by "
            f"--layers {known} (in the right order)"
        )
    return list(fitting[0])


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort 10 behind 9."""
    parts = re.findall(r"(\d{1,18})|(\D+|\d+)", name)
    return [(int(digits), "") if digits else (-1, text) for digits, text in parts]
