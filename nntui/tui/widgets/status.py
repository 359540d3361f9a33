"""The status line: where the run stands, and what there is to say."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.debugger.snapshot import Snapshot
from nntui.model.experiment import Experiment
from nntui.tui.text import padded
from nntui.tui.widgets.pane import LinePane


class StatusLine(LinePane):
    """Epoch, example, phase, step n of N; behind it a message or the count typed so far."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="", id="status")
        self._epochs = experiment.training.epochs
        self._examples = len(experiment.train_examples)
        self._place = ""
        self._message = ""

    def show(self, snapshot: Snapshot, message: str | None = "") -> None:
        """Show where a snapshot stands; without a message the one before stays."""
        self._place = self._written(snapshot)
        self._message = self._message if message is None else message
        self.changed()

    def say(self, message: str) -> None:
        """Show another message."""
        if message != self._message:
            self._message = message
            self.changed()

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self._place}  {self._message}".strip()

    def extent(self) -> tuple[int, int]:
        """One line, as wide as the screen."""
        return self.size.width, 1

    def segments(self, row: int) -> list[Segment]:
        """The place on the left; the message behind it, over the place when there is no room."""
        width = self.size.width
        message = f" {self._message} " if self._message else ""
        room = max(width - cell_len(message), 0)
        bar = Style(reverse=True)
        return [
            Segment(padded(" " + self._place, room), bar),
            Segment(padded(message, width - room), bar + Style(bold=True)),
        ]

    def _written(self, snapshot: Snapshot) -> str:
        step = f"step {snapshot.position:,} of {snapshot.total:,}"
        if snapshot.last is None:
            return f"start · {step}"
        position = snapshot.last.position
        parts = [f"epoch {position.epoch + 1:,}/{self._epochs:,}"]
        if position.example is not None:
            parts.append(f"example {position.example + 1:,}")
        else:
            parts.append(f"update {position.update + 1:,}")
        parts += [position.phase] if position.phase != "update" else []
        return " · ".join([*parts, step])
