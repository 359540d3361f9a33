"""The status line: the position of the run, and a message."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.debugger.branches import MAIN
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.text import cut, padded
from nntui.tui.frame import Frame
from nntui.tui.panes.pane import LinePane

MOST_NAME_CELLS: Final = 16
"""Cells of the name of a neuron or a branch."""
EDITED: Final = "● edited · "
"""What the line begins with while the document has unsaved edits."""
_BETWEEN: Final = " · "
_CLAUSE: Final = re.compile(r"[:;,.] ")


class StatusLine(LinePane):
    """The position of the run, and at the right a message: why it stopped, or the typed count.

    The message comes first: the position gets the longest form that fits beside it, and none at
    all when only that saves the message from being cut off.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="", id="status")
        self._position = PositionText(experiment)
        self._forms: tuple[str, ...] = ("",)
        self._message = ""
        self._mark = ""

    def mark_edited(self, edited: bool) -> None:
        """Show at the very left whether the document has unsaved edits."""
        mark = EDITED if edited else ""
        if mark != self._mark:
            self._mark = mark
            self.changed()

    def show(self, frame: Frame, message: str | None = "") -> None:
        """Show the position of a frame; with None the previous message stays."""
        if frame.experiment is not self._position.experiment:
            self._position = PositionText(frame.experiment)
        self._forms = self._position.forms(frame)
        self._message = self._message if message is None else message
        self.changed()

    def say(self, message: str) -> None:
        if message != self._message:
            self._message = message
            self.changed()

    @property
    def text(self) -> str:
        """The whole line, whatever the width of the screen."""
        return f"{self._mark}{self._forms[0]}  {self._message}".strip()

    def extent(self) -> tuple[int, int]:
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        width = self.size.width
        message = f" {_shortened(self._message, width - 2)} " if self._message else ""
        forms = [f"{self._mark}{form}" for form in self._forms]
        room = width - cell_len(message)
        if room < 0:  # it is cut off anyway; the number of the step never is
            room = cell_len(forms[-1]) + 2
            room = room if room <= width // 2 else 0
        elif room < cell_len(forms[-1]) + 2:
            forms.append(self._mark.rstrip(" ·") if cell_len(self._mark) <= room else "")
        last = forms[-1] if room else ""
        position = next((form for form in forms if cell_len(form) + 2 <= room), last)
        bar = Style(reverse=True)
        return [
            Segment(padded(f" {position}", room), bar),
            Segment(padded(message, width - room), bar + Style(bold=True)),
        ]


def _shortened(message: str, width: int) -> str:
    """Return a message, or as many of its clauses as fit, if they fill a third of the width."""
    if cell_len(message) <= width:
        return message
    ends = [found.start() for found in _CLAUSE.finditer(message)]
    parts = (f"{message[:end]} …" for end in reversed(ends))
    return next((part for part in parts if width // 3 < cell_len(part) <= width), message)


class PositionText:
    """Writes the position of a run of an experiment in words."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        net, training = experiment.network.wiring(), experiment.training
        examples = len(experiment.train_examples)
        updates = training.epochs * -(-examples // (training.batch_size or examples))
        self._totals = {"example": len(experiment.data), "update": updates}
        self._epochs = f"/{training.epochs:,}"
        # The examples may come in any order, so their numbers keep their width.
        self._example_cells = len(f"example {self._totals['example']:,}")
        longest = max(cell_len(_short_name(j)) for j in net.layer)
        self._operation_cells = len("backward · →") + 2 * longest

    def forms(self, frame: Frame) -> tuple[str, ...]:
        """Return the position of a frame: the longest form first, the step number alone last.

        What is left out: first the totals, then the phase with its edge (the step pane shows it
        too), then epoch and example. A branch other than the first is named in all of them.
        """
        snapshot, branch = frame.snapshot, frame.curves[-1].name
        named = [] if branch == MAIN else [f"branch {_short_name(branch)}"]
        step, most = f"step {snapshot.position:,}", f"step {snapshot.total:,}"
        of = f" of {snapshot.total:,}"
        alone, spelled = padded(step, len(most)), padded(step + of, len(most + of))
        if snapshot.last is None:
            forms = [["start", spelled], ["start", alone], [alone]]
        else:
            position = snapshot.last.position
            epoch = f"epoch {position.epoch + 1:,}"
            name = "update" if position.example is None else "example"
            number = position.update if position.example is None else position.example
            unit, of_all = f"{name} {number + 1:,}", f"/{self._totals[name]:,}"
            width = self._example_cells if name == "example" else len(unit)
            operation = padded(
                _operation_text(snapshot.last.operation, position.phase), self._operation_cells
            )
            full = [epoch + self._epochs, padded(unit + of_all, width + len(of_all)), operation]
            brief = [epoch, padded(unit, width)]
            forms = [
                [*full, spelled], [*full, alone], [*brief, operation, alone], [*brief, alone],
                [alone],
            ]  # fmt: skip
        return tuple(_BETWEEN.join([*named, *form]) for form in forms)


def _operation_text(operation: tuple[str, ...], phase: str) -> str:
    """Return the phase and the part of the network that a step is about: ``backward · h2→y``."""
    kind, *neurons = operation
    place = "→".join(_short_name(j) for j in neurons)
    if kind == "update" and len(neurons) == 1:
        place = f"bias of {place}"
    elif kind == "load":
        place = "load"
    words = [place] if kind == "update" else [phase, place]
    return _BETWEEN.join(word for word in words if word)


def _short_name(name: str) -> str:
    return cut(escaped(name), MOST_NAME_CELLS)
