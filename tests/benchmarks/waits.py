"""What a user waits for besides training: opening, saving, checking, tracing, asking why.

    python tests/benchmarks/waits.py

Each beside the obvious peer on the same numbers, in processor time, each in a process of its own;
``peak`` is the most memory that it held, with what it works on. Each of four sizes has a row, with
the time by the size, so that what grows faster than its input is seen; the goal is for the largest.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, islice
from math import tanh
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from networks import document, experiment
from table import HEADING, Row

from nntui.cli.trace_formats import FORMATS
from nntui.debugger.commands.interpreter import Interpreter
from nntui.debugger.debugger import Debugger
from nntui.debugger.gradient_check import TrainingLoss
from nntui.debugger.step import Step, observed_steps
from nntui.debugger.stepper import Stepper
from nntui.document.load import load
from nntui.document.save import save
from nntui.model.experiment import Experiment

Work = Callable[[], object]
Prepared = tuple[Work, Callable[[], Work]]
"""The work, and what prepares the peer's."""


class Wait(NamedTuple):
    """``make(size, folder)`` prepares the work; sizes are the input's.

    It is called in two processes: the second finds the files that the first has made.
    """

    what: str
    peer: str
    make: Callable[[int, Path], Prepared]
    sizes: tuple[int, int, int, int]
    goal: float = 3.0


def _irregular(connections: int) -> Experiment:
    """A dense layer with a connection more, so that every connection stands in the document."""
    made = experiment([connections // 100, 100, 1], 4)
    made.network.connect("x1", "y1", 0.5)
    return made


def _open(connections: int, folder: Path) -> Prepared:
    file = folder / "network.json"
    if not file.exists():
        save(_irregular(connections), file)
    return partial(load, file), lambda: lambda: json.loads(file.read_text())


def _save(connections: int, folder: Path) -> Prepared:
    made, file, copy = _irregular(connections), folder / "network.json", folder / "copy.json"

    def peer() -> Work:
        plain = json.loads(file.read_text())
        return lambda: copy.write_text(json.dumps(plain))

    return partial(save, made, file, overwrite=True), peer


def _csv(rows: int, folder: Path) -> Prepared:
    file, made, chance = folder / "data.csv", folder / "network.json", Random(0)
    if not file.exists():
        with file.open("w", newline="") as out:
            write = csv.writer(out).writerow
            write(["a", "b", "c", "y"])
            for _ in range(rows):  # a million such rows are nearly as large as a file may be
                write([round(chance.random(), 12) for _ in range(4)])
        data = {"csv": "data.csv", "inputs": ["a", "b", "c"], "targets": ["y"]}
        made.write_text(json.dumps(document([3, 4, 1], 1) | {"data": data}))
    return partial(load, made), lambda: partial(np.loadtxt, file, delimiter=",", skiprows=1)


def _trace(steps: int, folder: Path) -> Prepared:
    made = experiment([2, 4, 1], 4, steps)

    def peer() -> Work:
        rows = [step.plain for step in _steps(made, 10_000)]
        return lambda: deque(map(json.dumps, islice(cycle(rows), steps)), maxlen=0)

    return lambda: deque(FORMATS["jsonl"](_steps(made, steps), made, steps), maxlen=0), peer


def _steps(made: Experiment, count: int) -> Iterator[Step]:
    return observed_steps(Stepper(made).training_run, count)


def _back(steps: int, folder: Path) -> Prepared:
    debugger, other = Debugger(experiment([8, 16, 4], 20)), Debugger(experiment([8, 16, 4], 20))
    debugger.seek(steps + 1000)
    return (
        lambda: [debugger.back() for _ in range(steps)],
        lambda: lambda: [other.step() for _ in range(steps)],
    )


def _check(parameters: int, folder: Path) -> Prepared:
    """Beside a numpy loop: two passes with matrix products for each parameter."""
    made = experiment([10, parameters // 21, 10], 5)
    x, y = np.array(made.data.inputs), np.array(made.data.targets)
    net = made.network.wiring()
    weights = iter(made.network.weight_values())
    layers = []
    for layer in (1, 2):
        neurons = [j for j in net.neurons if net.layer[j] == layer]
        w = np.array([[next(weights) for _ in net.sources[j]] for j in neurons])
        layers.append((w, np.array([made.network.biases[j] for j in neurons])))

    def loss() -> float:
        a = x
        for w, b in layers:
            a = np.tanh(a @ w.T + b)
        return float(((a - y) ** 2).mean(axis=1).mean())

    def differences() -> None:
        for array in (array for layer in layers for array in layer):
            for n in np.ndindex(array.shape):
                here, h = array[n], 6e-6
                for array[n] in (here + h, here - h):
                    loss()
                array[n] = here

    return lambda: TrainingLoss.at(made).check(), lambda: differences


def _chain(neurons: int, folder: Path) -> Prepared:
    """Beside Python's own loop: two passes for each parameter, each of as many products."""
    made = experiment([1] * (neurons + 1), 4)

    def differences() -> None:
        for _ in range(2 * 2 * neurons * 4):
            a = 0.5
            for _ in range(neurons):
                a = tanh(0.1 + 0.9 * a)

    return lambda: TrainingLoss.at(made).check(), lambda: differences


def _why(levels: int, folder: Path) -> Prepared:
    debugger = Debugger(experiment([2] * (levels + 1) + [1], 4))
    debugger.seek(debugger.schedule.steps_per_epoch + debugger.schedule.steps_per_example // 2)
    ask = partial(Interpreter(debugger).reply, f"why loss {levels}")
    other = Stepper(debugger.experiment)
    return ask, lambda: lambda: [other.step() for _ in range(1000)]


def _show(connections: int, folder: Path) -> Prepared:
    from click.testing import CliRunner

    from nntui.cli.show import show

    file = folder / "network.json"
    if not file.exists():
        file.write_text(json.dumps(document([connections // 100, 100, 1], 4)))

    def peer() -> Work:
        made = load(file)
        net, weights = made.network.wiring(), made.network.weight_values()
        rows = [(i, j, w) for (i, j), w in zip(net.edges, weights, strict=True)]
        return lambda: [*map(json.dumps, rows)]

    return partial(CliRunner().invoke, show, [str(file)]), peer


def _run_json(epochs: int, folder: Path) -> Prepared:
    from click.testing import CliRunner

    from nntui.cli.run import run

    file = folder / "network.json"
    file.write_text(json.dumps(document([2, 4, 1], 4, epochs)))
    arguments = [str(file), "--json"]
    runner = CliRunner()
    without = [*arguments, "--history", "none"]
    return partial(runner.invoke, run, arguments), lambda: partial(runner.invoke, run, without)


WAITS: Final = (
    Wait("open, connections", "json.loads", _open, (30_000, 100_000, 300_000, 990_000)),
    Wait("save, connections", "json.dumps", _save, (30_000, 100_000, 300_000, 990_000)),
    Wait("show, connections", "json.dumps of the rows", _show, (30_000, 100_000, 300_000, 990_000)),
    Wait("open CSV, rows", "numpy.loadtxt", _csv, (30_000, 100_000, 300_000, 1_000_000)),
    Wait("trace, steps", "json.dumps of the rows", _trace, (30_000, 100_000, 300_000, 1_000_000)),
    Wait("run --json, epochs", "without losses", _run_json, (3_000, 10_000, 30_000, 100_000)),
    Wait("back(), steps", "step()", _back, (300, 1_000, 3_000, 10_000)),
    Wait("check, parameters", "a numpy loop", _check, (100, 300, 1_000, 3_000)),
    Wait("check, neurons in a chain", "a loop of math.tanh", _chain, (50, 100, 200, 400)),
    Wait("why, levels", "1,000 steps", _why, (5, 10, 20, 50), 10.0),
)


def seconds(work: Work) -> float:
    """Processor time that something takes."""
    begun = process_time()
    work()
    return process_time() - begun


def measured(wait: Wait, size: int) -> tuple[float, float, float]:
    """Seconds that it takes, that the peer takes, and the most memory by then, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        _in_a_process(_prepare, wait, size, Path(folder))
        return _in_a_process(_measure, wait, size, Path(folder))


def _in_a_process(work: Callable[..., Any], *arguments: Any) -> Any:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(work, *arguments).result()


def _prepare(wait: Wait, size: int, folder: Path) -> None:
    wait.make(size, folder)


def _measure(wait: Wait, size: int, folder: Path) -> tuple[float, float, float]:
    ours, peer = wait.make(size, folder)
    took = seconds(ours)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return took, seconds(peer()), memory


def rows() -> Iterator[Row]:
    """Yield a row for each size: the ratio to the peer; the goal is that of the largest."""
    for wait in WAITS:
        for size in wait.sizes:
            took, peer, memory = measured(wait, size)
            goal = wait.goal if size == wait.sizes[-1] else None
            beside = f"{wait.peer}; {1e6 * took / size:.3g} µs each, {took:.2f} s"
            yield Row(f"{wait.what}: {size:,}", took / peer, goal, beside, megabytes=memory)


if __name__ == "__main__":
    print(HEADING)
    for row in rows():
        print(row, flush=True)
