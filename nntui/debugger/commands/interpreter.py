"""Run a line of the command language and reply."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.commands.branches import BRANCH_COMMANDS
from nntui.debugger.commands.breakpoints import BREAKPOINT_COMMANDS
from nntui.debugger.commands.checking import CHECK_COMMANDS
from nntui.debugger.commands.command import Command, Movement, Output, Reply
from nntui.debugger.commands.gdb import ADVICE, KEYS, SAME
from nntui.debugger.commands.inspection import (
    INSPECTION_COMMANDS,
    QUERY_COMMANDS,
    expressions_help,
    plain_displays,
)
from nntui.debugger.commands.movement import GOTO_COMMANDS, STEP_COMMANDS, where
from nntui.debugger.commands.script import SCRIPT_COMMANDS, Script, ScriptLine, script_of
from nntui.debugger.commands.text import (
    MAX_LINE,
    CommandError,
    checked,
    chosen,
    first_word,
    nothing_more,
    split,
)
from nntui.debugger.displays import line_of
from nntui.debugger.expressions import ExpressionError
from nntui.debugger.stepper import recover
from nntui.debugger.words import explained_word, moment_of
from nntui.explain.words import WORDS, no_help, word_for
from nntui.model.errors import NntuiError, unexpected
from nntui.model.names import escaped
from nntui.text import harmless

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger


_LAST_LINE: Final = (
    "A name may be cut short as long as it stays clear which is meant. help COMMAND says more, "
    "help expressions what can stand in one, help words what δ, epoch and other words mean."
)


def _help(debugger: Debugger, rest: str) -> Output:
    if not rest:
        rows = {c.called: c.help for c in COMMANDS.values()}
        width = max(map(len, rows))
        lines = [f"{name:<{width}}  {text}" for name, text in rows.items()]
        data = {"commands": {c.name: c.help for c in COMMANDS.values()}}
        return Output((*lines, "", _LAST_LINE), data)
    if rest == "expressions":
        lines = expressions_help()
        return Output(tuple(lines), {"help": "\n".join(lines)})
    if rest == "words":
        moment = moment_of(debugger)
        said = {word.title: explained_word(word, moment) for word in WORDS}
        return Output(tuple(chain(*said.values())), {"words": said})
    if is_command(rest):
        command = command_called(first_word(rest)[0])
    elif word := word_for(rest):
        lines = list(explained_word(word, moment_of(debugger)))
        return Output(tuple(lines), {"help": "\n".join(lines)})
    else:
        try:
            command = command_called(first_word(rest)[0])
        except CommandError:
            raise CommandError(no_help(rest, (*COMMANDS, *TOPICS))) from None
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


def is_command(words: str) -> bool:
    """Whether words begin with a command’s name, an alias, or a word of gdb that is known."""
    return first_word(words)[0] in {**COMMANDS, **ALIASES, **SAME, **ADVICE}


def _quit(debugger: Debugger, rest: str) -> Output:
    nothing_more(rest)
    return Output()


TOPICS: Final = ("expressions", "words")
"""What help explains beside commands and single words."""

_ALL: Final = (
    *STEP_COMMANDS, *GOTO_COMMANDS, *BREAKPOINT_COMMANDS, *INSPECTION_COMMANDS, *QUERY_COMMANDS,
    *CHECK_COMMANDS, *BRANCH_COMMANDS, *SCRIPT_COMMANDS,
    Command("help", "[COMMAND or WORD]", "list the commands, or explain one, or a word", _help,
            aliases=("h", "?"), completes=lambda *_: (*COMMANDS, *TOPICS),
            more="""
help words explains every word, with its number here; help delta just one.
  help break
  help delta
  help learning rate
  help expressions"""),
    Command("quit", "", "leave", _quit, aliases=("q", "exit")),
)  # fmt: skip

COMMANDS: Final[dict[str, Command]] = {command.name: command for command in _ALL}
"""Every command by its name, in the order of the help."""

ALIASES: Final[dict[str, str]] = {
    alias: command.name for command in COMMANDS.values() for alias in command.aliases
}
"""Short forms of a name, although they may begin others too."""


def command_called(word: str) -> Command:
    """Look up a command by its name, an alias, or an unambiguous beginning of its name.

    Raises:
        CommandError: no command begins like this, or several do.
    """
    word = SAME.get(word, word)
    if word in ADVICE:
        raise CommandError(f"{word} is no command here: {ADVICE[word]}")
    name, slash, _ = word.partition("/")
    if slash and name:
        usage = command_called(name).usage
        raise CommandError(f"{escaped(word)}: numbers have one format here; type {usage}")
    return COMMANDS[chosen(word, COMMANDS, "command", ALIASES, "help lists them")]


_COUNTED: Final = re.compile(r"(-?[0-9]+)\s*([A-Za-z][a-z-]*)", re.ASCII)


def _with_count(line: str) -> str:
    """Read a count before a movement, ``20u``, as on the screen: ``update 20``."""
    counted = _COUNTED.fullmatch(line)
    if counted is None:
        return line
    count, word = counted.groups()
    command = COMMANDS[KEYS[word]] if word in KEYS else command_called(word)
    if command.words != "[COUNT]":
        raise CommandError(f"a count goes with a movement, such as 20u; {command.name} is none")
    return f"{command.name} {count}"


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

MOST_SHOWN: Final = 200
"""Characters of a refused command that its reply repeats."""

BURST: Final = 0.1
"""Seconds between two questions whether to pause."""


class Interpreter:
    """Runs commands on a debugger.

    ``again`` is the line that an empty line repeats at a prompt: the last movement, if no other
    command came after it. (``execute("")`` itself does nothing.)
    """

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self.again = ""

    @property
    def position(self) -> int:
        return self._debugger.position

    def execute(self, line: str) -> Reply:
        """Run a command, or several lines of them, to its end.

        Raises:
            CommandError: the sentence of why it cannot be run; ``reply`` has all that it said.
        """
        reply = self.reply(line)
        if not reply.ok:
            error = CommandError(str(reply.data["error"]))
            error.reply = reply
            raise error
        return reply

    def reply(
        self,
        line: str,
        paused: Callable[[], bool] = lambda: False,
        on_message: Callable[[str], object] | None = None,
        *,
        keep: bool = True,
    ) -> Reply:
        """Run a command to its end, or until ``paused`` returns True; errors are in the reply.

        ``on_message`` is called with each message as it is logged. The reply holds the last
        messages, too, unless ``keep`` is false.
        """
        answer = self.prepare(line)
        if isinstance(answer, Reply):
            return answer
        if answer.continuing is not None and on_message is not None:
            answer.continuing.log.pass_to(on_message, keep=keep)
        while not answer.burst(BURST) and not paused():
            pass
        return self.finish(answer)

    def prepare(self, line: str) -> Reply | Movement:
        """Run a command; when it moves, return the movement without beginning it.

        Several lines are a script: they are run one after another, up to the first that fails.
        """
        start = self._debugger.position
        if "\n" in (line := line.strip()):
            lines = (ScriptLine(text, f"line {n}") for n, text in enumerate(line.split("\n"), 1))
            script = script_of(self._debugger, lines)
            script.interpreter, script.command = self, " ⏎ ".join(line.split("\n"))[:MOST_SHOWN]
            return script
        try:
            line = checked(line).removeprefix(":")
            if not line:
                return Reply("", True, (), {}, start)
            self.again = ""
            word, rest = first_word(_with_count(line))
            command = command_called(word)
            said = command.run(self._debugger, rest)
        except NntuiError as error:
            return _refused(line, error, start)
        except Exception as error:
            recover(self._debugger, start)
            return _refused(line, error, start)
        if command.repeats:
            self.again = line
        if isinstance(said, Script):
            said.interpreter, said.command = self, line
            return said
        if isinstance(said, Movement):
            said.command, said.start = line, start
            if said.jump:
                self._debugger.stop_history.visit()
            return said
        return Reply(
            line, True, tuple(map(harmless, said.lines)), said.data, self._debugger.position,
            moved=self._debugger.position != start, quits=command.name == "quit",
        )  # fmt: skip

    def finish(self, movement: Movement) -> Reply:
        """Reply to a movement that has ended; one that has not is given up."""
        if movement.replies:
            return movement.reply()
        try:
            if movement.failure is None:
                return self._arrived(movement)
        except Exception as error:
            movement.failure = error
            recover(self._debugger, movement.start)
        return _refused(movement.command, movement.failure, self._debugger.position)

    def _arrived(self, movement: Movement) -> Reply:
        debugger = self._debugger
        movement.pause()
        reason = movement.note
        messages: tuple[str, ...] = ()
        if (stop := movement.stop) is not None:
            reason, messages = stop.reason, stop.messages
        elif not movement.over:
            reason = "paused"
        # What was logged on the way comes first, the reason of the stop last.
        reasons: tuple[str, ...] = (reason,) if reason else ()
        said = (*reasons, *messages) if movement.search else (*messages, *reasons)
        if movement.jump:
            debugger.stop_history.visit()
        lines, data = where(debugger)
        displayed = debugger.displays.at_stop()
        data |= movement.data
        if displayed:
            data["displays"] = plain_displays(displayed)
        return Reply(
            movement.command,
            True,
            tuple(map(harmless, (*said, *lines, *map(line_of, displayed)))),
            data,
            debugger.position,
            stop=reason,
            moved=debugger.position != movement.start,
        )

    def complete(self, line: str) -> list[str]:
        """Complete the last word of an unfinished line: at most a hundred whole lines."""
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
        # The unfinished name at the end of the line.
        match = _LAST_NAME.search(line[-LONGEST:])
        begun = match.group() if match else ""
        head = line[: len(line) - len(begun)]
        offered = source(self._debugger, split(head)[1:], begun)
        found = (each for each in offered if each.startswith(begun) and each != begun)
        return [head + each for each in dict.fromkeys(islice(found, MOST))]


def _refused(line: str, error: Exception, position: int) -> Reply:
    """Reply to a command that cannot be run, with a caret under an expression's fault."""
    said = str(error) if isinstance(error, NntuiError) else escaped(unexpected(error), 1000)
    lines: tuple[str, ...] = (said,)
    data: dict[str, Any] = {"error": said}
    if isinstance(error, ExpressionError):
        lines = (*lines, *(f"  {each}" for each in error.caret.split("\n")))
        data |= {"expression": error.text, "at": error.position}
    return Reply(line[:MOST_SHOWN], False, lines, data, position)
