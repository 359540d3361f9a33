"""What a cause was made from, as addresses: to be looked up when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """A value as it was at a position."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class DataRead(Read):
    """A number of the data as a step read it: ``x[i]`` or ``y[k]`` of an example."""

    example: int
    value: float


@dataclass(frozen=True, slots=True)
class TermRead(Read):
    """The part of a sum that a step (number ``position``) has added; ``name`` is the sum's."""


@dataclass(frozen=True, slots=True)
class MemoryRead(Read):
    """What the optimizer remembered of a parameter ``name`` (``m``, ``v``, …) at a position."""

    quantity: str
