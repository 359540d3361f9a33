"""Parse an expression into a tree, checking every name and type.

From the loosest to the tightest: or, and, not, comparisons, + and −, · and /, the sign, powers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nntui.debugger.expressions.functions import COMPARISONS, FUNCTIONS, MANY, PRODUCTS, SUMS
from nntui.debugger.expressions.tree import (
    Call,
    Chain,
    Comparison,
    Constant,
    Logic,
    Negative,
    Node,
    Not,
    Over,
    Power,
    Value,
)
from nntui.model.errors import NntuiError
from nntui.model.names import (
    SYMBOLS,
    ValueNameError,
    did_you_mean,
    escaped,
    neurons_at,
    value_name,
)
from nntui.model.wiring import Wiring, check_value, value_owners

MOST_SHOWN: Final = 72
"""Characters of a long text that are shown around the one that is wrong."""


class ExpressionError(NntuiError, ValueError):
    """An expression that cannot be parsed.

    ``text`` is what was given, ``position`` the index of the character that is wrong (the text's
    length when something is missing at its end).
    """

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.text, self.position = text, position

    @property
    def caret(self) -> str:
        """Two lines: the text (of a long one a part), and below it a caret under the character."""
        from nntui.text import cells

        first = max(min(self.position - MOST_SHOWN // 2, len(self.text) - MOST_SHOWN), 0)
        before = "…" if first else ""
        behind = "…" if first + MOST_SHOWN < len(self.text) else ""
        part = self.text[first : first + MOST_SHOWN]
        shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in part)
        ahead = cells(before + shown[: self.position - first])
        return f"{before}{shown}{behind}\n{' ' * ahead}^"

    def within(self, text: str, start: int) -> ExpressionError:
        """The same error, seen from a longer text in which this one begins at ``start``."""
        return ExpressionError(str(self), text, start + self.position)


_SPACE: Final = re.compile(r"\s*")
_TOKEN: Final = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>∂L/∂\w+|[^\W\d]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[-+*/<>()\[\],!−·×≤≥≠])"
    r"|(?P<end>\Z)"
)

# Other spellings of a sign or a word.
_SPELLINGS: Final = {
    "−": "-", "·": "*", "×": "*", "≤": "<=", "≥": ">=", "≠": "!=",
    "&&": "and", "||": "or", "!": "not",
    "δ": "delta", "∂L/∂w": "dw", "∂L/∂b": "db", "∂L/∂a": "da", "∂L/∂z": "delta",
}  # fmt: skip

# Signs of other languages, and what stands for them here.
_ADVICE: Final = {
    "=": "two numbers are compared with ==; set changes one",
    "^": "a power is written **",
    "&": "write and",
    "|": "write or",
    "%": "there is no %",
    "~": "write not",
    "'": 'names are quoted with "',
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands; ``kind`` is number, word, sign, end or unknown."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The token as an error names it."""
        return "the end" if self.kind == "end" else f"“{escaped(self.text)}”"


def token_at(text: str, at: int) -> Token:
    """Read the token at or behind a character; one without a meaning is of kind unknown."""
    space = _SPACE.match(text, at)
    start = space.end() if space else at
    match = _TOKEN.match(text, start)
    if match is None:
        return Token("unknown", text[start], start, start + 1)
    kind = match.lastgroup or "unknown"
    end = match.end()
    if kind == "number" and re.match(r"\w", text[end : end + 1]):
        raise ExpressionError(
            f"“{escaped(text[start : end + 1])}” is neither a number nor a name", text, end
        )
    word = match.group()
    spelled = _SPELLINGS.get(word, word)
    if kind == "sign" and spelled.isalpha():
        kind = "word"
    return Token(kind, spelled, start, end)


def advice(token: Token) -> str:
    """What to write instead of a sign of another language; empty when there is no advice."""
    said = _ADVICE.get(token.text, "") if token.kind == "unknown" else ""
    return said and f" ({said})"


MAX_LENGTH: Final = 1000
MAX_DEPTH: Final = 50
MAX_NODES: Final = 500

CONSTANTS: Final[dict[str, float | bool]] = {
    "true": True, "false": False, "inf": float("inf"), "nan": float("nan")
}  # fmt: skip
# Words of other programs, and what stands for them here.
_ELSEWHERE: Final = {
    "softmax": "p[…] is the softmax of the outputs under cross_entropy",
    "lr": "it is called learning_rate",
    "grad": "dw[…] and db[…] are sums over the batch, g[…] is what the optimizer gets",
    "acc": "it is called accuracy",
    "len": "a network's layers are named in dw[layer 1]",
}
OPERATORS: Final = ("and", "or", "not")
MOST_MEMBERS: Final = 20_000
"""Values that a function is taken over, at most: it is computed anew at every step."""
LAYER: Final = re.compile(r"\[\s*layer\s+(\d{1,9})\s*\]")
"""Behind a symbol: its values of a layer."""
WORDS: Final = (*SYMBOLS, *FUNCTIONS, *CONSTANTS, *OPERATORS)
"""Every word that can stand in an expression, for completion."""


class Parser:
    """Parses one expression, from the start of a text as far as it goes."""

    def __init__(self, text: str, net: Wiring) -> None:
        self._text, self._net = text, net
        self._depth = self._nodes = 0
        self._end = 0  # of the token taken last
        # Inside norm(…) and its like: what dw alone stands for.
        self._members: dict[str, tuple[str, ...]] | None = None
        self._cost = 1  # how often such a function inside evaluates what it is taken over
        self.token = token_at(text, 0)

    def expression(self) -> Node:
        """Parse the expression at the current token, or raise an ExpressionError."""
        return self._nested(self._or)

    def leftover(self) -> ExpressionError:
        """The error that something stands behind the expression."""
        found = self.token
        if found.kind in ("word", "number") or found.text in ("(", "["):
            return self._error(f"expected an operator before {found.shown}", found)
        return self._error(f"found {found.shown} after the expression{advice(found)}", found)

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
            inside = self._nested(self._or)
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
        symbol = "t" if token.text == "y" else token.text
        if symbol not in SYMBOLS:
            raise self._error(self._unknown(token), token)
        layer = LAYER.match(self._text, self.token.start) if self.token.text == "[" else None
        if SYMBOLS[symbol] != (0,) and (layer or self.token.text != "["):
            return self._all_of(token, symbol, layer)
        places: list[tuple[str, int]] = []
        if self.token.text == "[":
            try:
                places, self._end = neurons_at(self._text, self.token.start)
            except ValueNameError as error:
                raise ExpressionError(str(error), self._text, error.args[1]) from None
            self.token = token_at(self._text, self._end)
        neurons = tuple(name for name, _ in places)
        try:
            if len(neurons) not in SYMBOLS[symbol]:
                raise ValueNameError(_wrong_count(self._net, symbol))
            check_value(self._net, symbol, neurons)
        except ValueNameError as error:
            unknown = [place for name, place in places if name not in self._net.layer]
            counted = len(places) in SYMBOLS[symbol]
            at = unknown[0] if unknown and counted else token.start
            raise ExpressionError(str(error), self._text, at) from None
        return self._counted(Value((token.start, self._end), value_name(symbol, *neurons)))

    def _all_of(self, token: Token, symbol: str, layer: re.Match[str] | None) -> Node:
        """All values of a symbol, or of a layer, which norm(…) and its like are taken over."""
        name = symbol
        if layer:
            name = f"{symbol}[layer {int(layer[1])}]"
            self._end = layer.end()
            self.token = token_at(self._text, self._end)
        if self._members is None:
            said = (
                f"{_wrong_count(self._net, symbol)}; of all of them: max(abs({name})), norm({name})"
            )
            raise self._error(f"{name} is many values: {said}" if layer else said, token)
        net = self._net
        members = tuple(
            value_name(symbol, *neurons)
            for neurons in value_owners(net, symbol)
            if not layer or net.layer[neurons[-1]] == int(layer[1])
            if symbol != "da" or net.targets[neurons[0]] or neurons[0] in net.outputs
        )
        message, many = "", f"{name} is {len(members):,} values"
        if not members:
            last = max(net.layer.values(), default=0)
            message = f"there is no {name} here: layers go from 0 (the inputs) to {last}"
        elif len(members) > MOST_MEMBERS:
            message = f"{many} (at most {MOST_MEMBERS:,}): take those of a layer, {symbol}[layer 1]"
        for other, names in self._members.items():
            if len(names) != len(members):
                message = message or f"{many}, {other} is {len(names):,}"
        if message:
            raise self._error(message, token)
        self._members[name] = members
        return self._counted(Value((token.start, self._end), name))

    def _unknown(self, token: Token) -> str:
        if token.text in self._net.layer:
            name = value_name("a", token.text)
            return f"{escaped(token.text)} is a neuron; its values are {name} and so on"
        if token.text in _ELSEWHERE:
            return f"there is no {token.text} here: {_ELSEWHERE[token.text]}"
        hint = did_you_mean(token.text, WORDS)
        return f"there is no value called {token.shown}{hint and '; ' + hint}"

    def _call(self, token: Token) -> Node:
        if self.token.text != "(":
            raise self._error(f"{token.text} is a function: expected ( after it", self.token)
        self._take()
        row, outer, cost = FUNCTIONS[token.text], self._members, self._cost
        if row.over:
            self._members, self._cost = {}, 1
        operands = [self._nested(self._or)]
        while self.token.text == ",":
            self._take()
            operands.append(self._nested(self._or))
        self._close(f"{token.text}(")
        if row.over:
            members, self._members = self._members, outer
            if members:
                each = len(next(iter(members.values())))
                if self._cost > 1 and each * self._cost > MOST_MEMBERS:
                    message = f"{each:,} times {self._cost:,} values (at most {MOST_MEMBERS:,})"
                    raise self._error(message, token)
                self._cost = max(cost, each * self._cost)
                return self._over(token, operands, members)
            self._cost = max(cost, self._cost)
        if not row.most:
            wanted = f"{token.text}(dw), {token.text}(abs(a[layer 1]))"
            raise self._error(f"{token.text} takes all values of a kind, as in {wanted}", token)
        if not row.least <= len(operands) <= row.most:
            wanted = "one number" if row.most == 1 else f"{row.least} to {MANY} numbers"
            raise self._error(f"{token.text} takes {wanted}, found {len(operands)}", token)
        for operand in operands:
            self._want(operand, False, f"in {token.text}(…)")
        return self._counted(Call((token.start, self._end), token.text, tuple(operands)))

    def _over(
        self, token: Token, operands: Sequence[Node], members: Mapping[str, tuple[str, ...]]
    ) -> Node:
        if len(operands) > 1:
            many = next(iter(members))
            message = f"{many} is many values: {token.text}({many}) takes nothing beside it"
            raise self._error(message, token)
        self._want(operands[0], False, f"in {token.text}(…)")
        return self._counted(Over((token.start, self._end), token.text, operands[0], members))

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


def _wrong_count(net: Wiring, symbol: str) -> str:
    if SYMBOLS[symbol] == (0,):
        return f"{symbol} belongs to no neuron: it stands alone"
    needs = {1: "a neuron", 2: "a connection's two neurons"}
    wanted = " or ".join(needs[count] for count in SYMBOLS[symbol])
    first = {len(neurons): neurons for neurons in reversed([*value_owners(net, symbol)])}
    known = [value_name(symbol, *first[count]) for count in SYMBOLS[symbol] if count in first]
    return f"{symbol} needs {wanted}{(known and ', as in ' + ' or '.join(known)) or ''}"
