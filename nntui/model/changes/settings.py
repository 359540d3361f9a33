"""Changes of how a network is trained: a table of the settings, each read from what is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from nntui.model.activations import Activation
from nntui.model.errors import SettingError
from nntui.model.experiment import REDUCTIONS, Experiment, Training
from nntui.model.losses import LOSSES, Loss
from nntui.model.names import escaped
from nntui.model.optimizers import OPTIMIZERS, Optimizer
from nntui.model.settings import chosen_row, is_finite


@dataclass(frozen=True, slots=True)
class Change:
    """What a change has made.

    ``sentence`` says it in a few words, such as ``h3 added (tanh)``. ``renamed``: a neuron's name
    before and after it.
    """

    experiment: Experiment
    sentence: str
    renamed: tuple[str, str] | None = None


def also(*phrases: str) -> str:
    """Phrases that belong to one sentence; empty ones are left out."""
    return "; ".join(filter(None, phrases))


# ---- settings ------------------------------------------------------------------------------------


Function = TypeVar("Function")
_SWITCHES: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "false": False,
    "no": False,
    "off": False,
}
_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the training: how it is read from a text, how it is written, what it may be."""

    read: Callable[[str], Any]
    hint: str
    choices: tuple[str, ...] = ()


def function_named(of: Callable[..., Function], text: str) -> Function:
    """A function by name, with the settings that follow: ``leaky_relu slope 0.2``.

    Raises:
        SettingError: an unknown name or setting, or a setting of the wrong kind.
    """
    words = text.replace("=", " ").replace(",", " ").replace("(", " ").replace(")", " ").split()
    if not words:
        raise SettingError("nothing", "a name")
    name, *rest = words
    of(name)  # an unknown name comes before whatever follows it
    if len(rest) % 2:
        raise SettingError(f'"{escaped(rest[-1])}"', "a setting and its value, by turns")
    return of(name, **{key: _value(word) for key, word in zip(rest[::2], rest[1::2], strict=True)})


def spelled(chosen: Activation | Loss | Optimizer) -> str:
    """A function as ``function_named`` reads it, with the settings that are not the defaults."""
    defaults = chosen.row.settings
    words = [f"{key} {_written(v)}" for key, v in chosen.settings if v != defaults[key]]
    return " ".join([chosen.name, *words])


def _value(word: str) -> Any:
    if word.lower() in _SWITCHES:
        return _SWITCHES[word.lower()]
    return number(word)


def number(text: str) -> float:
    """A finite number from a text.

    Raises:
        SettingError: it is none.
    """
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        raise SettingError(f'"{escaped(text, 40)}"', "a number") from None
    if not is_finite(value):
        raise SettingError(escaped(text, 40), "a finite number")
    return value


def whole(text: str) -> int:
    """A whole number from a text.

    Raises:
        SettingError: it is none.
    """
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise SettingError(f'"{escaped(text, 40)}"', "a whole number") from None


def switch(text: str) -> bool:
    """Yes or no from a text.

    Raises:
        SettingError: it is neither.
    """
    if text.lower() not in _SWITCHES:
        raise SettingError(f'"{escaped(text, 40)}"', "yes or no")
    return _SWITCHES[text.lower()]


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value)


def _batch(text: str) -> int | None:
    return None if text.lower() in (_ALL, "") else whole(text)


SETTINGS: Final[dict[str, Setting]] = {
    "loss": Setting(lambda text: function_named(Loss.of, text), "mse, or huber delta 2",
                    tuple(LOSSES)),
    "optimizer": Setting(lambda text: function_named(Optimizer.of, text),
                         "sgd learning_rate 0.5 momentum 0.9", tuple(OPTIMIZERS)),
    "batch_size": Setting(_batch, "examples in a batch, or all"),
    "shuffle": Setting(switch, "yes or no", ("yes", "no")),
    "reduction": Setting(str, "mean or sum", REDUCTIONS),
    "l1": Setting(number, "at least 0"),
    "l2": Setting(number, "at least 0"),
    "epochs": Setting(whole, "at least 1"),
    "seed": Setting(whole, "decides the order of the examples and the test set"),
}  # fmt: skip
"""The settings of the training by their names in a document."""


def setting(training: Training, name: str) -> str:
    """A setting as a person reads and types it."""
    value = getattr(training, name)
    if isinstance(value, (Loss, Optimizer)):
        return spelled(value)
    if name == "batch_size" and value is None:
        return _ALL
    return _written(value) if not isinstance(value, str) else value


def change_setting(experiment: Experiment, name: str, text: str) -> Change:
    """Change a setting of the training to what a text says.

    Raises:
        SettingError: no such setting, a value that cannot be, rows that do not fit another loss,
            or nothing to change.
    """
    row = chosen_row("setting", name, SETTINGS)
    training = replace(experiment.training, **{name: row.read(text.strip())})
    if training == experiment.training:
        raise SettingError("what is there already", "a change")
    made = experiment.altered(training=training)
    return Change(made, f"{name} is {setting(training, name)} now")
