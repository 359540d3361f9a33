"""The command ``check``: the gradient against differences, someone's numbers against the run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import field

from nntui.debugger.commands.command import Command, Movement, Reply
from nntui.debugger.commands.text import CommandError, first_word, whole
from nntui.model.errors import NntuiError, counted, unexpected
from nntui.model.names import escaped, unquoted
from nntui.text import harmless

if TYPE_CHECKING:
    from nntui.debugger.debugger import Debugger, NumbersVerdict
    from nntui.debugger.gradient_here import GradientHere, Pair

LARGE: Final = 1_000
"""Connections from which on even the first derivative is left to a later burst."""
_ENDINGS: Final = (".json", ".jsonl", ".csv", ".npz", ".safetensors")
_MOST_FILES: Final = 1_000
_OPEN: Final = "nntui FILE --at"
"""How a verdict says where to look: with the command of the shell."""


class _Check(Movement):
    """What takes long and moves nowhere; the first burst may leave all to the next ones."""

    replies: ClassVar[bool] = True
    _waited: bool = False

    def _failed(self, error: Exception) -> Reply:
        said = str(error) if isinstance(error, NntuiError) else escaped(unexpected(error), 1000)
        return Reply(self.command, False, (said,), {"error": said}, self.debugger.position)

    def _given_up(self, said: str) -> Reply:
        return Reply(self.command, True, (said,), {}, self.debugger.position, stop="paused")


class GradientRun(_Check):
    """The gradient check of the moment at hand, a parameter after the other."""

    _here: GradientHere | None = None
    _left: Iterator[Pair] = field(default_factory=lambda: iter(()))
    _pairs: list[Pair] = field(default_factory=list)

    def _move(self, seconds: float) -> None:
        deadline = perf_counter() + seconds
        if self._here is None:
            net = self.debugger.experiment.network.wiring()
            if net.connection_count >= LARGE and not self._waited:
                self._waited = True
                return
            self._begin()
        while not self.over:
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
        snapshot, schedule = debugger.snapshot(), debugger.schedule
        self._here = GradientHere(debugger.experiment, snapshot, schedule)
        self._left = self._here.checks()

    def reply(self) -> Reply:
        """Reply with the table of the checks, or say that they were given up."""
        if self.failure is not None:
            return self._failed(self.failure)
        if self._here is None or not self.over:
            return self._given_up(f"given up after {counted(len(self._pairs), 'parameter')}")
        found = self._here.found(self._pairs)
        lines = tuple(map(harmless, self._here.lines(found)))
        return Reply(self.command, True, lines, self._here.plain(found), self.debugger.position)


class NumbersRun(_Check):
    """Holds the numbers in a file against an update (by its index) of the document's run.

    ``after``: the number of updates after which w and b were taken; None: before or after that one.
    """

    path: str = ""
    update: int = 0
    after: int | None = None
    verdict: NumbersVerdict | None = None
    _refused: NntuiError | None = None

    def _move(self, seconds: float) -> None:
        if not self._waited:  # it cannot be done in parts
            self._waited = True
            return
        assert self.debugger.checker is not None
        try:
            main = next(iter(self.debugger.branches))
            experiment = main.timeline.experiment_at(0)
            self.verdict = self.debugger.checker(experiment, self.path, self.update, self.after)
        except NntuiError as error:
            self._refused = error
        self.over = True

    def reply(self) -> Reply:
        """Reply with the verdict."""
        if error := self._refused or self.failure:
            return self._failed(error)
        if self.verdict is None:
            return self._given_up("given up")
        data = self.verdict.plain()
        agree = f"{data['agree']:,} of {data['compared']:,} numbers agree with the run."
        found = (line.replace(_OPEN, "goto") for line in self.verdict.lines)
        lines = tuple(map(harmless, (agree, *found, *self.verdict.notes)))
        if self.debugger.branches.current.parent is not None:
            lines += ("This is about the run of the document, not about the branch here.",)
        return Reply(self.command, True, lines, data, self.debugger.position)


def _check(debugger: Debugger, rest: str) -> Movement:
    if not rest:
        return GradientRun(debugger, jump=False)
    word, more = first_word(rest)
    path = unquoted(word)
    if not path:
        raise CommandError(f"{escaped(word)} is badly quoted")
    if debugger.checker is None:
        raise CommandError("nothing reads such files here: nntui.check_work(experiment, NUMBERS)")
    moment = _moment(debugger, more)
    after = moment.get("after")
    update = moment.get("update", after or 1) - 1
    return NumbersRun(
        debugger, jump=False, path=os.path.expanduser(path), update=update, after=after
    )


_MOMENTS: Final = ("update", "after")


def _moment(debugger: Debugger, words: str) -> dict[str, int]:
    """Read the numbers of updates behind a file: ``update 3``, ``after 3``, both or none.

    Raises:
        CommandError: there is no such update.
    """
    found: dict[str, int] = {}
    while words:
        word, words = first_word(words)
        if word not in _MOMENTS or word in found:
            expected = "expected update or after, and the number of an update"
            raise CommandError(
                f"found “{escaped(word)}” behind the file, {expected} "
                '(a name with blanks stands in "double quotes")'
            )
        text, words = first_word(words)
        number, last = whole(text, "the number of an update"), debugger.schedule.updates
        if not 1 <= number <= last:
            raise CommandError(f"there is no update {number:,}: the run has {last:,}")
        found[word] = number
    return found


def _files(debugger: Debugger, before: list[str], begun: str) -> Iterator[str]:
    """Offer the files with numbers in the working directory, then the moments."""
    if before:
        if len(before) % 2:  # behind the file, or the number of a moment
            yield from (word for word in _MOMENTS if word not in before)
        return
    try:
        with os.scandir() as found:
            names = [entry.name for entry in islice(found, _MOST_FILES)]
    except OSError:
        return
    for name in sorted(names):
        if name.endswith(_ENDINGS) and name.isprintable() and " " not in name:
            yield name


CHECK_COMMANDS: Final = (
    Command(
        "check", "[FILE [update N] [after N]]", "check the gradient here, or numbers of yours",
        _check, completes=_files,
        more="""
Without a file: each derivative of the loss of this example, and of this batch, at the parameters of
here, by backpropagation and by central differences, (L(p + h) − L(p − h)) / 2h, which know no
derivative. Where the loss has a corner (a kink), or rounding hides the change (noise), it says so.
With a file of numbers made elsewhere (JSON, CSV, npz, safetensors, a trace): whether they are those
of the document's run, of its first update or of update N, and if not, which mistake makes them.
w and b are those before or after that update, whichever fits; with after N, those after update N.
  check mine.npz
  check mine.npz update 3
  check mine.npz after 3""",
    ),
)  # fmt: skip
