"""The commands about breakpoints and watchpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.commands.command import (
    Command,
    CommandError,
    Function,
    Output,
    first_word,
    split,
    whole,
)
from nntui.debugger.commands.completion import (
    behind_number,
    conditions,
    either,
    events,
    expressions,
    places,
    stops,
)

if TYPE_CHECKING:
    from nntui.debugger.breakpoints import AnyBreakpoint
    from nntui.debugger.debugger import Debugger


def _make(command: str, lead: str = "") -> Function:
    def run(debugger: Debugger, rest: str) -> Output:
        from nntui.debugger.breakpoints import row_of

        row = debugger.breakpoints.add(
            row_of(f"{command} {lead}{rest}", debugger.experiment.network)
        )
        return _said([row])

    return run


def _change(change: Callable[[Debugger, int, str], AnyBreakpoint]) -> Function:
    """A command on one row: its number, then what it becomes."""

    def run(debugger: Debugger, rest: str) -> Output:
        word, rest = first_word(rest)
        if not word:
            raise CommandError("expected the number of a breakpoint or watchpoint")
        return _said([change(debugger, _number(word), rest)])

    return run


def _condition(debugger: Debugger, number: int, rest: str) -> AnyBreakpoint:
    from nntui.debugger.expressions import parse

    expression = parse(rest, debugger.experiment.network) if rest else None
    return debugger.breakpoints.condition(number, expression)


def _ignore(debugger: Debugger, number: int, rest: str) -> AnyBreakpoint:
    return debugger.breakpoints.ignore(number, whole(rest, "how many matches to pass over"))


def _every(debugger: Debugger, number: int, rest: str) -> AnyBreakpoint:
    return debugger.breakpoints.every(number, whole(rest, "each how many-th match to stop at"))


def _each(verb: str, change: Callable[[Debugger, int], AnyBreakpoint]) -> Function:
    """A command on the rows of some numbers, or on every row."""

    def run(debugger: Debugger, rest: str) -> Output:
        if rest:
            numbers = list(dict.fromkeys(map(_number, split(rest))))
        else:
            numbers = [row.number for row in debugger.breakpoints]
        for number in numbers:
            debugger.breakpoints[number]  # all of them are there, before the first is changed
        rows = [change(debugger, number) for number in numbers]
        return Output(
            tuple(f"{verb} {row.title}: {row.what}" for row in rows) or ("there are none",),
            {"breakpoints": [plain(row) for row in rows]},
        )

    return run


def _number(word: str) -> int:
    return whole(word, "the number of a breakpoint or watchpoint")


def _said(rows: list[AnyBreakpoint]) -> Output:
    return Output(tuple(map(line, rows)), {"breakpoints": [plain(row) for row in rows]})


def line(row: AnyBreakpoint) -> str:
    """A row as a line: ``breakpoint 1: h1 backward if delta[h1] == 0 (hit 3 times)``."""
    return f"{row.title}: {row.what}{''.join(f' ({note})' for note in _notes(row))}"


def _notes(row: AnyBreakpoint) -> Iterator[str]:
    if not row.enabled:
        yield "disabled"
    if row.every > 1:
        yield f"every {row.every}"
    if row.ignore:
        yield f"ignores {row.ignore}"
    if row.log:
        yield f"logs {row.log.quoted}"
    if row.hits:
        yield f"hit {row.hits} time{'' if row.hits == 1 else 's'}"


def plain(row: AnyBreakpoint) -> dict[str, Any]:
    """A row as plain values."""
    return {
        "number": row.number,
        "command": row.text,
        "enabled": row.enabled,
        "temporary": row.temporary,
        "hits": row.hits,
    }


def listed(debugger: Debugger, kind: str) -> Output:
    """The rows of a kind (``Breakpoint``, ``Watchpoint``, or empty for both) as a reply."""
    rows = [row for row in debugger.breakpoints if kind in ("", type(row).__name__)]
    none = {"": "breakpoints or watchpoints", "Watchpoint": "watchpoints"}.get(kind, "breakpoints")
    said = _said(rows)
    return said if rows else Output((f"there are no {none}",), said.data)


_PLACES: Final = """
PLACE is a neuron (h1), an edge (x1->h1), layer N, phase forward|loss|backward|update (its first
step), line forward_edge|loss|… (each step that a line of the program executes), example [N],
update [N], epoch [N], or nothing for every step. Behind a neuron, edge or layer, forward, backward
or update says in which pass; without it, forward and backward. N counts from 0.
"""
_BREAK: Final = either(places, conditions)
_WATCH: Final = either(events, conditions)

STOPPING: Final = (
    Command(
        "break", 'PLACE [if CONDITION] [every K] [ignore N] [log "TEXT"]',
        "stop after the steps of a place, where a condition holds", _make("break"),
        aliases=("b",), completes=_BREAK,
        more=_PLACES + """
With log it does not stop but writes TEXT, with the value of each {expression} in it.
  break h1 backward if delta[h1] == 0
  break x1->h1 forward every 10
  break if loss > 10
  break epoch log "epoch {epoch}: {epoch_loss}\"""",
    ),
    Command(
        "tbreak", "PLACE [if CONDITION] …", "the same, once: it is deleted when it stops",
        _make("tbreak"), aliases=("tb",), completes=_BREAK,
        more="\n  tbreak epoch 10",
    ),
    Command(
        "watch", "EXPRESSION [crosses NUMBER | becomes true] [if CONDITION] …",
        "stop after the step that changes a value", _make("watch"), aliases=("w",),
        completes=_WATCH,
        more="""
What break takes behind its place (if, every, ignore, log) goes here too.
  watch w[x1,h1]
  watch loss crosses 0.1
  watch abs(delta[h1]) < 1e-6 becomes true
  watch nonfinite""",
    ),
    Command(
        "twatch", "EXPRESSION [crosses NUMBER | becomes true] …",
        "the same, once: it is deleted when it stops", _make("twatch"), completes=_WATCH,
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
        "ignore", "NUMBER COUNT", "pass over a breakpoint's next matches", _change(_ignore),
        completes=stops,
    ),
    Command(
        "every", "NUMBER K", "stop at each K-th match of a breakpoint only", _change(_every),
        completes=stops,
    ),
    Command(
        "enable", "[NUMBER …]", "let breakpoints stop again, or all of them",
        _each("enabled", lambda debugger, number: debugger.breakpoints.enable(number)),
        completes=stops,
    ),
    Command(
        "disable", "[NUMBER …]", "let breakpoints stop no more, or none of them",
        _each("disabled", lambda debugger, number: debugger.breakpoints.disable(number)),
        completes=stops,
    ),
    Command(
        "delete", "[NUMBER …]", "delete breakpoints, or all of them",
        _each("deleted", lambda debugger, number: debugger.breakpoints.remove(number)),
        aliases=("d",), completes=stops,
    ),
)  # fmt: skip
