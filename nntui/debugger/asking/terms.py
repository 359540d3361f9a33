"""The terms of a sum: the product, or the loss's slope, that one step has added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nntui.debugger.asking.reads import DataRead, Read
from nntui.debugger.step import Step
from nntui.explain.formulas import Line
from nntui.explain.numbers import bracketed, exact
from nntui.model.names import value_name
from nntui.model.wiring import Wiring

SPELLED: Final = 6
"""A sum of more terms than this is not written out in numbers."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a sum: ``line`` is its equation, ``reads`` what it was made from."""

    name: str
    value: float
    line: Line
    reads: tuple[Read, ...]


# The two factors of the product that an edge step adds, for the connection i → j.
_FACTORS: Final = {
    "z": lambda i, j: (value_name("w", i, j), value_name("a", i)),
    "da": lambda i, j: (value_name("w", i, j), value_name("delta", j)),
    "dw": lambda i, j: (value_name("delta", j), value_name("a", i)),
}


def term_of(step: Step, symbol: str, name: str, net: Wiring) -> Term:
    """What a step has added to the sum of a name with that symbol (z, da, dw)."""
    return _slope(step, name, net) if step.kind == "loss" else _product(step, symbol)


def sum_line(name: str, start: tuple[str, float] | None, terms: Sequence[Term] | int) -> Line:
    """The equation of a sum, of terms or of so many that they are not spelled; without its result.

    ``start`` is the name and the number that it begins with.
    """
    symbols, numbers = ([start[0]], [exact(start[1])]) if start else ([], [])
    if isinstance(terms, int):
        symbols.append(f"Σ of {terms} products")
        numbers.append(f"Σ of {terms} products")
    else:
        for term in terms:
            symbols.append(term.name)
            numbers.append(_within_sum(term) if numbers else term.line.numbers)
    return Line(name, " + ".join(symbols), " + ".join(numbers), "")


def _within_sum(term: Term) -> str:
    if " · " not in term.name:
        return bracketed(exact(term.value))
    first, second = term.line.numbers.split(" · ")
    return f"{bracketed(first)} · {second}"


def _product(step: Step, symbol: str) -> Term:
    _, i, j = step.operation
    left, right = _FACTORS[symbol](i, j)
    value = step.reads[left] * step.reads[right]
    name, at = f"{left} · {right}", step.position.step
    numbers = f"{exact(step.reads[left])} · {bracketed(exact(step.reads[right]))}"
    line = Line(name, name, numbers, exact(value))
    return Term(name, value, line, (Read(left, at), Read(right, at)))


def _slope(step: Step, name: str, net: Wiring) -> Term:
    """∂L/∂a of an output, as the loss gives it: from its own output alone, or from all of them."""
    (line,) = (line for line in step.lines() if line.target == name)
    every = step.facts.experiment.training.loss.row.classes
    outputs = [k for k in net.outputs if every or value_name("da", k) == name]
    return Term(name, step.writes[name], line, compared(step, outputs))


def compared(step: Step, outputs: Sequence[str]) -> tuple[Read, ...]:
    """What a loss step reads of the outputs: each activation and its target."""
    at, example = step.position.step, step.position.example
    assert example is not None
    reads: list[Read] = [Read(value_name("a", k), at) for k in outputs]
    for name in (value_name("y", k) for k in outputs):
        reads.append(DataRead(name, at, example, step.reads[name]))
    return tuple(reads)
