"""The draft of a network's drawing."""

from __future__ import annotations

from nntui.draw import Draft, draft_of
from nntui.model.wiring import Wiring


def drafted(net: Wiring) -> Draft:
    """What every layout of a network has in common."""
    names = (*net.inputs, *net.neurons)
    return draft_of({name: net.layer[name] for name in names}, net.sources, net.targets)
