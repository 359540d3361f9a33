"""Initializers: where a weight or bias comes from that the document leaves out. One table.

fan_in of a connection is the number of connections into its target, fan_out the number out of its
source; in a fully connected layer that is the usual meaning. Sources: Glorot & Bengio 2010
(xavier), He et al. 2015 (he), and PyTorch's ``nn.Linear`` (torch_linear).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from nntui.model.errors import SettingError
from nntui.model.graph import GraphRows
from nntui.model.numerics import Array, Stream, stream
from nntui.model.settings import chosen_row, chosen_settings
from nntui.model.wiring import Parameter, Wiring

SEED_LIMIT: Final = 2**63 - 1
"""The greatest seed."""

FAR: Final = 40.0
"""Standard deviations that no draw goes beyond (the chance is below 1e-300)."""


@dataclass(frozen=True, slots=True)
class InitializerRow:
    """One row of the table: ``weights(stream, fan_in, fan_out, **settings)`` draws some weights.

    ``fan_out`` is an array with a number for each. They are the ones that would be drawn one by
    one. ``bias(stream, fan_in)`` draws one bias; without it, biases take the setting ``bias``.
    """

    weights: Callable[..., Array]
    formula: str
    settings: Mapping[str, float]
    bias: Callable[[Stream, int], float] | None = None


def _within(bounds: Array, stream: Stream) -> Array:
    return stream.uniform(-bounds, bounds)


def _alike(fan_out: Array, value: float) -> Array:
    return np.full(fan_out.shape, value)


def _torch_bound(fan_in: int) -> float:
    return 1.0 / math.sqrt(fan_in) if fan_in else 0.0


INITIALIZERS: Final[dict[str, InitializerRow]] = {
    "uniform": InitializerRow(
        lambda s, fan_in, fan_out, low, high: s.uniform(low, high, fan_out.shape),
        "U(low, high)", {"low": -0.5, "high": 0.5},
    ),
    "normal": InitializerRow(
        lambda s, fan_in, fan_out, mean, std: s.normal(mean, std, fan_out.shape),
        "N(mean, std²)", {"mean": 0.0, "std": 1.0},
    ),
    "zeros": InitializerRow(lambda s, fan_in, fan_out: _alike(fan_out, 0.0), "0", {}),
    "constant": InitializerRow(
        lambda s, fan_in, fan_out, value: _alike(fan_out, value), "value", {"value": 0.5}
    ),
    "xavier_uniform": InitializerRow(
        lambda s, fan_in, fan_out: _within(np.sqrt(6.0 / (fan_in + fan_out)), s),
        "U(±√(6/(fan_in + fan_out)))", {},
    ),
    "xavier_normal": InitializerRow(
        lambda s, fan_in, fan_out: s.normal(0.0, np.sqrt(2.0 / (fan_in + fan_out))),
        "N(0, 2/(fan_in + fan_out))", {},
    ),
    "he_uniform": InitializerRow(
        lambda s, fan_in, fan_out: _within(_alike(fan_out, math.sqrt(6.0 / fan_in)), s),
        "U(±√(6/fan_in))", {},
    ),
    "he_normal": InitializerRow(
        lambda s, fan_in, fan_out: s.normal(0.0, math.sqrt(2.0 / fan_in), fan_out.shape),
        "N(0, 2/fan_in)", {},
    ),
    "torch_linear": InitializerRow(
        lambda s, fan_in, fan_out: _within(_alike(fan_out, _torch_bound(fan_in)), s),
        "U(±1/√fan_in), biases too", {},
        bias=lambda s, fan_in: float(s.uniform(-_torch_bound(fan_in), _torch_bound(fan_in))),
    ),
}  # fmt: skip

DEFAULT_INITIALIZER: Final = "xavier_uniform"


@dataclass(frozen=True, slots=True)
class Initializer:
    """An initializer with its seed and settings chosen.

    Every row but torch_linear takes a setting ``bias`` (0): the bias of a neuron that has none.
    """

    name: str = DEFAULT_INITIALIZER
    seed: int = 0
    settings: tuple[tuple[str, float], ...] = (("bias", 0.0),)

    @classmethod
    def of(cls, name: str | Initializer, seed: int = 0, **settings: float) -> Initializer:
        """The initializer called ``name``.

        Raises:
            SettingError: an unknown name or setting, or a setting out of its range.
        """
        if isinstance(name, Initializer):
            return name
        row = chosen_row("initializer", name, INITIALIZERS)
        defaults = row.settings if row.bias else {**row.settings, "bias": 0.0}
        chosen = chosen_settings(name, defaults, settings)
        if chosen.get("std", 0.0) < 0.0:
            raise SettingError(repr(chosen["std"]), "a number of at least 0", "std")
        if "low" in chosen and chosen["low"] > chosen["high"]:
            raise SettingError(repr(chosen["low"]), "a number not above high", "low")
        if "high" in chosen and not math.isfinite(chosen["high"] - chosen["low"]):
            raise SettingError(repr(chosen["high"]), "a range that a float can hold", "high")
        if "std" in chosen and not math.isfinite(abs(chosen["mean"]) + FAR * chosen["std"]):
            raise SettingError(repr(chosen["std"]), "a spread that a float can hold", "std")
        return cls(name, checked_seed(seed), tuple(chosen.items()))

    def weights(self, stream: Stream, fan_out: Array) -> list[float]:
        """Draw the weights of all connections into one neuron, one for each of ``fan_out``."""
        settings = {name: value for name, value in self.settings if name != "bias"}
        drawn = INITIALIZERS[self.name].weights(stream, len(fan_out), fan_out, **settings)
        weights: list[float] = drawn.tolist()
        return weights

    def bias(self, stream: Stream, fan_in: int) -> float:
        """Draw one bias (a constant, for every row but torch_linear)."""
        row = INITIALIZERS[self.name]
        return row.bias(stream, fan_in) if row.bias else dict(self.settings)["bias"]


def checked_seed(seed: int, place: str = "seed") -> int:
    """The seed itself, when it is a whole number from 0 to 2⁶³−1.

    Raises:
        SettingError: anything else.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= SEED_LIMIT:
        raise SettingError(repr(seed)[:40], "a whole number from 0 to 9223372036854775807", place)
    return seed


# ---- missing -------------------------------------------------------------------------------------


def lacking(rows: GraphRows) -> set[str]:
    """The neurons without a bias, or with a connection into them that has no weight."""
    nodes, into, _ = rows
    found = {j for j, row in into.items() if any(e["weight"] is None for e in row.values())}
    found.update(j for j, node in nodes.items() if node["bias"] is None and node["role"] != "input")
    return found


def drawn(
    rows: GraphRows, wiring: Wiring, initializer: Initializer, wanted: set[str]
) -> Iterator[tuple[Parameter, float]]:
    """The parameters without a number at the ``wanted`` neurons, each with the one drawn for it.

    A number is drawn for each parameter in canonical order, whether it is needed or not, so that
    writing one weight down does not move the others.
    """
    numbers, left = stream("initializer", initializer.seed), set(wanted)
    before: tuple[str, ...] = ()
    fan_out = np.zeros(0, int)
    for j in wiring.neurons:
        if not left:
            return
        sources, row = wiring.sources[j], rows.into[j]
        bias = initializer.bias(numbers, len(sources))
        if sources != before:
            before, fan_out = sources, np.array([len(wiring.targets[i]) for i in sources], int)
        weights = initializer.weights(numbers, fan_out) if sources else []
        if j not in left:
            continue
        left.remove(j)
        if rows.nodes[j]["bias"] is None:
            yield j, bias
        for i, weight in zip(sources, weights, strict=True):
            if row[i]["weight"] is None:
                yield (i, j), weight
