"""How precisely numbers are written, from a glance to the last bit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nntui.explain.numbers import Number, exact, rounded


@dataclass(frozen=True, slots=True)
class Precision:
    """A way of writing numbers, and what it is called."""

    number: Number
    words: str


PRECISIONS: Final = (
    *(Precision(rounded(digits), f"{digits} digits") for digits in (3, 5, 8)),
    Precision(exact, "exact, to the last bit"),
)
FIRST: Final = 1
"""Five digits: enough to follow a calculation, short enough to stand in a row."""

_FRACTION: Final = re.compile(r"\[[^]]*\]|(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?")


def rewritten(text: str, precision: int) -> str:
    """A text whose numbers are exact, with them as ``PRECISIONS`` says; names stay as they are."""
    number = PRECISIONS[precision].number
    return _FRACTION.sub(
        lambda found: found[0] if found[0].startswith("[") else number(float(found[0])), text
    )
