"""The message of a breakpoint that logs: a text with ``{expressions}`` in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from nntui.debugger.expressions import Expression, ExpressionError, Names, parse
from nntui.debugger.stops.errors import StopError
from nntui.explain.numbers import exact
from nntui.model.names import escaped

MAX_LENGTH: Final = 500

# {{ and }} stand for the brackets themselves; a quoted name may hold any character.
_PART: Final = re.compile(r'\{\{|\}\}|\{((?:"(?:[^"\\]|\\.)*"|[^{}"])*)\}|[^{}]+|.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, read and checked; ``text`` is how it was given."""

    text: str
    parts: tuple[str | Expression, ...] = field(repr=False)

    @property
    def quoted(self) -> str:
        """The text as it stands in a command."""
        return json.dumps(self.text, ensure_ascii=False)

    def written(self, lookup: Callable[[str], float | None]) -> str:
        """The message with every expression's value in its place, in one line."""
        found = "".join(
            part if isinstance(part, str) else shown(part.value(lookup)) for part in self.parts
        )
        return escaped(found, 4 * MAX_LENGTH)


def shown(value: float | bool | None) -> str:
    """A value as messages and reasons write it."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "true" if value else "false"
    return exact(value)


def with_parts(text: str, change: Callable[[str], str]) -> str:
    """A message's text with another text in place of each of its expressions."""

    def changed(match: re.Match[str]) -> str:
        inside = match.group(1)
        return match.group() if inside is None else f"{{{change(inside)}}}"

    return _PART.sub(changed, text)


def message_of(text: str, names: Names) -> Message:
    """Read a message.

    Raises:
        StopError: it is too long, or a bracket has no partner.
        ExpressionError: an expression in it cannot be read; the position is in the whole text.
    """
    if len(text) > MAX_LENGTH:
        raise StopError(f"a message of {len(text)} characters (at most {MAX_LENGTH})")
    parts: list[str | Expression] = []
    for match in _PART.finditer(text):
        piece = match.group()
        if piece in ("{{", "}}"):
            parts.append(piece[0])
        elif piece in ("{", "}"):
            raise StopError(
                f"“{escaped(text)}”: {piece} has no partner (as a sign, it is written {piece * 2})"
            )
        elif piece.startswith("{"):
            try:
                parts.append(parse(match.group(1), names))
            except ExpressionError as error:
                raise error.within(text, match.start(1)) from None
        else:
            parts.append(piece)
    return Message(text, tuple(parts))
