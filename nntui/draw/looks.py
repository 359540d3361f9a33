"""How each neuron and each connection is to look in one painting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mark = Literal["plain", "current", "focus", "dim"]
EdgeState = Literal["plain", "pending", "done", "current", "focus", "bright", "dim"]


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How a neuron looks.

    `value` is its formatted number, "" when it has none yet. `tone` in −1..1 shades the box; None
    leaves it unshaded; with nan it stands out, as its number is not finite. `mark` says what the
    neuron is at this moment; with a `stop` it has a dot at its left rim.
    """

    value: str = ""
    tone: float | None = None
    mark: Mark = "plain"
    stop: bool = False


@dataclass(frozen=True, slots=True)
class EdgeLook:
    """How a connection looks.

    `weight` gives sign and strength, `label` is the weight formatted. A `current` connection has an
    arrowhead: at its target when the pass goes `forward`, at its source on the way back, none when
    that is None. Inside a pass one is `done` with or `pending`; one in another state that the pass
    has still to go through is `ahead`. The label stands near the target,
    or `at_source`. One in `focus` has its label in angles; one with a `stop` a dot before its
    label, or on its line.
    """

    weight: float
    label: str = ""
    state: EdgeState = "plain"
    forward: bool | None = True
    stop: bool = False
    at_source: bool = False
    ahead: bool = False
