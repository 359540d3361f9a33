"""The sections of the editor: neurons, connections, training, data; each a list of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len

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
from nntui.model.changes.settings import spelled
from nntui.model.errors import SettingError
from nntui.model.experiment import Experiment
from nntui.model.names import escaped
from nntui.model.network import Connection, Neuron
from nntui.text import padded
from nntui.tui.editor import forms
from nntui.tui.editor.connections import ConnectionRows
from nntui.tui.editor.forms import Form

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
