"""The parts of a command: its row in the table, its reply, the movement that it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from msgspec import Struct

from nntui.debugger.stepper import approach, recover

if TYPE_CHECKING:
    from nntui.debugger.breakpoints.search import ContinueSearch
    from nntui.debugger.breakpoints.stop import Stop
    from nntui.debugger.compare import BranchComparison
    from nntui.debugger.debugger import Debugger


MOST_SHOWN: Final = 40
"""Lines of a reply that Python shows, at most."""


class Output(Struct, frozen=True):
    """The result of a command that does not move: lines to read, and the same as plain values."""

    lines: tuple[str, ...] = ()
    data: Mapping[str, Any] = {}


class Reply(Struct, frozen=True):
    """The answer to one command.

    ``lines`` are to be read, escaped and without line feeds; ``data`` holds the same as plain JSON
    values (NaN and the infinities as floats). ``position`` is the run's now, ``moved`` whether it
    changed, ``stop`` why it stopped there (None when the movement simply arrived). ``quits`` asks
    the program to end.
    """

    command: str
    ok: bool
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    position: int
    stop: str | None = None
    moved: bool = False
    quits: bool = False

    def __repr__(self) -> str:
        more = len(self.lines) - MOST_SHOWN
        return "\n".join([*self.lines[:MOST_SHOWN], *([f"… {more} more"] if more > 0 else [])])

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def plain(self) -> dict[str, Any]:
        """The reply as a plain value, for JSON."""
        return {
            "command": self.command,
            "ok": self.ok,
            "position": self.position,
            "moved": self.moved,
            "stop": self.stop,
            "lines": list(self.lines),
            "data": dict(self.data),
        }


class Movement(Struct):
    """A movement to a position, to the next stop (``continuing``), or to what a search finds.

    Just one of ``target``, ``continuing`` and ``search`` is given; ``times`` says at which stop
    from here to continue no further, ``found`` makes the stop of a search that is over. ``note`` is
    part of the reply. ``jump``: whether its start and its end are noted in
    ``Debugger.stop_history``. ``command`` is the line that began it, ``start`` the position then;
    ``over`` tells that it has ended, ``stop`` why (None: it arrived at the target), ``failure``
    that an error which nobody foresaw has ended it, and the run is back at the start. One that
    ``replies`` says itself what it has done: it is a script, or takes long and moves nowhere.
    """

    debugger: Debugger
    target: int | None = None
    continuing: ContinueSearch | None = None
    times: int = 1
    search: BranchComparison | None = None
    found: Callable[[], Stop] | None = None
    note: str | None = None
    jump: bool = True
    command: str = ""
    start: int = 0
    over: bool = False
    stop: Stop | None = None
    failure: Exception | None = None
    replies: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self.start = self.debugger.position

    def burst(self, seconds: float) -> bool:
        """Move on for about so many seconds; return whether it has ended."""
        if not self.over:
            try:
                self._move(seconds)
            except OSError:  # of who listens to the messages: a closed pipe, a full disk
                raise
            except Exception as error:
                self.over, self.failure = True, error
                recover(self.debugger, self.start)
        return self.over

    def _move(self, seconds: float) -> None:
        if self.continuing is not None:
            self.stop = self.continuing.burst(seconds)
            if self.stop is not None and self.stop.hits and self.times > 1:
                self.times -= 1
                self.continuing.search_on()
                self.stop = None
            self.over = self.stop is not None
        elif self.target is not None:
            self.over = approach(self.debugger, self.target, seconds)
        else:
            assert self.search is not None
            assert self.found is not None
            if self.search.burst(seconds):
                self.stop = self.found()
                self.target = self.stop.position

    def reply(self) -> Reply:
        """Reply with what was done, if it ``replies``; what is under way is given up."""
        raise NotImplementedError

    def pause(self) -> None:
        """Give it up where it is, unless it has ended."""
        if not self.over and self.continuing is not None:
            self.stop = self.continuing.pause()

    @property
    def data(self) -> dict[str, Any]:
        """The stop as plain values."""
        if self.stop is None:
            return {}
        stopped = [{"number": number, "hits": hits} for number, hits in self.stop.hits]
        messages = list(self.stop.messages)
        return {"stop_kind": self.stop.kind, "stopped_by": stopped, "messages": messages}


Function: TypeAlias = "Callable[[Debugger, str], Output | Movement]"
"""Runs a command with the text behind its name."""

Candidates: TypeAlias = "Callable[[Debugger, list[str], str], Iterable[str]]"
"""Offers the next word: given the words before it, and how it begins."""


class Command(Struct, frozen=True):
    """A row of the table of commands.

    ``words`` shows what may stand behind the name, ``help`` says in one line what it does,
    ``more`` explains it with examples (one per line, indented). ``aliases`` are short forms that
    mean it although they may begin other names too. An empty line repeats a command that
    ``repeats``. ``completes`` offers the words behind the name.
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
    def called(self) -> str:
        """The name and its short forms: ``continue (c) (run)``."""
        return " ".join((self.name, *(f"({alias})" for alias in self.aliases)))

    @property
    def usage(self) -> str:
        return f"{self.name} {self.words}".strip()
