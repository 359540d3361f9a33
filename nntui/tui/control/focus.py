"""The focus: the neuron, or one of its edges, that the person has chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nntui.debugger.breakpoints.breakpoint import Place
from nntui.model.names import value_name
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.debugger.queries.paths import Paths

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Focus:
    """What has the focus: nothing, a neuron, or an edge of that neuron.

    ``cone``: what of the network it was asked to bring out (see ``nntui.debugger.queries.paths``).
    """

    neuron: str | None = None
    edge: Edge | None = None
    cone: Paths | None = None

    @property
    def place(self) -> str | None:
        """Where a breakpoint on the focus stands: ``h1`` or ``x1->h1``."""
        if self.edge is not None:
            return Place("edge", self.edge).text
        return None if self.neuron is None else Place("neuron", (self.neuron,)).text

    def called(self, now: Callable[[str], str]) -> Focus:
        """The same neuron or edge by the names of now; a cone is not kept."""
        edge = None if self.edge is None else (now(self.edge[0]), now(self.edge[1]))
        return Focus(None if self.neuron is None else now(self.neuron), edge)

    def is_in(self, net: Wiring) -> bool:
        """Whether what has the focus is there."""
        if self.edge is not None:
            source, target = self.edge
            return source in net.sources.get(target, ())
        return self.neuron is None or self.neuron in net.layer

    def next_edge(self, net: Wiring, direction: int) -> Focus:
        """The focus on the next of the neuron's edges: those in, those out, then the neuron."""
        if self.neuron is None:
            return self
        edges: list[Edge | None] = [None]
        edges += [(i, self.neuron) for i in net.sources.get(self.neuron, ())]
        edges += [(self.neuron, k) for k in net.targets.get(self.neuron, ())]
        here = edges.index(self.edge) if self.edge in edges else 0
        return replace(self, edge=edges[(here + direction) % len(edges)])

    def value(self, net: Wiring, phase: str | None) -> str | None:
        """The name of the value that is meant: what the phase under way makes of the focus."""
        backward = phase == "backward"
        if self.edge is not None:
            return value_name("dw" if backward else "w", *self.edge)
        if self.neuron is None:
            return None
        if self.neuron in net.inputs:
            return value_name("da" if backward else "a", self.neuron)
        symbol = {"backward": "delta", "update": "b"}.get(phase or "", "a")
        return value_name(symbol, self.neuron)

    def setting(self, net: Wiring) -> str | None:
        """The name of what can be set: a weight, a bias, an input of the example shown."""
        if self.edge is not None:
            return value_name("w", *self.edge)
        if self.neuron is None:
            return None
        return value_name("x" if self.neuron in net.inputs else "b", self.neuron)
