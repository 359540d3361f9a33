"""A document in a few words, for lists of documents: read without checking it."""

from __future__ import annotations

import json
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from nntui.document.errors import Fault
from nntui.document.files import read_bytes

MOST_BYTES: Final = 2**20
"""Bytes of a document that is looked into."""
_MOST_SHOWN: Final = 14
"""Characters of a shape."""


class Outline(Struct, frozen=True):
    """A document's title, its neurons by layer (``2-3-1``), and the beginning of its story.

    All as they stand there: nothing is made harmless yet. What cannot be read is empty.
    """

    title: str = ""
    shape: str = ""
    story: str = ""


def outline(path: Path) -> Outline:
    """Look into a document; of one that is none, or is large, nothing is known."""
    try:
        found = json.loads(read_bytes(str(path), "a document", MOST_BYTES))
    except (Fault, ValueError, RecursionError):
        return Outline()
    if not isinstance(found, dict):
        return Outline()
    title, story = (str(found.get(key, "")) for key in ("name", "description"))
    try:
        shape = "-".join(map(str, _sizes(found["network"])))
    except (KeyError, TypeError, ValueError, AttributeError, CycleError):
        shape = ""
    if len(shape) > _MOST_SHOWN:
        first, *_, last = shape.split("-")
        shape = f"{first}-…-{last}"
    return Outline(title, shape, story.split("\n\n")[0])


def _sizes(network: dict[str, Any]) -> list[int]:
    """Count the neurons of each layer; an error of some kind where it is no network."""
    if "layers" in network:
        layers = network["layers"]
        return [int(each["size"] if isinstance(each, dict) else each) for each in layers]
    sources: dict[str, list[str]] = {each["name"]: [] for each in network["neurons"]}
    inputs = {each["name"] for each in network["neurons"] if each.get("role") == "input"}
    for each in network.get("connections", ()):
        sources[each["target"]].append(each["source"])
    layer: dict[str, int] = {}
    for name in TopologicalSorter(sources).static_order():
        # As in the model: the longest path from an input, and a hidden neuron is never in layer 0.
        longest = max((layer[source] + 1 for source in sources[name]), default=1)
        layer[name] = 0 if name in inputs else longest
    sizes = Counter(layer.values())
    return [sizes[n] for n in range(max(sizes) + 1)]
