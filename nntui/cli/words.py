"""An experiment in a few words."""

from __future__ import annotations

from collections import Counter

from nntui.draw.text import cells
from nntui.model.network import Network


def sizes(network: Network) -> str:
    """The number of neurons in each layer, such as 2-4-1."""
    counts = Counter(network.wiring().layer.values())
    return "-".join(str(counts[layer]) for layer in sorted(counts))


def padded(text: str, width: int) -> str:
    """A text with blanks behind it, so that it takes ``width`` terminal cells."""
    return text + " " * (width - cells(text))
