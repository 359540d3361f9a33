"""Commanding: lines of the command language, typed behind the colon or meant by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nntui.debugger.commands import Interpreter, Journey, Reply

if TYPE_CHECKING:
    from nntui.tui.control.stage import Stage
    from nntui.tui.control.travel import Travel

MOST_OFFERED: Final = 12
SHOWN_ELSEWHERE: Final = frozenset({"display", "undisplay"})
"""Commands whose answer is what a list shows anyway."""


class Commanding:
    """Hands lines to the interpreter and shows what it answers."""

    def __init__(self, stage: Stage, travel: Travel) -> None:
        self._stage, self._travel = stage, travel
        self._interpreter = Interpreter(stage.debugger)

    def ask(self, text: str = "", proposed: str = "") -> None:
        """Let the person type a command, the beginning of which is there."""
        self._stage.command_line.ask(text, proposed)

    def leave(self) -> None:
        """No command is typed after all."""
        self._stage.command_line.leave()
        self._stage.say("")
        self._stage.lay_out()

    def submit(self, line: str) -> None:
        """Run what was typed. A line that can't be run stays, to be put right."""
        self._stage.command_line.keep(line)
        answer = self._interpreter.prepare(line.strip() or self._interpreter.again)
        if isinstance(answer, Reply) and not answer.ok:
            self._stage.say(answer.lines[0])
            self._point_at(line, answer)
            return
        self.leave()
        self._take(answer, 1)

    def run(self, line: str, times: int = 1) -> None:
        """Run a command that a key stands for; a journey as often as asked for."""
        self._take(self._interpreter.prepare(line), times)

    def run_or_ask(self, command: str, value: str | None) -> None:
        """Run a command on a value; let the person type the value when none is meant."""
        if value is None:
            self.ask(f"{command} ")
        else:
            self.run(f"{command} {value}")

    def complete(self, line: str) -> list[str]:
        """The lines that a line may become. On the way, nothing is known of the run."""
        return [] if self._travel.running else self._interpreter.complete(line)

    def offer(self, lines: list[str]) -> None:
        """Say how a line may go on."""
        words = [line.rpartition(" ")[2] for line in lines[:MOST_OFFERED]]
        more = len(lines) - len(words)
        self._stage.say("  ".join(words) + (f"  … {more} more" if more else ""))

    def _point_at(self, line: str, refused: Reply) -> None:
        """Put the cursor where an expression is at fault."""
        start = line.rfind(str(refused.data.get("expression", "")))
        if "at" in refused.data and start >= 0:
            self._stage.command_line.cursor_position = start + int(refused.data["at"])

    def _take(self, answer: Reply | Journey, times: int) -> None:
        if isinstance(answer, Journey):
            self._travel.go(answer, lambda journey: self._arrived(journey, times))
        elif answer.quits:
            self._stage.quit()
        else:
            elsewhere = answer.command.split(" ")[0] in SHOWN_ELSEWHERE
            short = len(answer.lines) <= 1 or elsewhere
            self._stage.tell(answer.command, answer.lines, turn=not short)
            self._stage.show(answer.lines[-1] if short and answer.lines else "")

    def _arrived(self, journey: Journey, times: int) -> None:
        reply = self._interpreter.arrived(journey)
        stop = journey.stop
        if stop is not None and stop.messages:
            self._stage.tell(reply.command, stop.messages, turn=journey.search is not None)
        if journey.over and times > 1 and stop is not None and stop.hits:
            self.run(reply.command, times - 1)
        else:
            self._stage.show("stopped on the way" if not journey.over else reply.stop or "")
