"""Changes of an experiment: each a function from one to another that says what it did.

>>> edited = Edited.of(experiment).after(add_neuron(experiment, "h3", activation="tanh"))
>>> edited.undone().experiment is experiment
True
"""

from nntui.model.changes.change import Change
from nntui.model.changes.edited import Edited
from nntui.model.changes.renaming import GoneError, Renaming
from nntui.model.changes.rows import add_row, change_row, delete_row
from nntui.model.changes.settings import SETTINGS, change_setting, function_named, setting
from nntui.model.changes.structure import (
    add_neuron,
    change_connection,
    change_neuron,
    connect,
    delete_neuron,
    disconnect,
)

__all__ = [
    "SETTINGS",
    "Change",
    "Edited",
    "GoneError",
    "Renaming",
    "add_neuron",
    "add_row",
    "change_connection",
    "change_neuron",
    "change_row",
    "change_setting",
    "connect",
    "delete_neuron",
    "delete_row",
    "disconnect",
    "function_named",
    "setting",
]
