"""Find the lines of a document that an error is about."""

from __future__ import annotations

import json
import re
from typing import Final

from msgspec import Struct

from nntui.document.errors import DocumentError, Fault, at_key
from nntui.document.files import MAX_DOCUMENT_BYTES, read_bytes

AROUND: Final = 20
"""Lines before and after those at fault, at most."""
MOST_MARKED: Final = 6
"""Lines marked at most: a fault in a long list is shown where the list begins."""

_LINE: Final = re.compile(r"line (\d+)(?:, column (\d+))?")
_BYTE: Final = re.compile(r"byte (\d+)")
_PART: Final = re.compile(r'\.?([^\W\d]\w*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]')
_UNKNOWN: Final = re.compile(r'the unknown key "([^"\\]+)"')
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


class Excerpt(Struct, frozen=True):
    """Lines of a file from number ``first`` on (from 1), and which of them are at fault.

    ``column`` is where the fault begins in the first marked line (from 1); None at the line's
    start, or when it is not known.
    """

    first: int
    lines: tuple[str, ...]
    marked: range
    column: int | None = None


def excerpt(error: DocumentError) -> Excerpt | None:
    """Cut out the lines that an error is about; None when it is about none in particular.

    The file is read again: if it has changed, the place is looked for in what it holds now.
    """
    try:
        data = read_bytes(error.file, "a document", MAX_DOCUMENT_BYTES)
    except Fault:
        return None
    if at := _BYTE.fullmatch(error.place):
        line = data.count(b"\n", 0, int(at.group(1))) + 1
        return _cut(data.decode("utf-8", "replace"), range(line, line + 1))
    text = data.decode("utf-8-sig", "replace")
    if found := _LINE.match(error.place):
        line, column = int(found.group(1)), found.group(2)
        return _cut(text, range(line, line + 1), int(column) if column else None)
    unknown = _UNKNOWN.fullmatch(error.found)
    place = at_key(error.place, unknown[1]) if unknown else error.place
    span = span_of(text, place) if place else None
    if span is None:
        return None
    first, last = (text.count("\n", 0, at) + 1 for at in span)
    before = text[text.rfind("\n", 0, span[0]) + 1 : span[0]]
    column = len(before) + 1 if before.strip() else None
    return _cut(text, range(first, min(last + 1, first + MOST_MARKED)), column)


def span_of(text: str, place: str) -> tuple[int, int] | None:
    """Find a dotted place in a JSON text: from its key to the end of its value.

    For a place that is not there (a missing key) the span begins and ends where the nearest object
    around it begins; None when the text is no JSON at all.
    """
    try:
        at = key = _after_blanks(text, 0)
        for part in _PART.finditer(place):
            name, index, quoted = part.groups()
            wanted = int(index) if index is not None else name if quoted is None else quoted
            found = _child(text, at, wanted)
            if found is None:
                return key, at
            key, at = found
        return key, _DECODER.raw_decode(text, at)[1] - 1
    except (ValueError, IndexError, RecursionError):
        return None


def _child(text: str, at: int, wanted: str | int) -> tuple[int, int] | None:
    """Find the (last) child of a container: where its key (in a list: itself) and value begin."""
    opening = text[at]
    if opening != ("[" if isinstance(wanted, int) else "{"):
        return None
    found, n = None, 0
    name: str | int
    at = _after_blanks(text, at + 1)
    while text[at] not in "]}":
        key, name = at, n
        if opening == "{":
            name, at = _DECODER.raw_decode(text, at)
            at = _after_blanks(text, _after_blanks(text, at) + 1)
        if name == wanted:
            found = key, at
            if opening == "[":
                return found
        at = _after_blanks(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _after_blanks(text, at + 1)
        n += 1
    return found


def _after_blanks(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


def _cut(text: str, marked: range, column: int | None = None) -> Excerpt:
    lines = text.split("\n")
    first = max(marked.start - AROUND, 1)
    return Excerpt(first, tuple(lines[first - 1 : marked.stop - 1 + AROUND]), marked, column)
