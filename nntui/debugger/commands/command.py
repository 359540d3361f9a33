"""A command: one row of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from nntui.debugger.commands.journey import Journey
from nntui.debugger.commands.reply import Said

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

Function: TypeAlias = "Callable[[Debugger, str], Said | Journey]"
"""What a command does with the text behind its name."""

Candidates: TypeAlias = "Callable[[Debugger, list[str], str], Iterable[str]]"
"""What may stand next: given the words before it, and how it begins."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: all that is known about it.

    ``words`` shows what may stand behind the name, ``help`` says in one line what it does,
    ``more`` explains it with examples (one per line, indented). ``aliases`` are short forms that
    mean it although they begin other names too. A command that ``repeats`` is done again by an
    empty line.
    ``completes`` offers the words behind the name; what is offered goes by how it begins.
    """

    name: str
    words: str
    help: str
    run: Function
    aliases: tuple[str, ...] = ()
    more: str = ""
    repeats: bool = False
    completes: Candidates | None = None

    @property
    def usage(self) -> str:
        """The name and the words behind it."""
        return f"{self.name} {self.words}".strip()
