"""A session as plain values: all that a person has put into a debugger, to be kept in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from nntui.model.errors import NntuiError
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.model.experiment import Experiment

VERSION: Final = 1

_MOST_NUMBER: Final = 100_000


class SessionError(NntuiError):
    """What was kept is no session, or one of a newer nntui; its text is one sentence."""


class Later(str):
    """A problem with nothing wrong in what was kept: it only takes a while."""

    __slots__ = ()


def original(debugger: Debugger) -> Experiment:
    """The document's experiment, without any edit."""
    return debugger.run.timeline.first


def to_plain(debugger: Debugger) -> dict[str, Any]:
    """The session as a JSON object, such as a document's section ``debugger``.

    What a person can type stands there as the command or expression that was typed.
    """
    from nntui.debugger.stops import to_plain as plain_stops

    watches = [
        {"number": each.number, "expression": each.expression.text} for each in debugger.watches
    ]
    sections: dict[str, Any] = {
        "breakpoints": plain_stops(debugger.stops),
        "breakpoints_made": debugger.stops.made,
        "displays": watches,
        "displays_made": debugger.watches.made,
        "bookmarks": debugger.bookmarks.plain,
        "branches": debugger.branches.plain(),
        "position": debugger.position,
    }
    return {"version": VERSION, **{key: value for key, value in sections.items() if value}}


def restore(debugger: Debugger, plain: object, seconds: float | None = None) -> list[str]:
    """Take up a session on a debugger that was just made; what could not be, as sentences.

    Args:
        debugger: stands at the start, with no breakpoints, watches, bookmarks or branches.
        plain: what ``to_plain`` gave, or what somebody wrote by hand.
        seconds: for about so long the position is approached; None: however long it takes.

    Raises:
        SessionError: it is no session at all, or one of a newer version; nothing was taken up.
    """
    if not isinstance(plain, dict):
        raise SessionError("found no object, expected a session of the debugger")
    version = plain.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise SessionError(f'found no version, expected "version": {VERSION}')
    if version > VERSION:
        raise SessionError(f"version {version} is newer than {VERSION}, the newest known here")
    problems = [
        f"found the unknown key “{escaped(str(key))}”"
        for key in plain
        if key not in ("version", "position", "breakpoints_made", "displays_made", *_SECTIONS)
    ]
    for key, take_up in _SECTIONS.items():
        if key in plain:
            try:
                problems += take_up(debugger, plain[key])
            except NntuiError as error:
                problems.append(f"{key}: {error}")
            except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
                problems.append(f"{key}: found what no debugger writes")
    # Numbers are not given twice, not even that of something deleted since.
    for key, table in (("breakpoints", debugger.stops), ("displays", debugger.watches)):
        table.made = max(table.made, _number(plain.get(f"{key}_made")))
    if "position" in plain:
        problems += _position(debugger, plain["position"], seconds)
    debugger.watches.at_stop()
    return problems


def _breakpoints(debugger: Debugger, rows: object) -> list[str]:
    from nntui.debugger.stops import from_plain

    stops, problems = from_plain(rows, debugger.experiment.network)
    for row in stops:
        debugger.stops.add(row)
    return problems


def _displays(debugger: Debugger, rows: object) -> list[str]:
    problems = []
    if not isinstance(rows, list):
        return ["displays: expected a list of expressions"]
    from nntui.debugger.asking.watches import MAX_WATCHES

    if len(rows) > MAX_WATCHES:
        problems.append(f"displays: {len(rows)} of them, the first {MAX_WATCHES} are kept")
    for n, row in enumerate(rows[:MAX_WATCHES]):
        text = row.get("expression") if isinstance(row, dict) else row
        number = _number(row.get("number")) if isinstance(row, dict) else 0
        try:
            if not isinstance(text, str):
                raise SessionError(f"found {escaped(repr(row), 40)}, expected an expression")
            debugger.watches.made = max(debugger.watches.made, number - 1)
            debugger.watches.add(text)
        except NntuiError as error:
            problems.append(f"displays[{n}]: {error}")
    return problems


def _bookmarks(debugger: Debugger, rows: object) -> list[str]:
    debugger.bookmarks.restore(rows)
    return []


def _branches(debugger: Debugger, rows: Any) -> list[str]:
    debugger.branches.restore(rows)
    return []


_SECTIONS: Final[dict[str, Callable[[Debugger, Any], list[str]]]] = {
    "branches": _branches,
    "breakpoints": _breakpoints,
    "displays": _displays,
    "bookmarks": _bookmarks,
}


def _number(value: object) -> int:
    """A number that was given to something; 0 for whatever is none."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= _MOST_NUMBER else 0  # type: ignore[operator,return-value]


def _position(debugger: Debugger, position: object, seconds: float | None) -> list[str]:
    whole = isinstance(position, int) and not isinstance(position, bool)
    if not whole or not 0 <= position <= debugger.total:  # type: ignore[operator]
        shown = escaped(repr(position), 40)
        return [f"position: found {shown}, expected a whole number from 0 to {debugger.total}"]
    assert isinstance(position, int)
    if seconds is None:
        debugger.seek(position)
    elif not debugger.approach(position, seconds):
        debugger.seek(0)
        return [Later(f"position {position} takes a while to reach: goto {position} leads there")]
    return []
