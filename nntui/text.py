"""Text in terminal cells: how wide it is, cutting, padding and wrapping."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS: Final = "…"

# What each Unicode category becomes: a control character would move the cursor, so it shows as a
# dot; a formatting character has no picture of its own and terminals disagree about its width.
_REPLACED: Final = {"Cc": "·", "Cs": "·", "Zl": "·", "Zp": "·", "Cf": ""}
_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)

_SHORTEST_PIECE: Final = 8
"""Cells that must be left in a line before a long word is broken there."""


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Drop or replace the characters whose width is not the same in every terminal.

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
    """Count the terminal cells that a text takes once it is clean."""
    return cell_len(clean(text))


@lru_cache(maxsize=8192)
def cut(text: str, width: int) -> str:
    """Clean a text and cut it to at most ``width`` cells, ending in ``…`` if something is cut."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    return _head(text, width - 1) + ELLIPSIS if width > 0 else ""


@lru_cache(maxsize=8192)
def padded(text: str, width: int, *, right: bool = False) -> str:
    """Clean a text, and cut or pad it to exactly ``width`` cells; ``right``: padded on the left."""
    text = cut(text, width)
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int) -> list[str]:
    """Wrap words into lines of at most ``width`` cells (one at least); longer words are broken."""
    width, lines = max(width, 1), list[str]()
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            while cell_len(word) > width:
                room = width - (cell_len(line) + 1 if line else 0)
                if room < _SHORTEST_PIECE and line:
                    lines.append(line)
                    line = ""
                    continue
                head = _head(word, room) or word[0]
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


def _head(text: str, width: int) -> str:
    """Take as many characters from the start as fit into ``width`` cells."""
    used = 0
    for n, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return text[:n]
    return text
