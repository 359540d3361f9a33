"""The tokens of an expression, and the error that says which of them is wrong."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from msgspec import Struct

from nntui.model.errors import NntuiError
from nntui.model.names import escaped

MOST_SHOWN: Final = 72
"""Characters of a long text that are shown around the one that is wrong."""


class ExpressionError(NntuiError, ValueError):
    """An expression that cannot be parsed.

    ``text`` is what was given, ``position`` the index of the character that is wrong (the text's
    length when something is missing at its end).
    """

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.text, self.position = text, position

    @property
    def caret(self) -> str:
        """Two lines: the text (of a long one a part), and below it a caret under the character."""
        from nntui.text import cells

        first = max(min(self.position - MOST_SHOWN // 2, len(self.text) - MOST_SHOWN), 0)
        before = "…" if first else ""
        behind = "…" if first + MOST_SHOWN < len(self.text) else ""
        part = self.text[first : first + MOST_SHOWN]
        shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in part)
        ahead = cells(before + shown[: self.position - first])
        return f"{before}{shown}{behind}\n{' ' * ahead}^"

    def within(self, text: str, start: int) -> ExpressionError:
        """The same error, seen from a longer text in which this one begins at ``start``."""
        return ExpressionError(str(self), text, start + self.position)


_SPACE: Final = re.compile(r"\s*")
_TOKEN: Final = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>∂L/∂\w+|[^\W\d]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[-+*/<>()\[\],!−·×≤≥≠])"
    r"|(?P<end>\Z)"
)

# Other spellings of a sign or a word.
_SPELLINGS: Final = {
    "−": "-", "·": "*", "×": "*", "≤": "<=", "≥": ">=", "≠": "!=",
    "&&": "and", "||": "or", "!": "not",
    "δ": "delta", "∂L/∂w": "dw", "∂L/∂b": "db", "∂L/∂a": "da", "∂L/∂z": "delta",
}  # fmt: skip

# Signs of other languages, and what stands for them here.
_ADVICE: Final = {
    "=": "two numbers are compared with ==; set changes one",
    "^": "a power is written **",
    "&": "write and",
    "|": "write or",
    "%": "there is no %",
    "~": "write not",
    "'": 'names are quoted with "',
}


class Token(Struct, frozen=True):
    """A token and where it stands; ``kind`` is number, word, sign, end or unknown."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The token as an error names it."""
        return "the end" if self.kind == "end" else f"“{escaped(self.text)}”"


def token_at(text: str, at: int) -> Token:
    """Read the token at or behind a character; one without a meaning is of kind unknown."""
    space = _SPACE.match(text, at)
    start = space.end() if space else at
    match = _TOKEN.match(text, start)
    if match is None:
        return Token("unknown", text[start], start, start + 1)
    kind = match.lastgroup or "unknown"
    end = match.end()
    if kind == "number" and re.match(r"\w", text[end : end + 1]):
        raise ExpressionError(
            f"“{escaped(text[start : end + 1])}” is neither a number nor a name", text, end
        )
    word = match.group()
    spelled = _SPELLINGS.get(word, word)
    if kind == "sign" and spelled.isalpha():
        kind = "word"
    return Token(kind, spelled, start, end)


def advice(token: Token) -> str:
    """What to write instead of a sign of another language; empty when there is no advice."""
    said = _ADVICE.get(token.text, "") if token.kind == "unknown" else ""
    return said and f" ({said})"
