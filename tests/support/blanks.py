"""How much of a screen is empty: cells in long runs of blanks."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

RUN: Final = 8
"""Cells of a run of blanks from which on the eye takes it for empty."""
_BLANKS: Final = re.compile(rf"[ \u2800]{{{RUN},}}")


def blank_share(text: str) -> float:
    """Return the share of a screen's cells that lie in runs of ``RUN`` blanks or more."""
    lines = text.split("\n")
    blank = sum(len(run) for line in lines for run in _BLANKS.findall(line))
    return blank / sum(map(cell_len, lines))
