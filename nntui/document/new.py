"""A new document from a few words: layers and data, and what fits them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Final, TypeVar

from msgspec import Struct

from nntui.document.errors import Fault
from nntui.document.load import experiment_of
from nntui.document.network import plain_function
from nntui.document.new_data import Kind, NewData, data_named
from nntui.document.specs import MAX_NEURONS
from nntui.model.activations import Activation
from nntui.model.errors import SettingError, counted
from nntui.model.experiment import MAX_EPOCHS, Experiment
from nntui.model.initializers import SEED_LIMIT
from nntui.model.losses import Loss
from nntui.model.names import escaped, fault_in_name
from nntui.model.optimizers import Optimizer
from nntui.model.settings import function_named, number, spelled, written

T = TypeVar("T")

HIDDEN: Final = 4
"""Neurons of the hidden layer where no layers are given."""
_LONGEST_NAME: Final = 24
"""Characters of a column's name that becomes a neuron's."""
_FEW: Final = 10
"""Examples up to which a batch holds all of them; of more, it holds so many."""
_RATES: Final = {"adam": 0.01, "adamw": 0.01, "rmsprop": 0.01, "adagrad": 0.1}
_SIZES: Final = re.compile(r"[\s,;x×\-–]+")
_FIELDS: Final = {"network": "layers", "data": "data", "training.loss": "loss",
                  "training.optimizer": "optimizer", "training": "epochs"}  # fmt: skip
"""Which word is at fault, by the place in the document."""


class Words(Struct, frozen=True):
    """What is wanted, as it is typed; what is left empty is chosen to fit.

    ``layers``: the size of each, or one number: that of the hidden layer. ``output``: the
    activation of the outputs. See ``data_named`` for ``data``.
    """

    layers: str = ""
    activation: str = ""
    data: str = ""
    loss: str = ""
    output: str = ""
    optimizer: str = ""
    learning_rate: str = ""
    epochs: str = ""
    seed: str = ""


class LayersError(SettingError):
    """Layers that the data do not fit; ``fitting``: those that do."""

    def __init__(self, found: str, fitting: str, why: str) -> None:
        super().__init__(found, fitting, "layers", why)
        self.fitting = fitting


class Choice(Struct, frozen=True):
    """What was chosen: the sizes of the layers, and the functions by their names."""

    sizes: tuple[int, ...]
    activation: Activation
    data: NewData
    loss: Loss
    output: Activation
    optimizer: Optimizer
    epochs: int
    seed: int

    @property
    def shape(self) -> str:
        return "-".join(map(str, self.sizes))

    @property
    def said(self) -> str:
        """What was chosen, in a line."""
        count = sum((before + 1) * size for before, size in pairwise(self.sizes))
        return (
            f"{self.shape}, {counted(count, 'weight')} and biases · {self.data.said} · "
            f"{self.loss.name}, as {_FITS[self.data.kind]}"
        )


def new_experiment(words: Words, folder: str = "") -> Experiment:
    """Make the experiment; a relative path of a CSV file starts at ``folder``.

    Raises:
        SettingError: its place is the field of ``words`` that is at fault.
    """
    return made(chosen(words, folder), folder)


def made(choice: Choice, folder: str = "") -> Experiment:
    """Make the experiment that was chosen."""
    try:
        return experiment_of(_document(choice), os.path.join(folder, "new.json"))
    except Fault as fault:
        place = next((key for key in _FIELDS if fault.place.startswith(key)), "data")
        raise SettingError(fault.found, fault.expected, _FIELDS[place], fault.hint) from None


def chosen(words: Words, folder: str = "") -> Choice:
    """Choose what the words leave open: the loss and the outputs by what the targets are."""
    sizes, hidden = _sizes_or_hidden(words.layers)
    if not words.data.strip() and sizes and (sizes[0] != 2 or sizes[-1] > 2):
        ends = f"{counted(sizes[0], 'input')} and {counted(sizes[-1], 'output')}"
        hint = "the generators have 2 inputs"
        raise SettingError("nothing", f"a CSV file, or rows, for {ends}", "data", hint)
    data = data_named(words.data or "xor", sizes, folder)
    loss = read_as(words.loss, "loss", lambda text: function_named(Loss.of, text))
    output = read_as(words.output, "output", Activation.named)
    loss = loss or Loss.of(fitting_loss(data.kind, data.several, sizes, output))
    output = output or Activation.of(fitting_output(data.kind, loss))
    epochs = read_as(words.epochs, "epochs", partial(_whole, least=1, most=MAX_EPOCHS))
    return Choice(
        sizes=_fitted(sizes, hidden, data, loss),
        activation=read_as(words.activation, "activation", Activation.named)
        or Activation.of("tanh"),
        data=data,
        loss=loss,
        output=output,
        optimizer=_optimizer(words, loss),
        epochs=epochs or (500 if data.examples <= _FEW else 100),
        seed=read_as(words.seed, "seed", partial(_whole, least=0, most=SEED_LIMIT)) or 0,
    )


def read_as(text: str, field: str, of: Callable[[str], T]) -> T | None:
    """Convert a text, None if it is empty; the place of an error begins with the field."""
    try:
        return of(text.strip()) if text.strip() else None
    except SettingError as error:
        place = ".".join(filter(None, (field, error.place)))
        raise SettingError(error.found, error.expected, place, error.hint) from None


def _whole(text: str, *, least: int, most: int) -> int:
    if not text.isdecimal() or len(text) > 20 or not least <= int(text) <= most:
        found, expected = f'"{escaped(text, 30)}"', f"a whole number from {least} to {most:,}"
        raise SettingError(found, expected)
    return int(text)


def _optimizer(words: Words, loss: Loss) -> Optimizer:
    """Choose the optimizer, with a learning rate that data like the generators' are learned with.

    It stands in a field of its own, or among the optimizer's settings.
    """
    optimizer = read_as(
        words.optimizer, "optimizer", lambda text: function_named(Optimizer.of, text)
    ) or Optimizer.of("sgd")
    rate = read_as(words.learning_rate, "learning_rate", number)
    if rate is None:
        if "learning_rate" in words.optimizer:
            return optimizer
        default = 0.3 if loss.name in ("bce", "bce_with_logits", "cross_entropy") else 0.03
        rate = _RATES.get(optimizer.name, default)
    try:
        settings = {**dict(optimizer.settings), "learning_rate": rate}
        return Optimizer.of(optimizer.name, **settings)
    except SettingError as error:
        raise SettingError(error.found, error.expected, error.place, error.hint) from None


def layer_sizes(text: str) -> tuple[int, ...]:
    """Read the sizes of the layers: ``2 3 1``; empty: they follow the data."""
    words = [word for word in _SIZES.split(text.strip()) if word]
    for word in words:
        if not word.isdecimal() or not 1 <= int(word[:9]) <= MAX_NEURONS or len(word) > 9:
            expected = f"sizes of layers from 1 to {MAX_NEURONS:,}, as in 2 3 1"
            raise SettingError(f'"{escaped(word, 20)}"', expected, "layers")
    if len(words) == 1:
        expected = "inputs, hidden layers and outputs, as in 2 3 1"
        raise SettingError(f"one layer, {words[0]}", expected, "layers")
    return tuple(map(int, words))


def fitting_loss(kind: Kind, several: int, sizes: Sequence[int], output: Activation | None) -> str:
    """Choose a loss for the targets, the size of the last layer, and the outputs' activation.

    ``several``: the classes that the targets name, 0 where they name none.
    """
    if output is not None and output.name not in ("sigmoid", "linear"):
        return "mse"
    many = sizes[-1] > 1 if sizes else several > 2
    linear = output is not None and output.name == "linear"
    if several and (many or kind == "classes") and (output is None or linear):
        return "cross_entropy"
    if kind in ("labels", "yes or no"):
        return "bce_with_logits" if linear else "bce"
    return "mse"


def fitting_output(kind: Kind, loss: Loss) -> str:
    """Choose the outputs' activation for a loss and the targets."""
    if loss.name in ("bce_with_logits", "cross_entropy"):
        return "linear"
    if loss.name == "bce" or kind in ("yes or no", "classes"):
        return "sigmoid"
    return "tanh" if kind in ("labels", "signs") else "linear"


def _sizes_or_hidden(text: str) -> tuple[tuple[int, ...], int]:
    """Read the sizes of all layers; or one number, that of the neurons in the hidden layer.

    Where the sizes are (), the ends follow the data.
    """
    if text.strip().isdecimal():
        return (), layer_sizes(f"1 {text} 1")[1]
    return layer_sizes(text), HIDDEN


def _fitted(sizes: tuple[int, ...], hidden: int, data: NewData, loss: Loss) -> tuple[int, ...]:
    """Fit layers that were not given to the data; refuse others whose ends do not fit."""
    over_classes = loss.row.classes and data.several and data.outputs == 1
    outputs = data.several if over_classes else data.outputs
    if not sizes:
        return data.inputs, hidden, outputs
    last = max(sizes[-1], outputs) if over_classes else outputs
    fitting = (data.inputs, *sizes[1:-1], last)
    if fitting != sizes:
        target = f"{outputs} classes" if over_classes else counted(outputs, "target")
        why = f"{data.name}: {counted(data.inputs, 'input')} and {target}"
        raise LayersError(_typed(sizes), _typed(fitting), why)
    return sizes


def _typed(sizes: Sequence[int]) -> str:
    return " ".join(map(str, sizes))


def _document(choice: Choice) -> dict[str, Any]:
    activation, output = plain_function(choice.activation), plain_function(choice.output)
    names = _names(choice)
    layers: list[Any] = [
        {"size": size, **({"names": called} if called else {})}
        for size, called in zip(choice.sizes, names, strict=True)
    ]
    for layer in layers[1:]:
        layer["activation"] = activation
    layers[-1]["activation"] = output
    few = choice.data.examples <= _FEW
    optimizer = {"name": choice.optimizer.name, **dict(choice.optimizer.settings)}
    return {
        "format": "nntui/1",
        "name": f"{choice.shape} on {choice.data.name}"[:200],
        "description": _description(choice),
        "network": {
            "layers": layers,
            "initializer": {"name": "xavier_uniform", "seed": choice.seed},
        },
        "data": choice.data.section,
        "training": {
            "loss": plain_function(choice.loss),
            "optimizer": optimizer,
            "batch_size": None if few else _FEW,
            "shuffle": not few,
            "epochs": choice.epochs,
            "seed": choice.seed,
        },
    }


def _names(choice: Choice) -> list[list[str]]:
    """Name the neurons of each layer: as the file does, else shortly; empty: by default."""
    first, *hidden, last = choice.sizes
    inputs = _suited(choice.data.names[0], first)
    within = [[f"h{n + 1}" for n in range(size)] for size in hidden] if len(hidden) == 1 else []
    short = ["out"] if last == 1 else [f"out{n + 1}" for n in range(last)]
    outputs = _suited(choice.data.names[1], last) or short
    every = [name for names in (inputs, *within, outputs) for name in names]
    if len(set(every)) < len(every):
        inputs, outputs = [], short
    return [inputs, *(within or [[] for _ in hidden]), outputs]


def _suited(names: Sequence[str], count: int) -> list[str]:
    """Return names that neurons can have and there is room for; none if one is not so."""
    suited = all(len(name) <= _LONGEST_NAME and fault_in_name(name) is None for name in names)
    return [*names] if suited and len(names) == count else []


_FITS: Final = {
    "labels": "the targets are two classes",
    "yes or no": "the targets are 0 or 1",
    "classes": "the targets are one class of several",
    "signs": "the targets are −1 or 1",
    "numbers": "the targets are numbers",
}


def _description(choice: Choice) -> str:
    """Tell the story of a new document: what it is, and what to do with it."""
    hidden, data = choice.sizes[1:-1], choice.data
    layers = [counted(choice.sizes[0], "input")]
    layers += [f"{counted(n, 'neuron')} ({spelled(choice.activation)})" for n in hidden]
    layers += [f"{counted(choice.sizes[-1], 'output')} ({spelled(choice.output)})"]
    rate = written(choice.optimizer.learning_rate)
    return (
        f"{', '.join(layers)}, to learn from {data.said}.\n\n"
        f"The loss is `{spelled(choice.loss)}`: {_FITS[data.kind]}. Updates follow "
        f"`{choice.optimizer.name}` with a learning rate of {rate}, in batches of "
        f"{min(data.examples, _FEW)}; the first weights are drawn with the seed {choice.seed}.\n\n"
        "`space` lets you watch it learn, `s` goes step by step, `=` changes the learning rate and "
        "keeps this run to compare. `M` edits network, training and data; `ctrl+s` saves them."
    )
