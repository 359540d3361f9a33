"""A breakpoint or watchpoint when the neurons that it names are called something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from nntui.debugger.expressions.expression import Expression
from nntui.debugger.expressions.renaming import Now, renamed
from nntui.debugger.stops.message import Message, with_parts
from nntui.debugger.stops.place import Place
from nntui.debugger.stops.rows import AnyRow


def renamed_command(row: AnyRow, now: Now) -> str:
    """The command that makes the row with the names of now.

    ``now`` gives a neuron's name, and may raise for one that is gone.
    """
    changes: dict[str, Any] = {}
    for name, change in _PARTS.items():
        part = getattr(row, name, None)
        if part is not None:
            changes[name] = change(part, now)
    return replace(row, **changes).text


def _place(place: Place, now: Now) -> Place:
    return replace(place, neurons=tuple(map(now, place.neurons)))


def _expression(expression: Expression, now: Now) -> Expression:
    """Only its text is of use: it is still to be read."""
    return replace(expression, text=renamed(expression.text, now))


def _message(message: Message, now: Now) -> Message:
    return replace(message, text=with_parts(message.text, partial(renamed, now=now)))


_PARTS: dict[str, Callable[[Any, Now], Any]] = {
    "place": _place,
    "condition": _expression,
    "expression": _expression,
    "log": _message,
}
