"""A cause: what has made a value, as one node of a tree that is opened level by level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nntui.debugger.asking.reads import Read
from nntui.explain.formulas import Line
from nntui.explain.numbers import exact

if TYPE_CHECKING:
    from nntui.debugger.asking.past import Past

ROWS: Final = 20
"""How many rows of a level are made at once."""
LINES: Final = 200
"""How many rows a tree is written in, at most."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What has made a value, or one term of the sum that it is.

    name: the value's; of a product its factors (``w[x1,h1] · a[x1]``); ``m of w[x1,h1]`` for what
        the optimizer remembers.
    value: its number; None while it is blank.
    origin: that of its write (see ``Write``), or ``term`` for a part of a sum.
    position: where to go to see it made, the first position at which it stands.
    step, operation, example: of the step that made it; None where no step did.
    lines: its equations with exact numbers, the last one that of the value itself.
    where: what made it, in words: ``step 17, example 0: forward_edge x1 → h1``.
    note: what else there is to say.
    reads: the values it was made from, for ``expand``; of a sum its start and every term.
    """

    name: str
    value: float | None
    origin: str
    position: int
    step: int | None
    operation: tuple[str, ...] | None
    example: int | None
    lines: tuple[Line, ...]
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


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a tree: a cause, how deep it stands, or how many more of its level are not shown."""

    depth: int
    cause: Cause | None
    more: int = 0


def rows_of(cause: Cause, depth: int = 1, width: int = ROWS, limit: int = LINES) -> tuple[Row, ...]:
    """The tree below a cause, opened so many levels deep, each level so many rows wide."""
    rows: list[Row] = []
    for row in _walk(cause, 0, depth, width):
        if len(rows) == limit:
            rows.append(Row(0, None))
            break
        rows.append(row)
    return tuple(rows)


def lines_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """The rows of a tree as indented lines of text."""
    return tuple(line for row in rows for line in _written(row))


def line_text(line: Line) -> str:
    """An equation in numbers: ``z[h1] = 0.1 + 0.5 · 1 = 0.6``."""
    if line.numbers == line.result:
        return f"{line.target} = {line.result}"
    return f"{line.target} = {line.numbers} = {line.result}"


def _walk(cause: Cause, depth: int, deepest: int, width: int) -> Iterator[Row]:
    from nntui.debugger.asking.why import expand

    yield Row(depth, cause)
    if depth == deepest:
        return
    for n in range(min(width, len(cause.reads))):  # one by one: the rest may not be wanted
        for child in expand(cause, n, 1):
            yield from _walk(child, depth + 1, deepest, width)
    if len(cause.reads) > width:
        yield Row(depth + 1, None, len(cause.reads) - width)


def _written(row: Row) -> Iterator[str]:
    indent = "  " * row.depth
    if row.cause is None:
        yield f"{indent}… {row.more} more" if row.more else "…"
        return
    *working, _ = row.cause.lines or (None,)
    remark = "; ".join(filter(None, (row.cause.where, row.cause.note)))
    yield f"{indent}{row.cause.text}    ({remark})"
    for line in working:
        assert line is not None
        yield f"{indent}    with {line_text(line)}"
