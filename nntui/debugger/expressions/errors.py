"""The error of an expression that cannot be read: it points at a character."""

from __future__ import annotations

import unicodedata
from typing import Final

from nntui.model.errors import NntuiError

MOST_SHOWN: Final = 72
"""Characters of a long text that are shown around the one that is wrong."""


class ExpressionError(NntuiError, ValueError):
    """An expression that cannot be read.

    ``text`` is what was given, ``position`` the index of the character that is wrong (the text's
    length when something is missing at its end).
    """

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.text, self.position = text, position

    @property
    def caret(self) -> str:
        """Two lines: the text (of a long one a part), and below it a caret under the character."""
        first = min(self.position - MOST_SHOWN // 2, len(self.text) - MOST_SHOWN)
        first = max(first, 0)
        before = "…" if first else ""
        behind = "…" if first + MOST_SHOWN < len(self.text) else ""
        part = self.text[first : first + MOST_SHOWN]
        shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in part)
        cells = len(before) + sum(_cells(c) for c in shown[: self.position - first])
        return f"{before}{shown}{behind}\n{' ' * cells}^"

    def within(self, text: str, start: int) -> ExpressionError:
        """The same error, seen from a longer text in which this one begins at ``start``."""
        return ExpressionError(str(self), text, start + self.position)


def _cells(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
