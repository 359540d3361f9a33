"""Complaints: an error of the model in the words of the form in which it was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeVar

from nntui.model.errors import NntuiError, SettingError

T = TypeVar("T")
_ROW: Final = re.compile(r"data\.(input|target)s\[(\d+)\]")


def read(values: Mapping[str, str], field: str, of: Callable[[str], T]) -> T:
    """What a field's text says.

    Raises:
        SettingError: what is wrong with it; its place begins with the field.
    """
    try:
        return of(values[field])
    except SettingError as error:
        place = ".".join(filter(None, (field, error.place)))
        raise SettingError(error.found, error.expected, place, error.hint) from None


def complaint(error: NntuiError, fields: Collection[str] = ()) -> tuple[str, str | None]:
    """What is wrong, as a sentence; and the field it is about, if it is one of these.

    A row of the data has its number on the screen, which counts from 1.
    """
    if not isinstance(error, SettingError):
        return str(error), None
    place = error.place
    if found := _ROW.fullmatch(place):
        column, row = found.groups()
        here = next((name for name in (column, f"{column}s") if name in fields), None)
        place = here or f"the {column} of example {int(row) + 1}"
    field = place.partition(".")[0]
    said = SettingError(error.found, error.expected, place, error.hint)
    return str(said), field if field in fields else None
