"""A session as plain values: all that a person has put into a debugger, to be kept in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nntui.model.changes.structure import GoneError, Renaming
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


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
    from nntui.debugger.breakpoints import to_plain as plain_stops

    watches = [
        {"number": each.number, "expression": each.expression.text} for each in debugger.displays
    ]
    sections: dict[str, Any] = {
        "breakpoints": plain_stops(debugger.breakpoints),
        "breakpoints_made": debugger.breakpoints.made,
        "displays": watches,
        "displays_made": debugger.displays.made,
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
    for key, table in (("breakpoints", debugger.breakpoints), ("displays", debugger.displays)):
        table.made = max(table.made, _number(plain.get(f"{key}_made")))
    if "position" in plain:
        problems += _position(debugger, plain["position"], seconds)
    debugger.displays.at_stop()
    return problems


def _breakpoints(debugger: Debugger, rows: object) -> list[str]:
    from nntui.debugger.breakpoints import from_plain

    stops, problems = from_plain(rows, debugger.experiment.network)
    for row in stops:
        debugger.breakpoints.add(row)
    return problems


def _displays(debugger: Debugger, rows: object) -> list[str]:
    problems = []
    if not isinstance(rows, list):
        return ["displays: expected a list of expressions"]
    from nntui.debugger.displays import MAX_WATCHES

    if len(rows) > MAX_WATCHES:
        problems.append(f"displays: {len(rows)} of them, the first {MAX_WATCHES} are kept")
    for n, row in enumerate(rows[:MAX_WATCHES]):
        text = row.get("expression") if isinstance(row, dict) else row
        number = _number(row.get("number")) if isinstance(row, dict) else 0
        try:
            if not isinstance(text, str):
                raise SessionError(f"found {escaped(repr(row), 40)}, expected an expression")
            debugger.displays.made = max(debugger.displays.made, number - 1)
            debugger.displays.add(text)
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


# ---- carrying ------------------------------------------------------------------------------------


_HERE_TOO = Renaming()


def carried_over(
    debugger: Debugger,
    experiment: Experiment,
    before: Mapping[str, Any] | None = None,
    renaming: Renaming = _HERE_TOO,
) -> tuple[Debugger, list[str]]:
    """A debugger at the start of another experiment's run, with what still makes sense of this one.

    Breakpoints and watches are kept when what they name is still there, bookmarks while the steps
    have the same numbers. Branches began in the run that was left.

    Args:
        debugger: at rest.
        experiment: the edited one.
        before: the session of ``experiment`` when it was left earlier: its branches come back.
        renaming: what the neurons of this run are called there.

    Returns:
        The debugger, and in a sentence each what was not kept.
    """
    from nntui.debugger.debugger import Debugger

    made = Debugger(experiment)
    known = before if before is not None else {}
    kept = {key: known[key] for key in ("version", "branches", "bookmarks") if key in known}
    lost = restore(made, kept) if kept else []
    lost += _stops(debugger, made, renaming)
    lost += _watches(debugger, made, renaming)
    if before is None:
        lost += _lost_branches(debugger) + _carry_bookmarks(debugger, made, renaming)
    return made, lost


def _stops(debugger: Debugger, made: Debugger, renaming: Renaming) -> list[str]:
    """Take the breakpoints and watchpoints along, each with its number and its counters."""
    from nntui.debugger.breakpoints.parse import row_of
    from nntui.debugger.breakpoints.table import renamed_command

    lost = []
    for row in debugger.breakpoints:
        try:
            found = row_of(renamed_command(row, renaming.now), made.experiment.network)
            since = min(row.since, found.every - 1)
            made.breakpoints.add(replace(found, number=row.number, hits=row.hits, since=since))
        except NntuiError as error:
            lost.append(f"{row.title}, {escaped(row.what)}: {error}")
    made.breakpoints.made = debugger.breakpoints.made
    return lost


def _watches(debugger: Debugger, made: Debugger, renaming: Renaming) -> list[str]:
    from nntui.debugger.expressions.expression import renamed

    lost = []
    for watch in debugger.displays:
        text = watch.expression.text
        try:
            made.displays.add(renamed(text, renaming.now), watch.number)
        except NntuiError as error:
            lost.append(f"watch {watch.number}, {escaped(text)}: {error}")
    made.displays.made = debugger.displays.made
    made.displays.at_stop()
    return lost


def _lost_branches(debugger: Debugger) -> list[str]:
    from nntui.debugger.branches import MAIN

    names = (branch.name for branch in debugger.branches if branch.name != MAIN)
    return [f"branch “{escaped(name)}”: it began in the run before" for name in names]


def _carry_bookmarks(debugger: Debugger, made: Debugger, renaming: Renaming) -> list[str]:
    """Take the bookmarks along, if they stand before the same steps as they did."""
    from nntui.debugger.branches import MAIN

    marks = [mark for mark in debugger.bookmarks if mark.spot.branch == MAIN]
    if not marks:
        return []
    if not _steps_are_the_same(original(debugger), original(made), renaming):
        return [
            f"bookmark “{escaped(mark.name)}”: the steps have other numbers now" for mark in marks
        ]
    for mark in marks:
        made.bookmarks.add(mark.name, mark.spot)
    return []


def _steps_are_the_same(one: Experiment, other: Experiment, renaming: Renaming) -> bool:
    """Whether every step of two runs is about the same neuron, connection and example."""
    try:
        here = _steps(one.network.wiring(), renaming)
    except GoneError:
        return False
    return (
        here == _steps(other.network.wiring(), _HERE_TOO)
        and len(one.train_examples) == len(other.train_examples)
        and one.training.batch_size == other.training.batch_size
        and one.training.epochs <= other.training.epochs
    )


def _steps(net: Wiring, renaming: Renaming) -> tuple[object, ...]:
    """All of a wiring that decides which steps there are, with the names of now."""
    if not renaming:
        return net.inputs, net.outputs, net.neurons, net.sources, net.frozen
    now = renaming.now
    return (
        tuple(map(now, net.inputs)),
        tuple(map(now, net.outputs)),
        tuple(map(now, net.neurons)),
        {now(j): tuple(map(now, sources)) for j, sources in net.sources.items()},
        {now(key) if isinstance(key, str) else (now(key[0]), now(key[1])) for key in net.frozen},
    )
