"""The step pane: the formula that just ran, in symbols and in numbers, and what comes next."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from nntui.debugger.snapshot import Snapshot
from nntui.explain.formulas import Line, dressed, formula
from nntui.explain.numbers import rounded
from nntui.explain.places import intention, place
from nntui.model.experiment import Experiment
from nntui.tui.control.focus import Focus
from nntui.tui.frame import Frame
from nntui.tui.text import padded, wrapped
from nntui.tui.widgets.pane import LinePane

DIGITS: Final = 5
_TITLES: Final = {
    "load": "load",
    "forward_edge": "forward",
    "forward_neuron": "forward",
    "loss": "loss",
    "backward_neuron": "backward",
    "backward_edge": "backward",
    "update": "update",
}


class StepPane(LinePane):
    """What the last step did. Before the first step: what the document says about itself."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(title="Step", id="step")
        self._experiment = experiment
        self._snapshot: Snapshot | None = None
        self._lines: list[list[Segment]] = []

    def show(self, frame: Frame, focus: Focus) -> None:
        """Show the last step of a frame."""
        self._snapshot = frame.snapshot
        self.scroll_to(0, 0, animate=False, force=True, immediate=True)
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
        width = max(self.scrollable_content_region.width - 1, 10)
        next_line = self._next(snapshot, width)
        if snapshot.last is None:
            return [*self._story(width), *next_line]
        facts = snapshot.last.facts
        net = facts.experiment.network.wiring()
        title = f"{_TITLES[snapshot.last.kind]} · {place(facts.operation, net)}"
        lines = formula(facts, rounded(DIGITS), dressed)
        height = self.scrollable_content_region.height - 1 - len(next_line)
        equations = self._equations(lines, width, height)
        return [
            [Segment(padded(" " + title, width + 1), self.colours.faint)],
            *equations,
            *next_line,
        ]

    def _equations(self, lines: tuple[Line, ...], width: int, height: int) -> list[list[Segment]]:
        """Each equation in three lines, or shorter when there is too little room."""
        colours = self.colours
        found: list[list[Segment]] = []
        spacious = 3 * len(lines) <= height
        symbolic = 2 * len(lines) <= height
        for line in lines:
            indent = " " * (min(cell_len(line.target), 20) + 1)
            result = Segment(f" = {line.result}", Style(bold=True) + colours.mark)
            if spacious or symbolic:
                found += _chunks(f" {line.target} = ", line.symbols, width, Style())
            if spacious:
                if line.numbers != line.result:
                    found += _chunks(f"{indent} = ", line.numbers, width, Style())
                found.append([Segment(indent), result])
            elif symbolic and line.numbers == line.result:
                found.append([Segment(indent), result])
            else:
                head = f"{indent} = " if symbolic else f" {line.target} = "
                numbers = _chunks(head, line.numbers, width, Style())
                if line.numbers == line.result:
                    numbers = [[Segment(head), Segment(line.result, colours.mark)]]
                elif cell_len(numbers[-1][0].text) + cell_len(result.text) <= width:
                    numbers[-1].append(result)
                else:
                    numbers.append([Segment(indent), result])
                found += numbers
        return found

    def _next(self, snapshot: Snapshot, width: int) -> list[list[Segment]]:
        if snapshot.next_operation is None:
            text = "the end of the run: there is nothing left to compute"
        else:
            text = intention(snapshot.next_operation)
        first = True
        found: list[list[Segment]] = []
        for line in wrapped(text, width - 7):
            head = " next  " if first else "       "
            found.append(
                [
                    Segment(head, Style(bold=True) + self.colours.faint),
                    Segment(line, self.colours.faint),
                ]
            )
            first = False
        return found

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


def _chunks(head: str, text: str, width: int, style: Style) -> list[list[Segment]]:
    """A formula behind its head, broken between words when it is longer than the pane."""
    room = max(width - cell_len(head), 12)
    return [
        [Segment((head if n == 0 else " " * cell_len(head)) + line, style)]
        for n, line in enumerate(wrapped(text, room))
    ]
