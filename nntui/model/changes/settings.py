"""Changes of the training: a table of its settings, each read from text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from msgspec import Struct

from nntui.model.errors import SettingError
from nntui.model.experiment import GRADIENTS, REDUCTIONS, Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.names import escaped
from nntui.model.optimizers import OPTIMIZERS, Optimizer
from nntui.model.settings import chosen_row, function_named, number, spelled, switch, written


class Change(Struct, frozen=True):
    """An experiment after a change, and what was changed.

    ``sentence`` says it in a few words, such as ``h3 added (tanh)``. ``renamed``: the name
    before and after of a neuron that has another one now.
    """

    experiment: Experiment
    sentence: str
    renamed: tuple[str, ...] = ()


_ALL: Final = "all"


class Setting(Struct, frozen=True):
    """A setting of the training: how it is read from text, a hint for the user, its choices."""

    read: Callable[[str], Any]
    hint: str
    choices: tuple[str, ...] = ()


def whole(text: str) -> int:
    """Read a whole number; a ``SettingError`` if it is none."""
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise SettingError(f'"{escaped(text, 40)}"', "a whole number") from None


SETTINGS: Final[dict[str, Setting]] = {
    "loss": Setting(lambda text: function_named(Loss.of, text), "mse, or huber delta 2",
                    tuple(LOSSES)),
    "optimizer": Setting(lambda text: function_named(Optimizer.of, text),
                         "sgd momentum 0.9", tuple(OPTIMIZERS)),
    "learning_rate": Setting(number, "at least 0"),
    "batch_size": Setting(lambda text: None if text.lower() in (_ALL, "") else whole(text),
                          "examples in a batch, or all"),
    "shuffle": Setting(switch, "yes or no", ("yes", "no")),
    "reduction": Setting(str, "mean or sum", REDUCTIONS),
    "gradient": Setting(str, "how it is found", GRADIENTS),
    "l1": Setting(number, "at least 0"),
    "l2": Setting(number, "at least 0"),
    "epochs": Setting(whole, "at least 1"),
    "seed": Setting(whole, "decides the order of the examples and the test set"),
}  # fmt: skip
"""The settings of the training by their names in a document."""


def setting(training: Training, name: str) -> str:
    """Write a setting as the user types it; the learning rate stands by itself."""
    if name == "learning_rate":
        return written(training.optimizer.learning_rate)
    value = getattr(training, name)
    if isinstance(value, Optimizer):
        default = value.defaults(value.name)["learning_rate"]
        return spelled(_with_rate(value, default))
    if isinstance(value, Loss):
        return spelled(value)
    if name == "batch_size" and value is None:
        return _ALL
    return written(value) if not isinstance(value, str) else value


def change_setting(experiment: Experiment, name: str, text: str) -> Change:
    """Change a setting of the training to what a text says.

    Raises:
        SettingError: no such setting, an invalid value, rows that do not fit another loss, or
            nothing to change.
    """
    row, before = chosen_row("setting", name, SETTINGS), experiment.training
    value = row.read(text.strip())
    if name == "learning_rate":
        training = replace(before, optimizer=_with_rate(before.optimizer, value))
    elif (
        name == "optimizer" and "learning_rate" not in text and value.name == before.optimizer.name
    ):
        training = replace(before, optimizer=_with_rate(value, before.optimizer.learning_rate))
    else:
        training = replace(before, **{name: value})
    if training == before:
        raise SettingError("what is there already", "a change")
    said = f"{name} is {setting(training, name)} now"
    if name == "optimizer":
        said += f", with the learning rate {written(training.optimizer.learning_rate)}"
    return Change(experiment.altered(training=training), said)


def _with_rate(optimizer: Optimizer, rate: float) -> Optimizer:
    """Give an optimizer another learning rate.

    Raises:
        SettingError: a rate that cannot be.
    """
    return Optimizer.of(optimizer.name, **{**dict(optimizer.settings), "learning_rate": rate})
