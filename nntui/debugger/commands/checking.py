"""The command ``check``: backpropagation against central differences, here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final

from nntui.debugger.commands.command import Command, Movement, Reply
from nntui.debugger.commands.text import nothing_more
from nntui.model.errors import counted, unexpected
from nntui.model.names import escaped
from nntui.text import harmless

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.gradient_here import GradientHere, Pair

LARGE: Final = 1_000
"""Connections from which on even the first derivative is left to a later burst."""


@dataclass(slots=True)
class GradientRun(Movement):
    """The gradient check of the moment at hand, a parameter after the other; it moves nowhere."""

    replies: ClassVar[bool] = True
    _here: GradientHere | None = None
    _left: Iterator[Pair] = field(default_factory=lambda: iter(()))
    _pairs: list[Pair] = field(default_factory=list)
    _waits: bool = False

    def _move(self, seconds: float) -> None:
        deadline = perf_counter() + seconds
        if self._here is None:
            self._begin()
        while not self._waits and not self.over:
            pair = next(self._left, None)
            if pair is None:
                self.over = True
            else:
                self._pairs.append(pair)
            if perf_counter() > deadline:
                return

    def _begin(self) -> None:
        from nntui.debugger.gradient_here import GradientHere

        debugger = self.debugger
        net = debugger.experiment.network.wiring()
        self._waits = net.connection_count >= LARGE and not self._waits
        if not self._waits:
            snapshot, schedule = debugger.snapshot(), debugger.schedule
            self._here = GradientHere(debugger.experiment, snapshot, schedule)
            self._left = self._here.checks()

    def reply(self) -> Reply:
        """Reply with the table of the checks, or say that they were given up."""
        position = self.debugger.position
        if self.failure is not None:
            said = escaped(unexpected(self.failure), 1000)
            return Reply(self.command, False, (said,), {"error": said}, position)
        if self._here is None or not self.over:
            done = f"given up after {counted(len(self._pairs), 'parameter')}"
            return Reply(self.command, True, (done,), {}, position, stop="paused")
        found = self._here.found(self._pairs)
        lines = tuple(map(harmless, self._here.lines(found)))
        return Reply(self.command, True, lines, self._here.plain(found), position)


def _check(debugger: Debugger, rest: str) -> Movement:
    nothing_more(rest)
    return GradientRun(debugger, jump=False)


CHECK_COMMANDS: Final = (
    Command(
        "check", "", "check the gradient here: backpropagation against differences", _check,
        more="""
Each derivative of the loss of this example, and of this batch, at the parameters of here: by
backpropagation, and by central differences, (L(p + h) − L(p − h)) / 2h, which knows no derivative.
Where the loss has a corner (a kink), or rounding hides the change (noise), it says so.""",
    ),
)  # fmt: skip
