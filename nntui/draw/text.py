"""Terminal cells: how wide a text is, and how to make it exactly so wide."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS: Final = "…"

Align = Literal["left", "right", "middle"]

# What each Unicode category becomes: a control character would move the cursor, so it shows as a
# dot; a formatting character has no picture of its own and terminals disagree about its width.
_REPLACED: Final = {"Cc": "·", "Cs": "·", "Zl": "·", "Zp": "·", "Cf": ""}
_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Return `text` without the characters whose width is not the same in every terminal.

    What is left has a width that is the sum of its characters' widths.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _REPLACED.get(unicodedata.category(character), character)
        for character in text
        if ord(character) not in _VARIATION_SELECTORS
    )


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes once it is clean."""
    return cell_len(clean(text))


@lru_cache(maxsize=8192)
def cut(text: str, width: int) -> str:
    """Return clean `text` in at most `width` cells, ending in `…` when something was cut off."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    used, kept = 0, []
    for character in text:
        used += get_character_cell_size(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept) + ELLIPSIS


@lru_cache(maxsize=8192)
def fit(text: str, width: int, align: Align = "left") -> str:
    """Return `text` cut or padded with blanks to exactly `width` cells."""
    text = cut(text, width)
    spare = max(0, width - cell_len(text))
    before = {"left": 0, "right": spare, "middle": spare // 2}[align]
    return " " * before + text + " " * (spare - before)
