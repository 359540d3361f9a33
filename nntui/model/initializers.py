"""Initializers: how a weight or bias that a document leaves out is drawn. One table, a row each.

fan_in of a connection is the number of connections into its target, fan_out the number out of its
source; in a fully connected layer that is the usual meaning. Sources: Glorot & Bengio 2010
(xavier), He et al. 2015 (he), and PyTorch's ``nn.Linear`` (torch_linear).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, SupportsIndex

import numpy as np
from msgspec import Struct

from nntui.model.coercion import whole
from nntui.model.errors import SettingError
from nntui.model.numerics import Array, stream
from nntui.model.settings import Choice, TableFunction, chosen_row, named_settings
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.model.numerics import Stream

SEED_LIMIT: Final = 2**63 - 1
"""The greatest seed."""

FAR: Final = 40.0
"""Standard deviations that no draw goes beyond (the chance is below 1e-300)."""


class InitializerRow(Struct, frozen=True):
    """One row of the table: the whole definition of an initializer.

    ``weights(stream, fan_in, fan_out, **settings)`` draws the weights into one neuron, the same as
    one by one; ``fan_out`` is a number for all, or an array with one for each. ``bias(stream,
    fan_in)`` draws one bias; without it, biases take the setting ``bias``.
    """

    weights: Callable[..., Array]
    formula: str
    settings: Mapping[str, float]
    bias: Callable[[Stream, int], float] | None = None


def _within(bounds: Any, fan_in: int, stream: Stream) -> Array:
    return stream.uniform(-bounds, bounds, fan_in)


def _torch_bound(fan_in: int) -> float:
    return 1.0 / math.sqrt(fan_in) if fan_in else 0.0


INITIALIZERS: Final[dict[str, InitializerRow]] = {
    "uniform": InitializerRow(
        lambda s, fan_in, fan_out, low, high: s.uniform(low, high, fan_in),
        "U(low, high)", {"low": -0.5, "high": 0.5},
    ),
    "normal": InitializerRow(
        # numpy refuses a spread of −0.
        lambda s, fan_in, fan_out, mean, std: s.normal(mean, abs(std), fan_in),
        "N(mean, std²)", {"mean": 0.0, "std": 1.0},
    ),
    "zeros": InitializerRow(lambda s, fan_in, fan_out: np.zeros(fan_in), "0", {}),
    "constant": InitializerRow(
        lambda s, fan_in, fan_out, value: np.full(fan_in, value), "value", {"value": 0.5}
    ),
    "xavier_uniform": InitializerRow(
        lambda s, fan_in, fan_out: _within(np.sqrt(6.0 / (fan_in + fan_out)), fan_in, s),
        "U(±√(6/(fan_in + fan_out)))", {},
    ),
    "xavier_normal": InitializerRow(
        lambda s, fan_in, fan_out: s.normal(0.0, np.sqrt(2.0 / (fan_in + fan_out)), fan_in),
        "N(0, 2/(fan_in + fan_out))", {},
    ),
    "he_uniform": InitializerRow(
        lambda s, fan_in, fan_out: _within(math.sqrt(6.0 / fan_in), fan_in, s),
        "U(±√(6/fan_in))", {},
    ),
    "he_normal": InitializerRow(
        lambda s, fan_in, fan_out: s.normal(0.0, math.sqrt(2.0 / fan_in), fan_in),
        "N(0, 2/fan_in)", {},
    ),
    "torch_linear": InitializerRow(
        lambda s, fan_in, fan_out: _within(_torch_bound(fan_in), fan_in, s),
        "U(±1/√fan_in), biases too", {},
        bias=lambda s, fan_in: float(s.uniform(-_torch_bound(fan_in), _torch_bound(fan_in))),
    ),
}  # fmt: skip

DEFAULT_INITIALIZER: Final = "xavier_uniform"


@dataclass(frozen=True, slots=True, repr=False)
class Initializer(TableFunction[InitializerRow]):
    """An initializer with its seed and settings chosen.

    Every row but torch_linear takes a setting ``bias`` (0): the bias of a neuron that has none.
    """

    KIND = "initializer"
    TABLE = INITIALIZERS

    name: str = DEFAULT_INITIALIZER
    settings: tuple[tuple[str, float], ...] = (("bias", 0.0),)
    seed: int = 0

    def __post_init__(self) -> None:
        TableFunction.__post_init__(self)
        object.__setattr__(self, "seed", checked_seed(self.seed))

    def __repr__(self) -> str:
        return TableFunction.__repr__(self).replace(")", f", seed={self.seed})")

    @classmethod
    def of(cls, name: Choice | Initializer, seed: int = 0, **settings: Any) -> Initializer:
        """Choose an initializer by its name; settings left out keep their defaults."""
        if isinstance(name, Initializer):
            return name
        word, more = named_settings(name, cls.KIND, cls.TABLE)
        given = {"seed": seed, **more, **settings}
        return cls(word, seed=given.pop("seed"), settings=tuple(given.items()))

    @classmethod
    def defaults(cls, name: str) -> Mapping[str, float]:
        row = chosen_row(cls.KIND, name, cls.TABLE)
        return row.settings if row.bias else {**row.settings, "bias": 0.0}

    @classmethod
    def check(cls, settings: Mapping[str, float]) -> None:
        std, low, high = (settings.get(name, 0.0) for name in ("std", "low", "high"))
        if std < 0.0:
            raise SettingError(repr(std), "a number of at least 0", "std")
        if low > high:
            raise SettingError(repr(low), "a number not above high", "low")
        if not math.isfinite(high - low):
            raise SettingError(repr(high), "a range that a float can hold", "high")
        if not math.isfinite(abs(settings.get("mean", 0.0)) + FAR * std):
            raise SettingError(repr(std), "a spread that a float can hold", "std")

    def weights(self, stream: Stream, fan_in: int, fan_out: int | Array) -> list[float]:
        """Draw the weights of all ``fan_in`` connections into one neuron.

        ``fan_out``: a number for all of them, or an array with one for each.
        """
        settings = {name: value for name, value in self.settings if name != "bias"}
        weights: list[float] = self.row.weights(stream, fan_in, fan_out, **settings).tolist()
        return weights

    def bias(self, stream: Stream, fan_in: int) -> float:
        """Draw one bias (a constant, for every row but torch_linear)."""
        draw = self.row.bias
        return draw(stream, fan_in) if draw else float(dict(self.settings)["bias"])


def checked_seed(seed: SupportsIndex) -> int:
    """Return the seed; a ``SettingError`` if it is no whole number from 0 to 2⁶³−1."""
    number = whole(seed)
    if number is None or not 0 <= number <= SEED_LIMIT:
        raise SettingError(repr(seed)[:40], f"a whole number from 0 to {SEED_LIMIT}", "seed")
    return number


def draws(initializer: Initializer, wiring: Wiring) -> Iterator[tuple[str, float, list[float]]]:
    """Draw each computing neuron's bias and the weights of the connections into it.

    A number is drawn for each parameter in canonical order, whether it is needed or not, so that
    writing one weight down does not move the others.
    """
    numbers = stream("initializer", initializer.seed)
    before: tuple[str, ...] = ()
    fan_out: int | Array = 0
    for j in wiring.neurons:
        sources = wiring.sources[j]
        bias = initializer.bias(numbers, len(sources))
        if sources and sources != before:
            before, counts = sources, [len(wiring.targets[i]) for i in sources]
            fan_out = np.array(counts) if len({*counts}) > 1 else counts[0]
        yield j, bias, initializer.weights(numbers, len(sources), fan_out) if sources else []
