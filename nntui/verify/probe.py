"""A probe: a small experiment on which mistakes of someone's backpropagation show.

On XOR with one hidden layer, eight of some thirty mistakes give exactly the right gradients; with
one example, fifteen. Here none should: three layers of weights, of which two are not square (so
that a transposed one is seen) and one is (so that it can be made), an input and a hidden layer of
the same size, another activation in each layer than in the one before, three outputs, five
examples, a penalty. Numbers have two digits behind the point, and none lies near a kink.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct

from nntui.document.errors import Fault
from nntui.document.load import experiment_of
from nntui.document.network import plain_function
from nntui.document.new import layer_sizes, read_as
from nntui.document.specs import FORMAT
from nntui.model.activations import Activation
from nntui.model.errors import SettingError, counted
from nntui.model.experiment import Experiment
from nntui.model.fit import warnings
from nntui.model.losses import Loss
from nntui.model.numerics import Array, stream
from nntui.model.optimizers import Optimizer
from nntui.model.settings import function_named

if TYPE_CHECKING:
    from nntui.model.numerics import Stream

EXAMPLES: Final = 5
LAYERS: Final = "3 4 3 3"
MOST_CONNECTIONS: Final = 2_000

_L2: Final = 0.1
_FIRST, _SECOND = "sigmoid", "tanh"
_RATE: Final = 0.1
_EPS: Final = 1e-3
"""Added to a root: large enough that one sees whether it was added inside."""
_FAR: Final = 0.1
"""The distance from a kink that is wanted."""
_TRIES: Final = 200


class Wanted(Struct, frozen=True):
    """What a probe is to have, as it is typed; what is left empty is chosen.

    ``activations`` are those of the hidden layers, by turns; after a single one comes another.
    ``output``: the activation of the outputs; chosen to fit the loss.
    """

    layers: str = ""
    activations: Sequence[str] = ()
    output: str = ""
    loss: str = ""
    optimizer: str = ""
    seed: int = 0


class Probe(Struct, frozen=True):
    """A probe: its document, as plain values, and its numbers as arrays.

    ``arrays``: X (N, inputs), Y (N, outputs); for each layer l from 1 W{l} (inputs of the layer,
    its size), b{l} (size).
    """

    document: dict[str, Any]
    arrays: dict[str, Array]

    @property
    def experiment(self) -> Experiment:
        try:
            return experiment_of(self.document, "probe.json")
        except Fault as fault:
            raise SettingError(fault.found, fault.expected, fault.place, fault.hint) from None


def probe(wanted: Wanted) -> Probe:
    """Make a probe; the same words give the same numbers.

    Raises:
        SettingError: its place is the field of ``wanted`` that is at fault.
    """
    sizes = layer_sizes(wanted.layers) or layer_sizes(LAYERS)
    connections = sum(before * size for before, size in pairwise(sizes))
    if connections > MOST_CONNECTIONS:
        expected = f"at most {MOST_CONNECTIONS:,}: a probe is a small network"
        raise SettingError(counted(connections, "connection"), expected, "layers")
    hidden = _hidden(wanted.activations, len(sizes) - 2)
    loss = read_as(wanted.loss or "mse", "loss", partial(_loss, outputs=sizes[-1]))
    output = read_as(wanted.output, "output", Activation.named)
    optimizer = read_as(wanted.optimizer or "sgd", "optimizer", _optimizer)
    assert loss is not None
    assert optimizer is not None
    for last in [output] if output else _outputs(hidden):
        made = _made(sizes, [*hidden, last], loss, optimizer, wanted.seed)
        if not warnings(made.experiment):
            break
    return made


def _hidden(words: Sequence[str], count: int) -> list[Activation]:
    """Choose the hidden layers' activations: those given by turns, or one and another one."""
    given = [read_as(word, "activation", Activation.named) for word in words]
    chosen = [activation for activation in given if activation is not None]
    chosen = chosen or [Activation.of(_FIRST)]
    if len(chosen) == 1:
        other = _SECOND if chosen[0].name != _SECOND else _FIRST
        chosen.append(Activation.of(other))
    return [chosen[n % len(chosen)] for n in range(count)]


def _outputs(hidden: Sequence[Activation]) -> list[Activation]:
    """List activations for the outputs, the best first: another one than the last hidden layer's.

    A linear one is the last resort: its derivative is 1, so nobody sees whether it was forgotten.
    """
    curved = [Activation.of(name) for name in (_FIRST, _SECOND)]
    return [*sorted(curved, key=lambda a: a in hidden[-1:]), Activation.of("linear")]


def _loss(text: str, outputs: int) -> Loss:
    loss = function_named(Loss.of, text)
    loss.check_outputs(outputs)
    return loss


def _optimizer(text: str) -> Optimizer:
    """Read an optimizer; settings that were not given are such that mistakes in them show."""
    optimizer = function_named(Optimizer.of, text)
    telling = {"learning_rate": _RATE, "eps": _EPS}
    settings = dict(optimizer.settings)
    if settings["weight_decay"]:
        telling["weight_decay"] = _L2
    for key, value in telling.items():
        if key in settings and key not in text:
            settings[key] = value
    return Optimizer.of(optimizer.name, **settings)


def _made(
    sizes: Sequence[int],
    activations: Sequence[Activation],
    loss: Loss,
    optimizer: Optimizer,
    seed: int,
) -> Probe:
    arrays = _drawn(sizes, activations, loss, seed)
    layers: list[Any] = [sizes[0]]
    for n, activation in enumerate(activations, 1):
        layers.append(
            {
                "size": sizes[n],
                "activation": plain_function(activation),
                "biases": arrays[f"b{n}"].tolist(),
                "weights": arrays[f"W{n}"].T.tolist(),
            }
        )
    settings = dict(optimizer.settings)
    document = {
        "format": FORMAT,
        "name": f"Probe {'-'.join(map(str, sizes))}",
        "description": _DESCRIPTION,
        "network": {"layers": layers},
        "data": {"inputs": arrays["X"].tolist(), "targets": arrays["Y"].tolist()},
        "training": {
            "loss": plain_function(loss),
            "optimizer": {"name": optimizer.name, **settings},
            "batch_size": None,
            "reduction": "mean",
            # An optimizer with a decay of its own: the two would be taken for each other.
            "regularization": {"l2": 0 if settings["weight_decay"] else _L2},
            "epochs": 20,
        },
    }
    return Probe(document, arrays)


_DESCRIPTION: Final = (
    "A network to try a program of your own on: `template.py` loads its numbers from `probe.npz` "
    "and saves what your code makes of them as `mine.npz`.\n\n"
    "`nntui check probe.json --against mine.npz` says which of them is wrong first, and why."
)


def _drawn(
    sizes: Sequence[int], activations: Sequence[Activation], loss: Loss, seed: int
) -> dict[str, Array]:
    """Draw data and parameters, two digits behind the point."""
    numbers = stream("probe", seed)
    arrays = {"X": numbers.uniform(-1.5, 1.5, (EXAMPLES, sizes[0])).round(2)}
    a = arrays["X"]
    for n, ((before, size), activation) in enumerate(
        zip(pairwise(sizes), activations, strict=True)
    ):
        spread = min(1.0, (4.0 / before) ** 0.5)
        weights = _signed(numbers, 0.2 * spread, spread, before, size)
        candidates = _signed(numbers, 0.05, 0.5, _TRIES, size)
        z = a @ weights
        biases = candidates[0]
        if activation.kinks:
            columns = zip(candidates.T, z.T, strict=True)
            biases = np.array([_bias(column, z_j, activation.kinks) for column, z_j in columns])
        arrays |= {f"W{n + 1}": weights, f"b{n + 1}": biases}
        a = np.broadcast_to(activation.f(z + biases), z.shape)
    targets = (_targets(numbers, loss, n, row.tolist()) for n, row in enumerate(a))
    return {"X": arrays.pop("X"), "Y": np.array(list(targets)), **arrays}


def _signed(numbers: Stream, least: float, most: float, *shape: int) -> Array:
    """Draw numbers of either sign, none of them 0."""
    sizes: Array = numbers.uniform(least, most, shape) * numbers.choice([-1, 1], shape)
    return sizes.round(2)


def _bias(candidates: Array, z: Array, kinks: Sequence[float]) -> float:
    """Choose a bias that keeps z (N) away from kinks, and where it can on both sides of one."""

    def merit(bias: float) -> tuple[bool, bool, float]:
        gaps = [z + bias - kink for kink in kinks]
        distance = min((float(abs(gap).min()) for gap in gaps), default=_FAR)
        both = any((gap > 0).any() and (gap < 0).any() for gap in gaps)
        return distance >= _FAR, both, min(distance, _FAR)

    return float(max(candidates.tolist(), key=merit))


def _targets(numbers: Stream, loss: Loss, n: int, a: list[float]) -> list[float]:
    """Draw targets that the loss takes, with no kink near the outputs a (K) of example n."""

    def drawn() -> list[float]:
        if loss.row.classes:
            return [float(k == n % len(a)) for k in range(len(a))]
        if loss.name.startswith("bce"):
            return list(map(float, numbers.choice([0, 1], len(a))))
        return list(map(float, numbers.uniform(0.1, 0.9, len(a)).round(2)))

    best, farthest = drawn(), -1.0
    for _ in range(_TRIES):
        y = drawn()
        distance = min([_FAR, *(float(abs(kink)) for kink in loss.row.kinks(a, y))])
        if distance > farthest:
            best, farthest = y, distance
        if farthest >= _FAR:
            break
    return best
