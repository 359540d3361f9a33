"""Read lines of commands: from options, script files, standard input or a prompt."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final

from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.commands.script import ScriptLine, read_script, split_lines
from nntui.debugger.commands.text import MAX_LINE
from nntui.model.names import escaped

PROMPT: Final = "(nntui) "

# A character takes up to four bytes; more than that is refused by its length.
_MOST_BYTES: Final = 4 * MAX_LINE + 1


def lines_of(given: Sequence[tuple[str, str]], interpreter: Interpreter) -> Iterator[ScriptLine]:
    """Read -c and -x options (("commands", text) or ("scripts", path)) as lines.

    Every file is read before the first command runs, standard input (the path -) when its turn
    comes.

    Raises:
        CommandError: a script that cannot be read.
        KeyboardInterrupt: while a terminal is read; the next line may be asked for all the same.
    """
    parts: list[Iterable[ScriptLine]] = []
    for kind, word in given:
        if kind == "commands":
            place = f"-c “{escaped(word)}”"
            parts.append([ScriptLine(text, place) for text in split_lines(word)])
        else:
            parts.append(_standard_input(interpreter) if word == "-" else read_script(word))
    return chain.from_iterable(parts)


def prompts() -> bool:
    """Whether a user types the commands."""
    return sys.stdin is not None and sys.stdin.isatty()


def _standard_input(interpreter: Interpreter) -> Iterator[ScriptLine]:
    """Read the lines of standard input, with a prompt when that is a terminal.

    There, an empty line repeats the last movement.
    """
    if prompts():
        ask = _asking(interpreter)

        def typed_line() -> ScriptLine | None:
            typed = ask()
            if typed is None:
                print(file=sys.stderr)
                return None
            return ScriptLine(typed.strip() or interpreter.again, "")

        return iter(typed_line, None)  # unlike a generator, it goes on after an interrupt
    lines = enumerate(iter(_read_line, None), 1)
    return (ScriptLine(text, f"line {n} of standard input") for n, text in lines)


def _read_line(whole: bool = False) -> str | None:
    """Read a line of standard input, whatever its bytes; None at the end.

    A line longer than any command is cut; with ``whole`` the rest of it is skipped.
    """
    if sys.stdin is None:
        return None
    stream = sys.stdin.buffer
    data = rest = stream.readline(_MOST_BYTES)
    while whole and rest and not rest.endswith(b"\n"):
        rest = stream.readline(_MOST_BYTES)
    return data.decode("utf-8", "replace").rstrip("\r\n") if data else None


def _asking(interpreter: Interpreter) -> Callable[[], str | None]:
    """Choose how to ask a terminal for a line: with history and completion if it has them."""
    if os.environ.get("TERM", "dumb") != "dumb" and sys.stdout.isatty():
        with suppress(ImportError):
            return _readline(interpreter)

    def plainly() -> str | None:
        print(PROMPT, end="", file=sys.stderr, flush=True)
        return _read_line(whole=True)

    return plainly


def _readline(interpreter: Interpreter) -> Callable[[], str | None]:
    import readline  # Windows has none

    found: list[str] = []

    def complete(word: str, state: int) -> str | None:
        if state == 0:
            begin, end = readline.get_begidx(), readline.get_endidx()
            lines = interpreter.complete(readline.get_line_buffer()[:end])
            found[:] = [line[begin:] for line in lines]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t")
    if "libedit" in (readline.__doc__ or ""):
        readline.parse_and_bind("bind ^I rl_complete")
    else:
        readline.parse_and_bind("tab: complete")
        # Without this, the terminal would put marks around pasted text.
        readline.parse_and_bind("set enable-bracketed-paste off")

    def ask() -> str | None:
        try:
            return input(PROMPT)
        except EOFError:
            return None

    return ask
