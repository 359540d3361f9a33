"""The commands that move: by steps, to a place, to the next stop; and the reverse of each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.breakpoints.breakpoint import Place, recounted
from nntui.debugger.breakpoints.sites import Block, SiteIndex
from nntui.debugger.commands.command import Command, Function, Movement, Output
from nntui.debugger.commands.completion import bookmarks, either, places, values, words
from nntui.debugger.commands.text import CommandError, nothing_more, split, whole
from nntui.debugger.step import destination
from nntui.debugger.values import never_known
from nntui.engine.schedule import COUNTERS, Schedule
from nntui.model.names import did_you_mean, escaped
from nntui.model.wiring import Wiring

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.engine.schedule import Position


def heading(position: Position) -> str:
    """``epoch 1 · update 1 · example 3 · forward``, numbered as the values of those names are."""
    numbers = ((word, position.number(word)) for word in COUNTERS[:3])
    words = [f"{word} {number}" for word, number in numbers if number is not None]
    return " · ".join((*words, position.phase))


def where(debugger: Debugger) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Say the position and the formula of the last step, as lines and as plain values."""
    count = f"position {debugger.position} of {debugger.total}"
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
    search = debugger.continue_search(1 if count > 0 else -1)
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
        from nntui.debugger.breakpoints.parse import parse_place
        from nntui.debugger.breakpoints.reachability import Reachability

        place = parse_place(rest, debugger.experiment.network)
        Reachability.of(debugger.training_run).check_place(place)
        net = debugger.experiment.network.wiring()
        step = step_of_place(net, debugger.schedule, place, debugger.position, direction)
        if step is None:
            way = "after" if direction > 0 else "before"
            raise CommandError(f"{escaped(place.text, 200)} is not met {way} this")
        return Movement(debugger, step + 1)

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


# word: (the position behind its number n, how many there are)
_NUMBERED: Final[dict[str, tuple[Callable[[Schedule, int], int], Callable[[Schedule], int]]]] = {
    "step": (lambda schedule, n: n, lambda schedule: schedule.total),
    "update": (lambda schedule, n: schedule.update_start(n), lambda schedule: schedule.updates),
    "epoch": (lambda schedule, n: n * schedule.steps_per_epoch, lambda schedule: schedule.epochs),
}
_NAMED: Final = (*_NUMBERED, "example")


def _goto(debugger: Debugger, rest: str) -> Movement:
    found = split(rest)
    if not found:
        raise CommandError("goto needs a place: a position, start, end, step N, or a bookmark")
    if len(found) == 1 and found[0] in _NAMED and found[0] not in debugger.bookmarks:
        raise CommandError(f"goto {found[0]} needs a number, as in goto {found[0]} 1")
    end = len(found) == 3 and found[2] == "end" and found[0] != "step"
    if (len(found) == 2 or end) and found[0] in _NUMBERED:
        behind, count = _NUMBERED[found[0]]
        n, last = whole(found[1], f"the number of the {found[0]}"), count(debugger.schedule)
        if not 1 <= n <= last:
            raise CommandError(f"there is no {found[0]} {n}: they go from 1 to {last}")
        to_end = end or found[0] == "step"
        return Movement(debugger, behind(debugger.schedule, n if to_end else n - 1))
    if len(found) == 2 and found[0] == "example":
        return Movement(debugger, _example(debugger, rest))
    if rest in debugger.bookmarks:
        at = debugger.bookmarks.find(rest).at
        debugger.branches.switch(at.branch)
        return Movement(debugger, at.position)
    return Movement(debugger, _position(debugger, rest))


def _example(debugger: Debugger, place: str) -> int:
    """The position just after the load of an example, in the epoch at hand."""
    from nntui.debugger.breakpoints.parse import parse_place
    from nntui.debugger.breakpoints.reachability import Reachability

    parsed = parse_place(place, debugger.experiment.network)
    Reachability.of(debugger.training_run).check_place(parsed)
    assert parsed.index is not None
    schedule = debugger.schedule
    epoch = schedule.position(max(debugger.position - 1, 0)).epoch
    return schedule.load_of(parsed.index, epoch) + 1


def _position(debugger: Debugger, word: str) -> int:
    """Parse a position, absolute or relative.

    Raises:
        CommandError: there is no such position.
    """
    if word == "start":
        return 0
    if word == "end":
        return debugger.total
    if not word.lstrip("+-")[:1].isdigit():
        if word in debugger.experiment.network:
            raise CommandError(f"{escaped(word)} is a neuron: until goes to its next step")
        marks = [mark.name for mark in debugger.bookmarks]
        hint = (
            did_you_mean(word, [*marks, "start", "end"])
            or "try a step number, example 3 or a bookmark"
        )
        raise CommandError(f"there is no bookmark “{escaped(word)}”; {hint}")
    number = whole(word, "a position")
    position = debugger.position + number if word[0] in "+-" else number
    if not 0 <= position <= debugger.total:
        raise CommandError(f"there is no position {position}: they go from 0 to {debugger.total}")
    return position


def _bookmark(debugger: Debugger, rest: str) -> Output:
    if not rest:
        raise CommandError("a bookmark needs a name")
    mark = debugger.bookmarks.add(rest)
    line = f"bookmark {escaped(mark.name)} at position {mark.at.position}"
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


def step_of_place(
    net: Wiring, schedule: Schedule, place: Place, position: int, direction: int
) -> int | None:
    """Find the first step of a place from a position on, by number; None without one.

    With direction −1: the last one before the step that was executed last.
    """
    layout = SiteIndex(net, schedule)
    sites = layout.sites_of_place(place)
    if place.number is not None and place.kind in ("step", "update", "epoch"):
        only = layout.step_of(place)
        there = position <= only < schedule.total if direction > 0 else only < position - 1
        return only if there else None
    for block in _blocks(layout, schedule, position, direction):
        if not layout.admits(place, block):
            continue
        offsets = sites.of(block)
        if direction > 0:
            n = bisect_left(offsets, position - block.start)
            if n < len(offsets):
                return block.start + offsets[n]
        else:
            n = bisect_left(offsets, position - 1 - block.start)
            if n:
                return block.start + offsets[n - 1]
    return None


def _blocks(
    layout: SiteIndex, schedule: Schedule, position: int, direction: int
) -> Iterator[Block]:
    """The blocks from a position on, for as long as it takes to meet every example."""
    step = position if direction > 0 else position - 2
    # Every example comes once in an epoch, though in another order.
    left = 2 * (schedule.examples + schedule.updates_per_epoch)
    while left and 0 <= step < schedule.total:
        block = layout.block(step)
        yield block
        step = block.end if direction > 0 else block.start - 1
        left -= 1
