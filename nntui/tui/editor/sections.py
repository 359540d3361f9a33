"""The sections of the editor: neurons, connections, training, data; each a list of rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, overload

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.message import Message

from nntui.model.changes.settings import SETTINGS, Change, setting
from nntui.model.changes.structure import (
    change_connection,
    change_neuron,
    delete_neuron,
    delete_row,
    disconnect,
)
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.network import Connection, Network, Neuron
from nntui.model.settings import spelled
from nntui.text import padded
from nntui.tui.editor import forms
from nntui.tui.editor.forms import Form
from nntui.tui.panes.pane import RowsPane

_TRAINED: Final = {True: "yes", False: "no"}
_MOST_NAME_CELLS: Final = 16


@dataclass(frozen=True, slots=True)
class Section:
    """A list: its rows in order, how one is written in columns, and what can be done with it.

    ``count`` is the number of rows, found without making them (None: always the same). ``add``
    makes the form of a new entry, given the selected row. What is None cannot be done.
    """

    title: str
    count: Callable[[Experiment], int | None]
    heading: Callable[[int], str]
    """The names of the columns, given the cells of a neuron's name."""
    rows: Callable[[Experiment], Sequence[Any]]
    line: Callable[[Experiment, Any, int], str]
    change: Callable[[Experiment, Any], Form]
    add: Callable[[Experiment, Any], Form] | None = None
    delete: Callable[[Experiment, Any], Change] | None = None
    train: Callable[[Experiment, Any], Change] | None = None

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

    class Selected(Message):
        """Another row is selected; ``activated``: it is to be changed."""

        def __init__(self, *, activated: bool) -> None:
            super().__init__()
            self.activated = activated

    def __init__(self) -> None:
        super().__init__(title="", id="editor-rows")
        self._section: Section | None = None
        self._experiment: Experiment | None = None
        self._entries: Sequence[Any] = ()
        self._name_cells = 0

    @property
    def entry(self) -> Any:
        """The selected entry; None when there is none."""
        return self._entries[self.selected] if self._entries else None

    def show(self, section: Section, experiment: Experiment) -> None:
        """Show a section; in the same one as before the row number stays selected."""
        if section is not self._section:
            self.selected = 0
        if section is not self._section or experiment is not self._experiment:
            self._section, self._experiment = section, experiment
            self._entries = section.rows(experiment)
            self._name_cells = _name_cells(experiment)
            self.set_title(section.heading(self._name_cells))
            self.select(self.selected)

    def select_last(self) -> None:
        """Select the row that was just added."""
        self.select(self.row_count - 1)

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
        line = self._section.line(self._experiment, self._entries[row], self._name_cells)
        style = self.colours.current_line if selected else Style()
        return [Segment(padded(f"{'›' if selected else ' '} {line}", width), style)]

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        if self._section is not None:
            self.select(self.selected)  # keep it visible


class ConnectionRows(Sequence[Connection]):
    """The connections in canonical order, each made when it is asked for: there may be 100,000."""

    def __init__(self, network: Network) -> None:
        self._network = network
        net = network.wiring()
        self._into = [(j, sources) for j in net.neurons if (sources := net.sources[j])]
        self._ends = list(accumulate(len(sources) for _, sources in self._into))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, n: int) -> Connection: ...
    @overload
    def __getitem__(self, n: slice) -> Sequence[Connection]: ...
    def __getitem__(self, n: int | slice) -> Connection | Sequence[Connection]:
        if isinstance(n, slice):
            return [self[each] for each in range(len(self))[n]]
        at = range(len(self))[n]
        row = bisect_right(self._ends, at)
        target, sources = self._into[row]
        return self._network.connection(sources[at - self._ends[row]], target)


# ---- how a row is written ------------------------------------------------------------------------


def _name_cells(experiment: Experiment) -> int:
    widest = max((cell_len(name) for name in experiment.network.names), default=0)
    return max(min(widest, _MOST_NAME_CELLS), len("neuron"))


def _neurons(experiment: Experiment) -> list[Neuron]:
    """Return the neurons in the document's order."""
    by_name = {neuron.name: neuron for neuron in experiment.network.neurons}
    return [by_name[name] for name in experiment.network.names]


def _neuron_line(experiment: Experiment, neuron: Neuron, width: int) -> str:
    start = f"{padded(escaped(neuron.name, 64), width)}  {neuron.role:<6}"
    if neuron.activation is None or neuron.bias is None:
        return start
    activation = padded(spelled(neuron.activation), 12)
    return f"{start}  {activation}  {_TRAINED[neuron.trainable]:<7}  {neuron.bias!r}"


def _connection_line(experiment: Experiment, connection: Connection, width: int) -> str:
    source, target = (
        padded(escaped(name, 64), width) for name in (connection.source, connection.target)
    )
    return f"{source} → {target}  {_TRAINED[connection.trainable]:<7}  {connection.weight!r}"


def _setting_line(experiment: Experiment, name: str, width: int) -> str:
    return f"{name:<12} {setting(experiment.training, name)}"


def _example_line(experiment: Experiment, n: int, width: int) -> str:
    x, y = experiment.data.inputs[n], experiment.data.targets[n]
    return f"{n + 1:>5}  {forms.numbers_text(x)}  →  {forms.numbers_text(y)}"


# ---- what can be done with a row -----------------------------------------------------------------


def _train_neuron(experiment: Experiment, neuron: Neuron) -> Change:
    return change_neuron(experiment, neuron.name, trainable=not neuron.trainable)


def _train_connection(experiment: Experiment, edge: Connection) -> Change:
    return change_connection(experiment, edge.source, edge.target, trainable=not edge.trainable)


def neurons_of(row: Any) -> tuple[str, ...]:
    """Return the names of the neurons that a row is about."""
    if isinstance(row, Neuron):
        return (row.name,)
    return (row.source, row.target) if isinstance(row, Connection) else ()


SECTIONS: Final[dict[str, Section]] = {
    "neurons": Section(
        title="Neurons",
        count=lambda experiment: len(experiment.network),
        heading=lambda width: (
            f"{padded('neuron', width)}  role    {'activation':<12}  trained  bias"
        ),
        rows=_neurons,
        line=_neuron_line,
        change=lambda experiment, found: forms.neuron_form(experiment, found.name),
        add=lambda experiment, found: forms.new_neuron_form(experiment),
        delete=lambda experiment, found: delete_neuron(experiment, found.name),
        train=_train_neuron,
    ),
    "connections": Section(
        title="Connections",
        count=lambda experiment: experiment.network.wiring().connection_count,
        heading=lambda width: f"{padded('from', width)}   {padded('to', width)}  trained  weight",
        rows=lambda experiment: ConnectionRows(experiment.network),
        line=_connection_line,
        change=lambda experiment, found: forms.connection_form(
            experiment, found.source, found.target
        ),
        add=lambda experiment, found: forms.new_connection_form(
            experiment, found.source if isinstance(found, Connection) else None
        ),
        delete=lambda experiment, found: disconnect(experiment, found.source, found.target),
        train=_train_connection,
    ),
    "training": Section(
        title="Training",
        count=lambda experiment: None,
        heading=lambda width: "setting      value",
        rows=lambda experiment: [*SETTINGS],
        line=_setting_line,
        change=forms.setting_form,
    ),
    "data": Section(
        title="Data",
        count=lambda experiment: len(experiment.data),
        heading=lambda width: "    n  inputs  →  target",
        rows=lambda experiment: range(len(experiment.data)),
        line=_example_line,
        change=forms.example_form,
        add=lambda experiment, found: forms.new_example_form(experiment),
        delete=delete_row,
    ),
}
"""The sections by name, in the order of the tabs."""
