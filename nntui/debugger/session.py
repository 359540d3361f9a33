"""A session, all that the user has put into a debugger, as plain values for a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from nntui.debugger.branches import MAIN
from nntui.debugger.stepper import approach
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
    """What was stored is no session, or one of a newer nntui; its text is one sentence."""


class SlowPosition(str):
    """The problem that a stored position takes long to reach: nothing is wrong with the session."""

    __slots__ = ()


def original(debugger: Debugger) -> Experiment:
    """The document's experiment, without any edit."""
    return debugger.training_run.timeline.first


def to_plain(debugger: Debugger) -> dict[str, Any]:
    """Write the session as a JSON object, such as a document's section ``debugger``.

    Breakpoints and displays stand there as the commands and expressions that make them.
    """
    from nntui.debugger.breakpoints.parse import to_plain as plain_breakpoints

    displays = [
        {"number": each.number, "expression": each.expression.text} for each in debugger.displays
    ]
    sections: dict[str, Any] = {
        "breakpoints": plain_breakpoints(debugger.breakpoints),
        "breakpoints_made": debugger.breakpoints.last_number,
        "displays": displays,
        "displays_made": debugger.displays.last_number,
        "bookmarks": debugger.bookmarks.plain,
        "branches": debugger.branches.plain(),
        "position": debugger.position,
    }
    return {"version": VERSION, **{key: value for key, value in sections.items() if value}}


def restore(debugger: Debugger, plain: object, seconds: float | None = None) -> list[str]:
    """Restore a session on a new debugger; return what could not be restored, as sentences.

    Args:
        debugger: at the start, with no breakpoints, displays, bookmarks or branches.
        plain: what ``to_plain`` gave, or what was written by hand.
        seconds: about how long the position is approached; None: however long it takes.

    Raises:
        SessionError: it is no session at all, or one of a newer version; nothing was restored.
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
    for key, restore_section in _SECTIONS.items():
        if key in plain:
            try:
                problems += restore_section(debugger, plain[key]) or ()
            except NntuiError as error:
                problems.append(f"{key}: {error}")
            except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
                problems.append(f"{key}: found what no debugger writes")
    # Numbers are not given twice, not even those of what was deleted.
    for key, table in (("breakpoints", debugger.breakpoints), ("displays", debugger.displays)):
        table.last_number = max(table.last_number, _number(plain.get(f"{key}_made")) or 0)
    if "position" in plain:
        problems += _position(debugger, plain["position"], seconds)
    debugger.displays.at_stop()
    return problems


def _breakpoints(debugger: Debugger, rows: object) -> list[str]:
    from nntui.debugger.breakpoints.parse import from_plain

    breakpoints, problems = from_plain(rows, debugger.experiment.network)
    for point in breakpoints:
        debugger.breakpoints.add(point)
    return problems


def _displays(debugger: Debugger, rows: object) -> list[str]:
    problems = []
    if not isinstance(rows, list):
        return ["displays: expected a list of expressions"]
    from nntui.debugger.displays import MAX_DISPLAYS

    if len(rows) > MAX_DISPLAYS:
        problems.append(f"displays: {len(rows)} of them, the first {MAX_DISPLAYS} are kept")
    for n, row in enumerate(rows[:MAX_DISPLAYS]):
        text = row.get("expression") if isinstance(row, dict) else row
        number = _number(row.get("number")) if isinstance(row, dict) else None
        try:
            if not isinstance(text, str):
                raise SessionError(f"found {escaped(repr(row), 40)}, expected an expression")
            debugger.displays.add(text, number or 0)
        except NntuiError as error:
            problems.append(f"displays[{n}]: {error}")
    return problems


_SECTIONS: Final[dict[str, Callable[[Debugger, Any], list[str] | None]]] = {
    "branches": lambda debugger, rows: debugger.branches.restore(rows),
    "breakpoints": _breakpoints,
    "displays": _displays,
    "bookmarks": lambda debugger, rows: debugger.bookmarks.restore(rows),
}


def _number(value: object, most: int = _MOST_NUMBER) -> int | None:
    """A stored whole number from 0 to ``most``; None for anything else."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= most else None  # type: ignore[operator,return-value]


def _position(debugger: Debugger, stored: object, seconds: float | None) -> list[str]:
    if (position := _number(stored, debugger.total)) is None:
        shown = escaped(repr(stored), 40)
        return [f"position: found {shown}, expected a whole number from 0 to {debugger.total}"]
    if seconds is None:
        debugger.seek(position)
    elif not approach(debugger, position, seconds):
        debugger.seek(0)
        slow = f"position {position:,} takes a while to reach: goto {position:,} leads there"
        return [SlowPosition(slow)]
    return []


_SAME_NAMES = Renaming()
_OF_RUN: Final = ("version", "branches", "bookmarks")


def carried_over(
    debugger: Debugger,
    experiment: Experiment,
    before: Mapping[str, Any] | None = None,
    renaming: Renaming = _SAME_NAMES,
) -> tuple[Debugger, list[str]]:
    """Make a debugger for an edited experiment, with what still makes sense of the old one.

    Breakpoints and displays are kept when what they name is still there, bookmarks and the history
    of stops while the steps have the same numbers. Branches belong to the old run.

    Args:
        debugger: the old one, at rest.
        experiment: the edited one.
        before: an earlier session of ``experiment`` (after an undo): its branches come back.
        renaming: the new names of neurons.

    Returns:
        The new debugger, at the start, and in a sentence each what was not kept.
    """
    from nntui.debugger.debugger import Debugger

    other = Debugger(experiment)
    kept = {k: before[k] for k in _OF_RUN if k in before} if before else {}
    lost = restore(other, kept) if kept else []
    lost += _carry_breakpoints(debugger, other, renaming)
    lost += _carry_displays(debugger, other, renaming)
    if before is None:
        lost += [
            f"branch “{escaped(branch.name)}”: it began in the run before"
            for branch in debugger.branches
            if branch.parent is not None
        ]
        lost += _carry_bookmarks(debugger, other, renaming)
    _carry_stops(debugger, other, renaming)
    return other, lost


def adapted(
    last: Mapping[str, Any], own: Mapping[str, Any] | None, same_steps: bool
) -> tuple[dict[str, Any], list[str]]:
    """Make the stored session of a document that was changed where nntui did not see it.

    Args:
        last: the session of the experiment before the change.
        own: an earlier session of the experiment as it is now: its branches, bookmarks and
            position come back.
        same_steps: whether the steps have the same numbers.

    Returns:
        The session, for ``restore``, and in a sentence each what is not in it.
    """
    of_run = ("branches", "bookmarks", "position")
    kept = {key: value for key, value in last.items() if key not in of_run}
    if own is not None:
        return {**kept, **{key: own[key] for key in of_run if key in own}}, []
    lost = [f"branch “{name}”: it began in the run before" for name in _names(last, "branches")]
    if same_steps:
        kept["bookmarks"] = [
            row
            for row in last.get("bookmarks", ())
            if isinstance(row, dict) and row.get("branch") == MAIN
        ]
        if not lost:
            kept["position"] = last.get("position", 0)
    else:
        other = "the steps have other numbers now"
        lost += [f"bookmark “{name}”: {other}" for name in _names(last, "bookmarks")]
        if "position" in last:
            lost.append(f"position {escaped(str(last['position']), 20)}: {other}")
    return kept, lost


def _names(session: Mapping[str, Any], section: str) -> list[str]:
    rows = session.get(section)
    rows = rows if isinstance(rows, list) else []
    return [escaped(str(row.get("name")), 40) for row in rows if isinstance(row, dict)]


def steps_hash(experiment: Experiment) -> str:
    """Hash what decides which neuron, connection and example each step is about."""
    net, digest = experiment.network.wiring(), hashlib.sha256()
    sizes = len(experiment.train_examples), experiment.training.batch_size
    for part in (
        net.inputs,
        net.outputs,
        net.neurons,
        net.sources,
        sorted(net.frozen, key=str),
        sizes,
    ):
        digest.update(repr(part).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _carry_breakpoints(debugger: Debugger, other: Debugger, renaming: Renaming) -> list[str]:
    """Carry over the breakpoints and watchpoints, each with its number and its counters."""
    from nntui.debugger.breakpoints.parse import parse_command
    from nntui.debugger.breakpoints.table import renamed_command

    lost = []
    for old in debugger.breakpoints:
        try:
            new = parse_command(renamed_command(old, renaming.now), other.experiment.network)
            since = min(old.since, new.every - 1)
            other.breakpoints.add(replace(new, number=old.number, hits=old.hits, since=since))
        except NntuiError as error:
            lost.append(f"{old.title}, {escaped(old.what)}: {error}")
    other.breakpoints.last_number = debugger.breakpoints.last_number
    return lost


def _carry_displays(debugger: Debugger, other: Debugger, renaming: Renaming) -> list[str]:
    from nntui.debugger.expressions.expression import renamed

    lost = []
    for display in debugger.displays:
        text = display.expression.text
        try:
            other.displays.add(renamed(text, renaming.now), display.number)
        except NntuiError as error:
            lost.append(f"display {display.number}, {escaped(text)}: {error}")
    other.displays.last_number = debugger.displays.last_number
    other.displays.at_stop()
    return lost


def _carry_bookmarks(debugger: Debugger, other: Debugger, renaming: Renaming) -> list[str]:
    """Carry over the bookmarks, if they still stand before the same steps."""
    marks = [mark for mark in debugger.bookmarks if mark.at.branch == MAIN]
    if not marks:
        return []
    if not _steps_are_the_same(original(debugger), original(other), renaming):
        return [
            f"bookmark “{escaped(mark.name)}”: the steps have other numbers now" for mark in marks
        ]
    for mark in marks:
        other.bookmarks.add(mark.name, mark.at)
    return []


def _carry_stops(debugger: Debugger, other: Debugger, renaming: Renaming) -> None:
    """Carry over where the run has stopped, if there still are the same steps."""
    stops = [stop for stop in debugger.stop_history.stops if stop.branch == MAIN]
    if stops and _steps_are_the_same(original(debugger), original(other), renaming):
        other.stop_history.restore(stops)


def _steps_are_the_same(one: Experiment, other: Experiment, renaming: Renaming) -> bool:
    """Whether each step of two runs is about the same neuron, connection and example."""
    try:
        here = _steps(one.network.wiring(), renaming)
    except GoneError:
        return False
    return (
        here == _steps(other.network.wiring(), _SAME_NAMES)
        and len(one.train_examples) == len(other.train_examples)
        and one.training.batch_size == other.training.batch_size
        and one.training.epochs <= other.training.epochs
    )


def _steps(net: Wiring, renaming: Renaming) -> tuple[object, ...]:
    """All of a wiring that decides which steps there are, with the new names."""
    now = renaming.now
    return (
        tuple(map(now, net.inputs)),
        tuple(map(now, net.outputs)),
        tuple(map(now, net.neurons)),
        {now(j): tuple(map(now, sources)) for j, sources in net.sources.items()},
        {now(key) if isinstance(key, str) else (now(key[0]), now(key[1])) for key in net.frozen},
    )
