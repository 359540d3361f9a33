"""Progress: which products of the two passes are made at a moment, and which are still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.debugger.snapshot import Snapshot


def products_in(snapshot: Snapshot, j: str) -> int:
    """How many of the products w[i,j]·a[i] are in z[j], in the order of j's sources."""
    if j not in snapshot.z:
        return 0
    match snapshot.next_operation:
        case ("forward_edge", i, target) if target == j:
            return snapshot.net.sources[j].index(i)
    return len(snapshot.net.sources[j])


def is_passed_back(snapshot: Snapshot, i: str, j: str) -> bool:
    """Whether δ[j] was taken back over the connection: ∂L/∂w[i,j] and ∂L/∂a[i] have their share."""
    if j not in snapshot.delta:
        return False
    match snapshot.next_operation:
        case ("backward_edge", source, target) if target == j:
            sources = snapshot.net.sources[j]
            return sources.index(i) < sources.index(source)
    return True
