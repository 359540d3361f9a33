"""A breakpoint or watchpoint as a program holds it: what it is now, in the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nntui.debugger.breakpoints.breakpoint import AnyBreakpoint, Place
from nntui.debugger.breakpoints.table import BreakpointTable

if TYPE_CHECKING:
    from nntui.model.network import Network


class BreakpointHandle:
    """A breakpoint or watchpoint of a debugger; once it is deleted, a ``BreakpointError``.

    ``note`` says what is odd about it, if anything is: that it can hardly ever stop, say.
    """

    def __init__(self, table: BreakpointTable, number: int, note: str | None = None) -> None:
        self._table, self.number, self.note = table, number, note

    @property
    def point(self) -> AnyBreakpoint:
        """All that the table knows of it now."""
        return self._table[self.number]

    @property
    def hits(self) -> int:
        """How often it was met so far, where it did not stop included."""
        return self.point.hits

    @property
    def enabled(self) -> bool:
        """Whether it stops at all; may be set."""
        return self.point.enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self._table.enable(self.number, enabled)

    def delete(self) -> None:
        self._table.remove(self.number)

    def __repr__(self) -> str:
        there = self.number in self._table
        return f"<{line(self.point) if there else f'breakpoint {self.number}: deleted'}>"


def place_words(where: str | int | tuple[str, ...], network: Network) -> str:
    """Write a place as commands do: a neuron's name in quotation marks where it needs them."""
    if isinstance(where, tuple):
        return Place("edge", where).text
    is_neuron = isinstance(where, str) and where in network
    return Place("neuron", (str(where),)).text if is_neuron else str(where)


def clauses(when: str | None, every: int, ignore: int, log: str | None) -> list[str]:
    """Write the clauses behind a place or an expression as commands do."""
    return [
        *([f"every {every}"] if every != 1 else []),
        *([f"ignore {ignore}"] if ignore else []),
        *([f"if {when}"] if when is not None else []),
        *([f"log {json.dumps(log, ensure_ascii=False)}"] if log is not None else []),
    ]


def line(point: AnyBreakpoint) -> str:
    """Write a breakpoint as a line: ``breakpoint 1: h1 backward if loss > 1 (hit 3 times)``."""
    return f"{point.title}: {point.what}{''.join(f' ({note})' for note in _notes(point))}"


def _notes(point: AnyBreakpoint) -> Iterator[str]:
    if not point.enabled:
        yield "disabled"
    if point.every > 1:
        yield f"every {point.every}"
    if point.ignore:
        yield f"ignores {point.ignore}"
    if point.log:
        yield f"logs {point.log.quoted}"
    if point.hits:
        yield f"hit {point.hits} time{'' if point.hits == 1 else 's'}"
