"""The listing as a person reads it: the generators' real source, and each step's lines in it."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from functools import cache

from nntui.engine import listing as engine


@dataclass(frozen=True, slots=True)
class Listing:
    """The source text of the algorithm, line by line, and where each kind of step stands in it.

    ``lines_of[kind]`` is the range of line indices (from 0) that a step of that kind executes, the
    last being its ``yield``. A weight's update has the kind ``update_weight``, a bias's
    ``update_bias``.
    """

    lines: tuple[str, ...]
    lines_of: dict[str, range]

    def executing(self, operation: tuple[str, ...]) -> range:
        """The lines that the step executes."""
        kind = operation[0]
        if kind == "update":
            kind = "update_bias" if len(operation) == 2 else "update_weight"
        return self.lines_of[kind]


@cache
def listing() -> Listing:
    """The listing of the engine, read from its own source: ``train`` and all that follows it."""
    lines = inspect.getsource(engine).rstrip().split("\n")
    first = inspect.getsourcelines(engine.train)[1] - 1
    found: dict[str, range] = {}
    for node in ast.walk(ast.parse("\n".join(lines[first:]))):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            _note_yields(body, found)
    return Listing(tuple(lines[first:]), found)


def _note_yields(body: list[ast.stmt], found: dict[str, range]) -> None:
    """Note every ``yield`` in a block, with the plain statements that lead to it."""
    first: int | None = None
    for statement in body:
        if isinstance(statement, (ast.For, ast.If)):
            first = None
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring
        first = statement.lineno if first is None else first
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
            assert isinstance(statement.value.value, ast.Tuple)
            kind, *neurons = statement.value.value.elts
            assert isinstance(kind, ast.Constant)
            key = str(kind.value)
            if key == "update":
                key = "update_bias" if len(neurons) == 1 else "update_weight"
            assert statement.end_lineno is not None
            found[key] = range(first - 1, statement.end_lineno)
            first = None
