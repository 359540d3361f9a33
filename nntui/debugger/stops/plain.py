"""Breakpoints and watchpoints as plain JSON values, for files that keep them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from nntui.debugger.expressions import Names
from nntui.debugger.stops.reading import breakpoint_of, watchpoint_of
from nntui.debugger.stops.rows import AnyRow
from nntui.debugger.stops.table import MAX_COUNT, MAX_STOPS, Stops
from nntui.model.errors import NntuiError
from nntui.model.names import did_you_mean, escaped
from nntui.model.network import Network

_COUNTERS: Final = ("number", "hits", "since")


def to_plain(stops: Iterable[AnyRow]) -> list[dict[str, Any]]:
    """A list of objects: the command that makes each row, its number and its counters."""
    return [
        {"command": row.text, **{key: getattr(row, key) for key in _COUNTERS if getattr(row, key)}}
        for row in stops
    ]


def from_plain(plain: object, network: Network | Names) -> tuple[Stops, list[str]]:
    """The table that ``to_plain`` was given, and what could not be read of it, as sentences."""
    stops, problems = Stops(), []
    if not isinstance(plain, list):
        return stops, ["breakpoints: expected a list"]
    for n, entry in enumerate(plain[:MAX_STOPS]):
        try:
            stops.add(_row(entry, network))
        except NntuiError as error:
            problems.append(f"breakpoints[{n}]: {error}")
    if len(plain) > MAX_STOPS:
        problems.append(f"breakpoints: {len(plain)} of them, the first {MAX_STOPS} are kept")
    return stops, problems


def row_of(command: str, network: Network | Names) -> AnyRow:
    """The row that a whole command (break, tbreak, watch or twatch) makes.

    Raises:
        NntuiError: the command cannot be read.
    """
    word, _, rest = command.strip().partition(" ")
    if word not in _MAKERS:
        hint = did_you_mean(word, _MAKERS)
        raise NntuiError(f"found “{escaped(word)}”, expected break or watch{hint and '; ' + hint}")
    made: AnyRow = _MAKERS[word](rest, network, temporary=word.startswith("t"))
    return made


_MAKERS: Final[dict[str, Any]] = {
    "break": breakpoint_of,
    "tbreak": breakpoint_of,
    "watch": watchpoint_of,
    "twatch": watchpoint_of,
}


def _row(entry: object, network: Network | Names) -> AnyRow:
    if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
        raise NntuiError("expected an object with a command, such as break h1")
    for key in entry:
        if key not in ("command", *_COUNTERS):
            raise NntuiError(f"found the unknown key “{escaped(str(key))}”")
    row = row_of(entry["command"], network)
    counters: dict[str, Any] = {key: _count(key, entry.get(key, 0)) for key in _COUNTERS}
    counters["since"] = min(counters["since"], row.every - 1)
    return replace(row, **counters)


def _count(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise NntuiError(f"{key}: found {escaped(repr(value), 40)}, expected a whole number")
    return value
