"""Changes of an experiment: each is a function that makes another one and says what it did.

>>> edited = Edited.of(experiment).after(add_neuron(experiment, "h3", activation="tanh"))
>>> edited.undone().experiment is experiment
True
"""

from nntui.model.changes.history import Edited
from nntui.model.changes.settings import SETTINGS, Change, change_setting, setting
from nntui.model.changes.structure import (
    GoneError,
    Renaming,
    add_neuron,
    add_row,
    change_connection,
    change_neuron,
    change_row,
    connect,
    delete_neuron,
    delete_row,
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
    "setting",
]
