"""Names that PyTorch gives parameters (``0.weight``, ``fc1.bias``) → those of a layer's arrays.

Linear modules hold a weight (out, in) and a bias (out,). Which module is which layer follows from
their shapes, and where several fit, from their order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from nntui.verify.array_files import AnyArray
from nntui.verify.places import LayerIndex

_PARAMETER: Final = re.compile(r"(.+)\.(weight|bias)(\.grad)?")
_NUMBER: Final = re.compile(r"(\d+)")


def of_layers(
    values: Mapping[str, AnyArray], layers: Sequence[LayerIndex], *, gradients: bool
) -> dict[str, str]:
    """Find the name of each parameter as an array of a layer: ``0.weight`` → ``dW1``.

    They are ``gradients`` or parameters; where some end in ``.grad``, these alone are gradients.
    {} where the modules are not those of the layers.
    """
    found = {name: match for name in values if (match := _PARAMETER.fullmatch(name))}
    gradients = gradients and not any(match[3] for match in found.values())
    numbers = _numbers(found, values, layers)
    names = {
        name: array_name(numbers[match[1]], match[2], gradient=gradients or bool(match[3]))
        for name, match in found.items()
        if numbers
    }
    others = values.keys() - names.keys()
    return names if len({*names.values(), *others}) == len(values) else {}


def array_name(layer: int, kind: str, *, gradient: bool) -> str:
    """Write the name of a layer's array, of its weights or of its biases: ``dW1``."""
    return f"{'d' * gradient}{'W' if kind == 'weight' else 'b'}{layer}"


def _numbers(
    found: Mapping[str, re.Match[str]],
    values: Mapping[str, AnyArray],
    layers: Sequence[LayerIndex],
) -> dict[str, int]:
    """Number modules as their layers, from 1; {} where they do not fit."""
    shapes = {match[1]: values[name].shape for name, match in found.items() if match[2] == "weight"}
    expected = [layer.weights.shape[::-1] for layer in layers]
    modules = list(dict.fromkeys(match[1] for match in found.values()))
    texts = {_NUMBER.sub("", module) for module in modules}
    order = sorted(modules, key=_by_number) if len(texts) == 1 else list(modules)
    if sorted(shapes.values()) == sorted(expected) and len(set(expected)) == len(expected):
        order.sort(key=lambda module: expected.index(shapes[module]))
    if [shapes.get(module) for module in order] != expected:
        return {}
    return {module: layer.number for module, layer in zip(order, layers, strict=True)}


def _by_number(module: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(module)]
