"""The commands about the commands: help and quit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nntui.debugger.commands.command import Command
from nntui.debugger.commands.language import nothing_more
from nntui.debugger.commands.reply import Said

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

_LAST: Final = (
    "A name may be cut short as long as it stays clear which is meant. help COMMAND says more."
)


def _help(debugger: Debugger, rest: str) -> Said:
    from nntui.debugger.commands.table import COMMANDS, command_called

    if not rest:
        rows = [
            (" ".join((c.name, *(f"({alias})" for alias in c.aliases))), c.help)
            for c in COMMANDS.values()
        ]
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:<{width}}  {text}" for name, text in rows]
        return Said((*lines, "", _LAST), {"commands": {c.name: c.help for c in COMMANDS.values()}})
    command = command_called(rest)
    short = f"in short {', '.join(command.aliases)}" if command.aliases else ""
    lines = [command.usage, f"{command.help[0].upper()}{command.help[1:]}."]
    lines += [f"Short: {', '.join(command.aliases)}."] if short else []
    return Said(
        (*lines, *command.more.strip("\n").splitlines()),
        {"name": command.name, "usage": command.usage, "aliases": list(command.aliases),
         "help": command.help, "more": command.more.strip()},
    )  # fmt: skip


def _quit(debugger: Debugger, rest: str) -> Said:
    nothing_more(rest)
    return Said()


HELPING: Final = (
    Command("help", "[COMMAND]", "list the commands, or say more about one", _help,
            aliases=("h", "?"), completes=lambda *_: _names()),
    Command("quit", "", "leave", _quit, aliases=("q", "exit")),
)  # fmt: skip


def _names() -> list[str]:
    from nntui.debugger.commands.table import COMMANDS

    return list(COMMANDS)
