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
from textual.events import Click, Resize
from textual.message import Message

from nntui.model.changes import (
    SETTINGS,
    Change,
    change_connection,
    change_neuron,
    delete_neuron,
    delete_row,
    disconnect,
    setting,
)
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.network import Connection, Network, Neuron
from nntui.model.settings import spelled
from nntui.text import padded
from nntui.tui.editor import forms
from nntui.tui.editor.forms import Form
from nntui.tui.panes.pane import LinePane


class ConnectionRows(Sequence[Connection]):
    """Every connection in canonical order: a large network has too many to make them all."""

    def __init__(self, network: Network) -> None:
        self._network = network
        net = network.wiring()
        self._into = [(j, sources) for j in net.neurons if (sources := net.sources[j])]
        self._ends = list(accumulate(len(sources) for _, sources in self._into))

    def __len__(self) -> int:
        """How many there are."""
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, n: int) -> Connection: ...
    @overload
    def __getitem__(self, n: slice) -> Sequence[Connection]: ...
    def __getitem__(self, n: int | slice) -> Connection | Sequence[Connection]:
        """The connection with index ``n``, or several."""
        if isinstance(n, slice):
            return [self[each] for each in range(len(self))[n]]
        at = range(len(self))[n]
        row = bisect_right(self._ends, at)
        target, sources = self._into[row]
        return self._network.connection(sources[at - self._ends[row]], target)


# ---- sections ------------------------------------------------------------------------------------


_TRAINED: Final = {True: "yes", False: "no"}
_WIDEST: Final = 16
"""Cells for a neuron's name, at most."""


@dataclass(frozen=True, slots=True)
class Section:
    """A list: its rows in order, how one reads in columns, and what can be done with it.

    ``count`` is how many rows there are, found without making them (None: always the same).
    ``add`` makes the form of a new entry; the row that is chosen goes along with it.
    """

    title: str
    count: Callable[[Experiment], int | None]
    head: Callable[[int], str]
    rows: Callable[[Experiment], Sequence[Any]]
    line: Callable[[Experiment, Any, int], str]
    change: Callable[[Experiment, Any], Form]
    delete: Callable[[Experiment, Any], Change]
    train: Callable[[Experiment, Any], Change]
    add: Callable[[Experiment, Any], Form] | None = None

    def takes(self, key: str) -> bool:
        """Whether a key of the editor, by its name, does something here but refuse."""
        does = {
            "editor-add": self.add is not None,
            "editor-delete": self.delete is not _NOT_DELETED,
            "editor-train": self.train is not _NOT_TRAINED,
        }
        return does.get(key, True)


def name_width(experiment: Experiment) -> int:
    """Cells for a neuron's name."""
    widest = max((cell_len(name) for name in experiment.network.names), default=0)
    return max(min(widest, _WIDEST), len("neuron"))


# ---- neurons -------------------------------------------------------------------------------------


def _neurons(experiment: Experiment) -> list[Neuron]:
    """The neurons in the document's order."""
    by_name = {neuron.name: neuron for neuron in experiment.network.neurons}
    return [by_name[name] for name in experiment.network.names]


def _neuron(experiment: Experiment, neuron: Neuron, width: int) -> str:
    start = f"{padded(escaped(neuron.name, 64), width)}  {neuron.role:<6}"
    if neuron.activation is None or neuron.bias is None:
        return start
    activation = padded(spelled(neuron.activation), 12)
    return f"{start}  {activation}  {_TRAINED[neuron.trainable]:<7}  {neuron.bias!r}"


def _train_neuron(experiment: Experiment, neuron: Neuron) -> Change:
    return change_neuron(experiment, neuron.name, trainable=not neuron.trainable)


# ---- connections ---------------------------------------------------------------------------------


def _connection(experiment: Experiment, connection: Connection, width: int) -> str:
    source, target = (
        padded(escaped(name, 64), width) for name in (connection.source, connection.target)
    )
    return f"{source} → {target}  {_TRAINED[connection.trainable]:<7}  {connection.weight!r}"


def _train_connection(experiment: Experiment, found: Connection) -> Change:
    return change_connection(experiment, found.source, found.target, trainable=not found.trainable)


def _source_of(row: Any) -> str | None:
    """Where a new connection is likely to begin: at the source of the chosen one."""
    return row.source if isinstance(row, Connection) else None


# ---- training and data ---------------------------------------------------------------------------


def _setting(experiment: Experiment, name: str, width: int) -> str:
    return f"{name:<12} {setting(experiment.training, name)}"


def _row(experiment: Experiment, n: int, width: int) -> str:
    x, y = experiment.data.inputs[n], experiment.data.targets[n]
    return f"{n + 1:>5}  {forms.written(x)}  →  {forms.written(y)}"


def _never(what: str, expected: str) -> Callable[[Experiment, Any], Change]:
    def refuse(experiment: Experiment, row: Any) -> Change:
        raise SettingError(what, expected)

    return refuse


_NOT_DELETED: Final = _never("a setting", "something that can be deleted (enter changes a setting)")
_NOT_TRAINED: Final = _never("no parameter", "a neuron or a connection")

SECTIONS: Final[dict[str, Section]] = {
    "neurons": Section(
        "Neurons", lambda experiment: len(experiment.network),
        lambda width: f"{padded('neuron', width)}  role    {'activation':<12}  trained  bias",
        _neurons, _neuron,
        lambda experiment, found: forms.neuron(experiment, found.name),
        lambda experiment, found: delete_neuron(experiment, found.name),
        _train_neuron,
        lambda experiment, found: forms.new_neuron(experiment),
    ),
    "connections": Section(
        "Connections", lambda experiment: experiment.network.wiring().connection_count,
        lambda width: f"{padded('from', width)}   {padded('to', width)}  trained  weight",
        lambda experiment: ConnectionRows(experiment.network), _connection,
        lambda experiment, found: forms.connection(experiment, found.source, found.target),
        lambda experiment, found: disconnect(experiment, found.source, found.target),
        _train_connection,
        lambda experiment, found: forms.new_connection(experiment, _source_of(found)),
    ),
    "training": Section(
        "Training", lambda experiment: None,
        lambda width: "setting      value",
        lambda experiment: [*SETTINGS], _setting,
        forms.setting_form,
        _NOT_DELETED, _NOT_TRAINED,
    ),
    "data": Section(
        "Data", lambda experiment: len(experiment.data),
        lambda width: "    n  inputs  →  target",
        lambda experiment: range(len(experiment.data)), _row,
        forms.row, delete_row, _NOT_TRAINED,
        lambda experiment, found: forms.new_row(experiment),
    ),
}  # fmt: skip
"""The sections by name, in the order of the tabs."""


def names_of(row: Any) -> tuple[str, ...]:
    """The neurons that a row is about."""
    if isinstance(row, Neuron):
        return (row.name,)
    return (row.source, row.target) if isinstance(row, Connection) else ()


# ---- rows ----------------------------------------------------------------------------------------


class EditorRows(LinePane, can_focus=True, inherit_bindings=False):
    """Shows a section of an experiment, a line a row: only those that are seen are written.

    It has no keys of its own: those of scrolling would overtake the editor’s, which choose a row.
    """

    class Chosen(Message):
        """Another row is chosen; with ``enter`` it is to be changed."""

        def __init__(self, *, enter: bool = False) -> None:
            super().__init__()
            self.enter = enter

    def __init__(self) -> None:
        super().__init__(title="", id="editor-rows")
        self._section: Section | None = None
        self._experiment: Experiment | None = None
        self._entries: Sequence[Any] = ()
        self._width = 0
        self._at = 0

    @property
    def chosen(self) -> Any:
        """The chosen entry; None when there is none."""
        return self._entries[self._at] if self._entries else None

    def show(self, section: Section, experiment: Experiment) -> None:
        """Show a section; in the same one as before about the same row stays chosen."""
        if section is not self._section:
            self._at = 0
        if section is not self._section or experiment is not self._experiment:
            self._section, self._experiment = section, experiment
            self._entries = section.rows(experiment)
            self._width = name_width(experiment)
            self.entitle(section.head(self._width))
            self._choose(min(self._at, max(len(self._entries) - 1, 0)))

    def choose_last(self) -> None:
        """Choose what was just added."""
        self._choose(max(len(self._entries) - 1, 0))

    def extent(self) -> tuple[int, int]:
        """A line for each entry."""
        return self.scrollable_content_region.width, len(self._entries)

    def segments(self, row: int) -> list[Segment]:
        """An entry. What its columns are stands on the border, where it is always seen."""
        assert self._section is not None
        assert self._experiment is not None
        width = self.scrollable_content_region.width
        chosen = row == self._at
        line = self._section.line(self._experiment, self._entries[row], self._width)
        style = self.colours.current_line if chosen else Style()
        return [Segment(padded(f"{'›' if chosen else ' '} {line}", width), style)]

    def on_resize(self, event: Resize) -> None:
        """With fewer rows to see, the chosen one stays among them."""
        super().on_resize(event)
        if self._section is not None:
            self._choose(self._at)

    def on_click(self, event: Click) -> None:
        """Choose a row; the second click changes it."""
        spot = event.get_content_offset(self)
        at = -1 if spot is None else spot.y + self.scroll_offset.y
        if 0 <= at < len(self._entries):
            again = at == self._at and event.chain > 1
            self._choose(at)
            self.post_message(self.Chosen(enter=again))

    def move(self, by: int) -> None:
        """Choose a row further up or down."""
        self._choose(min(max(self._at + by, 0), max(len(self._entries) - 1, 0)))
        self.post_message(self.Chosen())

    def _choose(self, at: int) -> None:
        self._at = at
        self.changed()
        self.reveal(at)
