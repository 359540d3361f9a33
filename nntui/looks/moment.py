"""The moment to be drawn, and what of it the person has brought out."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.debugger.snapshot import Snapshot
from nntui.debugger.values import Before

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot, and the parameters before the last update (None: unknown, or there was none)."""

    snapshot: Snapshot
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What is brought out: the focused neuron or one of its edges, a cone, and breakpoints.

    ``neurons`` and ``edges`` are the cone (None: there is none); all else is then dimmed.
    """

    neuron: str | None = None
    edge: Edge | None = None
    neurons: frozenset[str] | None = None
    edges: frozenset[Edge] | None = None
    neuron_stops: frozenset[str] = frozenset()
    edge_stops: frozenset[Edge] = frozenset()
