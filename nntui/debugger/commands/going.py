"""The commands that go to a place that has a name: a position, a bookmark, a write of a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from nntui.debugger.commands.candidates import bookmarks, either, values, words
from nntui.debugger.commands.command import Command
from nntui.debugger.commands.journey import Journey
from nntui.debugger.commands.language import CommandError, split, whole
from nntui.debugger.commands.reply import Said
from nntui.model.names import did_you_mean, escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.schedule import Schedule

# word, how its number leads to a position, how many there are
_NUMBERED: Final[dict[str, tuple[Callable[[Schedule, int], int], Callable[[Schedule], int]]]] = {
    "step": (lambda schedule, n: n + 1, lambda schedule: schedule.total),
    "update": (lambda schedule, n: schedule.update_start(n), lambda schedule: schedule.updates),
    "epoch": (lambda schedule, n: n * schedule.steps_per_epoch, lambda schedule: schedule.epochs),
}


def _goto(debugger: Debugger, rest: str) -> Journey:
    found = split(rest)
    if not found:
        raise CommandError("goto needs a place: a position, start, end, step N, or a bookmark")
    if len(found) == 2 and found[0] in _NUMBERED:
        return Journey(debugger, _numbered(debugger.schedule, found[0], found[1]))
    if rest in debugger.bookmarks:
        spot = debugger.bookmarks.find(rest).spot
        if debugger.branches.current.name != spot.branch:
            debugger.branches.switch(spot.branch)
        return Journey(debugger, spot.position)
    return Journey(debugger, _position(debugger, rest))


def _position(debugger: Debugger, word: str) -> int:
    """The position that a word means.

    Raises:
        CommandError: it means none.
    """
    if word == "start":
        return 0
    if word == "end":
        return debugger.total
    if not word.lstrip("+-")[:1].isdigit():
        marks = [mark.name for mark in debugger.bookmarks]
        hint = did_you_mean(word, [*marks, "start", "end"]) or "expected a position or a bookmark"
        raise CommandError(f"there is no bookmark “{escaped(word)}”; {hint}")
    number = whole(word, "a position")
    position = debugger.position + number if word[0] in "+-" else number
    if not 0 <= position <= debugger.total:
        raise CommandError(f"there is no position {position}: they go from 0 to {debugger.total}")
    return position


def _numbered(schedule: Schedule, word: str, number: str) -> int:
    lead, count = _NUMBERED[word]
    n = whole(number, f"the number of the {word}")
    if not 0 <= n < count(schedule):
        raise CommandError(f"there is no {word} {n}: they go from 0 to {count(schedule) - 1}")
    return lead(schedule, n)


def _bookmark(debugger: Debugger, rest: str) -> Said:
    if not rest:
        raise CommandError("a bookmark needs a name")
    mark = debugger.bookmarks.add(rest)
    line = f"bookmark {escaped(mark.name)} at position {mark.spot.position}"
    return Said((line,), {"name": mark.name, "position": mark.spot.position})


def _unbookmark(debugger: Debugger, rest: str) -> Said:
    if not rest:
        raise CommandError("which bookmark? info bookmarks lists them")
    mark = debugger.bookmarks.remove(rest)
    return Said((f"bookmark {escaped(mark.name)} removed",), {"name": mark.name})


def _last_write(debugger: Debugger, rest: str) -> Journey:
    from nntui.debugger.asking.writes import last_write

    found = last_write(debugger, _value(rest))
    if found.position == debugger.position and debugger.position:
        # Standing on the write already: the one before it is meant.
        found = last_write(debugger, _value(rest), debugger.position - 1)
    return Journey(debugger, found.position, note=f"{found.name}: {found.text}")


def _next_write(debugger: Debugger, rest: str) -> Journey:
    from nntui.debugger.asking.writes import next_write

    found = next_write(debugger, _value(rest))
    if found is None:
        raise CommandError(f"nothing writes {escaped(rest)} after this")
    return Journey(debugger, found.position, note=f"{found.name}: {found.text}")


def _value(rest: str) -> str:
    if not rest:
        raise CommandError("expected the name of a value, such as w[x1,h1]")
    return rest


GOING: Final = (
    Command(
        "goto", "POSITION | step N | update N | epoch N | start | end | BOOKMARK",
        "go to a position of the run", _goto,
        completes=either(words("start", "end", "step", "update", "epoch"), bookmarks),
        more="""
A position is a number of steps executed: goto 0 is the start. A sign makes it relative. step N
goes to where the step of that number (as in a trace) has just been executed; update N and
epoch N to before their first step. They count from 0, where the screen's status line says 1.
  goto 1234
  goto -100
  goto step 1233
  goto epoch 10""",
    ),
    Command(
        "bookmark", "NAME", "give this position a name, for goto", _bookmark,
        more="""
  bookmark before the jump
  goto before the jump""",
    ),
    Command(
        "unbookmark", "NAME", "take a bookmark’s name away", _unbookmark, completes=bookmarks,
    ),
    Command(
        "last-write", "VALUE", "go back to the step that last wrote a value", _last_write,
        aliases=("x", "lw"), repeats=True, completes=values,
        more="""
Again: the write before that.
  last-write w[x1,h1]""",
    ),
    Command(
        "next-write", "VALUE", "go to the next step that writes a value", _next_write,
        aliases=("nw",), repeats=True, completes=values,
    ),
)  # fmt: skip
