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
    from nntui.debugger.debugger import Debugger
    from nntui.debugger.snapshot import Snapshot
    from nntui.debugger.step import Step
    from nntui.document.errors import DocumentError
    from nntui.document.load import load
    from nntui.document.save import save
    from nntui.model.activations import Activation
    from nntui.model.dataset import Dataset
    from nntui.model.errors import NetworkError, NntuiError, SettingError
    from nntui.model.experiment import Experiment, Training
    from nntui.model.initializers import Initializer
    from nntui.model.losses import Loss
    from nntui.model.network import Network
    from nntui.model.optimizers import Optimizer

__version__ = "0.1.0"

_HOMES = {
    "Activation": "nntui.model.activations",
    "Dataset": "nntui.model.dataset",
    "Debugger": "nntui.debugger.debugger",
    "DocumentError": "nntui.document.errors",
    "Experiment": "nntui.model.experiment",
    "Initializer": "nntui.model.initializers",
    "Loss": "nntui.model.losses",
    "Network": "nntui.model.network",
    "NetworkError": "nntui.model.errors",
    "NntuiError": "nntui.model.errors",
    "Optimizer": "nntui.model.optimizers",
    "SettingError": "nntui.model.errors",
    "Snapshot": "nntui.debugger.snapshot",
    "Step": "nntui.debugger.step",
    "Training": "nntui.model.experiment",
    "load": "nntui.document.load",
    "save": "nntui.document.save",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nntui' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
