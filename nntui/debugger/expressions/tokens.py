"""The words of an expression."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nntui.debugger.expressions.errors import ExpressionError
from nntui.model.names import escaped, unquoted

_SPACE: Final = re.compile(r"\s*")
_TOKEN: Final = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>∂L/∂\w+|[^\W\d]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[-+*/<>()\[\],!−·×≤≥≠])"
    r"|(?P<end>\Z)"
)
_NEURON: Final = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<bare>[^\s\[\],"]+))\s*')

# How else a sign or a word may be written.
_DRESS: Final = {
    "−": "-", "·": "*", "×": "*", "≤": "<=", "≥": ">=", "≠": "!=",
    "&&": "and", "||": "or", "!": "not",
    "δ": "delta", "∂L/∂w": "dw", "∂L/∂b": "db", "∂L/∂a": "da", "∂L/∂z": "delta",
}  # fmt: skip

# Signs of other languages, and what stands for them here.
_ADVICE: Final = {
    "=": "two numbers are compared with ==",
    "^": "a power is written **",
    "&": "write and",
    "|": "write or",
    "%": "there is no %",
    "~": "write not",
    "'": 'names are quoted with "',
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word at its place; ``kind`` is number, word, sign, end or unknown."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """How an error names it."""
        return "the end" if self.kind == "end" else f"“{escaped(self.text)}”"


def token_at(text: str, at: int) -> Token:
    """The token at or behind a character. One that means nothing is of the kind unknown."""
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
    dressed = _DRESS.get(word, word)
    if kind == "sign" and dressed.isalpha():
        kind = "word"
    return Token(kind, dressed, start, end)


def advice(token: Token) -> str:
    """What to write in place of a sign of another language; empty when there is nothing to say."""
    said = _ADVICE.get(token.text, "") if token.kind == "unknown" else ""
    return said and f" ({said})"


def neurons_at(text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """The names between the bracket at ``at`` and its partner, each with its place; and the end.

    Raises:
        ExpressionError: a name, comma or bracket is missing, or a name is badly quoted.
    """
    found: list[tuple[str, int]] = []
    while True:
        at += 1
        match = _NEURON.match(text, at)
        if match is None:
            raise ExpressionError("expected a neuron's name here", text, _behind_space(text, at))
        kind = match.lastgroup or "bare"
        found.append((_unquoted(text, match, kind), match.start(kind)))
        at = match.end()
        if text[at : at + 1] == "]":
            return found, at + 1
        if text[at : at + 1] != ",":
            hint = ""
            if kind == "bare" and at > match.end(kind):
                hint = ' (a name with blanks in it is quoted with ")'
            raise ExpressionError(f"expected a comma or ] here{hint}", text, at)


def _behind_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _unquoted(text: str, match: re.Match[str], kind: str) -> str:
    word = match.group(kind)
    name = unquoted(word)
    if name is None:
        raise ExpressionError(f"{escaped(word)} is badly quoted", text, match.start(kind))
    return name
