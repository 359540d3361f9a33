"""A neuron and a connection as they stand in a network, and what their numbers may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from nntui.model.activations import Activation
from nntui.model.errors import NetworkError
from nntui.model.names import escaped

Role = Literal["input", "hidden", "output"]
ROLES: Final = ("input", "hidden", "output")


@dataclass(frozen=True, slots=True)
class Neuron:
    """A neuron as it stands in a network. An input has no activation and no bias (both None)."""

    name: str
    role: Role
    layer: int
    activation: Activation | None
    bias: float | None
    trainable: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """A weighted edge from ``source`` to ``target``."""

    source: str
    target: str
    weight: float
    trainable: bool = True


def finite_or_none(number: float | None, what: str, culprit: str | tuple[str, str]) -> float | None:
    """A bias or weight as a float; None stays None (the initializer will draw it).

    Raises:
        NetworkError: no number, or one that no finite float can hold.
    """
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise NetworkError(f"{what} must be a number, not {escaped(repr(number))}", culprit)
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise NetworkError(f"{what} must be a finite number, not {value}", culprit)
    return value
