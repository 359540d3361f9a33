"""Numbers that fit into so many cells, so that nothing jumps from step to step."""

from __future__ import annotations

import math


def fitted(x: float, width: int, *, sign: bool = False) -> str:
    """A number in at most ``width`` cells, as precise as they allow.

    The order of magnitude is never cut off: in fewer than 8 cells a number of a very large or small
    order takes more than it was given, in 5 one beyond ±1e±9.

    Args:
        x: the number.
        width: how many cells; in 4, two digits at most are seen, of less than 0.005 none.
        sign: a plus before a positive number; 0 is then a mere 0, which no small number looks like.
    """
    if math.isnan(x):
        return "NaN"
    if x == 0:
        x = 0.0  # the sign of a zero says nothing here
        if sign:
            return "0"
    plus = "+" if sign and x > 0 else ""
    if math.isinf(x):
        return f"{plus}∞" if x > 0 else "-∞"
    if width < 5:
        return _glimpse(x, plus)
    room = width - len(plus)
    if x == 0 or 1e-3 <= abs(x) < 10 ** (room - 1):
        for decimals in range(min(room - 2, 6), -1, -1):
            text = f"{x:.{decimals}f}"
            if len(text) <= room:
                return plus + _telling(x, text, decimals)
    for decimals in range(6, -1, -1):
        mantissa, _, exponent = f"{x:.{decimals}e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
        if len(text) <= room:
            return plus + text
    return plus + f"{x:.0e}".replace("e+0", "e").replace("e-0", "e-")


def _telling(x: float, text: str, decimals: int) -> str:
    """``0.03`` says more as ``.026``: the zero gives way where it costs the second digit."""
    digits = text.replace(".", "").lstrip("-0")
    if x == 0 or abs(x) >= 1 or len(digits) > 1 or decimals in (0, 6):
        return text
    return f"{x:.{decimals + 1}f}".replace("0.", ".", 1)


def _glimpse(x: float, plus: str) -> str:
    """A number in four cells, with its sign."""
    sign, size = plus or "-" * (x < 0), abs(x)
    if size < 0.995:
        return sign + f"{size:.2f}"[1:]
    if size < 9.95:
        return sign + f"{size:.1f}"
    text = f"{size:.0f}" if size < 999.5 else f"{size:.0e}".replace("e+0", "e").replace("e+", "e")
    return sign + text
