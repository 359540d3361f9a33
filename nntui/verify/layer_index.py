"""Networks in layers: where the arrays W1, b1, z1 … lie in those of a run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nntui.engine.full_speed.batch_layout import BatchLayout, Indices
from nntui.model.layers import columns_of
from nntui.model.names import escaped
from nntui.model.wiring import Wiring


@dataclass(frozen=True, eq=False)
class LayerIndex:
    """A layer of J neurons and the I neurons before it, all connected; 1 follows the inputs.

    ``weights`` (I, J) and ``biases`` (J,) are indices of parameters in canonical order, ``rows``
    (J,) those of its neurons in a ``BatchLayout``.
    """

    number: int
    weights: Indices
    biases: Indices
    rows: Indices


def layers_of(net: Wiring, layout: BatchLayout) -> tuple[LayerIndex, ...]:
    """Return the layers of a network behind its inputs; () when it is none of layers.

    In such a network every neuron has all neurons of the layer before as its sources, and no other.
    """
    found: list[LayerIndex] = []
    bias = 0
    for before, layer in pairwise(columns_of(net) or ()):
        step = 1 + len(before)
        biases = bias + step * np.arange(len(layer))
        weights = biases[None, :] + 1 + np.arange(len(before))[:, None]
        rows = np.array([layout.row[j] for j in layer], np.intp)
        found.append(LayerIndex(len(found) + 1, weights, biases, rows))
        bias += step * len(layer)
    return tuple(found)


def why_no_layers(net: Wiring) -> str:
    """Say why a network is none of layers; "" when it is one."""
    if columns_of(net):
        return ""
    for before, layer in pairwise(net.columns):
        for j in layer:
            for i in net.sources[j]:
                if i not in before:
                    return f"{escaped(i)} feeds {escaped(j)} past the layer between"
            missing = [i for i in before if i not in net.sources[j]]
            if missing:
                return f"{escaped(missing[0])} does not feed {escaped(j)}"
    return "an output is no neuron of the last layer"
