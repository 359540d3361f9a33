"""Lines of the command language: words, counts, comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from nntui.model.errors import NntuiError
from nntui.model.names import did_you_mean, escaped

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
    """A command that cannot be done; its text is one sentence."""


def checked(line: str) -> str:
    """A line without its comment and the blanks around it.

    Raises:
        CommandError: it is longer than any command.
    """
    if len(line) > MAX_LINE:
        raise CommandError(f"a line of {len(line):,} characters (at most {MAX_LINE:,})")
    kept = []
    for piece in _PIECE.findall(line):
        if piece == "#":
            break
        kept.append(piece)
    return "".join(kept).strip()


def split(text: str) -> list[str]:
    """The words of a text."""
    words, word = [], ""
    for piece in _PIECE.findall(text):
        if piece.isspace():
            words += [word] if word else []
            word = ""
        else:
            word += piece
    return [*words, word] if word else words


def first_word(text: str) -> tuple[str, str]:
    """The first word of a text, and the rest without the blanks around it."""
    words = split(text)
    if not words:
        return "", ""
    text = text.strip()
    return words[0], text[len(words[0]) :].strip()


def whole(word: str, what: str = "a whole number") -> int:
    """The whole number that a word is.

    Raises:
        CommandError: it is none, or beyond all bounds.
    """
    if not _WHOLE.fullmatch(word):
        raise CommandError(f"found “{escaped(word)}”, expected {what}")
    digits = word.replace("_", "").replace(",", "")
    if len(digits) > 20 or abs(int(digits)) > MAX_COUNT:
        raise CommandError(f"{escaped(word)} is too large a number (at most {MAX_COUNT:,})")
    return int(digits)


def nothing_more(rest: str) -> None:
    """Refuse words behind a command that takes none.

    Raises:
        CommandError: there are some.
    """
    if rest:
        raise CommandError(f"found “{escaped(rest)}”, expected the end of the line")


def chosen(
    word: str, names: Iterable[str], what: str, aliases: Mapping[str, str] = _NONE, advice: str = ""
) -> str:
    """The one of some names that a word means: itself, an alias, or an unambiguous beginning.

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


def listed(names: Iterable[str]) -> str:
    """``a, b or c``."""
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last
