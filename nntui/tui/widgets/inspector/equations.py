"""A neuron's equations with the numbers of this moment in them."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from nntui.debugger.snapshot import Incoming, Outgoing, Passed
from nntui.explain.numbers import Number, bracketed
from nntui.text import wrapped

NOT_YET: Final = "·"
MOST_ROWS: Final = 3
"""Rows that the terms of a sum take, at most."""
SHORTEST: Final = 12
"""Cells of a term, about: of more terms than would fit then, some are left out at once."""
GONE: Final = "made before a value was set: its terms are gone"


def sum_lines(incoming: Incoming, width: int, number: Number) -> list[str]:
    """The sum z = b + Σ w·a: symbols, the terms so far, the result; never more than five rows."""
    passed, j = incoming.passed, incoming.j
    z = passed.snapshot.z.get(j)
    begun = z is not None or not incoming.sources
    head = "z = b + Σ w·a" if incoming.sources else "z = b"
    if not begun or z is None:
        return [f"{head} = {NOT_YET}"]
    left = len(incoming.sources) - incoming.done
    result = number(z) + (f" so far, {left:,} to come" if left else "")
    if not incoming.exact:
        return [f"{head} = {result}", f"  {GONE}"]
    if not incoming.sources:
        return [f"{head} = {result}"]
    rows = _within(incoming, width - 4, number)
    return [head, *_hung(rows), f"  = {result}"]


def slope_lines(passed: Passed, j: str, width: int, number: Number) -> list[str]:
    """The activation a = f(z), and the slope that δ is taken through."""
    s = passed.snapshot
    activation = s.net.activation[j]
    z, a = s.z.get(j), s.a.get(j)
    slope = None if z is None or a is None else float(activation.derivative(z, a))
    lines = [f"a = {activation.row.formula} = {shown(a, number)}"]
    da, delta = s.da.get(j), s.delta.get(j)
    lines.append(f"f′(z) = {activation.row.derivative_formula} = {shown(slope, number)}")
    made = "δ = ∂L/∂a · f′(z) = "
    if delta is not None and da is not None and slope is not None:
        made += f"{number(da)} · {bracketed(number(slope))} = "
    lines.append(made + shown(delta, number))
    return [row for line in lines for row in hanging(line, width)]


def return_line(outgoing: Outgoing, number: Number) -> str:
    """∂L/∂a: what has come back so far."""
    s = outgoing.passed.snapshot
    da = s.da.get(outgoing.i)
    parts = ["∂L/∂a of the loss"] if outgoing.i in s.net.outputs else []
    parts += ["Σ w·δ"] if outgoing.targets else []
    left = 0
    if outgoing.exact and da is not None:
        left = sum(1 for k in outgoing.targets if outgoing.product(k) is None)
    more = f" so far, {left:,} to come" if left else ""
    return f"∂L/∂a = {' + '.join(parts) or 0} = {shown(da, number)}{more}"


def shown(value: float | None, number: Number) -> str:
    """A number, or the sign for none."""
    return NOT_YET if value is None else number(value)


def _term(incoming: Incoming, n: int, number: Number) -> str:
    """The bias, or the product number n − 1, as it is summed up."""
    passed, j = incoming.passed, incoming.j
    if n == 0:
        return number(passed.b(j))
    i = incoming.sources[n - 1]
    w, a = number(passed.w((i, j))), number(passed.snapshot.a[i])
    return f"{bracketed(w)}·{bracketed(a)}"


def _within(incoming: Incoming, width: int, number: Number) -> list[str]:
    """The terms in a few rows; from the middle of many, most are left out, and counted."""
    total = incoming.done + 1
    count = min(total, MOST_ROWS * max(width, 16) // SHORTEST)
    while True:
        last = 0 if count == total else max(count // 3, 1)
        terms = [_term(incoming, n, number) for n in range(count - last)]
        if count < total:
            terms.append(f"… {total - count:,} more …")
            terms += [_term(incoming, n, number) for n in range(total - last, total)]
        rows = wrapped(" + ".join(terms), max(width, 16))
        if len(rows) <= MOST_ROWS or count <= 2:
            return rows
        count -= 1


def _hung(rows: list[str]) -> list[str]:
    return [("  = " if n == 0 else "    ") + row for n, row in enumerate(rows)]


def hanging(line: str, width: int) -> list[str]:
    """A line in as many rows as it needs, the second and the others set in further than it is."""
    if cell_len(line) <= width:
        return [line]  # as it is: wrapping would close the gaps in it
    indent = line[: len(line) - len(line.lstrip())]
    first, *rest = wrapped(line, max(width - len(indent) - 2, 14))
    return [indent + first, *(f"{indent}  {row}" for row in rest)]
