"""A syntax error of JSON, said in plain words: line, column, what stands there, what should."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

from nntui.document.errors import Fault
from nntui.model.names import escaped

# What Python's JSON decoder says, by how it begins → what was expected.
_EXPECTED: Final = {
    "Expecting value": "a value",
    "Expecting property name": "a key in double quotes",
    "Expecting ':'": "a colon after the key",
    "Expecting ','": "a comma or the closing bracket",
    "Illegal trailing comma": "nothing between the last element and the closing bracket",
    "Unterminated string": "a closing double quote",
    "Invalid control character": "control characters in text to be written like \\n or \\u001b",
    "Invalid \\escape": 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u after the backslash',
    "Invalid \\uXXXX": "four hexadecimal digits after \\u",
    "Extra data": "the end of the file",
}

# What stands there → what the person may have meant.
_HINTS: Final = (
    (re.compile(r"'"), "JSON takes double quotes"),
    (re.compile(r"//|/\*|#"), "JSON has no comments"),
    (re.compile(r"(None|nil|undefined)\b"), "did you mean null?"),
    (re.compile(r"True\b"), "did you mean true?"),
    (re.compile(r"False\b"), "did you mean false?"),
    (re.compile(r"[.+]\d"), "JSON writes 0.5 and 5, not .5 and +5"),
)


def syntax_fault(error: json.JSONDecodeError) -> Fault:
    """The fault for an error of Python's JSON decoder."""
    text, at = error.doc, error.pos
    if not text.strip():
        return Fault("", "an empty file" if not text else "only blanks", "a JSON object")
    expected = next(
        (words for start, words in _EXPECTED.items() if error.msg.startswith(start)), "JSON"
    )
    hint = next((words for pattern, words in _HINTS if pattern.match(text, at)), "")
    if not hint and text[at : at + 1] in ("]", "}") and text[:at].rstrip().endswith(","):
        hint = "remove the comma before it"
    place = f"line {error.lineno}, column {error.colno}"
    found = "text that never ends" if "Unterminated" in error.msg else _standing_at(text, at)
    return Fault(place, found, expected, hint)


def _standing_at(text: str, at: int) -> str:
    """The word or sign at a position, or the file's end."""
    if not text[at:].strip():
        return "the end of the file"
    word = re.match(r"\w+|.", text[at : at + 40], re.DOTALL)
    sign = word.group() if word else text[at]
    if unicodedata.category(sign[0]).startswith("C"):
        return f"the control character U+{ord(sign[0]):04X}"
    return "a double quote" if sign == '"' else f'"{escaped(sign, 20)}"'
