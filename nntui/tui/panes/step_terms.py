"""Find the value that a word or a number of a formula stands for, where the mouse is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nntui.explain.formulas import EquationLine
from nntui.explain.symbols import SIGNS, in_code
from nntui.model.names import MEMORY, SETTINGS, ValueNameError, parse_value_name

Value = tuple[str, tuple[str, ...]]
"""A value by its symbol and its neurons (none: of the loss and the settings)."""

# A value with its neurons, a number, or a letter such as η; the name of a function is none.
_ATOM: Final = re.compile(
    r"""(?:∂L/∂)?[^\W\d]\w*\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]
        | (?<![\w.])-?\d[\d.]*(?:e-?\d+)?
        | (?<!\w)[^\W\d][\w\u0302]*(?![\w(\[])""",
    re.VERBOSE,
)

_SETTINGS: Final = {"λ₁": "l1", "λ₂": "l2"} | {
    SIGNS[name]: name for name in SETTINGS if name in SIGNS
}
"""The settings by the letters that stand for them in formulas."""


def value_at(
    rows: Sequence[str], row: int, column: int, lines: Sequence[EquationLine]
) -> Value | None:
    """Return the value whose name, or number, is at a place of the rows that equations fill.

    A number of the second part of an equation is the value at the same place of the first part;
    the result is the value that the equation is about. None: nothing there is a value.
    """
    word = next((m for m in _ATOM.finditer(rows[row]) if m.start() <= column < m.end()), None)
    if word is None:
        return None
    if not re.match(r"-?\d", word[0]):
        return _value(word[0], lines)
    starts = [(n, line) for line in lines if (n := _first_row(rows, line)) is not None]
    begun = [(n, line) for n, line in starts if n <= row]
    if not begun:
        return None
    first, line = begun[-1]
    if re.search(r" {3}was \S*$|, [+−-]?$", rows[row][: word.start()]):  # before, or by how much
        return _value(line.target, lines)
    found = _by_place(rows[first:row], rows[row], word.start(), line)
    return None if found is None else _value(found, lines)


def _first_row(rows: Sequence[str], line: EquationLine) -> int | None:
    head = f"{line.target} ="
    return next((n for n, text in enumerate(rows) if text.lstrip().startswith(head)), None)


def _by_place(above: Sequence[str], text: str, column: int, line: EquationLine) -> str | None:
    """Return the name for which a number stands, by its place among those of its equation."""
    before = " ".join([*(part.strip() for part in above), ""])
    whole = before + text.strip()
    at = len(before) + column - (len(text) - len(text.lstrip()))
    symbols = _ATOM.findall(line.symbols)
    numbers = list(_ATOM.finditer(line.numbers))
    # Of numbers that go on in the next row only the beginning stands here.
    start = next(
        (
            begin
            for begin in (m.end() for m in re.finditer("= ", whole))
            if line.numbers.startswith(whole[begin:][: len(line.numbers)].rstrip())
        ),
        None,
    )
    if start is None:
        return None
    inside = at - start
    if 0 <= inside < len(line.numbers) and len(symbols) == len(numbers):
        place = next((n for n, m in enumerate(numbers) if m.start() <= inside < m.end()), None)
        return None if place is None else symbols[place]
    return line.target if whole[at:].split()[:1] == line.result.split()[:1] else None


def _value(name: str, lines: Sequence[EquationLine]) -> Value | None:
    """Return the value that a name, or the letter of a setting, stands for in some equations."""
    if name in _SETTINGS:
        return _SETTINGS[name], ()
    try:
        symbol, neurons = parse_value_name(in_code(name))
        if name in ("g", *MEMORY):  # of the parameter that the last of the equations is about
            symbol, neurons = name, parse_value_name(lines[-1].target)[1]
    except ValueNameError:
        return None
    return (symbol, neurons) if neurons or symbol == "loss" else None
