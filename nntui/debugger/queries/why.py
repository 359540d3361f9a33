"""Why a value is what it is: the step that wrote it last, the values it read, and so on back.

    >>> cause = why(stepper, "z[h1]")
    >>> cause.text
    'z[h1] = 0.1 + 0.5 · 1 + 0.25 · 0.5 = 0.725'
    >>> [read.text for read in expand(cause)]
    ['b[h1] = 0.1', 'w[x1,h1] · a[x1] = 0.5 · 1 = 0.5', 'w[x2,h1] · a[x2] = 0.25 · 0.5 = 0.125']

The debugger is not moved: the past is computed by a run of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from nntui.debugger.queries.origins import (
    ORIGINS,
    DataRead,
    Origin,
    Read,
    TermRead,
    term_of,
)
from nntui.debugger.queries.past import Past
from nntui.debugger.queries.writes import Write
from nntui.debugger.values import never_known
from nntui.explain.formulas import EquationLine
from nntui.explain.numbers import exact
from nntui.model.names import MEMORY, SETTINGS

if TYPE_CHECKING:
    from nntui.debugger.stepper import Stepper

ROWS: Final = 20
"""Rows of a level that are expanded at once."""
LINES: Final = 200
"""Rows of a whole tree, at most."""
_NONE: Final = Origin()


@dataclass(frozen=True, slots=True)
class Cause:
    """How a value came about, or one term of the sum that it is.

    name: the value's; of a product its factors (``w[x1,h1] · a[x1]``).
    value: its number; None while it is blank.
    origin: that of its write (see ``Write``), or ``term`` for a term of a sum.
    position: the first position at which the value stands.
    step, operation, example: of the step that wrote it; None where no step did.
    lines: its equations with exact numbers, the last one that of the value itself.
    where: what wrote it, in words: ``step 17, example 0: forward_edge x1 → h1``.
    note: a remark.
    reads: the values it was computed from, for ``expand``; of a sum its start and every term.
    """

    name: str
    value: float | None
    origin: str
    position: int
    step: int | None
    operation: tuple[str, ...] | None
    example: int | None
    lines: tuple[EquationLine, ...]
    where: str
    note: str
    reads: tuple[Read, ...] = field(repr=False)
    past: Past = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """The value with its exact numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
        if self.lines:
            return line_text(self.lines[-1])
        return f"{self.name} = {'blank' if self.value is None else exact(self.value)}"


class CauseRow(Struct, frozen=True):
    """A row of a tree: a cause and its depth, or how many more of a level are not shown."""

    depth: int
    cause: Cause | None
    more: int = 0


def rows_of(
    cause: Cause, depth: int = 1, width: int = ROWS, limit: int = LINES
) -> tuple[CauseRow, ...]:
    """Expand a cause into a tree, ``depth`` levels deep, each level at most ``width`` rows wide."""
    rows = list(islice(_walk(cause, 0, depth, width), limit + 1))
    if len(rows) > limit:
        rows[limit:] = [CauseRow(0, None)]
    return tuple(rows)


def lines_of(rows: Iterable[CauseRow]) -> tuple[str, ...]:
    """Write the rows of a tree as indented lines of text."""
    lines: list[str] = []
    for row in rows:
        indent = "  " * row.depth
        if row.cause is None:
            rest = "… more: ask why of a value further down, or for fewer levels"
            lines.append(f"{indent}… {row.more} more" if row.more else rest)
            continue
        remark = "; ".join(filter(None, (row.cause.where, row.cause.note)))
        lines.append(f"{indent}{row.cause.text}    ({remark})")
        lines += [f"{indent}    with {line_text(line)}" for line in row.cause.lines[:-1]]
    return tuple(lines)


def line_text(line: EquationLine) -> str:
    """Write an equation in numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
    if line.numbers == line.result:
        return f"{line.target} = {line.result}"
    return f"{line.target} = {line.numbers} = {line.result}"


def _walk(cause: Cause, depth: int, deepest: int, width: int) -> Iterator[CauseRow]:
    yield CauseRow(depth, cause)
    if depth == deepest:
        return
    for n in range(min(width, len(cause.reads))):  # one by one: the caller may stop
        for child in expand(cause, n, 1):
            yield from _walk(child, depth + 1, deepest, width)
    if len(cause.reads) > width:
        yield CauseRow(depth + 1, None, len(cause.reads) - width)


def why(stepper: Stepper, name: str) -> Cause:
    """Find the cause of a value at the stepper's position.

    Raises:
        ValueNameError: the name names no value of this network.
    """
    past = Past(stepper.training_run)
    name, _, _ = past.writes.named(name)
    return _cause(past, Read(name, stepper.position))


def expand(cause: Cause, first: int = 0, count: int = ROWS) -> tuple[Cause, ...]:
    """Find the causes of the values that a cause has read, ``count`` from number ``first`` on."""
    return tuple(_cause(cause.past, read) for read in cause.reads[first : first + count])


def _cause(past: Past, read: Read) -> Cause:
    match read:
        case DataRead():
            return _of_data(past, read, past.schedule.example_start(read.position) + 1)
        case TermRead():
            return _term(past, read)
    name, symbol, neurons = past.writes.named(read.name)
    if reason := never_known(past.experiment_at(read.position), name):
        return _caused(past, Write(name, "start", 0), None, where=reason)
    write = past.writes.last(name, read.position)
    if write.origin != "step":
        return _without_step(past, write, read.position)
    origin = ORIGINS[symbol](past, write, *neurons)
    step = past.step(write.written_by)
    value = step.writes.get(name, step.reads.get(name))  # a z that nothing flows into is read
    if value is None:
        value = past.value(name, read.position)
    return _caused(past, write, value, origin)


def _of_data(past: Past, read: DataRead, shown: int) -> Cause:
    """The cause of a number of an example: its last edit until then, or the document."""
    edit = past.writes.data_edit(read.name, read.example, read.position)
    if edit is not None:
        write = Write(read.name, "edit", edit.position, edit=edit)
        return _caused(past, write, read.value)
    write = Write(read.name, "data", shown, example=read.example)
    return _caused(past, write, read.value, where=f"the data of example {read.example + 1}")


def _term(past: Past, read: TermRead) -> Cause:
    name, symbol, _ = past.writes.named(read.name)
    step = past.step(read.position)
    term = term_of(step, symbol, name, past.net)
    write = Write(
        term.name, "step", read.position + 1, read.position, step.operation, step.position.example
    )
    return replace(
        _caused(past, write, term.value, Origin((term.line,), term.reads)), origin="term"
    )


def _without_step(past: Past, write: Write, position: int) -> Cause:
    """The cause of a value that was written by no step; it is read at a position."""
    _, symbol, neurons = past.writes.named(write.name)
    if symbol in ("x", "t"):
        value = past.value(write.name, position)
        assert value is not None
        example = past.schedule.example_shown(position)
        return _of_data(past, DataRead(write.name, position, example, value), write.position)
    if write.edit is not None:
        return _caused(past, write, float(write.edit.value))
    if symbol in ("accuracy", *SETTINGS, *MEMORY):
        kept = symbol in MEMORY and past.writes.experiment.resumed.memory
        where = "as the document has it" if kept else ""
        return _caused(past, write, past.value(write.name, position), where=where)
    if write.blank:
        after = past.writes.next(write.name, position)
        return _caused(past, write, None, note=f"{after.text} will write it" if after else "")
    if symbol not in ("b", "w"):
        return _caused(past, write, 0.0)  # a gradient: no batch has begun, or a new one just did
    note = "frozen: no update touches it" if past.writes.is_frozen(neurons) else ""
    network = past.writes.experiment.network
    value = (
        network.biases[neurons[0]] if symbol == "b" else network.weight((neurons[0], neurons[1]))
    )
    return _caused(past, write, value, note=note)


def _caused(
    past: Past, write: Write, value: float | None, origin: Origin = _NONE,
    *, where: str = "", note: str = "",
) -> Cause:  # fmt: skip
    lines = origin.lines
    if lines and value is not None:
        lines = (*lines[:-1], structs.replace(lines[-1], result=exact(value)))
    return Cause(
        name=write.name,
        value=value,
        origin=write.origin,
        position=write.position,
        step=write.step,
        operation=write.operation,
        example=write.example,
        lines=lines,
        where=where or write.text,
        note=note or origin.note,
        reads=origin.reads,
        past=past,
    )
