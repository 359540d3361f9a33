"""What a case is, and the networks that cases are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Document = dict[str, Any]
Numbers = Mapping[str, Any]
Made = tuple[Document, Numbers]


@dataclass(frozen=True)
class Case:
    """A report and the verdict that is expected on it.

    ``source``: its address, below https:// (several: one after the other). ``done``: what its code
    does. ``note``: where the fixture is not what was reported. ``mistakes``: for each place, from
    the outputs back, the name that must be among those found there. ``factor``: of a mere factor.
    ``update``: the update, from 1, that is looked at first. ``error``: the numbers are refused, and
    the sentence holds this.
    """

    number: int
    name: str
    source: str
    done: str
    made: Callable[[], Made]
    verdict: str
    mistakes: tuple[str, ...] = ()
    factor: float | None = None
    update: int = 1
    note: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        return f"{self.number:02}-{self.name}"


CASES: list[Case] = []


def case(
    number: int, source: str, verdict: str, **expected: Any
) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    """Put a function that makes a case, and what is expected of it, into the list of cases."""

    def listed(made: Callable[[], Made]) -> Callable[[], Made]:
        name, done = made.__name__, " ".join((made.__doc__ or "").split())
        CASES.append(Case(number, name, source, done, made, verdict, **expected))
        return made

    return listed


XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])


def data(rows: int, inputs: int, outputs: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Draw X (rows × inputs) and targets (rows × outputs) between 0.1 and 0.9."""
    numbers = np.random.default_rng(seed)
    x = numbers.uniform(-1.0, 1.0, (rows, inputs)).round(2)
    return x, numbers.uniform(0.1, 0.9, (rows, outputs)).round(2)


def classes(rows: int, outputs: int) -> np.ndarray:
    """Make targets of one class of several (rows × outputs)."""
    return np.eye(outputs)[np.arange(rows) % outputs]


def parameters(*sizes: int, seed: int = 2) -> tuple[np.ndarray, ...]:
    """Draw W1 (inputs × size), b1, W2, b2, …"""
    numbers = np.random.default_rng(seed)
    drawn: list[np.ndarray] = []
    for before, size in pairwise(sizes):
        drawn.append(numbers.uniform(-1.0, 1.0, (before, size)).round(2))
        drawn.append(numbers.uniform(-0.5, 0.5, size).round(2))
    return tuple(drawn)


def document(
    x: np.ndarray,
    y: np.ndarray,
    drawn: tuple[np.ndarray, ...],
    activations: str,
    loss: str,
    *,
    bias: bool = True,
    **training: Any,
) -> Document:
    """Write the document of a layered network: an activation for each layer, weights (in, out)."""
    layers: list[Any] = [x.shape[1]]
    for activation, w, b in zip(activations.split(), drawn[::2], drawn[1::2], strict=True):
        layer: dict[str, Any] = {"size": w.shape[1], "activation": activation}
        layer |= {"biases": b.tolist()} if bias else {"bias": False}
        layers.append({**layer, "weights": w.T.tolist()})
    optimizer = training.pop("optimizer", {"name": "sgd", "learning_rate": 0.1})
    return {
        "format": "nntui/1",
        "network": {"layers": layers},
        "data": {"inputs": x.tolist(), "targets": y.tolist()},
        "training": {"loss": loss, "optimizer": optimizer, "epochs": 10, **training},
    }


def sigmoid(z: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-z))


def softmax(z: np.ndarray) -> np.ndarray:
    """Compute the softmax of each row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradients(x: Any, d1: Any, h: Any, d2: Any) -> Numbers:
    """Sum the gradients of two layers, of their inputs x and h and their deltas, over the rows."""
    return {"dW1": x.T @ d1, "db1": d1.sum(axis=0), "dW2": h.T @ d2, "db2": d2.sum(axis=0)}


def means(x: Any, d1: Any, h: Any, d2: Any) -> Numbers:
    """Divide those sums by the number of rows."""
    return {name: g / len(x) for name, g in gradients(x, d1, h, d2).items()}


class After(dict[str, list[Any]]):
    """The parameters of two layers after each update, by name."""

    def keep(self, *arrays: Any) -> None:
        for name, array in zip(("W1", "b1", "W2", "b2"), arrays, strict=True):
            self.setdefault(name, []).append(np.copy(array))
