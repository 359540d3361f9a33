"""JSON as the commands print it: strict, floats exact, NaN and the infinities as strings."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import click


def echo_json(value: Any, indent: int | None = None) -> None:
    """Print a value as strict JSON, in one line unless an indent is given."""
    click.echo(json_text(value, indent))


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as strict JSON that stdout can take."""
    # In an encoding without, say, the sign δ, JSON has an escape of its own for it.
    ascii_only = "utf" not in (getattr(sys.stdout, "encoding", None) or "").lower()
    write = json.JSONEncoder(indent=indent, ensure_ascii=ascii_only, allow_nan=False).encode
    try:
        return write(value)
    except ValueError:  # a number that is none: rare, so it is not looked for beforehand
        return write(plain(value))


def plain(value: Any) -> Any:
    """A value with every number that JSON cannot hold replaced by its name."""
    if isinstance(value, float):
        return value if math.isfinite(value) else _named(value)
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(child) for child in value]
    return value


def _named(value: float) -> str:
    from nntui.explain.numbers import exact

    return exact(value)
