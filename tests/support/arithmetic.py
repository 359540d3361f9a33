"""Reads the formulas that nntui writes for people, and computes them.

The grammar is school algebra: ``½·((0.5 − 1)² + |−2|) / (√4 + e^−0.1)``, ``y if y > 0 else 0``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

FUNCTIONS: dict[str, Callable[..., float]] = {
    "log": lambda x: math.log(x) if x > 0 else -math.inf if x == 0 else math.nan,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "erf": math.erf,
    "max": max,
    "min": min,
    "sign": lambda x: float((x > 0) - (x < 0)),
    "σ": lambda x: 0.5 * (1.0 + math.tanh(0.5 * x)),
}

_TOKEN = re.compile(
    r'\s*(?:(?P<value>[A-Za-z_]+\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])'
    r"|(?P<number>\d+\.?\d*(?:e[+-]?\d+)?)"
    r"|(?P<word>NaN|Infinity|[A-Za-zΑ-ωσ₀-₉]+)"
    r"|(?P<sign>[-−+·/^²√½|(),<>π]))"
)


def evaluate(text: str, values: Mapping[str, Any] | None = None) -> float:
    """The number that a formula stands for; ``values`` are names or further functions."""
    reader = _Reader(text, {**FUNCTIONS, **(values or {})})
    result = reader.choice()
    assert not reader.tokens, f"{text!r}: {reader.tokens} is left over"
    return result


class _Reader:
    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self.tokens: list[str] = []
        self.values = values
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            assert match, f"{text!r}: cannot read {text[at:]!r}"
            self.tokens.append(match.group().strip())
            at = match.end()

    def peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, *expected: str) -> str:
        token = self.tokens.pop(0)
        assert not expected or token in expected, f"found {token!r}, expected {expected}"
        return token

    def choice(self) -> float:
        found = self.sum()
        if self.peek() != "if":
            return found
        self.take("if")
        holds, left = True, self.sum()
        while self.peek() in ("<", ">"):
            sign, right = self.take(), self.sum()
            holds = holds and (left < right if sign == "<" else left > right)
            left = right
        self.take("else")
        otherwise = self.choice()
        return found if holds else otherwise

    def sum(self) -> float:
        total = self.product()
        while self.peek() in ("+", "−"):
            total = total + self.product() if self.take() == "+" else total - self.product()
        return total

    def product(self) -> float:
        total = self.power()
        while self.peek() in ("·", "/"):
            if self.take() == "·":
                total = total * self.power()
            else:
                divisor = self.power()
                total = total / divisor if divisor else math.nan
        return total

    def power(self) -> float:
        if self.peek() in ("-", "−"):
            self.take()
            return -self.power()
        if self.peek() == "e":
            self.take("e")
            self.take("^")
            exponent = self.power()
            return math.exp(exponent) if exponent < 700 else math.inf
        base = self.atom()
        if self.peek() == "²":
            self.take("²")
            return base * base
        if self.peek() == "^":
            self.take("^")
            return float(base ** self.power())
        return base

    def atom(self) -> float:
        token = self.take()
        if token == "(":
            inside = self.choice()
            self.take(")")
            return inside
        if token == "|":
            inside = self.choice()
            self.take("|")
            return abs(inside)
        if token == "½":
            return 0.5
        if token == "π":
            return math.pi
        if token == "√":
            return math.sqrt(self.atom())
        if token in ("NaN", "Infinity"):
            return float(token.lower())
        if token[0].isdigit():
            # 2π is a product.
            return float(token) * (self.atom() if self.peek() == "π" else 1.0)
        meaning = self.values[token]
        if not callable(meaning):
            return float(meaning)
        if self.peek() != "(":
            return float(meaning(self.power()))
        self.take("(")
        operands = [self.choice()]
        while self.peek() == ",":
            self.take(",")
            operands.append(self.choice())
        self.take(")")
        return float(meaning(*operands))
