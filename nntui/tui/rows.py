"""The rows of the lists: what is put into a run, in one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nntui.debugger.displays import value_text
from nntui.explain.numbers import rounded
from nntui.model.names import escaped
from nntui.tui.marks import DISABLED, STOP

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.displays import Watched

DIGITS: Final = 6
HERE: Final = "►"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: what it stands for, a mark, its text, and a detail at the right."""

    key: int | str
    text: str
    mark: str = " "
    detail: str = ""
    faint: bool = False


def stop_rows(debugger: Debugger) -> tuple[Row, ...]:
    """The breakpoints and watchpoints: as the commands that make them, and how often met."""
    return tuple(
        Row(
            key=row.number,
            text=f"{row.number} {escaped(row.text, 500)}",
            mark=STOP if row.enabled else DISABLED,
            detail=f"{row.hits:,}×" if row.hits else "",
            faint=not row.enabled,
        )
        for row in debugger.stops
    )


def watch_rows(debugger: Debugger, *, on_the_way: bool) -> tuple[Row, ...]:
    """The watches: what they are here, and how that differs from the last stop."""
    watches = debugger.watches
    return tuple(map(_watched, watches.now() if on_the_way else watches.at_stop()))


def branch_rows(debugger: Debugger) -> tuple[Row, ...]:
    """The lines of time: what began them, and where."""
    branches = debugger.branches
    if len(branches) == 1:
        return ()
    current = branches.current.name
    return tuple(
        Row(
            key=branch.name,
            text=f"{escaped(branch.name)}: {escaped(branch.text, 200)}",
            mark=HERE if branch.name == current else " ",
        )
        for branch in branches
    )


def _watched(watched: Watched) -> Row:
    number = rounded(DIGITS)
    text = f"{watched.number} {escaped(watched.text, 200)} = {value_text(watched.value, number)}"
    if not watched.changed:
        return Row(watched.number, text)
    if watched.change is not None:
        change = number(watched.change)
        sign = "" if change.startswith("-") else "+"
        return Row(watched.number, text, "▸", f"{sign}{change}")
    return Row(watched.number, text, "▸", f"was {value_text(watched.before, number)}")
