"""nntui: a step-through debugger for neural networks, in the terminal and in Python.

A network, its data and how it is trained make an experiment. Rows, weights and settings may come
from any library; each mistake is told where it is made:

    >>> import nntui
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> net = nntui.Network.layered([2, 3, 1], activation="tanh", output="sigmoid", seed=2)
    >>> adam = ("adam", {"learning_rate": 0.05})
    >>> exp = nntui.Experiment(net, (X, y), loss="bce", optimizer=adam, epochs=100)
    >>> nntui.Experiment(net, (X, y), optimizer=("adam", {"beta1": 2}))
    Traceback (most recent call last):
    ...
    nntui.model.errors.SettingError: optimizer.beta1: found 2.0, expected a number from 0 to below 1

(Or ``nntui.load("xor")``, a sample by its name, or a document by its path.) A debugger stands at a
position of the run, the number of steps executed, and goes on and back:

    >>> dbg = nntui.Debugger(exp)
    >>> dbg.step()
    <Step 1 (epoch 1, update 1, forward): a[x1] = 0; a[x2] = 0>
    >>> dbg.step(5).text
    'z[h2] = 0 + (-0.8438250291386027) · 0 = 0'
    >>> dbg.back(3).text
    'z[h1] = 0 + 0.8480990726083568 · 0 = 0'
    >>> dbg.goto("epoch 3").position.number("epoch")
    2
    >>> dbg.until("h1 backward").kind
    'backward_neuron'

Breakpoints have places and conditions; values have the names that the screen shows. In texts,
epochs, updates and examples count from 1:

    >>> point = dbg.breakpoint("h1", "backward", when="abs(delta[h1]) > 0.1")
    >>> dbg.run().reason
    'breakpoint 1: h1 backward if abs(delta[h1]) > 0.1 (1st hit)'
    >>> abs(dbg["delta[h1]"]) > 0.1, point.hits
    (True, 1)
    >>> point.delete()
    >>> dbg.watch("nonfinite")
    <watchpoint 2: nonfinite>
    >>> dbg.run(until="epoch_loss < 0.01", max_epochs=500).reason
    'epoch_loss < 0.01 is true after update 190 in epoch 190'

What is there now, as arrays; ``dbg.network`` has the parameters of this moment:

    >>> dbg.network.predict(X).round()
    array([[0.],
           [1.],
           [1.],
           [0.]])
    >>> list(dbg.parameters())
    ['layer1.weight', 'layer1.bias', 'layer2.weight', 'layer2.bias']
    >>> dbg.gradients(mean=True)["layer1.weight"].shape
    (3, 2)
    >>> len(dbg.values("a[h1]", by="update"))
    190

Questions are commands, as on the screen; ``dbg.edit`` begins a branch, ``dbg.save("trained.json")``
writes a document that goes on from here:

    >>> print(nntui.Interpreter(dbg).execute("print epoch").text)
    epoch = 190
    >>> nntui.Interpreter(dbg).execute("prnt loss")
    Traceback (most recent call last):
    ...
    nntui.debugger.commands.text.CommandError: there is no command “prnt”; did you mean "print"?

``nntui.testing.assert_gradients(exp, my_function)`` holds a backpropagation of your own against
this one. The errors are ``nntui.NntuiError``, each a sentence.

Each name is imported when it is first used, so that ``import nntui`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nntui.debugger.breakpoints.stop import Stop as Stop
    from nntui.debugger.commands.interpreter import Interpreter as Interpreter
    from nntui.debugger.commands.text import CommandError as CommandError
    from nntui.debugger.debugger import Debugger as Debugger
    from nntui.debugger.snapshot import Snapshot as Snapshot
    from nntui.debugger.step import Step as Step
    from nntui.document.errors import DocumentError as DocumentError
    from nntui.document.load import load as load
    from nntui.document.save import save as save
    from nntui.interop.errors import ConversionError as ConversionError
    from nntui.interop.files import from_file as from_file
    from nntui.interop.keras import from_keras as from_keras
    from nntui.interop.numpy import from_arrays as from_arrays
    from nntui.interop.saving import save_model as save_model
    from nntui.interop.sklearn import from_sklearn as from_sklearn
    from nntui.interop.torch import compare as compare
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
    from nntui.tui.breakpoint import breakpoint as breakpoint
    from nntui.verify.check_work import check_work as check_work
    from nntui.verify.verdict import Verdict as Verdict

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
    "Stop": "nntui.debugger.breakpoints.stop",
    "Training": "nntui.model.experiment",
    "from_arrays": "nntui.interop.numpy",
    "from_keras": "nntui.interop.keras",
    "from_sklearn": "nntui.interop.sklearn",
    "breakpoint": "nntui.tui.breakpoint",
    "compare": "nntui.interop.torch",
    "from_torch": "nntui.interop.torch",
    "Verdict": "nntui.verify.verdict",
    "check_work": "nntui.verify.check_work",
    "from_file": "nntui.interop.files",
    "load": "nntui.document.load",
    "save": "nntui.document.save",
    "save_model": "nntui.interop.saving",
}

# ``from nntui import *`` leaves Python's own breakpoint alone.
__all__ = ["__version__", "testing", *(name for name in _HOMES if name != "breakpoint")]


def __getattr__(name: str) -> Any:
    if name == "testing":
        return import_module("nntui.testing")
    if name not in _HOMES:
        raise AttributeError(f"module 'nntui' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    if name == "Debugger":  # which reads and writes no files itself
        found.writer = staticmethod(__getattr__("save_model"))
        found.checker = staticmethod(_check_file)
    return found


def _check_file(experiment: Any, path: str, update: int, after: int | None) -> Any:
    check_file = import_module("nntui.verify.check_work").check_file
    return check_file(experiment, path, update, after=after)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
