"""The wave: which connections the pass under way has been through, and which are to come."""

from __future__ import annotations

from collections.abc import Mapping

from nntui.debugger.snapshot import Snapshot
from nntui.draw.looks import EdgeState
from nntui.looks.moment import Edge


def wave(snapshot: Snapshot, edge: Edge, rank: Mapping[str, int]) -> EdgeState:
    """``done`` or ``pending`` inside a pass, ``plain`` outside; ``rank`` is the canonical order.

    The loss stands between the passes: the forward one is done with, the backward one not begun.
    An update goes through them as the forward pass does, each neuron's bias before its weights.
    """
    last = snapshot.last
    phase = last.position.phase if last else ""
    if last is None:
        return "plain"
    if phase == "loss":
        return "done"
    if last.kind == "load":
        return "pending"
    there = rank[edge[1]], rank[edge[0]]
    target = rank[last.operation[-1]]
    source = rank[last.edge[0]] if last.edge else None
    if phase != "backward":
        own = len(rank) if phase == "forward" else -1  # its activation comes last, its bias first
        reached = target, own if source is None else source
        return "done" if there <= reached else "pending"
    behind = there[0] > target or (there[0] == target and source is not None and there[1] <= source)
    return "done" if behind else "pending"
