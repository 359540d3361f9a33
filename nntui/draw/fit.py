"""Widths: how wide each column's boxes are and how much room is between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nntui.text import cells

BRIEF: Final = 4
"""Cells of a value where it is that or a drawing that is seen in part."""

NAME_LIMIT: Final = 12
"""The most cells that a name gets."""

_WIDEST_GAP: Final = 40
"""Between columns further apart than this the eye loses a line."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One way to fill a width: box widths, gaps, and where the first column starts.

    A box is `box_height` rows high: name and value side by side in 1, or one above the other in 2.
    """

    box_height: int
    name_widths: tuple[int, ...]
    box_widths: tuple[int, ...]
    lefts: tuple[int, ...]
    width: int
    value_width: int


# What is given up, step by step, when the width gets scarce: (longest name, rows of a box, cells
# between columns beyond the label, cells of a value at most). Before a label loses its place, the
# drawing gets wider instead.
_ALL: Final = 99
_CONCESSIONS: Final[tuple[tuple[int, int, int, int], ...]] = (
    (NAME_LIMIT, 1, 5, _ALL),
    (NAME_LIMIT, 2, 5, _ALL),
    (8, 1, 4, _ALL),
    (8, 2, 4, _ALL),
    (5, 1, 3, _ALL),
    (5, 2, 3, _ALL),
    (3, 2, 2, _ALL),
    (5, 2, 2, BRIEF),
    (5, 1, 0, BRIEF),
)
_TOO_WIDE: Final[tuple[tuple[int, int, int, int], ...]] = ((8, 2, 3, _ALL), (8, 1, 3, _ALL))


def fit_columns(
    columns: Sequence[Sequence[str]],
    width: int,
    *,
    value_width: int,
    label_width: int,
    stackable: bool,
) -> Fit:
    """Return the first fit in at most `width` cells, or a wider one when there is none.

    `stackable` says that boxes of two rows fit in height.
    """
    natural = [max(map(cells, names), default=1) for names in columns]

    def attempt(limit: int, box_height: int, beyond: int, most: int) -> Fit:
        value = min(value_width, most)
        names = tuple(max(1, min(limit, name)) for name in natural)
        inner = (name + 1 + value if box_height == 1 else max(name, value) for name in names)
        boxes = tuple(cells + 2 for cells in inner)
        return _place(names, boxes, width, label_width + beyond, box_height, value)

    for concession in _CONCESSIONS:
        if concession[1] == 1 or stackable:
            fit = attempt(*concession)
            if fit.width <= width:
                return fit
    return next(attempt(*choice) for choice in _TOO_WIDE if choice[1] == 1 or stackable)


def _place(
    names: tuple[int, ...],
    boxes: tuple[int, ...],
    width: int,
    gap: int,
    box_height: int,
    value_width: int,
) -> Fit:
    gaps = max(0, len(boxes) - 1)
    spare = max(gap * gaps, min(width - sum(boxes), _WIDEST_GAP * gaps))
    total = sum(boxes) + spare
    margin = max(0, width - total) // 2
    lefts, used = [], margin
    for i, box in enumerate(boxes):
        lefts.append(used)
        used += box + (spare * (i + 1) // gaps - spare * i // gaps if gaps else 0)
    return Fit(box_height, names, boxes, tuple(lefts), total, value_width)
