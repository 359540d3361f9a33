"""Functions written as expressions of a few variables, such as an activation of z."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nntui.model.expressions.functions import FUNCTIONS
from nntui.model.expressions.parser import CONSTANTS, OPERATORS, Parser
from nntui.model.expressions.tokens import Token
from nntui.model.expressions.tree import (
    Call,
    Choice,
    Comparison,
    Constant,
    Negative,
    Node,
    Value,
)
from nntui.model.names import did_you_mean, listed

KNOWN: Final = tuple(name for name, row in FUNCTIONS.items() if row.most and name != "isblank")
"""The functions that an expression of numbers alone may have."""

_KINKS_AT_0: Final = ("abs", "sign", "floor", "ceil")


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed and checked function of the variables ``names``, for floats and for arrays.

    An array's elements have the bits that each would have as a float. Full speed traces it with
    stand-ins for floats.
    """

    text: str
    names: tuple[str, ...]
    tree: Node = field(repr=False)

    def __call__(self, *numbers: Any) -> Any:
        """Compute it for a number for each variable; nothing raises, and nothing warns."""
        lookup = dict(zip(self.names, numbers, strict=True)).__getitem__
        arrays = [x for x in numbers if isinstance(x, np.ndarray)]
        if not arrays:
            found = self.tree.value(lookup)
            return float(found) if isinstance(found, (int, float)) else found
        with np.errstate(all="ignore"):
            found = self.tree.value(lookup)
        return found if isinstance(found, np.ndarray) else np.full(arrays[0].shape, found)

    @property
    def kinks(self) -> tuple[float, ...]:
        """The numbers that the first variable is compared with: there the function may bend."""
        return tuple(dict.fromkeys(_kinks(self.tree, self.names[0])))


@lru_cache(maxsize=256)
def formula(text: str, *names: str) -> Formula:
    """Parse a function of the variables called ``names``.

    Raises:
        ExpressionError: it cannot be parsed; ``position`` is the character that is wrong.
    """
    parser = _FormulaParser(text, names)
    tree = parser.expression()
    if parser.token.kind != "end":
        raise parser.leftover()
    if tree.truth:
        raise parser.wrong("this is true or false, expected a number, as in 1 if z > 0 else 0")
    return Formula(text.strip(), names, tree)


class _FormulaParser(Parser):
    """Parses an expression of some variables, in which ``x if condition else y`` chooses."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        super().__init__(text)
        self._names = names

    def _loosest(self) -> Node:
        yes = self._or()
        if self.token.text != "if":
            return yes
        self._take()
        condition = self._or()
        if self.token.text != "else":
            raise self._error(f"expected else, found {self.token.shown}", self.token)
        self._take()
        no = self._nested(self._loosest)
        self._want(yes, False, "before if")
        self._want(condition, True, "after if")
        self._want(no, False, "after else")
        return self._counted(Choice((yes.span[0], self._end), condition, yes, no))

    def _value(self, token: Token) -> Node:
        if token.text in self._names:
            return self._counted(Value((token.start, token.end), token.text))
        hint = did_you_mean(token.text, (*self._names, *KNOWN, *CONSTANTS, *OPERATORS))
        variables = listed(self._names)
        message = f"there is no {token.shown} here, only {variables}, numbers and functions"
        raise self._error(f"{message}{hint and '; ' + hint}", token)

    def _call(self, token: Token) -> Node:
        if token.text not in KNOWN:
            message = f"{token.text} is about values of a run, and there are none here"
            raise self._error(message, token)
        return super()._call(token)


def _kinks(node: Node, name: str) -> Iterator[float]:
    match node:
        case Comparison(terms=terms) | Call(function="min" | "max", operands=terms):
            if any(isinstance(term, Value) and term.name == name for term in terms):
                yield from (n for term in terms if (n := _number(term)) is not None)
        case Call(function=function, operands=(Value(name=of),)) if of == name:
            if function in _KINKS_AT_0:
                yield 0.0
    for part in node.parts():
        yield from _kinks(part, name)


def _number(node: Node) -> float | None:
    match node:
        case Constant(constant=float(number)):
            return number
        case Negative(of=Constant(constant=float(number))):
            return -number
    return None
