"""The interpreter: a line in, a reply out."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.commands.branches import BRANCHING
from nntui.debugger.commands.breakpoints import STOPPING
from nntui.debugger.commands.command import (
    MAX_LINE,
    Command,
    CommandError,
    Movement,
    Output,
    Reply,
    checked,
    chosen,
    first_word,
    nothing_more,
    split,
)
from nntui.debugger.commands.inspection import ASKING, LOOKING, plain_displays
from nntui.debugger.commands.movement import GOING, MOVING, where
from nntui.debugger.displays import line_of
from nntui.debugger.expressions import ExpressionError
from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


_LAST: Final = (
    "A name may be cut short as long as it stays clear which is meant. help COMMAND says more."
)


def _help(debugger: Debugger, rest: str) -> Output:

    if not rest:
        rows = [
            (" ".join((c.name, *(f"({alias})" for alias in c.aliases))), c.help)
            for c in COMMANDS.values()
        ]
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:<{width}}  {text}" for name, text in rows]
        return Output(
            (*lines, "", _LAST), {"commands": {c.name: c.help for c in COMMANDS.values()}}
        )
    command = command_called(rest)
    return Output(
        explained(command),
        {"name": command.name, "usage": command.usage, "aliases": list(command.aliases),
         "help": command.help, "more": command.more.strip()},
    )  # fmt: skip


def explained(command: Command) -> tuple[str, ...]:
    """The lines that explain a command: usage, help, short forms and examples."""
    short = [f"Short: {', '.join(command.aliases)}."] if command.aliases else []
    says = f"{command.help[0].upper()}{command.help[1:]}."
    return (command.usage, says, *short, *command.more.strip("\n").splitlines())


def _quit(debugger: Debugger, rest: str) -> Output:
    nothing_more(rest)
    return Output()


HELPING: Final = (
    Command("help", "[COMMAND]", "list the commands, or say more about one", _help,
            aliases=("h", "?"), completes=lambda *_: _names()),
    Command("quit", "", "leave", _quit, aliases=("q", "exit")),
)  # fmt: skip


def _names() -> list[str]:

    return list(COMMANDS)


# ---- table ---------------------------------------------------------------------------------------


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


# ---- interpreter ---------------------------------------------------------------------------------


MOST_SHOWN: Final = 200
"""Characters of a refused command that its reply repeats."""

BURST: Final = 0.1
"""Seconds between two looks at whether to pause."""


class Interpreter:
    """Runs commands on a debugger.

    ``again`` is the line that an empty line repeats where a person types: the last movement, if no
    other command came after it. (``execute("")`` itself does nothing.)
    """

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self.again = ""

    def execute(
        self,
        line: str,
        paused: Callable[[], bool] = lambda: False,
        told: Callable[[str], object] | None = None,
        *,
        complete: bool = False,
    ) -> Reply:
        """Run a command to its end, or until ``paused`` says so; what is wrong is in the reply.

        ``told`` takes what is logged on the way, as it is logged; otherwise the reply holds the
        last of it, or with ``complete`` all of it.
        """
        answer = self.prepare(line)
        if isinstance(answer, Reply):
            return answer
        if answer.continuing is not None and told is not None:
            answer.continuing.tell(told)
        elif answer.continuing is not None and complete:
            answer.continuing.keep_all()
        while not answer.burst(BURST) and not paused():
            pass
        return self.arrived(answer)

    def prepare(self, line: str) -> Reply | Movement:
        """Run a command, but do not set out yet when it moves: the journey is the answer then."""
        start = self._debugger.position
        try:
            line = checked(line)
            if not line:
                return Reply("", True, (), {}, start)
            self.again = ""
            word, rest = first_word(line)
            command = command_called(word)
            said = command.run(self._debugger, rest)
        except NntuiError as error:
            return _refused(line, error, start)
        if command.repeats:
            self.again = line
        if isinstance(said, Movement):
            said.command, said.start = line, start
            if said.jump:
                self._debugger.stop_history.visit()
            return said
        return Reply(
            line, True, said.lines, said.data, self._debugger.position,
            moved=self._debugger.position != start, quits=command.name == "quit",
        )  # fmt: skip

    def arrived(self, journey: Movement) -> Reply:
        """What is said when a journey ended; one that is not there yet is given up."""
        debugger = self._debugger
        journey.pause()
        reason = journey.note
        messages: tuple[str, ...] = ()
        if (stop := journey.stop) is not None:
            reason, messages = stop.reason, stop.messages
        elif not journey.over:
            reason = "paused"
        # What was logged on the way comes first, what was found and where it was found last.
        said: tuple[str, ...] = (reason,) if reason else ()
        said = (*said, *messages) if journey.search else (*messages, *said)
        if journey.jump:
            debugger.stop_history.visit()
        lines, data = where(debugger)
        watched = debugger.displays.at_stop()
        data |= journey.data
        if watched:
            data["displays"] = plain_displays(watched)
        return Reply(
            journey.command,
            True,
            (*said, *lines, *map(line_of, watched)),
            data,
            debugger.position,
            stop=reason,
            moved=debugger.position != journey.start,
        )

    def complete(self, line: str) -> list[str]:
        """The lines that this one may become: each with its last word completed."""
        return completed(self._debugger, line)


def _refused(line: str, error: NntuiError, position: int) -> Reply:
    """The reply to a command that cannot be done; an expression's fault is pointed at."""
    lines: tuple[str, ...] = (str(error),)
    data: dict[str, Any] = {"error": str(error)}
    if isinstance(error, ExpressionError):
        lines = (*lines, *(f"  {each}" for each in error.caret.splitlines()))
        data |= {"expression": error.text, "at": error.position}
    return Reply(line[:MOST_SHOWN], False, lines, data, position)


# ---- completion ----------------------------------------------------------------------------------


MOST: Final = 100
"""Lines offered, at most."""

LONGEST: Final = 400
"""Characters of a name and what it is written with, at most."""

# In an expression a name begins behind a sign as well as behind a blank: abs(dw[x1,
# An edge is a word with an arrow in it: x1->h
_LAST_NAME: Final = re.compile(
    r"""(?: [^\s]*->[^\s]*
          | [^\W\d]\w* (?: \[ (?: "(?:[^"\\]|\\.)*"? | [^\]"] )* )?
          | (?: [^\s()+*/<>=!,-] [^\s()+*/<>=!,]* )?
        )\Z""",
    re.VERBOSE,
)


def completed(debugger: Debugger, line: str) -> list[str]:
    """Whole lines, each with the last word of ``line`` completed; at most a hundred."""
    if len(line) > MAX_LINE:
        return []
    line = line.lstrip()
    word, _ = first_word(line)
    if word == line:
        return [name for name in COMMANDS if name.startswith(line)]
    try:
        source = command_called(word).completes
    except CommandError:
        return []
    if source is None:
        return []
    begun = _begun(line)
    before = split(line[: len(line) - len(begun)])[1:]
    found = (
        each for each in source(debugger, before, begun) if each.startswith(begun) and each != begun
    )
    head = line[: len(line) - len(begun)]
    return [head + each for each in islice(dict.fromkeys(islice(found, MOST)), MOST)]


def _begun(line: str) -> str:
    """The name that the end of a line begins."""
    match = _LAST_NAME.search(line[-LONGEST:])
    return match.group() if match else ""
