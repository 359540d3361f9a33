"""Run the commands in a file: ``source FILE``, and ``nntui exec -x FILE``."""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from nntui.debugger.commands.command import Command, Movement, Reply
from nntui.debugger.commands.text import CommandError, checked, first_word
from nntui.model.errors import unexpected
from nntui.model.names import escaped

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

_NAME: Final = "source"
MOST_BYTES: Final = 2**26
MOST_NESTED: Final = 20
"""Scripts that may be under way within each other."""
MOST_KEPT: Final = 10_000
"""Lines of the replies to a script that are kept: the last ones."""

# What a shell makes of <(…): a pipe that somebody writes to.
_LINE_END: Final = re.compile(r"\r\n?|\n")
_LAST_END: Final = re.compile(r"(\r\n?|\n)\Z")
_HANDED_OVER: Final = re.compile(r"/dev/(fd/\d+|stdin)|/proc/(self|\d+)/fd/\d+")


class ScriptLine(Struct, frozen=True):
    """A line and its place, such as ``script.txt:3``; a user at a prompt types at no place."""

    text: str
    place: str
    fault: str = ""

    def refused(self, position: int) -> Reply:
        """Reply to a line whose file cannot be read (``fault``)."""
        return Reply(self.text, False, (self.fault,), {"error": self.fault}, position)


def split_lines(text: str) -> list[str]:
    """Split a text into lines; ``splitlines`` would do so at U+2028 too, inside quotes."""
    return _LINE_END.split(_LAST_END.sub("", text))


def read_script(path: str) -> list[ScriptLine]:
    """Read a regular file, or a pipe that the shell handed over, as lines of commands.

    Raises:
        CommandError: it cannot be read, is something else or too large, or is no UTF-8.
    """
    name = escaped(path, 300)
    try:
        # Without O_NONBLOCK, a FIFO that nobody writes to would be waited for.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            piped = stat.S_ISFIFO(mode) and _HANDED_OVER.fullmatch(path)
            if not (stat.S_ISREG(mode) or piped):
                raise CommandError(f"{name}: found a pipe or a device, expected a file of commands")
            if piped:
                os.set_blocking(file.fileno(), True)
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise CommandError(f"{name}: found more than {MOST_BYTES // 2**20} MiB of commands")
        texts = split_lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        found = f"found 0x{error.object[error.start]:02X}, which is no UTF-8"
        raise CommandError(f"{name}: byte {error.start}: {found}: save it as UTF-8") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        said = str((isinstance(error, OSError) and error.strerror) or error).lower()
        raise CommandError(f"{name}: found no file of commands: {said}") from None
    return [ScriptLine(text, f"{name}:{n}") for n, text in enumerate(texts, 1)]


def expanded(line: ScriptLine, nested: int = 0) -> Iterator[ScriptLine]:
    """Give the lines that a line stands for: those of a file behind ``source``, or itself."""
    try:
        word, rest = first_word(checked(line.text))
        if len(word) < 2 or not _NAME.startswith(word):
            yield line
            return
        if nested == MOST_NESTED:
            raise CommandError(f"more than {MOST_NESTED} files within each other: a circle?")
        lines = read_script(_path(rest))
    except CommandError as error:
        yield replace(line, fault=str(error))
        return
    for each in lines:
        yield from expanded(each, nested + 1)


def _path(rest: str) -> str:
    if not rest:
        raise CommandError("source needs a file with a command in each line")
    quoted = len(rest) > 1 and rest[0] == rest[-1] == '"'
    return os.path.expanduser(rest[1:-1] if quoted else rest)


class _Interpreter(Protocol):
    def prepare(self, line: str) -> Reply | Movement: ...
    def finish(self, movement: Movement) -> Reply: ...


class Script(Movement):
    """Commands that are run one after another, up to the first that fails.

    ``interpreter`` runs them. The last lines of what they say are kept.
    """

    replies: ClassVar[bool] = True
    lines: Iterator[ScriptLine] = field(default_factory=lambda: iter(()))
    interpreter: _Interpreter | None = None
    _line: ScriptLine = ScriptLine("", "")
    _under_way: Movement | None = None
    _said: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    _error: str = ""
    _quits: bool = False

    def _move(self, seconds: float) -> None:
        assert self.interpreter is not None
        deadline = perf_counter() + seconds
        while not self.over:
            if self._under_way is not None:
                if not self._under_way.burst(max(deadline - perf_counter(), 0.0)):
                    return
                self._finish()
            elif line := next(self.lines, None):
                self._line = line
                answer = (
                    line.refused(self.debugger.position)
                    if line.fault
                    else self.interpreter.prepare(line.text)
                )
                if isinstance(answer, Movement):
                    self._under_way = answer
                else:
                    self._take(answer)
            else:
                self.over = True
            if perf_counter() > deadline:
                return

    def _finish(self) -> None:
        movement, self._under_way = self._under_way, None
        if movement is not None and self.interpreter is not None:
            self._take(self.interpreter.finish(movement))

    def _take(self, reply: Reply) -> None:
        self._quits = self.over = reply.quits
        if reply.ok:
            self._said += reply.lines
        else:
            self._error = f"{self._line.place}: {reply.lines[0]}"
            self._said += (self._error, *reply.lines[1:])
            self.over = True

    def reply(self) -> Reply:
        """Reply with what the commands have said; one under way is given up."""
        self._finish()
        if self.failure is not None:
            self._error = f"{self._line.place}: {escaped(unexpected(self.failure), 1000)}"
            self._said.append(self._error)
        position = self.debugger.position
        return Reply(
            self.command, not self._error, tuple(self._said),
            {"error": self._error} if self._error else {}, position,
            stop=None if self.over else "paused", moved=position != self.start, quits=self._quits,
        )  # fmt: skip


def script_of(debugger: Debugger, lines: Iterable[ScriptLine]) -> Script:
    """Make a script of lines; an interpreter runs it."""
    return Script(debugger, lines=chain.from_iterable(expanded(line, 1) for line in lines))


def _source(debugger: Debugger, rest: str) -> Movement:
    return script_of(debugger, read_script(_path(rest)))


SCRIPT_COMMANDS: Final = (
    Command(
        _NAME, "FILE", "run the commands in a file, one in a line", _source,
        more="""
# begins a comment. The first command that fails ends it.
  source commands.txt""",
    ),
)  # fmt: skip
