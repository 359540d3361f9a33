"""Print tables with aligned columns, terms with explanations, and strict JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final, Literal

import click

from nntui.explain.numbers import exact
from nntui.text import cells, harmless, harmless_json, padded, wrapped

Align = Literal["left", "right", "point"]
"""Where a column's words meet: their first or last character, or their decimal points."""

GAP: Final = "  "

_AT_A_TIME: Final = 1000

_LONGEST_TERM: Final = 28
"""Cells of a term that its explanation stands beside."""


def aligned(
    rows: Sequence[Sequence[str]], columns: tuple[Align, ...] = (), heading: Sequence[str] = ()
) -> Iterator[str]:
    """Align columns, in terminal cells; those that ``columns`` does not reach are on the left."""
    if not rows:
        return
    table: list[Iterator[str]] = []  # a column each; what is aligned is not kept: of a million
    for n, column in enumerate(zip(*rows, strict=True)):  # rows it would be gigabytes
        texts, align = list(column), columns[n] if n < len(columns) else "left"
        if align == "point":
            whole = [len(text.partition(".")[0].partition("e")[0]) for text in texts]
            longest = max(whole)
            texts = [" " * (longest - k) + text for k, text in zip(whole, texts, strict=True)]
        texts[:0] = heading[n : n + 1]
        different = set(texts)
        fit: Callable[[str], str] = partial(_fitted, max(map(cells, different)), align == "right")
        if 2 * len(different) < len(texts):  # names come again and again
            fit = {text: fit(text) for text in different}.__getitem__
        table.append(map(fit, texts))
    for row in zip(*table, strict=True):
        yield GAP.join(row).rstrip()


def _fitted(width: int, right: bool, text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.rjust(width) if right else text.ljust(width)
    return padded(text, width, right=right)


def definitions(
    rows: Sequence[tuple[str, ...]], width: int, like: Sequence[tuple[str, ...]] = ()
) -> Iterator[str]:
    """List terms, each with an explanation: the last column, wrapped to a width.

    A row whose terms are very long has them in lines of their own. ``like``: the rows of all
    tables whose explanations begin below each other; by default these.
    """
    terms = [row[:-1] for row in like or rows]
    columns = [
        max((cells(term) for term in column if cells(term) <= _LONGEST_TERM), default=0)
        for column in zip(*terms, strict=True)
    ]
    indent = sum(column + len(GAP) for column in columns) + len(GAP)
    for *row, text in rows:
        lines = wrapped(text, width - indent)
        head = GAP.join(padded(term, n) for term, n in zip(row, columns, strict=True))
        if all(cells(term) <= n for term, n in zip(row, columns, strict=True)):
            yield (GAP + head + GAP + lines.pop(0)).rstrip()
        else:
            yield from (GAP + line for line in wrapped(GAP.join(row), width - len(GAP)))
        yield from (" " * indent + line for line in lines)


def echo(line: str = "", *, err: bool = False) -> None:
    """Print a line harmlessly: every command prints with this, or as JSON."""
    click.echo(harmless(line, "\n"), err=err)


def echo_lines(lines: Iterable[str]) -> None:
    """Print lines, many at a time: a million echoes would take longer than what is printed."""
    rest = iter(lines)
    while some := list(islice(rest, _AT_A_TIME)):
        echo("\n".join(some))


def echo_json(value: Any, indent: int | None = None) -> None:
    """Print a value as strict JSON, in one line unless an indent is given."""
    click.echo(json_text(value, indent))


def json_text(value: Any, indent: int | None = None) -> str:
    """Write a value as strict JSON, harmless to print, in the encoding of stdout."""
    write = json_encoder(indent).encode
    try:
        return harmless_json(write(value))
    except ValueError:  # NaN or an infinity: rare, so it is not looked for beforehand
        return harmless_json(write(_with_names(value)))


def json_encoder(indent: int | None = None) -> json.JSONEncoder:
    """Return the encoder of strict JSON in the encoding of stdout."""
    # In an encoding without, say, the sign δ, JSON has an escape of its own for it.
    ascii_only = "utf" not in (getattr(sys.stdout, "encoding", None) or "").lower()
    return _encoder(indent, ascii_only)


@lru_cache
def _encoder(indent: int | None, ascii_only: bool) -> json.JSONEncoder:
    return json.JSONEncoder(indent=indent, ensure_ascii=ascii_only, allow_nan=False)


def _with_names(value: Any) -> Any:
    """Replace every number that JSON cannot hold by its name, such as "NaN"."""
    if isinstance(value, float):
        return value if math.isfinite(value) else exact(value)
    if isinstance(value, dict):
        return {key: _with_names(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_names(child) for child in value]
    return value
