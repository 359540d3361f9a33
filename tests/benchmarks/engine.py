"""Time per epoch at full speed, against PyTorch on one thread where it is installed.

    python tests/benchmarks/engine.py [ROUNDS]

The nets are trained on the whole data set as one batch, from the same round to the next in turn,
in processor time, so that a busy machine slows neither side; the numbers are medians. Ours is the
whole product path: optimizer, losses recorded, checkpoints kept.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from time import process_time
from typing import Any, Final, NamedTuple

from table import Row

from nntui.engine.full_speed import compiled
from nntui.engine.timeline import Timeline
from nntui.model.activations import Activation
from nntui.model.dataset import Dataset
from nntui.model.experiment import Experiment, Training
from nntui.model.losses import Loss
from nntui.model.network import Network
from nntui.model.optimizers import Optimizer

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]

ROUND_SECONDS: Final = 0.05
STEEPER: Final = 1.5
"""How much more the second setting of a net may take, relative to PyTorch, than the first."""


class Case(NamedTuple):
    sizes: tuple[int, ...]
    examples: int
    to_reach: float
    to_reach_compiled: float


class Setting(NamedTuple):
    activation: str
    optimizer: str


CASES: Final = (
    Case((2, 4, 1), 4, 0.1, 0.02),
    Case((2, 8, 8, 1), 200, 0.5, 0.2),
    Case((16, 64, 64, 10), 500, 4.0, 0.9),
    Case((784, 128, 10), 64, 5.0, 0.95),
)
SETTINGS: Final = (Setting("relu", "sgd"), Setting("tanh", "adam"))
LEARNING_RATE: Final = 0.01


def experiment(case: Case, setting: Setting) -> Experiment:
    """A fully connected network with random numbers; classes when it has several outputs."""
    chance, network, classes = Random(0), Network("torch_linear"), case.sizes[-1] > 1
    layers = [[f"n{layer}_{n}" for n in range(size)] for layer, size in enumerate(case.sizes)]
    for layer, names in enumerate(layers):
        last = layer == len(layers) - 1
        for name in names:
            if layer == 0:
                network.add_neuron(name, role="input")
                continue
            f = Activation.of("linear" if last else setting.activation)
            network.add_neuron(name, role="output" if last else "hidden", activation=f)
    for sources, targets in pairwise(layers):
        for target in targets:
            for source in sources:
                network.connect(source, target)
    data = Dataset.of(
        [[chance.gauss(0, 1) for _ in layers[0]] for _ in range(case.examples)],
        [
            chance.randrange(case.sizes[-1]) if classes else [chance.gauss(0, 1)]
            for _ in range(case.examples)
        ],
    )
    return Experiment(
        network,
        data,
        Training(
            loss=Loss.of("cross_entropy" if classes else "mse"),
            optimizer=Optimizer.of(setting.optimizer, learning_rate=LEARNING_RATE),
            epochs=10**9,
        ),
    )


def ours(case: Case, setting: Setting) -> Callable[[int], None]:
    """What trains so many epochs with nntui."""
    timeline = Timeline(experiment(case, setting))
    engine = timeline.engine(0)
    engine.compile()  # a run does so by itself when it has lasted a while
    state, update = engine.first(), 0

    def train(epochs: int) -> None:
        nonlocal state, update
        state, update = timeline.run(state, update, update + epochs)

    return train


def theirs(case: Case, setting: Setting) -> Callable[[int], None]:
    """What trains so many epochs with PyTorch."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[setting.activation]
    optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[setting.optimizer]
    parts: list[Any] = []
    for inputs, outputs in pairwise(case.sizes):
        parts += [torch.nn.Linear(inputs, outputs, dtype=torch.float64), activation()]
    net = torch.nn.Sequential(*parts[:-1])
    steps = optimizer(net.parameters(), lr=LEARNING_RATE)
    x = torch.randn(case.examples, case.sizes[0], dtype=torch.float64)
    classes = case.sizes[-1]
    if classes > 1:
        loss: Any = torch.nn.CrossEntropyLoss()
        y = torch.randint(0, classes, (case.examples,))
    else:
        loss = torch.nn.MSELoss()
        y = torch.randn(case.examples, 1, dtype=torch.float64)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            steps.zero_grad()
            loss(net(x), y).backward()
            steps.step()

    return train


def measured(trainers: list[Callable[[int], None]], rounds: int) -> list[float]:
    """The median seconds of an epoch for each, in rounds that take turns."""
    epochs = []
    for train in trainers:
        train(3)
        start = process_time()
        train(3)
        epochs.append(max(1, int(ROUND_SECONDS / (process_time() - start) * 3)))
    found: list[list[float]] = [[] for _ in trainers]
    for _ in range(rounds):
        for times, train, count in zip(found, trainers, epochs, strict=True):
            start = process_time()
            train(count)
            times.append((process_time() - start) / count)
    return [statistics.median(times) for times in found]


def cases() -> Iterator[tuple[str, Case, Setting, float]]:
    """Yield each net with a setting, its name, and the goal with the kernel that is loaded."""
    for case in CASES:
        for n, setting in enumerate(SETTINGS):
            most = case.to_reach_compiled if compiled.load() else case.to_reach
            most *= STEEPER if n and not compiled.load() else 1.0
            yield "-".join(map(str, case.sizes)), case, setting, most


def rows(rounds: int = 9) -> Iterator[Row]:
    """Yield the ratio of each net to PyTorch; of its time alone where PyTorch is not installed."""
    for name, case, setting, most in cases():
        what = f"an epoch of {name}, N={case.examples}, {'+'.join(setting)}"
        trainers = [ours(case, setting)] + ([theirs(case, setting)] if torch else [])
        time, *others = measured(trainers, rounds)
        if others:
            yield Row(what, time / others[0], most, "PyTorch, one thread")
        else:
            yield Row(what, 1e6 * time, unit="µs")


def main(rounds: int) -> None:
    """Print the table; with the extra ``fast`` the compiled kernel is used from the start."""
    kernel = compiled.load()
    print(f"kernel: {'compiled by numba' if kernel else 'numpy'}")
    print(
        f"{'network':<14} {'N':>4} {'setting':<10} {'ours':>10} {'PyTorch':>10} {'ratio':>7} reach"
    )
    for name, case, setting, most in cases():
        trainers = [ours(case, setting)] + ([theirs(case, setting)] if torch else [])
        times = measured(trainers, rounds)
        shown = [f"{1e6 * time:8.1f}µs" for time in times]
        if torch:
            ratio = times[0] / times[1]
            shown += [f"{ratio:6.3f}×", f"≤ {most:g}× {'yes' if ratio <= most else 'NO'}"]
        print(f"{name:<14} {case.examples:>4} {'+'.join(setting):<10} {' '.join(shown)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
