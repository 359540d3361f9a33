"""The views of a network: which number a neuron and a connection wear. One table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from nntui.debugger.snapshot import Snapshot
from nntui.debugger.values import Before
from nntui.looks.moment import Edge, Moment


@dataclass(frozen=True, slots=True)
class View:
    """A view: what stands in the boxes and on the lines, in words and as functions.

    Both functions give None where there is no number yet. ``absolute``: a box's shade is its number
    itself, between −1 and 1; else it is seen beside the greatest that is shown.
    """

    name: str
    boxes: str
    lines: str
    neuron: Callable[[Moment, str], float | None]
    edge: Callable[[Moment, Edge], float | None]
    absolute: bool = False


def _change(moment: Moment, j: str) -> float | None:
    before, b = moment.before, moment.snapshot.b.get(j)
    if before is None or b is None or not _is_reached(moment.snapshot, before, j):
        return None
    return b - before[j]


def _edge_change(moment: Moment, edge: Edge) -> float | None:
    before = moment.before
    if before is None or not _is_reached(moment.snapshot, before, edge):
        return None
    return moment.snapshot.w[edge] - before[edge]


def _is_reached(snapshot: Snapshot, before: Before, parameter: str | Edge) -> bool:
    """Whether an update under way has come to a parameter; no change yet is not a change of 0."""
    if snapshot.last is None or snapshot.last.kind != "update":
        return True
    match snapshot.next_operation:
        case ("update", j):
            return before.index[parameter] < before.index[j]
        case ("update", i, j):
            return before.index[parameter] < before.index[i, j]
    return True


def _delta(moment: Moment, j: str) -> float | None:
    """δ; an input has none, but its ∂L/∂a: how the loss changes with it."""
    snapshot = moment.snapshot
    return snapshot.da.get(j) if j in snapshot.x else snapshot.delta.get(j)


VIEWS: Final[Mapping[str, View]] = {
    view.name: view
    for view in (
        View(
            "activations", "a", "w",
            lambda moment, j: moment.snapshot.a.get(j),
            lambda moment, edge: moment.snapshot.w[edge],
            absolute=True,
        ),
        View(
            "weights", "b", "w",
            lambda moment, j: moment.snapshot.b.get(j),
            lambda moment, edge: moment.snapshot.w[edge],
        ),
        View(
            "gradients", "δ", "∂L/∂w",
            _delta,
            lambda moment, edge: moment.snapshot.dw[edge],
        ),
        View("change", "Δb", "Δw", _change, _edge_change),
    )
}  # fmt: skip
"""By name, in the order in which a key goes through them."""

_BY_PHASE: Final = {"backward": "gradients", "update": "change"}


def view_at(moment: Moment, pinned: str | None) -> View:
    """The view that is pinned, or else the one that suits the phase under way."""
    last = moment.snapshot.last
    phase = last.position.phase if last else ""
    return VIEWS[pinned or _BY_PHASE.get(phase, "activations")]


def next_view(pinned: str | None, direction: int) -> str | None:
    """The view after (or before) a pinned one; among them is None, which follows the run."""
    order: list[str | None] = [None, *VIEWS]
    return order[(order.index(pinned) + direction) % len(order)]
