"""Where the numbers of a name belong: ``dW1``, ``X``, ``z[h1]`` → cells of the run's arrays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from nntui.engine.full_speed.batch_layout import BatchLayout, Indices
from nntui.model.errors import NntuiError, counted
from nntui.model.layers import columns_of
from nntui.model.names import (
    MEMORY,
    ValueNameError,
    escaped,
    nearest,
    parameter_name,
    parse_value_name,
    value_name,
)
from nntui.model.wiring import Wiring, check_value, parameter_key
from nntui.verify.right_run import RightRun

# The arrays of a layer, without its number and in small letters → the kind of their numbers.
_ARRAYS: Final = {
    "w": "p", "b": "p", "dw": "dp", "db": "dp", "z": "z", "a": "a", "da": "da", "delta": "delta",
    "dz": "delta",
}  # fmt: skip
_WRITTEN: Final = ("W", "b", "dW", "db", "z", "a", "da", "delta")
_OF_A_LAYER: Final = re.compile(r"([A-Za-z]+)_?(\d{1,6})")
# Symbols of value names that are held against a run → the kind.
_VALUES: Final = {
    **{symbol: symbol for symbol in ("x", "t", "z", "a", "da", "delta", "g", *MEMORY)},
    **dict.fromkeys(("b", "w"), "p"),
    **dict.fromkeys(("db", "dw"), "dp"),
    "p": "softmax",
    "loss": "loss",
    "batch_loss": "batch_loss",
}
_PER_EXAMPLE: Final = frozenset({"z", "a", "da", "delta", "softmax", "loss", "x", "t"})


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


class NumbersError(NntuiError, ValueError):
    """Numbers that cannot be held against a run; its text is one sentence."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where the numbers of a name belong: cells of the array of a kind.

    ``cells``: the rows (neurons, outputs) or parameters that they belong to: one, those of a layer
    (J,), or the weights into a layer (I, J). Kinds are those of ``Given.of_batch``; the optimizer's
    ``m``, ``v``, ``s``; ``x`` and ``t``, the data.
    """

    name: str
    kind: str
    cells: Indices

    @property
    def per_example(self) -> bool:
        """Whether each cell has a number for each example of the batch."""
        return self.kind in _PER_EXAMPLE

    @property
    def is_layer(self) -> bool:
        """Whether it is an array of a layer, or of the data."""
        return self.cells.ndim > 0

    @property
    def of_updates(self) -> bool:
        """Whether there may be a number for each of several updates."""
        return self.kind in ("p", *MEMORY)


class Places:
    """The places of all names, for the network of a run."""

    def __init__(self, run: RightRun) -> None:
        self._net, self._layout, self._training = run.net, run.layout, run.experiment.training
        self.layers = layers_of(run.net, run.layout)

    def __getitem__(self, name: str) -> Place:
        """Find the place of a name.

        Raises:
            NumbersError: it has none; the sentence names the nearest name that has.
        """
        match = _OF_A_LAYER.fullmatch(name)
        if match and match[1].lower() in _ARRAYS:
            return self._of_layer(name, match[1].lower(), int(match[2]))
        if name in ("X", "Y"):
            kind, neurons = ("x", self._net.inputs) if name == "X" else ("t", self._net.outputs)
            return Place(name, kind, np.arange(len(neurons)))
        try:
            symbol, of = parse_value_name(name)
        except ValueNameError as error:
            raise NumbersError(str(error) if "[" in name else self._unknown(name)) from None
        try:
            check_value(self._net, symbol, of)
        except ValueNameError as error:
            raise NumbersError(f"{escaped(name)}: {error}") from None
        if symbol not in _VALUES:
            known = "z a da delta loss, b w db dw g, x t"
            raise NumbersError(f"{symbol} is held against no run, only {known}")
        optimizer = self._training.optimizer
        if symbol in MEMORY and symbol not in optimizer.row.memory:
            raise NumbersError(f"{escaped(name)}: the optimizer {optimizer.name} has no {symbol}")
        return Place(value_name(symbol, *of), _VALUES[symbol], self._cell(symbol, of))

    def _of_layer(self, name: str, symbol: str, number: int) -> Place:
        if why := why_no_layers(self._net):
            such = self._example("d" if "d" in symbol else "")
            raise NumbersError(
                f"{name} is an array of a layer, and this network is none of layers ({why}): "
                f"name each value, such as {such}"
            )
        kind = _ARRAYS[symbol]
        if number == 0 and kind in ("a", "da"):
            rows = [self._layout.row[i] for i in self._net.inputs]
            return Place(name, kind, np.array(rows, np.intp))
        if not 1 <= number <= len(self.layers):
            has = counted(len(self.layers), "layer")
            last = f"{name.rstrip('0123456789')}{len(self.layers)}"
            raise NumbersError(f"there is no {name}: the network has {has}, up to {last}")
        layer = self.layers[number - 1]
        if kind in ("p", "dp"):
            return Place(name, kind, layer.weights if "w" in symbol else layer.biases)
        return Place(name, kind, layer.rows)

    def _example(self, prefix: str) -> str:
        edges = self._net.edges
        return parameter_name(edges[0] if edges else self._net.neurons[0], prefix)

    def _unknown(self, name: str) -> str:
        arrays = [f"{array}{layer.number}" for layer in self.layers for array in _WRITTEN]
        near = nearest(name, [*arrays, "X", "Y", "loss", "batch_loss"])
        hint = f"; did you mean {near}?" if near else ""
        if kind := re.search(r"\.(weight|bias)$", name):
            written = kind[1][0].upper() if kind[1] == "weight" else "b"
            hint = (
                f": a parameter is called {written}1, its gradient d{written}1"
                if self.layers
                else ""
            )
        some = "W1 b1 dW1 db1 z1 a1 delta1 …, X, Y, or " if self.layers else ""
        forms = f"{some}values such as {self._example('d')}"
        return f"there is no value called “{escaped(name)}”{hint} (there are {forms})"

    def _cell(self, symbol: str, neurons: tuple[str, ...]) -> Indices:
        match symbol:
            case "z" | "a" | "da" | "delta":
                return np.array(self._layout.row[neurons[0]])
            case "x":
                return np.array(self._net.inputs.index(neurons[0]))
            case "t" | "p":
                return np.array(self._net.outputs.index(neurons[0]))
            case "loss" | "batch_loss":
                return np.array(0)
        return np.array(self._layout.index[parameter_key(neurons)])
