"""Text cut and padded by terminal cells, so that wide characters stay aligned."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size


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
