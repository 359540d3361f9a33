"""Marks: where enabled breakpoints stand, in the drawing and in the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nntui.debugger.breakpoints import Breakpoint, Place

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.wiring import Wiring

STOP: Final = "●"
"""Marks where a breakpoint stands."""
DISABLED: Final = "○"

# place's kind, direction: the steps that it stops at, as the listing's kinds of lines.
_EDGE: Final = {"forward": "forward_edge", "backward": "backward_edge", "update": "update_weight"}
_NEURON: Final = {
    "forward": "forward_neuron", "backward": "backward_neuron", "update": "update_bias",
}  # fmt: skip
_PHASE: Final = {
    "forward": "load", "loss": "loss", "backward": "backward_neuron", "update": "update_bias",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marks:
    """Neurons, edges, and kinds of lines of the program (see ``nntui.explain.source``)."""

    neurons: frozenset[str] = frozenset()
    edges: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()


def marks_of(debugger: Debugger) -> Marks:
    """The marks of a debugger's breakpoints."""
    places = {
        row.place for row in debugger.stops.enabled if isinstance(row, Breakpoint) and row.place
    }
    if not places:
        return Marks()
    net = debugger.experiment.network.wiring()
    return Marks(
        frozenset(neuron for place in places for neuron in _neurons(place, net)),
        frozenset((p.neurons[0], p.neurons[1]) for p in places if p.kind == "edge"),
        frozenset(kind for place in places for kind in _kinds(place)),
    )


def _neurons(place: Place, net: Wiring) -> tuple[str, ...]:
    if place.kind == "layer":
        return tuple(j for j in net.neurons if net.layer[j] == place.number)
    return place.neurons if place.kind == "neuron" else ()


def _kinds(place: Place) -> tuple[str, ...]:
    if place.kind == "line":
        return (place.line or "load",)
    if place.kind == "phase":
        return (_PHASE[place.phase or "forward"],)
    table = {"edge": _EDGE, "neuron": _NEURON, "layer": _NEURON}.get(place.kind)
    if table is None:
        return ("load",)
    directions = (place.direction,) if place.direction else ("forward", "backward")
    return tuple(table[direction] for direction in directions)
