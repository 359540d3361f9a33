"""Text → plain JSON values, strictly: what JSON leaves open is an error with its place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from nntui.document.errors import Fault, at_index, at_key
from nntui.document.limits import MAX_DEPTH
from nntui.document.syntax import syntax_fault
from nntui.document.words import number
from nntui.model.names import escaped

_FINITE: Final = "a finite number"
_IN_RANGE: Final = "a number between −1.8e308 and 1.8e308"
_DIGITS_AT_MOST: Final = 400  # a finite float has 309 digits before its point
_DEEP_SHOWN: Final = 40
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in the tree where a value cannot be, until a walk finds out its place."""

    found: str
    expected: str


def parsed(text: str) -> Any:
    """The JSON value that ``text`` holds: dicts, lists, strings, finite numbers, bools and None.

    Raises:
        Fault: a syntax error (the place is a line and a column), or a duplicate key, NaN, an
            infinity, a number past the floats, half of a surrogate pair or too many levels (the
            place is a dotted path).
    """
    flaws: list[_Flaw] = []
    too_deep = f"at most {MAX_DEPTH} levels of lists and objects"

    def flaw(found: str, expected: str) -> _Flaw:
        flaws.append(_Flaw(found, expected))
        return flaws[-1]

    def constant(name: str) -> _Flaw:
        return flaw(name, _FINITE)

    def parse_float(digits: str) -> float | _Flaw:
        value = float(digits)
        return value if math.isfinite(value) else flaw(number(digits), _IN_RANGE)

    def parse_int(digits: str) -> int | _Flaw:
        if len(digits) > _DIGITS_AT_MOST or not _fits_float(int(digits)):
            return flaw(number(digits), _IN_RANGE)
        return int(digits)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) != len(items):
            key = _first_twice(items)
            made[key] = flaw(f'the key "{escaped(key)}" twice', "each key once")
        return made

    try:
        value = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_constant=constant,
            parse_float=parse_float,
            parse_int=parse_int,
        )
    except json.JSONDecodeError as error:
        raise syntax_fault(error) from None
    except RecursionError:
        raise Fault("", "lists and objects nested very deeply", too_deep) from None
    deep = deeper_than(MAX_DEPTH, value)
    if deep or flaws or _SURROGATE.search(text):
        for place, depth, met in _walk(value):
            if depth > MAX_DEPTH:
                raise Fault(
                    f"{place[:_DEEP_SHOWN]}…", f"a level of nesting past {MAX_DEPTH}", too_deep
                )
            if isinstance(met, _Flaw):
                raise Fault(place, met.found, met.expected)
            if isinstance(met, str) and not met.isascii() and _has_surrogate(met):
                raise Fault(place, f'"{escaped(met)}"', "no half of a surrogate pair in text")
    return value


def _fits_float(value: int) -> bool:
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _first_twice(items: list[tuple[str, Any]]) -> str:
    met: set[str] = set()
    for key, _ in items:
        if key in met:
            return key
        met.add(key)
    raise AssertionError("called only when a key stands twice")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def deeper_than(limit: int, value: Any) -> bool:
    """Whether containers stand in each other more than ``limit`` deep; level by level, no places.

    (A million connections are walked over in a fraction of the time of ``_walk``.)
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
    """Every key and value in the document's order, with its place and depth; no recursion."""
    pending = [iter([("", root)])]
    while pending:
        met = next(pending[-1], None)
        if met is None:
            pending.pop()
            continue
        place, value = met
        yield place, len(pending) if isinstance(value, (dict, list)) else 0, value
        if isinstance(value, dict):
            yield from ((place, 0, key) for key in value)
            pending.append(_values(place, value))
        elif isinstance(value, list):
            pending.append(_elements(place, value))


def _values(place: str, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, child in value.items():
        yield at_key(place, key), child


def _elements(place: str, value: list[Any]) -> Iterator[tuple[str, Any]]:
    for index, child in enumerate(value):
        yield at_index(place, index), child
