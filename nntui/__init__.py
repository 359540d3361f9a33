"""nntui: a step-through debugger for neural networks, in the terminal.

    >>> import nntui
    >>> debugger = nntui.Debugger(nntui.load("samples/sample.json"))
    >>> debugger.step().text
    'a[x1] = 1; a[x2] = 0.5'

Each name is imported when it is first used, so that ``import nntui`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nntui.debugger.commands.interpreter import Interpreter as Interpreter
    from nntui.debugger.commands.text import CommandError as CommandError
    from nntui.debugger.debugger import Debugger as Debugger
    from nntui.debugger.snapshot import Snapshot as Snapshot
    from nntui.debugger.step import Step as Step
    from nntui.document.errors import DocumentError as DocumentError
    from nntui.document.load import load as load
    from nntui.document.save import save as save
    from nntui.interop.errors import ConversionError as ConversionError
    from nntui.interop.numpy import from_arrays as from_arrays
    from nntui.interop.sklearn import from_sklearn as from_sklearn
    from nntui.interop.torch import from_torch as from_torch
    from nntui.model.activations import Activation as Activation
    from nntui.model.dataset import Dataset as Dataset
    from nntui.model.errors import NetworkError as NetworkError
    from nntui.model.errors import NntuiError as NntuiError
    from nntui.model.errors import SettingError as SettingError
    from nntui.model.experiment import Experiment as Experiment
    from nntui.model.experiment import Training as Training
    from nntui.model.initializers import Initializer as Initializer
    from nntui.model.losses import Loss as Loss
    from nntui.model.network import Network as Network
    from nntui.model.optimizers import Optimizer as Optimizer

__version__ = "0.1.0"

_HOMES = {
    "Activation": "nntui.model.activations",
    "CommandError": "nntui.debugger.commands.text",
    "ConversionError": "nntui.interop.errors",
    "Dataset": "nntui.model.dataset",
    "Debugger": "nntui.debugger.debugger",
    "DocumentError": "nntui.document.errors",
    "Experiment": "nntui.model.experiment",
    "Initializer": "nntui.model.initializers",
    "Interpreter": "nntui.debugger.commands.interpreter",
    "Loss": "nntui.model.losses",
    "Network": "nntui.model.network",
    "NetworkError": "nntui.model.errors",
    "NntuiError": "nntui.model.errors",
    "Optimizer": "nntui.model.optimizers",
    "SettingError": "nntui.model.errors",
    "Snapshot": "nntui.debugger.snapshot",
    "Step": "nntui.debugger.step",
    "Training": "nntui.model.experiment",
    "from_arrays": "nntui.interop.numpy",
    "from_sklearn": "nntui.interop.sklearn",
    "from_torch": "nntui.interop.torch",
    "load": "nntui.document.load",
    "save": "nntui.document.save",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nntui' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    if name == "Debugger":  # which knows no documents itself
        found.writer = staticmethod(__getattr__("save"))
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
