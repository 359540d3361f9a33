"""The text of a neuron's box. A mark never changes its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nntui.draw.looks import Mark, NodeLook
from nntui.draw.plan import Box
from nntui.text import cut, fit

# mark: (left rim, right rim, role)
_MARKS: Final[Mapping[Mark, tuple[str, str, str]]] = {
    "plain": ("▏", "▕", "box"),
    "current": ("▐", "▌", "box.current"),
    "focus": ("‹", "›", "box.focus"),
    "dim": (" ", " ", "box.dim"),
}
_FOLD: Final = "⋮"
STOP: Final = "●"
"""Marks a neuron or a connection that has a breakpoint."""


def box_lines(box: Box, name: str, look: NodeLook, value_width: int) -> tuple[list[str], str]:
    """Return the rows of a neuron's box, each `box.width` cells wide, and their role."""
    left, right, role = _MARKS[look.mark]
    rims = [STOP if look.stop and row == 0 else left for row in range(box.height)]
    inner = box.width - 2
    if box.height == 1:
        # In the place of the blank, a neuron shown in a fold has the fold's sign.
        between = _FOLD if box.folded else " "
        value = fit(look.value, value_width, "right")
        rows = [fit(name, box.name_width) + between + value]
    else:
        rows = [fit(name, inner), fit(look.value, inner, "right")]
    return [rim + fit(row, inner) + right for rim, row in zip(rims, rows, strict=True)], role


def fold_lines(box: Box) -> tuple[list[str], str]:
    """Return the rows of a fold that shows none of its neurons, and their role."""
    inner = box.width - 2
    count = len(box.names)
    span = f"{box.names[0]}…{box.names[-1]}"
    wordings = (f"{span} ({count})", span, f"{_FOLD} {count} more", f"{_FOLD} {count}", _FOLD)
    wording = next((each for each in wordings if cut(each, inner) == each), "")
    return [f" {fit(wording, inner)} "] * box.height, "fold"
