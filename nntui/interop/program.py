"""What the exported programs have in common: the experiment by layers, and its numbers as text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from msgspec import Struct

from nntui.interop.chain import Layer, dense_layers_of
from nntui.interop.errors import ConversionError
from nntui.model.activations import Activation
from nntui.model.experiment import Experiment, Training
from nntui.model.numerics import Array
from nntui.model.optimizers import OptimizerState
from nntui.text import harmless

_MOST_NUMBERS: Final = 50_000
"""Numbers in a program, at most: more are data, and no program to read."""
_WIDTH: Final = 96


class Parameter(Struct, frozen=True):
    """A weight matrix or the biases of a layer, as a program names it.

    ``memory``: what the optimizer remembers of it at the start, by name, shaped as the value.
    """

    name: str
    layer: int
    is_weight: bool
    value: Array
    frozen: bool
    memory: Mapping[str, Array]


class Program(Struct, frozen=True):
    """An experiment whose network is a chain of fully connected layers.

    X (N, inputs) and Y (N, outputs) are the training examples.
    """

    experiment: Experiment
    layers: list[Layer]
    parameters: list[Parameter]
    X: Array
    Y: Array
    resumed: OptimizerState

    @property
    def sizes(self) -> str:
        """The sizes of the layers, inputs first: 2-3-1."""
        return "-".join(str(n) for n in [self.layers[0].inputs, *(x.outputs for x in self.layers)])


def program_of(experiment: Experiment) -> Program:
    """Take an experiment apart for a program.

    Raises:
        ConversionError: it is no chain of layers, or too large to be read.
    """
    layers = dense_layers_of(experiment.network)
    x, y = examples_of(experiment)
    resumed = experiment.resumed
    parameters = list(_parameters(layers, _memories(experiment, layers)))
    return Program(experiment, layers, parameters, x, y, resumed)


def examples_of(experiment: Experiment) -> tuple[Array, Array]:
    """Return X (N, inputs) and Y (N, outputs) of the training examples.

    Raises:
        ConversionError: it is too large to be read.
    """
    net = experiment.network.wiring()
    examples = experiment.train_examples
    x = np.array([experiment.x(n) for n in examples])
    y = np.array([experiment.y(n) for n in examples])
    size = x.size + y.size + len(net.parameters)
    if size > _MOST_NUMBERS:
        raise ConversionError(
            f"found {size:,} numbers, expected at most {_MOST_NUMBERS:,} in a program: nntui "
            "convert writes them as .npz or .safetensors"
        )
    return x, y


def check_backpropagation(experiment: Experiment) -> None:
    """Make sure that the gradients are those that libraries compute.

    Raises:
        ConversionError: they are central differences.
    """
    if experiment.training.gradient != "backpropagation":
        raise ConversionError(
            "its gradients are central differences, and a library’s are not: --numpy writes a "
            "program that measures them"
        )


def _memories(experiment: Experiment, layers: list[Layer]) -> dict[str, list[tuple[Array, Array]]]:
    """Take what is remembered apart: for each quantity the weights' and the biases' by layer."""
    names = experiment.training.optimizer.row.memory
    found = {}
    for name, row in zip(names, experiment.resumed.memory, strict=False):
        at, pairs = 0, []
        for layer in layers:
            count = layer.outputs * (layer.inputs + 1)
            block = np.array(row[at : at + count]).reshape(layer.outputs, layer.inputs + 1)
            pairs.append((block[:, 1:], block[:, 0]))
            at += count
        found[name] = pairs
    return found


def _parameters(
    layers: list[Layer], memories: dict[str, list[tuple[Array, Array]]]
) -> Iterator[Parameter]:
    for n, layer in enumerate(layers):
        of = {name: pairs[n] for name, pairs in memories.items()}
        weights = {name: pair[0] for name, pair in of.items()}
        yield Parameter(f"W{n + 1}", n, True, layer.weights, layer.frozen_weights, weights)
        if layer.biases is not None:
            biases = {name: pair[1] for name, pair in of.items()}
            yield Parameter(f"b{n + 1}", n, False, layer.biases, layer.frozen_biases, biases)


def array_text(array: Array, call: str = "np.array", indent: str = "") -> str:
    """Write an array as a call that makes it: a row in a line, or wrapped where it is long."""
    if array.ndim < 2:
        return "\n".join(_wrapped(list(map(repr, array.tolist())), f"{call}([", "])", indent))
    lines = [f"{call}(["]
    for row in array.tolist():
        lines += _wrapped(list(map(repr, row)), "[", "],", indent + "    ", first=indent + "    ")
    return "\n".join([*lines, f"{indent}])"])


def _wrapped(
    words: list[str], before: str, after: str, indent: str, first: str = ""
) -> Iterator[str]:
    line = f"{first}{before}{', '.join(words)}{after}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{first}{before}"
    line = ""
    for word in words:
        if len(indent) + len(line) + len(word) + 6 > _WIDTH:
            yield f"{indent}    {line}"
            line = ""
        line += f"{' ' if line else ''}{word},"
    yield f"{indent}    {line}"
    yield f"{indent}{after}"


def docstring(experiment: Experiment, shape: str, library: str) -> str:
    """Write the first lines of a program."""
    name = harmless(experiment.name or "A network").replace("\\", "/").replace('"', "'")
    test = len(experiment.test_examples)
    kept = f", without the {test} kept for testing" if test else ""
    return (
        f'"""{name}: {shape}, trained with {library} as nntui trains it.\n\n'
        f"Written by nntui export. X and Y are the training examples{kept}.\n"
        '"""'
    )


def joined(parts: Iterable[str]) -> str:
    """Join the parts of a program, with two empty lines between them at most."""
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(part.rstrip() for part in parts)) + "\n"


def number(value: Any, call: str = "np.array") -> str:
    """Write a setting in Python: a number, or a call that makes an array of several."""
    return f"{call}({list(value)!r})" if isinstance(value, tuple) else repr(value)


def function_names(
    activations: Iterable[Activation], known: Container[str] = ("linear",)
) -> dict[Activation, str]:
    """Name the functions that are not known: of several of a kind, the second is called elu_2."""
    names: dict[Activation, str] = {}
    for activation in activations:
        if activation in names or activation.name in known:
            continue
        alike = sum(other.name == activation.name for other in names)
        names[activation] = activation.name + (f"_{alike + 1}" if alike else "")
    return names


def remembered(experiment: Experiment) -> list[str]:
    """Name what the optimizer remembers at the start, and uses with its settings."""
    if not experiment.resumed.memory:
        return []
    optimizer = experiment.training.optimizer
    has_momentum = dict(optimizer.settings).get("momentum", 1.0)
    return [name for name in optimizer.row.memory if name != "v" or has_momentum]


def batch_length(experiment: Experiment) -> int:
    """Return the number of examples in a full batch."""
    count = len(experiment.train_examples)
    return min(experiment.training.batch_size or count, count)


def between_reports(training: Training) -> int:
    """Return after how many epochs the program says its loss."""
    return max(training.epochs // 10, 1)


_SHUFFLED: Final = '''

def shuffled(epoch):
    """The order of the examples in an epoch (from 0): the same as nntui's."""
    seeds = np.random.SeedSequence((2, {seed}, {before} + epoch))
    return np.random.RandomState(np.random.MT19937(seeds)).permutation(len(X))
'''


def order_function(experiment: Experiment) -> str:
    """Write the order of the epochs, as ``Training.order`` has it; empty if it is always one."""
    training = experiment.training
    if not training.shuffle:
        return ""
    return _SHUFFLED.format(seed=training.seed, before=experiment.resumed.epochs)
