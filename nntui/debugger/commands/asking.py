"""The commands that ask how things came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nntui.debugger.commands.candidates import either, expressions, neurons, values
from nntui.debugger.commands.command import Command
from nntui.debugger.commands.language import CommandError, split, whole
from nntui.debugger.commands.reply import Said
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

MOST_LEVELS: Final = 50
MOST_ROWS: Final = 1_000

EXACT_STEPS: Final = 20_000_000
"""Up to this position a history's samples are always the same ones; beyond, time decides."""


def _value_and_number(rest: str, what: str, most: int, default: int) -> tuple[str, int]:
    """A value's name, and the number behind it.

    Raises:
        CommandError: no name, words too many, or a number out of bounds.
    """
    found = split(rest)
    if not found:
        raise CommandError("expected the name of a value, such as w[x1,h1]")
    if len(found) > 2:
        raise CommandError(f"found “{escaped(found[2])}”, expected the end of the line")
    number = whole(found[1], what) if len(found) == 2 else default
    if not 1 <= number <= most:
        raise CommandError(f"found {number}, expected {what} from 1 to {most}")
    return found[0], number


def _why(debugger: Debugger, rest: str) -> Said:
    from nntui.debugger.asking.cause import lines_of, rows_of

    name, depth = _value_and_number(rest, "a number of levels", MOST_LEVELS, 1)
    rows = rows_of(debugger.why(name), depth)
    causes = [
        {
            "depth": row.depth,
            "name": row.cause.name,
            "value": row.cause.value,
            "text": row.cause.text,
            "where": row.cause.where,
            "step": row.cause.step,
            "position": row.cause.position,
        }
        for row in rows
        if row.cause
    ]
    return Said(lines_of(rows), {"causes": causes})


def _history(debugger: Debugger, rest: str) -> Said:
    from nntui.debugger.asking.history import history, lines_of

    if not rest:
        raise CommandError("history needs an expression, such as w[x1,h1]")
    text, _, word = rest.rpartition(" ")
    counted = bool(text.strip()) and word.isdigit()
    count = whole(word) if counted else 10
    if not 1 <= count <= MOST_ROWS:
        raise CommandError(f"found {count}, expected a number of updates from 1 to {MOST_ROWS}")
    exactly = debugger.position <= EXACT_STEPS
    found = history(debugger, text if counted else rest, count, seconds=None if exactly else 0.1)
    moments = [
        {"update": m.update, "position": m.position, "value": m.value, "change": m.change}
        for m in found.moments
    ]
    return Said(lines_of(found), {"expression": found.text, "updates": moments})


def _paths(debugger: Debugger, rest: str) -> Said:
    from nntui.debugger.asking.paths import lines_of, paths

    if not rest:
        raise CommandError("expected a weight, a bias or a neuron, such as w[x1,h1]")
    net = debugger.experiment.network.wiring()
    found = paths(net, rest)
    data = {
        "name": found.name,
        "paths": found.count,
        "shortest": found.shortest,
        "longest": found.longest,
        "neurons": list(found.cone),
        "edges": [list(edge) for edge in found.edges],
    }
    return Said(lines_of(found, net), data)


ASKING: Final = (
    Command(
        "why", "VALUE [LEVELS]", "say which step made a value, and out of what", _why,
        completes=values,
        more="""
LEVELS opens what that was made of, and so on back.
  why delta[h1]
  why w[x1,h1] 4""",
    ),
    Command(
        "history", "EXPRESSION [COUNT]", "say how a value came along, update by update", _history,
        completes=expressions,
        more="""
A row for each of the last COUNT updates, and a line of bars over the run until here.
  history w[x1,h1] 20
  history epoch_loss""",
    ),
    Command(
        "paths", "VALUE | NEURON", "say on how many paths a value acts on the loss", _paths,
        completes=either(values, neurons),
        more="\n  paths w[x1,h1]",
    ),
)  # fmt: skip
