"""Numbers that fit into so many cells, so that nothing jumps from step to step."""

from __future__ import annotations

import math


def fitted(x: float, width: int, *, sign: bool = False) -> str:
    """A number in at most ``width`` cells, as precise as they allow.

    The order of magnitude is never cut off: in fewer than 8 cells a number of a very large or small
    order takes more than it was given, in 5 one beyond ±1e±9.

    Args:
        x: the number.
        width: how many cells; at least 5.
        sign: a plus before a number of at least 0.
    """
    if math.isnan(x):
        return "NaN"
    plus = "+" if sign and (x > 0 or (x == 0 and math.copysign(1.0, x) > 0)) else ""
    if math.isinf(x):
        return f"{plus}∞" if x > 0 else "-∞"
    room = width - len(plus)
    least = max(1e-3, 10.0 ** (2 - room + (x < 0)))  # of which a figure is left when rounded
    if x == 0 or least <= abs(x) < 10 ** (room - 1):
        for decimals in range(min(room - 2, 6), -1, -1):
            text = f"{x:.{decimals}f}"
            if len(text) <= room:
                return plus + text
    for decimals in range(6, -1, -1):
        mantissa, _, exponent = f"{x:.{decimals}e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
        if len(text) <= room:
            return plus + text
    return plus + f"{x:.0e}".replace("e+0", "e").replace("e-0", "e-")
