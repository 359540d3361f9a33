"""Reads an expression: from text to a tree, every name and type checked.

From the loosest to the tightest: or, and, not, comparisons, + and −, · and /, the sign, powers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nntui.debugger.expressions.errors import ExpressionError
from nntui.debugger.expressions.functions import COMPARISONS, FUNCTIONS, MANY, PRODUCTS, SUMS
from nntui.debugger.expressions.names import Names
from nntui.debugger.expressions.tokens import Token, advice, neurons_at, token_at
from nntui.debugger.expressions.tree import (
    Call,
    Chain,
    Comparison,
    Constant,
    Logic,
    Negative,
    Node,
    Not,
    Power,
    Value,
)
from nntui.model.names import SYMBOLS, ValueNameError, did_you_mean, escaped, value_name

MAX_LENGTH: Final = 1000
MAX_DEPTH: Final = 50
MAX_NODES: Final = 500

CONSTANTS: Final[dict[str, float | bool]] = {
    "true": True,
    "false": False,
    "inf": float("inf"),
    "nan": float("nan"),
}
OPERATORS: Final = ("and", "or", "not")
WORDS: Final = (*SYMBOLS, *FUNCTIONS, *CONSTANTS, *OPERATORS)
"""Every word that can stand in an expression, for completion."""


class Parser:
    """Reads one expression, from the start of a text as far as it goes."""

    def __init__(self, text: str, names: Names) -> None:
        self._text, self._names = text, names
        self._depth = self._nodes = 0
        self._end = 0  # of the token taken last
        self.token = token_at(text, 0)

    def expression(self) -> Node:
        """The expression at the current token.

        Raises:
            ExpressionError: it cannot be read.
        """
        return self._nested(self._or)

    def leftover(self) -> ExpressionError:
        """The complaint that something stands behind the expression."""
        found = self.token
        if found.kind in ("word", "number") or found.text in ("(", "["):
            return self._error(f"expected an operator before {found.shown}", found)
        return self._error(f"found {found.shown} behind the expression{advice(found)}", found)

    # ---- from loose to tight -------------------------------------------------------------------

    def _or(self) -> Node:
        return self._logic("or", self._and)

    def _and(self) -> Node:
        return self._logic("and", self._not)

    def _logic(self, word: str, tighter: Callable[[], Node]) -> Node:
        operands = [tighter()]
        while self.token.text == word:
            self._take()
            operands.append(tighter())
        if len(operands) == 1:
            return operands[0]
        for operand in operands:
            self._want(operand, True, f"on both sides of {word}")
        return self._made(Logic((operands[0].span[0], self._end), word, tuple(operands)))

    def _not(self) -> Node:
        if self.token.text != "not":
            return self._comparison()
        start = self._take().start
        operand = self._nested(self._not)
        self._want(operand, True, "behind not")
        return self._made(Not((start, self._end), operand))

    def _comparison(self) -> Node:
        return self._chain(COMPARISONS, self._sum, Comparison)

    def _sum(self) -> Node:
        return self._chain(SUMS, self._product, Chain)

    def _product(self) -> Node:
        return self._chain(PRODUCTS, self._signed, Chain)

    def _chain(
        self, signs: object, tighter: Callable[[], Node], made: type[Chain] | type[Comparison]
    ) -> Node:
        terms, operators = [tighter()], []
        assert isinstance(signs, dict)
        while self.token.kind == "sign" and self.token.text in signs:
            operators.append(self._take().text)
            terms.append(tighter())
        if not operators:
            return terms[0]
        for n, term in enumerate(terms):
            self._want(term, False, f"beside {operators[max(n - 1, 0)]}")
        span = terms[0].span[0], self._end
        return self._made(made(span, tuple(terms), tuple(operators)))

    def _signed(self) -> Node:
        if self.token.text not in ("-", "+") or self.token.kind != "sign":
            return self._power()
        sign = self._take()
        operand = self._nested(self._signed)
        self._want(operand, False, f"behind {sign.text}")
        return (
            operand if sign.text == "+" else self._made(Negative((sign.start, self._end), operand))
        )

    def _power(self) -> Node:
        base = self._atom()
        if self.token.text != "**":
            return base
        self._take()
        exponent = self._nested(self._signed)
        self._want(base, False, "before **")
        self._want(exponent, False, "behind **")
        return self._made(Power((base.span[0], self._end), base, exponent))

    # ---- atoms ---------------------------------------------------------------------------------

    def _atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self._take()
            return self._made(Constant((token.start, token.end), float(token.text)))
        if token.text == "(":
            self._take()
            inside = self._nested(self._or)
            self._close("(")
            return inside
        if token.kind != "word" or token.text in OPERATORS:
            raise self._error(f"expected a value, found {token.shown}{advice(token)}", token)
        self._take()
        if token.text in CONSTANTS:
            return self._made(Constant((token.start, token.end), CONSTANTS[token.text]))
        if token.text in FUNCTIONS:
            return self._call(token)
        return self._value(token)

    def _value(self, token: Token) -> Node:
        if token.text not in SYMBOLS:
            raise self._error(self._unknown(token), token)
        places: list[tuple[str, int]] = []
        if self.token.text == "[":
            places, self._end = neurons_at(self._text, self.token.start)
            self.token = token_at(self._text, self._end)
        neurons = tuple(name for name, _ in places)
        try:
            self._names.check(token.text, neurons)
        except ValueNameError as error:
            raise ExpressionError(str(error), self._text, self._fault(token, places)) from None
        return self._made(Value((token.start, self._end), value_name(token.text, *neurons)))

    def _fault(self, token: Token, places: list[tuple[str, int]]) -> int:
        """The place of the first unknown neuron, else of the symbol."""
        known = self._names.everyone
        if len(places) == SYMBOLS[token.text]:
            for name, place in places:
                if name not in known:
                    return place
        return token.start

    def _unknown(self, token: Token) -> str:
        if token.text in self._names.everyone:
            name = value_name("a", token.text)
            return f"{escaped(token.text)} is a neuron; its values are {name} and so on"
        hint = did_you_mean(token.text, WORDS)
        return f"there is no value called {token.shown}{hint and '; ' + hint}"

    def _call(self, token: Token) -> Node:
        if self.token.text != "(":
            raise self._error(f"{token.text} is a function: expected ( behind it", self.token)
        self._take()
        row, operands = FUNCTIONS[token.text], [self._nested(self._or)]
        while self.token.text == ",":
            self._take()
            operands.append(self._nested(self._or))
        self._close(f"{token.text}(")
        if not row.least <= len(operands) <= row.most:
            wanted = "one number" if row.most == 1 else f"{row.least} to {MANY} numbers"
            raise self._error(f"{token.text} takes {wanted}, found {len(operands)}", token)
        for operand in operands:
            self._want(operand, False, f"in {token.text}(…)")
        return self._made(Call((token.start, self._end), token.text, tuple(operands)))

    # ---- the reader's own affairs --------------------------------------------------------------

    def _take(self) -> Token:
        taken = self.token
        self._end = taken.end
        self.token = token_at(self._text, taken.end)
        return taken

    def _close(self, opened: str) -> None:
        if self.token.text != ")":
            if self.token.kind in ("sign", "end"):
                message = f"expected ) to close “{opened}”, found {self.token.shown}"
                raise self._error(message, self.token)
            raise self.leftover()
        self._take()

    def _nested(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} levels inside each other", self.token)
        node = read()
        self._depth -= 1
        return node

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(f"more than {MAX_NODES} parts", self.token)
        return node

    def _want(self, node: Node, truth: bool, where: str) -> None:
        if node.truth != truth:
            found, wanted = (
                ("a number", "a truth value, such as a comparison")
                if truth
                else ("a truth value", "a number")
            )
            raise ExpressionError(
                f"found {found} {where}, expected {wanted}", self._text, node.span[0]
            )

    def _error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self._text, token.start)
