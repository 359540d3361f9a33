"""The syntax tree of an expression: frozen nodes, each with its span in the text.

A node evaluates against a ``lookup`` from value names to numbers. A lookup that gives None makes
the node raise ``Blank``. Numbers may be arrays or stand-ins; then truth nodes are asked
for their ``masks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

import numpy as np

from nntui.model.expressions.functions import COMPARISONS, FUNCTIONS, PRODUCTS, SUMS
from nntui.model.numerics import power, where

Lookup: TypeAlias = Callable[[str], Any]
Masks: TypeAlias = tuple[Any, Any]
"""Where it is true and where it is false; where it is neither, it is blank."""
Span: TypeAlias = tuple[int, int]
"""Where a node begins in the text, and where it ends."""


class Blank(Exception):  # noqa: N818
    """The value called ``name`` has no number yet."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression."""

    span: Span = field(compare=False)

    @property
    def truth(self) -> bool:
        """Whether its value is a truth value, not a number."""
        return False

    def value(self, lookup: Lookup) -> Any:
        """Compute the node. Raises Blank."""
        raise NotImplementedError

    def masks(self, lookup: Lookup) -> Masks:
        """Compute a truth node over arrays, element by element. Raises nothing."""
        try:
            found = self.value(lookup)
        except Blank:
            return False, False
        return found, np.logical_not(found)

    def parts(self) -> Iterator[Node]:
        """Iterate over the nodes that it consists of."""
        for field_ in fields(self):
            part = getattr(self, field_.name)
            for child in part if isinstance(part, tuple) else (part,):
                if isinstance(child, Node):
                    yield child

    def names(self) -> Iterator[str]:
        """Iterate over the names of the values that it reads."""
        for part in self.parts():
            yield from part.names()


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number, or true or false."""

    constant: float | bool

    @property
    def truth(self) -> bool:
        return isinstance(self.constant, bool)

    def value(self, lookup: Lookup) -> Any:
        return self.constant


@dataclass(frozen=True, slots=True)
class Value(Node):
    """A value of the run, by its name."""

    name: str

    def value(self, lookup: Lookup) -> Any:
        found = lookup(self.name)
        if found is None:
            raise Blank(self.name)
        return float(found) if isinstance(found, (int, float, np.number)) else found

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Minus a number."""

    of: Node

    def value(self, lookup: Lookup) -> Any:
        return -self.of.value(lookup)


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """A sum or a product, from left to right: ``operators[n]`` stands before ``terms[n + 1]``."""

    terms: tuple[Node, ...]
    operators: tuple[str, ...]

    def value(self, lookup: Lookup) -> Any:
        found = self.terms[0].value(lookup)
        for sign, term in zip(self.operators, self.terms[1:], strict=True):
            apply = SUMS.get(sign) or PRODUCTS[sign]
            found = apply(found, term.value(lookup))
        return found


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A number to the power of another."""

    base: Node
    exponent: Node

    def value(self, lookup: Lookup) -> Any:
        return power(self.base.value(lookup), self.exponent.value(lookup))


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of some numbers."""

    function: str
    operands: tuple[Node, ...]

    @property
    def truth(self) -> bool:
        return FUNCTIONS[self.function].truth

    def value(self, lookup: Lookup) -> Any:
        if self.function == "isblank":
            try:
                self.operands[0].value(lookup)
            except Blank:
                return True
            return False
        return FUNCTIONS[self.function].of(*(x.value(lookup) for x in self.operands))


@dataclass(frozen=True, slots=True)
class Over(Node):
    """A function of what an expression is for each of some values, as in ``max(abs(dw))``.

    ``members``: the values that a name in the expression, such as ``dw``, stands for in turn; all
    have equally many.
    """

    function: str
    operand: Node
    members: Mapping[str, tuple[str, ...]] = field(hash=False)

    def value(self, lookup: Lookup) -> Any:
        each = zip(*self.members.values(), strict=True)
        return FUNCTIONS[self.function].of(*(self._value_for(names, lookup) for names in each))

    def _value_for(self, names: Sequence[str], lookup: Lookup) -> Any:
        chosen = dict(zip(self.members, names, strict=True))
        try:
            return self.operand.value(lambda name: lookup(chosen.get(name, name)))
        except Blank as blank:
            raise Blank(chosen.get(blank.name, blank.name)) from None

    def names(self) -> Iterator[str]:
        yield from (name for name in self.operand.names() if name not in self.members)
        for names in self.members.values():
            yield from names


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """One number or another, as in ``z if z > 0 else 0``. Both are computed."""

    condition: Node
    yes: Node
    no: Node

    def value(self, lookup: Lookup) -> Any:
        true, _ = self.condition.masks(lookup)
        return where(true, self.yes.value(lookup), self.no.value(lookup))


class Condition(Node):
    """A node whose value is a truth value."""

    __slots__ = ()

    @property
    def truth(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """Numbers compared each with the next, as in ``0 < a[h1] <= 1``: true when all hold."""

    terms: tuple[Node, ...]
    operators: tuple[str, ...]

    def value(self, lookup: Lookup) -> Any:
        """Whether all hold; terms behind the first that does not are not computed."""
        left = self.terms[0].value(lookup)
        for sign, term in zip(self.operators, self.terms[1:], strict=True):
            right = term.value(lookup)
            if not COMPARISONS[sign](left, right):
                return False
            left = right
        return True

    def masks(self, lookup: Lookup) -> Masks:
        true: Any = True
        false: Any = False
        try:
            left = self.terms[0].value(lookup)
            for sign, term in zip(self.operators, self.terms[1:], strict=True):
                right = term.value(lookup)
                holds = COMPARISONS[sign](left, right)
                false = np.logical_or(false, np.logical_and(true, np.logical_not(holds)))
                true = np.logical_and(true, holds)
                left = right
        except Blank:
            true = False
        return true, false


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The opposite of a truth value."""

    of: Node

    def value(self, lookup: Lookup) -> Any:
        return not self.of.value(lookup)

    def masks(self, lookup: Lookup) -> Masks:
        true, false = self.of.masks(lookup)
        return false, true


@dataclass(frozen=True, slots=True)
class Logic(Condition):
    """``and`` or ``or`` of some truth values, from left to right, no further than needed."""

    operator: str
    operands: tuple[Node, ...]

    def value(self, lookup: Lookup) -> Any:
        decisive = self.operator == "or"
        for operand in self.operands:
            if operand.value(lookup) == decisive:
                return decisive
        return not decisive

    def masks(self, lookup: Lookup) -> Masks:
        """Element by element; ``open_`` is where no operand has decided yet."""
        decided: Any = False
        open_: Any = True
        for operand in self.operands:
            true, false = operand.masks(lookup)
            decides, passes = (true, false) if self.operator == "or" else (false, true)
            decided = np.logical_or(decided, np.logical_and(open_, decides))
            open_ = np.logical_and(open_, passes)
            if not np.any(open_):
                break
        return (decided, open_) if self.operator == "or" else (open_, decided)
