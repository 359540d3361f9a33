"""Expressions over the values of a run: parsed without eval, checked, bounded."""

from nntui.debugger.expressions.expression import Expression, condition, parse, parse_prefix
from nntui.model.expressions.tokens import ExpressionError

__all__ = ["Expression", "ExpressionError", "condition", "parse", "parse_prefix"]
