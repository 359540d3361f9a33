"""The step pane: the formula that just ran, in symbols and in numbers, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.debugger.snapshot import Snapshot
from nntui.debugger.step import Step
from nntui.explain.formulas import Line, dressed, formula, sum_of
from nntui.explain.numbers import FIRST, PRECISIONS
from nntui.explain.source import intention, method, place
from nntui.model.experiment import Experiment
from nntui.text import padded, wrapped
from nntui.tui.control.focus import Focus
from nntui.tui.equations import Equations, column_of, outcome
from nntui.tui.frame import Frame
from nntui.tui.widgets.pane import LinePane

FEW: Final = 12
"""Inputs or outputs that are written one by one, at most."""
_TITLES: Final = {
    "load": "load",
    "forward_edge": "forward",
    "forward_neuron": "forward",
    "loss": "loss",
    "backward_neuron": "backward",
    "backward_edge": "backward",
    "update": "update",
}
# Which equation is the point of a step that may have more of them than the pane has rows.
_OUTCOME: Final = {"loss": 0, "update": -1}


class StepPane(LinePane):
    """What the last step did. Before the first step: what the document says about itself."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="Step", id="step")
        self._experiment = experiment
        self._column = column_of(experiment.network.wiring())
        self._precision = FIRST
        self._snapshot: Snapshot | None = None
        self._lines: list[list[Segment]] = []

    def show(self, frame: Frame, focus: Focus) -> None:
        """Show the last step of a frame."""
        self._snapshot = frame.snapshot
        self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self.changed()

    def write_as(self, precision: int) -> None:
        """Write numbers in one of ``PRECISIONS``."""
        self._precision = precision
        self.changed()

    def changed(self) -> None:
        """Write the lines for the width that there is."""
        if self._snapshot is not None:
            self._lines = self._written(self._snapshot)
        super().changed()

    def extent(self) -> tuple[int, int]:
        """As wide as the pane, as high as its text."""
        return self.scrollable_content_region.width, len(self._lines)

    def segments(self, row: int) -> list[Segment]:
        """One line."""
        return self._lines[row]

    def _written(self, snapshot: Snapshot) -> list[list[Segment]]:
        """The title on the first row, what comes next on the last, the equations between them."""
        region = self.scrollable_content_region
        width = max(region.width - 1, 10)
        if snapshot.last is None:
            rows = self._story(width)
        else:
            rows = self._working(snapshot.last, width, region.height - 2)
        rows += [[]] * (region.height - 1 - len(rows))
        return [*rows, self._next(snapshot, width)]

    def _working(self, last: Step, width: int, height: int) -> list[list[Segment]]:
        facts, number = last.facts, PRECISIONS[self._precision].number
        net = facts.experiment.network.wiring()
        equations = Equations(self.colours, self._column, width)
        lines = formula(facts, number, dressed, FEW)
        terms = sum_of(facts.operation, net)
        rows = equations.rows(lines, height)
        if terms is not None and len(rows) < height:
            rows.append(equations.sum(terms))
        long = len(rows) > height and last.kind in _OUTCOME
        if long:  # further to the left there is more room, and fewer formulas are broken
            column = self._tight(last.kind, lines)
            rows = Equations(self.colours, column, width).rows(lines, height)
        title = self._title(last, outcome(lines[_OUTCOME[last.kind]]) if long else "", width)
        heading = Segment(padded(f" {title}", width + 1), self.colours.faint)
        return [[heading], *rows]

    def _tight(self, kind: str, lines: Sequence[Line]) -> int:
        """A column for the ``=`` as far left as the names allow, the same in all steps of a kind.

        Those of an update are parameters and the optimizer’s letters, no gradients.
        """
        if kind == "update":
            return self._column - len("∂L/∂")
        return max(cell_len(line.target) for line in lines) + 1

    def _title(self, last: Step, made: str, width: int) -> str:
        """What kind of step it is, of what, how and (``made``) with what outcome; what fits."""
        facts = last.facts
        kind, where = _TITLES[last.kind], place(facts.operation, facts.experiment.network.wiring())
        how = method(facts.experiment, last.kind)
        forms = ((kind, where, how, made), (kind, where, made), (where, made), (made or where,))
        titles = [" · ".join(filter(None, form)) for form in forms]
        return next((each for each in titles if cell_len(each) <= width), titles[-1])

    def _next(self, snapshot: Snapshot, width: int) -> list[Segment]:
        if snapshot.next_operation is None:
            text = "the end of the run: nothing is left to compute"
        else:
            text = intention(snapshot.next_operation)
        faint = self.colours.faint
        return [
            Segment(" next  ", Style(bold=True) + faint),
            Segment(padded(text, max(width - 7, 1)), faint),
        ]

    def _story(self, width: int) -> list[list[Segment]]:
        """The document's name and description."""
        name = self._experiment.name or "An experiment"
        found = [[Segment(" " + name, Style(bold=True))]]
        # The story is Markdown; its marks for bold and code are left out, the words are shown.
        story = self._experiment.description.replace("**", "").replace("`", "")
        for paragraph in story.split("\n\n"):
            for line in wrapped(" ".join(paragraph.split()), width - 1):
                found.append([Segment(" " + line)])
            found.append([])
        return found if self._experiment.description else [*found, []]
