"""The table of commands, and which of them a word means."""

from __future__ import annotations

from typing import Final

from nntui.debugger.commands.asking import ASKING
from nntui.debugger.commands.branching import BRANCHING
from nntui.debugger.commands.command import Command
from nntui.debugger.commands.going import GOING
from nntui.debugger.commands.helping import HELPING
from nntui.debugger.commands.language import chosen
from nntui.debugger.commands.looking import LOOKING
from nntui.debugger.commands.moving import MOVING
from nntui.debugger.commands.stopping import STOPPING

_ROWS: Final = (*MOVING, *GOING, *STOPPING, *LOOKING, *ASKING, *BRANCHING, *HELPING)

COMMANDS: Final[dict[str, Command]] = {command.name: command for command in _ROWS}
"""Every command by its name, in the order of the help."""

ALIASES: Final[dict[str, str]] = {
    alias: command.name for command in COMMANDS.values() for alias in command.aliases
}
"""The short forms that stand for a name although they begin others too."""


def command_called(word: str) -> Command:
    """The command that a word means: its name, an alias, or an unambiguous beginning of its name.

    Raises:
        CommandError: no command begins like this, or several do.
    """
    return COMMANDS[chosen(word, COMMANDS, "command", ALIASES, "help lists them")]
