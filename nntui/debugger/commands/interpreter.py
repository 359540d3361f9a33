"""The interpreter: a line in, a reply out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from nntui.debugger.asking.watches import line_of
from nntui.debugger.commands.journey import Journey
from nntui.debugger.commands.language import checked, first_word
from nntui.debugger.commands.looking import plain_displays
from nntui.debugger.commands.reply import Reply
from nntui.debugger.commands.table import command_called
from nntui.debugger.commands.where import where
from nntui.debugger.expressions import ExpressionError
from nntui.model.errors import NntuiError

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger

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
        if answer.hunt is not None and told is not None:
            answer.hunt.tell(told)
        elif answer.hunt is not None and complete:
            answer.hunt.keep_all()
        while not answer.burst(BURST) and not paused():
            pass
        return self.arrived(answer)

    def prepare(self, line: str) -> Reply | Journey:
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
        if isinstance(said, Journey):
            said.command, said.start = line, start
            if said.jump:
                self._debugger.trail.visit()
            return said
        return Reply(
            line, True, said.lines, said.data, self._debugger.position,
            moved=self._debugger.position != start, quits=command.name == "quit",
        )  # fmt: skip

    def arrived(self, journey: Journey) -> Reply:
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
            debugger.trail.visit()
        lines, data = where(debugger)
        watched = debugger.watches.at_stop()
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
        from nntui.debugger.commands.completion import completed

        return completed(self._debugger, line)


def _refused(line: str, error: NntuiError, position: int) -> Reply:
    """The reply to a command that cannot be done; an expression's fault is pointed at."""
    lines: tuple[str, ...] = (str(error),)
    data: dict[str, Any] = {"error": str(error)}
    if isinstance(error, ExpressionError):
        lines = (*lines, *(f"  {each}" for each in error.caret.splitlines()))
        data |= {"expression": error.text, "at": error.position}
    return Reply(line[:MOST_SHOWN], False, lines, data, position)
