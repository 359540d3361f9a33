"""Plain JSON values → text that people read: a line for each neuron and each row of data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

_LEVELS: Final = 2
"""Objects this deep have a line for each key; deeper ones stand in one line."""

_WIDTH: Final = 96


def laid_out(value: Any) -> str:
    """The JSON text of a document, ending in a line feed.

    Raises:
        TypeError: a value that is no JSON.
        ValueError: NaN, an infinity, or a value that holds itself.
        RecursionError: a value nested very deeply.
    """
    return "".join(_lines(value, 0)) + "\n"


def _lines(value: Any, level: int) -> Iterator[str]:
    indent = "  " * (level + 1)
    if isinstance(value, dict) and value and level < _LEVELS:
        before = "{\n"
        for key, child in value.items():
            yield f"{before}{indent}{_compact(str(key))}: "
            yield from _lines(child, level + 1)
            before = ",\n"
        yield f"\n{indent[2:]}}}"
    elif isinstance(value, list) and any(isinstance(child, (dict, list)) for child in value):
        before = "[\n"
        for child in value:
            yield f"{before}{indent}{_compact(child)}"
            before = ",\n"
        yield f"\n{indent[2:]}]"
    elif isinstance(value, list):
        yield _filled(value, indent)
    else:
        yield _compact(value)


def _filled(scalars: list[Any], indent: str) -> str:
    """A list of scalars: in one line when it is short, else as many in a line as fit."""
    words = list(map(_compact, scalars))
    if sum(map(len, words)) + 2 * len(words) <= _WIDTH:
        return f"[{', '.join(words)}]"
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 2 <= _WIDTH:
            lines[-1] += f", {word}"
        else:
            lines[-1] += ","
            lines.append(indent + word)
    return "[\n" + "\n".join(lines) + f"\n{indent[2:]}]"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
