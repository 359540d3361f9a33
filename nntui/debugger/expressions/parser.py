"""Expressions over the values of a run: what their names mean, and functions over all of a kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from nntui.model.expressions.functions import FUNCTIONS
from nntui.model.expressions.parser import CONSTANTS, OPERATORS, Parser
from nntui.model.expressions.tokens import ExpressionError, Token, token_at
from nntui.model.expressions.tree import Node, Over, Value
from nntui.model.names import (
    SYMBOLS,
    ValueNameError,
    did_you_mean,
    escaped,
    neurons_at,
    value_name,
)
from nntui.model.wiring import Wiring, check_value, value_owners

# Words of other programs, and what stands for them here.
_ELSEWHERE: Final = {
    "softmax": "p[…] is the softmax of the outputs under cross_entropy",
    "lr": "it is called learning_rate",
    "grad": "dw[…] and db[…] are sums over the batch, g[…] is what the optimizer gets",
    "acc": "it is called accuracy",
    "len": "a network's layers are named in dw[layer 1]",
}
MOST_MEMBERS: Final = 20_000
"""Values that a function is taken over, at most: it is computed anew at every step."""
LAYER: Final = re.compile(r"\[\s*layer\s+(\d{1,9})\s*\]")
"""Behind a symbol: its values of a layer."""
WORDS: Final = (*SYMBOLS, *FUNCTIONS, *CONSTANTS, *OPERATORS)
"""Every word that can stand in an expression, for completion."""


class ValueParser(Parser):
    """Parses an expression over the values of a network."""

    def __init__(self, text: str, net: Wiring) -> None:
        super().__init__(text)
        self._net = net
        # Inside norm(…) and its like: what dw alone stands for.
        self._members: dict[str, tuple[str, ...]] | None = None
        self._cost = 1  # how often such a function inside evaluates what it is taken over

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
        row, outer, cost = FUNCTIONS[token.text], self._members, self._cost
        if row.over:
            self._members, self._cost = {}, 1
        operands = self._operands(token)
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
        return self._applied(token, operands)

    def _over(
        self, token: Token, operands: Sequence[Node], members: Mapping[str, tuple[str, ...]]
    ) -> Node:
        if len(operands) > 1:
            many = next(iter(members))
            message = f"{many} is many values: {token.text}({many}) takes nothing beside it"
            raise self._error(message, token)
        self._want(operands[0], False, f"in {token.text}(…)")
        return self._counted(Over((token.start, self._end), token.text, operands[0], members))


def _wrong_count(net: Wiring, symbol: str) -> str:
    if SYMBOLS[symbol] == (0,):
        return f"{symbol} belongs to no neuron: it stands alone"
    needs = {1: "a neuron", 2: "a connection's two neurons"}
    wanted = " or ".join(needs[count] for count in SYMBOLS[symbol])
    first = {len(neurons): neurons for neurons in reversed([*value_owners(net, symbol)])}
    known = [value_name(symbol, *first[count]) for count in SYMBOLS[symbol] if count in first]
    return f"{symbol} needs {wanted}{(known and ', as in ' + ' or '.join(known)) or ''}"
