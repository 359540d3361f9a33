"""Straight lines in characters: thin ones in braille dots, heavy ones as stairs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from nntui.draw.canvas import Cell


class Leg(NamedTuple):
    """A straight piece of a connection, from cell (x0, y0) to cell (x1, y1), both included."""

    x0: int
    y0: int
    x1: int
    y1: int


# The bit of each dot in a braille character, by [row][column].
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_MIDDLE: Final = 1
"""The dot row, of four, at which a line meets a box."""

# Sideways, and up or down.
_SOLID: Final = "━┃"
_BROKEN: Final = "╍╏"
_TURNS: Final = {1: ("┓", "┗"), -1: ("┛", "┏")}
"""Going down (1) or up (−1): the corner that leaves a row, the one that joins the next."""


@lru_cache(maxsize=2048)
def thin(leg: Leg, on: int = 1, off: int = 0) -> tuple[tuple[Cell, int], ...]:
    """Return the cells of a braille line, each with the bits of its dots.

    The line has `on` dots, then leaves `off` of them out, and so on. With `on` above 1 either end
    has its dash.
    """
    x0, y0 = leg.x0 * 2, leg.y0 * 4 + _MIDDLE
    x1, y1 = leg.x1 * 2 + 1, leg.y1 * 4 + _MIDDLE
    count = max(abs(x1 - x0), abs(y1 - y0))
    bits: dict[Cell, int] = {}
    # Sparse lines that all began with their first dot would draw upright stripes together.
    period = on + off
    first = (3 * leg.y0 + 2 * leg.y1) % period if on == 1 else 0
    for i in range(count + 1):
        if (i - first if on == 1 else min(i, count - i)) % period >= on:
            continue
        x = x0 + (2 * i * (x1 - x0) + count) // (2 * count)
        y = y0 + (2 * i * (y1 - y0) + count) // (2 * count)
        cell = (x // 2, y // 4)
        bits[cell] = bits.get(cell, 0) | _DOTS[y % 4][x % 2]
    return tuple(bits.items())


@lru_cache(maxsize=2048)
def stairs(leg: Leg, broken: bool) -> Mapping[Cell, str]:
    """Return the cells of a heavy line, each with its box-drawing character.

    It begins and ends with a sideways piece, so that an arrowhead fits at either end; a slanting
    one takes at least two columns for that.
    """
    sideways, upright = _BROKEN if broken else _SOLID
    marks: dict[Cell, str] = {}
    steps = max(1, leg.x1 - 1 - leg.x0)
    height = abs(leg.y1 - leg.y0)
    way = 1 if leg.y1 >= leg.y0 else -1
    row = leg.y0
    for x in range(leg.x0, leg.x1 + 1):
        along = min(x - leg.x0, steps)
        goal = leg.y0 + way * ((2 * along * height + steps) // (2 * steps))
        if goal == row:
            marks[x, row] = sideways
            continue
        for between in range(row + way, goal, way):
            marks[x, between] = upright
        marks[x, row], marks[x, goal] = _TURNS[way]
        row = goal
    return marks
