"""The commands about breakpoints and watchpoints."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from nntui.debugger.breakpoints.handle import line
from nntui.debugger.commands.command import Command, Function, Output
from nntui.debugger.commands.completion import (
    behind_number,
    breakpoints,
    conditions,
    either,
    events,
    expressions,
    places,
)
from nntui.debugger.commands.text import CommandError, first_word, split, whole

if TYPE_CHECKING:
    from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint
    from nntui.debugger.debugger import Debugger

_RANGE: Final = re.compile(r"(\d+)-(\d+)", re.ASCII)
_NONE: Final = {
    "": "there are no breakpoints or watchpoints",
    "Breakpoint": "there are no breakpoints",
    "Watchpoint": "there are no watchpoints",
}
"""What is said where there are none of a kind."""


def _make(command: str, lead: str = "") -> Function:
    def run(debugger: Debugger, rest: str) -> Output:
        if not lead + rest and command.endswith("watch"):
            raise CommandError(f"{command} needs a value or an expression, such as w[x1,h1]")
        made = debugger.add_breakpoint(f"{command} {lead}{rest}")
        said = _output([made.point])
        return said if made.note is None else replace(said, lines=(*said.lines, made.note))

    return run


def _change(change: Callable[[Debugger, int, str], AnyBreakpoint]) -> Function:
    """Make a command that changes one breakpoint: its number, then the change."""

    def run(debugger: Debugger, rest: str) -> Output:
        word, rest = first_word(rest)
        if not word:
            raise CommandError("expected the number of a breakpoint or watchpoint")
        return _output([change(debugger, _number(word), rest)])

    return run


def _condition(debugger: Debugger, number: int, rest: str) -> AnyBreakpoint:
    from nntui.debugger.breakpoints.reachability import Reachability
    from nntui.debugger.expressions import condition

    expression = condition(rest, debugger.experiment.network) if rest else None
    Reachability.of(debugger.training_run).check(
        replace(debugger.breakpoints[number], condition=expression)
    )
    return debugger.breakpoints.condition(number, expression)


def _each(verb: str, change: Callable[[Debugger, int], AnyBreakpoint]) -> Function:
    """Make a command on some breakpoints by their numbers, or on all."""

    def run(debugger: Debugger, rest: str) -> Output:
        points = [change(debugger, number) for number in _numbers(debugger, rest)]
        return Output(
            tuple(f"{verb} {point.title}: {point.what}" for point in points) or (_NONE[""],),
            {"breakpoints": [plain(point) for point in points]},
        )

    return run


def _numbers(debugger: Debugger, rest: str) -> list[int]:
    """Read which breakpoints are meant, by numbers and ranges such as ``1-3``; none: all.

    Raises:
        CommandError: a number that none has, or a range that none is in.
    """
    there = [point.number for point in debugger.breakpoints]
    if not rest:
        return there
    numbers: list[int] = []
    for word in split(rest):
        if found := _RANGE.fullmatch(word):
            first, last = map(_number, found.groups())
            within = [number for number in there if first <= number <= last]
            if not within:
                raise CommandError(f"there is no breakpoint or watchpoint from {first} to {last}")
            numbers += within
        else:
            numbers.append(debugger.breakpoints[_number(word)].number)
    return list(dict.fromkeys(numbers))


def _number(word: str) -> int:
    return whole(word, "the number of a breakpoint or watchpoint, or a range such as 1-3")


def _output(points: list[AnyBreakpoint]) -> Output:
    return Output(tuple(map(line, points)), {"breakpoints": [plain(p) for p in points]})


def plain(point: AnyBreakpoint) -> dict[str, Any]:
    """A breakpoint as plain values."""
    return {
        "number": point.number,
        "command": point.text,
        "enabled": point.enabled,
        "temporary": point.temporary,
        "hits": point.hits,
    }


def listed(debugger: Debugger, kind: str, rest: str = "") -> Output:
    """List those of a kind: ``Breakpoint``, ``Watchpoint``, or empty for both.

    ``rest``: the numbers that are asked for, as ``delete`` takes them.
    """
    asked = [debugger.breakpoints[number] for number in _numbers(debugger, rest)]
    points = [point for point in asked if kind in ("", type(point).__name__)]
    output = _output(points)
    return output if points else Output((_NONE[kind],), output.data)


_PLACES: Final = """
PLACE is a neuron (h1), a connection (x1->h1), layer N, phase forward|loss|backward|update (its
first step; with central differences also difference), line forward_edge|loss|move_up|… (each step
that a line of the program executes), step N or N alone, example [N], update [N], epoch [N] (its
first step; with end after it, the last), or nothing for every step. After a neuron, connection or
layer, forward, backward or update says in which pass; without it, forward and backward. N counts
from 1. Where the condition reads a blank, it does not hold.
"""
_BREAK_WORDS: Final = either(places, conditions)
_WATCH_WORDS: Final = either(events, conditions)

BREAKPOINT_COMMANDS: Final = (
    Command(
        "break", 'PLACE [if CONDITION] [every K] [ignore N] [log "TEXT"]',
        "stop after the steps of a place, where a condition holds", _make("break"),
        aliases=("b",), completes=_BREAK_WORDS,
        more=_PLACES + """
With log it does not stop but writes TEXT, with the value of each {expression} in it.
  break h1 backward if delta[h1] == 0
  break x1->h1 forward every 10
  break if loss > 10
  break epoch end log "epoch {epoch}: {epoch_loss}\"""",
    ),
    Command(
        "tbreak", "PLACE [if CONDITION] …", "the same, once: it is deleted when it stops",
        _make("tbreak"), aliases=("tb",), completes=_BREAK_WORDS,
        more="\n  tbreak epoch 10",
    ),
    Command(
        "watch", "EXPRESSION [crosses NUMBER | becomes true] [if CONDITION] …",
        "stop after the step that changes a value", _make("watch"), aliases=("w",),
        completes=_WATCH_WORDS,
        more="""
What break takes after its place (if, every, ignore, log) goes here too.
  watch w[x1,h1]
  watch loss crosses 0.1
  watch abs(delta[h1]) < 1e-6 becomes true
  watch nonfinite""",
    ),
    Command(
        "twatch", "EXPRESSION [crosses NUMBER | becomes true] …",
        "the same, once: it is deleted when it stops", _make("twatch"), completes=_WATCH_WORDS,
    ),
    Command(
        "nonfinite", "[if CONDITION] …", "stop after the step that writes a first NaN or infinity",
        _make("watch", "nonfinite "),
        more="\nThe same as watch nonfinite.",
    ),
    Command(
        "condition", "NUMBER [CONDITION]", "give a breakpoint a condition, or take it away",
        _change(_condition), completes=behind_number(expressions),
        more="\n  condition 1 abs(dw[x1,h1]) > 1\n  condition 1",
    ),
    Command(
        "ignore", "NUMBER COUNT", "pass over a breakpoint's next matches",
        _change(lambda debugger, number, rest: debugger.breakpoints.ignore(
            number, whole(rest, "how many matches to pass over"))),
        completes=breakpoints,
    ),
    Command(
        "every", "NUMBER K", "stop at each K-th match of a breakpoint only",
        _change(lambda debugger, number, rest: debugger.breakpoints.every(
            number, whole(rest, "each how many-th match to stop at"))),
        completes=breakpoints,
    ),
    Command(
        "enable", "[NUMBER …]", "switch breakpoints on again, or all of them",
        _each("enabled", lambda debugger, number: debugger.breakpoints.enable(number)),
        completes=breakpoints,
    ),
    Command(
        "disable", "[NUMBER …]", "switch breakpoints off, or all of them",
        _each("disabled", lambda debugger, number: debugger.breakpoints.enable(number, False)),
        completes=breakpoints,
    ),
    Command(
        "delete", "[NUMBER …]", "delete breakpoints, or all of them",
        _each("deleted", lambda debugger, number: debugger.breakpoints.remove(number)),
        aliases=("d",), completes=breakpoints,
        more="\n  delete 1-3",
    ),
)  # fmt: skip
