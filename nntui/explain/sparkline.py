"""A row of numbers as a row of little bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

BARS: Final = "▁▂▃▄▅▆▇█"


def sparkline(numbers: Sequence[float | None]) -> str:
    """One bar a number, from the least to the greatest; a gap for a blank, a NaN or an infinity.

    Numbers that are all alike stand at half height.

    >>> sparkline([0, 1, None, 3])
    '▁▃ █'
    """
    finite = [x for x in numbers if x is not None and math.isfinite(x)]
    least, greatest = min(finite, default=0.0), max(finite, default=0.0)
    unit = 1.0 if math.isfinite(greatest - least) else 0.5  # the distance must be a number

    def bar(x: float | None) -> str:
        if x is None or not math.isfinite(x):
            return " "
        if least == greatest:
            return BARS[3]
        part = (x * unit - least * unit) / (greatest * unit - least * unit)
        return BARS[round(part * (len(BARS) - 1))]

    return "".join(map(bar, numbers))
