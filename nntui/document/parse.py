"""Parse a document strictly: text → plain JSON values → structs, and what is wrong, where."""

from __future__ import annotations

import json
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from nntui.document.errors import Fault, at_index, at_key, choice, number, shown
from nntui.model.aliases import advice, belongs
from nntui.model.coercion import is_finite
from nntui.model.names import did_you_mean, escaped

MAX_DEPTH: Final = 100
"""Lists and objects within each other, at most."""

_FINITE: Final = "a finite number"
_IN_RANGE: Final = "a number between −1.8e308 and 1.8e308"
_DIGITS_AT_MOST: Final = 400  # a finite float has 309 digits before its point
_DEEP_SHOWN: Final = 40
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")


def parsed(text: str, *, nonfinite: bool = False) -> Any:
    """Parse JSON into dicts, lists, strings, finite numbers, bools and None.

    ``nonfinite`` also takes the NaN and Infinity that Python's ``json`` writes.

    Raises:
        Fault: a syntax error (the place is a line and a column), or a duplicate key, NaN, an
            infinity, a number past the floats, half of a surrogate pair or too many levels (the
            place is a dotted path).
    """
    value = _quickly_parsed(text)
    return _carefully_parsed(text, nonfinite) if value is _FLAWED else value


_FLAWED: Final = object()


def _quickly_parsed(text: str) -> Any:
    """Parse a text without a flaw, as nearly every one is, in half the time."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return _FLAWED
    if _escapes_backslash(text):
        return _FLAWED  # then a quote behind a backslash may end a string
    # Of a key that stands twice only one is left, and so are fewer quotes.
    if _quotes(text.encode()) != _quotes(msgspec.json.encode(value)):
        return _FLAWED
    dicts: list[dict[str, Any]] = []
    lists = [[value]]
    for _ in range(MAX_DEPTH + 1):
        children = [*chain.from_iterable(map(dict.values, dicts)), *chain.from_iterable(lists)]
        kinds = set(map(type, children))
        whole = [child for child in children if type(child) is int] if int in kinds else ()
        if any(abs(number) > sys.float_info.max for number in whole):
            return _FLAWED
        dicts = [child for child in children if type(child) is dict] if dict in kinds else []
        lists = [child for child in children if type(child) is list] if list in kinds else []
        if not dicts and not lists:
            return value
    return _FLAWED


def _escapes_backslash(text: str) -> bool:
    return "\\" in text and "\\\\" in text  # a single character is looked for much faster


def _quotes(text: bytes) -> int:
    """Count the quotes around strings."""
    return text.count(b'"') - (text.count(b'\\"') if b"\\" in text else 0)


def _carefully_parsed(text: str, nonfinite: bool) -> Any:
    """Parse a text that may have a flaw, and find the place of it."""
    flaws: list[Fault] = []  # each stands in the tree until a walk finds its place
    too_deep = f"at most {MAX_DEPTH} levels of lists and objects"

    def flaw(found: str, expected: str) -> Fault:
        flaws.append(Fault("", found, expected))
        return flaws[-1]

    def parse_float(digits: str) -> float | Fault:
        value = float(digits)
        return value if math.isfinite(value) else flaw(number(digits), _IN_RANGE)

    def parse_int(digits: str) -> int | Fault:
        if len(digits) > _DIGITS_AT_MOST or not is_finite(int(digits)):
            return flaw(number(digits), _IN_RANGE)
        return int(digits)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) != len(items):
            key = next(key for key, times in Counter(key for key, _ in items).items() if times > 1)
            made[key] = flaw(f'the key "{escaped(key)}" twice', "each key once")
        return made

    try:
        value = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_constant=float if nonfinite else lambda name: flaw(name, _FINITE),
            parse_float=parse_float,
            parse_int=parse_int,
        )
    except json.JSONDecodeError as error:
        raise _syntax_fault(error) from None
    except RecursionError:
        raise Fault("", "lists and objects nested very deeply", too_deep) from None
    deep = deeper_than(MAX_DEPTH, value)
    if deep or flaws or _SURROGATE.search(text):
        for place, depth, met in _walk(value):
            if depth > MAX_DEPTH:
                raise Fault(
                    f"{place[:_DEEP_SHOWN]}…", f"a level of nesting past {MAX_DEPTH}", too_deep
                )
            if isinstance(met, Fault):
                raise Fault(place, met.found, met.expected)
            if isinstance(met, str) and _HALF_PAIR.search(met):
                raise Fault(place, f'"{escaped(met)}"', "no half of a surrogate pair in text")
    return value


def deeper_than(limit: int, value: Any) -> bool:
    """Whether containers are nested more than ``limit`` deep.

    Level by level and without places, in a fraction of the time of ``_walk``.
    """
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, (dict, list))
        ]
    return bool(level)


def _walk(root: Any) -> Iterator[tuple[str, int, Any]]:
    """Yield every key and value in the document's order, with its place and depth."""
    pending: list[Iterator[tuple[str, Any]]] = [iter([("", root)])]
    while pending:
        met = next(pending[-1], None)
        if met is None:
            pending.pop()
            continue
        place, value = met
        yield place, len(pending) if isinstance(value, (dict, list)) else 0, value
        if isinstance(value, dict):
            yield from ((place, 0, key) for key in value)
            pending.append(zip(map(partial(at_key, place), value), value.values(), strict=True))
        elif isinstance(value, list):
            places = map(partial(at_index, place), range(len(value)))
            pending.append(zip(places, value, strict=True))


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

# What stands there → what may have been meant.
_HINTS: Final = (
    (re.compile(r"'"), "JSON takes double quotes"),
    (re.compile(r"//|/\*|#"), "JSON has no comments"),
    (re.compile(r"(None|nil|undefined)\b"), "did you mean null?"),
    (re.compile(r"True\b"), "did you mean true?"),
    (re.compile(r"False\b"), "did you mean false?"),
    (re.compile(r"[.+]\d"), "JSON writes 0.5 and 5, not .5 and +5"),
)


def _syntax_fault(error: json.JSONDecodeError) -> Fault:
    """Turn an error of Python's JSON decoder into a fault."""
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
    """Name the word or sign at a position, or the file's end."""
    if not text[at:].strip():
        return "the end of the file"
    word = re.match(r"\w+|.", text[at : at + 40], re.DOTALL)
    sign = word.group() if word else text[at]
    if unicodedata.category(sign[0]).startswith("C"):
        return f"the control character U+{ord(sign[0]):04X}"
    return "a double quote" if sign == '"' else f'"{escaped(sign, 20)}"'


T = TypeVar("T")

_PATH: Final = re.compile(r" - at `\$((?:\.[\w$]+|\[\d+\])*)`\Z")
_STEP: Final = re.compile(r"\.([\w$]+)|\[(\d+)\]")

_PLAIN_WORDS: Final[dict[type[inspect.Type], str]] = {
    inspect.BoolType: "true or false",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a finite number",
    inspect.StrType: "text in double quotes",
    inspect.ListType: "a list",
    inspect.DictType: "an object",
    inspect.StructType: "an object",
}


def converted(value: object, spec: type[T], place: str) -> T:
    """Convert a JSON value into a struct of specs.py; ``place`` is where it stands.

    Raises:
        Fault: an unknown key, a missing key, or a value of the wrong kind.
    """
    try:
        return msgspec.convert(value, spec)
    except msgspec.ValidationError as error:
        raise _fault(value, inspect.type_info(spec), place, str(error)) from None


def unknown_key(place: str, key: str, known: list[str]) -> Fault:
    """Make the fault for a key that an object does not have."""
    found = f'the unknown key "{escaped(key)}"'
    hint = advice(key, known) or belongs(key, known) or did_you_mean(key, known)
    return Fault(place, found, f"only {', '.join(known)}", hint)


def _fault(found: Any, info: inspect.Type, place: str, message: str) -> Fault:
    path = _PATH.search(message)
    expected, info = words_of(info)
    for key, index in _STEP.findall(path.group(1) if path else ""):
        if key:
            struct = _member(info, inspect.StructType)
            info = next(field.type for field in struct.fields if field.encode_name == key)
            found, place = found[key], at_key(place, key)
        else:
            info = _member(info, inspect.ListType).item_type
            found, place = found[int(index)], at_index(place, int(index))
        expected, info = words_of(info)
    if isinstance(found, dict) and (fault := _fault_in_keys(found, info, place)):
        return fault
    hint = (
        'for none: "bias": 0, "trainable": false'
        if place.endswith(".bias") and found is False
        else ""
    )
    if isinstance(info, inspect.LiteralType) and isinstance(found, str):
        hint = did_you_mean(found, map(str, info.values))
    most = getattr(info, "max_length", None)
    if isinstance(found, str) and most is not None and len(found) > most:
        return Fault(place, f"{len(found)} characters", expected)
    return Fault(place, shown(found), expected, hint)


def _fault_in_keys(found: dict[str, Any], info: inspect.Type, place: str) -> Fault | None:
    struct = _member(info, inspect.StructType)
    if struct is None:
        return None
    fields = {field.encode_name: field for field in struct.fields}
    for key in found:
        if key not in fields:
            return unknown_key(place, key, list(fields))
    for name, field in fields.items():
        if field.required and name not in found:
            return Fault(at_key(place, name), "nothing", words_of(field.type)[0])
    return None


def words_of(info: inspect.Type) -> tuple[str, inspect.Type]:
    """Say what a type expects, and return the type without its annotations."""
    words = ""
    while isinstance(info, inspect.Metadata):
        words = words or (info.extra or {}).get("expected", "")
        info = info.type
    if isinstance(info, inspect.LiteralType):
        words = words or choice(sorted(map(str, info.values)))
    return words or _PLAIN_WORDS.get(type(info), "another kind"), info


def _member(info: inspect.Type, kind: type[Any]) -> Any:
    """Find the type of a kind: the type itself or a member of the union; None when none is."""
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    return next((m for _, m in map(words_of, members) if isinstance(m, kind)), None)
