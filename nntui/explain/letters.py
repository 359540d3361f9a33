"""What the letters in the formulas of a step stand for, in a few words each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NEURONS: Final = re.compile(r"""\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]""")
_LETTER: Final = re.compile(r"∂L/∂\w|(?<![\w.])[^\W\d][^\W²]*[\u0302₊₋]?")

_LETTERS: Final[Mapping[str, str]] = {
    "z": "sum of what comes in", "a": "what a neuron sends", "w": "weight of the line",
    "b": "bias, where z begins", "x": "number of the example", "t": "right answer (target)",
    "L": "loss: how wrong it is", "δ": "how L grows with z", "∂L/∂a": "how L grows with a",
    "∂L/∂w": "how L grows with w", "∂L/∂b": "how L grows with b", "η": "learning rate",
    "g": "gradient it goes by", "N": "examples of the batch", "μ": "momentum",
    "λ₁": "pull towards 0", "λ₂": "pull towards 0", "p": "probability (softmax)",
    "h": "how far it is moved", "L₊": "L with it moved up", "L₋": "L with it moved down",
}  # fmt: skip
_OF_UPDATES: Final[Mapping[str, str]] = {
    "t": "number of the update", "m": "mean of g so far", "m̂": "m, without its start",
    "v̂": "v, without its start", "s": "size of g² so far", "v": "how it moved before",
}  # fmt: skip
"""Letters that mean something else, or nothing, in the other steps."""
_MEAN_SQUARE: Final = "mean of g² so far"
"""What v is beside m; alone it is a velocity."""


def letters(kind: str, *formulas: str) -> tuple[tuple[str, str], ...]:
    """Return the letters in the formulas of a kind of step, and what each stands for, as they come.

    Functions and words are left out, and so are an optimizer’s settings other than η and μ.

    >>> letters("loss", "L = (a[y] − t[y])²")[0]
    ('L', 'loss: how wrong it is')
    """
    found = dict.fromkeys(_LETTER.findall(_NEURONS.sub("", " ".join(formulas))))
    known = dict(_LETTERS)
    if kind == "update":
        known |= _OF_UPDATES
        if "m" in found:
            known["v"] = _MEAN_SQUARE
    return tuple((letter, known[letter]) for letter in found if letter in known)
