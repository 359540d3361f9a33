"""The status line: where the run stands, and what there is to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.debugger.branches import MAIN
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.text import padded
from nntui.tui.frame import Frame
from nntui.tui.panes.pane import LinePane

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget


LONGEST_NAME: Final = 12
"""Cells for the name of a neuron or a branch, at most."""
MADE: Final = "branch-"
"""How the names begin that branches are given."""
_BETWEEN: Final = " · "


class Whereabouts:
    """Says where the runs of one experiment stand."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        net, epochs = experiment.network.wiring(), f"{experiment.training.epochs:,}"
        self._totals = {"example": len(experiment.data), "update": _updates(experiment)}
        self._epochs = f"/{epochs}"
        # The examples may come in any order, so their numbers keep their width.
        self._example = len(f"example {self._totals['example']:,}")
        self._doing = len("backward · →") + 2 * max(cell_len(_cut(j)) for j in net.layer)

    def forms(self, frame: Frame) -> tuple[str, ...]:
        """Where the run of a frame stands: the longest form first, the step's number last.

        What gives way: first the totals, then the phase with its edge (the step pane shows it
        too), then epoch and example. A branch other than the first is named in all of them.
        """
        snapshot, branch = frame.snapshot, frame.curves[-1].name
        named = [] if branch == MAIN else [_branch(branch)]
        step, most = f"step {snapshot.position:,}", f"step {snapshot.total:,}"
        of = f" of {snapshot.total:,}"
        alone, spelled = padded(step, len(most)), padded(step + of, len(most + of))
        if snapshot.last is None:
            forms = [["start", spelled], ["start", alone], [alone]]
        else:
            position = snapshot.last.position
            epoch = f"epoch {position.epoch + 1:,}"
            if position.example is None:
                name, number = "update", position.update
            else:
                name, number = "example", position.example
            unit, of_all = f"{name} {number + 1:,}", f"/{self._totals[name]:,}"
            width = self._example if name == "example" else len(unit)
            doing = padded(_doing(snapshot.last.operation, position.phase), self._doing)
            full = [epoch + self._epochs, padded(unit + of_all, width + len(of_all)), doing]
            brief = [epoch, padded(unit, width)]
            forms = [
                [*full, spelled],
                [*full, alone],
                [*brief, doing, alone],
                [*brief, alone],
                [alone],
            ]
        return tuple(_BETWEEN.join([*named, *form]) for form in forms)


def _updates(experiment: Experiment) -> int:
    training, examples = experiment.training, len(experiment.train_examples)
    return training.epochs * -(-examples // (training.batch_size or examples))


def _doing(operation: tuple[str, ...], phase: str) -> str:
    """The phase and what of the network the step is about: ``backward · h2→y``."""
    kind, *neurons = operation
    place = "→".join(_cut(j) for j in neurons)
    if kind == "update" and len(neurons) == 1:
        place = f"bias of {place}"
    elif kind == "load":
        place = "load"
    words = [place] if kind == "update" else [phase, place]
    return _BETWEEN.join(word for word in words if word)


def _branch(name: str) -> str:
    """A branch by its name; the names it is given say that it is one."""
    return _cut(name) if name.startswith(MADE) else f"branch {_cut(name)}"


def _cut(name: str) -> str:
    name = escaped(name)
    return padded(name, min(cell_len(name), LONGEST_NAME))


# ---- status --------------------------------------------------------------------------------------


_CLAUSE: Final = re.compile(r"[:;,.] ")
EDITED: Final = "● edited · "
"""What the line begins with while there are edits that were not saved."""


class StatusLine(LinePane):
    """Where the run stands, and at the right a message: why it stopped, or the count typed so far.

    The message has the right of way: the place is said in as many words as it leaves room for,
    and not at all when only that saves the message from being cut off.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="", id="status")
        self._about = Whereabouts(experiment)
        self._forms: tuple[str, ...] = ("",)
        self._message = ""
        self._mark = ""

    def mark_edited(self, edited: bool) -> None:
        """Say at the very left whether the document holds edits that were not saved."""
        mark = EDITED if edited else ""
        if mark != self._mark:
            self._mark = mark
            self.changed()

    def show(self, frame: Frame, message: str | None = "") -> None:
        """Show where a frame stands; without a message the one before stays."""
        if frame.experiment is not self._about.experiment:
            self._about = Whereabouts(frame.experiment)
        self._forms = self._about.forms(frame)
        self._message = self._message if message is None else message
        self.changed()

    def say(self, message: str) -> None:
        """Show another message."""
        if message != self._message:
            self._message = message
            self.changed()

    @property
    def text(self) -> str:
        """Everything there is to say, however wide the screen."""
        return f"{self._mark}{self._forms[0]}  {self._message}".strip()

    def extent(self) -> tuple[int, int]:
        """One line, as wide as the screen."""
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        """The place on the left, the message on the right."""
        width = self.size.width
        message = f" {_whole(self._message, width - 2)} " if self._message else ""
        forms = [f"{self._mark}{form}" for form in self._forms]
        room = width - cell_len(message)
        if room < 0:  # it is cut off anyway; the number of the step never is
            room = cell_len(forms[-1]) + 2
            room = room if room <= width // 2 else 0
        elif room < cell_len(forms[-1]) + 2:
            forms.append(self._mark.rstrip(" ·") if cell_len(self._mark) <= room else "")
        last = forms[-1] if room else ""
        place = next((form for form in forms if cell_len(form) + 2 <= room), last)
        bar = Style(reverse=True)
        return [
            Segment(padded(f" {place}", room), bar),
            Segment(padded(message, width - room), bar + Style(bold=True)),
        ]


def _whole(message: str, width: int) -> str:
    """A message as it is, or as much of it as makes sense and has room: a clause or more."""
    if cell_len(message) <= width:
        return message
    ends = [found.start() for found in _CLAUSE.finditer(message)]
    parts = (f"{message[:end]} …" for end in reversed(ends))
    return next((part for part in parts if width // 3 < cell_len(part) <= width), message)


# ---- scoring -------------------------------------------------------------------------------------


REST: Final = 0.3
"""Seconds without another frame after which a run is taken to rest."""

FEW: Final = 2_000
"""Parameters that are compared one by one; of more, only whether they are the same object."""


class Scoring:
    """Counts for a pane, in a thread of its own, and says when it has counted.

    A count is good for as long as the parameters and the data are the same.
    """

    def __init__(self, pane: Widget, counted: Callable[[], None]) -> None:
        self._pane, self._counted = pane, counted
        self._frame: Frame | None = None
        self._timer: Timer | None = None
        self._of: Frame | None = None
        self._words: tuple[str, ...] = ()
        self._busy = False

    def watch(self, frame: Frame) -> None:
        """Count at this frame, if no other follows soon."""
        self._frame = frame
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not frame.on_the_way and (self._of is None or not _alike(self._of, frame)):
            self._timer = self._pane.set_timer(REST, self._begin)

    def words(self, frame: Frame) -> tuple[str, ...]:
        """The count at a frame, the longest form first; none as long as it was not counted."""
        return self._words if self._of is not None and _alike(self._of, frame) else ()

    @property
    def is_waiting(self) -> bool:
        """Whether there is still something to count."""
        return self._busy or self._timer is not None

    def _begin(self) -> None:
        self._timer = None
        frame = self._frame
        if frame is not None and self._pane.display and not self._busy:
            self._busy = True
            # No partial: Textual writes it down, with every number in its arguments.
            self._pane.run_worker(lambda: self._count(frame), thread=True, group="scoring")

    def _count(self, frame: Frame) -> None:
        words: tuple[str, ...] = ()
        try:
            words = score_of(frame)
        finally:
            self._pane.call_later(self._end, frame, words)

    def _end(self, frame: Frame, words: tuple[str, ...]) -> None:
        self._busy, self._of, self._words = False, frame, words
        if self._frame is not None and self._timer is None and not _alike(frame, self._frame):
            self.watch(self._frame)
        self._counted()


def score_of(frame: Frame) -> tuple[str, ...]:
    """``accuracy 95 % of 40, test 90 % of 10``, and shorter; none where nothing is classified.

    The percentages are rounded down: only where all are right it says 100 %.
    """
    from nntui.engine.evaluate import classifies, right_ones

    experiment, b, w = frame.experiment, frame.snapshot.b, frame.snapshot.w
    if not classifies(experiment):
        return ()
    parts = [("accuracy", experiment.train_examples), ("test", experiment.test_examples)]
    counts = [
        (name, right_ones(experiment, examples, b, w), len(examples))
        for name, examples in parts
        if examples
    ]
    return (
        ", ".join(f"{name} {100 * n // of} % of {of:,}" for name, n, of in counts),
        ", ".join(f"{name} {n:,}/{of:,}" for name, n, of in counts),
    )


def _alike(one: Frame, other: Frame) -> bool:
    """Whether parameters and data are the same; a snapshot keeps what has not changed."""
    a, b = one.snapshot, other.snapshot
    return one.experiment is other.experiment and _same(a.b, b.b) and _same(a.w, b.w)


def _same(one: Mapping[Any, float], other: Mapping[Any, float]) -> bool:
    return one is other or (len(one) == len(other) <= FEW and one == other)
