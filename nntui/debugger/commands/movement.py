"""The commands that move: by steps, to a place, to the next stop; and the reverse of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.breakpoints.breakpoint import recounted
from nntui.debugger.breakpoints.search import ContinueSearch
from nntui.debugger.commands.command import Command, Function, Movement, Output
from nntui.debugger.commands.completion import bookmarks, either, places, values, words
from nntui.debugger.commands.text import CommandError, nothing_more, whole
from nntui.debugger.places import position_behind, position_of
from nntui.debugger.step import destination
from nntui.debugger.values import never_known
from nntui.engine.schedule import COUNTERS
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.schedule import Position


def heading(position: Position, moved: str | None = None) -> str:
    """``epoch 1 · update 1 · example 3 · forward``, numbered as the values of those names are.

    With the parameter that is ``moved``, as in ``epoch 1 · update 1 · w[x1,h1] + h · example 3 …``.
    """
    numbers = ((word, position.number(word)) for word in COUNTERS[:3])
    words = [f"{word} {number}" for word, number in numbers if number is not None]
    if moved is not None:
        words.insert(2, moved)
    return " · ".join((*words, position.phase))


def where(debugger: Debugger) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Say the position and the formula of the last step, as lines and as plain values."""
    count = f"position {debugger.position:,} of {debugger.total:,}"
    last = debugger.last
    if last is None:
        return (f"{count}: the start of the run",), {}
    return (f"{count}: {heading(last.position)}", f"  {last.text}"), last.plain


def stand(debugger: Debugger, rest: str) -> Output:
    """Say where the run stands, and on which branch."""
    nothing_more(rest)
    lines, data = where(debugger)
    branch = debugger.branches.current.name
    data |= {"position": debugger.position, "total": debugger.total, "branch": branch}
    return Output((*lines, f"branch {escaped(branch)}"), data)


# name, alias, movement, help, help of its reverse
_MOVEMENTS: Final = (
    ("step", "s", "step", "execute one step: a connection, a neuron, a loss or a parameter",
     "take one step back"),
    ("next", "n", "neuron", "go to the end of this neuron’s steps",
     "go back to the start of this neuron"),
    ("finish", "f", "pass", "go to the end of this pass: forward, loss, backward, update",
     "go back to the start of this pass"),
    ("example", "e", "example", "go to the next example, just loaded",
     "go back to where an example was just loaded"),
    ("update", "u", "update", "go to just after the next update",
     "go back to the start of a batch"),
    ("epoch", "ep", "epoch", "go to the end of this epoch", "go back to the start of an epoch"),
)  # fmt: skip

_COUNTED: Final = """
A count repeats it; a negative one goes the other way. Breakpoints on the way do not stop it:
continue stops at them.
  {name}
  {name} 10"""


def _move(movement: str, direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Movement:
        count = direction * _count(rest)
        target = destination(debugger.schedule, debugger.position, movement, count)
        return _towards(debugger, target, count)

    return run


def _towards(debugger: Debugger, target: int, direction: int) -> Movement:
    if target == debugger.position and direction > 0 and debugger.at_end:
        raise CommandError("this is the end of the run: there is no further step")
    if target == debugger.position and direction < 0 and debugger.at_start:
        raise CommandError("this is the start of the run: there is no step to take back")
    return Movement(debugger, target, jump=False)


def _continue(direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Movement:
        count = direction * _count(rest)
        _towards(debugger, debugger.position, count)  # refuse at the end of the run
        return _resumed(debugger, count)

    return run


def _count(rest: str) -> int:
    return whole(rest, "how often, as a whole number") if rest else 1


def _resumed(debugger: Debugger, count: int) -> Movement:
    """Continue to the ``count``-th stop from here; back when it is negative."""
    if not count:
        return Movement(debugger, debugger.position)
    search = ContinueSearch(debugger, debugger.breakpoints, count)
    return Movement(debugger, continuing=search, times=abs(count))


def _run(debugger: Debugger, rest: str) -> Movement:
    nothing_more(rest)
    debugger.stop_history.visit()
    debugger.seek(0)
    for point in debugger.breakpoints:
        debugger.breakpoints.count(recounted(point, 0))
    debugger.breakpoints.counted_at = 0
    return _resumed(debugger, 1)


def _until(direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Movement:
        return Movement(debugger, position_behind(debugger, rest, direction))

    return run


def _moves() -> Iterator[Command]:
    for name, alias, movement, there, back in _MOVEMENTS:
        for prefix, letter, direction, help_ in (("", "", 1, there), ("reverse-", "r", -1, back)):
            yield Command(
                prefix + name, "[COUNT]", help_, _move(movement, direction),
                aliases=(letter + alias,), repeats=True, more=_COUNTED.format(name=prefix + name),
            )  # fmt: skip


STEP_COMMANDS: Final = (
    *_moves(),
    Command(
        "until", "PLACE", "go on to the next step of a place: run to the cursor", _until(1),
        aliases=("t",), repeats=True, completes=places,
        more="""
PLACE is what break takes: h1, x1->h1, layer 2, epoch 5 and so on, with forward, backward or
update after it. Breakpoints on the way do not stop it.
  until h1 backward
  until x1->h1
  until epoch 10""",
    ),
    Command(
        "reverse-until", "PLACE", "go back to the step of a place before this", _until(-1),
        aliases=("rt",), repeats=True, completes=places,
    ),
    Command(
        "continue", "[COUNT]", "run until something stops it, or to the end", _continue(1),
        aliases=("c",), repeats=True,
        more="""
Stops at enabled breakpoints and watchpoints (info breakpoints), else at the end of the run. With
a count it passes all stops before that many: continue 2 is continue, twice; any stop counts.
  continue
  continue 2""",
    ),
    Command(
        "reverse-continue", "[COUNT]", "run back to the last stop before here, or to the start",
        _continue(-1), aliases=("rc",), repeats=True,
        more="""
Stops where continue would have stopped last on the way here: with every and ignore at the same
matches, and their hits are counted back. A watchpoint stops it before the step that changed the
value, as in gdb.
  reverse-continue
  reverse-continue 2""",
    ),
    Command(
        "run", "", "run from the start until something stops it, or to the end", _run,
        aliases=("r",),
        more="""
Goes to the start first, and counts the hits of breakpoints from 0 again; bookmarks, branches and
all else stay.""",
    ),
    Command(
        "where", "", "say where the run stands: position, last step, branch", stand,
        aliases=("bt", "backtrace", "frame"),
    ),
)  # fmt: skip


def _goto(debugger: Debugger, rest: str) -> Movement:
    if not rest:
        raise CommandError("goto needs a place: a position, start, end, step N, or a bookmark")
    if rest in debugger.bookmarks:
        at = debugger.bookmarks.find(rest).at
        debugger.branches.switch(at.branch)
        return Movement(debugger, at.position)
    return Movement(debugger, position_of(debugger, rest, [m.name for m in debugger.bookmarks]))


def _bookmark(debugger: Debugger, rest: str) -> Output:
    if not rest:
        raise CommandError("a bookmark needs a name")
    mark = debugger.bookmarks.add(rest)
    line = f"bookmark {escaped(mark.name)} at position {mark.at.position:,}"
    return Output((line,), {"name": mark.name, "position": mark.at.position})


def _unbookmark(debugger: Debugger, rest: str) -> Output:
    if not rest:
        raise CommandError("which bookmark? info bookmarks lists them")
    mark = debugger.bookmarks.remove(rest)
    return Output((f"bookmark {escaped(mark.name)} removed",), {"name": mark.name})


def _write(direction: int) -> Function:
    def run(debugger: Debugger, rest: str) -> Movement:
        from nntui.debugger.queries.writes import Writes

        if not rest:
            raise CommandError("expected the name of a value, such as w[x1,h1]")
        writes, position = Writes(debugger.training_run.timeline), debugger.position
        found = (writes.last if direction < 0 else writes.next)(rest, position)
        if found is None:
            raise CommandError(f"nothing writes {escaped(rest)} after this")
        if reason := never_known(debugger.experiment, found.name):
            raise CommandError(reason)
        # At that very write: it is named, and asked again the one before it.
        if direction < 0 and (found.name, position) == debugger.named_write and position:
            found = writes.last(rest, position - 1)
        debugger.named_write = found.name, found.position
        return Movement(debugger, found.position, note=f"{found.name}: {found.text}")

    return run


GOTO_COMMANDS: Final = (
    Command(
        "goto",
        "POSITION | step N | example N | update N [end] | epoch N [end] | start | end | BOOKMARK",
        "go to a position of the run", _goto,
        completes=either(words("start", "end", "step", "example", "update", "epoch"), bookmarks),
        more="""
A position is a number of steps executed: goto 0 is the start, goto 12 and goto step 12 are where
step 12 has just been executed. A sign makes it relative. example N goes to where row N of the data
has just been loaded, in this epoch; update N and epoch N to before their first step, with end to
just after their last. All count from 1, as everywhere.
  goto 1234
  goto -100
  goto example 2
  goto epoch 10
  goto epoch 10 end""",
    ),
    Command(
        "bookmark", "NAME", "give this position a name, for goto", _bookmark,
        more="""
  bookmark before the jump
  goto before the jump""",
    ),
    Command(
        "unbookmark", "NAME", "delete a bookmark", _unbookmark, completes=bookmarks,
    ),
    Command(
        "last-write", "VALUE", "go back to the step that last wrote a value", _write(-1),
        aliases=("x", "lw"), repeats=True, completes=values,
        more="""
Just after the step that wrote it: names that step. Again: the write before that.
  last-write w[x1,h1]""",
    ),
    Command(
        "next-write", "VALUE", "go to the next step that writes a value", _write(1),
        aliases=("nw",), repeats=True, completes=values,
    ),
)  # fmt: skip
