"""Terminal cells: how wide a text is, and how to make it exactly so wide."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

from rich.cells import cell_len, get_character_cell_size, set_cell_size

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


# ---- text ----------------------------------------------------------------------------------------


def padded(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` cells: cut with an ellipsis, or padded (on the left: right)."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    blanks = " " * (width - length)
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int) -> list[str]:
    """Words in lines of at most ``width`` cells (one at least); a longer word is broken."""
    width, lines = max(width, 1), list[str]()
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            while cell_len(word) > width:
                room = width - (cell_len(line) + 1 if line else 0)
                if room < 8 and line:
                    lines.append(line)
                    line = ""
                    continue
                head = _head(word, room)
                lines.append(f"{line} {head}" if line else head)
                line, word = "", word[len(head) :]
            if not line:
                line = word
            elif cell_len(line) + 1 + cell_len(word) <= width:
                line = f"{line} {word}"
            else:
                lines.append(line)
                line = word
        lines.append(line)
    return lines


def _head(word: str, width: int) -> str:
    """As much of a word as fits, at least one character."""
    used = 0
    for n, character in enumerate(word):
        used += cell_len(character)
        if used > width and n:
            return word[:n]
    return word
