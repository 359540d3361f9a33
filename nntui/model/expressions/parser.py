"""The grammar of expressions: a text becomes a tree, and every type in it is checked.

From the loosest to the tightest: or, and, not, comparisons, + and −, · and /, the sign, powers.
What a name stands for is up to a subclass: the values of a run, or the z of an activation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from nntui.model.expressions.functions import COMPARISONS, FUNCTIONS, MANY, PRODUCTS, SUMS
from nntui.model.expressions.tokens import ExpressionError, Token, advice, token_at
from nntui.model.expressions.tree import (
    Call,
    Chain,
    Comparison,
    Constant,
    Logic,
    Negative,
    Node,
    Not,
    Power,
)

MAX_LENGTH: Final = 1000
MAX_DEPTH: Final = 50
MAX_NODES: Final = 500

CONSTANTS: Final[dict[str, float | bool]] = {
    "true": True, "false": False, "inf": float("inf"), "nan": float("nan"), "pi": math.pi,
}  # fmt: skip
OPERATORS: Final = ("and", "or", "not")


class Parser:
    """Parses one expression, from the start of a text as far as it goes.

    Raises:
        ExpressionError: the text is too long.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            message = f"{len(text)} characters, expected at most {MAX_LENGTH}"
            raise ExpressionError(message, text, MAX_LENGTH)
        self._text = text
        self._depth = self._nodes = 0
        self._end = 0  # of the token taken last
        self.token = token_at(text, 0)

    def expression(self) -> Node:
        """Parse the expression at the current token, or raise an ExpressionError."""
        return self._nested(self._loosest)

    def wrong(self, message: str) -> ExpressionError:
        """The error that the whole expression is wrong."""
        return ExpressionError(message, self._text, 0)

    def leftover(self) -> ExpressionError:
        """The error that something stands behind the expression."""
        found = self.token
        if found.kind in ("word", "number") or found.text in ("(", "["):
            return self._error(f"expected an operator before {found.shown}", found)
        return self._error(f"found {found.shown} after the expression{advice(found)}", found)

    def _loosest(self) -> Node:
        return self._or()

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
        return self._counted(Logic((operands[0].span[0], self._end), word, tuple(operands)))

    def _not(self) -> Node:
        if self.token.text != "not":
            return self._comparison()
        start = self._take().start
        operand = self._nested(self._not)
        self._want(operand, True, "after not")
        return self._counted(Not((start, self._end), operand))

    def _comparison(self) -> Node:
        return self._chain(COMPARISONS, self._sum, Comparison)

    def _sum(self) -> Node:
        return self._chain(SUMS, self._product, Chain)

    def _product(self) -> Node:
        return self._chain(PRODUCTS, self._signed, Chain)

    def _chain(
        self,
        signs: Mapping[str, object],
        tighter: Callable[[], Node],
        node: type[Chain] | type[Comparison],
    ) -> Node:
        terms, operators = [tighter()], []
        while self.token.kind == "sign" and self.token.text in signs:
            operators.append(self._take().text)
            terms.append(tighter())
        if not operators:
            return terms[0]
        for n, term in enumerate(terms):
            self._want(term, False, f"beside {operators[max(n - 1, 0)]}")
        span = terms[0].span[0], self._end
        return self._counted(node(span, tuple(terms), tuple(operators)))

    def _signed(self) -> Node:
        if self.token.text not in ("-", "+") or self.token.kind != "sign":
            return self._power()
        sign = self._take()
        operand = self._nested(self._signed)
        self._want(operand, False, f"after {sign.text}")
        if sign.text == "+":
            return operand
        return self._counted(Negative((sign.start, self._end), operand))

    def _power(self) -> Node:
        base = self._atom()
        if self.token.text != "**":
            return base
        self._take()
        exponent = self._nested(self._signed)
        self._want(base, False, "before **")
        self._want(exponent, False, "after **")
        return self._counted(Power((base.span[0], self._end), base, exponent))

    def _atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self._take()
            return self._counted(Constant((token.start, token.end), float(token.text)))
        if token.text == "(":
            self._take()
            inside = self._nested(self._loosest)
            self._close("(")
            return inside
        if token.kind != "word" or token.text in OPERATORS:
            raise self._error(f"expected a value, found {token.shown}{advice(token)}", token)
        self._take()
        if token.text in CONSTANTS:
            return self._counted(Constant((token.start, token.end), CONSTANTS[token.text]))
        if token.text in FUNCTIONS:
            return self._call(token)
        return self._value(token)

    def _value(self, token: Token) -> Node:
        """Parse what a name begins, which is taken already."""
        raise NotImplementedError

    def _call(self, token: Token) -> Node:
        return self._applied(token, self._operands(token))

    def _operands(self, token: Token) -> list[Node]:
        """Parse the operands of a function, whose name is taken already."""
        if self.token.text != "(":
            raise self._error(f"{token.text} is a function: expected ( after it", self.token)
        self._take()
        operands = [self._nested(self._loosest)]
        while self.token.text == ",":
            self._take()
            operands.append(self._nested(self._loosest))
        self._close(f"{token.text}(")
        return operands

    def _applied(self, token: Token, operands: Sequence[Node]) -> Node:
        row = FUNCTIONS[token.text]
        if not row.least <= len(operands) <= row.most:
            wanted = "one number" if row.most == 1 else f"{row.least} to {MANY} numbers"
            raise self._error(f"{token.text} takes {wanted}, found {len(operands)}", token)
        for operand in operands:
            self._want(operand, False, f"in {token.text}(…)")
        return self._counted(Call((token.start, self._end), token.text, tuple(operands)))

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

    def _counted(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(f"more than {MAX_NODES} parts", self.token)
        return node

    def _want(self, node: Node, truth: bool, where: str) -> None:
        if node.truth != truth:
            found, wanted = "a truth value", "a number"
            if truth:
                found, wanted = "a number", "a truth value, such as a comparison"
            message = f"found {found} {where}, expected {wanted}"
            raise ExpressionError(message, self._text, node.span[0])

    def _error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self._text, token.start)
