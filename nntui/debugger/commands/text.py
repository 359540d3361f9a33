"""The text of a command: its words and whole numbers, and the names that words mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from nntui.model.errors import NntuiError
from nntui.model.names import did_you_mean, escaped, has_surrogate, listed

MAX_LINE: Final = 10_000
"""Characters in a command, at most."""

MAX_COUNT: Final = 10**12

# A word ends at a blank outside quotes and brackets: w["my input", h1] is one word.
_PIECE: Final = re.compile(
    r"""\s+ | "(?:[^"\\]|\\.)*"? | \[(?:"(?:[^"\\]|\\.)*"?|[^\]"])*\]? | .""",
    re.VERBOSE | re.DOTALL,
)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_WHOLE: Final = re.compile(r"[+-]?[0-9][0-9_,]*", re.ASCII)


class CommandError(NntuiError):
    """A command that cannot be run; its text is one sentence.

    ``reply`` is the ``Reply`` to it, where an interpreter has run it.
    """

    reply: Any = None


def checked(line: str) -> str:
    """Strip a line's comment and the blanks around it.

    Raises:
        CommandError: it is longer than any command, or not Unicode.
    """
    if len(line) > MAX_LINE:
        raise CommandError(f"a line of {len(line):,} characters (at most {MAX_LINE:,})")
    if has_surrogate(line):
        raise CommandError("a byte that is no UTF-8 in the line")
    kept = []
    for piece in _PIECE.findall(line):
        if piece == "#":
            break
        kept.append(piece)
    return "".join(kept).strip()


def split(text: str) -> list[str]:
    """Split a text into words."""
    words, word = [], ""
    for piece in _PIECE.findall(text):
        if piece.isspace():
            words += [word] if word else []
            word = ""
        else:
            word += piece
    return [*words, word] if word else words


def first_word(text: str) -> tuple[str, str]:
    """Split off the first word of a text; the rest is stripped."""
    words = split(text)
    if not words:
        return "", ""
    text = text.strip()
    return words[0], text[len(words[0]) :].strip()


def at_commas(text: str) -> list[str]:
    """Split a text at its commas, except for those in brackets, parentheses and quotes.

    Raises:
        CommandError: there is nothing on a side of a comma.
    """
    parts, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += piece
    if len(parts) > 1 and not all(map(str.strip, parts)):
        raise CommandError("expected an expression on each side of a comma")
    return [part.strip() for part in parts]


def whole(word: str, what: str = "a whole number") -> int:
    """Parse a whole number.

    Raises:
        CommandError: it is none, or beyond all bounds.
    """
    if not word:
        raise CommandError(f"expected {what}, found nothing")
    if not _WHOLE.fullmatch(word):
        raise CommandError(f"found “{escaped(word)}”, expected {what}")
    digits = word.replace("_", "").replace(",", "")
    if len(digits) > 20 or abs(int(digits)) > MAX_COUNT:
        raise CommandError(f"{escaped(word)} is too large a number (at most {MAX_COUNT:,})")
    return int(digits)


def nothing_more(rest: str) -> None:
    """Refuse further words.

    Raises:
        CommandError: there are some.
    """
    if rest:
        raise CommandError(f"found “{escaped(rest)}”, expected the end of the line")


def chosen(
    word: str, names: Iterable[str], what: str, aliases: Mapping[str, str] = _NONE, advice: str = ""
) -> str:
    """Choose the name that a word means: itself, an alias, or an unambiguous beginning.

    Raises:
        CommandError: it means none of them, or several.
    """
    known = list(names)
    word = aliases.get(word, word)
    if word in known:
        return word
    found = [name for name in known if name.startswith(word)] if word else []
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"“{escaped(word)}” may be {listed(found)}")
    hint = did_you_mean(word, [*known, *aliases]) or advice or f"it may be {listed(known)}"
    raise CommandError(f"there is no {what} “{escaped(word)}”; {hint}")
