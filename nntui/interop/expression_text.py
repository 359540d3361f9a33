"""Write an activation's expression as a program of another library, or as LaTeX."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from nntui.explain.numbers import rounded
from nntui.model.activations import EXPRESSION, NUMERIC, Activation
from nntui.model.expressions.formula import formula
from nntui.model.expressions.tree import (
    Call,
    Chain,
    Choice,
    Comparison,
    Constant,
    Logic,
    Negative,
    Node,
    Not,
    Power,
    Value,
)

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
"""How tightly a part of an expression is bound; a looser one stands in parentheses."""


def expressions_of(activation: Activation) -> tuple[Node, Node | None] | None:
    """Parse the function and its derivative; None for an activation of the table.

    The derivative is None where central differences measure it, or where there is none.
    """
    if activation.name != EXPRESSION:
        return None
    texts = dict(activation.settings)
    derivative = texts.get("derivative", NUMERIC)
    slope = None if derivative == NUMERIC else formula(derivative, "z", "a").tree
    return formula(texts[EXPRESSION], "z").tree, slope


_WIDTH: Final = 80
"""Characters of an expression that stay in one line."""


class Language(Struct, frozen=True):
    """How a library writes what expressions of arrays consist of.

    ``calls``: templates of the functions, by their names in expressions, of ``{0}`` and ``{1}``;
    ``module``: the prefix of those that are called alike. ``constant``: a number where the library
    wants an array.
    """

    module: str
    calls: Mapping[str, str] = {}
    constant: str = "{0}"

    def array(self, tree: Node, indent: str = "    ") -> str:
        """Write an expression whose value has the shape of z; a long choice takes several lines."""
        text = self.text(tree)
        if not any(tree.names()):
            return f"0.0 * z + {text}"
        if len(text) <= _WIDTH or not isinstance(tree, Choice) or not any(tree.condition.names()):
            return text
        parts = (self._condition(tree.condition), self.text(tree.yes), self.text(tree.no))
        lines = "".join(f"\n{indent}    {part}," for part in parts)
        return f"{self.module}where({lines}\n{indent})"

    def text(self, tree: Node) -> str:
        """Write an expression."""
        return self._bound(tree)[0]

    def _within(self, tree: Node, least: int) -> str:
        text, tightness = self._bound(tree)
        return text if tightness >= least else f"({text})"

    def _bound(self, tree: Node) -> tuple[str, int]:
        """Write a tree, and say how tightly it is bound."""
        if not any(tree.names()):
            return _number(tree, self.module)
        match tree:
            case Value(name=name):
                return name, _ATOM
            case Negative(of=of):
                return f"-{self._within(of, _SIGN)}", _SIGN
            case Chain(terms=terms, operators=operators):
                own = _SUM if operators[0] in "+-" else _PRODUCT
                text = self._within(terms[0], own)
                for operator, term in zip(operators, terms[1:], strict=True):
                    text += f" {operator} {self._within(term, own + 1)}"
                return text, own
            case Power(base=base, exponent=exponent):
                return self._call("power", base, exponent), _ATOM
            case Call(function="min" | "max" as name, operands=(first, *rest)):
                text = self._operand(first)
                for each in rest:
                    text = self._written(f"{name}imum", text, self._operand(each))
                return text, _ATOM
            case Call(function="sigmoid", operands=(of,)) if "sigmoid" in self.calls:
                return self._written("sigmoid", self._within(of, _POWER)), _ATOM
            case Call(function=name, operands=operands):
                return self._call(name, *operands), _ATOM
            case Choice(condition=condition, yes=yes, no=no):
                if not any(condition.names()):
                    return self._bound(yes if _is_true(condition) else no)
                parts = (self._condition(condition), self.text(yes), self.text(no))
                return self._written("where", *parts), _ATOM
        raise TypeError(f"no expression: {type(tree).__name__}")

    def _condition(self, tree: Node) -> str:
        """Write what is true or false for each element."""
        if not any(tree.names()):
            return str(_is_true(tree))
        match tree:
            case Comparison(terms=terms, operators=operators):
                pairs = zip(terms, operators, terms[1:], strict=False)
                parts = [f"{self.text(a)} {sign} {self.text(b)}" for a, sign, b in pairs]
                return parts[0] if len(parts) == 1 else " & ".join(f"({each})" for each in parts)
            case Not(of=of):
                return f"~({self._condition(of)})"
            case Logic(operator=operator, operands=operands):
                sign = " & " if operator == "and" else " | "
                return sign.join(f"({self._condition(each)})" for each in operands)
        return self.text(tree)

    def _operand(self, tree: Node) -> str:
        text = self.text(tree)
        return text if any(tree.names()) else self.constant.format(text)

    def _call(self, name: str, *operands: Node) -> str:
        return self._written(name, *map(self.text, operands))

    def _written(self, name: str, *operands: str) -> str:
        template = self.calls.get(name)
        if template is None:
            return f"{self.module}{name}({', '.join(operands)})"
        return template.format(*operands)


def _no_value(name: str) -> None:
    """Look up a value where there are none."""


def _is_true(tree: Node) -> bool:
    return bool(tree.value(_no_value))


def _number(tree: Node, module: str) -> tuple[str, int]:
    """Write the value of an expression without variables."""
    value = float(tree.value(_no_value))
    if not math.isfinite(value):
        sign = "-" if value < 0 else ""
        return f'{sign}float("{abs(value)}")', _SIGN if sign else _ATOM
    return repr(value), _SIGN if repr(value).startswith("-") else _ATOM


NUMPY: Final = Language("np.", {"sigmoid": "(1.0 / (1.0 + np.exp(-{0})))", "erf": "erf({0})"})
TORCH: Final = Language("torch.", {"power": "torch.pow({0}, {1})"}, "torch.tensor({0})")
KERAS: Final = Language("ops.")

_LATEX_CALLS: Final = {
    "abs": "|{0}|",
    "sqrt": r"\sqrt{{{0}}}",
    "exp": "e^{{{0}}}",
    "log": r"\log({0})",
    "sign": r"\operatorname{{sign}}({0})",
    "floor": r"\lfloor {0} \rfloor",
    "ceil": r"\lceil {0} \rceil",
    "tanh": r"\tanh({0})",
    "sigmoid": r"\sigma({0})",
    "sin": r"\sin({0})",
    "cos": r"\cos({0})",
    "erf": r"\operatorname{{erf}}({0})",
    "isnan": r"{0} \text{{ is no number}}",
    "isinf": r"{0} \text{{ is infinite}}",
    "isfinite": r"{0} \text{{ is finite}}",
}
_LATEX_SIGNS: Final = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne"}


def latex(tree: Node) -> str:
    """Write an expression in LaTeX, with fractions and cases."""
    return _latex(tree)[0]


def _latex(tree: Node) -> tuple[str, int]:
    match tree:
        case Constant(constant=constant):
            text = tex_number(rounded(6)(float(constant)))
            return text, _PRODUCT if "cdot" in text else _ATOM
        case Value(name=name):
            return name, _ATOM
        case Negative(of=of):
            return f"-{_latex_within(of, _SIGN)}", _SIGN
        case Chain(terms=terms, operators=operators):
            own = _SUM if operators[0] in "+-" else _PRODUCT
            text, bound = _latex(terms[0])
            text = text if bound >= own else f"({text})"
            for operator, term in zip(operators, terms[1:], strict=True):
                if operator == "/":
                    text = rf"\frac{{{text}}}{{{latex(term)}}}"
                else:
                    sign = r" \cdot " if operator == "*" else f" {operator} "
                    text += sign + _latex_within(term, own + 1)
            return text, own
        case Power(base=base, exponent=exponent):
            return f"{_latex_within(base, _ATOM)}^{{{latex(exponent)}}}", _POWER
        case Call(function="min" | "max" as name, operands=operands):
            return rf"\{name}({', '.join(map(latex, operands))})", _ATOM
        case Call(function=name, operands=operands):
            text = _LATEX_CALLS[name].format(*map(latex, operands))
            return text, _POWER if name == "exp" else _ATOM
        case Choice(condition=condition, yes=yes, no=no):
            rows = rf"{latex(yes)} & {latex(condition)} \\ {latex(no)} & \text{{otherwise}}"
            return rf"\begin{{cases}} {rows} \end{{cases}}", _SUM
        case Comparison(terms=terms, operators=operators):
            text = latex(terms[0])
            for operator, term in zip(operators, terms[1:], strict=True):
                text += f" {_LATEX_SIGNS.get(operator, operator)} {latex(term)}"
            return text, _SUM
        case Not(of=of):
            return rf"\text{{not }} ({latex(of)})", _SUM
        case Logic(operator=operator, operands=operands):
            word = rf" \text{{ {operator} }} "
            return word.join(f"({latex(each)})" for each in operands), _SUM
    raise TypeError(f"no expression: {type(tree).__name__}")


def _latex_within(tree: Node, least: int) -> str:
    text, bound = _latex(tree)
    return text if bound >= least else rf"\left({text}\right)"


def tex_number(number: str) -> str:
    """Write 1e-8 as a power of ten."""
    mantissa, e, exponent = number.replace("−", "-").partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else mantissa
