"""A neuron's equations with the numbers of this moment in them."""

from __future__ import annotations

from typing import Final

from nntui.debugger.products import Incoming, Outgoing, Passed
from nntui.explain.numbers import Number, bracketed, rounded
from nntui.tui.text import wrapped

NOT_YET: Final = "·"
NUMBER: Final = rounded(5)
MOST_ROWS: Final = 3
"""Rows that the terms of a sum take, at most."""
GONE: Final = "made before a value was set: its terms are gone"


def sum_lines(incoming: Incoming, width: int) -> list[str]:
    """The sum z = b + Σ w·a: symbols, the terms so far, the result; never more than five rows."""
    passed, j = incoming.passed, incoming.j
    z = passed.snapshot.z.get(j)
    begun = z is not None or not incoming.sources
    head = "z = b + Σ w·a" if incoming.sources else "z = b"
    if not begun or z is None:
        return [f"{head} = {NOT_YET}"]
    left = len(incoming.sources) - incoming.done
    result = NUMBER(z) + (f" so far, {left:,} to come" if left else "")
    if not incoming.exact:
        return [f"{head} = {result}", f"  {GONE}"]
    if not incoming.sources:
        return [f"{head} = {result}"]
    rows = _within(_terms(incoming), width - 4)
    return [head, *_hung(rows), f"  = {result}"]


def slope_lines(passed: Passed, j: str, width: int) -> list[str]:
    """The activation a = f(z), and the slope that δ is taken through."""
    s = passed.snapshot
    activation = s.net.activation[j]
    z, a = s.z.get(j), s.a.get(j)
    slope = None if z is None or a is None else float(activation.derivative(z, a))
    lines = [f"a = {activation.row.formula} = {shown(a)}"]
    da, delta = s.da.get(j), s.delta.get(j)
    factors = f"{shown(da if delta is not None else None)} · {_factor(slope)}"
    lines.append(f"f′(z) = {activation.row.derivative_formula} = {shown(slope)}")
    lines.append(f"δ = ∂L/∂a · f′(z) = {factors} = {shown(delta)}")
    return [row for line in lines for row in _hanging(line, width)]


def return_line(outgoing: Outgoing, number: Number = NUMBER) -> str:
    """∂L/∂a: what has come back so far."""
    s = outgoing.passed.snapshot
    da = s.da.get(outgoing.i)
    parts = ["∂L/∂a of the loss"] if outgoing.i in s.net.outputs else []
    parts += ["Σ w·δ"] if outgoing.targets else []
    left = 0
    if outgoing.exact and da is not None:
        left = sum(1 for k in outgoing.targets if outgoing.product(k) is None)
    more = f" so far, {left:,} to come" if left else ""
    return f"∂L/∂a = {' + '.join(parts) or 0} = {NOT_YET if da is None else number(da)}{more}"


def shown(value: float | None) -> str:
    """A number, or the sign for none."""
    return NOT_YET if value is None else NUMBER(value)


def _factor(value: float | None) -> str:
    return NOT_YET if value is None else bracketed(NUMBER(value))


def _terms(incoming: Incoming) -> list[str]:
    """The bias and the products made, as they are summed up."""
    passed, a = incoming.passed, incoming.passed.snapshot.a
    return [
        NUMBER(passed.b(incoming.j)),
        *(
            f"{bracketed(NUMBER(passed.w((i, incoming.j))))}·{bracketed(NUMBER(a[i]))}"
            for i in incoming.sources[: incoming.done]
        ),
    ]


def _within(terms: list[str], width: int) -> list[str]:
    """The terms in a few rows; from the middle of many, most are left out, and counted."""
    shown_terms = len(terms)
    while True:
        rows = wrapped(" + ".join(_some(terms, shown_terms)), max(width, 16))
        if len(rows) <= MOST_ROWS or shown_terms <= 2:
            return rows
        # Start from what certainly fits: a row holds few terms.
        shown_terms = min(shown_terms - 1, MOST_ROWS * (width // 5))


def _some(terms: list[str], count: int) -> list[str]:
    if count >= len(terms):
        return terms
    last = max(count // 3, 1)
    return [*terms[: count - last], f"… {len(terms) - count:,} more …", *terms[-last:]]


def _hung(rows: list[str]) -> list[str]:
    return [("  = " if n == 0 else "    ") + row for n, row in enumerate(rows)]


def _hanging(line: str, width: int) -> list[str]:
    rows = wrapped(line, max(width, 16))
    if len(rows) == 1:
        return rows
    first, *rest = wrapped(line, max(width - 2, 14))
    return [first, *(f"  {row}" for row in rest)]
