"""What travels along the executing connection: the product that the step adds."""

from __future__ import annotations

from nntui.explain.fitted import fitted
from nntui.looks.moment import Moment


def travelling(moment: Moment) -> float | None:
    """The number that the last step carried over a connection; None when it carried none.

    Forward that is w·a, which flows into z of the target; backward w·δ, which flows into ∂L/∂a of
    the source.
    """
    snapshot = moment.snapshot
    last = snapshot.last
    if last is None or last.edge is None:
        return None
    i, j = last.edge
    other = {"forward": snapshot.a.get(i), "backward": snapshot.delta.get(j)}
    factor = other.get(last.position.phase)
    return None if factor is None else snapshot.w[i, j] * factor


def said(moment: Moment) -> str:
    """The same in words, such as ``w·a = +0.2500 → h1``; empty when nothing travels."""
    carried, last = travelling(moment), moment.snapshot.last
    if carried is None or last is None or last.edge is None:
        return ""
    i, j = last.edge
    if last.position.phase == "forward":
        return f"w·a = {fitted(carried, 8, sign=True)} → {j}"
    return f"{i} ← {fitted(carried, 8, sign=True)} = w·δ"
