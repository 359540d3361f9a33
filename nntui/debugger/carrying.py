"""Carrying over: what a person has put into one run goes on in the run of an edited document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nntui.debugger.expressions import Names
from nntui.debugger.expressions.renaming import renamed
from nntui.debugger.stops import row_of
from nntui.debugger.stops.renaming import renamed_command
from nntui.model.changes.renaming import GoneError, Renaming
from nntui.model.errors import NntuiError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

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
    from nntui.debugger.session import restore

    made = Debugger(experiment)
    known = before if before is not None else {}
    kept = {key: known[key] for key in ("version", "branches", "bookmarks") if key in known}
    lost = restore(made, kept) if kept else []
    names = Names.of(experiment)
    lost += _stops(debugger, made, names, renaming)
    lost += _watches(debugger, made, renaming)
    if before is None:
        lost += _branches(debugger) + _bookmarks(debugger, made, renaming)
    return made, lost


def _stops(debugger: Debugger, made: Debugger, names: Names, renaming: Renaming) -> list[str]:
    """Take the breakpoints and watchpoints along, each with its number and its counters."""
    lost = []
    for row in debugger.stops:
        try:
            found = row_of(renamed_command(row, renaming.now), names)
            since = min(row.since, found.every - 1)
            made.stops.add(replace(found, number=row.number, hits=row.hits, since=since))
        except NntuiError as error:
            lost.append(f"{row.title}, {escaped(row.what)}: {error}")
    made.stops.made = debugger.stops.made
    return lost


def _watches(debugger: Debugger, made: Debugger, renaming: Renaming) -> list[str]:
    lost = []
    for watch in debugger.watches:
        text = watch.expression.text
        try:
            made.watches.add(renamed(text, renaming.now), watch.number)
        except NntuiError as error:
            lost.append(f"watch {watch.number}, {escaped(text)}: {error}")
    made.watches.made = debugger.watches.made
    made.watches.at_stop()
    return lost


def _branches(debugger: Debugger) -> list[str]:
    from nntui.debugger.branches import MAIN

    names = (branch.name for branch in debugger.branches if branch.name != MAIN)
    return [f"branch “{escaped(name)}”: it began in the run before" for name in names]


def _bookmarks(debugger: Debugger, made: Debugger, renaming: Renaming) -> list[str]:
    """Take the bookmarks along, if they stand before the same steps as they did."""
    from nntui.debugger.branches import MAIN
    from nntui.debugger.session import original

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
        return net.inputs, net.outputs, net.neurons, net.sources, net.trainable
    now = renaming.now
    return (
        tuple(map(now, net.inputs)),
        tuple(map(now, net.outputs)),
        tuple(map(now, net.neurons)),
        {now(j): tuple(map(now, sources)) for j, sources in net.sources.items()},
        {now(key) if isinstance(key, str) else (now(key[0]), now(key[1])) for key in net.trainable},
    )
