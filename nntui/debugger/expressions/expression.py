"""Expressions over the values of a run, such as ``abs(dw[x1,h1]) > 1 and epoch >= 3``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from msgspec import Struct

from nntui.debugger.expressions.parser import LAYER, ValueParser
from nntui.model.expressions.tokens import ExpressionError, token_at
from nntui.model.expressions.tree import Blank, Masks, Node
from nntui.model.names import SYMBOLS, neurons_at, quoted
from nntui.model.network import Network

_LINE_ENDS: Final = {ord(c): " " for c in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"}

Values: TypeAlias = Callable[[str], float | None]
"""A run's values by name; None while blank."""


class Expression(Struct, frozen=True):
    """A parsed and checked expression. Its ``text`` parses to the same expression.

    ``names`` are the canonical names of the values it reads.
    """

    text: str
    tree: Node
    names: frozenset[str]

    @property
    def is_condition(self) -> bool:
        """Whether its value is a truth value, not a number."""
        return self.tree.truth

    def value(self, lookup: Values) -> float | bool | None:
        """Compute it; None when a value that it needs is blank."""
        try:
            found: float | bool = self.tree.value(lookup)
        except Blank:
            return None
        return found

    def blank(self, lookup: Values) -> str | None:
        """The name of the blank value that makes it blank; None when it has a value."""
        try:
            self.tree.value(lookup)
        except Blank as blank:
            return blank.name
        return None

    def numbers(self, lookup: Callable[[str], Any]) -> Any:
        """Compute an expression of numbers over arrays, element by element; None when blank."""
        with np.errstate(all="ignore"):
            try:
                return self.tree.value(lookup)
            except Blank:
                return None

    def masks(self, lookup: Callable[[str], Any]) -> Masks:
        """Compute a condition over arrays: where it is true, and where it is false.

        Where it is neither, it is blank.
        """
        with np.errstate(all="ignore"):
            return self.tree.masks(lookup)


def parse(text: str, network: Network) -> Expression:
    """Parse a whole text as one expression.

    Raises:
        ExpressionError: it cannot be parsed; ``position`` is the character that is wrong.
    """
    expression, parser = _parse(text, network)
    if parser.token.kind != "end":
        raise parser.leftover()
    return expression


def parse_prefix(text: str, network: Network) -> tuple[Expression, int]:
    """Parse an expression from the start of a text; return it with the position behind it."""
    expression, parser = _parse(text, network)
    return expression, parser.token.start


def condition(text: str, network: Network) -> Expression:
    """Parse a whole text as one condition."""
    expression = parse(text, network)
    if not expression.is_condition:
        wanted = "this is a number, expected a condition such as a comparison with it"
        raise ExpressionError(wanted, expression.text, 0)
    return expression


def _parse(text: str, network: Network) -> tuple[Expression, ValueParser]:
    parser = ValueParser(text, network.wiring())
    tree = parser.expression()
    one_line = text[: parser.token.start].strip().translate(_LINE_ENDS)
    return Expression(one_line, tree, frozenset(tree.names())), parser


NewName = Callable[[str], str]
"""From a neuron's old name to its new one; it may raise for one that is gone."""


def renamed(text: str, new_name: NewName) -> str:
    """Rename the neurons in a valid expression; all else stays as it was typed."""
    result, copied, at = "", 0, 0
    while (token := token_at(text, at)).kind != "end":
        at = token.end
        if token.text not in (*SYMBOLS, "t") or (opening := token_at(text, at)).text != "[":
            continue
        if layer := LAYER.match(text, opening.start):
            at = layer.end()
            continue
        found, at = neurons_at(text, opening.start)
        names = [name for name, _ in found]
        others = [*map(new_name, names)]
        if others != names:
            result += f"{text[copied : opening.end]}{','.join(map(quoted, others))}]"
            copied = at
    return result + text[copied:]
