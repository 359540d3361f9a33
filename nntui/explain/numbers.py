"""Numbers as text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

Number = Callable[[float], str]
"""How a number is written."""

BARS: Final = "▁▂▃▄▅▆▇█"


def exact(x: float) -> str:
    """Write the shortest decimal that reads back as the same float, without ``.0``."""
    return _shortest(x) if x else repr(float(x))[:-2]  # 0.0 equals -0.0


@lru_cache(maxsize=1024)  # a number is written in several places, of a step and of the next ones
def _shortest(x: float) -> str:
    text = repr(float(x))
    return text.removesuffix(".0") if math.isfinite(x) else _NOT_FINITE[text]


_NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def rounded(digits: int) -> Number:
    """Return a way of writing numbers with so many significant digits."""

    def write(x: float) -> str:
        if not math.isfinite(x):
            return exact(x)
        text = f"{x:.{digits}g}"
        mantissa, e, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}" if e else text

    return write


def bracketed(text: str) -> str:
    """Put a negative number in brackets, as after an operator: ``0.1 + (-0.5) · 2``."""
    return f"({text})" if text.startswith("-") else text


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``."""
    if number // 10 % 10 == 1:
        return f"{number:,}th"
    return f"{number:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def fitted(x: float, width: int, *, sign: bool = False) -> str:
    """Write a number in at most ``width`` cells, as precisely as they allow.

    The order of magnitude is never cut off: in fewer than 8 cells a number of a very large or small
    order takes more cells, in 5 one beyond ±1e±9. 4 cells show two digits at most, and of a number
    below 0.005 none: ``≈0``. ``sign`` puts a plus before a positive number, and writes zero as 0.
    """
    if math.isnan(x):
        return "NaN"
    if x == 0:
        x = 0.0  # without the sign of −0.0
        if sign:
            return "0"
    plus = "+" if sign and x > 0 else ""
    if math.isinf(x):
        return f"{plus}∞" if x > 0 else "-∞"
    if width < 5:
        return _in_four_cells(x, plus)
    room = width - len(plus)
    if x == 0 or 1e-3 <= abs(x) < 10 ** (room - 1):
        for decimals in range(min(room - 2, 6), -1, -1):
            text = f"{x:.{decimals}f}"
            if len(text) <= room:
                return plus + _without_zero(x, text, decimals)
    for decimals in range(6, -1, -1):
        mantissa, _, exponent = f"{x:.{decimals}e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
        if len(text) <= room:
            return plus + text
    return plus + f"{x:.0e}".replace("e+0", "e").replace("e-0", "e-")


def _without_zero(x: float, text: str, decimals: int) -> str:
    """Write ``.026`` for ``0.03``: leave out the zero where it costs the second digit."""
    digits = text.replace(".", "").lstrip("-0")
    if x == 0 or abs(x) >= 1 or len(digits) > 1 or decimals in (0, 6):
        return text
    return f"{x:.{decimals + 1}f}".replace("0.", ".", 1)


def _in_four_cells(x: float, plus: str) -> str:
    sign, size = plus or "-" * (x < 0), abs(x)
    if size < 0.005:
        return "≈0" if size else "0"
    if size < 0.995:
        return sign + f"{size:.2f}"[1:]
    if size < 9.95:
        return sign + f"{size:.1f}"
    text = f"{size:.0f}" if size < 999.5 else f"{size:.0e}".replace("e+0", "e").replace("e+", "e")
    return sign + text


_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_DECIMALS: Final = 4
"""Decimals of the numbers of a column, at most."""
LEAST_SHOWN: Final = 0.01
"""A column whose numbers are all smaller than this is written in multiples of a power of ten."""


class ColumnFormat(NamedTuple):
    """One way of writing the numbers of a column, with the points under one another.

    They are written in ``width`` cells with ``decimals`` decimals, as multiples of
    10 to the power of ``exponent``.
    """

    width: int
    decimals: int
    exponent: int = 0

    @classmethod
    def of(cls, numbers: Iterable[float | None], width: int) -> ColumnFormat:
        """Choose the format in which the greatest of some numbers fits; 6 cells are enough."""
        sizes = (abs(x) for x in numbers if x is not None and math.isfinite(x))
        greatest, exponent = max(sizes, default=0.0), 0
        if greatest and not LEAST_SHOWN <= greatest < 10 ** (width - 3):
            exponent = max(3 * math.floor(math.log10(greatest) / 3), -306)
        for decimals in range(MOST_DECIMALS, 0, -1):
            found = cls(width, decimals, exponent)
            if len(found._digits(greatest)) < width:  # a cell is for the sign
                return found
        return cls(width, 1, exponent)

    def write(self, x: float) -> str:
        """Write a number; what would be only zeros is ``≈0``, or ``0`` where it is zero."""
        if not math.isfinite(x):
            return exact(x).replace("Infinity", "∞").rjust(self.width)
        text = self._digits(x)
        if not text.strip("-0."):
            return self.at_units("≈0" if x else "0")
        return text.rjust(self.width)

    def at_units(self, text: str) -> str:
        """Place a text so that it ends where the whole parts of the numbers do."""
        return (text + " " * (self.decimals + 1)).rjust(self.width)

    def scale(self, room: int) -> str:
        """Write what the numbers are multiples of, in ``room`` cells: ``×10⁻³`` or ``e-3``."""
        if not self.exponent:
            return ""
        long = f"×10{str(self.exponent).translate(_SUPERSCRIPTS)}"
        return long if len(long) <= room else f"e{self.exponent}"

    def _digits(self, x: float) -> str:
        return f"{x / 10.0**self.exponent:.{self.decimals}f}"


def sparkline(numbers: Sequence[float | None]) -> str:
    """Draw a bar for each number, from the least to the greatest; a gap for a blank, NaN, infinity.

    Equal numbers have bars of half the height.

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


def evenly_spread(first: int, last: int, most: int) -> list[int]:
    """Choose at most so many whole numbers from the first to the last, evenly spread."""
    count = min(last - first + 1, most)
    return [first + round(n * (last - first) / max(count - 1, 1)) for n in range(count)]


class Precision(NamedTuple):
    """A way of writing numbers, and its name."""

    number: Number
    words: str


PRECISIONS: Final = (
    *(Precision(rounded(digits), f"{digits} digits") for digits in (3, 5, 8)),
    Precision(exact, "exact, to the last bit"),
)
DEFAULT_PRECISION: Final = 1
"""Five digits: enough to follow a calculation, short enough for a row."""


def told_apart(one: float, other: float, precision: int) -> tuple[str, str]:
    """Write two numbers with one of ``PRECISIONS``, or with more digits where they look alike."""
    for each in PRECISIONS[precision:]:
        texts = each.number(one), each.number(other)
        if texts[0] != texts[1]:
            break
    return texts


_FRACTION: Final = re.compile(r"\[[^]]*\]|(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?")


def rewritten(text: str, precision: int) -> str:
    """Write the exact numbers in a text with one of ``PRECISIONS``; names stay as they are."""
    number = PRECISIONS[precision].number
    return _FRACTION.sub(
        lambda found: found[0] if found[0].startswith("[") else number(float(found[0])), text
    )
