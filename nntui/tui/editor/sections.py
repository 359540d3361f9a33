"""The sections of the editor: neurons, connections, training, data; each a list of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from nntui.model.changes.settings import SETTINGS, Change, setting
from nntui.model.changes.structure import (
    change_connection,
    change_neuron,
    delete_neuron,
    delete_row,
    disconnect,
)
from nntui.model.dataset import Target
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.settings import spelled
from nntui.text import padded
from nntui.tui.editor import forms
from nntui.tui.editor.forms import Form, yes_or_no
from nntui.tui.panes.pane import RowsPane

_MOST_NAME_CELLS: Final = 16


def _name_cells(experiment: Experiment) -> int:
    widest = max(map(cell_len, experiment.network.names), default=0)
    return max(min(widest, _MOST_NAME_CELLS), len("neuron"))


class Section(Struct, frozen=True):
    """A list: its rows in order, how one is written in columns, and what can be done with it.

    ``count`` is the number of rows, found without making them (None: always the same). ``add``
    makes the form of a new entry, given the selected row. What is None cannot be done.
    """

    title: str
    count: Callable[[Experiment], int | None]
    heading: Callable[[Any], str]
    """The names of the columns, given what ``measure`` returns."""
    rows: Callable[[Experiment], Sequence[Any]]
    line: Callable[[Experiment, Any, Any], str]
    """An entry in columns, given that, too."""
    change: Callable[[Experiment, Any], Form]
    add: Callable[[Experiment, Any], Form] | None = None
    delete: Callable[[Experiment, Any], Change] | None = None
    train: Callable[[Experiment, Any], Change] | None = None
    measure: Callable[[Experiment], Any] = _name_cells
    """What the columns go by, found once for an experiment."""
    neurons: Callable[[Any], tuple[str, ...]] = lambda row: ()
    """The names of the neurons that a row is about."""

    def offers(self, key: str) -> bool:
        """Return whether a key of the editor, by its name, does something here."""
        if key == "editor-add":
            return self.add is not None
        if key == "editor-delete":
            return self.delete is not None
        return key != "editor-train" or self.train is not None


class EditorRows(RowsPane, inherit_bindings=False):
    """Shows a section of an experiment, a line a row: only the visible rows are written.

    It has no keys of its own: those of scrolling would overtake the editor’s, which select a row.
    """

    @dataclass
    class Selected(Message):
        """Another row is selected; ``activated``: it is to be changed."""

        activated: bool

    def __init__(self) -> None:
        super().__init__(title="", id="editor-rows")
        self._section: Section | None = None
        self._experiment: Experiment | None = None
        self._entries: Sequence[Any] = ()
        self._measured: Any = None

    @property
    def entry(self) -> Any:
        """The selected entry; None when there is none."""
        return self._entries[self.selected] if self._entries else None

    @property
    def neurons(self) -> tuple[str, ...]:
        """The neurons that the selected entry is about."""
        return self._section.neurons(self.entry) if self._section and self._entries else ()

    def show(self, section: Section, experiment: Experiment) -> None:
        """Show a section; in the same one as before the entry, or its row, stays selected."""
        before = self.entry if section is self._section else None
        if section is not self._section:
            self.selected = 0
        if section is not self._section or experiment is not self._experiment:
            self._section, self._experiment = section, experiment
            self._entries = section.rows(experiment)
            self._measured = section.measure(experiment)
            self.set_title(section.heading(self._measured))
            if before is not None and before in self._entries:
                self.selected = self._entries.index(before)
            self.select(self.selected)

    @property
    def row_count(self) -> int:
        return len(self._entries)

    def row_selected(self, *, activated: bool) -> None:
        self.post_message(self.Selected(activated=activated))

    def extent(self) -> tuple[int, int]:
        return self.scrollable_content_region.width, len(self._entries)

    def segments(self, row: int) -> list[Segment]:
        assert self._section is not None
        assert self._experiment is not None
        width = self.scrollable_content_region.width
        selected = row == self.selected
        line = self._section.line(self._experiment, self._entries[row], self._measured)
        style = self.colours.chosen if selected else Style()
        return [Segment(padded(f"{'›' if selected else ' '} {line}", width), style)]

    def resized(self) -> None:
        super().resized()
        if self._section is not None:
            self.select(self.selected)  # keep it visible


def _neuron_line(experiment: Experiment, name: str, width: int) -> str:
    neuron = experiment.network.neuron(name)
    start = f"{padded(escaped(name, 64), width)}  {neuron.role:<6}"
    if neuron.activation is None or neuron.bias is None:
        return start
    activation = padded(spelled(neuron.activation), 12)
    return f"{start}  {activation}  {yes_or_no(neuron.trainable):<7}  {neuron.bias!r}"


def _connection_line(experiment: Experiment, edge: tuple[str, str], width: int) -> str:
    found = experiment.network.connection(*edge)
    names = " → ".join(padded(escaped(name, 64), width) for name in edge)
    return f"{names}  {yes_or_no(found.trainable):<7}  {found.weight!r}"


class _ExampleColumns(Struct, frozen=True):
    """The columns of the data: a heading for each, and the cells before and behind its points."""

    names: tuple[str, ...]
    inputs: int
    cells: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, experiment: Experiment) -> _ExampleColumns:
        """Measure the columns by the first examples; what is longer in others is cut."""
        data, net = experiment.data, experiment.network.wiring()
        rows = [_numbers(*row) for row in islice(zip(data.inputs, data.targets, strict=True), 200)]
        many = len(rows[0]) == len(net.inputs) + len(net.outputs)
        names = (*net.inputs, *(net.outputs if many else ("class",)))
        cells = []
        for name, words in zip(names, zip(*rows, strict=True), strict=True):
            parts = [word.partition(".") for word in words]
            behind = max(len(point + rest) for _, point, rest in parts)
            before = max(len(whole) for whole, _, _ in parts)
            cells.append((max(before, min(cell_len(name), _MOST_NAME_CELLS) - behind), behind))
        return cls(names, len(net.inputs), tuple(cells))

    @property
    def heading(self) -> str:
        columns = zip(self.names, self.cells, strict=True)
        return self._row("n", [padded(name, sum(cells), right=True) for name, cells in columns])

    def line(self, experiment: Experiment, n: int) -> str:
        words = _numbers(experiment.data.inputs[n], experiment.data.targets[n])
        columns = zip(words, self.cells, strict=True)
        return self._row(f"{n + 1}", [_pointed(word, *cells) for word, cells in columns])

    def _row(self, n: str, columns: Sequence[str]) -> str:
        x, y = columns[: self.inputs], columns[self.inputs :]
        return f"{n:>5}  {'  '.join(x)}  →  {'  '.join(y)}"


def _numbers(x: Target, y: Target) -> list[str]:
    return [*forms.numbers_text(x).split(), *forms.numbers_text(y).split()]


def _pointed(word: str, before: int, behind: int) -> str:
    """Write a number with its point where those of its column stand."""
    whole, point, rest = word.partition(".")
    return padded(f"{whole:>{before}}{point}{rest}", before + behind)


SECTIONS: Final[dict[str, Section]] = {
    "neurons": Section(
        title="Neurons",
        count=lambda experiment: len(experiment.network),
        heading=lambda width: (
            f"{padded('neuron', width)}  role    {'activation':<12}  trained  bias"
        ),
        rows=lambda experiment: experiment.network.names,
        line=_neuron_line,
        change=forms.neuron_form,
        add=forms.new_neuron_form,
        delete=delete_neuron,
        train=lambda experiment, name: change_neuron(
            experiment, name, trainable=not experiment.network.neuron(name).trainable
        ),
        neurons=lambda name: (name,),
    ),
    "connections": Section(
        title="Connections",
        count=lambda experiment: experiment.network.wiring().connection_count,
        heading=lambda width: f"{padded('from', width)}   {padded('to', width)}  trained  weight",
        rows=lambda experiment: experiment.network.wiring().edges,
        line=_connection_line,
        change=lambda experiment, edge: forms.connection_form(experiment, *edge),
        add=lambda experiment, edge: forms.new_connection_form(experiment, edge and edge[0]),
        delete=lambda experiment, edge: disconnect(experiment, *edge),
        train=lambda experiment, edge: change_connection(
            experiment, *edge, trainable=not experiment.network.connection(*edge).trainable
        ),
        neurons=tuple,
    ),
    "training": Section(
        title="Training",
        count=lambda experiment: None,
        heading=lambda width: "setting        value",
        rows=lambda experiment: [*SETTINGS],
        line=lambda experiment, name, width: f"{name:<14} {setting(experiment.training, name)}",
        change=forms.setting_form,
    ),
    "data": Section(
        title="Data",
        count=lambda experiment: len(experiment.data),
        heading=lambda columns: columns.heading,
        rows=lambda experiment: range(len(experiment.data)),
        line=lambda experiment, n, columns: columns.line(experiment, n),
        measure=_ExampleColumns.of,
        change=forms.example_form,
        add=lambda experiment, n: forms.new_example_form(experiment),
        delete=delete_row,
    ),
}
"""The sections by name, in the order of the tabs."""
