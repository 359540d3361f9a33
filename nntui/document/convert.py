"""Plain JSON values → the structs of specs.py, with one place and plain words for what is wrong.

msgspec does the checking, fast. Only when it refuses a value does this file look for the reason,
walking down the value and the type side by side along the path that msgspec names.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from nntui.document.errors import Fault, at_index, at_key
from nntui.document.words import choice, shown
from nntui.model.names import did_you_mean, escaped

T = TypeVar("T")

_PATH: Final = re.compile(r" - at `\$((?:\.\w+|\[\d+\])*)`\Z")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")

_PLAIN_WORDS: Final[tuple[tuple[type[inspect.Type], str], ...]] = (
    (inspect.BoolType, "true or false"),
    (inspect.IntType, "a whole number"),
    (inspect.FloatType, "a finite number"),
    (inspect.StrType, "text in double quotes"),
    (inspect.ListType, "a list"),
    (inspect.DictType, "an object"),
    (inspect.StructType, "an object"),
)


def converted(value: object, spec: type[T], place: str) -> T:
    """``value`` as the struct ``spec``.

    Args:
        value: what the JSON parser gave.
        spec: a struct of specs.py.
        place: where the value stands in the document.

    Raises:
        Fault: an unknown key, a missing key, or a value of the wrong kind.
    """
    try:
        return msgspec.convert(value, spec)
    except msgspec.ValidationError as error:
        raise _fault(value, inspect.type_info(spec), place, str(error)) from None


def unknown_key(place: str, key: str, known: list[str]) -> Fault:
    """The fault of a key that an object does not have."""
    expected = f"only {', '.join(known)}" if len(known) > 1 else f"only {known[0]}"
    return Fault(place, f'the unknown key "{escaped(key)}"', expected, did_you_mean(key, known))


def _fault(found: Any, info: inspect.Type, place: str, message: str) -> Fault:
    path = _PATH.search(message)
    expected, info = _words(info)
    for key, index in _STEP.findall(path.group(1) if path else ""):
        if key:
            struct = _member(info, inspect.StructType)
            info = next(field.type for field in struct.fields if field.encode_name == key)
            found, place = found[key], at_key(place, key)
        else:
            info = _member(info, inspect.ListType).item_type
            found, place = found[int(index)], at_index(place, int(index))
        expected, info = _words(info)
    if isinstance(found, dict) and (fault := _fault_in_keys(found, info, place)):
        return fault
    hint = ""
    if isinstance(info, inspect.LiteralType) and isinstance(found, str):
        hint = did_you_mean(found, map(str, info.values))
    return Fault(place, _shown(found, info), expected, hint)


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
            return Fault(at_key(place, name), "nothing", _words(field.type)[0])
    return None


def _shown(found: Any, info: inspect.Type) -> str:
    """The value, or its length where it is the length that is wrong."""
    most = getattr(info, "max_length", None)
    if isinstance(found, str) and most is not None and len(found) > most:
        return f"{len(found)} characters"
    return shown(found)


def _words(info: inspect.Type) -> tuple[str, inspect.Type]:
    """What a type expects, in plain words, and the type without its annotations."""
    words = ""
    while isinstance(info, inspect.Metadata):
        words = words or (info.extra or {}).get("expected", "")
        info = info.type
    if isinstance(info, inspect.LiteralType):
        words = words or choice(sorted(map(str, info.values)))
    plain = next((words for kind, words in _PLAIN_WORDS if isinstance(info, kind)), "another kind")
    return words or plain, info


def _member(info: inspect.Type, kind: type[Any]) -> Any:
    """The type itself, or the member of the union, that is of this kind; None when none is."""
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    return next((m for _, m in map(_words, members) if isinstance(m, kind)), None)
