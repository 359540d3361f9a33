"""Text from outside, made harmless; text in terminal cells: its width, cutting, padding, wrapping.

Whatever comes from outside (documents, file names, commands, pasted text, state files) goes through
``harmless`` on its way to the screen, the terminal, SVG, Markdown, JSON and state files: straight,
or by ``model.names.escaped`` (one line, cut), ``clean`` and what is below it (cells), or
``harmless_json``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS: Final = "…"

# They have no picture of their own, and terminals disagree about the width that they give to their
# neighbours: joiners, the soft hyphen, variation selectors.
_WITHOUT_A_PICTURE: Final = re.compile("[\u00ad\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]")
_NOT_ASCII: Final = re.compile("[^ -~]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_SHORTEST_PIECE: Final = 8
"""Cells that must be left in a line before a long word is broken there."""


def harmless(text: str, keep: str = "") -> str:
    r"""Write what could do harm where it is shown as ``\u009b``, but not the character ``keep``.

    That is control characters, formatting (which can turn the direction of writing), lone
    surrogates, line and paragraph separators, private use and unassigned. The escapes are those of
    JSON, where they leave a text what it is (see ``harmless_json``).
    """
    if text.isprintable() or (keep and "".join(text.split(keep)).isprintable()):
        return text  # nearly every text is

    def shown(match: re.Match[str]) -> str:
        character = match[0]
        return _escape(character) if character != keep and _is_harmful(character) else character

    return _NOT_ASCII.sub(shown, text)


def harmless_json(text: str) -> str:
    """Make JSON harmless to print and strict: half a surrogate pair, which is none, is U+FFFD."""
    return text if text.isprintable() else harmless(_SURROGATE.sub("\ufffd", text), "\n")


def _is_harmful(character: str) -> bool:
    return not character.isprintable() and unicodedata.category(character) != "Zs"  # some blank


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Make a text harmless, and drop what has not the same width in every terminal.

    What is left has a width that is the sum of its characters' widths.
    """
    if text.isascii() and text.isprintable():
        return text
    return harmless(_WITHOUT_A_PICTURE.sub("", text))


def cells(text: str) -> int:
    """Count the terminal cells that a text takes once it is clean."""
    return len(text) if text.isascii() and text.isprintable() else cell_len(clean(text))


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
    """Clean words and wrap them into lines of at most ``width`` cells; longer words are broken."""
    width, lines = max(width, 1), list[str]()
    for paragraph in text.split("\n"):
        line, used = "", 0
        for word in map(clean, paragraph.split()):
            wide = cell_len(word)
            while wide > width:
                room = width - (used + 1 if line else 0)
                if room < _SHORTEST_PIECE and line:
                    lines.append(line)
                    line = ""
                    continue
                head = _head(word, room) or word[0]
                lines.append(f"{line} {head}" if line else head)
                line, word = "", word[len(head) :]
                wide = cell_len(word)
            if not line:
                line, used = word, wide
            elif used + 1 + wide <= width:
                line, used = f"{line} {word}", used + 1 + wide
            else:
                lines.append(line)
                line, used = word, wide
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
